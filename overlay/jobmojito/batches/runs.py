"""A run over many rows: several are sent at a time, and every row gets an outcome, in input order."""

# Over 300 lines: the options of a run, the run for both clients and how it is broken off are one state, read together.

from __future__ import annotations

import functools
import os
import signal
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing, asynccontextmanager, closing, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, TypedDict, get_args

from attrs import define, evolve, field, frozen
from attrs.converters import optional

from jobmojito.calls.retries import check_number
from jobmojito.calls.steps import drive, drive_async
from jobmojito.errors import BatchError, ConfigurationError, JobMojitoError, JournalError, at_path
from jobmojito.lazy import DeferredModule

from .chunks import Chunker, Duplicates, SeenRows, Stop
from .journal import Journal, Ledger, RowCodec
from .pools import ended, map_ordered, map_ordered_async
from .results import BatchResult, Resend, RowKind, RowOutcome, RowStatus, count

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future
    from types import FrameType

    from jobmojito.calls.sessions import AsyncSession, Session
    from jobmojito.calls.steps import Steps

    from .chunks import PendingRow
else:
    asyncio = DeferredModule("asyncio")  # sync runs do not need it

Outcome = RowOutcome[Any, Any]
Progress = Callable[[int, int, int | None], object]
"""Called after each request: rows done so far, rows failed or unknown, total (None if not known)."""

MAX_CHUNK_SIZE: Final = 10_000
MAX_CONCURRENCY: Final = 64


class RunOptions(TypedDict, total=False):
    """Options of every run over many rows, described at `JobMojito.register_candidates`."""

    concurrency: int
    duplicates: Duplicates
    stop_on_error: bool
    on_progress: Progress | None
    journal: str | os.PathLike[str] | None
    retry_unknown: bool


class BatchOptions(RunOptions, total=False):
    """Options of a run whose requests hold several rows, described there too."""

    chunk_size: int


@frozen(kw_only=True)
class RunSettings:
    """A run's checked options."""

    chunk_size: int = 100
    concurrency: int = 4
    duplicates: Duplicates = "once"
    stop_on_error: bool = False
    on_progress: Progress | None = None
    journal: str | None = field(default=None, converter=optional(os.path.abspath))
    """Absolute: a program may go to another folder before its failed rows are sent again."""

    retry_unknown: bool = False

    def __attrs_post_init__(self) -> None:
        check_number("chunk_size", self.chunk_size, 1, MAX_CHUNK_SIZE, whole=True)
        check_number("concurrency", self.concurrency, 1, MAX_CONCURRENCY, whole=True)
        if self.duplicates not in get_args(Duplicates):
            raise ConfigurationError(f"duplicates must be one of {', '.join(get_args(Duplicates))}")
        if self.journal is not None and self.duplicates == "send":
            raise ConfigurationError(
                'a journal tells rows apart by what is in them: duplicates="send" cannot work with it'
            )
        if self.retry_unknown and self.journal is None:
            raise ConfigurationError("retry_unknown is for runs with a journal; without one, use retry_failed")


def one_by_one(run: Mapping[str, Any]) -> RunSettings:
    """Check the options of a run whose requests hold one row each."""
    options: dict[str, Any] = {**run, "chunk_size": 1}
    return RunSettings(**options)


