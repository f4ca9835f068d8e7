"""`edgekit events`: what happened, one line an event, from a log or a state folder; and what staff say of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.errors import DataError, UsageError

if TYPE_CHECKING:
    from edgekit.events.event import Event

_SHORT_ID = 8


def events(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LOG | wrong ID | right ID]",
            help="An events.jsonl or a state folder (without it the state of ./edgekit.yaml); "
            "or the word `wrong` or `right` and an event's id.",
        ),
    ] = None,
    camera: Annotated[str | None, typer.Option(help="Only this camera's events.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="Only the newest so many.")] = None,
    ids: Annotated[bool, typer.Option("--ids", help="Begin each line with the event's id.")] = False,
    reason: Annotated[str | None, typer.Option(help="wrong, right: why, in your own words.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="wrong, right: the state folder; without it that of ./edgekit.yaml.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the CloudEvents, one a line.")] = False,
) -> None:
    """Print what happened, one line an event; `!` marks a problem, `+` its end, `-` one that was taken back.

    `edgekit events wrong ID` takes a camera's event back where its problem is still open, and its facing is believed
    later than others for a while; `edgekit events right ID` undoes that. Both work while edgekit runs, too.

    Example: edgekit events demo-out/events.jsonl

    Example: edgekit events wrong 7fa934b5 --reason "turned round, not gone"
    """
    words = what or []
    if words and words[0] in ("wrong", "right"):
        _feedback(words, state or _state_folder(), reason)
        return
    if len(words) > 1:
        raise UsageError(f"events takes one log, got {' '.join(words)}.", hint="Or: edgekit events wrong ID")
    _show(Path(words[0]) if words else _state_folder(), camera, last, ids=ids, as_json=as_json)


def _show(log: Path, camera: str | None, last: int | None, *, ids: bool, as_json: bool) -> None:
    from edgekit.cli.sentence import sentence

    found = [event for event in _events_of(log) if camera in (None, event.data.camera)]
    for event in found[-last:] if last else found:
        short = f"{event.id[:_SHORT_ID]} " if ids else ""
        typer.echo(event.to_json().decode() if as_json else short + sentence(event))
    if as_json:
        return
    if not found:
        typer.echo("no events")
    if log.is_dir():
        _show_caution(log, camera)


def _show_caution(folder: Path, camera: str | None) -> None:
    from edgekit.events.feedback import cautious_facings

    for one in cautious_facings(folder):
        if camera in (None, one.camera):
            typer.echo(f"  {one.camera}/{one.facing} is believed later: staff called it wrong ({one.caution:.1f} of 3)")


def _feedback(words: list[str], folder: Path, reason: str | None) -> None:
    from edgekit.events.feedback import give_feedback
    from edgekit.shelf.caution import Verdict

    if len(words) != 2:
        raise UsageError(f"{words[0]} takes one event's id.", hint="`edgekit events --ids` shows them.")
    word = give_feedback(folder, words[1], Verdict(words[0]), reason=reason)
    typer.echo(f"{word.facing}: noted as {word.verdict.value}; edgekit takes it in at once, or when it next runs")


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
        raise UsageError(
            "There is no edgekit.yaml in this folder.", hint="Name a log: edgekit events LOG; or a state: --state DIR"
        )
    return load_site(config).state
