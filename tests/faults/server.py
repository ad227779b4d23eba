"""A server on raw sockets that misbehaves exactly as told, and counts what it saw.

    server.plays(reset_after_reading(), json_answer(200, {"ok": True}))   # one a connection; the last one is repeated
    ... the client under test calls server.url ...
    assert server.count == 2

Every connection carries one request, so a repeat is always a new connection and nothing is hidden by reuse.
Import the fixture in a conftest: `from tests.faults.server import fault_server`.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, BinaryIO

import pytest


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; a body in chunks is put together."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Fault:
    """What to do with one connection: `read` the request first or not, then `act`."""

    act: Callable[[socket.socket], None]
    read: bool = True


def answer(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Fault:
    """Answer properly, with any status."""
    return Fault(lambda connection: connection.sendall(_head(status, len(body), headers) + body))


def json_answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Fault:
    """Answer with JSON, as the API does."""
    return answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def api_error(status: int, text: str = "it went wrong", headers: Mapping[str, str] | None = None) -> Fault:
    """Answer with the API's own error body."""
    return json_answer(status, {"error": text}, headers)


def html_answer(status: int, headers: Mapping[str, str] | None = None) -> Fault:
    """Answer as a CDN does."""
    return answer(status, b"<html>gateway trouble</html>", {"Content-Type": "text/html", **(headers or {})})


def reset_before_reading() -> Fault:
    """Accept, wait until the request begins to arrive, read nothing of it, reset."""

    def act(connection: socket.socket) -> None:
        # Without it the reset may come while the client is still connecting: another failure, surely not sent.
        connection.recv(1, socket.MSG_PEEK)
        _reset(connection)

    return Fault(act, read=False)


def reset_after_reading() -> Fault:
    """Read the whole request, then reset without an answer."""
    return Fault(_reset)


def close_after_reading() -> Fault:
    """Read the whole request, then close politely without an answer."""
    return Fault(lambda _: None)


def slow_headers(seconds: float, value: Any = None) -> Fault:
    """Answer well, but only after a while."""

    def act(connection: socket.socket) -> None:
        time.sleep(seconds)
        json_answer(200, value).act(connection)

    return Fault(act)


def slow_body(piece: bytes, pause: float, pieces: int) -> Fault:
    """Send the headers at once, and the body a piece at a time."""

    def act(connection: socket.socket) -> None:
        connection.sendall(_head(200, len(piece) * pieces, {"Content-Type": "application/json"}))
        for _ in range(pieces):
            connection.sendall(piece)
            time.sleep(pause)

    return Fault(act)


def truncated(status: int, body: bytes, promised: int | None = None) -> Fault:
    """Promise more bytes than come, then close."""
    length = promised if promised is not None else len(body) + 100
    return Fault(lambda c: c.sendall(_head(status, length, {"Content-Type": "application/json"}) + body))


def raw(data: bytes) -> Fault:
    """Send these bytes, HTTP or not."""
    return Fault(lambda connection: connection.sendall(data))


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _head(status: int, length: int, headers: Mapping[str, str] | None) -> bytes:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unheard Of"
    given = {"Content-Length": str(length), "Connection": "close", **(headers or {})}
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    return "\r\n".join(lines).encode()


@dataclass
class FaultServer:
    """Listens on loopback; `count` is how many requests were read whole, `connections` how many were opened."""

    seen: list[Seen] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._script: list[Fault] = [json_answer(200, {})]
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def count(self) -> int:
        return len(self.seen)

    def plays(self, *faults: Fault) -> None:
        """Say what the next connections get, one each; the last is repeated for all that follow."""
        with self._lock:
            self._script, self.connections = list(faults), 0
            self.seen.clear()

    def stop(self) -> None:
        """Stop listening: from now on connections are refused. Joins what is still being answered."""
        # Closing alone does not wake a blocked accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                fault = self._script.pop(0) if len(self._script) > 1 else self._script[0]
            thread = threading.Thread(target=self._serve, args=(connection, fault), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, fault: Fault) -> None:
        with connection:
            connection.settimeout(5)
            try:
                if fault.read:
                    self.seen.append(_read(connection))
                fault.act(connection)
            except OSError:
                # The client gave up: that is its right.
                return


def _read(connection: socket.socket) -> Seen:
    with connection.makefile("rb") as incoming:
        method, target, _ = _line(incoming).split(" ", 2)
        headers: dict[str, str] = {}
        while line := _line(incoming):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(iter(lambda: _chunk(incoming), b""))
        else:
            body = _exactly(incoming, int(headers.get("content-length", 0)))
    return Seen(method, target, headers, body)


def _chunk(incoming: BinaryIO) -> bytes:
    """Read one chunk of RFC 9112, 7.1; the last one is empty."""
    size = int(_line(incoming), 16)
    return _exactly(incoming, size + 2)[:size]


def _line(incoming: BinaryIO) -> str:
    line = incoming.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionAbortedError("the client closed before its request was complete")
    return line[:-2].decode("latin-1")


def _exactly(incoming: BinaryIO, size: int) -> bytes:
    data = incoming.read(size)
    if len(data) < size:
        raise ConnectionAbortedError("the client closed before its request was complete")
    return data


def refused_url() -> str:
    """Give an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def fault_server() -> Iterator[FaultServer]:
    """A misbehaving server, stopped at the end."""
    server = FaultServer()
    yield server
    server.stop()
