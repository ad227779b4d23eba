"""The journal of a run: each row is on disk as begun before it is sent, and its outcome afterwards.

A run that was killed can be resumed: rows that are done are not repeated, and rows that were in flight become unknown
instead of being silently paid for twice. `Journal` is the file with its one writer; `Ledger` settles rows by it.

The journal holds answers, and so people and interview links: only its owner can read it. The token is never in it. It
is one file, which can be copied or moved when no run is using it.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from attrs import define

from jobmojito.calls.steps import Block
from jobmojito.errors import JournalError
from jobmojito_api.codec import Model

from .chunks import Stop
from .journal_files import Entry, JournalFile, explain
from .results import RowKind, RowStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jobmojito.calls.steps import Steps

    from .chunks import PendingRow, SeenRows

_Task = tuple["Future[None]", "Sequence[Entry]"]


class Journal:
    """An open journal. One thread writes all waiting entries at once, because each sync to disk is slow.

    Raises:
        JournalError: not a journal, of another program or version, damaged, in use, or not writable.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._file = JournalFile(Path(path))
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._gate, self._closed = threading.Lock(), False  # nothing is handed to a writer that has ended
        self._writer = threading.Thread(target=self._write, name="jobmojito-journal", daemon=True)
        try:
            self._writer.start()
        except BaseException:  # there is no thread to be had; or it runs, and a signal came while it was waited for
            if self._writer.ident is None:
                self._file.close()
            self._tasks.put(None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, entries: Sequence[Entry]) -> Future[None]:
        """Record entries; when the future is done they are on disk, or it failed with a `JournalError`."""
        future: Future[None] = Future()
        if os.getpid() != self._file.process:  # a forked child has no writer thread
            future.set_exception(JournalError("the journal was opened by another process, before a fork"))
            return future
        future.set_running_or_notify_cancel()  # so it cannot be cancelled: what was sent is always recorded
        with self._gate:
            if self._closed:
                future.set_exception(JournalError("the journal is closed"))
            else:
                self._tasks.put((future, entries))
        return future

    def find(self, keys: Sequence[bytes]) -> list[dict[str, Any] | None]:
        """Return the latest entry of each key; None if there is none.

        Raises:
            JournalError: the file can no longer be read.
        """
        try:
            return [self._file.find(key) for key in keys]
        except (OSError, ValueError) as error:
            raise explain(error) from error

    def close(self) -> None:
        """Write what is waiting; the writer then closes the file, even where an exception ends this wait."""
        with self._gate:
            self._closed = True
            self._tasks.put(None)
        self._writer.join()

    def _write(self) -> None:
        more = True
        while more:
            # No `get` with a timeout: CPython can miss its end.
            tasks = [self._tasks.get()]
            while not self._tasks.empty():
                tasks.append(self._tasks.get())
            more = None not in tasks
            self._commit([task for task in tasks if task is not None])
        self._file.close()

    def _commit(self, tasks: Sequence[_Task]) -> None:
        try:
            self._file.add([entry for _, entries in tasks for entry in entries])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait for the writer must hear of it
            for future, _ in tasks:
                future.set_exception(explain(error))  # one each: they are raised in different places
        else:
            for future, _ in tasks:
                future.set_result(None)


class RowCodec(Protocol):
    """How rows of one kind are written to the journal, and read from it."""

    def subject(self, row: PendingRow) -> Mapping[str, Any]:
        """Return the facts by which a person recognises a row in the journal."""
        ...

    def recall(self, document: object) -> Any:
        """Read an answer from its JSON in the journal."""
        ...


INTERRUPTED: Final = (
    "an earlier run was stopped while this row was on its way, so it may have been processed"
    " (retry_unknown=True sends it again, at the risk of doing and paying it twice)"
)

UNREADABLE: Final = "an earlier run has done this row, but its answer in the journal cannot be read"


@define
class Ledger:
    """Decides which rows of a run are sent: not duplicates, nor rows that the journal knows as done."""

    stop: Stop
    seen: SeenRows
    journal: Journal | None = None
    retry_unknown: bool = False

    def begin(self, rows: Sequence[PendingRow], codec: RowCodec) -> Steps[list[PendingRow]]:
        """Return the rows to send now, recorded as begun; settle all others.

        The journal comes before the stop: a row that is done must not be reported as not sent.
        """
        rows = [row for row in rows if row.outcome is None]
        try:
            if self.journal is not None and rows:
                yield Block(partial(self.settle_known, rows, codec))
                rows = [row for row in rows if row.outcome is None]
            if self.stop.reason is not None:
                self.stop.settle(rows)
                return []
            if rows and rows[0].held:
                Stop(reason="the rows after it could not be read").settle(rows)
                return []
            if self.journal is not None and rows:
                yield self.journal.add([(row.key, {"begun": time.time(), **codec.subject(row)}) for row in rows])
        except JournalError as error:
            self.stop.because(error.message, error)
            self.stop.settle(row for row in rows if row.outcome is None)
            return []
        for row in rows:  # from here on they are sent, even if the run stops
            row.begun = True
        return rows

    def settle_known(self, rows: Sequence[PendingRow], codec: RowCodec) -> None:
        """Settle the rows that the journal knows; rows that failed or were never begun are left to be sent.

        Raises:
            JournalError: the journal can no longer be read.
        """
        if self.journal is not None:
            for row, entry in zip(rows, self.journal.find([row.key for row in rows]), strict=True):
                if entry is not None:
                    self._settle_from(row, entry, codec)

    def finish(self, rows: Sequence[PendingRow]) -> None:
        """Record the rows' outcomes; the run goes on meanwhile, and yields them when they are on disk."""
        if self.journal is not None:
            recorded = self.journal.add([(row.key, _outcome(row)) for row in rows])
            for row in rows:
                row.recorded = recorded

    def _settle_from(self, row: PendingRow, entry: Mapping[str, Any], codec: RowCodec) -> None:
        status = entry.get("status", RowStatus.UNKNOWN)
        if status == RowStatus.ERROR or (status == RowStatus.UNKNOWN and self.retry_unknown):
            return
        if "status" not in entry:
            row.settle(RowStatus.UNKNOWN, RowKind.INTERRUPTED, INTERRUPTED)
            return
        try:
            kind = None if entry["kind"] is None else RowKind(entry["kind"])
            answer = None if entry["answer"] is None else codec.recall(entry["answer"])
            row.settle(RowStatus(entry["status"]), kind, entry["message"], answer=answer)
        except (KeyError, TypeError, ValueError, RecursionError):
            row.settle(RowStatus.UNKNOWN, RowKind.UNREADABLE, UNREADABLE)


def _outcome(row: PendingRow) -> dict[str, Any]:
    outcome = row.outcome
    assert outcome is not None  # noqa: S101 - a sender settles every row it sends
    answer = outcome.answer.to_dict() if isinstance(outcome.answer, Model) else None
    return {
        "ended": time.time(),
        "status": outcome.status,
        "kind": outcome.kind,
        "message": outcome.message,
        "answer": answer,
    }
