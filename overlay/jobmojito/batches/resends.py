"""Send the failed rows of a result again, and return one result over all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from jobmojito.calls.settings import read_options
from jobmojito.errors import ConfigurationError
from jobmojito.uploads.requests import RESUME

from .results import BatchResult, RowKind, RowStatus
from .resumes import plan_resumes
from .row_requests import BATCHES, plan_rows
from .runs import BatchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jobmojito.calls.sessions import AsyncSession, Session

    from .results import RowOutcome
    from .runs import Run

Row = TypeVar("Row")
Answer = TypeVar("Answer")

_HOPELESS: Final = frozenset({RowKind.INVALID, RowKind.DUPLICATE})
"""Rows that would be refused again before they are sent."""


def resend(
    session: Session | AsyncSession,
    result: BatchResult[Row, Answer],
    *,
    include_unknown: bool,
    options: Mapping[str, Any],
    plans: Mapping[str, Callable[..., Run]],
) -> Run | None:
    """Make the run of `retry_failed`; None if there is nothing to send again.

    `plans` maps operations to functions that make their runs, for runs of other folders.

    Raises:
        ConfigurationError: `result` is not a result, or does not know how its rows were sent.
    """
    if not isinstance(cast("object", result), BatchResult):
        raise ConfigurationError(
            f"retry_failed takes the BatchResult of a run, or the `result` of its error, not {type(result).__name__}"
        )
    (run,) = read_options("retry_failed", options, BatchOptions)
    places = [place for place, outcome in enumerate(result) if _goes_again(outcome, include_unknown)]
    if not places:
        return None
    how = result.resend
    if how is None:
        raise ConfigurationError("this result was not given by a helper, so it does not know how its rows were sent")
    if how.journal is None:
        run = {"duplicates": "send", **run}
    else:
        run = {"duplicates": "once", "journal": how.journal, "retry_unknown": include_unknown, **run}
    rows = [result[place].input for place in places]
    if how.operation == RESUME:
        again = plan_resumes(session, rows, how.options, run)
    elif how.operation in plans:
        again = plans[how.operation](session, rows, how.options, run)
    else:
        again = plan_rows(session, BATCHES[how.operation], rows, how.options, run)
    again.earlier, again.places = result, places
    return again


def _goes_again(outcome: RowOutcome[Any, Any], include_unknown: bool) -> bool:  # noqa: FBT001 - private
    if outcome.status is RowStatus.UNKNOWN:
        return include_unknown
    return outcome.status is RowStatus.ERROR and outcome.kind not in _HOPELESS
