"""Many resumes screened in one run; with a journal, a killed run can be resumed without paying twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar, cast

from attrs import field, frozen

from jobmojito.calls.retries import check_number
from jobmojito.calls.settings import read_options
from jobmojito.calls.steps import Block, Steps
from jobmojito.errors import InvalidRequestError, UploadError
from jobmojito.uploads.files import MAX_BYTES, FileSource, Upload
from jobmojito.uploads.requests import (
    RESUME,
    CandidateDetails,
    NotApplicable,
    ScreenedCandidate,
    read_screening,
    recall_screening,
    resume_call,
    streamed,
)
from jobmojito_api import models
from jobmojito_api.codec import write
from jobmojito_api.types import File

from .identity import digest, same_email, same_id, same_server
from .results import Resend, RowKind, RowStatus
from .row_results import settle_failure
from .rows import Refused, fields_of, quoted, refuse_nul
from .runs import Run, RunOptions, one_by_one

if TYPE_CHECKING:
    from jobmojito.calls.sessions import AsyncSession, Session

    from .chunks import PendingRow, Stop
    from .journal import Ledger

Item = TypeVar("Item")

_ABOUT: Final = ("file", "file_name", "content_type")
_CANDIDATE: Final = ("candidate_name", "candidate_email", *sorted(CandidateDetails.__optional_keys__))


@frozen(repr=False)
class Resume:
    """One resume of a run. A mapping or dataclass with these names works too, and so does (file, mapping)."""

    file: FileSource
    candidate_name: str
    candidate_email: str
    candidate_country_code: str | None = None
    candidate_external_id: str | None = None
    candidate_linkedin_url: str | None = None
    form: models.PreScreeningForm | Mapping[str, Any] | str | None = None
    file_name: str | None = None
    content_type: str | None = None

    def __repr__(self) -> str:
        """Show no person."""
        return f"<{type(self).__name__}>"


class _SizeOption(TypedDict, total=False):
    """The size limit of a file."""

    max_bytes: int


class BulkOptions(_SizeOption, RunOptions, total=False):
    """Options of `pre_screen_resumes`, described there."""


@frozen
class ResumeSender:
    """Sends resumes one by one, for one position on one server."""

    session: Session | AsyncSession = field(repr=False)
    position_id: str
    max_bytes: int
    stop: Stop
    ledger: Ledger

    def read(self, row: object) -> Mapping[str, Any]:
        """Return the fields of an item: the file, and the facts about the candidate."""
        problem = getattr(row, "problem", None)
        if isinstance(problem, str):
            raise Refused(problem)
        fields = {name: value for name, value in fields_of(row).items() if value is not None}
        if isinstance(fields.get("file"), File):
            file: File = fields.pop("file")
            held = cast("object", file.payload)
            content = held.encode() if isinstance(held, str) else held  # content and not a path, as in the operation
            fields |= {"file": content, "file_name": file.file_name, "content_type": file.mime_type}
        unknown = [name for name in fields if name not in {*_ABOUT, *_CANDIDATE}]
        if unknown:
            raise Refused(f"unknown field {quoted(unknown)}; an item has {', '.join([*_ABOUT, *_CANDIDATE])}")
        if "file" not in fields:
            raise Refused("file is missing")
        refuse_nul(fields)
        return fields

    def identify(self, fields: Mapping[str, Any]) -> bytes:  # noqa: ARG002 - of the protocol
        """Return no key yet: it needs the file's content, which is read just before sending."""
        return b""

    def subject(self, row: PendingRow) -> dict[str, Any]:
        """Return the row's number, the candidate and, if the file is a path, the path."""
        file = row.fields["file"]
        path = os.fspath(file) if isinstance(file, str | os.PathLike) else None
        return {"row": row.index + 1, "candidate_email": row.fields.get("candidate_email"), "file": path}

    def recall(self, document: object) -> Any:
        """Read an answer from its JSON in the journal."""
        return recall_screening(document)

    def __call__(self, chunk: list[PendingRow]) -> Steps[None]:
        """Settle every item of a chunk."""
        for row in chunk:
            if row.outcome is None:
                yield from self._screen(row)

    def _screen(self, row: PendingRow) -> Steps[None]:
        if self.stop.reason is not None and self.ledger.journal is None:
            self.stop.settle([row])
            return
        about = {name: row.fields[name] for name in _ABOUT if name in row.fields}
        candidate = {name: row.fields[name] for name in _CANDIDATE if name in row.fields}
        try:
            call = resume_call({"position_id": self.position_id, **candidate})
            upload, content = yield Block(partial(_open, about.pop("file"), max_bytes=self.max_bytes, **about))
        except (UploadError, InvalidRequestError) as error:
            settle_failure([row], error)
            return
        with upload:
            yield from self._send(row, upload, content, call)

    def _send(self, row: PendingRow, upload: Upload, content: bytes | None, call: Any) -> Steps[None]:
        self._identify(row, content)
        if not (yield from self.ledger.begin([row], self)):
            return
        try:
            detailed = yield from self.session.steps(call, streamed(self.session, call, upload))
            answer = read_screening(detailed, RESUME)
        except Exception as error:  # noqa: BLE001 - a transport or hook may raise anything, and no item may be lost
            self.stop.note(error)
            settle_failure([row], error)
        else:
            self.stop.note(None)
            _settle(row, answer)
        self.ledger.finish([row])

    def _identify(self, row: PendingRow, content: bytes | None) -> None:
        """Set a row's key, now that the content is known; settle a duplicate, or a stream if there is a journal."""
        if content is not None:
            server, email = same_server(self.session.settings.base_url), same_email(row.fields.get("candidate_email"))
            row.key = digest(RESUME, server, same_id(self.position_id), email, content)
            self.ledger.seen.settle([row])
        elif self.ledger.journal is not None:
            text = "a journal needs files that can be read twice; this is a stream"
            row.settle(RowStatus.ERROR, RowKind.INVALID, text)


