import asyncio
import io
import ssl
import threading

import h11
import httpx
import pytest

from jobmojito import ConfigurationError, ConnectionFailedError, OutcomeUnknownError, RequestTimeoutError, UploadError
from jobmojito.calls.bodies import StreamedBody
from tests.bodies import body_for
from tests.faults import server as faults
from tests.overlay.driver import ASKED, QUICK, READ, SPENDING, TOKEN, Driver, upload_of
from tests.overlay.test_secrets import _printed


def _stream(api, pieces, *, rewindable=True, opened=None):
    """A streamed body as the client's kind takes it, which notes each time it is opened."""

    def opening():
        if opened is not None:
            opened.append(1)
        return _awaited(pieces) if api.kind == "async" else iter(pieces)

    headers = {"Content-Type": "text/plain", "Content-Length": "7"}
    return StreamedBody(opening, headers, rewindable=rewindable)


async def _awaited(pieces):
    for piece in pieces:
        yield piece


def _send(body):
    return lambda jm: jm._session(jm._session.call("list_languages", **ASKED), body=body)


def _spend(body):
    report = body_for("generate_interview_report", export_type="html")
    return lambda jm: jm._session(jm._session.call("generate_interview_report", body=report), body=body)


def test_streamed_body_takes_the_place_of_the_calls_own(api, fault_server):
    """Its bytes and its headers go out, and the client's login with them."""
    fault_server.plays(faults.json_answer(200, {}))

    api.call(_spend(_stream(api, [b"one ", b"two"])), base_url=fault_server.url)

    seen = fault_server.seen[0]
    assert (seen.body, seen.headers["content-type"], seen.headers["content-length"]) == (b"one two", "text/plain", "7")
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"


def test_streamed_body_is_opened_for_every_attempt(api, fault_server):
    """A repeat sends the same bytes again."""
    opened = []
    fault_server.plays(faults.api_error(429), faults.json_answer(200, {}))

    api.call(_spend(_stream(api, [b"all of", b"i"], opened=opened)), base_url=fault_server.url)

    assert [seen.body for seen in fault_server.seen] == [b"all ofi"] * 2
    assert len(opened) == 2


@pytest.mark.parametrize("fault", [faults.api_error(429), faults.html_answer(502), faults.html_answer(521)])
def test_one_shot_body_is_sent_once_whatever_happens(api, fault_server, fault):
    """Even by an operation that could be repeated."""
    fault_server.plays(fault)

    with pytest.raises(Exception, match=r"429|502|521"):
        api.call(_send(_stream(api, [b"1234567"], rewindable=False)), base_url=fault_server.url)

    assert fault_server.count == 1


def test_body_that_cannot_be_read_is_raised_as_it_is(api, fault_server):
    """Our own error from inside a stream is no connection failure, and carries no frames of the HTTP library."""

    def broken():
        yield b"x"
        raise UploadError("the file went away")

    with pytest.raises(UploadError, match="went away") as raised:
        api.call(_spend(_stream(api, broken())), base_url=fault_server.url)

    names = [str(entry.path) for entry in raised.traceback]
    assert not [name for name in names if "httpcore" in name or "httpx/" in name]


class _Pipe(io.RawIOBase):
    """A stream that cannot be rewound."""

    def __init__(self, content):
        self.content = content

    def readable(self):
        return True

    def seekable(self):
        return False

    def read(self, size=-1):
        piece, self.content = self.content[:10], self.content[10:]
        return piece

    def tell(self):
        raise io.UnsupportedOperation("pipe")


def test_file_part_goes_from_where_its_stream_stands_at_every_attempt(api, fault_server):
    """httpx alone would rewind to the beginning, and announce the length of the whole file."""
    stream = io.BytesIO(b"HEADER the rest")
    stream.seek(7)
    fault_server.plays(faults.api_error(429), faults.json_answer(200, {}))

    api.call(upload_of(stream), base_url=fault_server.url)

    for seen in fault_server.seen:
        assert b"the rest" in seen.body
        assert b"HEADER" not in seen.body
        assert int(seen.headers["content-length"]) == len(seen.body)
    assert fault_server.count == 2


