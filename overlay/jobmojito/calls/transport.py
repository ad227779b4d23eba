"""The one module that sends, waits and asks for tokens: it does the steps that `attempts` decides on."""

from __future__ import annotations

import time
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any, Final

from jobmojito.errors import ConfigurationError
from jobmojito.lazy import DeferredModule
from jobmojito.redaction import quiet

from .failures import CAUGHT
from .responses import ResponseReader, caught
from .steps import Block, GetToken, Pause, SendOnce

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    import httpx

    from jobmojito.errors import Answer

    from .failures import FailedAttempt
    from .steps import Step
    from .tokens import AsyncTokens, Tokens
else:
    asyncio = DeferredModule("asyncio")  # a sync client does without

_PIECE: Final = 256 * 1024
"""Bytes written to a file at once."""


class Transport:
    """Does the steps of one sync client, and of its variants, over one httpx client."""

    def __init__(self, client: httpx.Client, tokens: Tokens, *, owned: bool) -> None:
        self.client, self.tokens, self.owned = client, tokens, owned
        self.closed = False
        self.clock: Callable[[], float] = time.monotonic
        self.sleep: Callable[[float], None] = time.sleep

    def do(self, step: Step) -> Any:
        """Do one step, and give what came of it."""
        match step:
            case SendOnce():
                return self._send(step)
            case GetToken():
                check_open(self)
                return self.tokens.get(step.refused)
            case Pause():
                return self.sleep(step.seconds)
            case Block():
                return step.do()
            case _:
                return step.result()

    def _send(self, step: SendOnce) -> Answer | FailedAttempt:
        check_open(self)
        try:
            with quiet():
                response = self.client.send(step.build(self.client), stream=True, auth=None, follow_redirects=False)
                with closing(response):
                    return self._receive(response, step)
        except CAUGHT as error:
            return caught(error, step)

    def _receive(self, response: httpx.Response, step: SendOnce) -> Answer | FailedAttempt:
        reader = ResponseReader(response, step, self.clock)
        if step.sink is not None and response.is_success:
            step.sink.restart()
            for piece in response.iter_bytes(_PIECE):
                step.sink.write(piece)
            return reader.answer()
        try:
            for piece in response.iter_bytes():
                if reader.add(piece):
                    break
        except CAUGHT as error:
            return reader.broken_off(error)
        return reader.answer()

    def close(self) -> None:
        """Close the connection, unless it was given."""
        self.closed = True
        if self.owned:
            self.client.close()


class AsyncTransport:
    """Does the steps of one async client, and of its variants, over one httpx client."""

    def __init__(self, client: httpx.AsyncClient, tokens: AsyncTokens, *, owned: bool) -> None:
        self.client, self.tokens, self.owned = client, tokens, owned
        self.closed = False
        self.clock: Callable[[], float] = time.monotonic

    async def do(self, step: Step) -> Any:
        """Do one step, and give what came of it."""
        match step:
            case SendOnce():
                return await self._send(step)
            case GetToken():
                check_open(self)
                return await self.tokens.get(step.refused)
            case Pause():
                return await asyncio.sleep(step.seconds)
            case Block():
                return await asyncio.to_thread(step.do)
            case _:
                return await asyncio.wrap_future(step)

    async def _send(self, step: SendOnce) -> Answer | FailedAttempt:
        check_open(self)
        try:
            with quiet():
                request = step.build(self.client)
                response = await self.client.send(request, stream=True, auth=None, follow_redirects=False)
                async with aclosing(response):
                    return await self._receive(response, step)
        except CAUGHT as error:
            return caught(error, step)

    async def _receive(self, response: httpx.Response, step: SendOnce) -> Answer | FailedAttempt:
        reader = ResponseReader(response, step, self.clock)
        if step.sink is not None and response.is_success:
            await asyncio.to_thread(step.sink.restart)
            async for piece in response.aiter_bytes(_PIECE):
                await asyncio.to_thread(step.sink.write, piece)
            return reader.answer()
        try:
            async for piece in response.aiter_bytes():
                if reader.add(piece):
                    break
        except CAUGHT as error:
            return reader.broken_off(error)
        return reader.answer()

    async def close(self) -> None:
        """Close the connection, unless it was given."""
        self.closed = True
        if self.owned:
            await self.client.aclose()


def check_open(transport: Transport | AsyncTransport) -> None:
    """Refuse to work with a closed client.

    Raises:
        ConfigurationError: it, or the httpx client it was given, is closed.
    """
    if transport.closed or transport.client.is_closed:
        raise ConfigurationError("this client is closed; make a new one")
