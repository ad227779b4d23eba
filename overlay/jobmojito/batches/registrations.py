"""Candidates registered for an interview and users invited, a row at a time: `JobMojito`'s helpers for batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from attrs import frozen

from jobmojito.calls.responses import refusal
from jobmojito.calls.sessions import AsyncSession
from jobmojito_api.codec import write
from jobmojito_api.errors import InvalidRequest

from .plans import BatchOptions, Plan, RunSettings, plan
from .results import Resend
from .row_requests import INVITATION, REGISTRATION, Batch, RowExchange

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
    from uuid import UUID

    from jobmojito.calls.sessions import Session
    from jobmojito_api.models import InvitedUser, LanguageCode, RegisteredUser

    from .ledgers import Ledger
    from .results import BatchResult, RowOutcome
    from .runs import Stop

Row = TypeVar("Row")


class RegistrationOptions(BatchOptions, total=False):
    """Options of `register_candidates`; what is left out is left to the API.

    `send_email` mails each candidate an invitation. `hide_menu`, `hide_iframe` and `is_test` shape the links: no menu,
    no frame, a test that opens drafts too. `merchant_id` acts for another merchant. The others are `BatchOptions`.
    """

    send_email: bool | None
    hide_menu: bool | str | None
    hide_iframe: bool | str | None
    is_test: bool | str | None
    merchant_id: UUID | str | None


class InvitationOptions(BatchOptions, total=False):
    """Options of `invite_users`; what is left out is left to the API.

    `force_invite` mails those again who were invited and have not come. `mojito_language_code` is for new profiles (the
    API takes English), `message_from_recruiter` goes into the mail. `merchant_id` acts for another merchant. The others
    are `BatchOptions`.
    """

    force_invite: bool | None
    mojito_language_code: LanguageCode | str | None
    message_from_recruiter: str | None
    merchant_id: UUID | str | None


@frozen
class _Make:
    """Makes the exchange of a run."""

    batch: Batch
    options: Mapping[str, Any]
    server: str
    stop_on_error: bool

    def __call__(self, stop: Stop, ledger: Ledger) -> RowExchange:
        return RowExchange(self.batch, self.options, self.server, stop, ledger, self.stop_on_error)


def plan_rows(session: Session | AsyncSession, batch: Batch, rows: object, options: Mapping[str, Any]) -> Plan:
    """Check a batch's options, the operation's and the run's, and put the run together.

    Raises:
        ConfigurationError: an option of the run cannot work.
        InvalidRequestError: the contract refuses an option of the operation.
    """
    settings = RunSettings(**{name: value for name, value in options.items() if name in BatchOptions.__optional_keys__})
    options = {name: value for name, value in options.items() if name not in BatchOptions.__optional_keys__}
    unknown = [name for name in options if name not in batch.options]
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")
    given = {name: write(value) for name, value in options.items() if value is not None}
    if session.settings.merchant_id is not None:
        given.setdefault("merchant_id", str(session.settings.merchant_id))
    try:
        batch.call(given)
    except InvalidRequest as error:
        raise refusal(error) from None
    make = _Make(batch, given, session.settings.base_url, settings.stop_on_error)
    journal = None if settings.journal is None else str(settings.journal)
    return plan(
        rows, make, Resend(batch.operation, given, journal), settings, asynchronous=isinstance(session, AsyncSession)
    )


class BatchHelpers:
    """Batches for the sync client."""

    _session: Session

    def register_candidates(
        self, interview_id: UUID | str, rows: Iterable[Row], **options: Unpack[RegistrationOptions]
    ) -> BatchResult[Row, RegisteredUser]:
        """Add candidates to an interview or position; each gets a single-use link. May cost credits for each candidate.

        Rows are `RegisterUser` models, mappings, dataclasses or `read_candidates(path)`, with `email` and, if you like,
        `name` and `external_id`. One bad row fails alone: the result has one outcome for each row, in input order.

        Raises:
            ConfigurationError, InvalidRequestError: an option cannot work; nothing was sent.
            BatchError: `rows` or `on_progress` raised in mid-run; `result` has what was done.
            JournalError: the journal cannot be used (nothing was sent), or not any more (`result` has what was done).
            RunInterrupted: Ctrl-C; `result` has what was done.
        """
        made = plan_registration(self._session, interview_id, rows, options)
        return made.run.collect(made.outcomes(self._session))

    def iter_register_candidates(
        self, interview_id: UUID | str, rows: Iterable[Row], **options: Unpack[RegistrationOptions]
    ) -> Iterator[RowOutcome[Row, RegisteredUser]]:
        """Do what `register_candidates` does, and give each outcome as soon as those before it are known.

        Rows are drawn only as far as requests are in flight, so memory does not grow with their number. Closing the
        iterator finishes what is in flight and sends no more.
        """
        return plan_registration(self._session, interview_id, rows, options).outcomes(self._session)

    def invite_users(self, rows: Iterable[Row], **options: Unpack[InvitationOptions]) -> BatchResult[Row, InvitedUser]:
        """Invite team members, learners or candidates by e-mail. Candidates cost credits.

        Rows are `InviteUser` models, mappings, dataclasses or `read_invitations(path)`, with `email`, `name`, `type`
        and `interview_id`. `answer.result` of an ok row says what happened: Invited, Activated and so on. Outcomes and
        errors are those of `register_candidates`.
        """
        made = plan_rows(self._session, INVITATION, rows, options)
        return made.run.collect(made.outcomes(self._session))

    def iter_invite_users(
        self, rows: Iterable[Row], **options: Unpack[InvitationOptions]
    ) -> Iterator[RowOutcome[Row, InvitedUser]]:
        """Do what `invite_users` does, and give each outcome as soon as those before it are known."""
        return plan_rows(self._session, INVITATION, rows, options).outcomes(self._session)


class AsyncBatchHelpers:
    """Batches for the async client: the same names, awaited; rows may come from an async iterable too."""

    _session: AsyncSession

    async def register_candidates(
        self, interview_id: UUID | str, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[RegistrationOptions]
    ) -> BatchResult[Row, RegisteredUser]:
        """Add candidates to an interview or position: see `JobMojito.register_candidates`."""
        made = plan_registration(self._session, interview_id, rows, options)
        return await made.run.collect_async(made.outcomes_async(self._session))

    def iter_register_candidates(
        self, interview_id: UUID | str, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[RegistrationOptions]
    ) -> AsyncIterator[RowOutcome[Row, RegisteredUser]]:
        """Give each outcome as soon as those before it are known: see `JobMojito.iter_register_candidates`."""
        return plan_registration(self._session, interview_id, rows, options).outcomes_async(self._session)

    async def invite_users(
        self, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[InvitationOptions]
    ) -> BatchResult[Row, InvitedUser]:
        """Invite team members, learners or candidates by e-mail: see `JobMojito.invite_users`."""
        made = plan_rows(self._session, INVITATION, rows, options)
        return await made.run.collect_async(made.outcomes_async(self._session))

    def iter_invite_users(
        self, rows: Iterable[Row] | AsyncIterable[Row], **options: Unpack[InvitationOptions]
    ) -> AsyncIterator[RowOutcome[Row, InvitedUser]]:
        """Give each outcome as soon as those before it are known: see `JobMojito.iter_invite_users`."""
        return plan_rows(self._session, INVITATION, rows, options).outcomes_async(self._session)


def plan_registration(
    session: Session | AsyncSession, interview_id: UUID | str, rows: object, options: RegistrationOptions
) -> Plan:
    """Put the run of `register_candidates` together."""
    return plan_rows(session, REGISTRATION, rows, {"interview_id": interview_id, **options})
