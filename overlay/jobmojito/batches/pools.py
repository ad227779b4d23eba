"""Do several jobs at once and yield their results in order, with few of them in memory.

Jobs are drawn from their iterator only when there is room, so an endless iterator costs no more than a short one.
Closing the iterator early finishes what is in flight and starts nothing more. If drawing a job fails, the results of
the jobs already drawn come first, then the exception.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Collection, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, TypeVar

from jobmojito.lazy import DeferredModule

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable
else:
    asyncio = DeferredModule("asyncio")  # sync runs do not need it

Job = TypeVar("Job")
Result = TypeVar("Result")

AHEAD: Final = 2
"""Jobs held for each one in flight: while the oldest is slow, later results wait for it."""


def map_ordered(jobs: Iterable[Job], work: Callable[[Job], Result], *, concurrency: int) -> Generator[Result]:
    """Run `work` in `concurrency` threads and yield results in the order of the jobs; its exceptions are raised."""
    if concurrency == 1:
        yield from map(work, jobs)
        return
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="jobmojito")
    try:
        yield from _in_threads(iter(jobs), work, pool, concurrency * AHEAD)
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _in_threads(
    jobs: Iterator[Job], work: Callable[[Job], Result], pool: ThreadPoolExecutor, most: int
) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    failure: Exception | None = None
    while failure is None:
        try:
            # In the caller's context, as tasks run: `detailed()` and others keep their state there.
            waiting.append(pool.submit(copy_context().run, work, next(jobs)))
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001 - from the caller's iterator; raised below
            failure = error
        while waiting and (len(waiting) >= most or waiting[0].done()):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
    if failure is not None:
        raise failure


async def map_ordered_async(
    jobs: AsyncIterable[Job], work: Callable[[Job], Awaitable[Result]], *, concurrency: int
) -> AsyncGenerator[Result, None]:
    """Run `work` in `concurrency` tasks and yield results in order; cancelling cancels what is in flight."""
    waiting: deque[asyncio.Task[Result]] = deque()
    gate = _Gate(concurrency)
    try:
        async with aclosing(_in_tasks(jobs, gate, work, waiting, concurrency * AHEAD)) as results:
            async for result in results:
                yield result
    finally:
        gate.closed = True
        await ended(waiting)


async def ended(futures: Collection[asyncio.Future[Any]]) -> None:
    """Wait until all are done; if the waiting task is cancelled, cancel the tasks among them, once.

    The cancellation is raised only when all are done: some libraries (anyio) cancel again and again.
    """
    cancelled = None
    while waiting := [future for future in futures if not future.done()]:
        if (here := asyncio.current_task()) and here.cancelling():
            for task in waiting:
                if isinstance(task, asyncio.Task) and not task.cancelling():
                    task.cancel()
        try:
            await asyncio.wait(waiting)
        except asyncio.CancelledError as error:
            cancelled = error
    for future in futures:
        _ = future.cancelled() or future.exception()  # retrieved, or asyncio logs a complaint
    if cancelled is not None:
        raise cancelled


async def _in_tasks(
    jobs: AsyncIterable[Job],
    gate: _Gate,
    work: Callable[[Job], Awaitable[Result]],
    waiting: deque[asyncio.Task[Result]],
    most: int,
) -> AsyncGenerator[Result, None]:
    failure: Exception | None = None
    drawn = aiter(jobs)
    while failure is None:
        try:
            waiting.append(asyncio.ensure_future(gate.pass_through(work, await anext(drawn))))
        except StopAsyncIteration:
            break
        except Exception as error:  # noqa: BLE001 - from the caller's iterator; raised below
            failure = error
        while waiting and (len(waiting) >= most or waiting[0].done()):
            yield await _oldest(waiting)
    while waiting:
        yield await _oldest(waiting)
    if failure is not None:
        raise failure


async def _oldest(waiting: deque[asyncio.Task[Result]]) -> Result:
    """Wait for the oldest task; it leaves the queue only when it is done, so that a cancelled wait can cancel it.

    The task itself is not awaited: a cancellation would reach it first, and another job would start in its place.
    """
    await asyncio.wait([waiting[0]])
    return waiting.popleft().result()


class _Gate:
    """Lets a number of jobs through at a time, and none once it is closed."""

    def __init__(self, places: int) -> None:
        self.closed = False
        self._places = asyncio.Semaphore(places)

    async def pass_through(self, work: Callable[[Job], Awaitable[Result]], job: Job) -> Result:
        async with self._places:
            if self.closed:
                raise asyncio.CancelledError
            return await work(job)
