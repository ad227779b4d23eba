"""Tells a client's `on_call` hook about each call: what it was, how it went, never what was in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from attrs import frozen

from jobmojito.errors import Answer, ApiError, OutcomeUnknownError, ResponseDecodeError
from jobmojito.redaction import log

if TYPE_CHECKING:
    from jobmojito_api.calls import Call

    from .failures import FailedAttempt
    from .responses import Detailed

Outcome = Literal["ok", "refused", "failed", "unknown", "interrupted"]


@frozen
class AttemptRecord:
    """One request of a call: when it ended (nanoseconds since 1970), how long it took, and what came of it.

    `status` is that of the answer; without one, `failure` is the class of the exception, such as ReadTimeout.
    """

    ended: int
    seconds: float
    status: int | None
    failure: str | None


@frozen
class CallRecord:
    """One call of an operation, without anything of its content: no URL, no name, no e-mail address, no link.

    `began` and `ended` are nanoseconds since 1970. `outcome`: ok, refused (by the API or before sending), failed (no
    usable answer), unknown (it may have been processed), interrupted. `departures` are those of the answer. `credits`
    is an estimate, lowest and highest, where a price is published and the call was not refused.
    """

    operation: str
    began: int
    ended: int
    outcome: Outcome
    status: int | None
    request_id: str | None
    departures: int
    attempts: tuple[AttemptRecord, ...]
    credits: tuple[float, float] | None


OnCall = Callable[[CallRecord], object]
_COSTS: Final = ("ok", "unknown")


class Observation:
    """Watches one call and hands its record to the hook at its end; an error of the hook is only logged."""

    def __init__(self, call: Call[Any], hook: OnCall) -> None:
        self._call, self._hook = call, hook
        self._attempts: list[AttemptRecord] = []
        self._detailed: Detailed[Any] | None = None
        self._began = time.time_ns()

    def attempt(self, outcome: Answer | FailedAttempt, seconds: float) -> None:
        """Note an attempt that has ended."""
        status, failure = (outcome.status_code, None) if isinstance(outcome, Answer) else (None, outcome.name)
        self._attempts.append(AttemptRecord(time.time_ns(), seconds, status, failure))

    def succeed(self, detailed: Detailed[Any]) -> None:
        """Note the answer."""
        self._detailed = detailed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._hook(self._record(error))
        except Exception as failure:  # noqa: BLE001 - the hook is the caller's; the call is done, and may be paid for
            log.warning("%s: on_call failed: %s", self._call.operation, type(failure).__name__)

    def _record(self, error: BaseException | None) -> CallRecord:
        outcome, about = _outcome(error), error if error is not None else self._detailed
        return CallRecord(
            self._call.operation,
            self._began,
            time.time_ns(),
            outcome,
            getattr(about, "status_code", None),
            getattr(about, "request_id", None),
            len(getattr(about, "departures", ())),
            tuple(self._attempts),
            self._credits() if outcome in _COSTS else None,
        )

    def _credits(self) -> tuple[float, float] | None:
        from jobmojito.credits import price_of  # noqa: PLC0415 - the table of prices is read for hooks alone
        from jobmojito_api.codec import write  # noqa: PLC0415
        from jobmojito_api.facts import facts_of  # noqa: PLC0415

        body = write(self._call.arguments.get("body"))
        price = price_of(facts_of(self._call.operation), body if isinstance(body, Mapping) else {})
        rows = len(body["users"]) if isinstance(body, Mapping) and isinstance(body.get("users"), list) else 1
        return None if price is None else (price.low * rows, price.high * rows)


def _outcome(error: BaseException | None) -> Outcome:
    if error is None:
        return "ok"
    if isinstance(error, OutcomeUnknownError):
        return "unknown"
    if isinstance(error, ResponseDecodeError):
        return "failed"
    if isinstance(error, ApiError):
        return "refused"
    return "failed" if isinstance(error, Exception) else "interrupted"
