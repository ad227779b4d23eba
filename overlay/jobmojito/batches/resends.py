"""The failed rows of a result, sent again: one result over all rows comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, Unpack

from jobmojito.errors import ConfigurationError
from jobmojito.uploads.requests import RESUME

from .registrations import plan_rows
from .results import RowKind, RowStatus
from .resumes import plan_resumes
from .row_requests import BATCHES

if TYPE_CHECKING:
    from jobmojito.calls.sessions import AsyncSession, Session

    from .plans import BatchOptions, Plan
    from .results import BatchResult, RowOutcome

Row = TypeVar("Row")
Answer = TypeVar("Answer")

_HOPELESS: Final = frozenset({RowKind.INVALID, RowKind.DUPLICATE})
"""Rows that were never sent and never will be: sending them again changes nothing."""


class ResendHelpers:
    """Sending again for the sync client."""

    _session: Session

    def retry_failed(
        self, result: BatchResult[Row, Answer], *, include_unknown: bool = False, **run: Unpack[BatchOptions]
    ) -> BatchResult[Row, Answer]:
        """Send the failed rows of a result again, as they were sent, and give a result over all rows.

        Not those that were refused before sending, nor duplicates. Unknown rows only with `include_unknown`: they may
        have been done, so that could do it, and cost it, twice. A run's journal is used again.
        """
        places = places_to_resend(result, include_unknown=include_unknown)
        if not places:
            return result
        made = plan_again(self._session, result, places, include_unknown=include_unknown, run=run)
        return made.run.collect(made.outcomes(self._session))


class AsyncResendHelpers:
    """Sending again for the async client."""

    _session: AsyncSession

    async def retry_failed(
        self, result: BatchResult[Row, Answer], *, include_unknown: bool = False, **run: Unpack[BatchOptions]
    ) -> BatchResult[Row, Answer]:
        """Send the failed rows of a result again: see `JobMojito.retry_failed`."""
        places = places_to_resend(result, include_unknown=include_unknown)
        if not places:
            return result
        made = plan_again(self._session, result, places, include_unknown=include_unknown, run=run)
        return await made.run.collect_async(made.outcomes_async(self._session))


def places_to_resend(result: BatchResult[Any, Any], *, include_unknown: bool) -> list[int]:
    """Give the places of the rows to be sent again."""

    def again(outcome: RowOutcome[Any, Any]) -> bool:
        if outcome.status is RowStatus.UNKNOWN:
            return include_unknown
        return outcome.status is RowStatus.ERROR and outcome.kind not in _HOPELESS

    return [place for place, outcome in enumerate(result) if again(outcome)]


def plan_again(
    session: Session | AsyncSession,
    result: BatchResult[Any, Any],
    places: list[int],
    *,
    include_unknown: bool,
    run: BatchOptions,
) -> Plan:
    """Put the run together that sends some rows of a result again.

    Raises:
        ConfigurationError: the result does not know how its rows were sent.
    """
    resend = result.resend
    if resend is None:
        raise ConfigurationError("this result was not given by a helper, so it does not know how its rows were sent")
    options: dict[str, Any] = {"duplicates": "send", **resend.options}
    if resend.journal is not None:
        options |= {"duplicates": "once", "journal": resend.journal, "retry_unknown": include_unknown}
    options |= run
    rows = [result[place].input for place in places]
    if resend.operation == RESUME:
        made = plan_resumes(session, rows, options)
    else:
        made = plan_rows(session, BATCHES[resend.operation], rows, options)
    made.run.earlier, made.run.places = result, places
    return made
