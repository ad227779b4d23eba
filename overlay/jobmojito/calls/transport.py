"""The one module that sends. What is decided stands in `conversations`; the two wires only wait differently."""

from __future__ import annotations

import platform
import time
from contextlib import aclosing, closing
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import httpx
from attrs import field, frozen

from jobmojito.errors import Answer, ConfigurationError
from jobmojito.lazy import DeferredModule
from jobmojito.logs import quiet

from . import responses as answers
from .arrivals import Body, caught
from .attempts import Attempt, Done, Pause, Plan, Send, converse
from .bodies import wrap_files
from .failures import CAUGHT, Broken
from .retries import is_repeatable

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping
    from importlib import metadata

    from jobmojito_api.calls import Call

    from .bodies import StreamedBody
    from .settings import Settings
    from .tokens import AsyncTokens, Secret, Tokens
else:
    asyncio = DeferredModule("asyncio")
    metadata = DeferredModule("importlib.metadata")

T = TypeVar("T")
R = TypeVar("R")

_PIECE: Final = 256 * 1024
"""Bytes written to a file at once."""


@frozen
class Job(Generic[T]):
    """One call on its way: what is sent, under which options, with which body in place of its own."""

    call: Call[T]
    settings: Settings
    body: StreamedBody | None = None
    request: Mapping[str, Any] = field(repr=False, kw_only=True)
    resendable: bool = field(kw_only=True)

    @classmethod
    def of(cls, call: Call[T], settings: Settings, body: StreamedBody | None = None) -> Job[T]:
        """Prepare a call: file parts start where their streams stand now, at every attempt."""
        if body is not None:
            return cls(call, settings, body, request=call.request, resendable=body.rewindable)
        request, resendable = wrap_files(call.request)
        return cls(call, settings, None, request=request, resendable=resendable)

    def plan(self, *, refreshable: bool) -> Plan[answers.Detailed[T]]:
        """Say what the decisions about this call rest on."""
        return Plan(
            operation=self.call.operation,
            policy=self.settings.retry,
            repeatable=is_repeatable(self.call.operation, self.call.method),
            resendable=self.resendable,
            refreshable=refreshable,
            finish=lambda answer, attempts: answers.read_success(
                self.call, answer, strict=self.settings.strict, attempts=attempts
            ),
        )


@cache
def _user_agent() -> str:
    try:
        version = metadata.version("jobmojito")
    except metadata.PackageNotFoundError:
        version = "unknown"
    return f"jobmojito-python/{version} python/{platform.python_version()}"


def _headers(job: Job[Any], token: Secret) -> dict[str, str]:
    given = {
        "accept": "application/json",
        "user-agent": _user_agent(),
        **_lower(job.request.get("headers", {})),
        **job.settings.headers,
        **_lower(job.body.headers if job.body else {}),
    }
    return {**given, "authorization": f"Bearer {token.reveal()}"}


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _build(client: httpx.Client | httpx.AsyncClient, job: Job[Any], token: Secret) -> httpx.Request:
    """Make the request of one attempt; the token goes into this one object and is kept in no client."""
    own = () if job.body else ("json", "files", "data", "content")
    parts = {name: job.request[name] for name in ("params", *own) if name in job.request}
    if job.body:
        parts["content"] = job.body.open()
    return client.build_request(
        job.request["method"],
        job.settings.base_url + job.request["url"],
        headers=_headers(job, token),
        timeout=job.settings.timeout,
        **parts,
    )


def _plain(url: httpx.URL, timeout: httpx.Timeout) -> httpx.Request:
    """Make a request that carries nothing of the client: neither its headers nor its cookies."""
    headers = {"accept": "*/*", "user-agent": _user_agent()}
    return httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout.as_dict()})


class Sink(Protocol):
    """Where a download goes; `restart` is called at the beginning of every attempt."""

    def restart(self) -> None:
        """Forget what came."""
        ...

    def write(self, piece: bytes, /) -> None:
        """Take the next piece."""
        ...


