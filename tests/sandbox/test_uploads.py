"""Files arrive byte for byte, whatever their size and name; what is no proper upload is refused by field."""

import base64
import hashlib
import json
import random

import pytest

from .conftest import CANDIDATE, refusal

BINARY = "/job-interview-pre-screening-api-resume-binary"
KNOWLEDGE = "/knowledge-base-document-upload"
STORE = {"knowledge_base_store_id": "d9d6f121-1230-48fd-b3a7-8b5a1e8db052"}
MEDIA = "application/pdf"
PDF = ("resume.pdf", b"%PDF-1.4 made up", MEDIA)


@pytest.fixture
def send(http, position):
    """Upload a resume: the answer."""
    return lambda file=PDF, **fields: http.post(
        BINARY, data={"position_id": position, **CANDIDATE, **fields}, files={"file": file}
    )


@pytest.mark.parametrize(
    ("size", "name"),
    [(1, "résumé 履歴書.pdf"), (65_535, "a b;c=d.pdf"), (65_537, "😀.pdf"), (3_000_001, "resume.pdf")],
)
def test_a_resume_arrives_byte_for_byte(send, sandbox, size, name):
    """Size, SHA-256, type and UTF-8 name are those of what was sent, boundaries and line ends inside it included."""
    content = b"\r\n--boundary\r\n" + random.Random(size).randbytes(size)

    assert send((name, content, MEDIA)).json()["success"] is True

    upload = sandbox.tally.uploads[-1][1]
    assert (upload.size, upload.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (upload.filename, upload.content_type) == (name, MEDIA)


def test_the_early_exit_can_be_had_by_file_name(send):
    """A file called not-applicable is the other variant of the answer."""
    assert set(send(("not-applicable.pdf", b"x", MEDIA)).json()) == {"decision_status", "message"}


@pytest.mark.parametrize(
    ("form", "outcome"),
    [
        (json.dumps({"age": 30, "custom_1": ["any", 1]}), (200, None)),
        ("{}", (200, None)),
        ("not json", (422, "form")),
        ("[1]", (422, "form")),
        (json.dumps({"age": "thirty"}), (422, "form")),
        ('{"age": NaN}', (422, "form")),
    ],
)
def test_the_form_is_a_json_object_as_text(send, form, outcome):
    """`form` has to be JSON with the contract's keys; a bad one is a 422 that names it."""
    assert refusal(send(form=form)) == outcome


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ({"file": ("resume.pdf", b"", MEDIA)}, "file"),
        ({"file": (None, b"text in the place of a file")}, "file"),
        ({"other": PDF}, "other"),
        ({"file": PDF, "candidate_name": PDF}, "candidate_name"),
    ],
)
def test_what_is_no_upload_names_its_field(http, position, files, field):
    """An empty file, text for a file, or a file where text belongs is a 422 on that field."""
    assert refusal(http.post(BINARY, data={"position_id": position, **CANDIDATE}, files=files)) == (422, field)


def test_missing_fields_are_named(http, position):
    """A form without its required field is a 422 on it."""
    assert refusal(http.post(BINARY, data={"position_id": position}, files={"file": PDF})) == (422, "candidate_name")


FORM = "multipart/form-data; boundary=b"
HEAD = b'--b\r\nContent-Disposition: form-data; name="position_id"\r\n\r\nx\r\n'


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [
        (FORM, HEAD, "body"),
        (FORM, b"nonsense", "body"),
        (FORM, b"", "body"),
        (FORM, HEAD * 101 + b"--b--\r\n", "body"),
        (FORM, HEAD.replace(b'; name="position_id"', b"") + b"--b--\r\n", "body"),
        (FORM, HEAD.replace(b"x\r", b"\xff\r") + b"--b--\r\n", "position_id"),
        (FORM, HEAD.replace(b"x\r", b"x" * 1_048_577 + b"\r") + b"--b--\r\n", "position_id"),
        ("multipart/form-data", HEAD, "Content-Type"),
        ("application/json", b"{}", "Content-Type"),
        ("text/plain", b"hello", "Content-Type"),
    ],
    ids=range(10),
)
def test_broken_multipart_is_refused(http, kind, content, field):
    """A cut, empty, nameless, overlong or mislabelled body is a 422 that says where."""
    assert refusal(http.post(BINARY, content=content, headers={"Content-Type": kind})) == (422, field)


def test_a_document_comes_both_ways(http, sandbox):
    """Multipart and base64 bring the same bytes; the file's name is the document's default name."""
    content = random.Random(1).randbytes(10_000)
    encoded = {**STORE, "name": "a.pdf", "file": base64.b64encode(content).decode()}
    answers = [
        http.post(KNOWLEDGE, data=STORE, files={"file": ("a.pdf", content, MEDIA)}),
        http.post(KNOWLEDGE, json=encoded),
    ]

    digests = [upload.sha256 for _, upload in list(sandbox.tally.uploads)[-2:]]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert digests == [hashlib.sha256(content).hexdigest()] * 2


@pytest.mark.parametrize("text", ["%%%", "abc", ""])
def test_text_that_is_no_base64_is_refused(http, text):
    """A document that is not base64, or is empty, is a 422 on file."""
    assert refusal(http.post(KNOWLEDGE, json={**STORE, "name": "a.pdf", "file": text})) == (422, "file")
