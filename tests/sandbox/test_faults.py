"""Misbehaviour on demand is what was asked for, to whom, as often as asked, and real on the wire."""

import json
import re
import socket
import time
from importlib import resources

import httpx
import pytest
from attrs import fields_dict

from jobmojito.sandbox import Fault, Sandbox
from jobmojito.sandbox.contract.document import load
from jobmojito.sandbox.faults import Faults

from .conftest import INTERVIEW, register

CREATE = "/job-interview-create"
STATUS = "/merchant-status"


def faulty(http, fault, method="GET", path=STATUS, **arguments):
    """A request with a fault asked for in its header."""
    return http.request(method, path, headers={"X-Sandbox-Fault": fault}, **arguments)


@pytest.mark.parametrize("status", [200, 302, 408, 429, 500, 502, 503, 504, *range(520, 528), 546, 599])
def test_every_status_can_be_had(http, status):
    """Any status from 200 to 599 arrives as asked, with the API's error body."""
    response = faulty(http, f"status={status}")

    assert (response.status_code, set(response.json())) == (status, {"error"})


@pytest.mark.parametrize(
    ("body", "media", "parses"),
    [
        ("error", "application/json", True),
        ("html", "text/html", False),
        ("text", "text/plain", False),
        ("broken", "application/json", False),
    ],
)
def test_bodies_can_be_the_hosts(http, body, media, parses):
    """An answer's body can be the API's, HTML, plain text, or JSON that is cut."""
    response = faulty(http, f"status=502; body={body}")

    assert response.headers["content-type"] == media
    try:
        json.loads(response.content)
    except ValueError:
        assert not parses
    else:
        assert parses


@pytest.mark.parametrize("fault", ["status=204", "status=304", "status=204; body=html"])
def test_statuses_without_a_body_leave_the_connection_usable(http, fault):
    """204 and 304 end with their head; the next answer on the same connection is whole."""
    status = int(fault[7:10])
    response = faulty(http, fault)

    assert (response.status_code, response.content, response.headers.get("content-length")) == (status, b"", None)
    assert http.get(STATUS).status_code == 200


def test_an_empty_body_has_no_type(http):
    """`body=empty` is no bytes and no content type."""
    response = faulty(http, "status=500; body=empty")

    assert (response.content, response.headers.get("content-type")) == (b"", None)


def test_headers_can_be_added(http):
    """Retry-After takes seconds or a date; other headers go by their name."""
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    seconds = faulty(http, "status=503; retry-after=2; header-x-request-id=r-1")
    dated = faulty(http, f"status=429; retry-after={date}")

    assert (seconds.headers["retry-after"], seconds.headers["x-request-id"]) == ("2", "r-1")
    assert dated.headers["retry-after"] == date


def test_a_status_comes_without_the_work(http, sandbox):
    """A plain status does nothing with the request; with `processed` the work is done, and paid, before."""
    outcomes = []
    for fault in ("status=500; id=1", "status=504; processed; id=2"):
        before = sandbox.credits_spent
        faulty(http, fault, "POST", CREATE, json=INTERVIEW)
        total = http.get("/merchant-interview-list").json()["pagination"]["total"]
        outcomes.append((total, round(sandbox.credits_spent - before, 1)))

    assert outcomes == [(0, 0.0), (1, 1.0)]


def test_a_fault_strikes_as_often_as_asked(http):
    """`times` and `skip` count the requests of one operation with one header text."""
    fault = "status=503; times=2; skip=1; id=counted"

    statuses = [faulty(http, fault).status_code for _ in range(5)]
    other = faulty(http, fault, path="/merchant-avatar-list").status_code

    assert (statuses, other) == ([200, 503, 503, 200, 200], 200)


@pytest.mark.parametrize(("when", "processed"), [("before", False), ("read", False), ("after", True)])
def test_a_reset_is_a_reset(http, sandbox, when, processed):
    """The connection ends with a TCP RST, before or after the work, and the server has seen one request."""
    before, spent = sandbox.requests["create_interview"], sandbox.credits_spent
    body = json.dumps(INTERVIEW)
    head = [
        f"POST /functions/v1{CREATE} HTTP/1.1",
        f"Host: {sandbox.host}",
        f"Authorization: {http.headers['Authorization']}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"X-Sandbox-Fault: reset={when}",
    ]

    with socket.create_connection((sandbox.host, sandbox.port)) as connection:
        connection.sendall("\r\n".join([*head, "", body]).encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)

    assert sandbox.requests["create_interview"] == before + 1
    assert (sandbox.credits_spent > spent) is processed


def test_a_truncated_answer_ends_early(http):
    """The promised length does not come: half of the body, or so many bytes, and then the end."""
    for fault in ("truncate", "truncate=10", "truncate=0"):
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
            faulty(http, fault)


