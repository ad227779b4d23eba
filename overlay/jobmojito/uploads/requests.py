"""The requests for one resume or document, and the reading of their answers, as steps for both clients.

A screening gives the same two types for a file and for text, so that `match` works on both.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypedDict, cast

from jobmojito.calls.bodies import StreamedBody
from jobmojito.calls.responses import refusal
from jobmojito.calls.sessions import AsyncSession, call_in_form, with_merchant
from jobmojito.calls.settings import read_options
from jobmojito.calls.steps import Block, Steps
from jobmojito.errors import ResponseDecodeError
from jobmojito.lazy import DeferredModule
from jobmojito_api.codec import Departure, Model, Object, check, kind_of, pointer, read, table_of, write
from jobmojito_api.encoding import unwritable
from jobmojito_api.errors import InvalidRequest
from jobmojito_api.models import (
    KnowledgeBaseDocumentUploadMultipart,
    PreScreeningNotApplicable,
    PreScreeningResumeTextResponse,
)
from jobmojito_api.resources import operation
from jobmojito_api.types import File

from .files import Upload
from .multipart import Envelope, enclose

if TYPE_CHECKING:
    import asyncio

    from jobmojito.calls.responses import Detailed
    from jobmojito.calls.sessions import Session
    from jobmojito.errors import InvalidRequestError
    from jobmojito_api.calls import Call
    from jobmojito_api.models import KnowledgeBaseDocumentUploadResponse, PreScreeningForm

    from .files import FileSource
else:
    asyncio = DeferredModule("asyncio")  # sync runs do not need it

ScreenedCandidate = PreScreeningResumeTextResponse
"""The candidate was screened: decision, recommendation, score and analysis. The same type for text and file."""

NotApplicable = PreScreeningNotApplicable
"""The candidate was not screened, because of a state given in `decision_status` and `message`."""

RESUME: Final = "pre_screen_resume_binary"
TEXT: Final = "pre_screen_resume_text"
DOCUMENT: Final = "upload_knowledge_base_document"


class FileOptions(TypedDict, total=False):
    """Options of a file, described at `JobMojito.upload_document`."""

    file_name: str | None
    content_type: str | None
    max_bytes: int


class CandidateDetails(TypedDict, total=False):
    """Options about a candidate, described at `JobMojito.pre_screen_text`."""

    candidate_country_code: str | None
    candidate_external_id: str | None
    candidate_linkedin_url: str | None
    form: PreScreeningForm | Mapping[str, Any] | str | None


class ResumeOptions(CandidateDetails, FileOptions, total=False):
    """Options of `pre_screen_resume`: about the file and about the candidate."""


def screen_file(
    session: Session | AsyncSession,
    file: FileSource,
    position_id: object,
    candidate_name: str,
    candidate_email: str,
    options: Mapping[str, Any],
) -> Steps[ScreenedCandidate | NotApplicable]:
    """Check a resume, send it and read the answer; see `JobMojito.pre_screen_resume`."""
    about, details = read_options("pre_screen_resume", options, FileOptions, CandidateDetails)
    call = resume_call(_candidate(position_id, candidate_name, candidate_email, details))
    upload = yield Block(partial(Upload, file, **about))
    with upload:
        detailed = yield from session.steps(call, streamed(session, call, upload))
    return read_screening(detailed, RESUME)


def screen_text(
    session: Session | AsyncSession,
    resume: str,
    position_id: object,
    candidate_name: str,
    candidate_email: str,
    options: Mapping[str, Any],
) -> Steps[ScreenedCandidate | NotApplicable]:
    """Send a resume as text and read the answer; see `JobMojito.pre_screen_text`."""
    (details,) = read_options("pre_screen_text", options, CandidateDetails)
    if "form" in details:
        details["form"] = read_form(details["form"], TEXT)
    body = {**_candidate(position_id, candidate_name, candidate_email, details), "candidate_resume": resume}
    detailed = yield from session.steps(call_in_form("application/json", TEXT, body))
    return read_screening(detailed, TEXT)


def store_document(
    session: Session | AsyncSession,
    file: FileSource,
    knowledge_base_store_id: object,
    name: str | None,
    merchant_id: object,
    options: Mapping[str, Any],
) -> Steps[KnowledgeBaseDocumentUploadResponse]:
    """Check a document, send it and return the answer; see `JobMojito.upload_document`."""
    (about,) = read_options("upload_document", options, FileOptions)
    target = {"knowledge_base_store_id": knowledge_base_store_id, "name": name, "merchant_id": merchant_id}
    given = {name: write(value) for name, value in target.items() if value is not None}
    body = KnowledgeBaseDocumentUploadMultipart(file=File(b""), **given)
    call = with_merchant(operation(DOCUMENT).call({"body": body}), session.settings.merchant_id)
    _check(call)
    upload = yield Block(partial(Upload, file, resume=False, title=name, **about))
    with upload:
        detailed = yield from session.steps(call, streamed(session, call, upload))
    return cast("KnowledgeBaseDocumentUploadResponse", detailed.value)


def resume_call(candidate: Mapping[str, Any]) -> Call[Any]:
    """Make the call for a resume, with its form checked and encoded; the file itself is streamed later.

    Raises:
        InvalidRequestError: the contract refuses a field.
    """
    given = dict(candidate)
    if given.get("form") is not None:
        given["form"] = encode_form(read_form(given["form"], RESUME))
    call = call_in_form("multipart/form-data", RESUME, {**write(given), "file": File(b"")})
    _check(call)
    return call


def streamed(session: Session | AsyncSession, call: Call[Any], upload: Upload) -> StreamedBody:
    """Return the body: the call's fields, then the file in blocks."""
    envelope = enclose(_fields(call), file_field="file", file_name=upload.file_name, mime_type=upload.mime_type)
    headers = {"Content-Type": envelope.content_type}
    length = envelope.length(upload.size)
    if length is not None:
        headers["Content-Length"] = str(length)
    make = _pieces_async if isinstance(session, AsyncSession) else _pieces
    return StreamedBody(partial(make, envelope, upload), headers, upload.rewindable)


