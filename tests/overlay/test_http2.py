"""Answers over HTTP/2 that break off: the client cannot tell them from a request that cannot be written."""

import asyncio
import socket
import threading
from contextlib import closing

import h2.config
import h2.connection
import h2.events
import httpx
import pytest

from jobmojito import AsyncJobMojito, JobMojito, OutcomeUnknownError, RetryPolicy
from tests.overlay.driver import SPENDING, TOKEN

BODY = b'{"success": true'


def short(server, stream):
    """Head and body come together, and end before the announced length."""
    server.send_headers(stream, [(":status", "200"), ("content-length", "500"), ("content-type", "application/json")])
    # By hand: the library that serves refuses to send less than it announced.
    return server.data_to_send() + len(BODY).to_bytes(3, "big") + b"\x00\x01" + stream.to_bytes(4, "big") + BODY


def reset(server, stream):
    """The stream is reset after the request was read."""
    server.reset_stream(stream, error_code=2)
    return server.data_to_send()


def going_away(server, stream):
    """The server says that it has handled this stream, and leaves."""
    server.close_connection(last_stream_id=stream)
    return server.data_to_send()


class Server:
    """Speaks HTTP/2 without TLS on loopback, and answers each request by `answer`."""

    def __init__(self, answer):
        self.answer, self.requests = answer, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.listener.close()

    def _serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with closing(peer):
                self._talk(peer, h2.connection.H2Connection(h2.config.H2Configuration(client_side=False)))

    def _talk(self, peer, server):
        server.initiate_connection()
        peer.sendall(server.data_to_send())
        while data := peer.recv(65536):
            for event in server.receive_data(data):
                if isinstance(event, h2.events.StreamEnded):
                    self.requests += 1
                    peer.sendall(self.answer(server, event.stream_id))
                    return
            peer.sendall(server.data_to_send())


@pytest.fixture(params=[short, reset, going_away])
def server(request):
    """One server for each way to break off."""
    with closing(Server(request.param)) as running:
        yield running


def call(kind, url):
    """Send a paid POST over HTTP/2 with one of the clients."""
    policy = RetryPolicy(base=0.001, cap=0.002)
    if kind == "sync":
        with httpx.Client(http1=False, http2=True) as client:
            return SPENDING[1](JobMojito(TOKEN, base_url=url, http_client=client, retry=policy, timeout=5))

    async def run():
        async with httpx.AsyncClient(http1=False, http2=True) as client:
            jm = AsyncJobMojito(TOKEN, base_url=url, http_client=client, retry=policy, timeout=5)
            return await SPENDING[1](jm)

    return asyncio.run(run())


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_http2_answer_that_breaks_off_leaves_the_outcome_unknown(kind, server):
    """httpx calls some of it a request that cannot be written; the server has processed it, so it is sent once."""
    with pytest.raises(OutcomeUnknownError):
        call(kind, server.url)

    assert server.requests == 1
