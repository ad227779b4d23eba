"""The journal of a run: what was about to be sent is on disk before it is sent, what came of it after.

A run that was killed goes on where it stopped: what is done is not repeated, and what was in flight is told as unknown
instead of being paid for twice in silence. One SQLite file (WAL, every commit synced), one writer, and a lock of the
operating system that a killed process loses with its life.

The journal holds answers, and with them people and interview links: it is made readable by its owner alone. The token
is never in it.
"""

from __future__ import annotations

import os
import queue
import secrets
import sqlite3
import threading
import time
from concurrent.futures import Future
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from attrs import frozen

from .errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

APPLICATION_ID: Final = 0x4A4D4F4A
"""SQLite's mark of whose file it is: "JMOJ"."""

SCHEMA_VERSION: Final = 1

_SCHEMA: Final = """
CREATE TABLE entry (
  key BLOB PRIMARY KEY NOT NULL,  -- digest of operation, server, target, candidate and content
  subject TEXT NOT NULL,          -- JSON: what a person needs to recognise the row
  run TEXT NOT NULL,              -- the run that last sent it
  position INTEGER NOT NULL,      -- its place in that run's input, from 0
  status TEXT NOT NULL,           -- 'intent', or the outcome's: ok, skipped, error, unknown
  kind TEXT, message TEXT,
  answer TEXT,                    -- JSON as the API gave it
  begun REAL NOT NULL, ended REAL -- seconds since 1970
)
"""
_INTENT: Final = "intent"


@frozen
class Intent:
    """What is about to be sent for one row. `subject` tells a person which row it is."""

    key: bytes
    position: int
    subject: str


@frozen
class Record:
    """What came of one row."""

    key: bytes
    status: str
    kind: str | None
    message: str | None
    answer: str | None


@frozen
class Duplicate:
    """The same row stood earlier in this run's input, at `position`."""

    position: int


Standing = Record | Duplicate | None
"""What the journal knows of an intent: done before, a duplicate, or nothing, and then it has just been recorded."""


class Journal:
    """An open journal. `begin` and `finish` return futures: one thread writes, many rows a commit.

    Raises:
        JournalError: no journal, of another program or a newer version, damaged, in use, or not to be written to.
    """

    def __init__(self, path: str | os.PathLike[str], *, retry_unknown: bool = False) -> None:
        self.path = Path(path)
        self.run = secrets.token_hex(8)
        self._retry_unknown = retry_unknown
        self._connection = _open(self.path)
        self._tasks: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="jobmojito-journal", daemon=True)
        self._writer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, intents: Sequence[Intent]) -> Future[list[Standing]]:
        """Record what is about to be sent, unless it is known already; synced to disk when the future is done."""
        return self._submit(lambda: [self._begin(intent) for intent in intents])

    def finish(self, records: Sequence[Record]) -> Future[None]:
        """Record what came of it."""
        return self._submit(lambda: self._finish(records))

    def close(self) -> None:
        """Write what is waiting, then let go of the file."""
        self._tasks.put(None)
        self._writer.join()
        with suppress(sqlite3.Error):
            self._connection.close()

    def _submit(self, task: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()  # nobody can cancel it: what was sent is recorded in any case
        self._tasks.put((task, future))
        return future

    def _write(self) -> None:
        """Take whatever has come in together and commit it at once: syncing is what takes time."""
        while (first := self._tasks.get()) is not None:
            batch, end = [first], False
            while not self._tasks.empty():
                task = self._tasks.get()
                if task is None:
                    end = True
                    break
                batch.append(task)
            self._commit(batch)
            if end:
                return

    def _commit(self, batch: list[tuple[Callable[[], Any], Future[Any]]]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results = [task() for task, _ in batch]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            for _, future in batch:
                future.set_exception(_explain(error))  # one for each: they are raised in different places
        else:
            for (_, future), result in zip(batch, results, strict=True):
                future.set_result(result)

    def _begin(self, intent: Intent) -> Standing:
        found = self._connection.execute(
            "SELECT run, position, status, kind, message, answer FROM entry WHERE key = ?", (intent.key,)
        ).fetchone()
        if found is not None:
            run, position, status, *rest = found
            if run == self.run:
                return Duplicate(position)
            if status in {"ok", "skipped"} or (status != "error" and not self._retry_unknown):
                return Record(intent.key, status, *rest)
        self._connection.execute(
            "INSERT OR REPLACE INTO entry (key, subject, run, position, status, begun) VALUES (?, ?, ?, ?, ?, ?)",
            (intent.key, intent.subject, self.run, intent.position, _INTENT, time.time()),
        )
        return None

    def _finish(self, records: Sequence[Record]) -> None:
        self._connection.executemany(
            "UPDATE entry SET status = ?, kind = ?, message = ?, answer = ?, ended = ? WHERE key = ?",
            [(one.status, one.kind, one.message, one.answer, time.time(), one.key) for one in records],
        )


def _open(path: Path) -> sqlite3.Connection:
    try:
        # Made here and not by SQLite, so that nobody else can read it at any moment.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600))
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except (OSError, ValueError) as error:
        raise JournalError(f"the journal cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    except sqlite3.Error as error:
        raise _explain(error) from error
    try:
        _prepare(connection)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise _explain(error) from error
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
        connection.execute(_SCHEMA)
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


def _explain(error: sqlite3.Error) -> JournalError:
    """Say it in words; the low byte of SQLite's extended codes is the family."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    explained = JournalError(f"the journal cannot be used: {_EXPLANATIONS.get(code, str(error))}")
    explained.__cause__ = error
    return explained
