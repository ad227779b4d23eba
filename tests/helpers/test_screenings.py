"""Resumes and documents arrive whole, and an answer is one of two types whatever it was asked with."""

import asyncio
import hashlib
import io
import json
import threading
import uuid

import httpx
import pytest

from jobmojito import (
    AuthenticationError,
    InvalidRequestError,
    NotApplicable,
    OutcomeUnknownError,
    ResponseDecodeError,
    ScreenedCandidate,
    ServerError,
    UploadError,
    ValidationError,
)
from jobmojito.uploads.files import BLOCK
from jobmojito_api.models import PreScreeningForm, SpokenLanguage
from tests.faults import server as faults
from tests.helpers.documents import HTML, MIME, PDF, TEXT
from tests.helpers.test_uploads import OneWay
from tests.overlay.driver import Driver

ANN = {"candidate_name": "Ann Nováková", "candidate_email": "ann@example.org"}
POSITION = "04e09fa5-3fb8-4236-b37d-fca2bcd1cb66"
SCREENED = {
    "success": True, "decision_status": "recommended", "recommendation": "ai_accept", "profile_interview_id": "p",
    "interview_result_pre_screening_id": "i", "interview_file_id": "f", "pre_screening_score": 7,
    "resume_ai_analysis": "good", "resume_ai_education": "MSc", "resume_ai_technical_experience": 5,
    "resume_ai_is_switching_profession": False, "processing_reason": "",
}  # fmt: skip
EXIT = {"decision_status": "hired", "message": "past pre-screening"}


def screen(file=PDF, **options):
    """Screen a resume, as a call on either client."""
    return lambda jm: jm.pre_screen_resume(file, **{"position_id": POSITION, **ANN, **options})


def answering(answer, seen=None):
    """A transport that reads a request whole and answers it."""

    async def asynchronous(request):
        return handle(request, await request.aread())

    def handle(request, content):
        if seen is not None:
            seen.append((request, content))
        return httpx.Response(200, json=answer)

    class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request):
            return handle(request, request.read())

        async def handle_async_request(self, request):
            return await asynchronous(request)

    return Transport()


