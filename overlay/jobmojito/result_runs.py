"""Wait for results, fetch their details, download their reports, find those that changed.

`fetch_details` only reads. `download_reports` pays for each report, so a report that was requested but did not arrive
has an unknown outcome, which `retry_failed` sends again only with `include_unknown`.
"""

# Over 300 lines: waiting, fetching, downloading and sweeping share how results are read.

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing, closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict
from uuid import UUID

from attrs import define, field, frozen

from jobmojito_api.codec import Object, read, write

from .batches.identity import digest, same_id, same_server
from .batches.results import Resend, RowKind, RowStatus
from .batches.row_results import settle_failure
from .batches.rows import Refused, fields_of
from .batches.runs import Run, RunOptions, one_by_one
from .calls.settings import read_options
from .calls.steps import Block, Pause
from .errors import ConfigurationError, DownloadError, JobMojitoError, ResultNotReadyError
from .reports import OPERATION, download

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Generator, Mapping

    from jobmojito_api.models import JobInterviewDetailsResponse, ResultListItem

    from .batches.chunks import PendingRow, Stop
    from .batches.journal import Ledger
    from .batches.results import RowOutcome
    from .calls.sessions import AsyncSession, Session
    from .calls.steps import Steps
    from .reports import Format

DETAILS: Final = "get_interview_result_details"
_ID: Final = "interview_result_id"
_GROWTH: Final = 1.5
RESULTS: Final = "list_interview_results"
_PAGE: Final = 1000
"""Rows of a page: the contract's maximum."""
_OVERLAP: Final = 50
"""Rows of a page that are read again with the next one, in case rows before them went away in between."""
_ENDED: Final = ("completed", "failed", "abandoned")


class _DetailOptions(TypedDict, total=False):
    """Options of the details."""

    recordings: bool


class DetailOptions(_DetailOptions, RunOptions, total=False):
    """Options of `fetch_details`, described there."""


class _ReportOptions(TypedDict, total=False):
    """Options of the reports and their files."""

    format: Format
    template: str
    features: Mapping[str, Any]
    max_bytes: int
    allow_hosts: Collection[str]


class ReportOptions(_ReportOptions, RunOptions, total=False):
    """Options of `download_reports`, described there."""


def is_final(details: JobInterviewDetailsResponse) -> bool:
    """Whether an interview has ended and, if it was completed, has a score.

    According to the contract and the webhooks document, `status` then begins with completed, failed or abandoned.
    """
    status: object = details.status
    if not isinstance(status, str) or not status.startswith(_ENDED):
        return False
    return not status.startswith("completed") or isinstance(details.score, int | float)


def wait(
    session: Session | AsyncSession,
    result_id: object,
    limits: tuple[float, float, float],
    until: Callable[[JobInterviewDetailsResponse], bool] | None,
) -> Steps[JobInterviewDetailsResponse]:
    """Poll a result until it is ready; `limits` are time limit, first pause and longest pause, in seconds."""
    timeout, pause, longest = (_seconds(*one) for one in zip(_LIMITS, limits, strict=True))
    is_ready = until or is_final
    clock = session.transport.clock
    began = clock()
    while True:
        details: JobInterviewDetailsResponse = (yield from _details(session, result_id, recordings=False)).value
        if is_ready(details):
            return details
        left = began + timeout - clock()
        if left <= 0:
            raise ResultNotReadyError(f"the result is not ready after {timeout:g} s; it can be waited for again")
        yield Pause(min(pause, left))
        pause = min(pause * _GROWTH, max(pause, longest))


_LIMITS: Final = ("timeout", "first_pause", "longest_pause")


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ConfigurationError(f"{name} must be a number of seconds, 0 or more")
    return float(value)


def _details(session: Session | AsyncSession, result_id: object, *, recordings: bool) -> Steps[Any]:
    flag = {"get_signed_recordings": "true"} if recordings else {}
    return session.steps(session.call(DETAILS, **{_ID: result_id}, **flag))


