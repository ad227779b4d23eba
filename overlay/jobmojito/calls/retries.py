"""When a request is sent again: a table and one pure function, without sockets or clocks.

The API has no idempotency key: a POST that was processed once and is sent again creates twice and spends credits twice.
So what counts is whether a failed request can have been processed, and whether doing it twice does harm: which
operations are repeatable is said by `openapi/facts.yaml`, and one that it does not have is not.

| failure | repeatable operations | others |
|---|---|---|
| `NOT_SENT` it never reached the API | repeat | repeat |
| `TOLD_TO_WAIT` 429, or a 503 with `Retry-After` that the API wrote | repeat when told | repeat when told |
| `UNAUTHORIZED` 401 | refresh the token once, repeat | same |
| `UNCERTAIN` it may have been processed: any other 5xx, a lost answer | repeat | never: `OutcomeUnknownError` |
| `FINAL` the API said no | surface | surface |
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeGuard

from attrs import field, frozen

from jobmojito.errors import ConfigurationError
from jobmojito.lazy import DeferredModule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from attrs import Attribute
    from dateutil import parser
else:
    # In most programs no date ever comes, and it takes as long to load as the rest of the client.
    parser = DeferredModule("dateutil.parser")


class FailureKind(Enum):
    """What a failure says about the request: the rows of the table."""

    NOT_SENT = "not sent"
    TOLD_TO_WAIT = "told to wait"
    UNAUTHORIZED = "unauthorized"
    UNCERTAIN = "uncertain"
    FINAL = "final"


class Action(Enum):
    """What to do about it: the cells of the table."""

    REPEAT = "repeat"
    REFRESH = "refresh"
    SURFACE = "surface"
    UNKNOWN = "unknown"


class Rule(NamedTuple):
    """One row: what to do where doing it twice is harmless, and where it is not."""

    repeatable: Action
    other: Action


RULES: Final[Mapping[FailureKind, Rule]] = {
    FailureKind.NOT_SENT: Rule(Action.REPEAT, Action.REPEAT),
    FailureKind.TOLD_TO_WAIT: Rule(Action.REPEAT, Action.REPEAT),
    FailureKind.UNAUTHORIZED: Rule(Action.REFRESH, Action.REFRESH),
    FailureKind.UNCERTAIN: Rule(Action.REPEAT, Action.UNKNOWN),
    FailureKind.FINAL: Rule(Action.SURFACE, Action.SURFACE),
}

_LONGEST: Final = 64
"""Characters of a `Retry-After`; a date has 29, and reading takes longer the longer it is."""

_NUMBER: Final = r"(?a)[+-]?\d{1,15}(\.\d{1,15})?"
_DATE_LIKE: Final = r"(?a)\d\D.*\d{1,2}:\d{2}:\d{2}"

# The CDN's own statuses that say that it got no connection to the API. Not 522: a CDN also says that of a connection
# that stood and fell silent.
_NOT_REACHED: Final = frozenset({521, 523, 525, 526})
_UNAUTHORIZED: Final = 401
_REQUEST_TIMEOUT: Final = 408
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_FIRST_SERVER_ERROR: Final = 500


class Failure(NamedTuple):
    """Why an attempt gave no result. `retry_after` is in seconds, None where the answer did not say."""

    kind: FailureKind
    retry_after: float | None = None
    refreshable: bool = False

    @property
    def is_appointment(self) -> bool:
        """Whether the API named a moment to come back at: that uses up no attempt. "At once" does not name one."""
        return self.kind is FailureKind.TOLD_TO_WAIT and bool(self.retry_after)


def is_number(value: object) -> TypeGuard[float]:
    """Tell a number from whatever else an option may be given: a flag or NaN is not one."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - NaN


def check_number(name: str, value: object, least: float, most: float = math.inf, *, whole: bool = False) -> None:
    """Check an option that is a number.

    Raises:
        ConfigurationError: it is not a number, is a bool or NaN, is out of range, or is not `whole` as demanded.
    """
    if not is_number(value) or (whole and not isinstance(value, int)) or not least <= value <= most:
        limits = f"of at least {least:g}" if most == math.inf else f"from {least:g} to {most:,g}"
        raise ConfigurationError(f"{name} must be a {'whole ' if whole else ''}number {limits}")


