"""Files arrive byte for byte, whatever their size and name; what is no proper upload is refused by field."""

import base64
import hashlib
import json
import random

import pytest

from .conftest import CANDIDATE

BINARY = "/job-interview-pre-screening-api-resume-binary"
KNOWLEDGE = "/knowledge-base-document-upload"
STORE = {"knowledge_base_store_id": "d9d6f121-1230-48fd-b3a7-8b5a1e8db052"}
PDF = ("resume.pdf", b"%PDF-1.4 made up", "application/pdf")


def last_upload(sandbox):
    """What the sandbox recorded of the newest file."""
    return sandbox.tally.uploads[-1][1]


@pytest.mark.parametrize("size", [1, 65_535, 65_537, 3_000_001])
def test_a_resume_arrives_byte_for_byte(http, sandbox, position, size):
    """Size and SHA-256 of what arrived are those of what was sent, boundaries and line ends inside it included."""
    content = b"\r\n--boundary\r\n" + random.Random(size).randbytes(size)
    files = {"file": ("resume.pdf", content, "application/pdf")}

    response = http.post(BINARY, data={"position_id": position, **CANDIDATE}, files=files)

    upload = last_upload(sandbox)
    assert response.json()["success"] is True
    assert (upload.size, upload.sha256) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("name", ["résumé 履歴書.pdf", "a b;c=d.pdf", "😀.pdf"])
def test_file_names_are_read_as_utf8(http, sandbox, position, name):
    """A raw UTF-8 file name is recorded as it was sent."""
    http.post(BINARY, data={"position_id": position, **CANDIDATE}, files={"file": (name, b"x", "application/pdf")})

    assert (last_upload(sandbox).filename, last_upload(sandbox).content_type) == (name, "application/pdf")


def test_the_early_exit_can_be_had_by_file_name(http, position):
    """A file called not-applicable is the other variant of the answer."""
    files = {"file": ("not-applicable.pdf", b"x", "application/pdf")}

    outcome = http.post(BINARY, data={"position_id": position, **CANDIDATE}, files=files).json()

    assert set(outcome) == {"decision_status", "message"}


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (json.dumps({"age": 30, "custom_1": ["any", 1]}), 200),
        ("{}", 200),
        ("not json", 422),
        ("[1]", 422),
        (json.dumps({"age": "thirty"}), 422),
        ('{"age": NaN}', 422),
    ],
)
def test_the_form_is_a_json_object_as_text(http, position, form, status):
    """`form` has to be JSON with the contract's keys; a bad one is a 422 that names it, and nothing is paid."""
    data = {"position_id": position, "form": form, **CANDIDATE}

    response = http.post(BINARY, data=data, files={"file": PDF})

    assert (response.status_code, response.json().get("name")) == (status, None if status == 200 else "form")


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ({"file": ("resume.pdf", b"", "application/pdf")}, "file"),
        ({"file": (None, b"text in the place of a file")}, "file"),
        ({"other": PDF}, "other"),
        ({"file": PDF, "candidate_name": PDF}, "candidate_name"),
    ],
)
def test_what_is_no_upload_names_its_field(http, position, files, field):
    """An empty file, text for a file, or a file where text belongs is a 422 on that field."""
    response = http.post(BINARY, data={"position_id": position, **CANDIDATE}, files=files)

    assert (response.status_code, response.json()["name"]) == (422, field)


def test_missing_fields_are_named(http, position):
    """A form without its required field is a 422 on it."""
    response = http.post(BINARY, data={"position_id": position}, files={"file": PDF})

    assert (response.status_code, response.json()["name"]) == (422, "candidate_name")


HEAD = b'--b\r\nContent-Disposition: form-data; name="position_id"\r\n\r\nx\r\n'


@pytest.mark.parametrize(
    ("kind", "content", "field"),
    [
        ("multipart/form-data; boundary=b", HEAD, "body"),
        ("multipart/form-data; boundary=b", b"nonsense", "body"),
        ("multipart/form-data; boundary=b", b"", "body"),
        ("multipart/form-data; boundary=b", HEAD.replace(b'; name="position_id"', b"") + b"--b--\r\n", "body"),
        ("multipart/form-data; boundary=b", HEAD.replace(b"x\r", b"\xff\r") + b"--b--\r\n", "position_id"),
        ("multipart/form-data", HEAD, "Content-Type"),
        ("application/json", b"{}", "Content-Type"),
        ("text/plain", b"hello", "Content-Type"),
    ],
)
def test_broken_multipart_is_refused(http, kind, content, field):
    """A cut, empty, nameless or mislabelled body is a 422 that says where."""
    response = http.post(BINARY, content=content, headers={"Content-Type": kind})

    assert (response.status_code, response.json()["name"]) == (422, field)


def test_a_document_comes_both_ways(http, sandbox):
    """Multipart and base64 bring the same bytes; the file's name is the document's default name."""
    content = random.Random(1).randbytes(10_000)
    by_form = http.post(KNOWLEDGE, data=STORE, files={"file": ("a.pdf", content, "application/pdf")})
    first = last_upload(sandbox)
    encoded = {**STORE, "name": "a.pdf", "file": base64.b64encode(content).decode()}
    by_json = http.post(KNOWLEDGE, json=encoded)
    second = last_upload(sandbox)

    assert (by_form.status_code, by_json.status_code) == (200, 200)
    assert first.sha256 == second.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("text", ["%%%", "abc"])
def test_text_that_is_no_base64_is_refused(http, text):
    """A document that is not base64 is a 422 on file."""
    response = http.post(KNOWLEDGE, json={**STORE, "name": "a.pdf", "file": text})

    assert (response.status_code, response.json()["name"]) == (422, "file")
