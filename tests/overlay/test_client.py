import copy
import json
import pickle
from uuid import UUID

import httpx
import pytest

from jobmojito import (
    AsyncJobMojito,
    ConfigurationError,
    InvalidRequestError,
    JobMojito,
    NotFoundError,
    ResponseDecodeError,
    RetryPolicy,
    ServerError,
    ValidationError,
)
from jobmojito.calls.sessions import call_in_form, with_merchant
from jobmojito_api import UNSET, AuthenticatedClient, File
from jobmojito_api.api.candidates import list_candidates
from jobmojito_api.errors import InvalidRequest
from jobmojito_api.resources import OPERATIONS, AsyncResources, Resources, operation
from tests.bodies import JSON, MULTIPART, answer_for, body_for, contract, in_json, required_of, values_for
from tests.overlay.driver import ASKED, ID, READ, REPORT, SPENDING, TOKEN

OTHER = "93c98d21-e04d-4a84-9afa-ed154cf73636"


class _Server:
    """Answers every request with the same value, and keeps the requests."""

    def __init__(self, value=None, status=200, **headers):
        self.value, self.status, self.headers, self.requests = value, status, headers, []

    def __call__(self, request):
        self.requests.append(request)
        return httpx.Response(self.status, json=self.value or {}, headers=self.headers)

    @property
    def transport(self):
        return httpx.MockTransport(self)

    @property
    def last(self):
        return self.requests[-1]


def test_request_goes_to_base_url_with_token_and_body(api):
    """Method, address, login, JSON: what the API sees of one call."""
    server = _Server()

    api.call(SPENDING[1], transport=server.transport, base_url="https://api.example.org/v1/")

    assert (server.last.method, str(server.last.url)) == ("POST", "https://api.example.org/v1/job-interview-pdf")
    assert json.loads(server.last.content) == values_for("generate_interview_report", **REPORT)
    assert server.last.headers["authorization"] == f"Bearer {TOKEN}"
    assert server.last.headers["content-type"] == "application/json"
    assert server.last.headers["user-agent"].startswith("jobmojito-python/")


@pytest.mark.parametrize("name", in_json())
def test_models_and_mappings_send_the_same(api, name):
    """A body may be either, where one form of it is meant."""
    server = _Server()

    for body in (body_for(name), values_for(name)):
        call = call_in_form(JSON, name, body)
        call = call.definition.call({**call.arguments, **required_of(name)})
        api.call(lambda jm, call=call: jm._session(call), transport=server.transport)

    first, second = server.requests
    assert json.loads(first.content) == json.loads(second.content) == values_for(name)


def test_every_operation_is_a_method_of_both_clients():
    """Named as in the contract, and nothing of it written by hand."""
    for kind, resources in ((JobMojito, Resources), (AsyncJobMojito, AsyncResources)):
        areas = [getattr(kind(TOKEN), name) for name, v in vars(resources).items() if isinstance(v, property)]
        methods = {name for area in areas for name in dir(area) if not name.startswith("_")}

        assert methods == set(OPERATIONS) == contract().operations.keys()


def test_both_clients_have_the_same_public_names():
    """Whoever knows one knows the other; only closing is spelled as asyncio spells it."""
    sync, awaited = ({n for n in dir(c) if not n.startswith("_")} for c in (JobMojito, AsyncJobMojito))

    assert awaited - sync == {"aclose"}
    assert sync <= awaited


def test_errors_are_typed_and_carry_operation_and_request_id(api):
    """What a status means is a class; the id is there to quote."""
    server = _Server({"error": "no such interview"}, 404, **{"x-request-id": "req-7"})

    with pytest.raises(NotFoundError, match=r"list_languages: 404 no such interview \[request id req-7\]") as raised:
        api.call(READ[1], transport=server.transport)

    assert raised.value.operation == "list_languages"


def test_request_that_the_contract_refuses_is_not_sent(api):
    """The same class as a 422, without a status, with every problem."""
    server = _Server()

    with pytest.raises(InvalidRequestError, match="not sent") as raised:
        api.call(lambda jm: jm.candidates.list_candidates(limit=5000), transport=server.transport)

    assert isinstance(raised.value, ValidationError)
    assert (raised.value.field, raised.value.status_code) == ("limit", None)
    assert [problem.pointer for problem in raised.value.problems] == ["/limit"]
    assert raised.value.__context__ is None
    assert server.requests == []


