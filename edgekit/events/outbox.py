"""The durable store that an event enters before anything else sees it, together with the facing states."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from edgekit.clock import Clock, SystemClock
from edgekit.events.database import DATABASE_NAME, open_database, saying_what_failed, transaction
from edgekit.events.event import Event
from edgekit.events.factory import EpisodeEffect, effect_of, episode_key
from edgekit.events.feedback import mark_taken, remember_told, words_for
from edgekit.events.lock import StateLock
from edgekit.files import unwritable
from edgekit.shelf.caution import Word

__all__ = ["ConsumerKind", "DeadLetter", "Outbox", "Pending", "SavedCamera", "read_events"]

logger = logging.getLogger(__name__)

_DAY_S = 86_400.0

_CLOCK_SET_S = 3600.0
"""A wall clock that jumps by so much was set; less is drift, which retention need not know of."""


class ConsumerKind(str, Enum):
    """Who reads: a configured sink (dropped when no longer configured), or the host program."""

    SINK = "sink"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that a consumer has not acknowledged.

    Attributes:
        seq: its place in the order of all events.
        id: the event's id.
        key: whose episode; events of one key go out in order.
        body: its JSON, as stored.
    """

    seq: int
    id: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that a consumer could not take; it is not delivered again."""

    seq: int
    id: str
    error: str


@dataclass(frozen=True, slots=True)
class SavedCamera:
    """What the database knows of a camera.

    Attributes:
        facings: saved state of each facing, JSON by facing id.
        camera: saved state of the camera itself, JSON, or None.
    """

    facings: Mapping[str, str]
    camera: str | None


class Outbox:
    """A state folder's database: events, who has had them, and the states that they came from.

    One thread at a time. Every method that writes is one transaction: it happens whole or not at all, and what it
    returned from is on the disk.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock | None = None,
        retention_days: float = 30.0,
        retention_megabytes: float = 100.0,
    ) -> None:
        """Open or make the database in `folder` and lock it.

        Raises:
            OutputError: the folder cannot be written, or another Runtime uses it.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        self._clock = clock or SystemClock()
        self._wall_offset_s = self._offset_s()
        self._retention_s = retention_days * _DAY_S
        self._retention_bytes = int(retention_megabytes * 1_000_000)
        self._path = folder / DATABASE_NAME
        self._lock = StateLock(folder / "lock")
        self._expired = 0
        try:
            self._connection = open_database(self._path)
            self._origin = str(self._one("SELECT value FROM meta WHERE name = 'origin'"))
        except BaseException:
            self._lock.release()
            raise

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    @property
    def origin(self) -> str:
        """Random UUID made with the database; part of every live event's id."""
        return self._origin

    @property
    def expired(self) -> int:
        """Events that went by the retention policy before every consumer had them, since this was opened."""
        return self._expired

    def close(self) -> None:
        """Close the database and give up its lock; twice is fine."""
        self._connection.close()
        self._lock.release()

    # --- states and events -------------------------------------------------------------------------------------

    def saved(self, camera: str) -> SavedCamera:
        """The states last committed for `camera`."""
        with saying_what_failed(self._path):
            rows = self._connection.execute("SELECT facing, saved FROM facing_state WHERE camera = ?", (camera,))
            facings = dict(rows.fetchall())
            saved = self._one("SELECT saved FROM camera_state WHERE camera = ?", camera)
        return SavedCamera(facings, None if saved is None else str(saved))

    def saved_products(self) -> str | None:
        """The states of products last committed, JSON."""
        with saying_what_failed(self._path):
            saved: str | None = self._one("SELECT value FROM meta WHERE name = 'products'")
        return saved

    def commit(
        self,
        camera: str,
        *,
        facings: Mapping[str, str] | None = None,
        camera_state: str | None = None,
        products: str | None = None,
        events: Sequence[Event] = (),
        replay: bool = False,
        words: Sequence[Word] = (),
    ) -> int:
        """Store states and events of one decision together.

        Args:
            camera: whose.
            facings: saved state (JSON) of ALL its facings, replacing what was there; None leaves it.
            camera_state: saved state (JSON) of the camera itself; None leaves it.
            products: saved state (JSON) of the products over all cameras; None leaves it.
            events: in their order; one whose id is there already is left as it is.
            replay: they come from a recording: kept, for their ids, until the next replay replaces them.
            words: of staff, which the states now know of.

        Returns:
            How many of the events were new.

        Raises:
            OutputError: nothing was stored.
        """
        with saying_what_failed(self._path), transaction(self._connection):
            if facings is not None:
                self._connection.execute("DELETE FROM facing_state WHERE camera = ?", (camera,))
                self._connection.executemany(
                    "INSERT INTO facing_state VALUES (?, ?, ?)",
                    [(camera, name, text) for name, text in facings.items()],
                )
            if camera_state is not None:
                self._connection.execute("INSERT OR REPLACE INTO camera_state VALUES (?, ?)", (camera, camera_state))
            if products is not None:
                self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('products', ?)", (products,))
            new = sum(self._insert(event, camera, replay) for event in events)
            mark_taken(self._connection, words)
            if new:
                self._retain()
            return new

    def _insert(self, event: Event, camera: str, replay: bool) -> bool:
        key = episode_key(event)
        stored_at_s = self._clock.now().timestamp()
        new = self._connection.execute(
            "INSERT INTO outbox (id, body, camera, key, replay, stored_at_s) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO NOTHING",
            (event.id, event.to_json(), camera, key, int(replay), stored_at_s),
        ).rowcount
        if not replay:
            remember_told(self._connection, event)
        effect = effect_of(event)
        if effect is EpisodeEffect.OPENS:
            self._connection.execute(
                "INSERT OR REPLACE INTO open_episode SELECT key, seq, camera FROM outbox WHERE id = ?", (event.id,)
            )
        elif effect is EpisodeEffect.CLOSES:
            self._connection.execute("DELETE FROM open_episode WHERE key = ?", (key,))
        return bool(new)

    def words(self, camera: str) -> tuple[Word, ...]:
        """What staff have said of a camera's events that its states do not know of."""
        with saying_what_failed(self._path):
            return words_for(self._connection, camera)

    def written_elsewhere(self) -> int:
        """A number that changes when somebody else has written into the database."""
        with saying_what_failed(self._path):
            return int(self._one("PRAGMA data_version"))

    # --- replays -----------------------------------------------------------------------------------------------

    def stale_replay(self, camera: str, fingerprint: str) -> tuple[str, ...]:
        """Ids that `begin_replay` will remove: of a replay that was finished, or ran with other settings."""
        with saying_what_failed(self._path):
            if not self._replay_is_stale(camera, fingerprint):
                return ()
            rows = self._connection.execute("SELECT id FROM outbox WHERE camera = ? AND replay = 1", (camera,))
            return tuple(row[0] for row in rows)

    def begin_replay(self, camera: str, fingerprint: str) -> None:
        """A recording starts at its first frame: a finished replay's events go, a broken-off one's stay.

        Args:
            camera: whose recording.
            fingerprint: of everything that its events depend on.
        """
        with saying_what_failed(self._path), transaction(self._connection):
            if self._replay_is_stale(camera, fingerprint):
                self._connection.execute("DELETE FROM open_episode WHERE camera = ?", (camera,))
                self._connection.execute("DELETE FROM outbox WHERE camera = ? AND replay = 1", (camera,))
                self._tidy()
            self._connection.execute("INSERT OR REPLACE INTO replay VALUES (?, ?, 0)", (camera, fingerprint))

    def finish_replay(self, camera: str) -> None:
        """The recording was seen to its end."""
        with saying_what_failed(self._path), transaction(self._connection):
            self._connection.execute("UPDATE replay SET finished = 1 WHERE camera = ?", (camera,))

    def _replay_is_stale(self, camera: str, fingerprint: str) -> bool:
        row = self._connection.execute(
            "SELECT fingerprint, finished FROM replay WHERE camera = ?", (camera,)
        ).fetchone()
        return row is not None and (row[0] != fingerprint or bool(row[1]))

    # --- consumers ---------------------------------------------------------------------------------------------

    def add_consumer(self, name: str, kind: ConsumerKind) -> None:
        """Make a consumer, if there is none of this name: it starts at the present plus all open episodes."""
        with saying_what_failed(self._path), transaction(self._connection):
            if self._one("SELECT 1 FROM consumer WHERE name = ?", name) is not None:
                return
            self._connection.execute(
                "INSERT INTO consumer VALUES (?, COALESCE((SELECT MAX(seq) FROM outbox), 0), ?)", (name, kind.value)
            )
            first = self._one("SELECT MIN(seq) FROM open_episode")
            if first is not None:
                self._connection.execute(
                    "INSERT INTO ack_ahead SELECT ?, o.seq FROM outbox o WHERE o.seq >= ? AND NOT EXISTS "
                    "(SELECT 1 FROM open_episode e WHERE e.key = o.key AND o.seq >= e.seq)",
                    (name, first),
                )
                self._connection.execute("UPDATE consumer SET acked_up_to = ? WHERE name = ?", (int(first) - 1, name))
            self._advance(name)

    def drop_sinks_except(self, names: Collection[str]) -> tuple[str, ...]:
        """Drop the sinks that are no longer configured, and say which."""
        with saying_what_failed(self._path), transaction(self._connection):
            rows = self._connection.execute("SELECT name FROM consumer WHERE kind = 'sink' ORDER BY name").fetchall()
            dropped = tuple(name for (name,) in rows if name not in names)
            for name in dropped:
                for table, column in (("consumer", "name"), ("ack_ahead", "consumer"), ("dead", "consumer")):
                    self._connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (name,))
                logger.info("sink %s is no longer configured; what it had not had yet is dropped", name)
            self._tidy()
            return dropped

    def pending(self, consumer: str, *, after: int = 0, limit: int = 100) -> tuple[Pending, ...]:
        """Up to `limit` events after number `after` that the consumer has not acknowledged, in order."""
        with saying_what_failed(self._path):
            rows = self._connection.execute(
                "SELECT o.seq, o.id, o.key, o.body FROM outbox o JOIN consumer c ON c.name = ? "
                "WHERE o.seq > MAX(c.acked_up_to, ?) AND NOT EXISTS "
                "(SELECT 1 FROM ack_ahead a WHERE a.consumer = c.name AND a.seq = o.seq) ORDER BY o.seq LIMIT ?",
                (consumer, after, limit),
            )
            return tuple(Pending(*row) for row in rows.fetchall())

    def backlog(self, consumer: str) -> int:
        """How many events the consumer has not acknowledged."""
        with saying_what_failed(self._path):
            count: int = self._one(
                "SELECT COUNT(*) FROM outbox o JOIN consumer c ON c.name = ? WHERE o.seq > c.acked_up_to AND "
                "NOT EXISTS (SELECT 1 FROM ack_ahead a WHERE a.consumer = c.name AND a.seq = o.seq)",
                consumer,
            )
            return count

    def ack(self, consumer: str, seq: int) -> None:
        """The consumer has dealt with event number `seq`; in any order, twice is fine, unknown ones change nothing."""
        with saying_what_failed(self._path), transaction(self._connection):
            self._pass(consumer, seq)

    def bury(self, consumer: str, seq: int, error: str) -> None:
        """The consumer cannot take event number `seq`: keep why, and go on without it."""
        with saying_what_failed(self._path), transaction(self._connection):
            self._connection.execute("INSERT OR IGNORE INTO dead VALUES (?, ?, ?)", (consumer, seq, error))
            self._pass(consumer, seq)

    def dead_letters(self, consumer: str) -> tuple[DeadLetter, ...]:
        """What the consumer could not take, as far as the events are still there."""
        with saying_what_failed(self._path):
            rows = self._connection.execute(
                "SELECT d.seq, o.id, d.error FROM dead d JOIN outbox o ON o.seq = d.seq WHERE d.consumer = ? "
                "ORDER BY d.seq",
                (consumer,),
            )
            return tuple(DeadLetter(*row) for row in rows.fetchall())

    def _pass(self, consumer: str, seq: int) -> None:
        inserted = self._connection.execute(
            "INSERT OR IGNORE INTO ack_ahead SELECT c.name, o.seq FROM consumer c, outbox o "
            "WHERE c.name = ? AND o.seq = ? AND o.seq > c.acked_up_to",
            (consumer, seq),
        ).rowcount
        if inserted:
            self._advance(consumer)
            self._tidy()

    def _advance(self, consumer: str) -> None:
        """Move `acked_up_to` over everything that was acknowledged ahead of it, or is gone."""
        self._connection.execute(
            "UPDATE consumer SET acked_up_to = MAX(acked_up_to, COALESCE("
            "(SELECT MIN(o.seq) - 1 FROM outbox o WHERE o.seq > acked_up_to "
            "AND NOT EXISTS (SELECT 1 FROM ack_ahead a WHERE a.consumer = name AND a.seq = o.seq)), "
            "(SELECT MAX(seq) FROM outbox), acked_up_to)) WHERE name = ?",
            (consumer,),
        )
        self._connection.execute(
            "DELETE FROM ack_ahead WHERE consumer = ? AND seq <= (SELECT acked_up_to FROM consumer WHERE name = ?)",
            (consumer, consumer),
        )

    # --- what may go -------------------------------------------------------------------------------------------

    def retain(self) -> None:
        """Let go of what every consumer has had, and of what is older or more than the retention policy allows."""
        with saying_what_failed(self._path), transaction(self._connection):
            self._retain()

    def _offset_s(self) -> float:
        """Wall clock minus monotonic clock: constant, unless somebody sets the clock."""
        return self._clock.now().timestamp() - self._clock.monotonic_s()

    def _follow_clock(self) -> None:
        """A device without a battery-backed clock starts in 1970; when its time is set, what it stored is no older."""
        jump_s = self._offset_s() - self._wall_offset_s
        if abs(jump_s) >= _CLOCK_SET_S:
            self._connection.execute("UPDATE outbox SET stored_at_s = stored_at_s + ?", (jump_s,))
            self._wall_offset_s += jump_s

    def _retain(self) -> None:
        self._tidy()
        self._follow_clock()
        oldest_s = self._clock.now().timestamp() - self._retention_s
        by_age = self._connection.execute(
            "DELETE FROM outbox WHERE stored_at_s < ? AND NOT EXISTS "
            "(SELECT 1 FROM open_episode e WHERE e.key = outbox.key AND outbox.seq >= e.seq)",
            (oldest_s,),
        ).rowcount
        by_size = self._connection.execute(
            "DELETE FROM outbox WHERE seq IN (SELECT seq FROM "
            "(SELECT seq, SUM(LENGTH(body)) OVER (ORDER BY seq DESC) AS newer FROM outbox) WHERE newer > ?)",
            (self._retention_bytes,),
        ).rowcount
        if by_age or by_size:
            self._expired += by_age + by_size
            logger.warning("retention: %d events went by age, %d by size", by_age, by_size)
            self._tidy()

    def _tidy(self) -> None:
        """Delete what all passed, except replays (their ids say what was told), open episodes and dead letters."""
        self._connection.execute(
            "DELETE FROM outbox WHERE replay = 0 AND seq <= "
            "(SELECT COALESCE(MIN(acked_up_to), (SELECT MAX(seq) FROM outbox)) FROM consumer) "
            "AND seq NOT IN (SELECT seq FROM dead) AND NOT EXISTS "
            "(SELECT 1 FROM open_episode e WHERE e.key = outbox.key AND outbox.seq >= e.seq)"
        )
        for table in ("ack_ahead", "dead", "open_episode"):
            self._connection.execute(f"DELETE FROM {table} WHERE seq NOT IN (SELECT seq FROM outbox)")

    def _one(self, sql: str, *parameters: str) -> Any:
        row = self._connection.execute(sql, parameters).fetchone()
        return None if row is None else row[0]


def read_events(folder: Path) -> Iterator[Event]:
    """The events that a state folder holds now, in order; also while a Runtime uses it.

    Raises:
        OutputError: there is no database in `folder`, or it cannot be read.
    """
    path = folder / DATABASE_NAME
    with saying_what_failed(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)
        try:
            for (body,) in connection.execute("SELECT body FROM outbox ORDER BY seq"):
                yield Event.from_json(body)
        finally:
            connection.close()
