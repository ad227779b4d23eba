"""Finds out where the live API departs from its document, over all calls of many processes: never a value or a person.

    jm = JobMojito(observe=Observer("conformance.db"))

    python -m jobmojito.conformance report conformance.db
    python -m jobmojito.conformance propose conformance.db

Of each departure of an answer it keeps the operation, the declared status, the place in the answer by the contract's
names (`/data/*/status`), what was expected, which kind of value came, how often, and the first and the last day (UTC).
The text of an unknown enum value is kept only if it and all values of that enum in the contract are plain words: under
40 letters, hyphens and underscores. Names of undeclared properties and positions in lists are never kept.

Answers that `jm.raw` reads, deliveries of webhooks and downloads are not observed.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from weakref import finalize

from jobmojito.calls.processes import PerProcess
from jobmojito.calls.responses import declared_status
from jobmojito.redaction import log
from jobmojito_api.codec import Array, Enumeration, Limited, Model, Object, Union, table_of
from jobmojito_api.kinds import Const
from jobmojito_api.types import UNSET

from .store import MOST_DEPARTURES, Departed, Store

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from jobmojito.calls.responses import Detailed
    from jobmojito.errors import ResponseDecodeError
    from jobmojito_api.calls import Call, Operation
    from jobmojito_api.codec import Departure, Type

__all__ = ["Departed", "Observer", "Store"]

_SECONDS: Final = 5.0
"""Counts of what is known already are written this often, and at the end of the process."""
_WORD: Final = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z]+)*")
_MOST_LETTERS: Final = 40
_MOST_AT_ONCE: Final = 200
"""Departures of one answer that are looked at; a list of thousands of rows departs the same way in each."""
_NUMBER: Final = re.compile(r"\d+")


_Answer = tuple["Operation[Any]", int]
"""An operation and the status of an answer."""


class Observer:
    """Counts the departures of the answers that clients get, in a file that many processes may share.

    `JobMojito(observe=observer)` and `AsyncJobMojito(observe=observer)`; one observer may serve several clients. A
    departure that is new is written at once, counts every five seconds and at the end of the process; a killed process
    loses the counts since. Observing never fails a call: what cannot be written is kept for later, and logged once.

    Args:
        path: an SQLite file, made if there is none, which only its owner can read. Not on a network drive.

    Raises:
        ConfigurationError: the file cannot be made or written, or is another kind of file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        store = Store(Path(path))
        self._counts: PerProcess[_Counts] = PerProcess(lambda: _Counts(store))
        store.make()
        finalize(self, _flush, self._counts)

    def answered(self, call: Call[Any], detailed: Detailed[Any]) -> None:
        """Note an answer that was read; clients call this."""
        counts, key = self._counts.get(), (call.definition, detailed.status_code)
        if detailed.departures:
            status = declared_status(call, detailed.status_code)
            counts.add(key, set(departed(call, status, detailed.departures, detailed.value)))
        else:
            counts.add(key)

    def refused(self, call: Call[Any], error: ResponseDecodeError) -> None:
        """Note an answer that strict mode refused; clients call this."""
        if error.departures and error.status_code is not None and error.answer is not None:
            status = declared_status(call, error.status_code)
            reading = call.read(status, error.answer.content)
            found = set(departed(call, status, reading.departures, reading.value))
            self._counts.get().add((call.definition, error.status_code), found)

    def flush(self) -> None:
        """Write what was counted so far."""
        self._counts.get().flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.flush()


