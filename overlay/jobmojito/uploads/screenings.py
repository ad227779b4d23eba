"""Resumes screened, from a file or as text, and documents given to a knowledge base: helpers of `JobMojito`.

A file is streamed, never read whole; its type, size and name are checked before a byte is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from jobmojito.calls.steps import async_sender, drive, drive_async, sender

from .requests import screen_file, screen_text, store_document

if TYPE_CHECKING:
    from uuid import UUID

    from jobmojito.calls.sessions import AsyncSession, Session
    from jobmojito_api.models import KnowledgeBaseDocumentUploadResponse

    from .files import FileSource
    from .requests import CandidateDetails, FileOptions, NotApplicable, ResumeOptions, ScreenedCandidate


class ScreeningHelpers:
    """Screening and uploading for the sync client."""

    _session: Session

    def pre_screen_resume(
        self,
        file: FileSource,
        *,
        position_id: UUID | str,
        candidate_name: str,
        candidate_email: str,
        **options: Unpack[ResumeOptions],
    ) -> ScreenedCandidate | NotApplicable:
        """Screen a candidate by a resume: a path, bytes, or a binary stream from where it stands. Costs credits.

        It is streamed, and never read whole. PDF, DOCX, DOC, ODT, RTF and plain text, told by content.

        Raises:
            UploadError: the file cannot be sent, or changed while it was being sent; the request did not take place.
            InvalidRequestError: the contract refuses a field or the form; nothing was sent.
            OutcomeUnknownError: it may have been screened, and paid for.
        """
        candidate = _candidate(position_id, candidate_name, candidate_email)
        return drive(screen_file(self._session, file, candidate, options), sender(self._session))

    def pre_screen_text(
        self,
        resume: str,
        *,
        position_id: UUID | str,
        candidate_name: str,
        candidate_email: str,
        **details: Unpack[CandidateDetails],
    ) -> ScreenedCandidate | NotApplicable:
        """Screen a candidate by a resume as plain text. Costs credits. Answers and errors as `pre_screen_resume`."""
        candidate = _candidate(position_id, candidate_name, candidate_email)
        return drive(screen_text(resume, candidate, details), sender(self._session))

    def upload_document(
        self,
        file: FileSource,
        *,
        knowledge_base_store_id: UUID | str,
        name: str | None = None,
        merchant_id: UUID | str | None = None,
        **options: Unpack[FileOptions],
    ) -> KnowledgeBaseDocumentUploadResponse:
        """Put a document of any kind into a knowledge base, streamed like a resume; it is processed later.

        `name` is what the document is called there (with extension); without it, the file's name.
        """
        target = {"knowledge_base_store_id": knowledge_base_store_id, "name": name, "merchant_id": merchant_id}
        return drive(store_document(self._session, file, target, options), sender(self._session))


class AsyncScreeningHelpers:
    """The same for the async client, awaited; files are read in threads."""

    _session: AsyncSession

    async def pre_screen_resume(
        self,
        file: FileSource,
        *,
        position_id: UUID | str,
        candidate_name: str,
        candidate_email: str,
        **options: Unpack[ResumeOptions],
    ) -> ScreenedCandidate | NotApplicable:
        """Screen a candidate by a resume file. Costs credits. See `JobMojito.pre_screen_resume`."""
        candidate = _candidate(position_id, candidate_name, candidate_email)
        steps = screen_file(self._session, file, candidate, options)
        return await drive_async(steps, async_sender(self._session))

    async def pre_screen_text(
        self,
        resume: str,
        *,
        position_id: UUID | str,
        candidate_name: str,
        candidate_email: str,
        **details: Unpack[CandidateDetails],
    ) -> ScreenedCandidate | NotApplicable:
        """Screen a candidate by a resume as plain text. Costs credits. See `JobMojito.pre_screen_text`."""
        candidate = _candidate(position_id, candidate_name, candidate_email)
        return await drive_async(screen_text(resume, candidate, details), async_sender(self._session))

    async def upload_document(
        self,
        file: FileSource,
        *,
        knowledge_base_store_id: UUID | str,
        name: str | None = None,
        merchant_id: UUID | str | None = None,
        **options: Unpack[FileOptions],
    ) -> KnowledgeBaseDocumentUploadResponse:
        """Put a document of any kind into a knowledge base: see `JobMojito.upload_document`."""
        target = {"knowledge_base_store_id": knowledge_base_store_id, "name": name, "merchant_id": merchant_id}
        steps = store_document(self._session, file, target, options)
        return await drive_async(steps, async_sender(self._session))


def _candidate(position_id: UUID | str, name: str, email: str) -> dict[str, Any]:
    return {"position_id": position_id, "candidate_name": name, "candidate_email": email}
