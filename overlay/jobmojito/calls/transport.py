"""The one module that sends, waits and asks for tokens: it does the steps that `attempts` decides on."""

from __future__ import annotations

import random
import time
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jobmojito import http
from jobmojito.errors import ConfigurationError, InvalidRequestError
from jobmojito.http import httpx
from jobmojito.lazy import DeferredModule
from jobmojito.redaction import quiet

from .pacing import Pacer
from .responses import ResponseReader, caught
from .steps import Block, GetToken, Pause, SendOnce
from .streams import Attempt, UsedConnectionError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable

    from jobmojito.errors import Answer

    from .failures import FailedAttempt
    from .processes import Local, PerLoop, PerProcess
    from .steps import Maker, Step
    from .tokens import AsyncTokens, Tokens
else:
    asyncio = DeferredModule("asyncio")  # a sync client does without

C = TypeVar("C", httpx.Client, httpx.AsyncClient)


class _Transport(Generic[C]):
    """What both kinds share: the httpx client of each process and event loop, and the pace of all of them."""

    def __init__(self, clients: Local[C], *, owned: bool) -> None:
        self._clients: Local[C] = clients
        self.owned = owned
        self.closed = False
        self.clock: Callable[[], float] = time.monotonic
        self.pacer = Pacer(lambda: self.clock(), random.random)  # noqa: PLW0108 - a test sets another clock

    @property
    def client(self) -> C:
        """The httpx client to send with here.

        Raises:
            ConfigurationError: this client is closed; or it cannot be used in this process or event loop.
        """
        client: C = self._clients.get()
        if self.closed or client.is_closed:
            raise ConfigurationError("this client is closed; make a new one")
        return client

    @property
    def library(self) -> http.Library:
        """The library that the client here is of."""
        return http.library_of(self._clients.get())

    def new_request(self, method: str, url: httpx.URL, **parts: Any) -> httpx.Request:
        """Make a request; an httpx client of our own adds nothing but cookies."""
        client = self.client
        make = self.library.httpx.Request if self.owned and not client.cookies else client.build_request
        made: httpx.Request = make(method, url, **parts)
        return made

    def attempt(self, request: httpx.Request, limit: float | None, *, alone: bool) -> Attempt:
        """Watch over one sending of a request."""
        client = self.client
        chosen = getattr(client, "_transport_for_url", lambda _: None)(request.url)
        library = self.library
        attempt = Attempt(limit, self.clock, library, alone=alone, trusted=library.is_mock(chosen))
        attempt.watch(request, asynchronous=hasattr(client, "aclose"))
        return attempt


class Transport(_Transport[httpx.Client]):
    """Does the steps of one sync client, and of its variants."""

    def __init__(self, clients: PerProcess[httpx.Client], tokens: PerProcess[Tokens], *, owned: bool) -> None:
        super().__init__(clients, owned=owned)
        self._tokens = tokens
        self.sleep: Callable[[float], None] = time.sleep

    @property
    def tokens(self) -> Tokens:
        """This process's token: a lock that another thread held when the process forked would never open."""
        return self._tokens.get()

    def do(self, step: Step) -> Any:
        """Do one step, and give what came of it."""
        match step:
            case SendOnce():
                return self._send(step)
            case GetToken():
                _ = self.client  # nobody is asked for a token where there is nothing to send with
                return self.tokens.get(step.refused, step.limit)
            case Pause():
                return self.sleep(step.seconds)
            case Block():
                return step.do()
            case _:
                return step.result()

    def _send(self, step: SendOnce) -> Answer | FailedAttempt:
        request = _built(step, self)
        attempt = self.attempt(request, step.limit, alone=step.alone)
        with quiet(), attempt.current():
            try:
                with closing(self.begin(request)) as response:
                    return self._receive(response, step, attempt)
            except Exception as error:  # noqa: BLE001 - whatever a transport raises, it may have sent the request
                return caught(error, step, attempt)

    def begin(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and give the answer as soon as its head is there."""
        while True:
            try:
                return self.client.send(request, stream=True, auth=None, follow_redirects=False)
            except UsedConnectionError:
                continue

    def _receive(self, response: httpx.Response, step: SendOnce, attempt: Attempt) -> Answer | FailedAttempt:
        reader = ResponseReader(response, step, attempt)
        try:
            if reader.sink:
                reader.sink.restart()
            for raw in reader.taken or response.iter_raw(reader.piece):
                for piece in reader.add(raw):
                    reader.write(piece)
                if reader.is_full:
                    break
            return reader.answer()
        except Exception as error:  # noqa: BLE001 - as above
            return reader.broken_off(error)

    def close(self) -> None:
        """Close the connection, unless it was given."""
        self.closed = True
        client = self._clients.peek()
        if self.owned and client is not None:
            client.close()


class AsyncTransport(_Transport[httpx.AsyncClient]):
    """Does the steps of one async client, and of its variants."""

    def __init__(self, clients: PerLoop[httpx.AsyncClient], tokens: AsyncTokens, *, owned: bool) -> None:
        super().__init__(clients, owned=owned)
        self.tokens = tokens

    async def sleep(self, seconds: float) -> None:
        """Wait between two steps."""
        await asyncio.sleep(seconds)

    async def do(self, step: Step) -> Any:
        """Do one step, and give what came of it."""
        match step:
            case SendOnce():
                return await self._send(step)
            case GetToken():
                _ = self.client  # as above
                return await self.tokens.get(step.refused, step.limit)
            case Pause():
                return await self.sleep(step.seconds)
            case Block():
                return await asyncio.to_thread(step.do)
            case _:
                return await asyncio.wrap_future(step)

    async def _send(self, step: SendOnce) -> Answer | FailedAttempt:
        request = _built(step, self)
        attempt = self.attempt(request, step.limit, alone=step.alone)
        with quiet(), attempt.current():
            try:
                async with aclosing(await self.begin(request)) as response:
                    return await self._receive(response, step, attempt)
            except Exception as error:  # noqa: BLE001 - as above
                return caught(error, step, attempt)

    async def begin(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and give the answer as soon as its head is there."""
        while True:
            try:
                return await self.client.send(request, stream=True, auth=None, follow_redirects=False)
            except UsedConnectionError:
                continue

    async def _receive(self, response: httpx.Response, step: SendOnce, attempt: Attempt) -> Answer | FailedAttempt:
        reader = ResponseReader(response, step, attempt)
        try:
            if reader.sink:
                await asyncio.to_thread(reader.sink.restart)
            async for raw in _each(reader.taken) if reader.taken else response.aiter_raw(reader.piece):
                for piece in reader.add(raw):
                    await asyncio.to_thread(reader.write, piece)
                if reader.is_full:
                    break
            return reader.answer()
        except Exception as error:  # noqa: BLE001 - as above
            return reader.broken_off(error)

    async def close(self) -> None:
        """Close the connection, unless it was given."""
        self.closed = True
        client = self._clients.peek()
        if self.owned and client is not None:
            await client.aclose()


def _built(step: SendOnce, maker: Maker) -> httpx.Request:
    """Make the request of an attempt.

    Raises:
        InvalidRequestError: a string in it cannot be written.
    """
    try:
        return step.build(maker)
    except UnicodeError:
        pass  # it holds the whole text
    reason = "not sent, a string in it cannot be written as UTF-8 (it holds a lone surrogate)"
    raise InvalidRequestError(reason, None, None, step.operation)


async def _each(pieces: tuple[bytes, ...]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
