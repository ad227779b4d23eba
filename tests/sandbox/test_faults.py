"""Misbehaviour on demand is what was asked for, to whom, as often as asked, and real on the wire."""

import re
import socket
from importlib import resources

import httpx
import pytest
from attrs import fields_dict

from jobmojito.sandbox import Fault, Sandbox

from .conftest import INTERVIEW, listed, refusal

CREATE, STATUS = "/job-interview-create", "/merchant-status"
DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


def faulty(http, fault, method="GET", path=STATUS, **arguments):
    """A request with a fault asked for in its header."""
    return http.request(method, path, headers={"X-Sandbox-Fault": fault}, **arguments)


@pytest.mark.parametrize("status", [200, 302, 408, 429, 500, 502, 503, 504, *range(520, 528), 546, 599])
def test_every_status_can_be_had(http, status):
    """Any status from 200 to 599 arrives as asked, with the API's error body."""
    response = faulty(http, f"status={status}")

    assert (response.status_code, set(response.json())) == (status, {"error"})


@pytest.mark.parametrize(
    ("body", "media", "content"),
    [
        ("error", "application/json", rb'\{"error":".+"\}'),
        ("html", "text/html", rb"<html>.+</html>"),
        ("text", "text/plain", rb"upstream .+"),
        ("broken", "application/json", rb'\{"error": "[^"]+'),
        ("empty", None, b""),
    ],
)
def test_bodies_can_be_the_hosts(http, body, media, content):
    """An answer's body can be the API's, HTML, plain text, JSON that is cut, or nothing, which has no type."""
    response = faulty(http, f"status=502; body={body}")

    assert response.headers.get("content-type") == media
    assert re.fullmatch(content, response.content)


@pytest.mark.parametrize("fault", ["status=204", "status=304", "status=204; body=html"])
def test_statuses_without_a_body_leave_the_connection_usable(http, fault):
    """204 and 304 end with their head; the next answer on the same connection is whole."""
    response = faulty(http, fault)

    assert (response.content, response.headers.get("content-length")) == (b"", None)
    assert http.get(STATUS).status_code == 200


def test_headers_can_be_added(http):
    """Retry-After takes seconds or a date; other headers go by their name."""
    headers = [faulty(http, f"status=503; retry-after={when}; header-x-request-id=r-1").headers for when in (2, DATE)]

    assert [(each["retry-after"], each["x-request-id"]) for each in headers] == [("2", "r-1"), (DATE, "r-1")]


@pytest.mark.parametrize(("fault", "made"), [("status=500", 0), ("status=504; processed", 1)])
def test_a_status_comes_without_the_work(http, sandbox, fault, made):
    """A plain status does nothing with the request; with `processed` the work is done, and paid, before."""
    before = sandbox.credits_spent
    faulty(http, fault, "POST", CREATE, json=INTERVIEW)

    assert len(listed(http, "/merchant-interview-list")) == round(sandbox.credits_spent - before, 1) == made


def test_a_fault_strikes_as_often_as_asked(http):
    """`times` and `skip` count the requests of one operation with one header text."""
    fault = "status=503; times=2; skip=1; id=counted"

    statuses = [faulty(http, fault).status_code for _ in range(5)]

    assert statuses == [200, 503, 503, 200, 200]
    assert faulty(http, fault, path="/merchant-avatar-list").status_code == 200


@pytest.mark.parametrize(("when", "processed"), [("before", False), ("read", False), ("after", True)])
def test_a_reset_is_a_reset(http, sandbox, when, processed):
    """The connection ends with a TCP RST, before or after the work, and the server has seen one request."""
    before, spent = sandbox.requests["create_interview"], sandbox.credits_spent
    request = http.build_request("POST", CREATE, json=INTERVIEW, headers={"X-Sandbox-Fault": f"reset={when}"})
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())

    with socket.create_connection((sandbox.host, sandbox.port)) as connection:
        connection.sendall(f"POST {request.url.path} HTTP/1.1\r\n{head}\r\n".encode() + request.content)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)

    assert sandbox.requests["create_interview"] == before + 1
    assert (sandbox.credits_spent > spent) is processed


@pytest.mark.parametrize("fault", ["truncate", "truncate=10", "truncate=0"])
def test_a_truncated_answer_ends_early(http, fault):
    """The promised length does not come: half of the body, or so many bytes, and then the end."""
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        faulty(http, fault)