class _Counts:
    """What one process has counted and not yet written."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, Lock()
        self._answers: dict[_Answer, int] = {}
        self._departures: Counter[Departed] = Counter()
        self._known: set[Departed] = set()
        self._due, self._is_told = monotonic() + _SECONDS, False

    def add(self, answer: _Answer, found: set[Departed] | None = None) -> None:
        """Count an answer, and its departures once each."""
        with self._lock:
            self._answers[answer] = self._answers.get(answer, 0) + 1
            new = self._add(found) if found else None
        if new or monotonic() > self._due:
            self.flush()

    def _add(self, found: set[Departed]) -> set[Departed]:
        """Count departures; gives those that are new, as far as there is room for them."""
        new = set(islice(found - self._known, MOST_DEPARTURES - len(self._known)))
        self._known |= new
        self._departures.update(found & self._known)
        return new

    def flush(self) -> None:
        """Write the counts; those that cannot be written now are kept."""
        with self._lock:
            self._due = monotonic() + _SECONDS
            answers, self._answers = self._answers, {}
            departures, self._departures = self._departures, Counter()
        if not answers:
            return
        try:
            self._store.add(_declared(answers), departures, datetime.now(UTC).date())
        except OSError as error:
            with self._lock:
                for answer, count in answers.items():
                    self._answers[answer] = self._answers.get(answer, 0) + count
                self._departures.update(departures)
            if not self._is_told:
                self._is_told = True
                log.warning("conformance: what was observed cannot be written now: %s", error)


def _declared(answers: dict[_Answer, int]) -> dict[tuple[str, int], int]:
    """Count answers by operation and declared status."""
    counts: Counter[tuple[str, int]] = Counter()
    for (definition, status), count in answers.items():
        counts[definition.name, declared_status(definition.call({}), status)] += count
    return counts


def _flush(counts: PerProcess[_Counts]) -> None:
    """Write what this process has counted, when the observer or the process ends."""
    if here := counts.peek():
        here.flush()


def departed(call: Call[Any], status: int, departures: tuple[Departure, ...], value: object) -> Iterator[Departed]:
    """Tell departures of a value that was read by the contract's words alone."""
    type_ = call.answer_type(status)
    for one in departures[:_MOST_AT_ONCE]:
        place, inner, found = _place(type_, value, one.pointer)
        got = _NUMBER.sub("N", one.got)
        if one.keyword in {"required", "anyOf"} and isinstance(found, Model):
            # A union tells that something is missing, and its variant what.
            for name in _missing(found):
                yield Departed(call.operation, status, place, "required", f"property {name!r}", "none")
            if one.keyword == "required":
                continue
        text = _plain_word(inner, found) if one.keyword in {"enum", "const"} else ""
        yield Departed(call.operation, status, place, one.keyword, one.expected, got, text)


def _missing(value: Model) -> list[str]:
    table = table_of(value)
    given = {field.name for field in table.fields if getattr(value, field.attribute) is not UNSET}
    return sorted(table.required - given)


def _place(type_: Type[Any] | None, value: object, pointer: str) -> tuple[str, Type[Any] | None, object]:
    """Write a place by the contract's names: `*` for items and for names it does not have, `|1` for a variant.

    Returns its type and the value there too.
    """
    steps: list[str] = []
    for token in [*pointer.split("/")[1:], None]:
        type_, variant = _chosen(type_, value)
        steps += variant
        if token is None:
            break
        name = token.replace("~1", "/").replace("~0", "~")
        step = "*"
        if isinstance(type_, Object) and isinstance(value, Model):
            field = next((one for one in table_of(value).fields if one.name == name), None)
            if field is not None:
                step, type_, value = token, field.type, getattr(value, field.attribute)
            else:
                type_, value = table_of(value).extra, value.additional_properties.get(name)
        elif isinstance(type_, Array) and isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            type_, value = type_.item, value[int(name)]
        else:
            type_, value = None, None
        steps.append(step)
    return "".join(f"/{step}" for step in steps), type_, value


def _chosen(type_: Type[Any] | None, value: object) -> tuple[Type[Any] | None, list[str]]:
    """Return the type without its limits and the variant of a union that a value was read as, and that as a step."""
    steps: list[str] = []
    while isinstance(type_, Limited | Union):
        if isinstance(type_, Limited):
            type_ = type_.base
            continue
        fits = [number for number, one in enumerate(type_.plain) if _is_of(one, value)]
        if len(type_.plain) == 1:
            fits = [0]
        elif fits:
            steps.append(f"|{fits[0]}")
        else:
            return type_, steps
        type_ = type_.plain[fits[0]]
    return type_, steps


def _is_of(type_: Type[Any], value: object) -> bool:
    while isinstance(type_, Limited):
        type_ = type_.base
    if isinstance(type_, Object | Enumeration):
        return isinstance(value, type_.python)
    return isinstance(type_, Array) and isinstance(value, list)


def _plain_word(type_: Type[Any] | None, value: object) -> str:
    """Return the text of an unknown value if it is a word among words, else nothing."""
    if isinstance(type_, Enumeration):
        known = [one.value for one in type_.python]
    elif isinstance(type_, Const):
        known = [type_.value]
    else:
        return ""
    text = str(getattr(value, "value", value)) if isinstance(value, str) else ""
    return text if all(_is_word(one) for one in (text, *known)) else ""


def _is_word(text: object) -> bool:
    return isinstance(text, str) and len(text) < _MOST_LETTERS and _WORD.fullmatch(text) is not None
