"""The journal of a run: what was about to be sent is on disk before it is sent, what came of it after.

A run that was killed goes on where it stopped: what is done is not repeated, and what was in flight is unknown instead
of being paid for twice in silence. `Journal` is the file with its one writer; `Ledger` settles rows by it.

The journal holds answers, and with them people and interview links: it is made readable by its owner alone. The token
is never in it. It is one file, which can be copied or moved when no run is using it.
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
    """An open journal: one thread writes, whatever has come in meanwhile in one go, because syncing is what takes time.

    Raises:
        JournalError: no journal, of another program or another version, damaged, in use, or not to be written to.
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
        """Remember entries; they are synced to disk when the future is done. It can fail with a `JournalError`."""
        future: Future[None] = Future()
        if os.getpid() != self._file.process:  # after a fork nobody writes here
            future.set_exception(JournalError("the journal was opened by another process, before a fork"))
            return future
        future.set_running_or_notify_cancel()  # nobody can cancel it: what was sent is recorded in any case
        with self._gate:
            if self._closed:
                future.set_exception(JournalError("the journal is closed"))
            else:
                self._tasks.put((future, entries))
        return future

    def find(self, keys: Sequence[bytes]) -> list[dict[str, Any] | None]:
        """Give the latest entry of each key; None where there is none.

        Raises:
            JournalError: the file cannot be read any more.
        """
        try:
            return [self._file.find(key) for key in keys]
        except (OSError, ValueError) as error:
            raise explain(error) from error

    def close(self) -> None:
        """Write what is waiting, then let go of the file: the writer does, also where an exception ends the waiting."""
        with self._gate:
            self._closed = True
            self._tasks.put(None)
        self._writer.join()

    def _write(self) -> None:
        more = True
        while more:
            # Without a time limit, and only as long as there is something: with one, CPython can miss the end of it.
            tasks = [self._tasks.get()]
            while not self._tasks.empty():
                tasks.append(self._tasks.get())
            more = None not in tasks
            self._commit([task for task in tasks if task is not None])
        self._file.close()

    def _commit(self, tasks: Sequence[_Task]) -> None:
        try:
            self._file.add([entry for _, entries in tasks for entry in entries])
        except Exception as error:  # noqa: BLE001 - whatever it is: who waits for the writer must not wait for ever
            for future, _ in tasks:
                future.set_exception(explain(error))  # one for each: they are raised in different places
        else:
            for future, _ in tasks:
                future.set_result(None)


class RowCodec(Protocol):
    """What knows how rows of one kind are kept."""

    def subject(self, row: PendingRow) -> Mapping[str, Any]:
        """Give what a person needs to recognise a row in the journal by."""
        ...

    def recall(self, document: object) -> Any:
        """Read a kept answer again: JSON to its typed form."""
        ...


INTERRUPTED: Final = (
    "an earlier run was stopped while this row was on its way, so it may have been processed"
    " (retry_unknown=True sends it again, at the risk of doing and paying it twice)"
)

UNREADABLE: Final = "an earlier run has done this row, but what the journal kept of its answer cannot be read"


@define
class Ledger:
    """Which of a run's rows are to be sent: not those seen before, nor those that its journal knows as done."""

    stop: Stop
    seen: SeenRows
    journal: Journal | None = None
    retry_unknown: bool = False

    def begin(self, rows: Sequence[PendingRow], codec: RowCodec) -> Steps[list[PendingRow]]:
        """Give the rows that are to be sent now, their intents on disk; settle all others.

        What the journal knows is asked before a stop is looked at: a row that is done is not one that was not sent.
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
        for row in rows:  # whatever stops the run from here on: what the journal calls begun is sent
            row.begun = True
        return rows

    def settle_known(self, rows: Sequence[PendingRow], codec: RowCodec) -> None:
        """Settle the rows that the journal knows; one that failed, or was never begun, is left to be sent.

        Raises:
            JournalError: the journal cannot be read any more.
        """
        if self.journal is not None:
            for row, entry in zip(rows, self.journal.find([row.key for row in rows]), strict=True):
                if entry is not None:
                    self._settle_from(row, entry, codec)

    def finish(self, rows: Sequence[PendingRow]) -> None:
        """Record the rows' outcomes; the run goes on meanwhile, and gives them when they are on disk."""
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