@define
class ResultSender:
    """Sends the requests of results one by one; `request` returns an answer, `same` is what a key has beside the id.

    `place` returns the path of a result's file, for runs that write files.
    """

    session: Session | AsyncSession = field(repr=False)
    operation: str
    request: Callable[[str, Accepted], Steps[Any]]
    same: tuple[str, ...]
    stop: Stop
    ledger: Ledger
    place: Callable[[str], Path] | None = None

    def read(self, row: object) -> Mapping[str, Any]:
        """Return the result's id, from an id or from a row of a result list."""
        given = row if isinstance(row, str | UUID) else fields_of(row).get(_ID)
        try:
            return {_ID: str(UUID(str(given)))}
        except ValueError:
            what = "the row has no interview_result_id" if given is None else "the result's id is not a UUID"
            raise Refused(what) from None

    def identify(self, fields: Mapping[str, Any]) -> bytes:
        """Return the key of a result, equal for every spelling of its id."""
        server = same_server(self.session.settings.base_url)
        return digest(self.operation, server, same_id(fields[_ID]), *self.same)

    def subject(self, row: PendingRow) -> dict[str, Any]:
        """Return the row's number and the result's id."""
        return {"row": row.index + 1, _ID: row.fields[_ID]}

    def recall(self, document: object) -> Any:
        """Read details from their JSON in the journal."""
        return read(Object("JobInterviewDetailsResponse"), document).value

    def __call__(self, chunk: list[PendingRow]) -> Steps[None]:
        """Settle every row of a chunk."""
        for row in chunk:
            if row.outcome is None:
                yield from self._send(row)

    def _send(self, row: PendingRow) -> Steps[None]:
        result_id: str = row.fields[_ID]
        if self.place is not None and (yield Block(self.place(result_id).exists)):
            row.settle(RowStatus.SKIPPED, RowKind.ALREADY, "its file is there already; nothing was asked for")
            return
        if not (yield from self.ledger.begin([row], self)):
            return
        accepted = Accepted()
        try:
            answer = yield from self.request(result_id, accepted)
        except Exception as error:  # noqa: BLE001 - a transport or hook may raise anything, and no row may be lost
            self.stop.note(error)
            if accepted.yes and isinstance(error, DownloadError) and isinstance(error.__context__, OSError):
                self.stop.because(error.message, error)  # a full disk: every report would be paid for, and none kept
            _settle_failure(row, error, accepted)
        else:
            self.stop.note(None)
            row.settle(RowStatus.OK, answer=answer)
        self.ledger.finish([row])


@define
class Accepted:
    """Whether the API has accepted the request that costs credits."""

    yes: bool = False

    def note(self) -> None:
        """Note that it has."""
        self.yes = True


def _settle_failure(row: PendingRow, error: Exception, accepted: Accepted) -> None:
    """Settle a row whose request failed; as unknown once it may have been paid for."""
    if accepted.yes and isinstance(error, JobMojitoError):
        message = f"the report was asked for, and may be paid for, but did not arrive: {error.message}"
        row.settle(RowStatus.UNKNOWN, RowKind.OUTCOME_UNKNOWN, message, error=error)
    elif isinstance(error, DownloadError):
        row.settle(RowStatus.ERROR, RowKind.CONFIGURATION, error.message, error=error)
    else:
        settle_failure([row], error)


def fetch(session: Session | AsyncSession, function: str, ids: object, options: Mapping[str, Any]) -> Run:
    """Make the run of `fetch_details`; `function` is the name of the called method."""
    own, run = read_options(function, options, _DetailOptions, RunOptions)
    return plan_details(session, ids, own, run)


def plan_details(session: Session | AsyncSession, ids: object, own: Mapping[str, Any], run: Mapping[str, Any]) -> Run:
    """Make a run that reads the details of results."""
    recordings = bool(own.get("recordings", False))

    def request(result_id: str, _accepted: Accepted) -> Steps[Any]:
        detailed = yield from _details(session, result_id, recordings=recordings)
        return detailed.value

    make = partial(ResultSender, session, DETAILS, request, (str(recordings),))
    return _run(session, ids, run, make, DETAILS, own)


def fetch_reports(
    session: Session | AsyncSession, function: str, ids: object, folder: object, options: Mapping[str, Any]
) -> Run:
    """Make the run of `download_reports`; `function` is the name of the called method."""
    own, run = read_options(function, options, _ReportOptions, RunOptions)
    return plan_reports(session, ids, {"folder": str(folder), **own}, run)


def plan_reports(session: Session | AsyncSession, ids: object, own: Mapping[str, Any], run: Mapping[str, Any]) -> Run:
    """Make a run that requests reports and writes them to a folder, which is created if necessary.

    Raises:
        DownloadError: the folder cannot be made.
    """
    folder, form = Path(own["folder"]), own.get("format", "pdf")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DownloadError(f"the folder for reports cannot be made: {error.strerror}") from error
    place = partial(_place, folder, form)
    limits = {"max_bytes": own.get("max_bytes", 100 * 1024 * 1024), "allow_hosts": own.get("allow_hosts", ())}

    def request(result_id: str, accepted: Accepted) -> Steps[Any]:
        return download(
            session, result_id, place(result_id), form, own.get("template"), own.get("features"),
            on_accepted=accepted.note, **limits,
        )  # fmt: skip

    same = (form, str(own.get("template")), str(write(own.get("features"))))
    make = partial(ResultSender, session, OPERATION, request, same, place=place)
    return _run(session, ids, run, make, OPERATION, {**own, "folder": str(folder.absolute())})


