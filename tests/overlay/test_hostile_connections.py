"""Servers and transports that answer early, late, too much or for ever; raw sockets on loopback."""

import asyncio
import gzip
import itertools
import ssl
import time
import zlib
from pathlib import Path

import httpx
import pytest

from jobmojito import (
    ConnectionFailedError,
    JobMojitoError,
    NotFoundError,
    OutcomeUnknownError,
    RequestTimeoutError,
    RetryPolicy,
    ValidationError,
)
from jobmojito.calls.bodies import StreamedBody
from jobmojito_api.api.admin import list_languages
from tests.bodies import body_for
from tests.faults import server as faults
from tests.overlay.driver import ASKED, READ, SPENDING, Driver

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
OWN = HEAD + b'Content-Length: 19\r\n\r\n{"html_export":"1"}'
OTHER = HEAD + b'Content-Length: 19\r\n\r\n{"html_export":"2"}'
CHUNKED = HEAD + b'Transfer-Encoding: chunked\r\n\r\n13\r\n{"html_export":"1"}\r\n0\r\n\r\n'


class _Mapped(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A foreign transport that sends, and then calls whatever failed a failure to connect."""

    def __init__(self, error, cause=None):
        self.error, self.cause, self.seen = error, cause, []

    def handle_request(self, request):
        self.seen.append(request)
        raise self.error from self.cause

    async def handle_async_request(self, request):
        self.handle_request(request)


class _Repeating(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A foreign transport that sends a second time by itself, where nobody listens any more."""

    def __init__(self, kind, elsewhere):
        self._inner = (httpx.AsyncHTTPTransport if kind == "async" else httpx.HTTPTransport)(verify=False)
        self._elsewhere = httpx.URL(elsewhere)

    def _moved(self, request):
        request.url = request.url.copy_with(port=self._elsewhere.port)
        return request

    def handle_request(self, request):
        try:
            return self._inner.handle_request(request)
        except httpx.TransportError:
            return self._inner.handle_request(self._moved(request))

    async def handle_async_request(self, request):
        try:
            return await self._inner.handle_async_request(request)
        except httpx.TransportError:
            return await self._inner.handle_async_request(self._moved(request))


FOREIGN = [
    (httpx.ConnectTimeout("x"), RuntimeError("of another library")),
    (httpx.ConnectError("x"), None),
    (httpx.PoolTimeout("x"), None),
    (httpx.ProxyError("x"), ConnectionResetError()),
    (httpx.LocalProtocolError("x"), None),
    (httpx.UnsupportedProtocol("x"), None),
]


@pytest.mark.parametrize(("error", "cause"), FOREIGN, ids=lambda one: type(one).__name__)
def test_word_of_a_foreign_transport_is_no_proof_that_nothing_was_sent(api, error, cause):
    """What costs credits is sent once."""
    transport = _Mapped(error, cause)

    with pytest.raises(OutcomeUnknownError):
        api.call(SPENDING[1], transport=transport)

    assert len(transport.seen) == 1


def test_failure_to_connect_after_something_was_sent_is_no_proof(api, fault_server):
    """A transport that repeats by itself ends with httpcore's own ConnectError, and the first request was processed."""
    fault_server.plays(faults.close_after_reading())

    with pytest.raises(OutcomeUnknownError):
        api.call(SPENDING[1], transport=_Repeating(api.kind, faults.refused_url()), base_url=fault_server.url)

    assert fault_server.count == 1


def _twice(api, server, first):
    """Make a call, then one that costs credits, with one client."""

    async def work(jm):
        for call in (first, SPENDING[1]):
            result = await call(jm)
            await asyncio.sleep(0.05)
        return result

    def now(jm):
        first(jm)
        time.sleep(0.05)
        return SPENDING[1](jm)

    return api.use(api.client(base_url=server.url), work if api.kind == "async" else now)


def _keeps(first, late=b"", pause=0.0):
    """Answer one request, add what nobody asked for, and answer a second one if it comes."""

    def act(connection):
        connection.sendall(first)
        time.sleep(pause)
        connection.sendall(late)
        connection.recv(65536)
        connection.sendall(OTHER)

    return faults.Fault(act)


SURPLUS = {
    "in one piece with the answer": _keeps(OTHER + OTHER),
    "behind chunks": _keeps(CHUNKED + OTHER),
    "half of it": _keeps(OTHER + OTHER[:9], OTHER[9:], 0.01),
    "a moment later": _keeps(OTHER, OTHER, 0.02),
    "while the next is written": _keeps(OTHER, OTHER, 0.055),
}


@pytest.mark.parametrize("fault", SURPLUS.values(), ids=SURPLUS)
@pytest.mark.parametrize("first", [READ[1], SPENDING[1]], ids=["read", "costly"])
def test_surplus_answer_is_never_taken_for_that_of_a_paid_request(api, fault_server, fault, first):
    """Whatever was left on a connection, and whenever it came."""
    fault_server.plays(fault, faults.raw(OWN))

    assert _twice(api, fault_server, first).html_export == "1"
    assert fault_server.count == 2


REFUSAL = b'HTTP/1.1 422 No\r\nContent-Length: 16\r\n\r\n{"error":"full"}'


@pytest.mark.parametrize("name", ["in one piece with the answer", "behind chunks"])
def test_surplus_answer_is_not_taken_for_that_of_a_read(api, fault_server, name):
    """An answer that is there before the request is another's: the request is sent again, on another connection."""
    fault_server.plays(SURPLUS[name], faults.json_answer(200, {"languages": []}))

    async def twice(jm):
        return [await READ[1](jm), await READ[1](jm)][1]

    work = twice if api.kind == "async" else lambda jm: [READ[1](jm), READ[1](jm)][1]

    assert api.call(work, base_url=fault_server.url, retry=RetryPolicy.none()).languages == []


def _early(answer, *, close):
    """Read the head and a little, answer, and hang up, or read nothing more."""

    def act(connection):
        while b"\r\n\r\n" not in connection.recv(4096):
            pass
        connection.sendall(answer)
        if not close:
            time.sleep(0.5)

    return faults.Fault(act, read=False)


def _upload(size, *, asynchronous):
    pieces = [b"x" * 65536] * (size // 65536)

    async def awaited():
        for piece in pieces:
            yield piece

    headers = {"Content-Type": "text/plain", "Content-Length": str(len(pieces) * 65536)}
    body = StreamedBody(awaited if asynchronous else lambda: iter(pieces), headers)
    report = body_for("generate_interview_report", export_type="html")
    return lambda jm: jm._session(jm._session.call("generate_interview_report", body=report), body=body)


@pytest.mark.parametrize(
    ("kind", "close"),
    [*[("async", True)] * 3, *[("async", False)] * 3, ("sync", True)],
)
def test_an_answer_that_comes_while_the_body_is_sent_is_told(fault_server, kind, close):
    """A refusal is a refusal: neither lost with the connection nor waited out (by the sync client as httpx does it)."""
    fault_server.plays(_early(REFUSAL, close=close))

    with pytest.raises(ValidationError, match="full"):
        Driver(kind).call(_upload(30_000_000, asynchronous=kind == "async"), base_url=fault_server.url)


def test_interim_answer_does_not_end_an_upload(api, fault_server):
    """100 and 103 only say that the server is there."""

    def act(connection):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\n")
        left = 3_000_000 // 65536 * 65536
        while b"\r\n\r\n" not in (head := connection.recv(65536)):
            pass
        left -= len(head.partition(b"\r\n\r\n")[2])
        while left > 0:
            left -= len(connection.recv(65536))
        connection.sendall(OWN)

    fault_server.plays(faults.Fault(act, read=False))

    assert api.call(_upload(3_000_000, asynchronous=api.kind == "async"), base_url=fault_server.url).html_export == "1"


def _over_tls(act):
    """Do the same behind TLS 1.3, whose own messages (tickets) make the client's socket readable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("loopback.pem"))

    def wrapped(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            act(secure)

    return faults.Fault(wrapped, read=False)


def _whole(answer, early=()):
    """Read a request of 3 MB to its end, then answer; the pieces of `early` go out when its head is there."""

    def act(connection):
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(4096)
        for piece in early:
            connection.sendall(piece)
            time.sleep(0.02)
        left = 3_000_000 // 65536 * 65536 - len(received.partition(b"\r\n\r\n")[2])
        while left > 0:
            left -= len(connection.recv(65536))
        connection.sendall(answer)

    return act


def _tls_url(server):
    return server.url.replace("http:", "https:")


def test_upload_over_tls_is_not_stopped_by_tickets(api, fault_server):
    """What TLS sends by itself is no answer."""
    fault_server.plays(_over_tls(_whole(OWN)))
    work = _upload(3_000_000, asynchronous=api.kind == "async")

    assert api.call(work, base_url=_tls_url(fault_server)).html_export == "1"


INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=x\r\n\r\n"


@pytest.mark.parametrize("secure", [True, False], ids=["TLS", "plain"])
@pytest.mark.parametrize("cut", [1, 9, 12, 24, 34, 50, 60, len(INTERIM)])
def test_interim_answer_in_pieces_does_not_end_an_upload(api, fault_server, secure, cut):
    """Wherever it is cut, the whole body arrives: half a status line is no answer, nor is the rest of a header."""
    act = _whole(OWN, (INTERIM[:cut], INTERIM[cut:]))
    fault_server.plays(_over_tls(act) if secure else faults.Fault(act, read=False))
    url = _tls_url(fault_server) if secure else fault_server.url

    result = api.call(_upload(3_000_000, asynchronous=api.kind == "async"), base_url=url, timeout=3)

    assert result.html_export == "1"


def test_early_refusal_over_tls_is_told(api, fault_server):
    """The server answers and reads nothing more: writing ends where it would have waited for ever."""
    fault_server.plays(_over_tls(_early(REFUSAL, close=False).act))

    with pytest.raises(ValidationError, match="full"):
        api.call(_upload(30_000_000, asynchronous=api.kind == "async"), base_url=_tls_url(fault_server))


def _endless(first, piece, pause=0.0):
    def act(connection):
        connection.sendall(first)
        for _ in itertools.count():
            connection.sendall(piece)
            time.sleep(pause)

    return faults.Fault(act)


ENDLESS = {
    "100": _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103": _endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 0.01),
    "head": _endless(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n", 0.05),
    "body": _endless(HEAD + b"Content-Length: 1000000\r\n\r\n", b" ", 0.05),
    "error body": _endless(b"HTTP/1.1 404 No\r\nContent-Length: 1000000\r\n\r\n", b" ", 0.05),
    "empty deflate blocks": _endless(
        HEAD + b"Content-Encoding: deflate\r\nContent-Length: 1000000000\r\n\r\n", b"\x00\x00\x00\xff\xff" * 1000, 0.001
    ),
    "chunks": _endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.05),
}


@pytest.mark.parametrize("fault", ENDLESS.values(), ids=ENDLESS)
def test_no_answer_lasts_longer_than_the_time_limit(api, fault_server, fault):
    """One limit for all of it, however it is spread: the server never stops sending by itself."""
    fault_server.plays(fault)

    with pytest.raises((RequestTimeoutError, NotFoundError)):
        api.call(READ[1], base_url=fault_server.url, timeout=0.4, retry=RetryPolicy.none())


@pytest.mark.parametrize("fault", ENDLESS.values(), ids=ENDLESS)
def test_no_answer_to_the_raw_client_lasts_longer_than_the_time_limit(api, fault_server, fault):
    """The generated functions read over the same connections, and raise what httpx does."""
    fault_server.plays(fault)
    function = list_languages.asyncio if api.kind == "async" else list_languages.sync

    with pytest.raises(httpx.ReadTimeout):
        api.call(lambda jm: function(client=jm.raw, **ASKED), base_url=fault_server.url, timeout=0.4)


def _packed(times, content):
    for _ in range(times):
        content = gzip.compress(content, 9)
    return content


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize(("times", "size"), [(1, 60_000_000), (2, 60_000_000), (3, 1000)])
def test_answer_that_unpacks_without_bound_is_cut_off(api, fault_server, monkeypatch, status, times, size):
    """A few kilobytes may stand for gigabytes; what is kept of them is bounded, for an error's body too."""
    monkeypatch.setattr("jobmojito.calls.responses.MAX_BODY", 1_000_000)
    packed = _packed(times - 1, BOMB) if size > 1000 else _packed(times, b"{}")
    encoding = ", ".join(["gzip"] * times)
    fault_server.plays(faults.answer(status, packed, {"Content-Encoding": encoding}))

    with pytest.raises(JobMojitoError) as raised:
        api.call(READ[1], base_url=fault_server.url, retry=RetryPolicy.none())

    answer = getattr(raised.value, "answer", None)
    assert answer is None or len(answer.content) <= 1_000_001


def _bomb():
    """Make 60 MB of nothing, packed."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(60)), packer.flush()])


BOMB = _bomb()


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress, lambda data: zlib.compress(data)[2:-4]])
def test_every_usual_compression_is_read(api, fault_server, packed):
    """Gzip, zlib, and what some servers call deflate."""
    name = "gzip" if packed is gzip.compress else "deflate"
    fault_server.plays(faults.answer(200, packed(b'{"html_export":"1"}'), {"Content-Encoding": name}))

    assert api.call(SPENDING[1], base_url=fault_server.url).html_export == "1"
    assert fault_server.seen[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_gzip_of_several_parts_is_read_whole(api, fault_server, cut):
    """As RFC 1952 allows, wherever the pieces that arrive end; what follows the last part is no part of the answer."""
    packed = gzip.compress(b'{"html_') + gzip.compress(b"") + gzip.compress(b'export":"1"}') + b"more"
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)

    def act(connection):
        connection.sendall(head + packed[:cut])
        time.sleep(0.02)
        connection.sendall(packed[cut:])

    fault_server.plays(faults.Fault(act))

    assert api.call(SPENDING[1], base_url=fault_server.url).html_export == "1"


def test_answer_whose_compression_is_cut_off_is_not_taken_for_whole(api, fault_server):
    """Its length is right, its content is not."""
    fault_server.plays(faults.answer(200, gzip.compress(b'{"languages": []}')[:-9], {"Content-Encoding": "gzip"}))

    with pytest.raises(ConnectionFailedError, match="compression"):
        api.call(READ[1], base_url=fault_server.url)
