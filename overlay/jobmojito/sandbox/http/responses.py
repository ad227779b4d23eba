"""Responses as bytes, including broken ones: real resets, truncated bodies and slow heads.

An ASGI application cannot send these. The protocol class below therefore puts each connection's transport into the
scope's state; without one (`httpx.ASGITransport`), a reset is a ConnectionResetError and all else is sent whole.
"""

import asyncio
import json
import os
import socket
import struct
from http import HTTPStatus
from http.client import responses as reasons
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from jobmojito.sandbox.contract.document import Operation
from jobmojito.sandbox.contract.samples import fit
from jobmojito.sandbox.contract.validation import JSON, Refusal
from jobmojito.sandbox.faults import Fault

TRANSPORT = "jobmojito.sandbox.transport"
DROPS = 10
# These have no body (RFC 9112, 6.3); one would be read as the next answer.
BODILESS = frozenset({204, 304})

# The status that replaces one that the operation does not declare. 401 is not replaced: the host refuses a request
# without a token, whatever the operation declares.
INSTEAD = {403: 500, 404: 422, 409: 422, 422: 500}

OWN_BODIES = {
    "html": ("text/html", b"<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"),
    "text": ("text/plain", b"upstream connect error or disconnect/reset before headers"),
    "empty": ("text/plain", b""),
    "broken": ("application/json", b'{"error": "cut in the mid'),
}


def declared(operation: Operation, refusal: Refusal) -> Refusal:
    """Return the refusal with a status that the operation declares."""
    status = refusal.status
    while status in INSTEAD and not operation.declares(status):
        status = INSTEAD[status]
    return Refusal(status, refusal.message, refusal.name)


def json_response(status: int, value: Any) -> Response:
    """Make a JSON response as the API writes it: UTF-8, lone surrogates escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        content = text.encode()
    except UnicodeEncodeError:
        content = json.dumps(value, separators=(",", ":")).encode()
    return Response(content, status, media_type=JSON)


def error_response(refusal: Refusal, operation: Operation | None = None) -> Response:
    """Make an error response with the body that the operation declares for the status."""
    if operation is None or refusal.status < HTTPStatus.BAD_REQUEST:
        return json_response(refusal.status, refusal.body())
    return json_response(refusal.status, fit(operation.answers.get(str(refusal.status)) or {}, refusal.body()))


def replacement(fault: Fault, response: Response, operation: Operation | None = None) -> Response:
    """Make the response of a fault that has its own status or body, with the headers of the one it replaces."""
    status = fault.status or response.status_code
    if status in BODILESS:
        made = Response(status_code=status)
    elif fault.body in OWN_BODIES:
        media_type, content = OWN_BODIES[fault.body]
        # A header and not `media_type=`, to which Starlette would add a charset.
        made = Response(content, status, {"content-type": media_type} if content else None)
    else:
        made = error_response(Refusal(status, f"The sandbox answers {status}, as asked"), operation)
    kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    made.headers.update(kept | fault.extra_headers)
    return made


class ExposedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, with its transport exposed to the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the transport into the scope's state."""
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)


async def respond(response: Response, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response; slowly or truncated if the fault says so."""
    transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
    rough = fault is not None and (fault.truncate is not None or fault.slow_headers or fault.slow_body)
    if fault is None or not rough or transport is None:
        await response(scope, receive, send)
        return
    await _trickle(transport, _head(response), fault.slow_headers)
    content = bytes(response.body)
    if fault.truncate is not None:
        content = content[: fault.truncate if fault.truncate >= 0 else len(content) // 2]
    await _trickle(transport, content, fault.slow_body)
    transport.close()
    await _until_gone(receive)


async def reset(scope: Scope, receive: Receive) -> None:
    """Drop the connection with a TCP RST: the client may lose even data that was already sent."""
    transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("the sandbox resets the connection, as asked")
    # A linger time of zero turns the close into a reset.
    linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
    await _until_gone(receive)


def _head(response: Response) -> bytes:
    status = f"HTTP/1.1 {response.status_code} {reasons.get(response.status_code, '')}".encode()
    fields = [b": ".join(pair) for pair in (*response.raw_headers, (b"connection", b"close"))]
    return b"\r\n".join([status, *fields, b"", b""])


async def _trickle(transport: asyncio.Transport, content: bytes, seconds: float) -> None:
    """Write at once, or in ten pieces over the given time."""
    drops = DROPS if seconds else 1
    size = max(1, -(-len(content) // drops))
    for start in range(0, len(content), size):
        await asyncio.sleep(seconds / drops)
        if transport.is_closing():
            return
        transport.write(content[start : start + size])


async def _until_gone(receive: Receive) -> None:
    # If the application returned without a response on an open connection, the server would answer 500.
    while (await receive())["type"] != "http.disconnect":
        pass
