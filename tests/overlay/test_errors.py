import base64
import copy
import inspect
import json
import pickle
import traceback
from pathlib import Path

import httpx
import pytest

import jobmojito
from jobmojito import errors
from jobmojito.calls.failures import failed_attempt
from jobmojito.calls.responses import MAX_ERROR_BODY, read_error, snapshot
from jobmojito.errors import Answer, ApiError, JobMojitoError, OutcomeUnknownError
from jobmojito.redaction import Secret
from jobmojito_api.codec import Departure

PERSON = "jane.doe@example.org"
LINK = "https://app.example.org/i/7?token=abc"
ANSWER = Answer(422, httpx.Headers({"x-request-id": "req-1"}), b'{"error": "jane.doe@example.org is taken"}')
DEPARTURES = (Departure("/data/0/id", "string", "integer"),)

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, JobMojitoError)]
API = [c for c in CLASSES if issubclass(c, ApiError)]
CAUSE = errors.RequestTimeoutError("too slow", "create_interview")
EXAMPLES = [
    *(c("no such thing", 404, "email", "create_interview", "req-1", ANSWER) for c in API),
    errors.InvalidRequestError("not sent", None, "email", "create_interview", None, None, DEPARTURES),
    *(c("it broke", "create_interview") for c in CLASSES if issubclass(c, errors.TransportError)),
    *(c("it broke") for c in CLASSES if c.__init__ is JobMojitoError.__init__),
    OutcomeUnknownError("not known", "create_interview", CAUSE),
    errors.WebhookError("no secret", 401),
    errors.ResponseDecodeError("no JSON", DEPARTURES, "create_interview", 200, "req-1", ANSWER),
    *(c("2 rows failed", {"rows": 2}) for c in CLASSES if issubclass(c, errors.BatchError)),
]


def _shown(error):
    return f"{error!s} {error!r} {''.join(traceback.format_exception(error))}"


def _state(error):
    return {name: repr(value) for name, value in vars(error).items()}


def _answered(status, content=b"", **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return snapshot(httpx.Response(status, headers=given), content)


def test_examples_cover_the_whole_tree():
    """No class is left out of the tests below."""
    assert {type(example) for example in EXAMPLES} >= set(CLASSES)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
@pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)
def test_every_error_survives_copying_with_all_it_carries(error, again):
    """Pickle, copy and deepcopy give the same class, text and attributes."""
    twin = again(error)

    assert type(twin) is type(error)
    assert (str(twin), repr(twin), _state(twin)) == (str(error), repr(error), _state(error))


@pytest.mark.parametrize("kind", CLASSES, ids=lambda c: c.__name__)
def test_every_error_can_be_made_of_a_message_alone(kind):
    """Users raise them in their own tests; and the message is masked in every place an exception is shown."""
    error = kind(f"{PERSON} has {LINK}")

    assert error.message == "[email] has [link]"
    assert PERSON not in _shown(error) + repr(error.args)
    assert LINK not in _shown(error) + repr(error.args)


def test_every_class_stands_in_the_docs_tree():
    """The outline in the module's docstring is complete."""
    assert [c.__name__ for c in CLASSES if c.__name__ not in errors.__doc__] == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, errors.ApiError),
        (400, errors.ApiError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (418, errors.ApiError),
        (422, errors.ValidationError),
        (429, errors.RateLimitError),
        *((status, errors.ServerError) for status in (500, 503, *range(520, 528), 546, 599)),
    ],
)
def test_status_picks_the_class(status, kind):
    """Each status has one class, those that Python does not know included."""
    error = read_error("create_interview", _answered(status, b'{"error": "no", "name": "email"}'))

    assert type(error) is kind
    assert (error.status_code, error.message, error.field) == (status, "no", "email")
    assert error.operation == "create_interview"


