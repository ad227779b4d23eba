"""Many resumes screened in one run, with a journal that keeps a killed run from paying twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, Unpack, cast

from attrs import field, frozen

from jobmojito.calls.sessions import AsyncSession
from jobmojito.calls.steps import Block, Send, Steps
from jobmojito.errors import InvalidRequestError, UploadError
from jobmojito.uploads.files import MAX_BYTES, Upload, check_limit
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
from jobmojito_api.codec import write
from jobmojito_api.types import File

from .chunks import Slot, digest
from .plans import Plan, RunOptions, RunSettings, plan
from .results import Resend, RowKind, RowStatus
from .rows import Refused, fields_of, folded, quoted
from .verdicts import settle_failure

if TYPE_CHECKING:
    from uuid import UUID

    from jobmojito.calls.sessions import Session
    from jobmojito.uploads.files import FileSource
    from jobmojito_api.models import PreScreeningForm

    from .ledgers import Ledger
    from .results import BatchResult, RowOutcome
    from .runs import Stop

Item = TypeVar("Item")

_ABOUT: Final = ("file", "file_name", "content_type")
_CANDIDATE: Final = ("candidate_name", "candidate_email", *sorted(CandidateDetails.__optional_keys__))


@frozen(repr=False)
class Resume:
    """One resume of a bulk run. Any mapping or dataclass with these names will do as well, or (file, mapping)."""

    file: FileSource
    candidate_name: str
    candidate_email: str
    candidate_country_code: str | None = None
    candidate_external_id: str | None = None
    candidate_linkedin_url: str | None = None
    form: PreScreeningForm | Mapping[str, Any] | str | None = None
    file_name: str | None = None
    content_type: str | None = None

    def __repr__(self) -> str:
        """Show no person."""
        return f"<{type(self).__name__}>"


class BulkOptions(RunOptions, total=False):
    """Options of `pre_screen_resumes`: `RunOptions`, and `max_bytes`, the limit of a file's size (20 MB)."""

    max_bytes: int


@frozen
class ResumeExchange:
    """Sends one resume after the other, for one position on one server."""

    session: Session | AsyncSession = field(repr=False)
    position_id: str
    max_bytes: int
    stop_on_error: bool
    stop: Stop
    ledger: Ledger

    def read(self, row: object) -> Mapping[str, Any]:
        """Give the fields of an item: the file, and what is told of the candidate."""
        problem = getattr(row, "problem", None)
        if isinstance(problem, str):
            raise Refused(problem)
        fields = {name: value for name, value in fields_of(row).items() if value is not None}
        if isinstance(fields.get("file"), File):
            file: File = fields.pop("file")
            fields |= {"file": file.payload, "file_name": file.file_name, "content_type": file.mime_type}
        unknown = [name for name in fields if name not in {*_ABOUT, *_CANDIDATE}]
        if unknown:
            raise Refused(f"unknown field {quoted(unknown)}; an item has {', '.join([*_ABOUT, *_CANDIDATE])}")
        if "file" not in fields:
            raise Refused("there is no file")
        return fields

    def identify(self, fields: Mapping[str, Any]) -> bytes:  # noqa: ARG002 - another exchange looks at them
        """Leave it open: the key needs the file's content, which is read when it is its turn."""
        return b""

    def subject(self, slot: Slot) -> dict[str, Any]:
        """Give the candidate and, where it is one, the path."""
        file = slot.fields["file"]
        path = os.fspath(file) if isinstance(file, str | os.PathLike) else None
        return {"row": slot.index + 1, "candidate_email": slot.fields.get("candidate_email"), "file": path}

    def recall(self, document: object) -> Any:
        """Read an answer again that a journal kept."""
        return recall_screening(document)

    def __call__(self, chunk: list[Slot]) -> Steps[None]:
        """Settle every item of a chunk."""
        for slot in chunk:
            if slot.outcome is None:
                yield from self._screen(slot)

    def _screen(self, slot: Slot) -> Steps[None]:
        if self.stop.reason is not None:
            self.stop.settle([slot])
            return
        about = {name: slot.fields[name] for name in _ABOUT if name in slot.fields}
        candidate = {name: slot.fields[name] for name in _CANDIDATE if name in slot.fields}
        try:
            call = resume_call({"position_id": self.position_id, **candidate})
            upload, content = yield Block(partial(_open, about.pop("file"), max_bytes=self.max_bytes, **about))
        except (UploadError, InvalidRequestError) as error:
            settle_failure([slot], error)
            return
        with upload:
            try:
                yield from self._send(slot, upload, content, call)
            finally:
                upload.rewind()  # the same item may be sent again: by `retry_failed`, or in another run

    def _send(self, slot: Slot, upload: Upload, content: bytes | None, call: Any) -> Steps[None]:
        if content is not None:
            email = folded(slot.fields.get("candidate_email"))
            server = self.session.settings.base_url
            slot.key = digest(RESUME, server, self.position_id.lower(), email, content)
        elif self.ledger.journal is not None:
            slot.settle(
                RowStatus.ERROR, RowKind.INVALID, "a journal needs files that can be read twice; this is a stream"
            )
            return
        if content is not None and not self.ledger.is_first(slot):
            return
        if not (yield from self.ledger.begin([slot], self)):
            return
        try:
            detailed = yield Send(call, streamed(self.session, call, upload))
            answer = read_screening(detailed, RESUME)
        except Exception as error:  # noqa: BLE001 - whatever a transport or a hook raises: no item is lost by it
            settle_failure([slot], error)
            if self.stop_on_error:
                self.stop.because("an earlier request failed")
        else:
            _settle(slot, answer)
        self.ledger.finish([slot])


