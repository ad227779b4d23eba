"""Claims of the low-level client: what goes on the wire, what is refused before it does, and what an answer becomes."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import uuid
from typing import Any

import httpx
import pytest
from attrs import evolve

from jobmojito_api import UNSET, AuthenticatedClient, models
from jobmojito_api.api.admin import get_merchant_status
from jobmojito_api.api.interviews import get_interview_definition
from jobmojito_api.api.results import get_merchant_analytics, list_interview_results
from jobmojito_api.calls import Call, Operation, Parameter
from jobmojito_api.codec import DATE, DATE_TIME, INTEGER, STRING, UUID, Array, Const, Union, read, write
from jobmojito_api.errors import InvalidAnswer, InvalidRequest
from jobmojito_api.models import LanguageCode
from jobmojito_api.resources import operation
from tests.bodies import JSON, contract, required_of, values_for

REGISTER = "register_users_for_interview"
FITTING = values_for(REGISTER, users=[{}])
ROW = FITTING["users"][0]
# What each operation that is called here has to be given; none of it is what a test is about.
STATUS, RESULTS = required_of("get_merchant_status"), required_of("list_interview_results")
REQUIRED = "users" in contract().operations[REGISTER].bodies[JSON].get("required", ())
ID = "93c98d21-e04d-4a84-9afa-ed154cf73636"
BASE = "https://api.example.com/v1"


def client(answer: httpx.Response | list[httpx.Request], **settings: Any) -> AuthenticatedClient:
    """Make a client over a transport that gives one answer, or that collects requests and gives an empty object."""

    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, list):
            request.read()
            answer.append(request)
            return httpx.Response(200, json={})
        return answer

    return AuthenticatedClient(BASE, token="t0ken", httpx_args={"transport": httpx.MockTransport(handle)}, **settings)


def in_json(name: str, body: Any) -> Call[Any]:
    """Make a call with a JSON body, of an operation that knows no other form."""
    declared = operation(name)
    forms = tuple(form for form in declared.bodies if form.content_type == JSON)
    return evolve(declared, bodies=forms).call({"body": body})


def test_request_carries_method_path_query_and_login() -> None:
    """Flags, numbers and ids are written as the contract's texts; what is UNSET or null is left out."""
    sent: list[httpx.Request] = []
    given = RESULTS | {"interview_id": uuid.UUID(ID), "limit": 5, "offset": None, "tab": ""}
    list_interview_results.sync_detailed(client=client(sent), **given)
    url = sent[0].url
    path, _, query = str(url).partition("?")

    assert (sent[0].method, path) == ("GET", f"{BASE}/merchant-result-list")
    assert {"tab=", f"interview_id={ID}", "limit=5"} <= set(query.split("&"))
    assert set(url.params) == {"tab", "interview_id", "limit", *RESULTS}
    assert sent[0].headers["Authorization"] == "Bearer t0ken"


def test_json_body_takes_models_and_mappings_alike() -> None:
    """Enums, ids and nested models are written by their contract names, UNSET is left out."""
    values = values_for(REGISTER, interview_id=ID, users=[{"email": "ada@example.com", "name": None}])
    as_model = models.JobInterviewRegisterUsersRequest.from_dict(values)
    as_model.interview_id = uuid.UUID(ID)
    as_mapping = {**values, "interview_id": uuid.UUID(ID), "is_test": UNSET}

    texts = [in_json(REGISTER, body).request["content"] for body in (as_model, as_mapping)]
    assert [json.loads(text) for text in texts] == [values, values]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        *([({}, ""), ({"interview_id": ID}, "")] if REQUIRED else []),
        ({**FITTING, "users": "ada"}, "/users"),
        ({**FITTING, "users": [{"email": 7}]}, "/users/0/email"),
        ({**FITTING, "users": [], "is_test": [1]}, "/is_test"),
        ({**FITTING, "users": [{**ROW, "extra": float("nan")}]}, "/users/0/extra"),
        ({**FITTING, "users": [{**ROW, "extra": "\ud800"}]}, "/users/0/extra"),
        ({**FITTING, "users": [{**ROW, "extra": {1, 2}}]}, "/users/0/extra"),
    ],
)
def test_body_that_the_contract_or_json_refuses_is_told_before_it_is_sent(body: dict[str, Any], pointer: str) -> None:
    """The error names the operation and the place, and shows no value."""
    with pytest.raises(InvalidRequest) as caught:
        _ = in_json(REGISTER, body).request

    assert pointer in {problem.pointer for problem in caught.value.problems}
    assert "ada" not in str(caught.value)
    assert caught.value.operation == "register_users_for_interview"
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_body_that_holds_itself_is_refused() -> None:
    """A cycle is a mistake that is told, not a request without an end."""
    body = values_for(REGISTER, interview_id=ID, users=[])
    body["users"].append(body)

    with pytest.raises(InvalidRequest, match="holds itself"):
        _ = in_json(REGISTER, body).request


