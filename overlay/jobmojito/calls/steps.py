"""Work written once for both clients: a generator yields steps and is given what came of each.

The sync client does a step where it stands, the async client awaits it (`transport`); every decision in between is
shared code.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, cast

from jobmojito.errors import JobMojitoError
from jobmojito.redaction import harmless

if TYPE_CHECKING:
    from concurrent.futures import Future

    from jobmojito.http import Library, httpx
    from jobmojito.redaction import Secret

Result = TypeVar("Result")


class Sink(Protocol):
    """Where a download goes; `restart` is called at the beginning of every attempt."""

    def restart(self) -> None:
        """Forget what came."""
        ...

    def write(self, piece: bytes, /) -> None:
        """Take the next piece."""
        ...

    def finish(self) -> None:
        """Raise what is wrong with the whole; an error of httpx counts as a connection that broke off."""
        ...


class Maker(Protocol):
    """What makes requests of the library that they are sent with."""

    @property
    def library(self) -> Library:
        """The library."""
        ...

    def new_request(self, method: str, url: httpx.URL, **parts: Any) -> httpx.Request:
        """Make a request; of a client that was given to us, with its own headers and cookies too."""
        ...


# Plain classes: they are made for each call, loaded by each program, and show nothing of what they hold.
class Block:
    """Do something that may wait for a disk; gives what it returns."""

    __slots__ = ("do",)

    def __init__(self, do: Callable[[], Any]) -> None:
        self.do = do


class Pause:
    """Wait that many seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class GetToken:
    """Give a current token; `refused` is one that the API has just refused, `limit` how long to wait for another call.

    While one call asks the token's provider, the others wait for what it gets.
    """

    __slots__ = ("limit", "refused")

    def __init__(self, refused: Secret | None, limit: float | None = None) -> None:
        self.refused, self.limit = refused, limit


class SendOnce:
    """Send a request once; gives its `Answer`, or a `FailedAttempt`. A 2xx body goes to `sink` where one is given.

    `limit` is in seconds, from the first read of the answer to its end. `alone`: on a connection that no other request
    has used.
    """

    __slots__ = ("alone", "build", "limit", "operation", "sink", "token")

    def __init__(
        self,
        operation: str,
        build: Callable[[Maker], httpx.Request],
        limit: float | None,
        token: Secret | None = None,
        sink: Sink | None = None,
        *,
        alone: bool = False,
    ) -> None:
        self.operation, self.build, self.limit = operation, build, limit
        self.token, self.sink, self.alone = token, sink, alone


Step: TypeAlias = "Block | Pause | GetToken | SendOnce | Future[Any]"
Steps = Generator["Step", Any, Result]


def drive(steps: Steps[Result], do: Callable[[Step], Any]) -> Result:
    """Do the steps here and now, each by `do`."""

    async def done(step: Step) -> Any:
        return do(step)

    try:
        # Nothing in it waits, so it runs to its end at once.
        drive_async(steps, done).send(None)
    except StopIteration as end:
        return cast("Result", end.value)
    raise AssertionError("a step of the sync client waited for an event loop")


async def drive_async(steps: Steps[Result], do: Callable[[Step], Awaitable[Any]]) -> Result:
    """Await the steps, each by `do`, without blocking the event loop."""
    try:
        step = next(steps)
        while True:
            try:
                done = await do(step)
            except Exception as error:  # noqa: BLE001 - handed to the steps, which let through what is not theirs
                step = steps.throw(error)
            else:
                step = steps.send(done)
    except StopIteration as end:
        return cast("Result", end.value)
    except JobMojitoError as error:
        raise without_frames(error) from error.__cause__
    finally:
        steps.close()


def without_frames(error: JobMojitoError) -> JobMojitoError:
    """Take from an error what a traceback with local variables would show: frames that hold rows, bodies and tokens.

    And the path that an error of the system names, often after a person.
    """
    if isinstance(error.__cause__, OSError) and error.__cause__.filename is not None:
        error.__cause__ = harmless(error.__cause__)
    error.__context__ = None
    return error.with_traceback(None)