@pytest.mark.parametrize("fault", ["slow-headers", "slow-body", "latency"])
def test_slow_answers_arrive_whole_or_run_into_a_timeout(http, fault):
    """A client that waits gets the whole answer; one whose patience is shorter than the fault a read timeout."""
    assert faulty(http, f"{fault}=0.1").json() == http.get(STATUS).json()
    with pytest.raises(httpx.ReadTimeout):
        faulty(http, f"{fault}=60", timeout=0.1)


def test_one_slow_answer_holds_up_no_other(http, sandbox):
    """While a request waits for a day, another is answered."""
    with socket.create_connection((sandbox.host, sandbox.port)) as waiting:
        waiting.sendall(b"GET /merchant-status HTTP/1.1\r\nHost: x\r\nX-Sandbox-Fault: latency=86400\r\n\r\n")

        assert http.get(STATUS).status_code == 200


@pytest.fixture
def answer(http, result):
    """The true answer of a details request, as a function of the fault."""
    return lambda fault: faulty(
        http, fault, path="/job-interview-details", params={"interview_result_id": result}
    ).json()


def test_values_become_null_or_go_missing(answer):
    """`nulls` and `missing-fields` mean every plain property, or with names those alone."""
    true, named = answer("id=true"), answer("nulls=score,transcript")

    assert {type(leaf) for leaf in leaves(answer("nulls"))} == {type(None)}
    assert (named["score"], named["transcript"], named["status"]) == (None, None, "completed")
    assert set(answer("missing-fields")) == {"ai_analysis_other", "transcript"}
    assert true.keys() - answer("missing-fields=score").keys() == {"score"}


def test_types_go_wrong_and_unknown_properties_appear(answer):
    """`wrong-types` changes the type of plain values, or of the named ones; `extra-fields` is found in each object."""
    true, wrong, extra = answer("id=true"), answer("wrong-types"), answer("extra-fields")

    kinds = [(type(true[name]), type(wrong[name])) for name in ("score", "status", "recording_is_video")]
    assert kinds == [(int, str), (str, int), (bool, str)]
    assert isinstance(answer("wrong-types=transcript")["transcript"], dict)
    assert all("sandbox_extra" in part for part in (extra, *extra["transcript"]))


def test_only_enumerated_values_become_unknown(http, interview):
    """`unknown-enum` changes the values that the contract enumerates, and no free text."""
    got = faulty(http, "unknown-enum", path="/job-interview-get", params={"position_id": interview}).json()

    assert got["status"] == got["visibility"] == got["type"] == "sandbox_unknown_value"
    assert got["name"] == "Project manager"


def leaves(value):
    """Every plain value inside a JSON value."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)
    else:
        yield value


@pytest.mark.parametrize(
    "text",
    ["nonsense=1", "status=abc", "status=99", "reset=sometimes", "body=poem", "latency=-1", "times=-1", "operation=x"],
)
def test_a_fault_that_cannot_be_read_is_said(http, text):
    """A fault header with an unknown key or a bad value is a 422 on the header, not silently good behaviour."""
    assert refusal(faulty(http, text)) == (422, "x-sandbox-fault")


def test_a_configured_fault_strikes_its_operation(contract):
    """Faults given at the start strike their own operation, in order, and can be taken back."""
    first = Fault(operation="get_merchant_status", status=503, times=1)
    second = Fault.parse("get_merchant_status: status=429")
    headers = {"Authorization": "Bearer any"}
    with (
        Sandbox(faults=[first, second], contract=contract) as sandbox,
        httpx.Client(base_url=sandbox.base_url, headers=headers) as http,
    ):
        statuses = [http.get(path).status_code for path in (STATUS, STATUS, STATUS, "/merchant-avatar-list")]
        sandbox.faults.clear()
        statuses.append(http.get(STATUS).status_code)

    assert statuses == [503, 429, 429, 200, 200]


def test_downloads_can_fail_too(http, result):
    """What a signed link leads to misbehaves under the name download_file."""
    link = http.post("/job-interview-pdf", json={"interview_result_id": result, "export_type": "pdf"}).json()

    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(link["pdf_export_url"], headers={"X-Sandbox-Fault": "truncate"})


def test_the_manual_lists_every_fault_key():
    """README's table of keys and the fields of Fault are the same, so nothing is promised or kept quiet."""
    manual = resources.files("jobmojito.sandbox").joinpath("README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in manual.partition("| key |")[2].splitlines() if line.startswith("| `")]

    keys = {re.split("[=`]", key)[0] for row in rows for key in re.findall(r"`(.+?)`", row)}
    keys = {"headers" if key == "header-NAME" else key.replace("-", "_") for key in keys} - {"read", "after"}

    assert keys == set(fields_dict(Fault)) - {"operation"}
