"""The helpers of `AsyncJobMojito`: the same names, options and errors as in `helpers`, awaited.

Rows and items may come from an async iterable too; files are read and written in threads.
"""

from __future__ import annotations

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
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, Unpack

from .helpers import Helpers
from .lazy import DeferredModule, deferred

if TYPE_CHECKING:
    import uuid

    from jobmojito_api import codec, models, types

    from . import pages as paging
    from . import reports, result_runs
    from .batches import resends, results, resumes, row_requests, runs
    from .calls import sessions
    from .uploads import files, requests
else:
    # Annotations name what is in these modules too, so that `typing.get_type_hints` loads them only when it is asked.
    codec, models, types = deferred("jobmojito_api", "codec", "models", "types")
    uuid, sessions = DeferredModule("uuid"), DeferredModule("jobmojito.calls.sessions")
    paging, reports, result_runs = deferred("jobmojito", "pages", "reports", "result_runs")
    resends, results, resumes = deferred("jobmojito.batches", "resends", "results", "resumes")
    row_requests, runs = deferred("jobmojito.batches", "row_requests", "runs")
    files, requests = deferred("jobmojito.uploads", "files", "requests")

P = ParamSpec("P")
T = TypeVar("T")
Row = TypeVar("Row")
RowAnswer = TypeVar("RowAnswer")
Item_co = TypeVar("Item_co", covariant=True)


