"""One chunk of rows sent as one request. Shared by both clients; it yields what is to be done and does nothing itself.

What is known before sending is settled first; with a journal, an intent is on disk before a row is sent, and its
outcome after. A request that fails as a whole settles its own rows and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from jobmojito_api.codec import Object, read
from jobmojito_api.errors import InvalidAnswer, InvalidRequest
from jobmojito_api.resources import operation

from . import tables
from .answers import refusal
from .batches import RowKind, RowStatus
from .chunks import Slot, digest
from .errors import JobMojitoError, ResponseDecodeError
from .rows import EMAIL, RowType, folded, read_row
from .steps import Send, Steps
from .verdicts import settle_answers, settle_failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobmojito_api.calls import Call

    from .ledgers import Ledger
    from .runs import Stop

Fields = Mapping[str, Any]


@frozen
class Batch:
    """One of the two operations that take rows.

    `options` are what a request says for all its rows, `identity` the fields that make two rows the same, `done` the
    words of an answered row that mean success.
    """

    operation: str
    options: tuple[str, ...]
    row: RowType
    answer: str
    identity: tuple[str, ...]
    done: frozenset[str]

    def call(self, options: Fields, rows: Sequence[Fields]) -> Call[Any]:
        """Make the call for some rows.

        Raises:
            InvalidRequest: the contract refuses an option or a row.
        """
        call: Call[Any] = operation(self.operation).call({"body": {**options, "users": list(rows)}})
        _ = call.request  # made, and checked, here and not when it is sent
        return call


REGISTRATION: Final = Batch(
    operation="register_users_for_interview",
    options=("interview_id", "send_email", "hide_menu", "hide_iframe", "is_test", "merchant_id"),
    row=tables.CANDIDATE,
    answer="RegisteredUser",
    identity=(EMAIL,),
    done=frozenset({"ok"}),
)
INVITATION: Final = Batch(
    operation="invite_users",
    options=("force_invite", "mojito_language_code", "message_from_recruiter", "merchant_id"),
    row=tables.INVITATION,
    answer="InvitedUser",
    identity=(EMAIL, "type", "interview_id"),  # one person may have several roles, and several interviews
    done=frozenset({"invited", "activated", "submerchantadded", "coachingaccessadded"}),
)
BATCHES: Final = {one.operation: one for one in (REGISTRATION, INVITATION)}


@frozen
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
        """Give the key under which two rows are the same, for the same interview on the same server."""
        target = str(self.options.get("interview_id", "")).lower()
        identity = [folded(fields.get(name)) for name in self.batch.identity]
        return digest(self.batch.operation, self.server, target, *identity)

    def __call__(self, chunk: list[Slot]) -> Steps[None]:
        """Settle every row of a chunk."""
        slots, call = self._prepare([slot for slot in chunk if slot.outcome is None])
        if self.stop.reason is not None:
            self.stop.settle(slots)
            return
        fresh = yield from self.ledger.begin(slots, self)
        if not fresh:
            return
        if len(fresh) != len(slots) or call is None:
            call = self.batch.call(self.options, [slot.fields for slot in fresh])
        try:
            detailed = yield Send(call)
        except JobMojitoError as error:
            self._settle_failure(fresh, error, call)
        else:
            self._settle(fresh, detailed.value)
        yield from self.ledger.finish(fresh)

    def _prepare(self, slots: list[Slot]) -> tuple[list[Slot], Call[Any] | None]:
        """Make the call without the rows that the contract refuses; they are settled here, and never sent."""
        while slots:
            try:
                return slots, self.batch.call(self.options, [slot.fields for slot in slots])
            except InvalidRequest as refused:
                for index, reason in _refused_rows(refused, len(slots)).items():
                    slots[index].settle(RowStatus.ERROR, RowKind.INVALID, reason)
                slots = [slot for slot in slots if slot.outcome is None]
        return slots, None

    def _settle(self, slots: Sequence[Slot], value: object, strict: ResponseDecodeError | None = None) -> None:
        settle_answers(slots, value, model=self.batch.answer, done=self.batch.done, strict=strict)

    def _settle_failure(self, slots: Sequence[Slot], error: JobMojitoError, call: Call[Any]) -> None:
        if isinstance(error, ResponseDecodeError) and error.departures and error.answer is not None:
            # Strict mode refuses the whole answer for one row's sake; here each row is judged by its own part of it.
            try:
                value = call.read(200, error.answer.content).value
            except InvalidAnswer:
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


def _refused_rows(refused: InvalidRequest, count: int) -> dict[int, str]:
    """Find the rows that a refusal speaks of, by its pointers (/users/0/name); all of them where it names none."""
    found: dict[int, str] = {}
    for problem in refused.problems:
        steps = problem.pointer.split("/")
        if len(steps) > 2 and steps[1] == "users" and steps[2].isdigit():  # noqa: PLR2004 - as in the pointer above
            place = "/".join(steps[3:]) or "the row"
            found.setdefault(int(steps[2]), f"{place}: expected {problem.expected}, got {problem.got}")
    return found or dict.fromkeys(range(count), refusal(refused).message)
