"""A run over many rows: chunks in flight, outcomes in order, one place where it is told to stop.

Nothing here knows what a row is or what is sent for it; that is an `Exchange`, written once for both clients.
"""

from __future__ import annotations

import functools
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field

from jobmojito.calls.steps import AsyncSender, Sender, Steps, drive, drive_async
from jobmojito.errors import BatchError, JobMojitoError, JournalError
from jobmojito.lazy import DeferredModule

from .pools import in_order, in_order_async
from .results import BatchResult, Resend, RowKind, RowOutcome, RowStatus, count

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterable, Iterable
    from concurrent.futures import Future
    from types import FrameType

    from .chunks import Slot
else:
    asyncio = DeferredModule("asyncio")  # a synchronous run does without

Outcome = RowOutcome[Any, Any]
Progress = Callable[[int, int, int | None], object]
"""Called after each request with the rows done so far, those that failed or are unknown, and the total if known."""

Exchange = Callable[["list[Slot]"], Steps[None]]
"""Sends what is left to be sent of a chunk and settles every slot."""


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C stopped a run: what was in flight was finished, nothing more was sent. `result` has every row's outcome.

    It is a `KeyboardInterrupt`, so a program that does not look for it ends as ever; `str()` says what is left.
    """

    def __init__(self, message: str = "", result: BatchResult[Any, Any] | None = None) -> None:
        super().__init__(message, result)
        self.result = result

    def __str__(self) -> str:
        return str(self.args[0])


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

    def settle(self, slots: Iterable[Slot]) -> None:
        """Say of rows that they were not sent."""
        for slot in slots:
            slot.settle(RowStatus.ERROR, RowKind.NOT_SENT, f"not sent: {self.reason}", error=self.error)


@define
class Run:
    """One run's settings, and what it has come to."""

    concurrency: int
    total: int | None = None
    on_progress: Progress | None = None
    resend: Resend | None = None
    stop: Stop = field(factory=Stop)
    earlier: BatchResult[Any, Any] | None = None
    places: Sequence[int] = ()
    done: int = 0
    failed: int = 0

    def go_on(self) -> bool:
        """Tell whether to draw more rows: of a known number all get an outcome, of a stream those before a stop."""
        return self.total is not None or not (self.stop.interrupted or self.stop.error or self.stop.failure)

    def outcomes(
        self, chunks: Iterable[list[Slot]], exchange: Exchange, send: Sender
    ) -> Generator[Outcome, None, None]:
        """Give every row's outcome, in order."""

        def work(chunk: list[Slot]) -> list[Slot]:
            drive(exchange(chunk), send)
            return chunk

        for chunk in in_order(chunks, work, concurrency=self.concurrency):
            for kept in _kept(chunk):
                self._note(kept.exception())
            yield from self._finished(chunk)
        self._raise()

    async def outcomes_async(
        self, chunks: AsyncIterable[list[Slot]], exchange: Exchange, send: AsyncSender
    ) -> AsyncGenerator[Outcome, None]:
        """Give every row's outcome, in order."""

        async def work(chunk: list[Slot]) -> list[Slot]:
            await drive_async(exchange(chunk), send)
            return chunk

        async for chunk in in_order_async(chunks, work, concurrency=self.concurrency):
            for kept in _kept(chunk):
                self._note(*await asyncio.gather(asyncio.wrap_future(kept), return_exceptions=True))
            for outcome in self._finished(chunk):
                yield outcome
        self._raise()

    def _note(self, error: object) -> None:
        """Stop the run if an outcome could not be recorded; the outcome itself stays as it is."""
        if isinstance(error, JournalError):
            self.stop.because(error.message, error)

    def _finished(self, chunk: list[Slot]) -> list[Outcome]:
        outcomes = [slot.outcome for slot in chunk if slot.outcome is not None]
        self.done += len(outcomes)
        self.failed += sum(one.status in {RowStatus.ERROR, RowStatus.UNKNOWN} for one in outcomes)
        if outcomes and self.on_progress is not None and self.stop.failure is None:
            self._tell(self.on_progress)
        return outcomes

    def _tell(self, on_progress: Progress) -> None:
        try:
            on_progress(self.done, self.failed, self.total)
        except Exception as error:  # noqa: BLE001 - it is the caller's; raised at the end, for its outcomes must not be lost
            self.stop.failure = error
            self.stop.because(f"on_progress raised {type(error).__name__}")

    def _raise(self) -> None:
        if isinstance(self.stop.error, JournalError):
            raise self.stop.error
        if self.stop.failure is not None:
            raise self.stop.failure

    def collect(self, outcomes: Iterator[Outcome]) -> BatchResult[Any, Any]:
        """Put all outcomes into a result.

        Raises:
            RunInterrupted: Ctrl-C was pressed meanwhile.
            BatchError: the run broke off; an exception before any row was done is raised as it came.
        """
        gathered: list[Outcome] = []
        with interruptible(self.stop):
            try:
                gathered.extend(outcomes)
            except Exception as error:
                raise self._broken_off(gathered, error) from error
        return self._result(gathered)

    async def collect_async(self, outcomes: AsyncIterator[Outcome]) -> BatchResult[Any, Any]:
        """Do the same."""
        gathered: list[Outcome] = []
        with interruptible(self.stop):
            try:
                async for outcome in outcomes:
                    gathered.append(outcome)  # noqa: PERF401 - what came before an exception counts
            except Exception as error:
                raise self._broken_off(gathered, error) from error
        return self._result(gathered)

    def _result(self, outcomes: list[Outcome]) -> BatchResult[Any, Any]:
        result = self._assembled(outcomes)
        if self.stop.interrupted:
            raise RunInterrupted(self._left(outcomes), result)
        return result

    def _broken_off(self, outcomes: list[Outcome], error: Exception) -> Exception:
        if not outcomes:
            return error
        kind = JournalError if isinstance(error, JournalError) else BatchError
        reason = error.message if isinstance(error, JobMojitoError) else type(error).__name__
        done = sum(one.kind is not RowKind.NOT_SENT for one in outcomes)
        return kind(f"the run broke off after {count(done, 'row')}: {reason}", self._assembled(outcomes))

    def _assembled(self, outcomes: list[Outcome]) -> BatchResult[Any, Any]:
        """Make the result; of rows sent again, one over all rows of the result they come from."""
        if self.earlier is None:
            return BatchResult(tuple(outcomes), self.resend)
        again = {self.places[one.index]: self._placed(one) for one in outcomes}
        return BatchResult(tuple(again.get(one.index, one) for one in self.earlier), self.resend)

    def _placed(self, outcome: Outcome) -> Outcome:
        """Count a row that was sent again as in the result it comes from."""
        first = outcome.duplicate_of
        return evolve(
            outcome,
            index=self.places[outcome.index],
            duplicate_of=None if first is None else self.places[first],
        )

    def _left(self, outcomes: list[Outcome]) -> str:
        left = sum(one.kind is RowKind.NOT_SENT for one in outcomes)
        again = "; run it again with the same journal to go on" if self.resend and self.resend.journal else ""
        return f"stopped by Ctrl-C: {len(outcomes) - left} of {count(len(outcomes), 'row')} done, {left} left{again}"


def _kept(chunk: list[Slot]) -> set[Future[Any]]:
    return {slot.kept for slot in chunk if slot.kept is not None}


def size_of(rows: object) -> int | None:
    """Give the number of rows where it is known beforehand."""
    return len(rows) if isinstance(rows, Sized) else None


_ASYNCIO: Final = "asyncio.runners"


@contextmanager
def interruptible(stop: Stop) -> Generator[None, None, None]:
    """Make the first Ctrl-C stop the run cleanly, and a second one do what it did before.

    Only where Python's or asyncio's own handler is in place, and in the main thread: a program with a handler of its
    own knows better.
    """
    previous = signal.getsignal(signal.SIGINT)
    ours = threading.current_thread() is threading.main_thread() and _is_default(previous)

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.interrupted and callable(previous):
            previous(number, frame)
        stop.interrupted = True
        stop.because("the run was stopped by Ctrl-C")

    if ours:
        signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, previous)


def _is_default(handler: object) -> bool:
    if handler is signal.default_int_handler:
        return True
    return isinstance(handler, functools.partial) and getattr(handler.func, "__module__", "") == _ASYNCIO