def _at_least(minimum: float) -> Callable[[object, Attribute[Any], Any], None]:
    return lambda _, attribute, value: check_number(f"RetryPolicy: {attribute.name}", value, minimum)


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently a request is sent again; which ones may be is not configurable.

    Waits between attempts are drawn evenly from nothing up to `base` seconds, doubled each time up to `cap` ("full
    jitter"). An answer's `Retry-After` is obeyed instead (a moment of less than `base` lasts that long), unless it asks
    for more than `retry_after_cap` seconds: then the error surfaces at once. It holds all calls of the client, and uses
    up none of the `max_attempts`.
    No attempt starts later than `max_elapsed` seconds after the first one.
    A 401 with a token provider is repeated once with a fresh token whatever the policy.
    """

    max_attempts: int = field(default=4, validator=_at_least(1))
    max_elapsed: float = field(default=300.0, validator=_at_least(0))
    base: float = field(default=0.5, validator=_at_least(0))
    cap: float = field(default=20.0, validator=_at_least(0))
    retry_after_cap: float = field(default=60.0, validator=_at_least(0))

    @classmethod
    def none(cls) -> RetryPolicy:
        """Send every request once."""
        return cls(max_attempts=1)

    @property
    def is_patient(self) -> bool:
        """Whether anything is sent a second time."""
        return self.max_attempts > 1


class Wait(NamedTuple):
    """Send it again after `seconds`, with a fresh token if `refresh`."""

    seconds: float
    refresh: bool = False


class GiveUp(NamedTuple):
    """Raise: the failure itself, or that the outcome is unknown."""

    unknown: bool = False


def kind_of_status(status: int, *, retry_after: float | None, api_error: bool) -> FailureKind:
    """Classify an answer that is not 2xx; `api_error` says that the API itself wrote its body.

    A 5xx is no proof that nothing was done: by the contract a 500 covers uncaught exceptions, and the other ones, known
    or not, come from a host or a CDN that cannot know. Only the API's own 503 with `Retry-After` is a refusal: a proxy
    or a cache puts that header on whatever its backend answers.
    """
    if status == _UNAUTHORIZED:
        return FailureKind.UNAUTHORIZED
    if status == _TOO_MANY or (status == _UNAVAILABLE and retry_after is not None and api_error):
        return FailureKind.TOLD_TO_WAIT
    if status in _NOT_REACHED:
        return FailureKind.NOT_SENT
    if status == _REQUEST_TIMEOUT or status >= _FIRST_SERVER_ERROR:
        return FailureKind.UNCERTAIN
    return FailureKind.FINAL


def next_attempt(
    failure: Failure,
    *,
    repeatable: bool,
    attempt: int,
    elapsed: float,
    policy: RetryPolicy,
    random: Callable[[], float],
    resendable: bool = True,
) -> Wait | GiveUp:
    """Decide what follows the failed `attempt` (counted from 1), `elapsed` seconds after the first one began.

    `resendable` is False for a body that can be read only once; `random` gives numbers from 0 up to 1.
    """
    rule = RULES[failure.kind]
    action = rule.repeatable if repeatable else rule.other
    if action is Action.REFRESH and failure.refreshable and resendable:
        return Wait(0.0, refresh=True)
    if action is not Action.REPEAT:
        return GiveUp(unknown=action is Action.UNKNOWN)
    seconds = _wait(failure.retry_after, attempt, policy, random)
    spent = not policy.is_patient if failure.is_appointment else attempt >= policy.max_attempts
    if not resendable or seconds is None or spent or elapsed + seconds > policy.max_elapsed:
        return GiveUp()
    return Wait(seconds)


def _wait(told: float | None, attempt: int, policy: RetryPolicy, random: Callable[[], float]) -> float | None:
    """Seconds to wait, or None where the API asks for more patience than the policy has."""
    if told is not None:
        return (told and max(told, policy.base)) if told <= policy.retry_after_cap else None
    # 2.0 ** 1024 would overflow; the cap is reached long before.
    return random() * min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 60))


def read_retry_after(status: int, value: str | None, now: datetime) -> float | None:
    """Read the `Retry-After` of a 429 or 503, seconds or an HTTP date: seconds from now, 0 where it is past.

    None where it is neither, or the status is another: there the header is meant for browsers.
    """
    text = (value or "").strip()
    if status not in {_TOO_MANY, _UNAVAILABLE} or not text or len(text) > _LONGEST:
        return None
    seconds = float(text) if re.fullmatch(_NUMBER, text) else _seconds_until(text, now)
    return None if math.isnan(seconds) else max(seconds, 0.0)


def _seconds_until(text: str, now: datetime) -> float:
    """Seconds until an HTTP date, NaN where the text is not one."""
    # A bare word or time parses as some moment of today: an HTTP date names a day and a time.
    when = parse_time(text) if re.search(_DATE_LIKE, text) else None
    return math.nan if when is None else when.timestamp() - now.timestamp()


def parse_time(text: object) -> datetime | None:
    """Read a time in any usual form, UTC where it names no zone; None where it is not one."""
    if not isinstance(text, str):
        return None
    try:
        when = parser.parse(text)
        # As a number: on a machine that runs on UTC, dateutil calls Z the local zone, wherever that is next time.
        return when.replace(tzinfo=timezone(when.utcoffset() or timedelta()))
    except (ValueError, OverflowError, TypeError):
        return None