def test_unknown_enum_value_may_be_sent() -> None:
    """Enums stay open: the server may know a value that this version does not."""
    body = {**values_for("set_interview_state", position_id=ID), "status": "hibernating"}
    call = in_json("set_interview_state", body)

    assert json.loads(call.request["content"])["status"] == "hibernating"


@pytest.mark.parametrize("limit", ["5", 0, 1001, 1.5])
def test_parameter_outside_the_contract_is_refused(limit: Any) -> None:
    """A limit is an integer from 1 to 1000."""
    with pytest.raises(InvalidRequest, match="/limit"):
        list_interview_results.sync_detailed(client=client([]), **RESULTS | {"limit": limit})


def test_missing_required_parameter_is_refused() -> None:
    """None stands for a parameter that was not given."""
    with pytest.raises(InvalidRequest, match="/date_from"):
        get_merchant_analytics.sync_detailed(
            client=client([]), **required_of("get_merchant_analytics") | {"date_from": None}
        )


def test_path_header_and_cookie_parameters_go_to_their_places() -> None:
    """Path texts are quoted whole; a header cannot carry a line break, a path segment cannot climb."""
    odd: Operation[Any] = Operation(
        name="odd",
        tag="Odd",
        method="GET",
        path="/things/{thing}",
        answers={},
        success=STRING,
        parameters=(
            Parameter("thing", "thing", "path", STRING, required=True),
            Parameter("X-Trace", "x_trace", "header", STRING),
            Parameter("sid", "sid", "cookie", INTEGER),
        ),
    )
    request = odd.call({"thing": "a/b?ü", "x_trace": "t", "sid": 5}).request

    assert request["url"] == "/things/a%2Fb%3F%C3%BC"
    assert request["headers"] == {"X-Trace": "t", "Cookie": "sid=5"}
    for bad in ({"thing": ".."}, {"thing": ""}, {"thing": "a", "x_trace": "a\r\nB: c"}):
        with pytest.raises(InvalidRequest):
            _ = odd.call(bad).request


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b"\xff\xfe{", b'{"a": 1'])
def test_bodies_that_python_refuses_are_invalid_answers(content: bytes) -> None:
    """Too deep, too many digits, no UTF-8, cut short: always the same typed error."""
    with pytest.raises(InvalidAnswer):
        get_merchant_status.sync(client=client(httpx.Response(200, content=content)), **STATUS)


def test_mapping_that_may_be_either_of_two_forms_is_refused() -> None:
    """The model chooses the content type, so a mapping would be ambiguous."""
    with pytest.raises(InvalidRequest, match="as a model"):
        _ = operation("upload_knowledge_base_document").call({"body": {}}).request


def test_deep_answers_that_python_reads_are_read_and_written() -> None:
    """Writing uses no recursion, so what came can go back."""
    depth = 400
    answer = httpx.Response(200, content=b'{"odd": ' + b"[" * depth + b"]" * depth + b"}")
    value = get_merchant_status.sync(client=client(answer), **STATUS)

    assert isinstance(value, models.MerchantStatus)
    assert write(value)["odd"] is not None


def test_declared_error_is_parsed_by_its_status() -> None:
    """A 422 gives the contract's error with its field."""
    answer = httpx.Response(422, json={"error": "bad", "name": "position_id"})
    value = get_interview_definition.sync(client=client(answer), **required_of("get_interview_definition"))

    assert isinstance(value, models.Error)
    assert value.to_dict() == {"error": "bad", "name": "position_id"}


def test_unknown_enum_value_behaves_like_a_member() -> None:
    """It equals its text, prints as it, hashes as it, pickles and copies; a number is no member at all."""
    new = LanguageCode("xx-new")

    assert (new, str(new), f"{new}", hash(new), new.value) == ("xx-new", "xx-new", "xx-new", hash("xx-new"), "xx-new")
    assert pickle.loads(pickle.dumps(new)) == copy.deepcopy(new) == new
    assert pickle.loads(pickle.dumps(LanguageCode.EN)) is LanguageCode.EN
    assert new not in list(LanguageCode)
    with pytest.raises(ValueError, match="7"):
        LanguageCode(7)


def test_rich_values_are_made_only_where_nothing_is_lost() -> None:
    """An id or time that would be written back differently stays the text that came."""
    assert read(UUID, ID).value == uuid.UUID(ID)
    assert read(UUID, ID.upper()).value == ID.upper()
    assert read(DATE, "2026-01-02").value == dt.date(2026, 1, 2)
    assert read(DATE_TIME, "2026-01-02T03:04:05Z").value == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert read(DATE_TIME, "yesterday") == read(STRING, "yesterday")


def test_choices_take_the_branch_that_fits_best() -> None:
    """Fewest departures first; exactly-one tells when several fit."""
    either = Union(Array(INTEGER), Const("none"), INTEGER)

    assert [d.expected for d in read(either, "other").departures] == ['array or "none" or integer']
    assert [d.pointer for d in read(either, [1, "x"]).departures] == ["/1"]
    assert [d.keyword for d in read(Union(INTEGER, STRING, INTEGER, one_of=True), 3).departures] == ["oneOf"]