def test_detailed_gives_status_headers_departures_and_attempts(api, caplog):
    """Everything beside the value, for any operation."""
    answer = {**answer_for("list_languages"), "languages": 7, "extra": 1}
    server = _Server(answer, **{"x-quota": "9", "cf-ray": "ray-1"})

    detailed = api.call(lambda jm: jm.detailed(jm.admin.list_languages, **ASKED), transport=server.transport)

    assert (detailed.status_code, detailed.headers["x-quota"], detailed.request_id) == (200, "9", "ray-1")
    assert [(d.pointer, d.got) for d in detailed.departures] == [("/languages", "integer")]
    assert (detailed.value.languages, detailed.value["extra"], detailed.attempts) == (7, 1, 1)
    assert "departs from the contract at /languages" in caplog.text


def test_detailed_takes_arguments_and_refuses_what_sends_nothing(api):
    """It calls the method as given; a method that sends nothing has no status."""
    server = _Server({"data": [], "pagination": {}})

    api.call(lambda jm: jm.detailed(jm.candidates.list_candidates, limit=3), transport=server.transport)
    assert server.last.url.params["limit"] == "3"

    async def nothing():
        return None

    with pytest.raises(ConfigurationError, match="sends a request"):
        api.call(lambda jm: jm.detailed(nothing if api.kind == "async" else dict), transport=server.transport)


def test_strict_client_raises_where_the_tolerant_one_reads(api):
    """All departures are listed; the message shows places and kinds, no values."""
    server = _Server({"languages": [{"code": 7}]})

    assert api.call(READ[1], transport=server.transport).languages[0].to_dict() == {"code": 7}
    with pytest.raises(ResponseDecodeError, match="departs from the contract at") as raised:
        api.call(READ[1], transport=server.transport, strict=True)

    assert len(raised.value.departures) >= 1
    assert raised.value.status_code == 200


def test_departures_are_logged_once_a_kind(api, caplog):
    """The same property of another row, call or variant is no news; another kind is."""
    value = {"data": [{"id": 1}, {"id": 2}, {"id": None}], "pagination": {}}

    async def thrice(jm):
        for client in (jm, jm, jm.with_options(timeout=5)):
            await _maybe(client.candidates.list_candidates())

    api.call(thrice, transport=_Server(value).transport)

    lines = [r.getMessage() for r in caplog.records if "/data/*/id" in r.getMessage()]
    assert len(lines) == len(set(lines)) == 2


def test_with_options_changes_the_variant_alone(api):
    """Headers, strictness, limits and policy; on the same connection, which it does not close."""
    server = _Server({"languages": 7})

    async def work(jm):
        variant = jm.with_options(headers={"X-Trace": "1"}).with_options(
            strict=True, timeout=9, retry=RetryPolicy.none()
        )
        with pytest.raises(ResponseDecodeError):
            await _maybe(variant.admin.list_languages(**ASKED))
        assert server.last.headers["x-trace"] == "1"
        assert server.last.extensions["timeout"]["read"] == 9
        await _maybe(variant.close())
        await _maybe(jm.admin.list_languages(**ASKED))
        assert "x-trace" not in server.last.headers

    api.call(work, transport=server.transport)


async def _maybe(result):
    return await result if hasattr(result, "__await__") else result


def test_with_options_keeps_what_is_not_given(api):
    """None is a value there: no time limit."""
    client = api.client(timeout=7, strict=True)

    assert client.with_options(timeout=None)._session.settings.timeout == httpx.Timeout(None)
    assert client.with_options(headers={})._session.settings == client._session.settings
    with pytest.raises(TypeError):
        client.with_options(merchant=1)


def test_closed_client_says_so(api):
    """The client, its variants and the raw client stop working, with our own error."""
    server = _Server()
    client = api.client(transport=server.transport)
    variant = client.with_options(strict=True)
    api.use(client, lambda jm: None)

    for closed in (client, variant):
        with pytest.raises(ConfigurationError, match="closed"):
            api.call(lambda _, closed=closed: closed.admin.list_languages(**ASKED))
    assert server.requests == []


