"""The `edgekit` program: its commands, found by name, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Annotated, Any

import typer

from edgekit.cli.failure import guarded, leave_behind_threads

__all__ = ["COMMANDS", "build_app", "run_program"]

COMMANDS = {
    "init": "edgekit.cli.init:init",
    "doctor": "edgekit.cli.doctor:doctor",
    "run": "edgekit.cli.run:run",
    "replay": "edgekit.cli.replay:replay",
    "inspect": "edgekit.cli.inspect:inspect",
    "enroll": "edgekit.cli.enroll:enroll",
    "similar": "edgekit.cli.similar:similar",
    "events": "edgekit.cli.events:events",
    "planogram": "edgekit.cli.planogram:COMMANDS",
    "simulate": "edgekit.cli.simulate:simulate",
    "version": "edgekit.cli.version:version",
}
"""The core's commands; other packages add theirs by the entry point group `edgekit.commands`.

Where a mapping of names to commands stands, they are a group (`edgekit planogram new`); its help is its module's first
docstring line behind the colon.
"""


_QUIET = {"OPENCV_FFMPEG_LOGLEVEL": "-8", "OPENCV_LOG_LEVEL": "ERROR"}
"""FFmpeg and OpenCV write to standard error of their own accord; what matters of it, our errors say."""


Command = Callable[..., Any]


def _commands() -> Iterator[tuple[str, Command | Mapping[str, Command], str]]:
    """(name, command or group, help of a group)."""
    for name, where in COMMANDS.items():
        module, attribute = where.split(":")
        home = import_module(module)
        yield name, getattr(home, attribute), (home.__doc__ or "").partition("\n")[0].partition(": ")[2]
    for point in sorted(entry_points(group="edgekit.commands"), key=lambda point: point.name, reverse=True):
        yield point.name, point.load(), ""


def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something goes wrong.")] = False,
) -> None:
    """Trained vision models in shops: INT8 export that keeps its accuracy, restock events that staff believe.

    First steps: `edgekit doctor` says what this machine has; `edgekit init` writes a commented edgekit.yaml here;
    then `edgekit export --int8` and `edgekit run --camera 0` need no further arguments.
    """


def build_app(*, debug: bool = False) -> typer.Typer:
    """The typer application with every command that works here."""
    app = _typer("edgekit")
    app.callback()(_options)
    for name, command, text in _commands():
        if isinstance(command, Mapping):
            group = _typer(name)
            for below, one in command.items():
                group.command(below)(guarded(one, debug=debug))
            app.add_typer(group, name=name, help=text[:1].upper() + text[1:])
        else:
            app.command(name)(guarded(command, debug=debug))
    return app


def _typer(name: str) -> typer.Typer:
    return typer.Typer(
        name=name, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )


def run_program() -> None:
    """Parse sys.argv and run a command; `--debug` may stand anywhere."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    debug = "--debug" in sys.argv[1:]
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        build_app(debug=debug)(args=arguments, prog_name="edgekit")
    except SystemExit as ending:
        leave_behind_threads(ending.code)
        raise
