"""`edgekit events`: what happened, one line an event, from a log or from a state folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.errors import DataError, UsageError

if TYPE_CHECKING:
    from edgekit.events.event import Event


def events(
    log: Annotated[
        Path | None,
        typer.Argument(help="An events.jsonl, or a state folder; without it the state of ./edgekit.yaml."),
    ] = None,
    camera: Annotated[str | None, typer.Option(help="Only this camera's events.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only the newest so many.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the CloudEvents, one a line.")] = False,
) -> None:
    """Print what happened, one line an event; `!` marks a problem, `+` its end, `-` one that was taken back.

    Example: edgekit events demo-out/events.jsonl
    """
    from edgekit.cli.sentence import sentence

    found = [event for event in _events_of(log or _state_folder()) if camera in (None, event.data.camera)]
    for event in found[-last:] if last else found:
        typer.echo(event.to_json().decode() if as_json else sentence(event))
    if not found and not as_json:
        typer.echo("no events")


def _events_of(path: Path) -> Iterator[Event]:
    from edgekit.events.outbox import read_events

    if path.is_dir():
        return read_events(path)
    if not path.exists():
        raise DataError(f"{path} is not there.", hint="Name an events.jsonl or a state folder: edgekit events LOG")
    return _events_of_log(path)


def _events_of_log(path: Path) -> Iterator[Event]:
    from edgekit.events.event import Event

    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            yield Event.from_json(line)
        except (ValueError, KeyError, TypeError):
            raise DataError(f"{path}:{number} is not an event.", hint="It wants one CloudEvent a line.") from None


def _state_folder() -> Path:
    from edgekit.config.loading import load_site

    config = Path("edgekit.yaml")
    if not config.exists():
        raise UsageError("There is no edgekit.yaml in this folder.", hint="Name a log: edgekit events LOG")
    return load_site(config).state
