"""Any number of rows cut into chunks: read, checked, and compared for duplicates before anything is sent."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from itertools import islice
from typing import Any, Final, Literal

from attrs import define, field

from jobmojito.errors import AuthenticationError, ConfigurationError, JobMojitoError, PermissionDeniedError

from .identity import KeyTable
from .results import RowKind, RowOutcome, RowStatus
from .rows import Refused

Duplicates = Literal["once", "report", "send"]
"""What to do with rows that are the same: send the first and skip the others, send the first and report the others as
errors, or send all."""

Fields = Mapping[str, Any]


@define
class PendingRow:
    """One input row: its fields to send, and later its outcome.

    `begun`: its request may be under way. `recorded` is done when the journal has the outcome on disk. `held`: it is
    not sent, because the rows after it could not be read; a journal may know it all the same.
    """

    index: int
    input: Any = field(repr=False)  # a person, whom a traceback with local variables would show
    fields: Fields = field(factory=dict[str, Any], repr=False)
    key: bytes = field(default=b"", repr=False)
    begun: bool = False
    held: bool = False
    recorded: Future[Any] | None = field(default=None, repr=False)
    outcome: RowOutcome[Any, Any] | None = None

    def settle(self, status: RowStatus, kind: RowKind | None = None, message: str | None = None, **more: Any) -> None:
        """Set the outcome."""
        self.outcome = RowOutcome(self.index, self.input, status, kind, message, **more)


_FOR_EVERY_ROW: Final = (AuthenticationError, ConfigurationError)


@define
class Stop:
    """Whether a run has to stop; set from anywhere, checked before each request.

    `error` is raised when all requests in flight have finished. `on_error` is the caller's `stop_on_error`.
    """

    on_error: bool = False
    reason: str | None = None
    interrupted: bool = False
    error: Exception | None = None
    _accepted: bool = False

    def because(self, reason: str, error: Exception | None = None) -> None:
        """Send nothing more; the first reason counts."""
        self.reason = self.reason or reason
        self.error = self.error or error

    def note(self, error: Exception | None) -> None:
        """Take a request's error, or None, and stop if every other request would fail for the same reason.

        Such reasons are: the API refuses the token; the client is closed or its token provider fails; permission is
        denied, unless the API accepted an earlier request of this run (then it concerns these rows only).
        """
        if error is None:
            self._accepted = True
        elif isinstance(error, _FOR_EVERY_ROW) or (isinstance(error, PermissionDeniedError) and not self._accepted):
            self.because(error.message, error)
        elif self.on_error:
            self.because("an earlier request failed")

    def settle(self, rows: Iterable[PendingRow]) -> None:
        """Settle rows as not sent."""
        error = self.error if isinstance(self.error, JobMojitoError) else None
        for row in rows:
            row.settle(RowStatus.ERROR, RowKind.NOT_SENT, f"not sent: {self.reason}", error=error)


class SeenRows:
    """The keys of the rows that a run has seen, and what to do with duplicates."""

    def __init__(self, duplicates: Duplicates) -> None:
        self._duplicates: Duplicates = duplicates
        self._first = KeyTable()
        self._lock = threading.Lock()

    def settle(self, rows: Iterable[PendingRow]) -> None:
        """Settle the rows that have the key of an earlier row; a row without a key is never a duplicate."""
        if self._duplicates == "send":
            return
        status = RowStatus.ERROR if self._duplicates == "report" else RowStatus.SKIPPED
        for row in rows:
            if row.key and (first := self._first_of(row)) != row.index:
                row.settle(status, RowKind.DUPLICATE, "not sent: the same as an earlier row", duplicate_of=first)

    def _first_of(self, row: PendingRow) -> int:
        with self._lock:
            return self._first.setdefault(row.key, row.index)


class Chunker:
    """Turns input rows into pending rows, in chunks of `size`; the last chunk may be shorter."""

    def __init__(
        self, read: Callable[[Any], Fields], identify: Callable[[Fields], bytes], seen: SeenRows, size: int
    ) -> None:
        self._read, self._identify, self._seen, self._size = read, identify, seen, size
        self._chunk: list[PendingRow] = []
        self._count = 0
        self.under_way: deque[list[PendingRow]] = deque()

    def chunks(self, rows: Iterable[object], go_on: Callable[[], bool]) -> Iterator[list[PendingRow]]:
        """Yield chunks while `go_on()`; rows are drawn only as chunks are asked for."""
        try:
            for row in rows:
                yield from self._add(row)
                if not go_on():
                    break
        except Exception:  # raised by the caller's iterator, and raised to the caller after the rows it gave
            yield self._abandoned()
            raise
        yield self._full()

    async def chunks_async(
        self, rows: AsyncIterable[object] | Iterable[object], go_on: Callable[[], bool]
    ) -> AsyncIterator[list[PendingRow]]:
        """Yield chunks like `chunks`, from a sync or an async iterable."""
        try:
            async for row in _as_async(rows):
                for chunk in self._add(row):
                    yield chunk
                if not go_on():
                    break
        except Exception:  # raised by the caller's iterator, and raised to the caller after the rows it gave
            yield self._abandoned()
            raise
        yield self._full()

    def left(self, rows: Iterable[object]) -> list[PendingRow]:
        """Return all rows whose chunk is not finished, then the rows of `rows` that were not drawn."""
        rest = [*self._chunk, *map(self._pending, islice(rows, self._count, None))]
        self._seen.settle(rest)
        return [row for chunk in self.under_way for row in chunk] + rest

    def _add(self, row: object) -> Iterator[list[PendingRow]]:
        self._chunk.append(self._pending(row))
        if len(self._chunk) == self._size:
            yield self._full()

    def _full(self) -> list[PendingRow]:
        """Return the current chunk with its duplicates settled, and begin a new one."""
        chunk, self._chunk = self._chunk, []
        self._seen.settle(chunk)
        self.under_way.append(chunk)
        return chunk

    def _abandoned(self) -> list[PendingRow]:
        """Settle and return the rows drawn before the caller's iterator failed; they are not sent."""
        chunk = self._full()
        for row in chunk:
            row.held = True
        return chunk

    def _pending(self, given: object) -> PendingRow:
        """Read the next row; one that cannot be sent is settled here."""
        row = PendingRow(self._count, given)
        self._count += 1
        try:
            row.fields = self._read(given)
        except Refused as refused:
            row.settle(RowStatus.ERROR, RowKind.INVALID, str(refused))
            return row
        row.key = self._identify(row.fields)
        return row


async def _as_async(rows: AsyncIterable[object] | Iterable[object]) -> AsyncIterator[object]:
    if isinstance(rows, AsyncIterable):
        async for row in rows:
            yield row
    else:
        for row in rows:
            yield row
