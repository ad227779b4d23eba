"""A run before it begins: its options checked, its rows not yet drawn. Nothing is sent until it is iterated."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable, Mapping
from contextlib import aclosing, closing, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol, TypedDict, get_args

from attrs import field, frozen

from jobmojito.calls.steps import async_sender, sender
from jobmojito.errors import ConfigurationError
from jobmojito.lazy import DeferredModule

from .chunks import Duplicates, Planner, Seen
from .journal import Journal
from .ledgers import Ledger
from .runs import Progress, Run, size_of

if TYPE_CHECKING:
    import asyncio

    from jobmojito.calls.sessions import AsyncSession, Session
    from jobmojito.calls.steps import Steps

    from .chunks import Slot
    from .results import Resend
    from .runs import Outcome, Stop
else:
    asyncio = DeferredModule("asyncio")  # a synchronous run does without

MAX_CONCURRENCY: Final = 64


class RunOptions(TypedDict, total=False):
    """How a run over many rows goes about it.

    `concurrency`: requests in flight (4, at most 64).
    `duplicates`: a row that stands in the input again, by e-mail (invitations: by e-mail, role and interview), is sent
    "once" and skipped later (the default), sent once and "report"ed as an error later, or each one is "send".
    `stop_on_error`: after a request that fails as a whole, send no more; the rows left come back as not sent.
    `on_progress`: called as `on_progress(done, failed, total)` after each request; `total` is None for a stream.
    `journal`: path of a file that remembers what was done, so that a run that was killed can go on. It holds the
    answers: people, and interview links. Staging and production share a server: give each a file of its own.
    `retry_unknown`: send again what was in flight when an earlier run was killed.
    """

    concurrency: int
    duplicates: Duplicates
    stop_on_error: bool
    on_progress: Progress | None
    journal: str | os.PathLike[str] | None
    retry_unknown: bool


class BatchOptions(RunOptions, total=False):
    """The same for rows that travel together. `chunk_size`: rows in one request (100)."""

    chunk_size: int


def _at_least_one(limit: int) -> Callable[[object, Any, Any], None]:
    def check(_: object, attribute: Any, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
            raise ConfigurationError(f"{attribute.name} must be a whole number from 1 to {limit}")

    return check


@frozen(kw_only=True)
class RunSettings:
    """A run's options, checked."""

    chunk_size: int = field(default=100, validator=_at_least_one(10_000))
    concurrency: int = field(default=4, validator=_at_least_one(MAX_CONCURRENCY))
    duplicates: Duplicates = "once"
    stop_on_error: bool = False
    on_progress: Progress | None = None
    journal: str | os.PathLike[str] | None = None
    retry_unknown: bool = False

    def __attrs_post_init__(self) -> None:
        if self.duplicates not in get_args(Duplicates):
            raise ConfigurationError(f"duplicates must be one of {', '.join(get_args(Duplicates))}")
        if self.journal is not None and self.duplicates == "send":
            raise ConfigurationError(
                'a journal tells rows apart by what is in them: duplicates="send" cannot work with it'
            )
        if self.retry_unknown and self.journal is None:
            raise ConfigurationError("retry_unknown is for runs with a journal; without one, use retry_failed")


class Exchange(Protocol):
    """What sends the chunks of one kind of run."""

    def read(self, row: object) -> Mapping[str, Any]:
        """Give the fields of an input row."""
        ...

    def identify(self, fields: Mapping[str, Any]) -> bytes:
        """Give the key under which two rows are the same."""
        ...

    def __call__(self, chunk: list[Slot]) -> Steps[None]:
        """Settle every row of a chunk."""
        ...


@frozen
class Plan:
    """A run, ready to begin. `exchange` makes what sends its chunks, from where to look for a stop and what to keep."""

    rows: Any
    settings: RunSettings
    exchange: Callable[[Stop, Ledger], Exchange]
    run: Run

    def outcomes(self, session: Session) -> Generator[Outcome, None, None]:
        """Give every row's outcome in input order, as requests are finished."""
        with self._journal() or nullcontext() as journal, closing(Seen()) as seen:
            exchange = self._exchange(journal, seen)
            chunks = self._planner(exchange, seen).chunks(self.rows, self.run.go_on)
            with closing(self.run.outcomes(chunks, exchange, sender(session))) as outcomes:
                yield from outcomes

    async def outcomes_async(self, session: AsyncSession) -> AsyncGenerator[Outcome, None]:
        """Do the same."""
        journal, seen = await asyncio.to_thread(self._journal), Seen()
        try:
            exchange = self._exchange(journal, seen)
            chunks = self._planner(exchange, seen).chunks_async(self.rows, self.run.go_on)
            async with aclosing(self.run.outcomes_async(chunks, exchange, async_sender(session))) as outcomes:
                async for outcome in outcomes:
                    yield outcome
        finally:
            seen.close()
            if journal is not None:
                await asyncio.to_thread(journal.close)

    def _journal(self) -> Journal | None:
        if self.settings.journal is None:
            return None
        return Journal(self.settings.journal, retry_unknown=self.settings.retry_unknown)

    def _exchange(self, journal: Journal | None, seen: Seen) -> Exchange:
        return self.exchange(self.run.stop, Ledger(self.run.stop, seen, journal, self.settings.duplicates))

    def _planner(self, exchange: Exchange, seen: Seen) -> Planner:
        return Planner(exchange.read, exchange.identify, seen, self.settings.duplicates, self.settings.chunk_size)


def plan(
    rows: object,
    exchange: Callable[[Stop, Ledger], Exchange],
    resend: Resend,
    settings: RunSettings,
    *,
    asynchronous: bool = False,
) -> Plan:
    """Put a run together.

    Raises:
        ConfigurationError: `rows` is nothing that rows can be drawn from.
    """
    kinds = (Iterable, AsyncIterable) if asynchronous else (Iterable,)
    if isinstance(rows, str | bytes | os.PathLike | Mapping) or not isinstance(rows, kinds):
        raise ConfigurationError(
            f"rows must be something to iterate over, not {type(rows).__name__}; for a CSV file, use one of the readers"
        )
    run = Run(settings.concurrency, size_of(rows), settings.on_progress, resend)
    return Plan(rows, settings, exchange, run)
