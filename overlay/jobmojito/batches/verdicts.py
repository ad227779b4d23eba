"""What an answer, or a failure, says of each row of a request. Pure.

The words are the contract's: `ok` or `Error: <message>` for registered candidates; for invited users what happened,
`Skipped`, or `Error: <message>`. A word that nobody knows makes a row unknown: it is not taken for success.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jobmojito.errors import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRequestError,
    JobMojitoError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    TransportError,
    UploadError,
    ValidationError,
)
from jobmojito_api.codec import Array, Model, Object, read

from .results import RowKind, RowStatus
from .row_results import answer_rows, match

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .chunks import Slot

_FAILURES: Final[Mapping[type[JobMojitoError], tuple[RowStatus, RowKind]]] = {
    OutcomeUnknownError: (RowStatus.UNKNOWN, RowKind.OUTCOME_UNKNOWN),
    # Accepted by the API, so whatever it does and costs has happened.
    ResponseDecodeError: (RowStatus.UNKNOWN, RowKind.UNREADABLE),
    AuthenticationError: (RowStatus.ERROR, RowKind.AUTHENTICATION),
    PermissionDeniedError: (RowStatus.ERROR, RowKind.PERMISSION),
    NotFoundError: (RowStatus.ERROR, RowKind.NOT_FOUND),
    ConflictError: (RowStatus.ERROR, RowKind.CONFLICT),
    InvalidRequestError: (RowStatus.ERROR, RowKind.INVALID),
    ValidationError: (RowStatus.ERROR, RowKind.VALIDATION),
    RateLimitError: (RowStatus.ERROR, RowKind.RATE_LIMIT),
    ServerError: (RowStatus.ERROR, RowKind.SERVER),
    ApiError: (RowStatus.ERROR, RowKind.API),
    TransportError: (RowStatus.ERROR, RowKind.CONNECTION),
    ConfigurationError: (RowStatus.ERROR, RowKind.CONFIGURATION),
    UploadError: (RowStatus.ERROR, RowKind.UPLOAD),
}

_ERROR: Final = re.compile(r"error\b\s*:?\s*", re.IGNORECASE)


def settle_failure(slots: Sequence[Slot], error: Exception) -> None:
    """Settle the rows of a request that failed as a whole: as unknown where it may have been processed.

    That goes for an exception of no kind known here too, such as one of a transport or a hook of the caller's.
    """
    if not isinstance(error, JobMojitoError):
        error = _unforeseen(error)
    family = next((known for known in type(error).__mro__ if known in _FAILURES), OutcomeUnknownError)
    status, kind = _FAILURES[family]
    for slot in slots:
        slot.settle(status, kind, error.message, error=error)


def _unforeseen(error: Exception) -> JobMojitoError:
    unknown = OutcomeUnknownError(f"{type(error).__name__} was raised meanwhile, so it may have been processed")
    unknown.__cause__ = error
    return unknown


def settle_answers(
    slots: Sequence[Slot],
    value: object,
    *,
    model: str,
    done: Collection[str],
    strict: ResponseDecodeError | None = None,
) -> None:
    """Settle each row by the answered row that is certainly its own.

    `value` is the answer as it was read, `model` the generated class of an answered row, `done` the words for success
    in lower case. `strict` is the error that strict mode made of this answer: the rows it names become unknown.
    """
    rows = answer_rows(value)
    if rows is None:
        for slot in slots:
            slot.settle(RowStatus.UNKNOWN, RowKind.UNREADABLE, "the answer holds no rows", error=strict)
        return
    # A model's attributes stand for its JSON: writing thousands of rows only to compare them would cost more than all
    # the rest. What they hold of a null or a missing echo says nothing either way.
    echoes = [vars(row) if isinstance(row, Model) else row for row in rows]
    typed: list[object] = rows if value is rows else read(Array(Object(model)), rows).value
    departing = set[int]() if strict is None else _places(strict, under_results=value is not rows)
    for slot, place in zip(slots, match([slot.fields for slot in slots], echoes), strict=True):
        if place is None:
            slot.settle(RowStatus.UNKNOWN, RowKind.UNMATCHED, "no row of the answer is certain to be this one's")
        elif place in departing:
            text = "the row's answer departs from the contract (strict mode)"
            slot.settle(RowStatus.UNKNOWN, RowKind.UNREADABLE, text, answer=typed[place], error=strict)
        else:
            _settle(slot, typed[place], done)


def _settle(slot: Slot, answer: object, done: Collection[str]) -> None:
    result = getattr(answer, "result", None)
    word = result.strip().casefold() if isinstance(result, str) else ""
    if word in done:
        slot.settle(RowStatus.OK, answer=answer)
    elif word == "skipped":
        slot.settle(RowStatus.SKIPPED, RowKind.ALREADY, "the API had nothing to do", answer=answer)
    elif isinstance(result, str) and (prefix := _ERROR.match(result.lstrip())):
        text = result.lstrip()[prefix.end() :].strip()
        slot.settle(RowStatus.ERROR, RowKind.REJECTED, text or "the API gives no reason", answer=answer)
    else:
        said = f"an unknown result of {len(word)} characters" if word else "no result"
        slot.settle(RowStatus.UNKNOWN, RowKind.UNRECOGNISED, f"the API answered with {said}", answer=answer)


def _places(error: ResponseDecodeError, *, under_results: bool) -> set[int]:
    """Find the answered rows that strict mode complains about; rows under `results` are no departure by themselves."""
    steps = [one.pointer.split("/")[1:] for one in error.departures]
    if under_results:
        steps = [one[1:] for one in steps if one[:1] == ["results"]]
    return {int(one[0]) for one in steps if one and one[0].isdigit()}
