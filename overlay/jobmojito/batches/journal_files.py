"""The file of a journal: SQLite in WAL mode, ours alone, checked before it is trusted.

A file of somebody else, a damaged one or one in use is a `JournalError` in words and stays as it was. Two locks keep
other processes out, and a killed process loses both with its life: SQLite's own, and one on the file that outlasts
whatever else this process opens and closes.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from jobmojito.errors import JournalError

if TYPE_CHECKING:
    from pathlib import Path

fcntl: Any = import_module("fcntl") if os.name == "posix" else None

APPLICATION_ID: Final = 0x4A4D4F4A
"""SQLite's mark of whose file it is: "JMOJ"."""

SCHEMA_VERSION: Final = 1

_MAGIC: Final = b"SQLite format 3\0"

_SCHEMA: Final = (
    # What was about to be sent. `key` is a digest of operation, server, target, candidate and content; `subject` is
    # JSON by which a person recognises the row; `run` sent it last, from `position` in its input (counted from 0).
    "CREATE TABLE intent (key TEXT PRIMARY KEY, subject TEXT, run TEXT, position INTEGER, begun REAL)",
    # What came of it in that run: `status` as in `RowStatus`, `answer` as JSON. Without it, the row was in flight.
    (
        "CREATE TABLE outcome"
        " (key TEXT PRIMARY KEY, run TEXT, status TEXT, kind TEXT, message TEXT, answer TEXT, ended REAL)"
    ),
)


def open_database(path: Path) -> tuple[sqlite3.Connection, int]:
    """Give the database, and the descriptor that holds our lock."""
    try:
        # Made here and not by SQLite, so that nobody else can read it at any moment.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except (OSError, ValueError) as error:
        raise JournalError(f"the journal cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    try:
        _seize(descriptor)
        return _connect(path), descriptor
    except BaseException:
        os.close(descriptor)
        raise


def _seize(descriptor: int) -> None:
    """Lock the file, and make sure that SQLite would not take something else for an empty database."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise JournalError("the journal cannot be opened: it is no regular file")
    with suppress(OSError):  # a file system may lack these locks
        _flock(descriptor)
    if os.read(descriptor, len(_MAGIC)) not in {b"", _MAGIC}:
        raise _unusable(sqlite3.SQLITE_NOTADB)


def _flock(descriptor: int) -> None:
    """Lock the file: SQLite's lock is lost when anything in this process closes it, a second journal or a copy."""
    if fcntl is None:
        return  # Windows, where a lock goes with its own handle only
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _unusable(sqlite3.SQLITE_BUSY) from None


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise explain(error) from error
    try:
        _prepare(connection)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise explain(error) from error
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Make sure that the file is ours, sound and locked, and write to it once; a foreign file is left as it was."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    identity = _number(connection, "PRAGMA application_id")
    version = _number(connection, "PRAGMA user_version")
    empty = _number(connection, "SELECT count(*) FROM sqlite_master") == 0
    if not (identity == APPLICATION_ID or (identity == 0 and version == 0 and empty)):
        raise JournalError("the journal is a database of another program; name a new file")
    if version > SCHEMA_VERSION:
        raise JournalError(f"the journal was made by a newer version of this package (schema {version})")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN EXCLUSIVE")
    if version == 0:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    elif (finding := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise JournalError(f"the journal is damaged: {finding}")
    # Written in every case: a full disk or a read-only file is found before anything is sent.
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _number(connection: sqlite3.Connection, question: str) -> int:
    with closing(connection.execute(question)) as cursor:
        return int(cursor.fetchone()[0])


_EXPLANATIONS: Final = {
    sqlite3.SQLITE_BUSY: "another process is using it",
    sqlite3.SQLITE_LOCKED: "another process is using it",
    sqlite3.SQLITE_NOTADB: "it is no journal (the file is something else)",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "reading or writing it failed",
}


def explain(error: sqlite3.Error) -> JournalError:
    """Say it in words; the low byte of SQLite's extended codes is the family."""
    explained = _unusable(getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error))
    explained.__cause__ = error
    return explained


def _unusable(code: int, otherwise: str = "") -> JournalError:
    return JournalError(f"the journal cannot be used: {_EXPLANATIONS.get(code, otherwise)}")