def test_resume_arrives_as_it_is(api, sandbox, position_id, tmp_path):
    """The very bytes, the safe name and the type reach the API, from a path, bytes, and a stream where it stands."""
    path = tmp_path / "Ann – 履歴書 🎉.pdf"
    content = PDF + bytes(range(256)) * (BLOCK // 128)
    path.write_bytes(content)
    stream = io.BytesIO(b"skip me" + content)
    stream.seek(7)

    for source in (path, content, stream, OneWay(content, piece=BLOCK)):
        answer = api.call(
            screen(source, position_id=position_id, file_name=path.name), sandbox.token, base_url=sandbox.base_url
        )
        assert isinstance(answer, ScreenedCandidate)

    arrived = [(one.filename, one.content_type, one.sha256) for _, one in sandbox.tally.uploads]
    assert arrived == [(path.name, MIME["pdf"], hashlib.sha256(content).hexdigest())] * 4


def test_name_that_wants_to_forge_a_part_arrives_as_a_name(api, sandbox, position_id):
    """Quotes, line ends and paths in a name stay in the name: one file, and the candidate that was given."""
    name = '/x/a"\r\n\r\nforged\r\n--+++\r\nContent-Disposition: form-data; name="candidate_email"\r\n\r\nb@x.cz.pdf'

    api.call(screen(position_id=position_id, file_name=name), sandbox.token, base_url=sandbox.base_url)

    ((_, upload),) = sandbox.tally.uploads
    assert "\r" not in upload.filename
    assert upload.filename.endswith("b@x.cz.pdf")


def test_form_goes_as_json(api):
    """A mapping or a model becomes the JSON text that the API wants, with the other fields as they are."""
    seen = []
    form = {
        "education": "masters",
        "languages": [SpokenLanguage(code="cs", level="fluent")],
        "age": 30,
        "custom_1": "é",
    }

    for one in (form, PreScreeningForm.from_dict({"education": "masters", "custom_1": ["é"]}), '{"visa": "x"}'):
        api.call(screen(form=one, candidate_country_code="CZ"), transport=answering(EXIT, seen))

    texts = [content.partition(b'name="form"\r\n\r\n')[2].partition(b"\r\n--")[0] for _, content in seen]
    assert [json.loads(text) for text in texts] == [
        {"education": "masters", "languages": [{"code": "cs", "level": "fluent"}], "age": 30, "custom_1": "é"},
        {"education": "masters", "custom_1": ["é"]},
        {"visa": "x"},
    ]
    assert b'name="candidate_country_code"\r\n\r\nCZ\r\n' in seen[0][1]
    assert b'name="candidate_external_id"' not in seen[0][1]


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"educaton": "masters"}, "/form/educaton"),
        ({5: "x"}, "/form/5"),
        ({"age": "thirty"}, "/form/age"),
        ({"languages": [{"code": 5}]}, "/form/languages/0/code"),
        ({"custom_1": float("nan")}, "/form"),
        ({"custom_1": {1, 2}}, "/form"),
        ({"custom_1": "\ud800"}, "/form"),
        ("[1]", "/form"),
        ("{", "/form"),
        ('{"age": NaN}', "/form"),
        (["education"], "/form"),
    ],
)
def test_form_that_no_rule_could_read_is_refused(api, form, where):
    """A misspelt key, a value of another kind or one that JSON lacks is refused before anything is sent or paid."""
    seen = []
    for work in (screen(form=form), lambda jm: jm.pre_screen_text("cv", position_id=POSITION, form=form, **ANN)):
        with pytest.raises(InvalidRequestError) as raised:
            api.call(work, transport=answering(EXIT, seen))
        assert raised.value.problems[0].pointer == where
    assert seen == []


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"candidate_email": ""}, InvalidRequestError),
        ({"candidate_name": "\udcff"}, InvalidRequestError),
        ({"candidate_external_id": 5}, InvalidRequestError),
        ({"file": HTML, "file_name": "cv.pdf"}, UploadError),
        ({"file": b""}, UploadError),
        ({"max_bytes": 3}, UploadError),
        ({"candidate_mail": "x"}, TypeError),
    ],
)
def test_what_cannot_be_sent_is_refused_before_a_byte(api, options, error):
    """Files and fields are checked first; no request is begun."""
    seen = []

    with pytest.raises(error):
        api.call(screen(**options), transport=answering(EXIT, seen))
    assert seen == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (SCREENED, ScreenedCandidate),
        ({**SCREENED, "recommendation": None, "pre_screening_score": None}, ScreenedCandidate),
        ({"recommendation": "ai_reject", "message": "see below"}, ScreenedCandidate),
        ({"success": True}, ScreenedCandidate),
        (EXIT, NotApplicable),
        ({"message": None, "decision_status": "unknown"}, NotApplicable),
        ({**EXIT, "success": False, "recommendation": None}, NotApplicable),
    ],
)
@pytest.mark.parametrize("work", [screen(), lambda jm: jm.pre_screen_text("cv", position_id=POSITION, **ANN)])
def test_answer_is_one_of_two_types(api, work, answer, kind):
    """What is there decides, not how much: a screening with holes is no early exit. Text and file answer alike."""
    match api.call(work, transport=answering(answer)):
        case ScreenedCandidate() as found:
            pass
        case NotApplicable() as found:
            pass

    assert type(found) is kind
    assert found.to_dict() == answer


@pytest.mark.parametrize("answer", [{}, [], None, {"recommendation": None}, "done"])
def test_answer_that_is_neither_is_told(api, answer):
    """The request was accepted, but says nothing of the candidate: an error, not an empty screening."""
    with pytest.raises(ResponseDecodeError, match="accepted"):
        api.call(screen(), transport=answering(answer))


def test_length_is_sent_where_it_is_known(api):
    """A file has a Content-Length, a stream without an end goes in chunks; both arrive whole."""
    seen = []
    for source in (PDF, OneWay(PDF)):
        api.call(screen(source, file_name="cv.pdf"), transport=answering(EXIT, seen))

    (sized, content), (chunked, _) = seen
    assert sized.headers["content-length"] == str(len(content))
    assert "content-length" not in chunked.headers
    assert chunked.headers["transfer-encoding"] == "chunked"


def test_unknown_outcome_of_a_screening_is_not_repeated(api, fault_server):
    """A resume that may have been screened, and paid for, is sent once."""
    fault_server.plays(faults.reset_after_reading())

    with pytest.raises(OutcomeUnknownError):
        api.call(screen(), base_url=fault_server.url)
    assert fault_server.count == 1


@pytest.mark.parametrize(("source", "requests"), [(lambda: PDF, 3), (lambda: OneWay(PDF), 1)])
def test_file_is_sent_again_whole_and_a_one_way_stream_never(api, fault_server, source, requests):
    """A request that the API did not take is repeated from the file's start, unless its stream cannot go back."""
    fault_server.plays(faults.html_answer(521))

    with pytest.raises(ServerError):
        api.call(screen(source(), file_name="cv.pdf"), base_url=fault_server.url)
    assert fault_server.count == requests
    assert all(PDF in one.body for one in fault_server.seen)


