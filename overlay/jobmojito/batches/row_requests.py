"""One chunk of rows sent as one request. Shared by both clients; it yields what is to be done and does nothing itself.

What is known before sending is settled first; with a journal, an intent is on disk before a row is sent, and its
outcome after. A request that fails as a whole settles its own rows and no others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from jobmojito.calls.bodies import StreamedBody
from jobmojito.calls.sessions import call_in_form
from jobmojito.calls.steps import Send
from jobmojito.errors import ResponseDecodeError
from jobmojito_api.codec import Object, read

from . import csv_rows as tables
from .chunks import digest
from .rows import EMAIL, RowType, folded, read_row
from .verdicts import settle_answers, settle_failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobmojito.calls.steps import Steps
    from jobmojito_api.calls import Call

    from .chunks import Slot
    from .ledgers import Ledger
    from .runs import Stop

Fields = Mapping[str, Any]


@frozen
class Batch:
    """One of the two operations that take rows.

    `options` are what a request says for all its rows, `target` those of them that make the same row another one,
    `identity` the fields that make two rows the same, `done` the words of an answered row that mean success.
    """

    operation: str
    options: tuple[str, ...]
    target: tuple[str, ...]
    row: RowType
    answer: str
    identity: tuple[str, ...]
    done: frozenset[str]

    def call(self, options: Fields) -> Call[Any]:
        """Make the call of every request, its options checked; the rows are checked one by one, and put in its place.

        Raises:
            InvalidRequest: the contract refuses an option.
        """
        call = call_in_form("application/json", self.operation, {**options, "users": []})
        _ = call.request  # made, and checked, here and not when it is sent
        return call


REGISTRATION: Final = Batch(
    operation="register_users_for_interview",
    options=("interview_id", "send_email", "hide_menu", "hide_iframe", "is_test", "merchant_id"),
    target=("interview_id", "is_test", "merchant_id"),
    row=tables.CANDIDATE,
    answer="RegisteredUser",
    identity=(EMAIL,),
    done=frozenset({"ok"}),
)
INVITATION: Final = Batch(
    operation="invite_users",
    options=("force_invite", "mojito_language_code", "message_from_recruiter", "merchant_id"),
    target=("merchant_id",),
    row=tables.INVITATION,
    answer="InvitedUser",
    identity=(EMAIL, "type", "interview_id"),  # one person may have several roles, and several interviews
    done=frozenset({"invited", "activated", "submerchantadded", "coachingaccessadded"}),
)
BATCHES: Final = {one.operation: one for one in (REGISTRATION, INVITATION)}


@frozen(slots=False)
class RowExchange:
    """Sends the chunks of one batch to one server."""

    batch: Batch
    options: Fields = field(repr=False)
    server: str
    stop: Stop
    ledger: Ledger
    stop_on_error: bool = False

    def read(self, row: object) -> Fields:
        """Give the fields of an input row; see `rows.read_row`."""
        return read_row(row, self.batch.row)

    def identify(self, fields: Fields) -> bytes:
        """Give the key under which two rows are the same, for the same interview and merchant on the same server."""
        identity = [folded(fields.get(name)) for name in self.batch.identity]
        return digest(self.batch.operation, self.server, *self._target, *identity)

    @cached_property
    def _target(self) -> tuple[str, ...]:
        return tuple(str(self.options.get(name) or "").lower() for name in self.batch.target)

    def __call__(self, chunk: list[Slot]) -> Steps[None]:
        """Settle every row of a chunk."""
        slots = [slot for slot in chunk if slot.outcome is None]
        if self.stop.reason is not None:
            self.stop.settle(slots)
            return
        slots = yield from self.ledger.begin(slots, self)
        if not slots:
            return
        try:
            detailed = yield Send(self._call, self._body(slots))
        except Exception as error:  # noqa: BLE001 - whatever a transport or a hook raises: no row is lost by it
            self._settle_failure(slots, error)
        else:
            self._settle(slots, detailed.value)
        self.ledger.finish(slots)

    @cached_property
    def _call(self) -> Call[Any]:
        return self.batch.call(self.options)

    def _body(self, slots: Sequence[Slot]) -> StreamedBody:
        # Encoded here, once: the general way checks, copies and tries every row again for each request.
        body = {**self.options, "users": [slot.fields for slot in slots]}
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        return StreamedBody(lambda: content, headers)

    def _settle(self, slots: Sequence[Slot], value: object, strict: ResponseDecodeError | None = None) -> None:
        settle_answers(slots, value, model=self.batch.answer, done=self.batch.done, strict=strict)

    def _settle_failure(self, slots: Sequence[Slot], error: Exception) -> None:
        if isinstance(error, ResponseDecodeError) and error.departures and error.answer is not None:
            # Strict mode refuses the whole answer for one row's sake; here each row is judged by its own part of it.
            try:
                value = read(self._call.success, json.loads(error.answer.content)).value
            except (ValueError, RecursionError):
                value = None
            self._settle(slots, value, error)
            return
        settle_failure(slots, error)
        if self.stop_on_error:
            self.stop.because("an earlier request failed")

    def subject(self, slot: Slot) -> dict[str, Any]:
        """Give a row's e-mail and place."""
        return {"row": slot.index + 1, EMAIL: slot.fields.get(EMAIL)}

    def recall(self, document: object) -> Any:
        """Read an answered row again that a journal kept."""
        return read(Object(self.batch.answer), document).value