def test_file_part_that_cannot_be_rewound_is_sent_once(api, fault_server):
    """A pipe has been read; told to wait, the client gives the error instead of an empty file."""
    fault_server.plays(faults.api_error(429))

    with pytest.raises(Exception, match="429"):
        api.call(upload_of(_Pipe(b"a pipe's content")), base_url=fault_server.url)

    assert fault_server.count == 1
    assert b"a pipe's content" in fault_server.seen[0].body


def test_closed_file_is_found_before_anything_is_sent(api, fault_server):
    """It is the file's fault, and said so."""
    stream = io.BytesIO(b"x")
    stream.close()

    with pytest.raises(UploadError, match="closed"):
        api.call(upload_of(stream), base_url=fault_server.url)

    assert fault_server.connections == 0


def test_cancelling_goes_through_at_once_and_leaves_the_client_working(fault_server):
    """A cancelled task is cancelled, not failed; the connection is given up, not the client."""
    fault_server.plays(faults.slow_headers(0.3), faults.json_answer(200, {"languages": []}))

    async def main():
        async with Driver("async").client(base_url=fault_server.url) as jm:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(SPENDING[1](jm), 0.1)
            return await jm.admin.list_languages(**ASKED)

    assert asyncio.run(main()).languages == []
    assert fault_server.count == 2


@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_interrupts_are_not_taken_for_failures(signal):
    """Ctrl-C during a request ends the program, not only the attempt."""
    seen = []

    def interrupt(request):
        seen.append(request)
        raise signal

    with pytest.raises(signal):
        Driver("sync").call(READ[1], transport=httpx.MockTransport(interrupt))

    assert len(seen) == 1


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ConnectionResetError("gone"), OutcomeUnknownError),
        (TimeoutError("slow"), OutcomeUnknownError),
        (httpx.StreamClosed(), Exception),
        (httpx.UnsupportedProtocol("x"), ConfigurationError),
        (httpx.InvalidURL("x"), ConfigurationError),
    ],
)
def test_transport_of_the_caller_may_raise_what_it_likes(api, raised, expected):
    """Errors of the system that httpx would have mapped are mapped here."""

    def fail(request):
        raise raised

    with pytest.raises(expected) as caught:
        api.call(SPENDING[1], transport=httpx.MockTransport(fail))

    assert type(caught.value).__module__ == "jobmojito.errors"


@pytest.mark.parametrize(
    "raised",
    [
        RuntimeError(f"secret {TOKEN}"),
        ZeroDivisionError(TOKEN),
        ssl.SSLError(TOKEN),
        h11.LocalProtocolError(TOKEN),
        ExceptionGroup(TOKEN, [OSError(TOKEN)]),
        type("ClientError", (Exception,), {"__module__": "aiohttp"})(TOKEN),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_whatever_a_transport_raises_is_an_unknown_outcome(api, raised):
    """Nobody can say how far the request had come: it is not sent again, and no foreign exception comes out."""
    seen = []

    def fail(request):
        seen.append(request)
        raise raised

    with pytest.raises(OutcomeUnknownError) as caught:
        api.call(SPENDING[1], transport=httpx.MockTransport(fail))

    assert len(seen) == 1
    assert TOKEN not in "".join(_printed(caught.value))


def test_body_that_trickles_for_ever_times_out(api, fault_server):
    """Each piece comes in time, the whole does not."""
    fault_server.plays(faults.slow_body(b" ", 0.05, 40))

    with pytest.raises(RequestTimeoutError, match="no complete answer"):
        api.call(READ[1], base_url=fault_server.url, timeout=0.5, retry=QUICK.none())


def test_damaged_compression_is_a_failed_connection(api, fault_server):
    """An answer that cannot be unpacked is as good as none: repeated for reads, unknown for what costs."""
    fault_server.plays(faults.answer(200, b"not gzip", {"Content-Encoding": "gzip"}))

    with pytest.raises(ConnectionFailedError, match="compression"):
        api.call(READ[1], base_url=fault_server.url)
    with pytest.raises(OutcomeUnknownError):
        api.call(SPENDING[1], base_url=fault_server.url)


def test_many_threads_share_one_client(fault_server):
    """The sync client is safe to share; every call gets its own answer."""
    fault_server.plays(faults.json_answer(200, {"languages": []}))
    got = []
    with Driver("sync").client(base_url=fault_server.url) as jm:
        threads = [threading.Thread(target=lambda: got.append(jm.admin.list_languages(**ASKED))) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [answer.languages for answer in got] == [[]] * 20
    assert fault_server.count == 20
