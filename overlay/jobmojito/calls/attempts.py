"""What is done about one request, attempt after attempt: every decision, and nothing that sends or waits.

`converse` is a generator: it yields what to do next (`Send`, `Pause`) and is given what came of it, until it yields
`Done` or raises. An error is raised from here, outside any `except`, so no exception of httpx hangs on it: those hold
the request, and the request holds the token.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from attrs import frozen

from jobmojito.errors import Answer, ApiError, JobMojitoError, OutcomeUnknownError, TransportError
from jobmojito.logs import log

from .failures import Broken
from .responses import is_api_error, read_error
from .retries import Failure, GiveUp, Kind, Wait, kind_of_status, next_attempt, read_retry_after

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .retries import RetryPolicy

R = TypeVar("R")

_UNKNOWN: Final = (
    "it is not known whether the request was processed ({reason}). It was not repeated, because that could do it twice"
    " and spend credits twice: look whether its effect is there (a list, a result, the credits of merchant-status)"
    " before you send it again"
)


class Plan(NamedTuple, Generic[R]):
    """What the decisions about one exchange rest on, and what a success becomes."""

    operation: str
    policy: RetryPolicy
    repeatable: bool
    resendable: bool
    refreshable: bool
    finish: Callable[[Answer, int], R]


class Send(NamedTuple):
    """Send the request; with a fresh token if `refresh`."""

    refresh: bool = False


class Pause(NamedTuple):
    """Wait that many seconds."""

    seconds: float


@frozen
class Done(Generic[R]):
    """Nothing more to do."""

    result: R


class Attempt(NamedTuple):
    """What came of sending once, and how long it took."""

    outcome: Answer | Broken
    seconds: float


def converse(
    plan: Plan[R], clock: Callable[[], float], chance: Callable[[], float] = random.random
) -> Generator[Send | Pause | Done[R], Attempt | None, None]:
    """Carry one exchange through its attempts to a result or an error."""
    began, refreshed, refresh, attempts = clock(), 0, False, 0
    while True:
        attempts += 1
        attempt = yield Send(refresh)
        assert attempt is not None  # noqa: S101 - what `Send` is answered with
        outcome = attempt.outcome
        _note(plan.operation, attempt, attempts)
        if isinstance(outcome, Answer) and 200 <= outcome.status_code < 300:  # noqa: PLR2004 - success
            yield Done(plan.finish(outcome, attempts))
            return
        failure, error = _sort(plan.operation, outcome, refreshable=plan.refreshable and not refreshed)
        decision = _decide(plan, failure, attempts - refreshed, clock() - began, chance)
        if isinstance(decision, GiveUp):
            raise _unknown(plan.operation, error) if decision.unknown else error
        refresh = decision.refresh
        refreshed += refresh
        log.info("%s: attempt %d follows in %.1f s", plan.operation, attempts + 1, decision.seconds)
        if decision.seconds:
            yield Pause(decision.seconds)


def _decide(
    plan: Plan[Any], failure: Failure, attempt: int, elapsed: float, chance: Callable[[], float]
) -> Wait | GiveUp:
    return next_attempt(
        failure,
        repeatable=plan.repeatable,
        attempt=attempt,
        elapsed=elapsed,
        policy=plan.policy,
        random=chance,
        resendable=plan.resendable,
    )


def _sort(operation: str, outcome: Answer | Broken, *, refreshable: bool) -> tuple[Failure, JobMojitoError]:
    """Say what a failed attempt means for repeating, and what to raise if it is the last."""
    if isinstance(outcome, Broken):
        return Failure(outcome.kind), outcome.error
    told = read_retry_after(outcome.headers.get("retry-after"), datetime.now(UTC))
    kind = kind_of_status(outcome.status_code, retry_after=told, api_error=is_api_error(outcome))
    # Elsewhere the header means other things: 3xx and 5xx of a CDN send it for browsers.
    told = told if kind is Kind.TOLD_TO_WAIT else None
    return Failure(kind, told, refreshable), read_error(operation, outcome)


def _unknown(operation: str, cause: JobMojitoError) -> JobMojitoError:
    assert isinstance(cause, (TransportError, ApiError))  # noqa: S101 - a wrong configuration is never uncertain
    status = f"{cause.status_code}: " if isinstance(cause, ApiError) else ""
    return OutcomeUnknownError(_UNKNOWN.format(reason=status + cause.message), operation, cause)


def _note(operation: str, attempt: Attempt, number: int) -> None:
    outcome = attempt.outcome
    what = outcome.status_code if isinstance(outcome, Answer) else outcome.name
    log.debug("%s: %s in %.0f ms (attempt %d)", operation, what, attempt.seconds * 1000, number)
