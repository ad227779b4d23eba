"""What is sent for one resume or document, and how its answer is told apart: as steps, for both clients.

A screening answers with one of two types whatever it was asked with, so that `match` works on them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypedDict, cast

from jobmojito.calls.bodies import StreamedBody
from jobmojito.calls.responses import refusal
from jobmojito.calls.sessions import AsyncSession, call_in_form, with_merchant
from jobmojito.calls.steps import Block, Send, Steps
from jobmojito.errors import ResponseDecodeError
from jobmojito.lazy import DeferredModule
from jobmojito_api.codec import Departure, Model, Object, pointer, read, write
from jobmojito_api.errors import InvalidRequest
from jobmojito_api.models import (
    KnowledgeBaseDocumentUploadMultipart,
    PreScreeningNotApplicable,
    PreScreeningResumeTextResponse,
)
from jobmojito_api.resources import operation
from jobmojito_api.types import File

from .files import Upload
from .forms import encode_form, read_form
from .multipart import Envelope, enclose

if TYPE_CHECKING:
    import asyncio

    from jobmojito.calls.responses import Detailed
    from jobmojito.calls.sessions import Session
    from jobmojito_api.calls import Call
    from jobmojito_api.models import KnowledgeBaseDocumentUploadResponse, PreScreeningForm

    from .files import FileSource
else:
    asyncio = DeferredModule("asyncio")  # a synchronous run does without

ScreenedCandidate = PreScreeningResumeTextResponse
"""The candidate was screened: decision, recommendation, score and analysis. Text and file answer alike."""

NotApplicable = PreScreeningNotApplicable
"""The candidate was not screened, being past that state: `decision_status` and `message` say where."""

RESUME: Final = "pre_screen_resume_binary"
TEXT: Final = "pre_screen_resume_text"
DOCUMENT: Final = "upload_knowledge_base_document"


class FileOptions(TypedDict, total=False):
    """Options of a file.

    `file_name` is for bytes and streams without one; `content_type` is sent as it stands, and content and extension are
    then not looked at; `max_bytes` is the limit of its size (20 MB).
    """

    file_name: str | None
    content_type: str | None
    max_bytes: int


class CandidateDetails(TypedDict, total=False):
    """What may be told of a candidate.

    `candidate_country_code` (ISO) stands in for residency and nationality where `form` lacks them. `form` has the
    contract's keys: education, languages, residency, nationality, visa, age, gender, and custom_... as set up.
    """

    candidate_country_code: str | None
    candidate_external_id: str | None
    candidate_linkedin_url: str | None
    form: PreScreeningForm | Mapping[str, Any] | str | None


class ResumeOptions(CandidateDetails, FileOptions, total=False):
    """Options of `pre_screen_resume`: those of the file, and what may be told of the candidate."""


def split(options: Mapping[str, Any], *kinds: Any) -> list[dict[str, Any]]:
    """Sort keyword options by the kinds that declare them, leaving out those that are None.

    Raises:
        TypeError: none of them does, as for any function.
    """
    for name in options:
        if not any(name in kind.__optional_keys__ for kind in kinds):
            raise TypeError(f"unexpected keyword argument {name!r}")
    return [
        {name: options[name] for name in options if name in k.__optional_keys__ and options[name] is not None}
        for k in kinds
    ]


def screen_file(
    session: Session | AsyncSession, file: FileSource, candidate: Mapping[str, Any], options: Mapping[str, Any]
) -> Steps[ScreenedCandidate | NotApplicable]:
    """Check a resume, send it and read the answer."""
    about, details = split(options, FileOptions, CandidateDetails)
    call = resume_call({**candidate, **details})
    upload = yield Block(partial(Upload, file, **about))
    with upload:
        detailed = yield Send(call, streamed(session, call, upload))
    return read_screening(detailed, RESUME)


def screen_text(
    resume: str, candidate: Mapping[str, Any], details: Mapping[str, Any]
) -> Steps[ScreenedCandidate | NotApplicable]:
    """Send a resume as text and read the answer."""
    (details,) = split(details, CandidateDetails)
    if "form" in details:
        details["form"] = read_form(details["form"], TEXT)
    body = {**candidate, **details, "candidate_resume": resume}
    detailed = yield Send(call_in_form("application/json", TEXT, body))
    return read_screening(detailed, TEXT)


def store_document(
    session: Session | AsyncSession, file: FileSource, target: Mapping[str, Any], options: Mapping[str, Any]
) -> Steps[KnowledgeBaseDocumentUploadResponse]:
    """Check a document, send it and give what the API says."""
    (about,) = split(options, FileOptions)
    given = {name: write(value) for name, value in target.items() if value is not None}
    body = KnowledgeBaseDocumentUploadMultipart(file=File(b""), **given)
    call = with_merchant(operation(DOCUMENT).call({"body": body}), session.settings.merchant_id)
    _check_texts(call)
    upload = yield Block(partial(Upload, file, resume=False, **about))
    with upload:
        detailed = yield Send(call, streamed(session, call, upload))
    return cast("KnowledgeBaseDocumentUploadResponse", detailed.value)


def resume_call(candidate: Mapping[str, Any]) -> Call[Any]:
    """Make the call for a resume, its form checked and encoded; the file itself is streamed in its place.

    Raises:
        InvalidRequestError: the contract refuses a field.
    """
    given = dict(candidate)
    if given.get("form") is not None:
        given["form"] = encode_form(read_form(given["form"], RESUME))
    call = call_in_form("multipart/form-data", RESUME, {**write(given), "file": File(b"")})
    _check_texts(call)
    return call


def _check_texts(call: Call[Any]) -> None:
    """Find what the contract refuses, and texts that have no UTF-8, before the file is looked at."""
    bad = [name for name, text in _texts(call).items() if isinstance(text, str) and not _is_text(text)]
    if bad:
        problem = Departure(pointer(bad[:1]), "a text", "half a character", "pattern")
        raise refusal(InvalidRequest(call.operation, (problem,)))
    try:
        _ = call.request
    except InvalidRequest as error:
        raise refusal(error) from None


def _texts(call: Call[Any]) -> dict[str, Any]:
    return {name: value for name, value in write(call.arguments["body"]).items() if name != "file"}


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def streamed(session: Session | AsyncSession, call: Call[Any], upload: Upload) -> StreamedBody:
    """Give the body that is sent: the call's texts, then the file, a block at a time."""
    envelope = enclose(_texts(call), file_field="file", file_name=upload.file_name, mime_type=upload.mime_type)
    headers = {"Content-Type": envelope.content_type}
    length = envelope.length(upload.size)
    if length is not None:
        headers["Content-Length"] = str(length)
    make = _pieces_async if isinstance(session, AsyncSession) else _pieces
    return StreamedBody(partial(make, envelope, upload), headers, upload.rewindable)


