"""Rows of any number cut into chunks: read, checked, and told apart from their duplicates before anything is sent."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Literal

from attrs import define, field

from .results import RowKind, RowOutcome, RowStatus
from .rows import Refused

if TYPE_CHECKING:
    from jobmojito.errors import JobMojitoError

Duplicates = Literal["once", "report", "send"]
"""What to do with a row that stands in the input a second time: send it once and skip the others, send it once and
report the others as errors, or send all."""

Fields = Mapping[str, Any]


@define
class PendingRow:
    """One input row on its way: what is to be sent for it, or what became of it.

    `kept` is done when a journal has the outcome on disk.
    """

    index: int
    input: Any
    fields: Fields = field(factory=dict[str, Any])
    key: bytes = b""
    recorded: Future[Any] | None = None
    outcome: RowOutcome[Any, Any] | None = None

    def settle(self, status: RowStatus, kind: RowKind | None = None, message: str | None = None, **more: Any) -> None:
        """Decide what became of it."""
        self.outcome = RowOutcome(self.index, self.input, status, kind, message, **more)


@define
class Stop:
    """Whether a run goes on; set from anywhere, looked at before each request.

    `failure` is what the caller's `on_progress` raised: it is raised again when what is in flight has come back.
    """

    reason: str | None = None
    interrupted: bool = False
    error: JobMojitoError | None = None
    failure: Exception | None = None

    def because(self, reason: str, error: JobMojitoError | None = None) -> None:
        """Send nothing more; the first reason counts."""
        self.reason = self.reason or reason
        self.error = self.error or error

    def settle(self, rows: Iterable[PendingRow]) -> None:
        """Say of rows that they were not sent."""
        for row in rows:
            row.settle(RowStatus.ERROR, RowKind.NOT_SENT, f"not sent: {self.reason}", error=self.error)


class Seen:
    """Keys seen so far, and where; in a private file on disk that goes with it, so that memory does not grow."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, position INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")
        self._lock = threading.Lock()

    def firsts(self, keys: Sequence[tuple[bytes, int]]) -> list[int | None]:
        """Give for each key and position where the key was seen before; None where it is new, and now seen."""
        with self._lock:
            marks = ",".join("?" * len(keys))
            question = f"SELECT key, position FROM seen WHERE key IN ({marks})"  # noqa: S608 - question marks alone
            known: dict[bytes, int] = dict(self._database.execute(question, [key for key, _ in keys]))
            found, fresh = list[int | None](), list[tuple[bytes, int]]()
            for key, position in keys:
                first = known.setdefault(key, position)
                found.append(None if first == position else first)
                if first == position:
                    fresh.append((key, position))
            self._database.executemany("INSERT INTO seen VALUES (?, ?)", fresh)
            return found

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


class Chunker:
    """Turns input rows into slots and cuts them into chunks of `size`, the last one shorter."""

    def __init__(
        self,
        read: Callable[[Any], Fields],
        identify: Callable[[Fields], bytes],
        seen: Seen,
        duplicates: Duplicates,
        size: int,
    ) -> None:
        self._read, self._identify, self._seen = read, identify, seen
        self._duplicates: Duplicates = duplicates
        self._size = size
        self._chunk: list[PendingRow] = []
        self._count = 0

    def chunks(self, rows: Iterable[object], go_on: Callable[[], bool]) -> Iterator[list[PendingRow]]:
        """Draw rows as far as chunks are asked for, and while `go_on()`."""
        try:
            for row in rows:
                yield from self._add(row)
                if not go_on():
                    break
        except Exception:  # whatever the caller's iterator raises goes on to the caller, after the rows it gave
            yield self._abandoned()
            raise
        yield self._full()

    async def chunks_async(
        self, rows: AsyncIterable[object] | Iterable[object], go_on: Callable[[], bool]
    ) -> AsyncIterator[list[PendingRow]]:
        """Do the same with rows of either kind."""
        try:
            async for row in _as_async(rows):
                for chunk in self._add(row):
                    yield chunk
                if not go_on():
                    break
        except Exception:  # whatever the caller's iterator raises goes on to the caller, after the rows it gave
            yield self._abandoned()
            raise
        yield self._full()

    def _add(self, row: object) -> Iterator[list[PendingRow]]:
        self._chunk.append(self._slot(row))
        if len(self._chunk) == self._size:
            yield self._full()

    def _full(self) -> list[PendingRow]:
        """Give the chunk, its duplicates settled, and begin another one."""
        chunk, self._chunk = self._chunk, []
        if self._duplicates != "send":
            keyed = [slot for slot in chunk if slot.key]
            firsts = self._seen.firsts([(slot.key, slot.index) for slot in keyed])
            for slot, first in zip(keyed, firsts, strict=True):
                if first is not None:
                    settle_duplicate(slot, first, self._duplicates)
        return chunk

    def _abandoned(self) -> list[PendingRow]:
        """Give the rows drawn before the caller's iterator failed; nothing more is sent after that."""
        chunk = self._full()
        for slot in chunk:
            if slot.outcome is None:
                slot.settle(RowStatus.ERROR, RowKind.NOT_SENT, "not sent: the rows after it could not be read")
        return chunk

    def _slot(self, row: object) -> PendingRow:
        """Read the next row; what cannot be sent is settled here."""
        slot = PendingRow(self._count, row)
        self._count += 1
        try:
            slot.fields = self._read(row)
        except Refused as refused:
            slot.settle(RowStatus.ERROR, RowKind.INVALID, str(refused))
            return slot
        slot.key = self._identify(slot.fields)
        return slot


def settle_duplicate(slot: PendingRow, first: int, duplicates: Duplicates) -> None:
    """Say of a row that it was not sent because an earlier one is the same."""
    status = RowStatus.ERROR if duplicates == "report" else RowStatus.SKIPPED
    slot.settle(status, RowKind.DUPLICATE, "not sent: the same as an earlier row", duplicate_of=first)


def digest(*parts: str | bytes | None) -> bytes:
    """Give a short key that stands for some texts: equal for equal ones, and nothing can be read from it."""
    # The repr of a tuple of texts and bytes is one text for one tuple, and says halves of characters too.
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()


async def _as_async(rows: AsyncIterable[object] | Iterable[object]) -> AsyncIterator[object]:
    if isinstance(rows, AsyncIterable):
        async for row in rows:
            yield row
    else:
        for row in rows:
            yield row
