"""The journal of a run: what was about to be sent is on disk before it is sent, what came of it after.

A run that was killed goes on where it stopped: what is done is not repeated, and what was in flight is told as unknown
instead of being paid for twice in silence. One SQLite file, every commit synced, one writer, one process
at a time: see `databases`.

The journal holds answers, and with them people and interview links: it is made readable by its owner alone. The token
is never in it.
"""

from __future__ import annotations

import json
import math
import os
import queue
import secrets
import sqlite3
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from attrs import frozen

from jobmojito.errors import JournalError
from jobmojito_api.codec import Model

from .chunks import Duplicates, Seen, settle_duplicate
from .journal_files import explain, open_database
from .results import RowKind, RowStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobmojito.calls.steps import Steps

    from .chunks import PendingRow, Stop

# A whole commit in four statements: each one lets go of Python's lock, and under load has to wait to get it back.
_KNOWN: Final = """
SELECT i.key, i.run, i.position, o.status, o.kind, o.message, o.answer
FROM intent i LEFT JOIN outcome o ON o.key = i.key AND o.run = i.run
WHERE i.key IN (SELECT value FROM json_each(?))
"""
_BEGIN: Final = """
INSERT OR REPLACE INTO intent
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), ?, json_extract(value, '$[2]'), ? FROM json_each(?)
"""
_FINISH: Final = """
INSERT OR REPLACE INTO outcome
SELECT json_extract(value, '$[0]'), ?, json_extract(value, '$[1]'), json_extract(value, '$[2]'),
       json_extract(value, '$[3]'), json_extract(value, '$[4]'), ?
FROM json_each(?)
"""
INTENT: Final = "intent"
"""The status of a row whose outcome is not recorded."""


@frozen
class Intent:
    """What is about to be sent for one row. `subject` tells a person which row it is."""

    key: str
    position: int
    subject: str


@frozen
class Record:
    """What came of one row."""

    key: str
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


_PATIENCE: Final = 0.01
"""Seconds that what is to be written waits for more at the most."""


@frozen
class _Task:
    """Something to be written, and who waits for it: a request for intents, nobody in a hurry for records."""

    future: Future[Any]
    intents: Sequence[Intent] = ()
    records: Sequence[Record] = ()

    @property
    def urgent(self) -> bool:
        return bool(self.intents)


class Journal:
    """An open journal. `begin` and `finish` return futures: one thread writes, many rows a commit.

    Raises:
        JournalError: no journal, of another program or a newer version, damaged, in use, or not to be written to.
    """

    def __init__(self, path: str | os.PathLike[str], *, retry_unknown: bool = False) -> None:
        self.path = Path(path)
        self.run = secrets.token_hex(8)
        self._retry_unknown = retry_unknown
        self._connection, self._lock = open_database(self.path)
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._closing = False
        self._pause = 0.0
        self._writer = threading.Thread(target=self._write, name="jobmojito-journal", daemon=True)
        self._writer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def begin(self, intents: Sequence[Intent]) -> Future[list[Standing]]:
        """Record what is about to be sent, unless it is known already; synced to disk when the future is done."""
        return self._submit(_Task(Future(), intents=intents))

    def finish(self, records: Sequence[Record]) -> Future[list[Standing]]:
        """Record what came of it; synced to disk when the future is done."""
        return self._submit(_Task(Future(), records=records))

    def close(self) -> None:
        """Write what is waiting, then let go of the file."""
        self._tasks.put(None)
        self._writer.join()
        with suppress(sqlite3.Error):
            self._connection.close()
        os.close(self._lock)

    def _submit(self, task: _Task) -> Future[list[Standing]]:
        task.future.set_running_or_notify_cancel()  # nobody can cancel it: what was sent is recorded in any case
        self._tasks.put(task)
        return task.future

    def _write(self) -> None:
        """Commit whatever has come in together: syncing is what takes time."""
        while (batch := self._gather()) is not None:
            self._commit(batch)

    def _gather(self) -> list[_Task] | None:
        """Take what there is, at least one task; None at the end.

        A commit waits for the disk, so as many as possible share one: where intents came several at a time, the first
        one waits for the others, as long as the last commit took.
        """
        batch: list[_Task] = []
        end = math.inf
        while not self._closing and (left := end - time.monotonic()) > 0:
            try:
                task = self._tasks.get(timeout=None if not batch else left)
            except queue.Empty:
                break
            if task is None:
                self._closing = True
                break
            if not batch:
                end = time.monotonic() + self._pause
            batch.append(task)
        return [*batch, *self._waiting()] or None

    def _waiting(self) -> Iterator[_Task]:
        """Take what is there without waiting for more."""
        while not self._tasks.empty():
            task = self._tasks.get()
            if task is None:
                self._closing = True
            else:
                yield task

    def _commit(self, batch: list[_Task]) -> None:
        begun = time.monotonic()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            standings = iter(self._begin([intent for task in batch for intent in task.intents]))
            self._finish([record for task in batch for record in task.records])
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            for task in batch:
                task.future.set_exception(explain(error))  # one for each: they are raised in different places
        else:
            for task in batch:
                task.future.set_result([next(standings) for _ in task.intents])
        several = sum(task.urgent for task in batch) > 1
        self._pause = min(time.monotonic() - begun, _PATIENCE) if several else 0.0

    def _begin(self, intents: Sequence[Intent]) -> list[Standing]:
        if not intents:
            return []
        rows = self._connection.execute(_KNOWN, (json.dumps([intent.key for intent in intents]),))
        known: dict[str, Standing] = {key: self._standing(key, *rest) for key, *rest in rows}
        standings, fresh = list[Standing](), list[tuple[str, str, int]]()
        for intent in intents:
            standing = known.get(intent.key)
            standings.append(standing)
            if standing is None:
                known[intent.key] = Duplicate(intent.position)
                fresh.append((intent.key, intent.subject, intent.position))
        if fresh:
            self._connection.execute(_BEGIN, (self.run, time.time(), json.dumps(fresh)))
        return standings

    def _standing(self, key: str, run: str, position: int, status: str | None, *rest: str | None) -> Standing:
        if run == self.run:
            return Duplicate(position)
        retried = status == "error" or (status in {None, "unknown"} and self._retry_unknown)
        return None if retried else Record(key, status or INTENT, *rest)

    def _finish(self, records: Sequence[Record]) -> None:
        if records:
            values = [(one.key, one.status, one.kind, one.message, one.answer) for one in records]
            self._connection.execute(_FINISH, (self.run, time.time(), json.dumps(values)))


