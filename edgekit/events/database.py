"""The SQLite file of a state folder: opened durable, its tables made, its errors told in one line."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

from edgekit.errors import OutputError

__all__ = ["DATABASE_NAME", "open_database", "saying_what_failed", "transaction"]

DATABASE_NAME = "outbox.sqlite3"

_FIRST_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- AUTOINCREMENT: a number never comes back, also after its row went
    id TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL,
    camera TEXT NOT NULL,
    key TEXT NOT NULL,                      -- whose episode: facing, product or condition
    replay INTEGER NOT NULL,
    stored_at_s REAL NOT NULL               -- UTC
);
CREATE TABLE consumer (name TEXT PRIMARY KEY, acked_up_to INTEGER NOT NULL, kind TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ack_ahead (consumer TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (consumer, seq)) WITHOUT ROWID;
CREATE TABLE dead (
    consumer TEXT NOT NULL, seq INTEGER NOT NULL, error TEXT NOT NULL, PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;
CREATE TABLE open_episode (key TEXT PRIMARY KEY, seq INTEGER NOT NULL, camera TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE facing_state (
    camera TEXT NOT NULL, facing TEXT NOT NULL, saved TEXT NOT NULL, PRIMARY KEY (camera, facing)
) WITHOUT ROWID;
CREATE TABLE camera_state (camera TEXT PRIMARY KEY, saved TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE replay (camera TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, finished INTEGER NOT NULL) WITHOUT ROWID;
"""

_FEEDBACK_TABLES = """
CREATE TABLE told (id TEXT PRIMARY KEY, camera TEXT NOT NULL, facing TEXT NOT NULL, episode INTEGER NOT NULL);
CREATE TABLE feedback (
    event TEXT PRIMARY KEY, camera TEXT NOT NULL, facing TEXT NOT NULL, episode INTEGER NOT NULL,
    verdict TEXT NOT NULL, reason TEXT,
    taken TEXT NOT NULL                     -- the verdict that the facing's state knows of
);
"""

_FORMATS = (_FIRST_TABLES, _FEEDBACK_TABLES)
"""What each format added; a database of an earlier one is given what it lacks."""

_SCHEMA_VERSION = len(_FORMATS)


@contextlib.contextmanager
def saying_what_failed(path: Path) -> Iterator[None]:
    """Turn sqlite3's errors into one OutputError that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        text = str(error)
        if "not a database" in text or "malformed" in text:
            hint = f"Move {path.name} away; the next start makes a new one."
        elif "full" in text or "disk I/O" in text:
            hint = "Free some space; nothing of it was half written."
        else:
            hint = None
        raise OutputError(f"Cannot use {path}: {text}.", hint=hint) from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside or nothing: COMMIT when the block ends well, else ROLLBACK."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # An error such as a full disk may have rolled back already; then there is nothing left to undo.
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def open_database(path: Path) -> sqlite3.Connection:
    """Open (and make, where absent) the database; to be used from one thread at a time, any thread.

    WAL with synchronous=FULL: a commit that returned survives a power cut, and readers never block the writer.

    Raises:
        OutputError: it cannot be made or opened, is no database, or was made by a newer edgekit.
    """
    with saying_what_failed(path):
        connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            _make_tables(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _make_tables(connection: sqlite3.Connection, path: Path) -> None:
    with transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _SCHEMA_VERSION:
            raise OutputError(
                f"{path} was written by a newer edgekit (format {version}; this one knows {_SCHEMA_VERSION}).",
                hint="Upgrade edgekit, or give another `state:` folder.",
            )
        if version == _SCHEMA_VERSION:
            return
        for tables in _FORMATS[version:]:
            for statement in tables.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
        if version == 0:
            connection.execute("INSERT INTO meta VALUES ('origin', ?)", (str(uuid.uuid4()),))
        connection.execute(f"PRAGMA user_version={_SCHEMA_VERSION}")
