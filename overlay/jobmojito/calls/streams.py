"""What one attempt does on its connection: watched through httpx's `trace` extension, its reads under a time limit.

Three decisions depend on it:
- A request was surely not sent only if httpcore reported every step and began to write no head of ours.
- A request that must not be done twice gets a fresh connection: what is left over on a used one could be taken for its
  answer, and the server may be about to close it.
- An answer has one time limit as a whole, however slowly it comes.

httpcore passes every new network stream to the trace, where its `read` is replaced by one that keeps to the limit.
asyncio does not deliver what arrives while nobody reads, and drops it when the peer closes the connection; so an async
stream is also read while a long body is written. An answer that comes early ends the writing.
"""

# Over 300 lines: the sync and the async stream are twins, to be read and changed side by side.

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from jobmojito import http
from jobmojito.http import httpx
from jobmojito.lazy import DeferredModule

if TYPE_CHECKING:
    import asyncio
    import selectors
    import socket
    import ssl
    from collections.abc import Callable, Generator, Mapping
else:
    asyncio, selectors, ssl = map(DeferredModule, ("asyncio", "selectors", "ssl"))

_CONNECTED: Final = frozenset({"connect_tcp", "connect_unix_socket", "start_tls"})

_RECORD: Final = 16 * 1024
"""Bytes of the largest TLS record; the system accepts that many in one write."""

_READ: Final = 64 * 1024
"""Bytes that httpcore reads at a time."""

_INTERIM: Final = rb"(?s)(?:HTTP/1\.\d 1.*?\r\n\r\n)*"
"""Whole answers with a status of 1xx: they only say that the server is there."""

_MOMENT: Final = 0.05
"""Seconds that asyncio may take to deliver what has already arrived."""

_current: ContextVar[Attempt | None] = ContextVar("jobmojito_attempt", default=None)


class UsedConnectionError(Exception):
    """A used connection cannot be used again: it is closed, and the request is to be sent on another.

    Nothing was written, where a fresh one is needed; or an answer was there before a repeatable request was written.
    """


