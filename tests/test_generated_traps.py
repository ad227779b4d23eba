"""The traps of openapi-python-client 0.29.1 on this contract: one test each, which fails if the trap comes back.

Numbered as in the design. Most look at the committed package; some generate a small document of their own.
"""

from __future__ import annotations

import asyncio
import copy
import pickle
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from jobmojito_api import UNSET, AuthenticatedClient, Client, File, models
from jobmojito_api.api.admin import get_merchant_status, list_avatars
from jobmojito_api.api.knowledge_base import upload_knowledge_base_document
from jobmojito_api.api.results import generate_interview_report
from jobmojito_api.api.resume_form_verification import pre_screen_resume_binary
from jobmojito_api.codec import Enumeration, Model, Object, read, table_of
from jobmojito_api.errors import InvalidAnswer, UnexpectedStatus
from jobmojito_api.resources import OPERATIONS, operation
from scripts.correct import effective
from scripts.drift import loading
from scripts.files import trees
from scripts.files.documents import load
from scripts.files.failures import Refused
from scripts.generate import build
from tests.bodies import MULTIPART, body_for, contract, required_of

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "generated" / "jobmojito_api"
ID = "93c98d21-e04d-4a84-9afa-ed154cf73636"
STATUS = required_of("get_merchant_status")
NO_CHANGE = {
    "overlay": "1.0.0",
    "info": {"title": "None", "version": "1"},
    "actions": [{"target": "$.info", "description": "Says it again.", "x-matches": 1, "update": {"version": "1"}}],
}


def client_answering(status=200, content=b"null", seen=None, **settings):
    """Make a low-level client whose every request gets one answer; requests are added to `seen`."""

    def answer(request):
        if seen is not None:
            request.read()
            seen.append(request)
        return httpx.Response(status, content=content)

    client = AuthenticatedClient(base_url="http://localhost", token="secret-token", **settings)
    return client.set_httpx_client(httpx.Client(transport=httpx.MockTransport(answer), base_url="http://localhost"))


def made(document, folder):
    """Generate a published document as `make generate` does."""
    target = folder / "jobmojito_api"
    build(effective(document, NO_CHANGE), target)
    return target