@pytest.mark.parametrize("fault", ["slow-headers=0.4", "slow-body=0.4", "latency=0.4"])
def test_slow_answers_arrive_whole(http, fault):
    """Latency, a dripping head and a dripping body take the time asked for, and everything arrives."""
    plain, started = http.get(STATUS).json(), time.monotonic()

    response = faulty(http, fault)

    assert time.monotonic() - started >= 0.35
    assert response.json() == plain


@pytest.mark.parametrize("fault", ["slow-headers=5", "slow-body=5", "latency=5"])
def test_slow_answers_run_into_a_timeout(sandbox, fault):
    """A client that waits for no longer than the fault lasts sees a read timeout."""
    headers = {"Authorization": "Bearer slow", "X-Sandbox-Fault": fault}

    with pytest.raises(httpx.ReadTimeout):
        httpx.get(sandbox.base_url + STATUS, headers=headers, timeout=0.2)


def test_one_slow_answer_holds_up_no_other(http, sandbox):
    """While a request waits, another is answered at once."""
    with socket.create_connection((sandbox.host, sandbox.port)) as waiting:
        waiting.sendall(b"GET /merchant-status HTTP/1.1\r\nHost: x\r\nX-Sandbox-Fault: latency=3\r\n\r\n")
        started = time.monotonic()
        http.get(STATUS)

    assert time.monotonic() - started < 2


@pytest.fixture
def answer(http, interview):
    """The true answer of a details request, as a function of the fault."""
    result = register(http, interview, {"email": "ann@example.com", "name": "Ann"})
    query = {"interview_result_id": result}

    def ask(fault):
        return faulty(http, fault, path="/job-interview-details", params=query).json()

    return ask


def test_nulls_stand_for_every_plain_value(answer):
    """`nulls` leaves no string, number or boolean; with names, only those properties become null."""
    everything, some = answer("nulls"), answer("nulls=score,transcript")

    assert {type(leaf) for leaf in leaves(everything)} == {type(None)}
    assert (some["score"], some["transcript"], some["status"]) == (None, None, "completed")


def test_fields_go_missing(answer):
    """`missing-fields` removes every plain property, or the named ones."""
    everything, some = answer("missing-fields"), answer("missing-fields=score")

    assert set(everything) == {"ai_analysis_other", "transcript"}
    assert set(answer("id=none")) - set(some) == {"score"}


def test_types_go_wrong(answer):
    """`wrong-types` gives every plain value another type, and a named list becomes an object."""
    true, wrong = answer("id=none"), answer("wrong-types")

    kinds = [(type(true[name]), type(wrong[name])) for name in ("score", "status", "recording_is_video")]
    assert kinds == [(int, str), (str, int), (bool, str)]
    assert isinstance(answer("wrong-types=transcript")["transcript"], dict)


def test_unknown_properties_appear_at_every_depth(answer):
    """`extra-fields` puts one into each object, and changes nothing else."""
    extra = answer("extra-fields")

    assert "sandbox_extra" in extra
    assert all("sandbox_extra" in turn for turn in extra["transcript"])


def test_only_enumerated_values_become_unknown(http, interview):
    """`unknown-enum` changes the values that the contract enumerates, and no free text."""
    query = {"position_id": interview}

    got = faulty(http, "unknown-enum", path="/job-interview-get", params=query).json()

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
    response = faulty(http, text)

    assert (response.status_code, response.json()["name"]) == (422, "x-sandbox-fault")


def test_a_configured_fault_strikes_its_operation(contract):
    """Faults given at the start strike their own operation, in order, and can be taken back."""
    faults = [
        Fault(operation="get_merchant_status", status=503, times=1),
        Fault.parse("get_merchant_status: status=429"),
    ]
    with Sandbox(faults=faults, contract=contract) as sandbox:
        headers = {"Authorization": "Bearer any"}
        with httpx.Client(base_url=sandbox.base_url, headers=headers) as http:
            statuses = [http.get(STATUS).status_code for _ in range(3)]
            other = http.get("/merchant-avatar-list").status_code
            sandbox.faults.clear()
            after = http.get(STATUS).status_code

    assert (statuses, other, after) == ([503, 429, 429], 200, 200)


def test_a_fault_of_no_operation_is_an_error():
    """A misspelt operation would never strike, so it is refused."""
    with pytest.raises(ValueError, match="no operation 'create_interveiw'"):
        Faults([Fault(operation="create_interveiw")], load().operations)


def test_downloads_can_fail_too(http, interview):
    """What a signed link leads to misbehaves under the name download_file."""
    result = register(http, interview, {"email": "ann@example.com"})
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
