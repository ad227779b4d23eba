"""What a run remembers of its rows: nothing, or a journal on disk. Yields steps, so both clients share it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import frozen

from jobmojito.errors import JournalError
from jobmojito_api.codec import Model

from .chunks import Duplicates, Seen, settle_duplicate
from .journal import Duplicate, Intent, Journal, Record
from .results import RowKind, RowStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobmojito.calls.steps import Steps

    from .chunks import Slot
    from .runs import Stop


class Keeper(Protocol):
    """What knows how rows of one kind are kept."""

    def subject(self, slot: Slot) -> dict[str, Any]:
        """Give what a person needs to recognise a row by; it stands in the journal."""
        ...

    def recall(self, document: object) -> Any:
        """Read a kept answer again: JSON to its typed form."""
        ...


INTERRUPTED: Final = (
    "an earlier run was stopped while this row was on its way, so it may have been processed"
    " (retry_unknown=True sends it again, at the risk of doing and paying it twice)"
)

DAMAGED: Final = "an earlier run has done this row, but what the journal kept of its answer is damaged"


@frozen
class Ledger:
    """Keeps a run's rows in a journal, if there is one, and in any case which ones it has seen."""

    stop: Stop
    seen: Seen
    journal: Journal | None = None
    duplicates: Duplicates = "once"

    def is_first(self, slot: Slot) -> bool:
        """Tell whether a row is new to this run; one that is not is settled."""
        first = None if self.duplicates == "send" else self.seen.firsts([(slot.key, slot.index)])[0]
        if first is not None:
            settle_duplicate(slot, first, self.duplicates)
        return first is None

    def begin(self, slots: Sequence[Slot], keeper: Keeper) -> Steps[list[Slot]]:
        """Record that rows are about to be sent; settle those that are known already, and give the others."""
        if self.journal is None or not slots:
            return list(slots)
        try:
            standings = yield self.journal.begin([_intent(slot, keeper) for slot in slots])
        except JournalError as error:
            self.stop.because(error.message, error)
            self.stop.settle(slots)
            return []
        for slot, standing in zip(slots, standings, strict=True):
            if isinstance(standing, Duplicate):
                settle_duplicate(slot, standing.position, self.duplicates)
            elif standing is not None:
                _settle_from(slot, standing, keeper)
        return [slot for slot in slots if slot.outcome is None]

    def finish(self, slots: Sequence[Slot]) -> None:
        """Have it recorded what came of them; the run goes on meanwhile, and tells of them when they are on disk."""
        if self.journal is not None:
            kept = self.journal.finish([_record(slot) for slot in slots])
            for slot in slots:
                slot.kept = kept


def _intent(slot: Slot, keeper: Keeper) -> Intent:
    return Intent(slot.key.hex(), slot.index, json.dumps(keeper.subject(slot), default=str))


def _record(slot: Slot) -> Record:
    outcome = slot.outcome
    assert outcome is not None  # noqa: S101 - an exchange settles every row it sends
    answer = outcome.answer
    kept = json.dumps(answer.to_dict()) if isinstance(answer, Model) else None
    # Half a surrogate pair, which JSON can hold, is no text to SQLite.
    message = outcome.message and outcome.message.encode(errors="replace").decode()
    return Record(slot.key.hex(), outcome.status.value, outcome.kind and outcome.kind.value, message, kept)


def _settle_from(slot: Slot, record: Record, keeper: Keeper) -> None:
    """Settle a row as it was recorded; one that was on its way is unknown."""
    if record.status not in RowStatus.__members__.values():
        slot.settle(RowStatus.UNKNOWN, RowKind.INTERRUPTED, INTERRUPTED)
        return
    try:
        answer = None if record.answer is None else keeper.recall(json.loads(record.answer))
        kind = None if record.kind is None else RowKind(record.kind)
    except (TypeError, ValueError, RecursionError):
        slot.settle(RowStatus.UNKNOWN, RowKind.UNREADABLE, DAMAGED)
    else:
        slot.settle(RowStatus(record.status), kind, record.message, answer=answer)