class Attempt:
    """What is known about one attempt.

    `begun` says that at least a part of its head may have been written. `limit` is in seconds, for the whole answer.
    `alone`: on a fresh connection. `trusted`: the transport is a `MockTransport`, which writes nothing.
    """

    def __init__(
        self, limit: float | None, clock: Callable[[], float], library: http.Library, *, alone: bool, trusted: bool
    ) -> None:
        self._limit, self._clock, self._library = limit, clock, library
        self._alone, self._trusted = alone, trusted
        self._end: float | None = None
        self._fresh = self._traced = self.begun = False
        self._refused = self._writing = self._wrote = self._read = False
        self._first = True

    def watch(self, request: httpx.Request, *, asynchronous: bool) -> None:
        """Make the request's connection report to this attempt."""
        self._request = request
        request.extensions["trace"] = self._trace_async if asynchronous else self._trace

    @contextmanager
    def current(self) -> Generator[None]:
        """Apply the time limit to what is read inside."""
        before = _current.set(self)
        try:
            yield
        finally:
            _current.reset(before)

    def is_unsent(self, error: Exception) -> bool:
        """Tell whether it is proved that nothing was written."""
        if http.is_a(error, httpx.LocalProtocolError):
            return self._refused  # httpcore raises it about an answer as well
        if self.begun:
            return False
        return http.is_proved_unsent(error, traced=self._traced, trusted=self._trusted)

    def is_about(self, error: Any) -> bool:
        """Tell whether an event hook raised it about this attempt's answer, and not about a request of its own."""
        try:
            return error.request is self._request
        except RuntimeError:  # it has none
            return False

    def left(self, timeout: float | None = None) -> float | None:
        """Give the seconds that the next read may take. The clock starts with the first read of the answer.

        Raises:
            httpx.ReadTimeout: the time is up.
        """
        self._read = True
        if self._limit is None:
            return timeout
        now = self._clock()
        if self._end is None:
            self._end = now + self._limit
        if now >= self._end:
            raise self._library.httpx.ReadTimeout(f"the answer was not complete after {self._limit:g} s")
        return min(self._end - now, self._limit if timeout is None else timeout)

    def is_long(self, size: int) -> bool:
        """Tell whether an answer may come before this piece is written: any piece of a body but a first short one."""
        self._wrote = True
        first, self._first = self._first, False
        return self._writing and not (first and size <= _RECORD)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        protocol, name, phase = event.split(".")
        self._traced = True
        if name in _CONNECTED and phase == "complete":
            self._fresh = True
            _bound(info["return_value"], self._library)
        elif name == "send_request_headers":
            self._note_head(protocol, phase, info)
        elif name == "send_request_body":
            # In HTTP/2 the answer names its request, and other requests read from the same connection.
            self._writing = self._first = phase == "started" and protocol == "http11"
        elif name == "receive_response_headers" and phase == "complete" and protocol == "http11":
            self._check_answer()

    async def _trace_async(self, event: str, info: Mapping[str, Any]) -> None:
        self._trace(event, info)

    def _note_head(self, protocol: str, phase: str, info: Mapping[str, Any]) -> None:
        self._end = None
        if phase == "started" and info["request"].method != b"CONNECT":  # which is for a proxy
            if self._alone and protocol == "http11":
                if not self._fresh:
                    raise UsedConnectionError
                _close_after(info["request"])
            self.begun, self._wrote, self._read = True, False, False
        elif phase == "failed" and type(info["exception"]).__name__ == "LocalProtocolError":
            self._refused = True  # by the HTTP library, before anything went to the network

    def _check_answer(self) -> None:
        """Refuse an answer for which nothing was read: it was left over from another request.

        A connection that the caller's httpx client opened for itself is not watched: neither write nor read is seen.
        """
        if self._wrote and not self._read and not self._fresh:
            raise UsedConnectionError


def _close_after(request: Any) -> None:
    """Say that the connection ends with this request, so that the pool does not keep it for one that cannot use it."""
    kept = [(name, value) for name, value in request.headers if name.lower() != b"connection"]
    request.headers = [*kept, (b"Connection", b"close")]


def _left(timeout: float | None) -> float | None:
    attempt = _current.get()
    return timeout if attempt is None else attempt.left(timeout)


def _has_final(received: bytes) -> bool:
    """Tell whether a final answer has begun behind interim ones, or more has come than those should take."""
    status = re.sub(_INTERIM, b"", received, count=1)[9:10]
    return len(received) > _READ or status not in {b"", b"1"}


def _bound(stream: Any, library: http.Library) -> None:
    """Put the reads of a network stream under the time limit."""
    (_AsyncReads if hasattr(stream, "aclose") else _Reads)(stream, library)