def _place(folder: Path, form: str, result_id: str) -> Path:
    return folder / f"{result_id}.{form}"


def _run(
    session: Session | AsyncSession,
    ids: object,
    run: Mapping[str, Any],
    make: Any,
    operation: str,
    own: Mapping[str, Any],
) -> Run:
    settings = one_by_one(run)
    return Run(session, ids, settings, make, Resend(operation, dict(own), settings.journal))


PLANS: Final = {DETAILS: plan_details, OPERATION: plan_reports}
"""The functions that make these runs when failed rows are sent again."""


@frozen
class ChangedResult:
    """A result that changed: its row of the list, and its details (None if the row has no result yet).

    `updated_at` is when, by the API's clock; None if the row does not say so.
    """

    row: ResultListItem
    details: JobInterviewDetailsResponse | None
    updated_at: datetime | None


@define
class Sweep:
    """Reads the result lists, newest change first, until a page whose last row changed before `since`."""

    session: Any
    since: datetime
    types: list[str]
    filters: Mapping[str, Any]
    offset: int = field(default=0, init=False)
    seen: set[str] = field(factory=set, init=False)

    def rows(self) -> Steps[list[ResultListItem] | None]:
        """Read the next page, and return its rows that changed since; None at the end."""
        if not self.types:
            return None
        asked = {"type_": self.types[0], "order_by": "updated_at_newest", "limit": _PAGE, "offset": self.offset}
        page = (yield from self.session.steps(self.session.call(RESULTS, **self.filters, **asked))).value
        data = getattr(page, "data", None)
        found = [row for row in data if hasattr(row, "updated_at")] if isinstance(data, list) else []
        fresh = [row for row in found if row.id not in self.seen]
        self.seen.update(row.id for row in fresh)
        last = updated_at(found[-1]) if found else None
        if not fresh or len(found) < _PAGE or (last is not None and last < self.since):
            del self.types[0]
            self.offset, self.seen = 0, set()
        else:
            self.offset += len(found) - _OVERLAP
        return [row for row in fresh if (when := updated_at(row)) is None or when >= self.since]

    def results(self, concurrency: int) -> Generator[ChangedResult]:
        """Yield the changed rows with their details."""
        session: Session = self.session
        while (rows := session.run(self.rows())) is not None:
            with closing(self._details(rows, concurrency).outcomes()) as outcomes:
                for row in rows:
                    yield _changed(row, next(outcomes) if row.interview_result_id else None)

    async def results_async(self, concurrency: int) -> AsyncGenerator[ChangedResult]:
        """Yield the changed rows with their details."""
        session: AsyncSession = self.session
        while (rows := await session.run(self.rows())) is not None:
            async with aclosing(self._details(rows, concurrency).outcomes_async()) as outcomes:
                for row in rows:
                    yield _changed(row, await anext(outcomes) if row.interview_result_id else None)

    def _details(self, rows: list[ResultListItem], concurrency: int) -> Run:
        run = {"concurrency": concurrency, "duplicates": "send"}
        return plan_details(self.session, [row for row in rows if row.interview_result_id], {}, run)


def sweep(session: Session | AsyncSession, since: object, overlap: object, types: object, filters: Any) -> Sweep:
    """Make the sweep of `changed_results`.

    Raises:
        ConfigurationError: `since` or `overlap` is not a time, or there is nothing to read.
    """
    when: object = since
    if isinstance(since, str):
        with suppress(ValueError):
            when = datetime.fromisoformat(since)
    if not isinstance(when, datetime) or when.tzinfo is None:
        raise ConfigurationError("since must be a datetime with a time zone, or such a time as ISO 8601")
    if not isinstance(overlap, timedelta) or overlap < timedelta(0):
        raise ConfigurationError("overlap must be a timedelta of 0 or more")
    if isinstance(types, str) or not isinstance(types, Sequence) or not types:
        raise ConfigurationError("types must be a list of kinds, such as interview and assessment")
    given = {name: value for name, value in filters.items() if value is not None}
    return Sweep(session, when - overlap, [str(one) for one in types], given)


def updated_at(row: ResultListItem) -> datetime | None:
    """Return when a row last changed; None if it has no time that can be read. A time without zone is UTC."""
    try:
        when = datetime.fromisoformat(str(row.updated_at))
    except ValueError:
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)


def _changed(row: ResultListItem, outcome: RowOutcome[Any, JobInterviewDetailsResponse] | None) -> ChangedResult:
    """Join a row with its details.

    Raises:
        JobMojitoError: the details could not be read.
    """
    if outcome is not None and outcome.status is not RowStatus.OK:
        raise outcome.error or ConfigurationError(outcome.message or "the details of a result cannot be read")
    return ChangedResult(row, outcome.answer if outcome else None, updated_at(row))