def _pieces(envelope: Envelope, upload: Upload) -> Iterator[bytes]:
    """Give the body, the last block held back to go with what follows it: a small resume is one write."""
    held = envelope.head
    for number, block in enumerate(upload.blocks()):
        if number == 0:
            held += block
            continue
        yield held
        held = block
    yield held + envelope.tail


async def _pieces_async(envelope: Envelope, upload: Upload) -> AsyncIterator[bytes]:
    """Do the same; what may wait for a disk is read in a thread."""
    pieces = _pieces(envelope, upload)
    if upload.in_memory:
        for piece in pieces:
            yield piece
        return
    while (piece := await asyncio.to_thread(next, pieces, b"")) != b"":
        yield piece


def read_screening(detailed: Detailed[Any], name: str) -> ScreenedCandidate | NotApplicable:
    """Tell the two answers apart by what they hold, not by how much of it: any value may be missing or null.

    Raises:
        ResponseDecodeError: it is neither. What the request does and costs has happened.
    """
    value = write(detailed.value)
    kind = _kind(value) if isinstance(value, dict) else None
    if kind is None:
        text = "the API accepted the request, but its answer is neither a screening nor the reason why there is none"
        raise ResponseDecodeError(text, detailed.departures, name, detailed.status_code, detailed.request_id)
    return cast("ScreenedCandidate | NotApplicable", read(Object(kind.__name__), value).value)


def recall_screening(document: Any) -> ScreenedCandidate | NotApplicable:
    """Read an answer again that was kept as JSON."""
    kind = _kind(document) or ScreenedCandidate
    return cast("ScreenedCandidate | NotApplicable", read(Object(kind.__name__), document).value)


def _kind(document: Mapping[str, Any]) -> type[Model] | None:
    told = {name for name, value in document.items() if value is not None}
    if told & _OF_A_SCREENING or document.get("success") is True:
        return ScreenedCandidate
    return NotApplicable if told & {field.name for field in NotApplicable._table.fields} else None  # noqa: SLF001 - the contract


# `success` alone says little: an early exit that reports `success: false` is still one.
_OF_A_SCREENING: Final = {field.name for field in ScreenedCandidate._table.fields} - {  # noqa: SLF001 - the contract
    "success",
    *(field.name for field in NotApplicable._table.fields),  # noqa: SLF001 - the contract
}