class _Reads:
    """Reads of a network stream: under the time limit, and between the pieces of a long body that is sent over TLS.

    With TLS, a failing write loses what has arrived and was not read; without TLS the system keeps it.
    """

    def __init__(self, stream: Any, library: http.Library) -> None:
        self._library = library
        self._read, self._write, self._info = stream.read, stream.write, stream.get_extra_info
        self._kept = b""
        stream.read, stream.write = self.read, self.write

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        limit = _left(timeout)
        kept, self._kept = self._kept, b""
        return kept or self._read(max_bytes, limit)

    def write(self, data: bytes, timeout: float | None = None) -> None:
        attempt = _current.get()
        if attempt is None or not attempt.is_long(len(data)) or self._info("ssl_object") is None:
            self._write(data, timeout)
            return
        for start in range(0, len(data), _RECORD):
            self._wait_for_room(timeout)
            self._write(data[start : start + _RECORD], timeout)

    def _wait_for_room(self, timeout: float | None) -> None:
        """Wait until a record can be written without blocking, so that an answer is seen before a write can fail."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._info("socket"), selectors.EVENT_READ | selectors.EVENT_WRITE)
            while ready := selector.select(timeout):
                if ready[0][1] & selectors.EVENT_READ and self._has_answer():
                    raise self._library.httpcore.WriteError("an answer came early")
                if ready[0][1] & selectors.EVENT_WRITE:
                    return
        raise self._library.httpcore.WriteTimeout

    def _has_answer(self) -> bool:
        """Read what is there: it may be a message of TLS itself, or an interim answer."""
        try:
            data = self._read(_READ, 0)
        except self._library.httpcore.ReadError as error:
            return not isinstance(error.__cause__, (BlockingIOError, ssl.SSLWantReadError))
        self._kept += data
        return not data or _has_final(self._kept)


class _AsyncReads:
    """Reads of an async network stream: under the time limit, and running while a long body is written."""

    def __init__(self, stream: Any, library: http.Library) -> None:
        self._library = library
        self._read, self._write, self._close = stream.read, stream.write, stream.aclose
        self._info = stream.get_extra_info
        self._early: asyncio.Task[bytes] | None = None
        self._kept = b""
        self._spare: socket.socket | None = None
        stream.read, stream.write, stream.aclose = self.read, self.write, self.close

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        limit = _left(timeout)
        if self._kept:
            kept, self._kept = self._kept, b""
            return kept
        try:
            return await self._next(max_bytes, limit)
        except self._library.httpcore.ReadError:
            if rest := self._rest():
                return rest
            raise

    def _rest(self) -> bytes:
        """Read what had arrived when a write failed: asyncio closed its socket, but this copy of it is still open."""
        try:
            return b"" if self._spare is None else self._spare.recv(_READ)
        except OSError:
            return b""

    async def _next(self, max_bytes: int, limit: float | None) -> bytes:
        early, self._early = self._early, None
        if early is None:
            data: bytes = await self._read(max_bytes, limit)
            return data
        try:
            done, _ = await asyncio.wait({early}, timeout=limit)
        finally:
            early.cancel()  # no effect on a task that is done
        if not done:
            raise self._library.httpx.ReadTimeout("no answer within the time limit")
        return early.result()

    async def write(self, data: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        attempt = _current.get()
        if not data or attempt is None or not attempt.is_long(len(data)):
            await self._write(data, timeout)
            return
        if self._spare is None and self._info("ssl_object") is None:
            self._spare = self._info("socket").dup()
        if await self._has_answer():
            raise self._library.httpcore.WriteError("an answer came early")  # httpcore then reads the answer
        writing = asyncio.ensure_future(self._write(data, timeout))
        try:
            while not writing.done():
                await asyncio.wait({writing, self._reading()}, return_when=asyncio.FIRST_COMPLETED)
                if not writing.done() and self._is_answer():
                    raise self._library.httpcore.WriteError("an answer came early")
        finally:
            writing.cancel()
        writing.result()

    def _reading(self) -> asyncio.Task[bytes]:
        reading = self._early or asyncio.ensure_future(self._read(_READ, None))
        self._early = reading
        return reading

    async def _has_answer(self) -> bool:
        reading = self._reading()
        if self._info("is_readable"):
            # Readable is not enough: it may be a message of TLS itself.
            await asyncio.wait({reading}, timeout=_MOMENT)
        return reading.done() and self._is_answer()

    def _is_answer(self) -> bool:
        """Tell whether what was read ends the request; an interim answer does not, and is kept for the next read."""
        if self._early is None or not self._early.done():
            return False
        if self._early.cancelled() or self._early.exception() or not self._early.result():
            return True
        self._kept += self._early.result()
        self._early = None
        return _has_final(self._kept)

    async def close(self) -> None:
        early, self._early = self._early, None
        if early is not None and not early.cancel() and not early.cancelled():
            early.exception()  # retrieved, or asyncio would log it as never retrieved
        if self._spare is not None:
            self._spare.close()
        await self._close()