class Sender(RowCodec, Protocol):
    """Sends the chunks of one kind of run."""

    def read(self, row: object) -> Mapping[str, Any]:
        """Return the fields of an input row."""
        ...

    def identify(self, fields: Mapping[str, Any]) -> bytes:
        """Return a row's key, equal for equal rows; empty if it is known only later."""
        ...

    def __call__(self, chunk: list[PendingRow]) -> Steps[None]:
        """Settle every row of a chunk."""
        ...


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C stopped a run after finishing what was in flight. `result` has every row's outcome.

    It is a `KeyboardInterrupt`, so a program that does not catch it ends as usual; `str()` says how many rows are left.
    """

    def __init__(self, message: str = "", result: BatchResult[Any, Any] | None = None) -> None:
        super().__init__(message, result)
        self.result = result

    def __str__(self) -> str:
        return str(self.args[0])


@define
class Run:
    """A run that has not begun: nothing is drawn or sent until it is iterated or collected.

    `make_sender` makes the sender of its chunks. If rows are sent again, `earlier` is the result they come from, and
    `places` are their indexes in it.

    Raises:
        ConfigurationError: `rows` cannot be iterated over.
    """

    session: Any = field(repr=False)  # Session for `collect`, AsyncSession for `collect_async`
    rows: Any = field(repr=False)
    settings: RunSettings
    make_sender: Callable[[Stop, Ledger], Sender] = field(repr=False)
    resend: Resend
    earlier: BatchResult[Any, Any] | None = None
    places: Sequence[int] = ()
    stop: Stop = field(init=False)
    done: int = 0
    failed: int = 0

    def __attrs_post_init__(self) -> None:
        self.stop = Stop(on_error=self.settings.stop_on_error)
        if hasattr(self.rows, "to_dict"):
            raise ConfigurationError(
                "rows must be rows, not a table: give table.to_dict('records') of pandas, table.to_dicts() of polars"
            )
        kinds = (Iterable, AsyncIterable) if self.session.asynchronous else (Iterable,)
        if isinstance(self.rows, str | bytes | os.PathLike | Mapping) or not isinstance(self.rows, kinds):
            what = type(self.rows).__name__
            raise ConfigurationError(
                f"rows must be something to iterate over, not {what}; for a CSV file, use one of the readers"
            )

    @property
    def total(self) -> int | None:
        """The number of rows, if it is known beforehand."""
        try:
            return len(self.rows)
        except (TypeError, ValueError):  # tqdm around a generator has a `__len__` that fails
            return None

    def go_on(self) -> bool:
        """Whether to draw more rows; of a stream, none after a stop, but rows of known number all get an outcome."""
        return self.total is not None or not (self.stop.interrupted or self.stop.error)

    def outcomes(self) -> Generator[Outcome, None, None]:
        """Yield every row's outcome in input order, as requests finish."""
        session: Session = self.session
        with at_path(self.settings.journal), self._journal() or nullcontext() as journal:
            sender, chunker, _ = self._begin(journal)

            def work(chunk: list[PendingRow]) -> list[PendingRow]:
                drive(sender(chunk), session.transport.do)
                return chunk

            chunks = chunker.chunks(self.rows, self.go_on)
            with closing(map_ordered(chunks, work, concurrency=self.settings.concurrency)) as finished:
                for chunk in finished:
                    for recorded in _recorded(chunk):
                        self._note(recorded.exception())
                    chunker.under_way.popleft()
                    yield from self._finished(chunk)
            self._raise()

    async def outcomes_async(self) -> AsyncGenerator[Outcome, None]:
        """Yield every row's outcome in input order, as requests finish.

        Raises:
            CancelledError: the task was cancelled; its `result` has the outcomes that were not yielded yet.
        """
        session: AsyncSession = self.session
        sender, chunker, ledger = self._begin(None)
        left: tuple[Outcome, ...] = ()

        async def work(chunk: list[PendingRow]) -> list[PendingRow]:
            await drive_async(sender(chunk), session.transport.do)
            return chunk

        chunks = chunker.chunks_async(self.rows, self.go_on)
        try:
            async with self._opening() as opening:
                try:
                    ledger.journal = await opening
                    finished = map_ordered_async(chunks, work, concurrency=self.settings.concurrency)
                    async with aclosing(finished):
                        async for chunk in finished:
                            for recorded in _recorded(chunk):
                                self._note(*await asyncio.gather(asyncio.wrap_future(recorded), return_exceptions=True))
                            chunker.under_way.popleft()
                            for outcome in self._finished(chunk):
                                yield outcome
                except asyncio.CancelledError:
                    left = tuple(self._cancelled(chunker, ledger, sender))
                    raise
        except asyncio.CancelledError as cancelled:
            # Not our own error class: `asyncio.timeout` and others look for exactly this one.
            vars(cancelled)["result"] = BatchResult(left, self.resend)
            raise
        self._raise()

    @asynccontextmanager
    async def _opening(self) -> AsyncGenerator[asyncio.Future[Journal | None], None]:
        """Open the journal, and always close it; in a thread of its own, which cannot be cancelled."""
        worker, opened = ThreadPoolExecutor(1), ExitStack()
        try:
            opening = worker.submit(lambda: opened.enter_context(self._journal() or nullcontext()))
            yield asyncio.shield(asyncio.wrap_future(opening))
        finally:
            closing = asyncio.wrap_future(worker.submit(opened.close))
            worker.shutdown(wait=False)
            await ended([closing])

    def _journal(self) -> Journal | None:
        with at_path(self.settings.journal):
            return None if self.settings.journal is None else Journal(self.settings.journal)

    def _begin(self, journal: Journal | None) -> tuple[Sender, Chunker, Ledger]:
        seen = SeenRows(self.settings.duplicates)
        ledger = Ledger(self.stop, seen, journal, self.settings.retry_unknown)
        sender = self.make_sender(self.stop, ledger)
        return sender, Chunker(sender.read, sender.identify, seen, self.settings.chunk_size), ledger

    def _note(self, error: object) -> None:
        """Stop the run if an outcome could not be recorded; the outcome itself does not change."""
        if isinstance(error, JournalError):
            self.stop.because(error.message, error)

    def _finished(self, chunk: list[PendingRow]) -> list[Outcome]:
        outcomes = [row.outcome for row in chunk if row.outcome is not None]
        self.done += len(outcomes)
        self.failed += sum(one.status in {RowStatus.ERROR, RowStatus.UNKNOWN} for one in outcomes)
        if outcomes and self.settings.on_progress is not None and self.stop.error is None:
            self._report(self.settings.on_progress)
        return outcomes

    def _report(self, on_progress: Progress) -> None:
        try:
            on_progress(self.done, self.failed, self.total)
        except Exception as error:  # noqa: BLE001 - the caller's; raised at the end, so that no outcome is lost
            self.stop.because(f"on_progress raised {type(error).__name__}", error)

    def _cancelled(self, chunker: Chunker, ledger: Ledger, sender: Sender) -> Iterator[Outcome]:
        """Yield the outcomes of all rows that are left when the run is cancelled."""
        self.stop.because("the run was cancelled")
        rows = chunker.left(self.rows if self.total is not None else ())
        waiting = [row for row in rows if row.outcome is None and not row.begun]
        with suppress(JournalError):  # then they count as not sent, which is true for this run
            ledger.settle_known([row for row in waiting if row.key], sender)
        self.stop.settle(row for row in waiting if row.outcome is None)
        for row in rows:
            if row.outcome is None:
                row.settle(RowStatus.UNKNOWN, RowKind.INTERRUPTED, CANCELLED)
            if row.outcome is not None:
                yield row.outcome

    def _raise(self) -> None:
        if self.stop.error is not None:
            with at_path(self.settings.journal):
                raise self.stop.error

    def collect(self) -> BatchResult[Any, Any]:
        """Collect all outcomes into a result.

        Raises:
            RunInterrupted: Ctrl-C was pressed meanwhile.
            BatchError: the run broke off; an exception before any row had an outcome is raised unchanged.
        """
        with self._gathering() as gathered:
            gathered.extend(self.outcomes())
        return self._result(gathered)

    async def collect_async(self) -> BatchResult[Any, Any]:
        """Collect all outcomes into a result.

        Raises:
            RunInterrupted, BatchError: as `collect` raises them.
            CancelledError: the task was cancelled; its `result` has the outcome of every row.
        """
        with self._gathering() as gathered:
            async for outcome in self.outcomes_async():
                gathered.append(outcome)
        return self._result(gathered)

    @contextmanager
    def _gathering(self) -> Generator[list[Outcome], None, None]:
        """Gather outcomes, and attach them to the exception if the run breaks off."""
        gathered: list[Outcome] = []
        with interruptible(self.stop):
            try:
                yield gathered
            except Exception as error:
                if not gathered:
                    raise
                raise self._broken_off(gathered, error) from error
            except BaseException as error:
                if isinstance(left := vars(error).get("result"), BatchResult):  # of a cancelled task
                    vars(error)["result"] = self._assembled([*gathered, *left])
                raise

    def _result(self, outcomes: list[Outcome]) -> BatchResult[Any, Any]:
        result = self._assembled(outcomes)
        if self.stop.interrupted:
            raise RunInterrupted(self._left(outcomes), result)
        return result

    def _broken_off(self, outcomes: list[Outcome], error: Exception) -> BatchError:
        kind = JournalError if isinstance(error, JournalError) else BatchError
        reason = error.message if isinstance(error, JobMojitoError) else type(error).__name__
        done = sum(one.kind is not RowKind.NOT_SENT for one in outcomes)
        return kind(f"the run broke off after {count(done, 'row')}: {reason}", self._assembled(outcomes))

    def _assembled(self, outcomes: list[Outcome]) -> BatchResult[Any, Any]:
        """Make the result; if rows were sent again, a result over all rows of the earlier one."""
        if self.earlier is None:
            return BatchResult(tuple(outcomes), self.resend)
        again = {self.places[one.index]: self._placed(one) for one in outcomes}
        return BatchResult(tuple(again.get(one.index, one) for one in self.earlier), self.resend)

    def _placed(self, outcome: Outcome) -> Outcome:
        """Give a row that was sent again its index in the earlier result."""
        first = outcome.duplicate_of
        return evolve(
            outcome,
            index=self.places[outcome.index],
            duplicate_of=None if first is None else self.places[first],
        )

    def _left(self, outcomes: list[Outcome]) -> str:
        left = sum(one.kind is RowKind.NOT_SENT for one in outcomes)
        again = "; run it again with the same journal to go on" if self.resend.journal else ""
        return f"stopped by Ctrl-C: {len(outcomes) - left} of {count(len(outcomes), 'row')} done, {left} left{again}"


def _recorded(chunk: list[PendingRow]) -> set[Future[Any]]:
    return {row.recorded for row in chunk if row.recorded is not None}


CANCELLED: Final = "the run was cancelled while this row was on its way, so it may have been processed"
_ASYNCIO: Final = "asyncio.runners"


@contextmanager
def interruptible(stop: Stop) -> Generator[None, None, None]:
    """Let the first Ctrl-C stop the run cleanly; a second one does what it did before.

    Only in the main thread, and only if Python's or asyncio's own handler is installed: a program's handler stays.
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
