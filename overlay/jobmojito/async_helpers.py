"""The helpers of `AsyncJobMojito`: the same names, options and errors as in `helpers`, awaited.

Rows and items may come from an async iterable too; files are read and written in threads.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, Unpack

from .helpers import Helpers
from .lazy import DeferredModule

if TYPE_CHECKING:
    import os
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        AsyncIterator,
        Awaitable,
        Callable,
        Collection,
        Iterable,
        Mapping,
        Sequence,
    )
    from datetime import datetime
    from uuid import UUID

    from jobmojito_api.codec import Model
    from jobmojito_api.models import (
        InvitedUser,
        JobInterviewDetailsResponse,
        KnowledgeBaseDocumentUploadResponse,
        RegisteredUser,
    )

    from . import pages, reports, result_runs
    from .batches import resends, resumes, row_requests
    from .batches.results import BatchResult, RowOutcome
    from .batches.resumes import BulkOptions
    from .batches.row_requests import InvitationOptions, RegistrationOptions
    from .batches.runs import BatchOptions
    from .calls.sessions import AsyncSession
    from .pages import Listing
    from .reports import Format, Report, ResultIds
    from .result_runs import ChangedResult, DetailOptions, ReportOptions
    from .uploads import requests
    from .uploads.files import FileSource
    from .uploads.requests import CandidateDetails, FileOptions, NotApplicable, ResumeOptions, ScreenedCandidate
else:
    pages = DeferredModule("jobmojito.pages")
    reports = DeferredModule("jobmojito.reports")
    result_runs = DeferredModule("jobmojito.result_runs")
    requests = DeferredModule("jobmojito.uploads.requests")
    resends = DeferredModule("jobmojito.batches.resends")
    resumes = DeferredModule("jobmojito.batches.resumes")
    row_requests = DeferredModule("jobmojito.batches.row_requests")

P = ParamSpec("P")
T = TypeVar("T")
Row = TypeVar("Row")
RowAnswer = TypeVar("RowAnswer")
Item_co = TypeVar("Item_co", covariant=True)


class AsyncHelpers:
    """What `AsyncJobMojito` has beside the operations."""

    _session: AsyncSession

    def pages(self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[T]:
        """Read every page of a list: `async for page in jm.pages(jm.interviews.list_interviews, limit=100)`."""
        return pages.read_pages_async(method, args, kwargs)

    def items(
        self, method: Callable[P, Awaitable[Listing[Item_co]]], /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[Item_co]:
        """Read every item of a list: `async for item in jm.items(jm.interviews.list_interviews, limit=100)`."""
        return pages.read_items_async(method, args, kwargs)

    async def download_report(
        self,
        result_id: ResultIds,
        path: str | os.PathLike[str],
        *,
        format: Format = "pdf",  # noqa: A002 - the word of the trade
        template: str | None = None,
        features: Model | Mapping[str, Any] | None = None,
        max_bytes: int = 100 * 1024 * 1024,
        allow_hosts: Collection[str] = (),
    ) -> Report:
        """Await `JobMojito.download_report`."""
        return await self._session.run(
            reports.download(
                self._session, result_id, path, format, template, features, max_bytes=max_bytes, allow_hosts=allow_hosts
            )
        )

    async def pre_screen_resume(
        self,
        file: FileSource,
        *,
        position_id: UUID | str,
        candidate_name: str,
        candidate_email: str,
        **options: Unpack[ResumeOptions],
    ) -> ScreenedCandidate | NotApplicable:
        """Await `JobMojito.pre_screen_resume`."""
        return await self._session.run(
            requests.screen_file(self._session, file, position_id, candidate_name, candidate_email, options)
        )

    async def pre_screen_text(
        self,
        resume: str,
        *,
        position_id: UUID | str,
        candidate_name: str,
        candidate_email: str,
        **details: Unpack[CandidateDetails],
    ) -> ScreenedCandidate | NotApplicable:
        """Await `JobMojito.pre_screen_text`."""
        return await self._session.run(
            requests.screen_text(self._session, resume, position_id, candidate_name, candidate_email, details)
        )

    async def upload_document(
        self,
        file: FileSource,
        *,
        knowledge_base_store_id: UUID | str,
        name: str | None = None,
        merchant_id: UUID | str | None = None,
        **options: Unpack[FileOptions],
    ) -> KnowledgeBaseDocumentUploadResponse:
        """Await `JobMojito.upload_document`."""
        return await self._session.run(
            requests.store_document(self._session, file, knowledge_base_store_id, name, merchant_id, options)
        )

    async def register_candidates(
        self, interview_id: UUID | str, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[RegistrationOptions]
    ) -> BatchResult[Row, RegisteredUser]:
        """Await `JobMojito.register_candidates`."""
        run = row_requests.register(self._session, "register_candidates", interview_id, rows, options)
        return await run.collect_async()

    def iter_register_candidates(
        self, interview_id: UUID | str, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[RegistrationOptions]
    ) -> AsyncIterator[RowOutcome[Row, RegisteredUser]]:
        """Iterate over `JobMojito.iter_register_candidates` with `async for`."""
        run = row_requests.register(self._session, "iter_register_candidates", interview_id, rows, options)
        return run.outcomes_async()

    async def invite_users(
        self, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[InvitationOptions]
    ) -> BatchResult[Row, InvitedUser]:
        """Await `JobMojito.invite_users`."""
        return await row_requests.invite(self._session, "invite_users", rows, options).collect_async()

    def iter_invite_users(
        self, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[InvitationOptions]
    ) -> AsyncIterator[RowOutcome[Row, InvitedUser]]:
        """Iterate over `JobMojito.iter_invite_users` with `async for`."""
        return row_requests.invite(self._session, "iter_invite_users", rows, options).outcomes_async()

    async def pre_screen_resumes(
        self, items: Iterable[Row] | AsyncIterable[Row], *, position_id: UUID | str, **options: Unpack[BulkOptions]
    ) -> BatchResult[Row, ScreenedCandidate | NotApplicable]:
        """Await `JobMojito.pre_screen_resumes`."""
        return await resumes.screen(self._session, "pre_screen_resumes", items, position_id, options).collect_async()

    def iter_pre_screen_resumes(
        self, items: Iterable[Row] | AsyncIterable[Row], *, position_id: UUID | str, **options: Unpack[BulkOptions]
    ) -> AsyncIterator[RowOutcome[Row, ScreenedCandidate | NotApplicable]]:
        """Iterate over `JobMojito.iter_pre_screen_resumes` with `async for`."""
        return resumes.screen(self._session, "iter_pre_screen_resumes", items, position_id, options).outcomes_async()

    async def wait_for_result(
        self,
        result_id: UUID | str,
        *,
        timeout: float = 600.0,  # noqa: ASYNC109 - limits polling, with an error of its own
        first_pause: float = 5.0,
        longest_pause: float = 60.0,
        until: Callable[[JobInterviewDetailsResponse], bool] | None = None,
    ) -> JobInterviewDetailsResponse:
        """Await `JobMojito.wait_for_result`."""
        limits = (timeout, first_pause, longest_pause)
        return await self._session.run(result_runs.wait(self._session, result_id, limits, until))

    async def fetch_details(
        self, ids: Iterable[Row] | AsyncIterable[Row], **options: Unpack[DetailOptions]
    ) -> BatchResult[Row, JobInterviewDetailsResponse]:
        """Await `JobMojito.fetch_details`."""
        return await result_runs.fetch(self._session, "fetch_details", ids, options).collect_async()

    def iter_fetch_details(
        self, ids: Iterable[Row] | AsyncIterable[Row], **options: Unpack[DetailOptions]
    ) -> AsyncIterator[RowOutcome[Row, JobInterviewDetailsResponse]]:
        """Iterate over `JobMojito.iter_fetch_details` with `async for`."""
        return result_runs.fetch(self._session, "iter_fetch_details", ids, options).outcomes_async()

    async def download_reports(
        self, ids: Iterable[Row] | AsyncIterable[Row], folder: str | os.PathLike[str], **options: Unpack[ReportOptions]
    ) -> BatchResult[Row, Report]:
        """Await `JobMojito.download_reports`."""
        run = result_runs.fetch_reports(self._session, "download_reports", ids, folder, options)
        return await run.collect_async()

    def iter_download_reports(
        self, ids: Iterable[Row] | AsyncIterable[Row], folder: str | os.PathLike[str], **options: Unpack[ReportOptions]
    ) -> AsyncIterator[RowOutcome[Row, Report]]:
        """Iterate over `JobMojito.iter_download_reports` with `async for`."""
        return result_runs.fetch_reports(self._session, "iter_download_reports", ids, folder, options).outcomes_async()

    def changed_results(
        self,
        since: datetime | str,
        *,
        overlap: timedelta = timedelta(hours=1),
        types: Sequence[str] = ("interview", "assessment"),
        merchant_id: UUID | str | None = None,
        interview_id: UUID | str | None = None,
        concurrency: int = 4,
    ) -> AsyncIterator[ChangedResult]:
        """Iterate over `JobMojito.changed_results` with `async for`."""
        filters = {"merchant_id": merchant_id, "interview_id": interview_id}
        return result_runs.sweep(self._session, since, overlap, types, filters).results_async(concurrency)

    async def retry_failed(
        self, result: BatchResult[Row, RowAnswer], *, include_unknown: bool = False, **options: Unpack[BatchOptions]
    ) -> BatchResult[Row, RowAnswer]:
        """Await `JobMojito.retry_failed`."""
        again = resends.resend(
            self._session, result, include_unknown=include_unknown, options=options, plans=result_runs.PLANS
        )
        return result if again is None else await again.collect_async()


# `help()` shows the full docstring here too; it is written once, in `helpers`.
for _name, _method in vars(AsyncHelpers).items():
    if _name in vars(Helpers) and not _name.startswith("_"):
        _method.__doc__ = f"{_method.__doc__}\n\n        {vars(Helpers)[_name].__doc__}"