def test_text_has_operation_status_message_field_and_request_id():
    """One line says all that a person needs."""
    error = read_error("create_interview", _answered(422, b'{"error": "is wrong", "name": "email"}', cf_ray="8a-PRG"))

    assert str(error) == "create_interview: 422 is wrong (field: email) [request id 8a-PRG]"


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"", "text/html", "no error text of the API; received an empty body"),
        (b"<html>x</html>", "text/html; charset=utf-8", "no error text of the API; received text/html, 14 bytes"),
        (b'{"error": "cut of', "application/json", "no error text of the API; received application/json, 17 bytes"),
        (b'{"error": ["a", "b"]}', "application/json", "no error text of the API; received application/json, 21 bytes"),
        (b'{"error": null}', "application/json", "no error text of the API; received application/json, 15 bytes"),
        (b'{"code": "WORKER_LIMIT", "message": "too much"}', "application/json", "too much"),
        (b'{"error": {"message": "inner"}}', "application/json", "inner"),
        (b"[1, 2]", "application/json", "no error text of the API; received application/json, 6 bytes"),
        (b"\xff\xfe\x00", "", "no error text of the API; received no content type, 3 bytes"),
        (b"[" * 100_000, "application/json", "no error text of the API; received application/json, 100000 bytes"),
        (b"1" * 5_000, "application/json", "no error text of the API; received application/json, 5000 bytes"),
    ],
)
def test_unusable_error_body_is_described_not_shown(content, kind, message):
    """Whatever comes instead of the API's error, the message says what it was."""
    error = read_error("list_avatars", _answered(500, content, content_type=kind))

    assert error.message == message
    assert error.answer.content == content


@pytest.mark.parametrize("name", [7, None, ["email"], {"a": 1}, ""])
def test_mistyped_field_is_no_field(name):
    """Only a text names a property."""
    content = f'{{"error": "no", "name": {"null" if name is None else repr(name).replace(chr(39), chr(34))}}}'.encode()

    assert read_error("list_avatars", _answered(422, content)).field is None


def test_enormous_error_text_is_cut():
    """A message is for people; the body stays available."""
    error = read_error("list_avatars", _answered(422, b'{"error": "' + b"word " * 50_000 + b'"}'))

    assert len(str(error)) < 600
    assert len(error.answer.content) > MAX_ERROR_BODY / 2


def test_api_text_with_people_links_and_tokens_is_masked_everywhere_but_in_the_body():
    """str, repr, message, args and traceback are clean; `answer.content` is what came."""
    body = f'{{"error": "{PERSON} has {LINK}", "name": "{PERSON}"}}'.encode()
    error = read_error("invite_users", _answered(409, body))

    assert PERSON not in _shown(error) + repr(error.args) + repr(vars(error)) + str(error.field)
    assert LINK not in _shown(error) + repr(error.args) + repr(vars(error))
    assert error.answer.content == body


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (302, "redirects are not followed (to login.example.org)"),
        *[(status, "no error text of the API; received an empty body") for status in (300, 304, 305)],
    ],
)
def test_redirect_is_an_error_that_names_the_host_alone(status, message):
    """Following it would carry the token away, its address may be a credential; 300, 304 and 305 are none."""
    error = read_error("list_avatars", _answered(status, location="https://login.example.org/x?token=abc"))

    assert error.message == message


