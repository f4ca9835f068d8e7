"""Words of staff on events: left in the state database by anybody, taken in by the camera that runs on it.

Whoever gives a word needs no lock: SQLite takes one more writer, and the pipeline sees by `PRAGMA data_version` that
somebody else has written. A word waits in its row until the states that it changed are committed with it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgekit.errors import DataError
from edgekit.events.database import DATABASE_NAME, open_database, saying_what_failed, transaction
from edgekit.events.event import Event
from edgekit.shelf.caution import Verdict, Word

__all__ = ["CautiousFacing", "cautious_facings", "give_feedback", "mark_taken", "remember_told", "words_for"]

KEPT: Final = 10_000
"""Newest restock events that staff may still judge after everybody has had them."""
_JUDGED: Final = ("io.edgekit.restock.opened", "io.edgekit.restock.updated")
_FEWEST_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class CautiousFacing:
    """A facing that is believed later than others, and by how much (0-3; see Caution)."""

    camera: str
    facing: str
    caution: float


# --- for whoever has something to say ---------------------------------------------------------------------------


def give_feedback(folder: Path, event_id: str, verdict: Verdict, *, reason: str | None = None) -> Word:
    """Say that an event was wrong, or right after all; whether or not something runs on this state.

    Args:
        folder: the state folder.
        event_id: the event's id, or its first digits (6 at least).
        verdict: the last one counts.
        reason: in staff's own words; kept, not judged.

    Raises:
        DataError: there is no such event, or it is not one that can be wrong.
        OutputError: the database cannot be written.
    """
    path = folder / DATABASE_NAME
    if not path.exists():
        raise DataError(f"There is no state in {folder}.", hint="Name the state folder: --state DIR")
    with saying_what_failed(path), closing(open_database(path)) as connection, transaction(connection):
        full_id, camera, facing, episode = _found(connection, event_id, folder)
        connection.execute(
            "INSERT INTO feedback (event, camera, facing, episode, verdict, reason, taken) "
            "VALUES (?, ?, ?, ?, ?, ?, '') ON CONFLICT (event) DO UPDATE SET verdict = excluded.verdict, "
            "reason = excluded.reason",
            (full_id, camera, facing, episode, verdict.value, reason),
        )
    return Word(full_id, facing, episode, verdict)


def cautious_facings(folder: Path) -> tuple[CautiousFacing, ...]:
    """The facings that are believed later than others since staff called their events wrong.

    Raises:
        OutputError: there is no database in `folder`, or it cannot be read.
    """
    path = folder / DATABASE_NAME
    with saying_what_failed(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as reader:
        rows = reader.execute("SELECT camera, facing, saved FROM facing_state ORDER BY camera, facing").fetchall()
    levels = ((camera, facing, float(json.loads(saved).get("caution", 0.0))) for camera, facing, saved in rows)
    return tuple(CautiousFacing(camera, facing, level) for camera, facing, level in levels if level > 0)


def _found(connection: sqlite3.Connection, event_id: str, folder: Path) -> tuple[str, str, str, int]:
    """Id, camera, facing and episode of the event that is meant."""
    wanted = event_id.strip().lower()
    if len(wanted) < _FEWEST_DIGITS or not set(wanted) <= set("0123456789abcdef-"):
        raise DataError(f"{event_id!r} is no event's id.", hint="`edgekit events --ids` shows them.")
    like = (wanted + "%",)
    waiting = connection.execute("SELECT body, replay FROM outbox WHERE id LIKE ?", like).fetchall()
    rows = {row[0]: row for row in connection.execute("SELECT * FROM told WHERE id LIKE ?", like)}
    for body, replay in waiting:
        event = Event.from_json(body)
        if replay:
            raise DataError(
                f"Event {event.id} is of a recording, of which nothing is kept.",
                hint="Say what is wrong of a live camera's events.",
            )
        if event.type not in _JUDGED:
            raise DataError(
                f"Event {event.id} is {event.type}; only a facing's opened or updated can be wrong.",
                hint="`edgekit events --ids` shows them.",
            )
        rows[event.id] = (event.id, event.data.camera, event.data.facing, event.data.episode)
    if len(rows) != 1:
        said = "no event" if not rows else f"{len(rows)} events"
        raise DataError(f"{said} in {folder} begins with {event_id}.", hint="`edgekit events --ids` shows them.")
    full_id, camera, facing, episode = next(iter(rows.values()))
    return str(full_id), str(camera), str(facing), int(episode)


# --- for the outbox, inside its transactions --------------------------------------------------------------------


def remember_told(connection: sqlite3.Connection, event: Event) -> None:
    """Keep what a live event was of, for longer than the event itself."""
    if event.type in _JUDGED:
        row = (event.id, event.data.camera, event.data.facing, event.data.episode)
        connection.execute("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?)", row)
        connection.execute("DELETE FROM told WHERE rowid <= (SELECT MAX(rowid) FROM told) - ?", (KEPT,))
        connection.execute("DELETE FROM feedback WHERE taken = verdict AND event NOT IN (SELECT id FROM told)")


def words_for(connection: sqlite3.Connection, camera: str) -> tuple[Word, ...]:
    """The words on a camera's events that are not taken in yet."""
    rows = connection.execute(
        "SELECT event, facing, episode, verdict FROM feedback WHERE camera = ? AND verdict <> taken ORDER BY rowid",
        (camera,),
    )
    return tuple(Word(event, facing, episode, Verdict(verdict)) for event, facing, episode, verdict in rows)


def mark_taken(connection: sqlite3.Connection, words: Iterable[Word]) -> None:
    """They are taken in; what was said meanwhile is not."""
    connection.executemany(
        "UPDATE feedback SET taken = ? WHERE event = ?", [(word.verdict.value, word.event) for word in words]
    )
