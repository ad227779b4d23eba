"""Connections that are not quite what they should be: given by the caller, closed behind our back, odd on the wire."""

import pickle

import httpx
import pytest

from jobmojito import ConfigurationError, ConnectionFailedError, NotFoundError, OutcomeUnknownError, RateLimitError
from jobmojito.calls.bodies import StreamedBody
from jobmojito_api.api.admin import list_languages
from tests.faults import server as faults
from tests.overlay.driver import ASKED, READ, SPENDING, TOKEN
from tests.overlay.test_secrets import _printed


@pytest.mark.parametrize("login", [{"auth": ("user", "word")}, {"headers": {"Authorization": "Basic dXNlcjp3b3Jk"}}])
def test_login_of_a_given_client_does_not_take_the_tokens_place(api, login):
    """The token is who is asking; where to is this client's too, for the generated functions as well."""
    seen = []

    def handle(request):
        seen.append((request.url.host, request.headers.get_list("authorization")))
        return httpx.Response(200, json={})

    function = list_languages.asyncio if api.kind == "async" else list_languages.sync
    for work in (READ[1], lambda jm: function(client=jm.raw, **ASKED)):
        api.call(work, http_client=api.own(handle, base_url="https://other.example/", **login))

    assert seen == [("cool.jobmojito.com", [f"Bearer {TOKEN}"])] * 2


def test_transport_of_the_other_kind_is_refused_at_once(api):
    """It would fail at the first call, with somebody else's exception."""
    other = httpx.HTTPTransport if api.kind == "async" else httpx.AsyncHTTPTransport

    with pytest.raises(ConfigurationError, match="transport must be"):
        api.client(transport=other(verify=False))


_ELSEWHERE = httpx.Request("POST", "https://audit.example")
ABOUT_ANOTHER = [
    httpx.HTTPStatusError("x", request=_ELSEWHERE, response=httpx.Response(404, request=_ELSEWHERE)),
    httpx.HTTPStatusError("x", request=_ELSEWHERE, response=None),
    NotFoundError("x", 404),
    ConnectionFailedError("x"),
]


@pytest.mark.parametrize("error", ABOUT_ANOTHER, ids=lambda error: type(error).__name__)
def test_error_of_a_request_that_a_hook_made_says_nothing_of_ours(api, error):
    """A hook that keeps a record elsewhere failed at that, when the paid request was done already."""

    def hook(_):
        raise error

    own = api.own(lambda _: httpx.Response(200, json={}), {"response": hook})

    with pytest.raises(OutcomeUnknownError):
        api.call(SPENDING[1], http_client=own)


@pytest.mark.parametrize(
    "error", [OSError(2, "no such file", "/home/jane/cert.pem"), FileNotFoundError(2, "no", "jane")]
)
def test_path_that_a_transport_names_is_not_shown(api, error):
    """It is often named after a person."""

    def handle(_):
        raise error

    with pytest.raises(OutcomeUnknownError) as raised:
        api.call(SPENDING[1], http_client=api.own(handle))

    assert "jane" not in f"{raised.value} {raised.value.cause!r} {raised.value.cause.__cause__!r}"


@pytest.mark.parametrize("headers", [None, "X-A: 1", [("X-A", "1")]])
def test_headers_that_are_no_mapping_are_refused(api, headers):
    """As every other option that cannot work."""
    with pytest.raises(ConfigurationError, match="mapping"):
        api.client().with_options(headers=headers)


NOT_ASCII = (
    b"X-File: r\xe9sum\xe9.pdf\r\nX-Other: \xff\xfe\r\nRetry-After: \xff\r\nX-Request-Id: \xe9\r\nCF-Ray: ray-1\r\n"
)


def _answered(status, body):
    head = f"HTTP/1.1 {status} Odd\r\nContent-Length: {len(body)}\r\nConnection: close\r\n".encode()
    return faults.raw(head + NOT_ASCII + b"\r\n" + body)


def test_headers_that_are_no_ascii_spoil_no_answer(api, fault_server):
    """What was created and paid for is not lost because of the name of a file in a header."""
    fault_server.plays(_answered(200, b'{"languages": []}'))

    detailed = api.call(lambda jm: jm.detailed(jm.admin.list_languages, **ASKED), base_url=fault_server.url)

    assert (detailed.value.languages, detailed.request_id) == ([], "ray-1")
    assert b"sum" in pickle.dumps(detailed)


@pytest.mark.parametrize(("status", "error"), [(404, NotFoundError), (429, RateLimitError)])
def test_headers_that_are_no_ascii_spoil_no_error(api, fault_server, status, error):
    """Nor is the error another one."""
    fault_server.plays(_answered(status, b"{}"))

    with pytest.raises(error) as raised:
        api.call(READ[1], base_url=fault_server.url)

    assert raised.value.request_id == "ray-1"
    assert pickle.loads(pickle.dumps(raised.value)).answer == raised.value.answer


@pytest.mark.parametrize(
    "header", ["X-Supabase-Request-Id", "X-Trace-Id", "X-Correlation-ID", "X-Deno-Execution-Id", "X-Acme-RequestId"]
)
def test_request_id_is_found_under_names_that_nobody_listed(api, header):
    """A host that changes its headers still gives something to quote."""
    transport = httpx.MockTransport(lambda _: httpx.Response(404, headers={header: "id-7", "X-Idle": "no"}))

    with pytest.raises(NotFoundError, match=r"\[request id id-7\]"):
        api.call(READ[1], transport=transport)


def _hangs_up_on_the_second(connection):
    """Answer once, keep the connection, and close it only when the next request has begun to arrive on it."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    connection.recv(1)


@pytest.mark.parametrize("work", [READ[1], SPENDING[1]], ids=["read", "costly"])
def test_kept_connection_that_hangs_up_costs_nobody_an_answer(api, fault_server, work):
    """A read is repeated; what costs credits goes out on a connection of its own, which is not about to be closed."""
    fault_server.plays(faults.Fault(_hangs_up_on_the_second), faults.json_answer(200, {}))
    seen = []

    async def twice(jm):
        for _ in range(2):
            try:
                result = work(jm)
                seen.append(await result if api.kind == "async" else result)
            except OutcomeUnknownError as error:
                seen.append(error)

    client = api.client(base_url=fault_server.url)
    api.use(client, twice if api.kind == "async" else lambda jm: _finished(twice(jm)))

    assert fault_server.connections == 2
    assert not [one for one in seen if isinstance(one, OutcomeUnknownError)]


def _finished(coroutine):
    """Run a coroutine that never waits."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


def test_request_that_cannot_be_made_shows_no_token(api):
    """A bug in a body is raised as it is; a traceback with local variables, httpx's own included, is still clean."""
    body = StreamedBody(lambda: 7, {"Content-Type": "text/plain"})

    with pytest.raises(TypeError) as raised:
        api.call(lambda jm: jm._session(jm._session.call("list_languages", **ASKED), body=body))

    assert "/httpx/" in "".join(entry.path.as_posix() for entry in raised.traceback)
    assert TOKEN not in "".join(_printed(raised.value))
