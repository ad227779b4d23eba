"""What an answer, or a failure, means for each row of a request. Pure, and never a guess.

The words are the contract's: `ok` or `Error: <message>` for registered candidates; what was done (such as `Invited`),
`Skipped` or `Error: <message>` for invited users. An unknown word makes a row unknown, never ok.

Which answered row belongs to which sent row? The contract says that the answer has the order of the input. The order is
used if nothing contradicts it: the number of rows is the same, and no position repeats another row's data. Otherwise a
row is matched only by an e-mail that exactly one sent row and one answered row have; sent rows that share an e-mail are
matched by the other fields that the answer repeats.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

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
from jobmojito_api.codec import Model, Object, read
from jobmojito_api.types import UNSET

from .identity import same_email
from .results import RowKind, RowStatus
from .rows import EMAIL

if TYPE_CHECKING:
    from collections.abc import Collection

    from .chunks import PendingRow

Fields = Mapping[str, Any]
Key = TypeVar("Key")

_ECHOED: Final = ("external_id", "name", "interview_id", "type")
"""Fields of a row that an answer repeats, besides the e-mail."""


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


def settle_failure(pending: Sequence[PendingRow], error: Exception) -> None:
    """Settle the rows of a request that failed as a whole; as unknown if it may have been processed.

    An exception that is not ours, such as one from the caller's transport or hook, makes them unknown too.
    """
    if not isinstance(error, JobMojitoError):
        error = _unforeseen(error)
    family = next((known for known in type(error).__mro__ if known in _FAILURES), OutcomeUnknownError)
    status, kind = _FAILURES[family]
    for row in pending:
        row.settle(status, kind, error.message, error=error)


def _unforeseen(error: Exception) -> JobMojitoError:
    unknown = OutcomeUnknownError(f"{type(error).__name__} was raised meanwhile, so it may have been processed")
    unknown.__cause__ = error
    return unknown


def settle_answers(
    pending: Sequence[PendingRow],
    value: object,
    *,
    model: str,
    done: Collection[str],
    strict: ResponseDecodeError | None = None,
) -> None:
    """Settle each row by its answered row; a row without a certain match becomes unknown.

    `value` is the answer, `model` the generated class of an answered row, `done` the words for success in lower case.
    `strict` is the error that strict mode raised for this answer: rows that depart from the contract become unknown.
    """
    rows = answer_rows(value)
    if rows is None:
        for row in pending:
            row.settle(RowStatus.UNKNOWN, RowKind.UNREADABLE, "the answer holds no rows", error=strict)
        return
    # A model's attributes are compared instead of its JSON: encoding thousands of rows would cost more than all the
    # rest. Null and missing fields are ignored either way.
    echoes = [vars(row) if isinstance(row, Model) else row for row in rows]
    readings = [] if strict is None and value is rows else [read(Object(model), row) for row in rows]
    typed: list[object] = [reading.value for reading in readings] or rows
    for row, place in zip(pending, match([row.fields for row in pending], echoes), strict=True):
        if place is None:
            row.settle(RowStatus.UNKNOWN, RowKind.UNMATCHED, "no row of the answer is certain to be this one's")
        elif strict is not None and readings[place].departures:
            text = "the row's answer departs from the contract (strict mode)"
            row.settle(RowStatus.UNKNOWN, RowKind.UNREADABLE, text, answer=typed[place], error=strict)
        else:
            _settle(row, typed[place], done)


def _settle(row: PendingRow, answer: object, done: Collection[str]) -> None:
    result = getattr(answer, "result", None)
    word = result.strip().casefold() if isinstance(result, str) else ""
    if word in done:
        row.settle(RowStatus.OK, answer=answer)
    elif word == "skipped":
        row.settle(RowStatus.SKIPPED, RowKind.ALREADY, "the API had nothing to do", answer=answer)
    elif isinstance(result, str) and (prefix := _ERROR.match(result.lstrip())):
        text = result.lstrip()[prefix.end() :].strip()
        row.settle(RowStatus.ERROR, RowKind.REJECTED, text or "the API gives no reason", answer=answer)
    else:
        said = f"an unknown result of {len(word)} characters" if word else "no result"
        row.settle(RowStatus.UNKNOWN, RowKind.UNRECOGNISED, f"the API answered with {said}", answer=answer)


def answer_rows(body: object) -> list[Any] | None:
    """Return the rows of an answer: the body itself, as the contract says, or its `results`, as the guide says.

    None if there are none.
    """
    if isinstance(body, Mapping):
        body = cast("Mapping[str, object]", body).get("results")
    return body if isinstance(body, list) else None


def match(sent: Sequence[Fields], answered: Sequence[object]) -> list[int | None]:
    """Return, for each sent row, the index of its answered row; None if it is not certain."""
    echoes = [cast("Fields", row) if isinstance(row, Mapping) else {} for row in answered]
    emails = [same_email(row.get(EMAIL)) for row in sent]
    if (
        len(sent) == len(echoes)
        and not any(map(_contradicts, sent, echoes))
        and (len(set(emails)) == len(emails) or not _is_mixed_up(emails, sent, echoes))
    ):
        return [index if isinstance(row, Mapping) else None for index, row in enumerate(answered)]
    senders = _groups(emails)
    found: list[int | None] = [None] * len(sent)
    answers = _groups(same_email(row.get(EMAIL)) for row in echoes)
    for email, rows in senders.items():
        for one, other in _pairs(rows, answers.get(email, []), sent, echoes):
            found[one] = other
    return found


def _contradicts(sent: Fields, echo: Fields) -> bool:
    """Whether an answered row repeats other data than the sent row; missing and null fields are ignored."""
    if sent.get(EMAIL) != (email := echo.get(EMAIL)) and same_email(email) not in {None, same_email(sent.get(EMAIL))}:
        return True
    for name in _ECHOED:
        if name in sent and sent[name] != (echoed := echo.get(name)) and _differs(sent[name], echoed):
            return True
    return False


def _differs(sent: object, echo: object) -> bool:
    """Compare two values if both are there; the server may have filled in a default for one that was not sent."""
    return echo is not None and echo is not UNSET and sent is not None and _plain(echo) != _plain(sent)


def _is_mixed_up(emails: Sequence[str | None], sent: Sequence[Fields], echoes: Sequence[Fields]) -> bool:
    """Whether, among rows that share an e-mail, an answer repeats another one's fields: doubled or swapped."""
    for rows in _groups(emails).values():
        marks = {_mark(sent[index]) for index in rows}
        if any((echo := _mark(echoes[index])) != _mark(sent[index]) and echo in marks for index in rows):
            return True
    return False


def _plain(value: object) -> object:
    """Return a string without case and outer spaces, which the server may normalise."""
    return value.strip().casefold() if isinstance(value, str) else value


def _pairs(
    senders: list[int], answers: list[int], sent: Sequence[Fields], echoes: Sequence[Fields]
) -> Iterable[tuple[int, int]]:
    """Pair rows that share an e-mail: one with one, or by the other repeated fields if unique on both sides."""
    if len(senders) == 1:
        if answers and all(echoes[other] == echoes[answers[0]] for other in answers):
            yield senders[0], answers[0]
        return
    marks = _groups(_mark(sent[index]) for index in senders)
    echoed = _groups(_mark(echoes[index]) for index in answers)
    for mark, positions in marks.items():
        others = echoed.get(mark, [])
        if len(positions) == len(others) == 1:
            yield senders[positions[0]], answers[others[0]]


def _mark(row: Fields) -> str:
    return repr([None if (value := row.get(name)) is UNSET else _plain(value) for name in _ECHOED])


def _groups(keys: Iterable[Key | None]) -> dict[Key, list[int]]:
    """Return the indexes of each key; None is not a key."""
    groups: defaultdict[Key, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        if key is not None:
            groups[key].append(index)
    return groups