def test_answer_keeps_no_cookie_and_not_the_token():
    """A server that echoes the request's headers does not get the token into a pickle."""
    headers = httpx.Headers({"set-cookie": "a=b", "x-echo": "Bearer secret-token-1"})

    kept = snapshot(httpx.Response(500, headers=headers), b"you sent secret-token-1", Secret("secret-token-1"))

    assert b"secret-token-1" not in pickle.dumps(kept)
    assert "set-cookie" not in kept.headers


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "a1"}, "a1"),
        ({"X-Amzn-RequestId": "b2"}, "b2"),
        ({"sb-request-id": "c3", "cf-ray": "ray"}, "c3"),
        ({"cf-ray": "8f2-PRG"}, "8f2-PRG"),
        ({"x-request-id": "two\x20words", "cf-ray": "ray"}, "ray"),
        ({"x-request-id": "x" * 1000}, None),
        ({"x-request-id": PERSON, "cf-ray": "ray"}, "ray"),
        ({"x-request-id": LINK}, None),
        ({"x-request-id": "app.example.org:8443/i/7"}, None),
        ({"x-request-id": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"}, None),
        ({"x-request-id": "sk_live_4eC39HqLyjWDarjtT1zdp7dc"}, None),
        ({"x-request-id": "token=abc"}, None),
        ({"x-request-id": "4bf92f3577b34da6a3ce929d0e0e4736"}, "4bf92f3577b34da6a3ce929d0e0e4736"),
        ({"x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793"}, "Root=1-5759e988-bd862e3fe1be46a994272793"),
        ({"sb-request-id": "019a3b1e-7d2c-7b1a-8c3d-2b1a0f9e8d7c"}, "019a3b1e-7d2c-7b1a-8c3d-2b1a0f9e8d7c"),
        ({}, None),
    ],
)
def test_request_id_comes_from_whatever_header_the_host_sends(headers, expected):
    """The API's own id first, then its platform's and its CDN's; nothing that is no id."""
    assert read_error("list_avatars", Answer(500, httpx.Headers(headers), b"")).request_id == expected


def _every_exception_of_httpx():
    found = [e for _, e in inspect.getmembers(httpx, inspect.isclass) if issubclass(e, Exception)]
    assert len(found) > 25
    return found


def _make(kind):
    request = httpx.Request("POST", "https://x.example/p?q=jane", headers={"authorization": "Bearer secret-token-1"})
    text = f"Bearer secret-token-1 of {PERSON}"
    parameters = inspect.signature(kind).parameters
    if "response" in parameters:
        return kind(text, request=request, response=httpx.Response(500, request=request))
    if "request" in parameters:
        return kind(text, request=request)
    return kind(text) if parameters else kind()


@pytest.mark.parametrize("kind", _every_exception_of_httpx(), ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_becomes_ours(kind):
    """All of them are caught, those outside HTTPError included, and neither text nor chain shows what they hold."""
    exception = _make(kind)
    error = failed_attempt(exception, "create_interview", ("secret-token-1",)).error

    held = _shown(error) + repr(vars(error)) + repr(vars(error.__cause__)) + repr(error.__cause__.args)
    assert isinstance(error, JobMojitoError)
    assert error.__context__ is None
    assert not [secret for secret in ("secret-token-1", "jane", "?q=") if secret in held]
    assert b"secret-token-1" not in pickle.dumps((error, error.__cause__))


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout])
def test_unreachable_server_is_named(kind):
    """A wrong port or host can be seen in the message; nothing else of the URL is in it."""
    request = httpx.Request("GET", "http://127.0.0.1:4711/functions/v1/x?token=abc")
    error = failed_attempt(kind("it failed", request=request), "list_interviews").error

    assert "127.0.0.1:4711" in str(error)
    assert "functions" not in _shown(error)


PICKLED = json.loads(Path(__file__).with_name("pickled_by_0_1_0.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PICKLED)
def test_what_0_1_0_pickled_is_read(name):
    """A queue may hold errors of an older version: every class, with its answer, problems, rows and cause."""
    value = pickle.loads(base64.b64decode(PICKLED[name]))

    assert type(value) is getattr(jobmojito, name)
    if name in {"BatchError", "JournalError", "RunInterrupted"}:
        assert [(one.status, one.kind, one.email) for one in value.result] == [
            ("ok", None, "a@example.org"),
            ("error", "server", "e"),
        ]
        assert (value.result[0].line, str(value.result[1].error)) == (
            2,
            "create_interview: 500 down [request id req-2]",
        )