class RowCodec(Protocol):
    """What knows how rows of one kind are kept."""

    def subject(self, slot: PendingRow) -> dict[str, Any]:
        """Give what a person needs to recognise a row by; it stands in the journal."""
        ...

    def recall(self, document: object) -> Any:
        """Read a kept answer again: JSON to its typed form."""
        ...


INTERRUPTED: Final = (
    "an earlier run was stopped while this row was on its way, so it may have been processed"
    " (retry_unknown=True sends it again, at the risk of doing and paying it twice)"
)

DAMAGED: Final = "an earlier run has done this row, but what the journal kept of its answer is damaged"


@frozen
class Ledger:
    """Keeps a run's rows in a journal, if there is one, and in any case which ones it has seen."""

    stop: Stop
    seen: Seen
    journal: Journal | None = None
    duplicates: Duplicates = "once"

    def is_first(self, slot: PendingRow) -> bool:
        """Tell whether a row is new to this run; one that is not is settled."""
        first = None if self.duplicates == "send" else self.seen.firsts([(slot.key, slot.index)])[0]
        if first is not None:
            settle_duplicate(slot, first, self.duplicates)
        return first is None

    def begin(self, slots: Sequence[PendingRow], keeper: RowCodec) -> Steps[list[PendingRow]]:
        """Record that rows are about to be sent; settle those that are known already, and give the others."""
        if self.journal is None or not slots:
            return list(slots)
        try:
            standings = yield self.journal.begin([_intent(slot, keeper) for slot in slots])
        except JournalError as error:
            self.stop.because(error.message, error)
            self.stop.settle(slots)
            return []
        for slot, standing in zip(slots, standings, strict=True):
            if isinstance(standing, Duplicate):
                settle_duplicate(slot, standing.position, self.duplicates)
            elif standing is not None:
                _settle_from(slot, standing, keeper)
        return [slot for slot in slots if slot.outcome is None]

    def finish(self, slots: Sequence[PendingRow]) -> None:
        """Have it recorded what came of them; the run goes on meanwhile, and tells of them when they are on disk."""
        if self.journal is not None:
            kept = self.journal.finish([_record(slot) for slot in slots])
            for slot in slots:
                slot.recorded = kept


def _intent(slot: PendingRow, keeper: RowCodec) -> Intent:
    return Intent(slot.key.hex(), slot.index, json.dumps(keeper.subject(slot), default=str))


def _record(slot: PendingRow) -> Record:
    outcome = slot.outcome
    assert outcome is not None  # noqa: S101 - an exchange settles every row it sends
    answer = outcome.answer
    kept = json.dumps(answer.to_dict()) if isinstance(answer, Model) else None
    # Half a surrogate pair, which JSON can hold, is no text to SQLite.
    message = outcome.message and outcome.message.encode(errors="replace").decode()
    return Record(slot.key.hex(), outcome.status.value, outcome.kind and outcome.kind.value, message, kept)


def _settle_from(slot: PendingRow, record: Record, keeper: RowCodec) -> None:
    """Settle a row as it was recorded; one that was on its way is unknown."""
    if record.status not in RowStatus.__members__.values():
        slot.settle(RowStatus.UNKNOWN, RowKind.INTERRUPTED, INTERRUPTED)
        return
    try:
        answer = None if record.answer is None else keeper.recall(json.loads(record.answer))
        kind = None if record.kind is None else RowKind(record.kind)
    except (TypeError, ValueError, RecursionError):
        slot.settle(RowStatus.UNKNOWN, RowKind.UNREADABLE, DAMAGED)
    else:
        slot.settle(RowStatus(record.status), kind, record.message, answer=answer)