def _open(file: FileSource, *, max_bytes: int, **about: Any) -> tuple[Upload, bytes | None]:
    """Open a file and read it through once for its digest; None for what can be read only once."""
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


def _settle(slot: Slot, answer: ScreenedCandidate | NotApplicable) -> None:
    if isinstance(answer, ScreenedCandidate):
        slot.settle(RowStatus.OK, answer=answer)
        return
    message = cast("object", answer.message)  # as it was received, whatever the contract says
    text = message if isinstance(message, str) else "the API gives no reason"
    slot.settle(RowStatus.SKIPPED, RowKind.NOT_APPLICABLE, text, answer=answer)


@frozen
class _Make:
    """Makes the exchange of a run."""

    session: Session | AsyncSession
    position_id: str
    max_bytes: int
    stop_on_error: bool

    def __call__(self, stop: Stop, ledger: Ledger) -> ResumeExchange:
        return ResumeExchange(self.session, self.position_id, self.max_bytes, self.stop_on_error, stop, ledger)


def plan_resumes(session: Session | AsyncSession, items: object, options: Mapping[str, Any]) -> Plan:
    """Check the options of a bulk run and put it together; `position_id` is one of them.

    Raises:
        ConfigurationError, InvalidRequestError: an option cannot work.
    """
    run = {name: value for name, value in options.items() if name not in {"position_id", "max_bytes"}}
    unknown = [name for name in run if name not in RunOptions.__optional_keys__]
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")
    settings = RunSettings(chunk_size=1, **run)
    position_id = cast("str", write(options["position_id"]))
    max_bytes = options.get("max_bytes", MAX_BYTES)
    check_limit(max_bytes)
    resume_call({"position_id": position_id, "candidate_name": "-", "candidate_email": "-"})
    journal = None if settings.journal is None else str(settings.journal)
    resend = Resend(RESUME, {"position_id": position_id, "max_bytes": max_bytes}, journal)
    make = _Make(session, position_id, max_bytes, settings.stop_on_error)
    return plan(items, make, resend, settings, asynchronous=isinstance(session, AsyncSession))


class BulkHelpers:
    """Bulk runs for the sync client."""

    _session: Session

    def pre_screen_resumes(
        self, items: Iterable[Item], *, position_id: UUID | str, **options: Unpack[BulkOptions]
    ) -> BatchResult[Item, ScreenedCandidate | NotApplicable]:
        """Screen many candidates by resume files. Costs credits for each; an item is sent at most once.

        Items are `Resume`s, mappings or dataclasses with its names, pairs of (file, mapping), or `read_resumes(path)`.
        Every item has one outcome, in input order: ok with a `ScreenedCandidate`, skipped with a `NotApplicable`, error
        or unknown. With `journal=path` a run that was killed can be started again as it was: what is done is not sent
        again (the same content for the same candidate and position), what was in flight is unknown.

        Raises:
            ConfigurationError, InvalidRequestError: an option cannot work; nothing was sent.
            JournalError: the journal cannot be used (nothing was sent), or not any more (`result` has what was done).
            BatchError: `items` or `on_progress` raised in mid-run; `result` has what was done.
            RunInterrupted: Ctrl-C; what was in flight was finished, and `result` has what was done.
        """
        made = plan_resumes(self._session, items, {"position_id": position_id, **options})
        return made.run.collect(made.outcomes(self._session))

    def iter_pre_screen_resumes(
        self, items: Iterable[Item], *, position_id: UUID | str, **options: Unpack[BulkOptions]
    ) -> Iterator[RowOutcome[Item, ScreenedCandidate | NotApplicable]]:
        """Do what `pre_screen_resumes` does, and give each outcome as soon as those before it are known."""
        made = plan_resumes(self._session, items, {"position_id": position_id, **options})
        return made.outcomes(self._session)


class AsyncBulkHelpers:
    """Bulk runs for the async client: the same names, awaited; items may come from an async iterable too."""

    _session: AsyncSession

    async def pre_screen_resumes(
        self, items: Iterable[Item] | AsyncIterable[Item], *, position_id: UUID | str, **options: Unpack[BulkOptions]
    ) -> BatchResult[Item, ScreenedCandidate | NotApplicable]:
        """Screen many candidates by resume files: see `JobMojito.pre_screen_resumes`."""
        made = plan_resumes(self._session, items, {"position_id": position_id, **options})
        return await made.run.collect_async(made.outcomes_async(self._session))

    def iter_pre_screen_resumes(
        self, items: Iterable[Item] | AsyncIterable[Item], *, position_id: UUID | str, **options: Unpack[BulkOptions]
    ) -> AsyncIterator[RowOutcome[Item, ScreenedCandidate | NotApplicable]]:
        """Give each outcome as soon as those before it are known: see `JobMojito.iter_pre_screen_resumes`."""
        made = plan_resumes(self._session, items, {"position_id": position_id, **options})
        return made.outcomes_async(self._session)