def read_screening(detailed: Detailed[Any], name: str) -> ScreenedCandidate | NotApplicable:
    """Return an answer as the type that its fields show, even if most values are missing or null.

    Raises:
        ResponseDecodeError: it is neither type. The request was processed, and paid for.
    """
    value = write(detailed.value)
    kind = _kind(value) if isinstance(value, dict) else None
    if kind is None:
        text = "the API accepted the request, but its answer is neither a screening nor the reason why there is none"
        raise ResponseDecodeError(text, detailed.departures, name, detailed.status_code, detailed.request_id)
    return cast("ScreenedCandidate | NotApplicable", read(Object(kind.__name__), value).value)


def recall_screening(document: Any) -> ScreenedCandidate | NotApplicable:
    """Read an answer from its JSON in a journal."""
    kind = _kind(document) or ScreenedCandidate
    return cast("ScreenedCandidate | NotApplicable", read(Object(kind.__name__), document).value)


def read_form(form: PreScreeningForm | Mapping[str, Any] | str, operation: str) -> dict[str, Any]:
    """Check form answers: education, languages, residency, nationality, visa, age, gender, custom_...

    Raises:
        InvalidRequestError: not a mapping, an unknown key, a value of another type than the contract's, or one that
            JSON cannot express, such as NaN.
    """
    if isinstance(form, str):
        try:
            form = json.loads(form, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise _refused(operation, Departure("/form", "a JSON object", "a string that is none")) from None
    if not isinstance(form, Mapping | Model):
        raise _refused(operation, Departure("/form", "a mapping", kind_of(form)))
    answers = cast("dict[str, Any]", write(form))
    bad = [Departure("/form", "values that JSON has", f"{one.got} at {one.pointer}") for one in unwritable(answers)]
    problems = [*bad, *_unknown_keys(answers), *_misfits(answers)]
    if problems:
        raise _refused(operation, *problems)
    return answers


def encode_form(answers: Mapping[str, Any]) -> str:
    """Encode checked answers as JSON for a multipart form."""
    return json.dumps(answers, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _candidate(position_id: object, name: str, email: str, details: Mapping[str, Any]) -> dict[str, Any]:
    return {"position_id": position_id, "candidate_name": name, "candidate_email": email, **details}


def _check(call: Call[Any]) -> None:
    """Refuse what the contract or UTF-8 does not allow, before the file is opened."""
    problems = unwritable(_fields(call))
    if problems:
        raise _refused(call.operation, *problems)
    try:
        _ = call.request
    except InvalidRequest as error:
        raise refusal(error) from None


def _fields(call: Call[Any]) -> dict[str, Any]:
    return {name: value for name, value in write(call.arguments["body"]).items() if name != "file"}


def _pieces(envelope: Envelope, upload: Upload) -> Iterator[bytes]:
    """Yield the body; the last block is held back to go with the tail, so a small resume is one write."""
    held = envelope.head
    for number, block in enumerate(upload.blocks()):
        if number == 0:
            held += block
            continue
        yield held
        held = block
    yield held + envelope.tail


async def _pieces_async(envelope: Envelope, upload: Upload) -> AsyncIterator[bytes]:
    """Yield the same pieces; a file on disk is read in a thread."""
    pieces = _pieces(envelope, upload)
    if upload.in_memory:
        for piece in pieces:
            yield piece
        return
    while (piece := await asyncio.to_thread(next, pieces, b"")) != b"":
        yield piece


def _kind(document: Mapping[str, Any]) -> type[Model] | None:
    filled = {name for name, value in document.items() if value is not None}
    if filled & _OF_A_SCREENING or document.get("success") is True:
        return ScreenedCandidate
    return NotApplicable if filled & _OF_NO_SCREENING else None


_OF_NO_SCREENING: Final = {field.name for field in table_of(NotApplicable).fields}

# Not `success`: an early exit with `success: false` is still an early exit.
_OF_A_SCREENING: Final = {field.name for field in table_of(ScreenedCandidate).fields} - {"success", *_OF_NO_SCREENING}

_FORM: Final = Object("PreScreeningForm")
_CUSTOM: Final = "custom_"
"""The prefix of keys that a merchant defines (the contract: "custom_<timestamp>")."""


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def _unknown_keys(answers: Mapping[Any, Any]) -> list[Departure]:
    """Find unknown keys: the API ignores them, so a misspelt one would silently fail a rule."""
    known = {field.name for field in table_of(_FORM.python).fields}
    expected = f"one of {', '.join(sorted(known))}, {_CUSTOM}..."
    strange = [key for key in answers if not isinstance(key, str) or (key not in known and not key.startswith(_CUSTOM))]
    return [Departure(pointer(["form", key]), expected, "another key", "additionalProperties") for key in strange]


def _misfits(answers: dict[str, Any]) -> list[Departure]:
    found = check(_FORM, answers)
    return [Departure(f"/form{one.pointer}", one.expected, one.got, one.keyword) for one in found]


def _refused(operation: str, *problems: Departure) -> InvalidRequestError:
    return refusal(InvalidRequest(operation, problems))
