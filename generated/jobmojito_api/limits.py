"""The limits that JSON Schema puts on a value: lengths, bounds, counts and patterns, one row each."""

from __future__ import annotations

import json
from importlib import import_module
from math import isfinite
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _breaks(text: str, pattern: str) -> bool:
    """Whether a text certainly breaks a pattern; the matcher is loaded at first use, as few models need it."""
    return cast("bool", import_module(".patterns", __package__).breaks(text, pattern))


def _is_multiple(value: float, limit: float) -> bool:
    """Whether a number is a multiple; True if the quotient is too large for a float."""
    if isinstance(value, int) and isinstance(limit, int):
        return value % limit == 0
    try:
        quotient = value / limit
    except OverflowError:
        return True
    return not isfinite(quotient) or quotient.is_integer()


def _is_unique(items: list[object]) -> bool:
    try:
        seen = [json.dumps(item, sort_keys=True) for item in items]
    except (TypeError, ValueError):
        return True  # not JSON, which is reported elsewhere
    return len(seen) == len(set(seen))


_KINDS: Final[dict[str, Any]] = {"characters": str, "items": list, "properties": dict, "number": (int, float)}

# name: JSON Schema keyword, what it counts in the values that it applies to, whether a value keeps it, its text
_ROWS: Final[dict[str, tuple[str, str, Callable[[Any, Any], bool], str]]] = {
    "min_length": ("minLength", "characters", lambda v, n: len(v) >= n, "at least {} characters"),
    "max_length": ("maxLength", "characters", lambda v, n: len(v) <= n, "at most {} characters"),
    "pattern": ("pattern", "characters", lambda v, p: not _breaks(v, p), "text matching {}"),
    "minimum": ("minimum", "number", ge, "at least {}"),
    "maximum": ("maximum", "number", le, "at most {}"),
    "exclusive_minimum": ("exclusiveMinimum", "number", gt, "more than {}"),
    "exclusive_maximum": ("exclusiveMaximum", "number", lt, "less than {}"),
    "multiple_of": ("multipleOf", "number", _is_multiple, "a multiple of {}"),
    "min_items": ("minItems", "items", lambda v, n: len(v) >= n, "at least {} items"),
    "max_items": ("maxItems", "items", lambda v, n: len(v) <= n, "at most {} items"),
    "unique_items": ("uniqueItems", "items", lambda v, on: not on or _is_unique(v), "no repeats"),
    "min_properties": ("minProperties", "properties", lambda v, n: len(v) >= n, "{} properties and up"),
    "max_properties": ("maxProperties", "properties", lambda v, n: len(v) <= n, "{} properties, no more"),
}


class Limit(NamedTuple):
    """One limit with its value, as the contract declares it."""

    name: str
    value: Any

    @property
    def keyword(self) -> str:
        """The JSON Schema keyword."""
        return _ROWS[self.name][0]

    @property
    def expected(self) -> str:
        """The limit in words."""
        return _ROWS[self.name][3].format(self.value)

    def breach(self, value: Any) -> str | None:
        """Describe a value that breaks the limit; None if it keeps it or is of another type."""
        _, unit, keeps, _ = _ROWS[self.name]
        if not isinstance(value, _KINDS[unit]) or isinstance(value, bool) or keeps(value, self.value):
            return None
        return "a number outside" if unit == "number" else f"{len(value)} {unit}"


def limits_from(given: Mapping[str, object]) -> tuple[Limit, ...]:
    """Make limits from keyword arguments; an unknown name is a KeyError, so no limit is silently ignored."""
    for name in given:
        if name not in _ROWS:
            raise KeyError(name)
    return tuple(Limit(name, value) for name, value in given.items())


NAMES: Final[dict[str, str]] = {row[0]: name for name, row in _ROWS.items()}