def _open(file: FileSource, *, max_bytes: int, **about: Any) -> tuple[Upload, bytes | None]:
    """Open a file and read it once for its digest; None for a stream that can be read only once."""
    upload = Upload(file, max_bytes=max_bytes, **about)
    if not upload.rewindable:
        return upload, None
    try:
        found = hashlib.sha256()
        for block in upload.blocks():
            found.update(block)
    except BaseException:
        upload.close()
        raise
    return upload, found.digest()


def _settle(row: PendingRow, answer: ScreenedCandidate | NotApplicable) -> None:
    if isinstance(answer, ScreenedCandidate):
        row.settle(RowStatus.OK, answer=answer)
        return
    message = cast("object", answer.message)  # as received: it may depart from the contract
    text = message if isinstance(message, str) else "the API gives no reason"
    row.settle(RowStatus.SKIPPED, RowKind.NOT_APPLICABLE, text, answer=answer)


def screen(
    session: Session | AsyncSession, function: str, items: object, position_id: object, options: Mapping[str, Any]
) -> Run:
    """Make the run of `pre_screen_resumes`; `function` is the name of the called method."""
    size, run = read_options(function, options, _SizeOption, RunOptions)
    return plan_resumes(session, items, {"position_id": position_id, **size}, run)


def plan_resumes(
    session: Session | AsyncSession, items: object, options: Mapping[str, Any], run: Mapping[str, Any]
) -> Run:
    """Check the position, the size limit and the options of the run, and make the run.

    Raises:
        ConfigurationError, InvalidRequestError: an option cannot work.
    """
    settings = one_by_one(run)
    position_id = cast("str", write(options["position_id"]))
    max_bytes = options.get("max_bytes", MAX_BYTES)
    check_number("max_bytes", max_bytes, 1)
    resume_call({"position_id": position_id, "candidate_name": "-", "candidate_email": "-"})
    resend = Resend(RESUME, {"position_id": position_id, "max_bytes": max_bytes}, settings.journal)
    make = partial(ResumeSender, session, position_id, max_bytes)
    return Run(session, items, settings, make, resend)
