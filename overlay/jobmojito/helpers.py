"""The helpers of `JobMojito`, beside the operations: each has its signature, its docstring and one call.

`async_helpers` has the awaited twins. The modules that do the work load when a helper is first called.
"""

# Over 300 lines: most of them are what `help()` shows.

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, Unpack

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


class Helpers:
    """What `JobMojito` has beside the operations."""

    _session: sessions.Session

    def pages(self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Generator[T]:
        """Read every page of a list: `jm.pages(jm.interviews.list_interviews, status="active", limit=100)`.

        Starts at `offset` (0 if not given). If items are added or removed while reading, others can be read twice or
        missed, because the offset counts from the start. The next page is fetched in a thread meanwhile.

        Raises:
            ConfigurationError: the method's operation has no pages; raised at once.
        """
        return paging.read_pages(method, args, kwargs)

    def items(
        self, method: Callable[P, paging.Listing[Item_co]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Generator[Item_co]:
        """Read every item of a list, as `pages` does: `jm.items(jm.results.list_interview_results, limit=100)`."""
        return paging.read_items(method, args, kwargs)

    def download_report(
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
        """Request a report of one result, or one report of several, and write it to `path`. Costs credits.

        An existing file is replaced only when the new one is complete, and keeps its permissions. `features` is the
        contract's `export_features_result`; another language costs a translation.

        A PDF is fetched by a link from the API: https to a public address, or to this machine if the base URL is there.
        `allow_hosts` names hosts of an internal network that links may lead to. Fetching takes at most the client's
        `timeout` and `max_bytes`. The host's address is checked before fetching; if its DNS entry changes right
        afterwards, only the host's certificate protects you.

        Raises:
            DownloadError: the file cannot be written, or the report is larger than `max_bytes`; the message says
                whether the report was already requested.
            ResponseDecodeError: the answer has no report, or its link is not allowed or does not lead to a PDF.
            ConnectionFailedError: the PDF was cut off in every attempt.
            JobMojitoError: any other error of the two requests; fetching is repeated, requesting the report is not.
        """
        return self._session.run(
            reports.download(
                self._session, result_id, path, format, template, features, max_bytes=max_bytes, allow_hosts=allow_hosts
            )
        )

    def pre_screen_resume(
        self,
        file: files.FileSource,
        *,
        position_id: models.InterviewId | uuid.UUID | types.PlainText,
        candidate_name: str,
        candidate_email: str,
        **options: Unpack[requests.ResumeOptions],
    ) -> requests.ScreenedCandidate | requests.NotApplicable:
        """Screen a candidate by a resume: a path, bytes, or a binary stream from its position. Costs credits.

        It is streamed, never read whole. PDF, DOCX, DOC, ODT, RTF and plain text are recognised by content. A file that
        nobody could read is refused before it costs anything: with a password, cut off, or not what its name says.

        A stream keeps its position, and several calls may send one stream at once; a stream that cannot seek, such as a
        pipe, can be sent only once. An upload of Starlette, FastAPI, Flask or Django works; other streams that are read
        with `await` do not.

        Options:
            candidate_country_code: str = None - ISO; stands in for residency and nationality where `form` lacks them.
            candidate_external_id: str = None - your own id, saved on the profile.
            candidate_linkedin_url: str = None - saved on the profile.
            form: PreScreeningForm | Mapping | JSON str = None - answers that the position's rules look at: education,
                languages, residency, nationality, visa, age, gender, and custom_... as set up.
            file_name: str = the file's own - for bytes and streams without a name.
            content_type: str = by content - sent unchanged; content and extension are then not checked.
            max_bytes: int = 20 MB - a larger file is refused.

        Raises:
            UploadError: the file cannot be sent, or changed while it was being sent; nothing was processed.
            InvalidRequestError: the contract refuses a field or the form; nothing was sent.
            OutcomeUnknownError: it may have been screened, and paid for.
        """
        return self._session.run(
            requests.screen_file(self._session, file, position_id, candidate_name, candidate_email, options)
        )

    def pre_screen_text(
        self,
        resume: str,
        *,
        position_id: models.InterviewId | uuid.UUID | types.PlainText,
        candidate_name: str,
        candidate_email: str,
        **details: Unpack[requests.CandidateDetails],
    ) -> requests.ScreenedCandidate | requests.NotApplicable:
        """Screen a candidate by a resume as plain text. Costs credits. Answers and errors as `pre_screen_resume`.

        Options:
            candidate_country_code: str = None - ISO; stands in for residency and nationality where `form` lacks them.
            candidate_external_id: str = None - your own id, saved on the profile.
            candidate_linkedin_url: str = None - saved on the profile.
            form: PreScreeningForm | Mapping | JSON str = None - answers that the position's rules look at.
        """
        return self._session.run(
            requests.screen_text(self._session, resume, position_id, candidate_name, candidate_email, details)
        )

    def upload_document(
        self,
        file: files.FileSource,
        *,
        knowledge_base_store_id: models.KnowledgeBaseStoreId | uuid.UUID | types.PlainText,
        name: str | None = None,
        merchant_id: models.MerchantId | uuid.UUID | types.PlainText | None = None,
        **options: Unpack[requests.FileOptions],
    ) -> models.KnowledgeBaseDocumentUploadResponse:
        """Put a document of any kind into a knowledge base, streamed like a resume; it is processed later.

        `name` is the document's name there (with extension), by default the file's name. It is also the file name of a
        file whose own name has no known extension, such as bytes.

        Options:
            file_name: str = the file's own - for bytes and streams without a name.
            content_type: str = by content and name - sent unchanged.
            max_bytes: int = 20 MB - a larger file is refused.

        Raises:
            UploadError: the file cannot be sent, or changed while it was being sent.
            InvalidRequestError: the contract refuses a field; nothing was sent.
            OutcomeUnknownError: it may have been stored.
        """
        return self._session.run(
            requests.store_document(self._session, file, knowledge_base_store_id, name, merchant_id, options)
        )

    def register_candidates(
        self,
        interview_id: models.InterviewId | uuid.UUID | types.PlainText,
        rows: Iterable[Row],
        **options: Unpack[row_requests.RegistrationOptions],
    ) -> results.BatchResult[Row, models.RegisteredUser]:
        """Add candidates to an interview or position; each gets a single-use link. May cost credits for each candidate.

        Rows are `RegisterUser` models, mappings, dataclasses or `read_candidates(path)`, with `email` and optionally
        `name` and `external_id`; rows of pandas, pydantic, sqlite3 and SQLAlchemy work too. A bad row fails on its own:
        the result has one outcome for each row, in input order.

        Two rows are the same if they have the same e-mail, ignoring case, spaces, invisible characters and the
        composition of letters (NFC). A domain equals its punycode; `straße.de` and `strasse.de` are different.

        Options:
            send_email: bool = the API's choice - mail each candidate an invitation.
            hide_menu: bool | str = the API's choice - the links show no menu.
            hide_iframe: bool | str = the API's choice - the links show no frame.
            is_test: bool | str = the API's choice - test links, which also open drafts.
            merchant_id: UUID | str = the client's - act for another merchant.
            chunk_size: int = 100 - rows in one request, at most 10,000.
            concurrency: int = 4 - requests in flight, at most 64.
            duplicates: "once" | "report" | "send" = "once" - a row that is the same as an earlier one of the input
                (invitations: for the same role and interview) is skipped, reported as an error, or sent too.
            stop_on_error: bool = False - send no more after a request that fails as a whole; the remaining rows are
                reported as not sent.
            on_progress: Callable[[int, int, int | None], object] = None - called after each request with the number of
                rows done, of those failed or unknown, and the total (None for a stream).
            journal: path = None - a file that records what was done, so that a killed run can be resumed. It holds
                personal data and interview links. Copy or move it only while no run uses it. A damaged or emptied one
                is refused. Staging and production share a server: give each its own file.
            retry_unknown: bool = False - send again what was in flight when an earlier run was killed.

        Raises:
            ConfigurationError, InvalidRequestError: an option cannot work; nothing was sent.
            BatchError: the run broke off; `result` has the outcomes, `__cause__` is the reason: `rows` or `on_progress`
                raised, or an error that every row would meet: `AuthenticationError`, `ConfigurationError` (a closed
                client, a failing token provider), or `PermissionDeniedError` before any request was accepted.
            JournalError: the journal cannot be used (nothing was sent), or no longer (`result` has the outcomes).
            RunInterrupted: Ctrl-C; `result` has the outcomes.
            asyncio.CancelledError: the task was cancelled; its `result` has every outcome: rows in flight are unknown,
                the rest is not sent. After `asyncio.timeout` it is the `__cause__` of the `TimeoutError`.
        """
        return row_requests.register(self._session, "register_candidates", interview_id, rows, options).collect()

    def iter_register_candidates(
        self,
        interview_id: models.InterviewId | uuid.UUID | types.PlainText,
        rows: Iterable[Row],
        **options: Unpack[row_requests.RegistrationOptions],
    ) -> Iterator[results.RowOutcome[Row, models.RegisteredUser]]:
        """Register candidates like `register_candidates`, and yield each outcome once those before it are known.

        Rows are drawn only as requests are sent, so memory does not grow with their number. Closing the iterator
        finishes what is in flight and sends no more. Takes the options of `register_candidates`.
        """
        return row_requests.register(self._session, "iter_register_candidates", interview_id, rows, options).outcomes()

    def invite_users(
        self, rows: Iterable[Row], **options: Unpack[row_requests.InvitationOptions]
    ) -> results.BatchResult[Row, models.InvitedUser]:
        """Invite team members, learners or candidates by e-mail. Candidates cost credits.

        Rows are `InviteUser` models, mappings, dataclasses or `read_invitations(path)`, with `email`, `name`, `type`
        and `interview_id`. `answer.result` of an ok row is what the API did: Invited, Activated and so on. Outcomes and
        errors are those of `register_candidates`.

        Options:
            force_invite: bool = the API's choice - mail people again who were invited and have not joined.
            mojito_language_code: LanguageCode | str = the API's choice, "en" - the language of new profiles.
            message_from_recruiter: str = None - text for the mail.
            merchant_id: UUID | str = the client's - act for another merchant.
            ...: and those of the run, from `chunk_size` on, as for `register_candidates`.
        """
        return row_requests.invite(self._session, "invite_users", rows, options).collect()

    def iter_invite_users(
        self, rows: Iterable[Row], **options: Unpack[row_requests.InvitationOptions]
    ) -> Iterator[results.RowOutcome[Row, models.InvitedUser]]:
        """Invite users like `invite_users`, and yield each outcome once those before it are known.

        Takes the options of `invite_users`.
        """
        return row_requests.invite(self._session, "iter_invite_users", rows, options).outcomes()

    def pre_screen_resumes(
        self,
        items: Iterable[Row],
        *,
        position_id: models.InterviewId | uuid.UUID | types.PlainText,
        **options: Unpack[resumes.BulkOptions],
    ) -> results.BatchResult[Row, requests.ScreenedCandidate | requests.NotApplicable]:
        """Screen many candidates by resume files. Costs credits for each; an item is sent at most once.

        Items are `Resume`s, mappings or dataclasses with its names, pairs of (file, mapping), or `read_resumes(path)`.
        Every item has one outcome, in input order: ok with a `ScreenedCandidate`, skipped with a `NotApplicable`, error
        or unknown. With `journal=path`, a killed run can be started again with the same call: items that are done (the
        same content for the same candidate and position) are not sent again, items that were in flight are unknown.

        Options:
            max_bytes: int = 20 MB - a larger file is refused.
            ...: and those of the run, from `concurrency` on, as for `register_candidates`; two items are the same by
                candidate and content.

        Raises:
            ConfigurationError, InvalidRequestError: an option cannot work; nothing was sent.
            JournalError: the journal cannot be used (nothing was sent), or no longer (`result` has the outcomes).
            BatchError, RunInterrupted, asyncio.CancelledError: as `register_candidates` raises them, with `result`.
        """
        return resumes.screen(self._session, "pre_screen_resumes", items, position_id, options).collect()

    def iter_pre_screen_resumes(
        self,
        items: Iterable[Row],
        *,
        position_id: models.InterviewId | uuid.UUID | types.PlainText,
        **options: Unpack[resumes.BulkOptions],
    ) -> Iterator[results.RowOutcome[Row, requests.ScreenedCandidate | requests.NotApplicable]]:
        """Screen resumes like `pre_screen_resumes`, and yield each outcome once those before it are known.

        Takes the options of `pre_screen_resumes`.
        """
        return resumes.screen(self._session, "iter_pre_screen_resumes", items, position_id, options).outcomes()

    def wait_for_result(
        self,
        result_id: models.ResultId | uuid.UUID | types.PlainText,
        *,
        timeout: float = 600.0,
        first_pause: float = 5.0,
        longest_pause: float = 60.0,
        until: Callable[[models.JobInterviewDetailsResponse], bool] | None = None,
    ) -> models.JobInterviewDetailsResponse:
        """Poll a result until it is ready, at most `timeout` seconds, and return its details. Reads only.

        A result is ready when its interview is completed and scored, failed, or abandoned; `until`, if given, decides
        instead, from the details. The first pause is `first_pause` seconds; each later one is half as long again, at
        most `longest_pause`. A webhook is faster.

        Raises:
            ResultNotReadyError: the time limit passed; it can be waited for again.
            NotFoundError: there is no such result; raised at once.
        """
        return self._session.run(
            result_runs.wait(self._session, result_id, (timeout, first_pause, longest_pause), until)
        )

    def fetch_details(
        self, ids: Iterable[Row], **options: Unpack[result_runs.DetailOptions]
    ) -> results.BatchResult[Row, models.JobInterviewDetailsResponse]:
        """Read the details of many results, several at a time. Reads only.

        `ids` are result ids (`interview_result_id`), or rows of a result list. The result has one outcome for each, in
        input order; `answer` holds the details.

        Options:
            recordings: bool = False - ask for signed links to the recordings, which are credentials.
            ...: and those of the run, from `concurrency` on, as for `register_candidates`.
        """
        return result_runs.fetch(self._session, "fetch_details", ids, options).collect()

    def iter_fetch_details(
        self, ids: Iterable[Row], **options: Unpack[result_runs.DetailOptions]
    ) -> Iterator[results.RowOutcome[Row, models.JobInterviewDetailsResponse]]:
        """Fetch details like `fetch_details`, and yield each outcome once those before it are known.

        Takes the options of `fetch_details`.
        """
        return result_runs.fetch(self._session, "iter_fetch_details", ids, options).outcomes()

    def download_reports(
        self, ids: Iterable[Row], folder: str | os.PathLike[str], **options: Unpack[result_runs.ReportOptions]
    ) -> results.BatchResult[Row, reports.Report]:
        """Request the reports of many results, several at a time, and write them to a folder. Costs credits for each.

        `ids` are result ids (`interview_result_id`), or rows of a result list. Each report is a file named after its
        result's id, `93c98d21-....pdf`, complete or not there. A result whose file exists is skipped, so a run that
        broke off can be started again. A report that was requested but did not arrive is unknown: it may be paid for. A
        journal remembers that even after a crash; rows that it knows as done have no `answer`.

        Options:
            format: "pdf" | "html" | "json" = "pdf" - the form of the reports.
            template: str = None - their layout.
            features: Model | Mapping = None - their content, as for `download_report`.
            max_bytes: int = 100 MB - a larger report is discarded.
            allow_hosts: list = () - hosts of an internal network that links may lead to.
            ...: and those of the run, from `concurrency` on, as for `register_candidates`.

        Raises:
            DownloadError: the folder cannot be made; nothing was requested.
            ...: and what `pre_screen_resumes` raises.
        """
        return result_runs.fetch_reports(self._session, "download_reports", ids, folder, options).collect()

    def iter_download_reports(
        self, ids: Iterable[Row], folder: str | os.PathLike[str], **options: Unpack[result_runs.ReportOptions]
    ) -> Iterator[results.RowOutcome[Row, reports.Report]]:
        """Download reports like `download_reports`, and yield each outcome once those before it are known.

        Takes the options of `download_reports`.
        """
        return result_runs.fetch_reports(self._session, "iter_download_reports", ids, folder, options).outcomes()

    def changed_results(
        self,
        since: datetime | str,
        *,
        overlap: timedelta = timedelta(hours=1),
        types: Sequence[str] = ("interview", "assessment"),
        merchant_id: models.MerchantId | uuid.UUID | types.PlainText | None = None,
        interview_id: models.InterviewId | uuid.UUID | types.PlainText | None = None,
        concurrency: int = 4,
    ) -> Iterator[result_runs.ChangedResult]:
        """Read the results that changed since a time, newest change first, with their details. Reads only.

        So a receiver of webhooks catches up after it was down: run this at its start and every few minutes, and tell
        what is known from what is new with `jobmojito.webhooks.update_key` and `change_key(row, details)`. Store the
        largest `updated_at` once all results are handled: it is the next `since`. The API has no report URL and no
        recruiter's score to read, so a lost event about these alone cannot be found again.

        The list has no time filter: pages of 1,000 rows are read until the last row of one is too old. Results that
        change meanwhile are in the next sweep.

        Args:
            since: a time with a time zone, or as ISO 8601; by the API's clock.
            overlap: how much earlier to begin. Events that arrive at most this late are put right by the next sweep.
            types: the kinds of result; webhooks are sent for these two.
            merchant_id: as for `list_interview_results`; by default the client's.
            interview_id: only results of this interview.
            concurrency: how many details are read at a time.

        Raises:
            ConfigurationError: `since` has no time zone, or another argument cannot work; raised at once.
            JobMojitoError: a page or details could not be read; run the sweep again with the same `since`.
        """
        filters = {"merchant_id": merchant_id, "interview_id": interview_id}
        return result_runs.sweep(self._session, since, overlap, types, filters).results(concurrency)

    def retry_failed(
        self,
        result: results.BatchResult[Row, RowAnswer],
        *,
        include_unknown: bool = False,
        **options: Unpack[runs.BatchOptions],
    ) -> results.BatchResult[Row, RowAnswer]:
        """Send the failed rows of a result again, with the same options, and return a result over all rows.

        Rows that were refused before sending and duplicates are not sent. Unknown rows are sent only with
        `include_unknown`: they may have been done already, and would then be done and paid for twice. The run's journal
        is used again. `result` is a helper's result, or the `result` of the error that broke it off; anything else is a
        `ConfigurationError`.

        Options:
            ...: those of the run, from `chunk_size` on, as for `register_candidates` (resumes have no `chunk_size`).
        """
        again = resends.resend(
            self._session, result, include_unknown=include_unknown, options=options, plans=result_runs.PLANS
        )
        return result if again is None else again.collect()


def _spell_out_options() -> None:
    """Let `help()` show every option of every helper, though shared options are described only once, above."""
    run = _options(Helpers.register_candidates).partition("            chunk_size:")
    several: tuple[Any, ...] = (Helpers.invite_users, Helpers.retry_failed)
    for helper in several:
        helper.__doc__ = f"{helper.__doc__}\n        Options of the run:\n{run[1]}{run[2]}"
    of_resumes = f"            concurrency:{run[2].partition('            concurrency:')[2]}"
    single: tuple[Any, ...] = (Helpers.pre_screen_resumes, Helpers.fetch_details, Helpers.download_reports)
    for helper in single:
        helper.__doc__ = f"{helper.__doc__}\n        Options of the run:\n{of_resumes}"
    for helper, spelled in (
        (Helpers.iter_register_candidates, Helpers.register_candidates),
        (Helpers.iter_invite_users, Helpers.invite_users),
        (Helpers.iter_pre_screen_resumes, Helpers.pre_screen_resumes),
        (Helpers.iter_fetch_details, Helpers.fetch_details),
        (Helpers.iter_download_reports, Helpers.download_reports),
    ):
        helper.__doc__ = f"{helper.__doc__}\n        Options:\n{_options(spelled)}"


def _options(helper: Any) -> str:
    """Return the lines that describe a helper's options."""
    doc: str = helper.__doc__
    own, _, run = doc.partition("        Options:\n")[2].partition("        Options of the run:\n")
    return own.partition("\n\n        Raises:")[0].rstrip() + "\n" + run


_spell_out_options()
