"""Answers on the wire, the broken ones too: real resets, cut bodies, and heads that come drop by drop.

An ASGI application cannot do these. The protocol class below therefore hands each connection's transport to the
application, in the scope's state; without one (`httpx.ASGITransport`) a reset is a ConnectionResetError and the rest
is answered whole.
"""

import asyncio
import socket
import struct
from collections.abc import Mapping
from http import HTTPStatus

from attrs import field, frozen
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from jobmojito.sandbox.faults.faults import Fault

TRANSPORT = "jobmojito.sandbox.transport"
DROPS = 10
# HTTP ends these with their head (RFC 9112, 6.3); what followed would be taken for the next answer.
BODILESS = frozenset({204, 304})


@frozen
class Answer:
    """An answer before it is sent."""

    status: int
    content: bytes = field(default=b"", repr=False)
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(factory=dict)

    def lines(self) -> list[tuple[str, str]]:
        """All header fields, names in lower case."""
        length = {} if self.status in BODILESS else {"content-length": str(len(self.content))}
        own = {**length, **self.headers}
        return list(({"content-type": self.media_type} if self.content else {}).items() | own.items())


class ExposedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which lets the application see its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the transport where the application finds it."""
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)


async def deliver(answer: Answer, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
    """Send an answer, as badly as the fault asks."""
    transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
    rough = fault is not None and (fault.truncate is not None or fault.slow_headers or fault.slow_body)
    if fault is None or not rough or transport is None:
        await _send(answer, send)
        return
    await _trickle(transport, _head(answer), fault.slow_headers)
    content = answer.content
    if fault.truncate is not None:
        content = content[: fault.truncate if fault.truncate >= 0 else len(content) // 2]
    await _trickle(transport, content, fault.slow_body)
    transport.close()
    await _until_gone(receive)


async def reset(scope: Scope, receive: Receive) -> None:
    """Drop the connection with a TCP RST: no more data, and none of what was sent can still be trusted."""
    transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("the sandbox resets the connection, as asked")
    # Lingering for no time turns the close into a reset.
    linger = struct.pack("hh" if _is_windows() else "ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
    await _until_gone(receive)


def _is_windows() -> bool:
    return not hasattr(socket, "AF_UNIX")


async def _send(answer: Answer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.lines()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})


def _head(answer: Answer) -> bytes:
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = ""
    fields = [*answer.lines(), ("connection", "close")]
    lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def _trickle(transport: asyncio.Transport, content: bytes, seconds: float) -> None:
    """Write at once, or in ten drops over the time given."""
    if not seconds:
        transport.write(content)
        return
    size = max(1, -(-len(content) // DROPS))
    for start in range(0, len(content), size):
        await asyncio.sleep(seconds / DROPS)
        if transport.is_closing():
            return
        transport.write(content[start : start + size])


async def _until_gone(receive: Receive) -> None:
    # The server would answer 500 for an application that returns without an answer on a living connection.
    while (await receive())["type"] != "http.disconnect":
        pass
