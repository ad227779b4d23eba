"""Work written once for both clients: a generator yields what it needs done and is sent what came of it.

What is needed is a call to be sent (`Send`), something that may block (`Block`), or a future to be waited for. The
synchronous client does them where it stands, the asynchronous one awaits them; the decisions in between are shared.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import frozen

from jobmojito.lazy import DeferredModule

if TYPE_CHECKING:
    import asyncio

    from jobmojito_api.calls import Call

    from .bodies import StreamedBody
    from .responses import Detailed
    from .sessions import AsyncSession, Session
else:
    asyncio = DeferredModule("asyncio")  # a synchronous run does without

Result = TypeVar("Result")


@frozen
class Send:
    """Send a call, with a body made by us in place of its own where one is given."""

    call: Call[Any]
    body: StreamedBody | None = None


@frozen
class Block:
    """Do something that may wait for a disk."""

    do: Callable[[], Any]


Step = Send | Block | Future[Any]
Steps = Generator[Step, Any, Result]
Sender = Callable[[Send], "Detailed[Any]"]
AsyncSender = Callable[[Send], Awaitable["Detailed[Any]"]]


def drive(steps: Steps[Result], send: Sender) -> Result:
    """Do the steps here and now."""
    try:
        step = next(steps)
        while True:
            try:
                done = _do(step, send)
            except Exception as error:  # noqa: BLE001 - handed to the steps, which let through what is not theirs
                step = steps.throw(error)
            else:
                step = steps.send(done)
    except StopIteration as end:
        return cast("Result", end.value)
    finally:
        steps.close()


def _do(step: Step, send: Sender) -> object:
    if isinstance(step, Send):
        return send(step)
    return step.do() if isinstance(step, Block) else step.result()


async def drive_async(steps: Steps[Result], send: AsyncSender) -> Result:
    """Do the steps without blocking the event loop."""
    try:
        step = next(steps)
        while True:
            try:
                done = await _do_async(step, send)
            except Exception as error:  # noqa: BLE001 - as above
                step = steps.throw(error)
            else:
                step = steps.send(done)
    except StopIteration as end:
        return cast("Result", end.value)
    finally:
        steps.close()


async def _do_async(step: Step, send: AsyncSender) -> object:
    if isinstance(step, Send):
        return await send(step)
    return await (asyncio.to_thread(step.do) if isinstance(step, Block) else asyncio.wrap_future(step))


def sender(session: Session) -> Sender:
    """Give what does the `Send` steps of the sync client."""

    def send(step: Send) -> Detailed[Any]:
        return session.detailed(step.call, step.body)

    return send


def async_sender(session: AsyncSession) -> AsyncSender:
    """Give what does the `Send` steps of the async client."""

    async def send(step: Send) -> Detailed[Any]:
        return await session.detailed(step.call, step.body)

    return send