def test_one_way_stream_is_not_sent_again_with_a_fresh_token(api, fault_server):
    """A refused token is refreshed for a file and surfaces for a stream that is gone."""
    fault_server.plays(faults.api_error(401), faults.json_answer(200, EXIT))
    assert isinstance(api.call(screen(), lambda: "fresh-token-123", base_url=fault_server.url), NotApplicable)
    assert fault_server.count == 2

    fault_server.plays(faults.api_error(401))
    with pytest.raises(AuthenticationError):
        api.call(screen(OneWay(PDF), file_name="cv.pdf"), lambda: "fresh-token-123", base_url=fault_server.url)
    assert fault_server.count == 1


@pytest.mark.parametrize("change", ["shrink", "grow"])
def test_resume_that_changes_on_the_way_never_arrives(api, fault_server, tmp_path, change):
    """The API sees no complete request, and the caller an upload error."""
    path = tmp_path / "cv.pdf"
    path.write_bytes(PDF + bytes(4 * BLOCK))

    class Meddling(io.FileIO):
        def read(self, size=-1):
            block = super().read(size)
            if self.tell() > 2 * BLOCK:
                with path.open("r+b") as file:
                    file.truncate(3 * BLOCK if change == "shrink" else 5 * BLOCK)
            return block

    with Meddling(path) as stream, pytest.raises(UploadError, match="has changed"):
        api.call(screen(stream), base_url=fault_server.url)
    assert fault_server.count == 0


def test_slow_file_does_not_stop_the_event_loop(tmp_path):
    """While a slow disk is read in a thread, other tasks of the async client go on."""
    went_on, waited = threading.Event(), []

    class Slow(io.BufferedReader):
        def read(self, size=-1):
            went_on.clear()
            waited.append(went_on.wait(10))
            return super().read(size)

    async def work(jm):
        async def tick():
            while True:
                went_on.set()
                await asyncio.sleep(0.001)

        ticking = asyncio.ensure_future(tick())
        await jm.pre_screen_resume(stream, position_id=POSITION, **ANN)
        ticking.cancel()

    path = tmp_path / "cv.pdf"
    path.write_bytes(PDF + bytes(3 * BLOCK))
    with Slow(io.FileIO(path)) as stream:
        Driver("async").call(work, transport=answering(EXIT))

    assert len(waited) > 3
    assert all(waited)


def test_document_goes_to_its_store(api, sandbox, tmp_path):
    """A knowledge base gets the file streamed, under its own name or the one given."""
    path = tmp_path / "prices.csv"
    path.write_bytes(b"a,b\n" * 100)
    store = uuid.uuid4()

    for name in (None, "Prices.csv"):
        answer = api.call(
            lambda jm, name=name: jm.upload_document(path, knowledge_base_store_id=store, name=name),
            sandbox.token,
            base_url=sandbox.base_url,
        )
        assert answer.knowledge_base_id
    assert [(one.filename, one.content_type, one.size) for _, one in sandbox.tally.uploads] == [
        ("prices.csv", "text/csv", 400)
    ] * 2


def test_document_of_bytes_has_the_name_it_is_given(api):
    """Its file name and type are those of `name`; without it they would be "document" and unspecified bytes."""
    seen = []
    api.call(
        lambda jm: jm.upload_document(HTML, knowledge_base_store_id="store", name="handbook.html"),
        transport=answering({"knowledge_base_id": "k"}, seen),
    )

    assert b'filename="handbook.html"\r\nContent-Type: text/html\r\n' in seen[0][1]


def test_document_of_another_merchant_names_it(api):
    """The client's default merchant goes with a document, the one that was given instead of it."""
    seen, default, other = [], str(uuid.uuid4()), str(uuid.uuid4())
    for merchant in (None, other):
        work = lambda jm, merchant=merchant: jm.upload_document(  # noqa: E731 - one call in two forms
            TEXT, knowledge_base_store_id="store", merchant_id=merchant
        )
        api.call(work, transport=answering({"knowledge_base_id": "k"}, seen), merchant_id=default)

    assert [
        content.partition(b'name="merchant_id"\r\n\r\n')[2].partition(b"\r\n")[0].decode() for _, content in seen
    ] == [default, other]


def test_refused_candidate_is_the_apis_own_error(api, sandbox, position_id):
    """What the API refuses surfaces as its typed error, with the field it names."""
    with pytest.raises(ValidationError) as raised:
        api.call(screen(position_id=position_id, candidate_email="nobody"), sandbox.token, base_url=sandbox.base_url)
    assert raised.value.field == "candidate_email"