def test_given_http_client_is_used_and_not_closed(api):
    """Its event hooks and defaults count, its redirects do not, and closing it is its owner's business."""
    hooked = []
    server = _Server({}, 302, location="https://evil.example/")
    hooks = {"request": lambda request: hooked.append(request.url.path)}
    own = api.own(server, hooks, follow_redirects=True, headers={"X-Own": "1"})

    with pytest.raises(Exception, match="redirects are not followed"):
        api.call(READ[1], http_client=own)

    assert hooked == ["/functions/v1/platform-languages-list"]
    assert server.last.headers["x-own"] == "1"
    assert (len(server.requests), own.is_closed) == (1, False)


def test_hook_that_raises_for_status_still_gives_our_error(api):
    """`raise_for_status` in a response hook is a common habit."""
    own = api.own(_Server({"error": "x"}, 404), {"response": lambda response: response.raise_for_status()})

    with pytest.raises(NotFoundError) as raised:
        api.call(READ[1], http_client=own)

    assert raised.value.status_code == 404


def test_default_merchant_is_sent_by_every_operation_that_has_it():
    """As the contract declares it, in the query or in the body; others do not get it."""
    has = {name for name, declared in contract().operations.items() if declared.accepts("merchant_id")}
    for name in OPERATIONS:
        call = with_merchant(operation(name).call({"body": {}} if operation(name).bodies else {}), UUID(ID))

        given = call.arguments.get("merchant_id") or dict(call.arguments.get("body", {})).get("merchant_id")
        assert (given == UUID(ID)) is (name in has), name
    assert has


@pytest.mark.parametrize("make", [values_for, body_for])
@pytest.mark.parametrize(
    ("given", "sent"), [({}, ID), ({"merchant_id": OTHER}, OTHER), ({"merchant_id": None}, None)], ids=str
)
def test_default_merchant_fills_a_body_that_does_not_give_it(api, make, given, sent):
    """An explicit one, null included, stays; the caller's own body, mapping or model, is not changed."""
    nullable = (one for one in in_json("merchant_id") if values_for(one, merchant_id=None)["merchant_id"] is None)
    name, server = next(nullable), _Server()
    body = make(name, **given)
    before = copy.deepcopy(body)

    api.call(lambda jm: jm._session(call_in_form(JSON, name, body)), transport=server.transport, merchant_id=ID)

    assert json.loads(server.last.content)["merchant_id"] == sent
    assert body == before


@pytest.mark.parametrize("form", [JSON, MULTIPART])
def test_helper_says_which_form_of_a_body_it_means(form):
    """So it still works where the contract has, or comes to have, several; a mapping alone would be refused."""
    name, files = "upload_knowledge_base_document", {"file": File(b"x", "a.txt")} if form == MULTIPART else {}
    values = values_for(name, form) | files

    request = call_in_form(form, name, values).request

    assert ("content" in request, "files" in request) == (form == JSON, form == MULTIPART)
    with pytest.raises(InvalidRequest, match="as a model"):
        _ = operation(name).call({"body": values}).request


@pytest.mark.parametrize(("given", "sent"), [({}, ID), ({"merchant_id": OTHER}, OTHER), ({"merchant_id": UNSET}, ID)])
def test_default_merchant_fills_a_query_that_does_not_give_it(api, given, sent):
    """As for bodies."""
    server = _Server({"data": [], "pagination": {}})

    api.call(lambda jm: jm.candidates.list_candidates(**given), transport=server.transport, merchant_id=ID)

    assert server.last.url.params["merchant_id"] == sent


def test_raw_client_goes_over_the_same_connection_with_the_current_token(api):
    """The generated functions work as they stand, variants of the raw client too, and nothing holds the token."""
    server = _Server({"data": [], "pagination": {}})

    def work(jm):
        raw = jm.raw.with_headers({"X-A": "1"})
        assert isinstance(raw, AuthenticatedClient)
        assert TOKEN not in repr(raw) + repr(vars(raw)) + repr(jm.raw.get_httpx_client().headers)
        function = list_candidates.asyncio if api.kind == "async" else list_candidates.sync
        return function(client=raw, limit=3)

    page = api.call(work, transport=server.transport, base_url="https://api.example.org/v1")

    assert page.data == []
    assert str(server.last.url) == "https://api.example.org/v1/merchant-candidate-list?limit=3"
    assert (server.last.headers["authorization"], server.last.headers["x-a"]) == (f"Bearer {TOKEN}", "1")


