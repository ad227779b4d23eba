"""One chunk of rows sent as one request, as steps for both clients.

Rows whose outcome is known before sending are settled first. With a journal, a row is on disk as begun before it is
sent, and its outcome afterwards. A request that fails as a whole settles only its own rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, TypedDict

from attrs import field, frozen

from jobmojito.calls.bodies import StreamedBody
from jobmojito.calls.responses import refusal
from jobmojito.calls.sessions import call_in_form
from jobmojito.calls.settings import read_options
from jobmojito.errors import ResponseDecodeError
from jobmojito_api.codec import Object, read, write
from jobmojito_api.errors import InvalidRequest

from . import csv_rows as tables
from .identity import digest, same_email, same_id, same_server
from .results import Resend
from .row_results import settle_answers, settle_failure
from .rows import EMAIL, RowType, read_row
from .runs import BatchOptions, Run, RunSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from jobmojito.calls.sessions import AsyncSession, Session
    from jobmojito.calls.steps import Steps
    from jobmojito_api.calls import Call
    from jobmojito_api.models import LanguageCode

    from .chunks import PendingRow, Stop
    from .journal import Ledger

Fields = Mapping[str, Any]


class _RegistrationFields(TypedDict, total=False):
    """Options of a request that hold for all the candidates in it."""

    send_email: bool | None
    hide_menu: bool | str | None
    hide_iframe: bool | str | None
    is_test: bool | str | None
    merchant_id: UUID | str | None


class _InvitationFields(TypedDict, total=False):
    """Options of a request that hold for all the users in it."""

    force_invite: bool | None
    mojito_language_code: LanguageCode | str | None
    message_from_recruiter: str | None
    merchant_id: UUID | str | None


class RegistrationOptions(_RegistrationFields, BatchOptions, total=False):
    """Options of `register_candidates`, described there; the API decides what is left out."""


class InvitationOptions(_InvitationFields, BatchOptions, total=False):
    """Options of `invite_users`, described there; the API decides what is left out."""


@frozen
class Batch:
    """One of the two operations that take rows.

    `options` are a request's options for all its rows. A row's key is made of the options named in `target`, the
    e-mail, and the fields in `identity` (each with the contract's default). `done` has the results that mean success.
    """

    operation: str
    options: type[_RegistrationFields | _InvitationFields]
    target: tuple[str, ...]
    row: RowType
    answer: str
    identity: Mapping[str, str | None]
    done: frozenset[str]

    def call(self, options: Fields) -> Call[Any]:
        """Make the call of a request with its options checked and without rows, which are checked one by one.

        Raises:
            InvalidRequest: the contract refuses an option.
        """
        call = call_in_form("application/json", self.operation, {**options, "users": []})
        _ = call.request  # encoded, and so checked, now
        return call


REGISTRATION: Final = Batch(
    operation="register_users_for_interview",
    options=_RegistrationFields,
    target=("interview_id", "is_test", "merchant_id"),
    row=tables.CANDIDATE,
    answer="RegisteredUser",
    identity={},
    done=frozenset({"ok"}),
)
INVITATION: Final = Batch(
    operation="invite_users",
    options=_InvitationFields,
    target=("merchant_id",),
    row=tables.INVITATION,
    answer="InvitedUser",
    identity={"type": "user", "interview_id": None},  # one person may have several roles, and several interviews
    done=frozenset({"invited", "activated", "submerchantadded", "coachingaccessadded"}),
)
BATCHES: Final = {one.operation: one for one in (REGISTRATION, INVITATION)}


@frozen(slots=False)
class RowSender:
    """Sends the chunks of one batch to one server."""

    batch: Batch
    options: Fields = field(repr=False)
    session: Session | AsyncSession = field(repr=False)
    stop: Stop
    ledger: Ledger

    def read(self, row: object) -> Fields:
        """Return the fields of an input row; see `rows.read_row`."""
        return read_row(row, self.batch.row, self.session.settings.allowed)

    def identify(self, fields: Fields) -> bytes:
        """Return a row's key: equal for equal rows of the same interview and merchant on the same server."""
        others = [same_id(fields.get(name) or default) for name, default in self.batch.identity.items()]
        return digest(*self._target, same_email(fields.get(EMAIL)), *others)

    @cached_property
    def _target(self) -> tuple[str, ...]:
        server = same_server(self.session.settings.base_url)
        return (self.batch.operation, server, *(same_id(self.options.get(name)) for name in self.batch.target))

    def __call__(self, chunk: list[PendingRow]) -> Steps[None]:
        """Settle every row of a chunk."""
        rows = yield from self.ledger.begin(chunk, self)
        if not rows:
            return
        try:
            detailed = yield from self.session.steps(self._call, self._body(rows))
        except Exception as error:  # noqa: BLE001 - whatever a transport or a hook raises: no row is lost by it
            self._settle_failure(rows, error)
        else:
            self.stop.note(None)
            self._settle(rows, detailed.value)
        self.ledger.finish(rows)

    @cached_property
    def _call(self) -> Call[Any]:
        return self.batch.call(self.options)

    def _body(self, rows: Sequence[PendingRow]) -> StreamedBody:
        # Encoded here, once: the general way checks, copies and tries every row again for each request.
        body = {**self.options, "users": [row.fields for row in rows]}
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        return StreamedBody(lambda: content, headers)

    def _settle(self, rows: Sequence[PendingRow], value: object, strict: ResponseDecodeError | None = None) -> None:
        settle_answers(rows, value, model=self.batch.answer, done=self.batch.done, strict=strict)

    def _settle_failure(self, rows: Sequence[PendingRow], error: Exception) -> None:
        if isinstance(error, ResponseDecodeError) and error.departures and error.answer is not None:
            # Strict mode refuses the whole answer for one row's sake; here each row is judged by its own part of it.
            try:
                value = json.loads(error.answer.content)
            except (ValueError, RecursionError):
                value = None
            self._settle(rows, value, error)
            return
        self.stop.note(error)
        settle_failure(rows, error)

    def subject(self, row: PendingRow) -> dict[str, Any]:
        """Return a row's number and e-mail."""
        return {"row": row.index + 1, EMAIL: row.fields.get(EMAIL)}

    def recall(self, document: object) -> Any:
        """Read an answered row from its JSON in the journal."""
        return read(Object(self.batch.answer), document).value


def register(
    session: Session | AsyncSession, function: str, interview_id: object, rows: object, options: Fields
) -> Run:
    """Make the run of `register_candidates`; `function` is the name of the called method."""
    given, run = read_options(function, options, _RegistrationFields, BatchOptions)
    return plan_rows(session, REGISTRATION, rows, {"interview_id": interview_id, **given}, run)


def invite(session: Session | AsyncSession, function: str, rows: object, options: Fields) -> Run:
    """Make the run of `invite_users`; `function` is the name of the called method."""
    return plan_rows(session, INVITATION, rows, *read_options(function, options, _InvitationFields, BatchOptions))


def plan_rows(session: Session | AsyncSession, batch: Batch, rows: object, options: Fields, run: Fields) -> Run:
    """Check the options of the operation and of the run, and make the run.

    Raises:
        ConfigurationError: an option of the run cannot work.
        InvalidRequestError: the contract refuses an option of the operation.
    """
    settings = RunSettings(**run)
    given = {name: write(value) for name, value in options.items()}
    if session.settings.merchant_id is not None:
        given.setdefault("merchant_id", str(session.settings.merchant_id))
    try:
        batch.call(given)
    except InvalidRequest as error:
        raise refusal(error) from None
    make = partial(RowSender, batch, given, session)
    return Run(session, rows, settings, make, Resend(batch.operation, given, settings.journal))
