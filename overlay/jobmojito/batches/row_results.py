"""Which row of an answer belongs to which row that was sent: pure, and never a guess.

The contract says that the answer mirrors the input. That is believed where nothing contradicts it: the same number of
rows, and no echo of another person at any position. Otherwise the order is worth nothing, and a row is matched only by
an e-mail that one sent row and one answered row alone have; sent rows that share an e-mail, by what else both carry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar, cast

from jobmojito_api.types import UNSET

from .rows import EMAIL, folded

Fields = Mapping[str, Any]
Key = TypeVar("Key")

_ECHOED: Final = ("external_id", "name", "interview_id", "type")
"""What an answer repeats of a row beside its e-mail."""


def answer_rows(body: object) -> list[Any] | None:
    """Find the rows of an answer: the body itself, as the document says, or under `results`, as the guide says.

    None where there are none to be found.
    """
    if isinstance(body, Mapping):
        body = cast("Mapping[str, object]", body).get("results")
    return body if isinstance(body, list) else None


def match(sent: Sequence[Fields], answered: Sequence[object]) -> list[int | None]:
    """Give, for each sent row, the index of its answered row; None where that cannot be said with certainty."""
    echoes = [cast("Fields", row) if isinstance(row, Mapping) else {} for row in answered]
    emails = [folded(row.get(EMAIL)) for row in sent]
    if (
        len(sent) == len(echoes)
        and not any(map(_contradicts, sent, echoes))
        and (len(set(emails)) == len(emails) or not _is_mixed_up(emails, sent, echoes))
    ):
        return [index if isinstance(row, Mapping) else None for index, row in enumerate(answered)]
    senders = _groups(emails)
    found: list[int | None] = [None] * len(sent)
    answers = _groups(folded(row.get(EMAIL)) for row in echoes)
    for email, rows in senders.items():
        for one, other in _pairs(rows, answers.get(email, []), sent, echoes):
            found[one] = other
    return found


def _contradicts(sent: Fields, echo: Fields) -> bool:
    """Tell whether an answered row speaks of another row; an echo that is missing or null says nothing."""
    if sent.get(EMAIL) != (email := echo.get(EMAIL)) and folded(email) not in {None, folded(sent.get(EMAIL))}:
        return True
    for name in _ECHOED:
        if name in sent and sent[name] != (echoed := echo.get(name)) and _differs(sent[name], echoed):
            return True
    return False


def _differs(sent: object, echo: object) -> bool:
    """Compare where both sides say something; the server may have put a default where nothing was sent."""
    return echo is not None and echo is not UNSET and sent is not None and _plain(echo) != _plain(sent)


def _is_mixed_up(emails: Sequence[str | None], sent: Sequence[Fields], echoes: Sequence[Fields]) -> bool:
    """Tell whether, of rows that share an e-mail, one has the very echo of another: answered twice, or swapped."""
    for rows in _groups(emails).values():
        marks = {_mark(sent[index]) for index in rows}
        if any((echo := _mark(echoes[index])) != _mark(sent[index]) and echo in marks for index in rows):
            return True
    return False


def _plain(value: object) -> object:
    """Ignore case and outer spaces, which a server tidies."""
    return value.strip().casefold() if isinstance(value, str) else value


def _pairs(
    senders: list[int], answers: list[int], sent: Sequence[Fields], echoes: Sequence[Fields]
) -> Iterable[tuple[int, int]]:
    """Pair rows that share an e-mail: one with one, or by the rest of the echo where that is unique on both sides."""
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
    """Give the indexes at which each key stands; None is no key."""
    groups: defaultdict[Key, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        if key is not None:
            groups[key].append(index)
    return groups