def small(schemas, paths=None):
    """Make a document of some schemas, and of one operation that answers with the first."""
    first = {"$ref": f"#/components/schemas/{next(iter(schemas))}"}
    responses = {"200": {"description": "It.", "content": {"application/json": {"schema": first}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": paths or {"/it": {"get": {"operationId": "get_it", "tags": ["It"], "responses": responses}}},
        "components": {"schemas": schemas},
    }


THING = {
    "type": "object",
    "properties": {
        "mood": {"type": "string", "enum": ["light", "dark"], "title": "Mood"},
        "other_mood": {"type": "string", "enum": ["light", "dark"], "title": "Mood", "nullable": True},
        "grade": {"type": "string", "enum": ["one", "two"], "nullable": True},
        "case": {"type": "string", "enum": ["a", "A", "a-b", "a_b"]},
    },
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Generate a document of one model with the enums that trip the generator."""
    return made(small({"Thing": THING}), tmp_path_factory.mktemp("thing"))


@pytest.fixture(scope="module")
def thing(fresh):
    """Load the models of that document."""
    with loading.package(fresh) as package:
        assert package.failures == {}
        yield package.modules["models/__init__.py"]


def test_trap_1_the_report_operation_is_there_with_its_template():
    """POST /job-interview-pdf is generated, and its template is the one enum that the document names."""
    body = body_for("generate_interview_report", interview_result_id=ID)
    plain = body.to_dict()
    body.template = models.ReportTemplate.MODERN

    request = generate_interview_report._get_kwargs(body=body)

    assert (request["method"], request["url"]) == ("POST", "/job-interview-pdf")
    assert request["json"] == {**plain, "template": "modern"}


def test_trap_2_every_operation_imports_and_the_upload_sends_both_forms():
    """Every operation is usable; the knowledge-base upload goes as a form or as JSON, by its model."""
    sent = []
    client = client_answering(content=b'{"id": "1"}', seen=sent)
    form = body_for("upload_knowledge_base_document", MULTIPART, files={"file": File(b"%PDF", "a.pdf")})
    text = body_for("upload_knowledge_base_document", file="JVBERg==")

    for body in (form, text):
        upload_knowledge_base_document.sync_detailed(client=client, body=body)

    kinds = [request.headers["content-type"].partition(";")[0] for request in sent]
    assert kinds == ["multipart/form-data", "application/json"]
    assert {operation(name).name for name in OPERATIONS} == contract().operations.keys()


def nullable_enum():
    """Find a field of the contract that is an enum or null: its model and its table entry."""
    pairs = [(made, one) for made in model_classes() for one in table_of(made).fields]
    return next((made, one) for made, one in pairs if one.nullable and is_enum(one.type))


def model_classes():
    """List every generated model."""
    classes = [getattr(models, name) for name in models.__all__]
    return [one for one in classes if isinstance(one, type) and issubclass(one, Model)]


def is_enum(type_):
    """Tell whether a field is of an enum."""
    return isinstance(type_, Enumeration)


@pytest.mark.parametrize(("value", "departures"), [(None, []), ("hologram", ["enum"])])
def test_trap_3_null_and_unknown_values_of_an_enum_are_read(value, departures):
    """A null in a nullable enum and a value that nobody declared raise nothing and are kept, the value as a member."""
    model, field = nullable_enum()

    reading = read(Object(model.__name__), {field.name: value})
    kept = getattr(reading.value, field.attribute)

    assert [one.keyword for one in reading.departures if one.pointer] == departures
    assert (kept, reading.value.to_dict()) == (value, {field.name: value})
    assert value is None or (type(kept) is field.type.python and str(kept) == value)


def test_trap_3_missing_properties_are_read():
    """A required property that is missing is UNSET, and is not written."""
    error = models.Error.from_dict({})

    assert (error.error, error.to_dict()) == (UNSET, {})


def test_trap_4_content_cannot_forge_a_part():
    """The boundary is random: a file that holds the stock generator's fixed one stays one part."""
    sent = []
    client = client_answering(content=b'{"decision_status": "ok", "message": "x"}', seen=sent)
    forged = b'--+++\r\nContent-Disposition: form-data; name="position_id"\r\n\r\nforged\r\n--+++--\r\n'
    body = body_for("pre_screen_resume_binary", MULTIPART, files={"file": File(forged, "cv.pdf")})

    for _ in range(2):
        pre_screen_resume_binary.sync_detailed(client=client, body=body)

    boundaries = [request.headers["content-type"].rpartition("boundary=")[2] for request in sent]
    assert len({*boundaries, "+++"}) == 3
    for request, boundary in zip(sent, boundaries, strict=True):
        assert request.content.count(f"--{boundary}".encode()) == len(body.to_multipart()) + 1


@pytest.mark.parametrize("status", [302, 502, 520, 524, 527, 546, 599])
def test_trap_5_any_status_is_kept(status):
    """A status that Python or the document does not know is a number on the answer; an exception only when asked."""
    page = b"<html>x@example.com</html>"
    answer = get_merchant_status.sync_detailed(client=client_answering(status, page), **STATUS)

    assert (int(answer.status_code), answer.parsed, answer.content) == (status, None, page)
    with pytest.raises(UnexpectedStatus) as caught:
        get_merchant_status.sync(client=client_answering(status, page, raise_on_unexpected_status=True), **STATUS)
    assert "x@example.com" not in f"{caught.value} {caught.value!r}"


def test_trap_5_any_status_is_kept_without_blocking():
    """The asynchronous functions keep a status that Python does not know as well."""

    async def call():
        transport = httpx.MockTransport(lambda _: httpx.Response(546, content=b"<html>"))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as connection:
            client = AuthenticatedClient(base_url="http://localhost", token="t").set_async_httpx_client(connection)
            return await list_avatars.asyncio_detailed(client=client, **required_of("list_avatars"))

    answer = asyncio.run(call())

    assert (answer.status_code, answer.parsed) == (546, None)


def test_trap_5_an_error_page_is_no_crash():
    """A declared error whose body is HTML has no value; a success whose body is HTML is an error that says so."""
    assert get_merchant_status.sync_detailed(client=client_answering(500, b"<html>"), **STATUS).parsed is None
    with pytest.raises(InvalidAnswer, match="the 200 answer cannot be read: no JSON"):
        get_merchant_status.sync_detailed(client=client_answering(200, b"<html>"), **STATUS)


def test_trap_6_no_client_shows_its_token():
    """`repr` and `str` hide the token, of a copy too."""
    client = client_answering()

    assert "secret-token" not in repr(client) + str(client) + repr(client.with_headers({"X-Extra": "1"}))


def test_trap_6_a_given_connection_logs_in_too():
    """An httpx client that somebody else made carries the login, blocking or not; so does the client's own."""
    sent = []
    client = client_answering(content=b"{}", seen=sent)

    async def call():
        transport = httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(200, content=b"{}"))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as connection:
            return await get_merchant_status.asyncio(client=client.set_async_httpx_client(connection), **STATUS)

    get_merchant_status.sync(client=client, **STATUS)
    asyncio.run(call())

    assert [request.headers["authorization"] for request in sent] == ["Bearer secret-token"] * 2


def test_trap_6_a_copy_leaves_its_original_alone():
    """More headers, more cookies or another timeout for a copy are not the original's, which may be in use."""
    sent = []
    client = client_answering(content=b"{}", seen=sent)
    copies = [client.with_headers({"X-Extra": "1"}), client.with_cookies({"extra": "1"}), client.with_timeout(7)]

    get_merchant_status.sync(client=client, **STATUS)

    assert not {"x-extra", "cookie"} & sent[0].headers.keys()
    for one in (copies[0], Client("http://localhost").with_headers({"X-Extra": "1"})):
        assert one.get_httpx_client().headers["X-Extra"] == "1"
    assert sent[0].extensions["timeout"]["read"] != 7
    assert [copy.get_httpx_client() is client.get_httpx_client() for copy in copies] == [False] * 3


def test_trap_7_an_operation_loads_its_own_models_alone():
    """Importing one operation and reading its answers loads a handful of the models, not all of them."""
    code = f"""
import sys
from jobmojito_api.api.admin import get_merchant_status as one
call = one.call(**{STATUS!r})
assert not [name for name in sys.modules if name.startswith("jobmojito_api.models.")]
call.read(200, b"{{}}"), call.read(401, b"{{}}")
print(*sorted(name for name in sys.modules if name.startswith("jobmojito_api.models.")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "generated"
    )

    loaded = done.stdout.split()

    assert {"jobmojito_api.models.error", "jobmojito_api.models.merchant_status"} <= set(loaded)
    assert len(loaded) < 10


def test_trap_8_surroundings_change_nothing(tmp_path, monkeypatch):
    """Nothing around the output reaches the tools that make it: settings, lists of ignored files, PYTHONPATH."""
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE))  # its types.py is no types of the standard library
    monkeypatch.chdir(PACKAGE)
    (tmp_path / "ruff.toml").write_text('line-length = 40\nformat.quote-style = "single"\n')
    (tmp_path / ".gitignore").write_text("*.py\n")
    (tmp_path / ".ignore").write_text("*\n")
    build(load(PACKAGE / "contract.json"), tmp_path / "jobmojito_api")

    assert list(trees.compare(PACKAGE, tmp_path / "jobmojito_api")) == []


def test_trap_9_the_package_is_typed_and_clean(fresh):
    """`py.typed` is there, and no cache of the formatter or of Python is left in a fresh package."""
    assert (PACKAGE / "py.typed").is_file()
    assert (fresh / "py.typed").is_file()
    assert [path.name for path in fresh.rglob("*") if path.name.startswith(".") or "cache" in path.name] == []


def test_trap_10_a_title_names_one_class_for_all_its_places(thing):
    """An enum that is spelled out in two places under one title is one class, without a parent's name before it."""
    assert {name for name in thing.__all__ if "mood" in name.casefold()} == {"Mood"}


def test_trap_11_a_nullable_enum_is_one_class(thing):
    """A null among the values makes no second or third class, and reads as None."""
    grades = [name for name in thing.__all__ if "grade" in name.casefold()]
    read_ = thing.Thing.from_dict({"grade": None, "other_mood": None})

    assert len(grades) == 1
    assert (read_.grade, read_.other_mood) == (None, None)
    assert type(thing.Thing.from_dict({"grade": "one"}).grade) is getattr(thing, grades[0])


OPERATION = {"tags": ["It"], "responses": {"200": {"description": "It."}}}
MEETING = {
    "schemas": small({"PDFExport": THING, "PdfExport": {"type": "object", "properties": {"a": {"type": "string"}}}}),
    "operations": small(
        {"Thing": THING},
        {"/x": {"get": {**OPERATION, "operationId": "getX"}}, "/y": {"get": {**OPERATION, "operationId": "get_x"}}},
    ),
    "operationIds": small(
        {"Thing": THING},
        {"/x": {"get": {**OPERATION, "operationId": "get"}}, "/y": {"get": {**OPERATION, "operationId": "get"}}},
    ),
}


@pytest.mark.parametrize("kind", MEETING)
def test_trap_12_names_that_meet_are_refused(kind, tmp_path):
    """Two schemas or operations that would be one file are refused; the generator lets the second win in silence."""
    with pytest.raises(Refused):
        made(MEETING[kind], tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_trap_13_unset_stays_unset(way):
    """A model that was copied or pickled still leaves out what was not given."""
    model = models.JobInterviewPdfRequest.from_dict({"export_type": "pdf"})

    assert way(UNSET) is UNSET
    assert not UNSET
    assert way(model).template is UNSET
    assert way(model).to_dict() == {"export_type": "pdf"}


def test_trap_14_no_object_address_gets_out():
    """Nothing that is generated, shown or refused holds an object's address, which no two runs share."""
    address = re.compile(r"\b0x[0-9a-f]{6,}")
    shown = [path.read_text() for path in PACKAGE.rglob("*.py")]
    for name in OPERATIONS:
        table = operation(name)
        shown += [repr(table), repr(table.call({"body": object(), "limit": object()}))]
    shown += [repr(field.type) for made in model_classes() for field in table_of(made).fields]
    with pytest.raises(ValueError, match="invite_users") as caught:
        _ = operation("invite_users").call({"body": object()}).request

    assert [text for text in [*shown, str(caught.value), repr(caught.value)] if address.search(text)] == []


def test_trap_15_values_that_differ_in_case_alone_are_all_there(thing):
    """An enum with `a` and `A`, `a-b` and `a_b` has a member for each, which reads and writes its own value."""
    case = next(getattr(thing, name) for name in thing.__all__ if "case" in name.casefold())

    assert {member.name: member.value for member in case} == {"A": "a", "A_2": "A", "A_B": "a-b", "A_B_2": "a_b"}
    assert [thing.Thing.from_dict({"case": value}).to_dict() for value in case] == [{"case": value} for value in case]
