"""The peer: a server so small that the client is what is measured. A process of its own, on loopback.

It answers batches of rows with the same rows, uploads with a screening, and GET with a list of results.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SCREENED = {
    "success": True,
    "decision_status": "recommended",
    "recommendation": "ai_accept",
    "profile_interview_id": "28106cba-1c27-4e53-b149-32113e5e8e31",
    "interview_result_pre_screening_id": "28106cba-1c27-4e53-b149-32113e5e8e31",
    "interview_file_id": "28106cba-1c27-4e53-b149-32113e5e8e31",
    "pre_screening_score": 7,
    "resume_ai_analysis": "A solid profile with room to grow. " * 20,
    "resume_ai_education": "MSc",
    "resume_ai_technical_experience": 5,
    "resume_ai_is_switching_profession": False,
    "processing_reason": "",
}


class Peer(asyncio.Protocol):
    """One connection: requests one after the other, bodies counted and dropped unless they are rows."""

    def __init__(self, latency: float, listing: bytes) -> None:
        self.latency, self.listing = latency, listing
        self.buffer = bytearray()
        self.path, self.left = "", -1

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.left > 0 and not self._is_rows():
            self.left -= len(data)  # a file: counted, not kept
            if self.left == 0:
                self._answer(b"")
            return
        self.buffer += data
        if self.left < 0:
            self._read_head()
        if self.left >= 0 and self._is_rows() and len(self.buffer) >= self.left:
            body, self.buffer = bytes(self.buffer[: self.left]), self.buffer[self.left :]
            self._answer(body)

    def _is_rows(self) -> bool:
        return "register-users" in self.path

    def _read_head(self) -> None:
        head, end, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if not end:
            return
        lines = head.decode("latin-1").split("\r\n")
        self.path = lines[0].split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self.left = int(headers.get("content-length", 0))
        self.buffer = bytearray(rest)
        if not self._is_rows():
            self.left -= len(rest)
            self.buffer.clear()
            if self.left == 0:
                self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.left = -1
        if body:
            users = json.loads(body)["users"]
            answer = json.dumps(
                [{**row, "result": "ok", "interview_url": LINK + row["email"]} for row in users]
            ).encode()
        else:
            answer = self.listing if "list" in self.path else json.dumps(SCREENED).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        send = self.transport.write
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, send, head.encode() + answer)
        else:
            send(head.encode() + answer)


LINK = "https://talk.example.org/i/8c1f5d0e7a?email="


def _serve(latency: float, listing: bytes, port: Any) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Peer(latency, listing), "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def peer(latency: float = 0.0, listing: bytes = b"{}") -> Iterator[str]:
    """Run the peer; gives its base URL. `latency` is how many seconds it takes before it answers."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(latency, listing, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()