class AsyncHelpers:
    """What `AsyncJobMojito` has beside the operations."""

    _session: sessions.AsyncSession

    def pages(self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[T]:
        """Read every page of a list: `async for page in jm.pages(jm.interviews.list_interviews, limit=100)`."""
        return paging.read_pages_async(method, args, kwargs)

    def items(
        self, method: Callable[P, Awaitable[paging.Listing[Item_co]]], /, *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[Item_co]:
        """Read every item of a list: `async for item in jm.items(jm.interviews.list_interviews, limit=100)`."""
        return paging.read_items_async(method, args, kwargs)

    async def download_report(
        self,
        result_id: reports.ResultIds,
        path: str | os.PathLike[str],
        *,
        format: reports.Format = "pdf",  # noqa: A002 - the word of the trade
        template: str | None = None,
        features: codec.Model | Mapping[str, Any] | None = None,
        max_bytes: int = 100 * 1024 * 1024,
        allow_hosts: Collection[str] = (),
    ) -> reports.Report:
        """Await `JobMojito.download_report`."""
        return await self._session.run(
            reports.download(
                self._session, result_id, path, format, template, features, max_bytes=max_bytes, allow_hosts=allow_hosts
            )
        )

    async def pre_screen_resume(
        self,
        file: files.FileSource,
        *,
        position_id: models.InterviewId | uuid.UUID | types.PlainText,
        candidate_name: str,
        candidate_email: str,
        **options: Unpack[requests.ResumeOptions],
    ) -> requests.ScreenedCandidate | requests.NotApplicable:
        """Await `JobMojito.pre_screen_resume`."""
        return await self._session.run(
            requests.screen_file(self._session, file, position_id, candidate_name, candidate_email, options)
        )

    async def pre_screen_text(
        self,
        resume: str,
        *,
        position_id: models.InterviewId | uuid.UUID | types.PlainText,
        candidate_name: str,
        candidate_email: str,
        **details: Unpack[requests.CandidateDetails],
    ) -> requests.ScreenedCandidate | requests.NotApplicable:
        """Await `JobMojito.pre_screen_text`."""
        return await self._session.run(
            requests.screen_text(self._session, resume, position_id, candidate_name, candidate_email, details)
        )

    async def upload_document(
        self,
        file: files.FileSource,
        *,
        knowledge_base_store_id: models.KnowledgeBaseStoreId | uuid.UUID | types.PlainText,
        name: str | None = None,
        merchant_id: models.MerchantId | uuid.UUID | types.PlainText | None = None,
        **options: Unpack[requests.FileOptions],
    ) -> models.KnowledgeBaseDocumentUploadResponse:
        """Await `JobMojito.upload_document`."""
        return await self._session.run(
            requests.store_document(self._session, file, knowledge_base_store_id, name, merchant_id, options)
        )

    async def register_candidates(
        self,
        interview_id: models.InterviewId | uuid.UUID | types.PlainText,
        rows: Iterable[Row] | AsyncIterable[Row],
        **options: Unpack[row_requests.RegistrationOptions],
    ) -> results.BatchResult[Row, models.RegisteredUser]:
        """Await `JobMojito.register_candidates`."""
        run = row_requests.register(self._session, "register_candidates", interview_id, rows, options)
        return await run.collect_async()

    def iter_register_candidates(
        self,
        interview_id: models.InterviewId | uuid.UUID | types.PlainText,
        rows: Iterable[Row] | AsyncIterable[Row],
        **options: Unpack[row_requests.RegistrationOptions],
    ) -> AsyncIterator[results.RowOutcome[Row, models.RegisteredUser]]:
        """Iterate over `JobMojito.iter_register_candidates` with `async for`."""
        run = row_requests.register(self._session, "iter_register_candidates", interview_id, rows, options)
        return run.outcomes_async()

    async def invite_users(
        self, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[row_requests.InvitationOptions]
    ) -> results.BatchResult[Row, models.InvitedUser]:
        """Await `JobMojito.invite_users`."""
        return await row_requests.invite(self._session, "invite_users", rows, options).collect_async()

    def iter_invite_users(
        self, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[row_requests.InvitationOptions]
    ) -> AsyncIterator[results.RowOutcome[Row, models.InvitedUser]]:
        """Iterate over `JobMojito.iter_invite_users` with `async for`."""
        return row_requests.invite(self._session, "iter_invite_users", rows, options).outcomes_async()

    async def pre_screen_resumes(
        self,
        items: Iterable[Row] | AsyncIterable[Row],
        *,
        position_id: models.InterviewId | uuid.UUID | types.PlainText,
        **options: Unpack[resumes.BulkOptions],
    ) -> results.BatchResult[Row, requests.ScreenedCandidate | requests.NotApplicable]:
        """Await `JobMojito.pre_screen_resumes`."""
        return await resumes.screen(self._session, "pre_screen_resumes", items, position_id, options).collect_async()

    def iter_pre_screen_resumes(
        self,
        items: Iterable[Row] | AsyncIterable[Row],
        *,
        position_id: models.InterviewId | uuid.UUID | types.PlainText,
        **options: Unpack[resumes.BulkOptions],
    ) -> AsyncIterator[results.RowOutcome[Row, requests.ScreenedCandidate | requests.NotApplicable]]:
        """Iterate over `JobMojito.iter_pre_screen_resumes` with `async for`."""
        return resumes.screen(self._session, "iter_pre_screen_resumes", items, position_id, options).outcomes_async()

    async def wait_for_result(
        self,
        result_id: models.ResultId | uuid.UUID | types.PlainText,
        *,
        timeout: float = 600.0,  # noqa: ASYNC109 - limits polling, with an error of its own
        first_pause: float = 5.0,
        longest_pause: float = 60.0,
        until: Callable[[models.JobInterviewDetailsResponse], bool] | None = None,
    ) -> models.JobInterviewDetailsResponse:
        """Await `JobMojito.wait_for_result`."""
        limits = (timeout, first_pause, longest_pause)
        return await self._session.run(result_runs.wait(self._session, result_id, limits, until))

    async def fetch_details(
        self, ids: Iterable[Row] | AsyncIterable[Row], **options: Unpack[result_runs.DetailOptions]
    ) -> results.BatchResult[Row, models.JobInterviewDetailsResponse]:
        """Await `JobMojito.fetch_details`."""
        return await result_runs.fetch(self._session, "fetch_details", ids, options).collect_async()

    def iter_fetch_details(
        self, ids: Iterable[Row] | AsyncIterable[Row], **options: Unpack[result_runs.DetailOptions]
    ) -> AsyncIterator[results.RowOutcome[Row, models.JobInterviewDetailsResponse]]:
        """Iterate over `JobMojito.iter_fetch_details` with `async for`."""
        return result_runs.fetch(self._session, "iter_fetch_details", ids, options).outcomes_async()

    async def download_reports(
        self,
        ids: Iterable[Row] | AsyncIterable[Row],
        folder: str | os.PathLike[str],
        **options: Unpack[result_runs.ReportOptions],
    ) -> results.BatchResult[Row, reports.Report]:
        """Await `JobMojito.download_reports`."""
        run = result_runs.fetch_reports(self._session, "download_reports", ids, folder, options)
        return await run.collect_async()

    def iter_download_reports(
        self,
        ids: Iterable[Row] | AsyncIterable[Row],
        folder: str | os.PathLike[str],
        **options: Unpack[result_runs.ReportOptions],
    ) -> AsyncIterator[results.RowOutcome[Row, reports.Report]]:
        """Iterate over `JobMojito.iter_download_reports` with `async for`."""
        return result_runs.fetch_reports(self._session, "iter_download_reports", ids, folder, options).outcomes_async()

    def changed_results(
        self,
        since: datetime | str,
        *,
        overlap: timedelta = timedelta(hours=1),
        types: Sequence[str] = ("interview", "assessment"),
        merchant_id: models.MerchantId | uuid.UUID | types.PlainText | None = None,
        interview_id: models.InterviewId | uuid.UUID | types.PlainText | None = None,
        concurrency: int = 4,
    ) -> AsyncIterator[result_runs.ChangedResult]:
        """Iterate over `JobMojito.changed_results` with `async for`."""
        filters = {"merchant_id": merchant_id, "interview_id": interview_id}
        return result_runs.sweep(self._session, since, overlap, types, filters).results_async(concurrency)

    async def retry_failed(
        self,
        result: results.BatchResult[Row, RowAnswer],
        *,
        include_unknown: bool = False,
        **options: Unpack[runs.BatchOptions],
    ) -> results.BatchResult[Row, RowAnswer]:
        """Await `JobMojito.retry_failed`."""
        again = resends.resend(
            self._session, result, include_unknown=include_unknown, options=options, plans=result_runs.PLANS
        )
        return result if again is None else await again.collect_async()


# `help()` shows the full docstring here too; it is written once, in `helpers`.
for _name, _method in vars(AsyncHelpers).items():
    if _name in vars(Helpers) and not _name.startswith("_"):
        _method.__doc__ = f"{_method.__doc__}\n\n        {vars(Helpers)[_name].__doc__}"