class Wire:
    """Sends the calls of one sync client, and of its variants, over one httpx client."""

    def __init__(self, client: httpx.Client, tokens: Tokens, *, owned: bool) -> None:
        self.client, self.tokens, self.owned = client, tokens, owned
        self.closed = False
        self.clock: Callable[[], float] = time.monotonic
        self.sleep: Callable[[float], None] = time.sleep

    def run(self, job: Job[T]) -> answers.Detailed[T]:
        """Send a call until it has a result; see `JobMojito` for what it raises."""
        token: Secret | None = None

        def attempt(step: Send) -> Answer | Broken:
            nonlocal token
            token = self.token(token if step.refresh else None)
            return self._exchange(job, token)

        return self._carry(job.plan(refreshable=self.tokens.refreshable), attempt)

    def fetch(self, url: httpx.URL, sink: Sink, plan: Plan[R], limits: httpx.Timeout) -> R:
        """Stream what a link gives into `sink`: without the token, cookies or headers of the client."""
        return self._carry(plan, lambda _: self._download(url, sink, plan.operation, limits))

    def _carry(self, plan: Plan[R], attempt: Callable[[Send], Answer | Broken]) -> R:
        steps = converse(plan, self.clock)
        step = next(steps)
        while not isinstance(step, Done):
            came = None
            if isinstance(step, Pause):
                self.sleep(step.seconds)
            else:
                self.check_open()
                began = self.clock()
                came = Attempt(attempt(step), self.clock() - began)
            step = steps.send(came)
        return step.result

    def check_open(self) -> None:
        """Refuse to work after the end."""
        if self.closed or self.client.is_closed:
            raise ConfigurationError("this client is closed; make a new one")

    def token(self, stale: Secret | None = None) -> Secret:
        """Give a current token; `stale` is one that was refused."""
        return self.tokens.get(stale)

    def _exchange(self, job: Job[Any], token: Secret) -> Answer | Broken:
        try:
            with quiet():
                request = _build(self.client, job, token)
                response = self.client.send(request, stream=True, auth=None, follow_redirects=False)
                with closing(response):
                    body = Body(response, job.settings.timeout.read, self.clock, token)
                    return self._receive(response, body, job.call.operation)
        except CAUGHT as error:
            return caught(error, job.call.operation, token)

    def _receive(self, response: httpx.Response, body: Body, operation: str) -> Answer | Broken:
        try:
            for piece in response.iter_bytes():
                if body.add(piece):
                    break
        except CAUGHT as error:
            return body.broken_off(error, operation)
        return body.answer()

    def _download(self, url: httpx.URL, sink: Sink, operation: str, limits: httpx.Timeout) -> Answer | Broken:
        try:
            with quiet():
                response = self.client.send(_plain(url, limits), stream=True, auth=None, follow_redirects=False)
                with closing(response):
                    body = Body(response, limits.read, self.clock)
                    if not response.is_success:
                        return self._receive(response, body, operation)
                    sink.restart()
                    for piece in response.iter_bytes(_PIECE):
                        sink.write(piece)
                    return body.answer()
        except CAUGHT as error:
            return caught(error, operation)

    def close(self) -> None:
        """Close the connection, unless it was given."""
        self.closed = True
        if self.owned:
            self.client.close()


class AsyncWire:
    """Sends the calls of one async client, and of its variants, over one httpx client."""

    def __init__(self, client: httpx.AsyncClient, tokens: AsyncTokens, *, owned: bool) -> None:
        self.client, self.tokens, self.owned = client, tokens, owned
        self.closed = False
        self.clock: Callable[[], float] = time.monotonic

    async def run(self, job: Job[T]) -> answers.Detailed[T]:
        """Send a call until it has a result; see `JobMojito` for what it raises."""
        token: Secret | None = None

        async def attempt(step: Send) -> Answer | Broken:
            nonlocal token
            token = await self.token(token if step.refresh else None)
            return await self._exchange(job, token)

        return await self._carry(job.plan(refreshable=self.tokens.refreshable), attempt)

    async def fetch(self, url: httpx.URL, sink: Sink, plan: Plan[R], limits: httpx.Timeout) -> R:
        """Stream what a link gives into `sink`: without the token, cookies or headers of the client."""
        return await self._carry(plan, lambda _: self._download(url, sink, plan.operation, limits))

    async def _carry(self, plan: Plan[R], attempt: Callable[[Send], Awaitable[Answer | Broken]]) -> R:
        steps = converse(plan, self.clock)
        step = next(steps)
        while not isinstance(step, Done):
            came = None
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
            else:
                self.check_open()
                began = self.clock()
                came = Attempt(await attempt(step), self.clock() - began)
            step = steps.send(came)
        return step.result

    def check_open(self) -> None:
        """Refuse to work after the end."""
        if self.closed or self.client.is_closed:
            raise ConfigurationError("this client is closed; make a new one")

    async def token(self, stale: Secret | None = None) -> Secret:
        """Give a current token; `stale` is one that was refused."""
        return await self.tokens.get(stale)

    async def _exchange(self, job: Job[Any], token: Secret) -> Answer | Broken:
        try:
            with quiet():
                request = _build(self.client, job, token)
                response = await self.client.send(request, stream=True, auth=None, follow_redirects=False)
                async with aclosing(response):
                    body = Body(response, job.settings.timeout.read, self.clock, token)
                    return await self._receive(response, body, job.call.operation)
        except CAUGHT as error:
            return caught(error, job.call.operation, token)

    async def _receive(self, response: httpx.Response, body: Body, operation: str) -> Answer | Broken:
        try:
            async for piece in response.aiter_bytes():
                if body.add(piece):
                    break
        except CAUGHT as error:
            return body.broken_off(error, operation)
        return body.answer()

    async def _download(self, url: httpx.URL, sink: Sink, operation: str, limits: httpx.Timeout) -> Answer | Broken:
        try:
            with quiet():
                response = await self.client.send(_plain(url, limits), stream=True, auth=None, follow_redirects=False)
                async with aclosing(response):
                    body = Body(response, limits.read, self.clock)
                    if not response.is_success:
                        return await self._receive(response, body, operation)
                    await asyncio.to_thread(sink.restart)
                    async for piece in response.aiter_bytes(_PIECE):
                        await asyncio.to_thread(sink.write, piece)
                    return body.answer()
        except CAUGHT as error:
            return caught(error, operation)

    async def close(self) -> None:
        """Close the connection, unless it was given."""
        self.closed = True
        if self.owned:
            await self.client.aclose()