def test_raw_client_of_the_other_kind_says_which_functions_work(api):
    """A sync function on the async client cannot share its connection."""
    wrong = list_candidates.sync if api.kind == "async" else list_candidates.asyncio

    with pytest.raises(ConfigurationError, match="functions"):
        api.call(lambda jm: wrong(client=jm.raw))


def test_closing_the_raw_client_leaves_the_connection_open():
    """It was borrowed."""
    server = _Server({"languages": []})
    with JobMojito(TOKEN, transport=server.transport) as jm:
        with jm.raw:
            pass
        jm.admin.list_languages(**ASKED)

    assert len(server.requests) == 1


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy])
def test_client_is_neither_pickled_nor_copied(api, way):
    """The error says what to do, and holds no token."""
    with pytest.raises(TypeError, match="make one where it is used") as raised:
        way(api.client())

    assert TOKEN not in str(raised.value)


def test_repr_names_the_host_alone(api):
    """Which server, and nothing that is secret."""
    assert repr(api.client()).endswith("JobMojito cool.jobmojito.com>")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b'{"languages": [', b"\xff\xfe", b"9" * 5000, b"[" * 200_000, b'{"a": 1} x', b"NaN,"],
    ids=["empty", "html", "cut", "bytes", "digits", "deep", "trailing", "nan"],
)
def test_answer_that_is_no_json_is_a_decode_error_in_any_mode(api, content):
    """It says that the request was accepted, and what came; the body is on the error, not in its text."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content, headers={"content-type": "text/x"}))

    with pytest.raises(ResponseDecodeError, match="accepted the request") as raised:
        api.call(SPENDING[1], transport=transport)

    assert raised.value.answer.content == content
    assert "<html>" not in str(raised.value) + repr(raised.value)


def test_undeclared_success_status_is_read_as_the_declared_one(api):
    """201 for 200 is no reason to lose what was created."""
    detailed = api.call(
        lambda jm: jm.detailed(jm.admin.list_languages, **ASKED), transport=_Server({"languages": []}, 201).transport
    )

    assert (detailed.status_code, detailed.value.languages) == (201, [])


def test_answer_above_the_limit_is_refused(api, monkeypatch):
    """Memory is not the server's to spend."""
    monkeypatch.setattr("jobmojito.calls.responses.MAX_BODY", 1000)
    big = httpx.MockTransport(lambda _: httpx.Response(200, content=b" " * 1001))

    with pytest.raises(ResponseDecodeError, match="larger than 1000 bytes"):
        api.call(READ[1], transport=big)


def test_enormous_error_body_is_not_read_whole(api):
    """What is kept of it is bounded; the status still counts."""
    transport = httpx.MockTransport(lambda _: httpx.Response(507, content=b"x" * 5_000_000))

    with pytest.raises(ServerError, match="at least 262144 bytes") as raised:
        api.call(READ[1], transport=transport)

    assert len(raised.value.answer.content) == 262_144


def test_proxies_of_the_environment_do_not_see_loopback_requests(monkeypatch):
    """Plain http to this machine would show the token to a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    local = JobMojito(TOKEN, base_url="http://127.0.0.1:1")
    live = JobMojito(TOKEN)

    assert local._session.transport.client._mounts == {}
    assert len(live._session.transport.client._mounts) > 0


def test_missing_property_is_the_field_of_the_refusal(api):
    """A person reads which one to add."""
    bodies = {name: contract().operations[name].bodies[JSON] for name in in_json() if not required_of(name)}
    name, missing = next((name, body["required"][0]) for name, body in bodies.items() if body.get("required"))
    body = {key: value for key, value in values_for(name).items() if key != missing}
    with pytest.raises(InvalidRequestError) as raised:
        api.call(lambda jm: jm._session(call_in_form(JSON, name, body)), transport=_Server().transport)

    assert raised.value.field == missing
