"""The limits that JSON Schema puts on a value: lengths, bounds, counts and patterns, one row each."""

from __future__ import annotations

import json
from importlib import import_module
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class _Applies(Protocol):
    def __call__(self, value: Any, limit: Any, /) -> bool: ...


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


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


_SIZES: Final[tuple[tuple[type, str], ...]] = ((str, "characters"), (list, "items"), (dict, "properties"))

# name: JSON Schema keyword, the JSON types it applies to, whether a value keeps it, its text
_ROWS: Final[dict[str, tuple[str, Callable[[object], bool], _Applies, str]]] = {
    "min_length": ("minLength", lambda v: isinstance(v, str), lambda v, n: len(v) >= n, "at least {} characters"),
    "max_length": ("maxLength", lambda v: isinstance(v, str), lambda v, n: len(v) <= n, "at most {} characters"),
    "pattern": ("pattern", lambda v: isinstance(v, str), lambda v, p: not _breaks(v, p), "text matching {}"),
    "minimum": ("minimum", _is_number, lambda v, n: v >= n, "at least {}"),
    "maximum": ("maximum", _is_number, lambda v, n: v <= n, "at most {}"),
    "exclusive_minimum": ("exclusiveMinimum", _is_number, lambda v, n: v > n, "more than {}"),
    "exclusive_maximum": ("exclusiveMaximum", _is_number, lambda v, n: v < n, "less than {}"),
    "multiple_of": ("multipleOf", _is_number, _is_multiple, "a multiple of {}"),
    "min_items": ("minItems", lambda v: isinstance(v, list), lambda v, n: len(v) >= n, "at least {} items"),
    "max_items": ("maxItems", lambda v: isinstance(v, list), lambda v, n: len(v) <= n, "at most {} items"),
    "unique_items": ("uniqueItems", lambda v: isinstance(v, list), lambda v, on: not on or _is_unique(v), "no repeats"),
    "min_properties": (
        "minProperties",
        lambda v: isinstance(v, dict),
        lambda v, n: len(v) >= n,
        "{} properties and up",
    ),
    "max_properties": (
        "maxProperties",
        lambda v: isinstance(v, dict),
        lambda v, n: len(v) <= n,
        "{} properties, no more",
    ),
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
        _, applies, keeps, _ = _ROWS[self.name]
        if not applies(value) or keeps(value, self.value):
            return None
        unit = next((unit for kind, unit in _SIZES if isinstance(value, kind)), None)
        return f"{len(value)} {unit}" if unit else "a number outside"


def limits_from(given: Mapping[str, object]) -> tuple[Limit, ...]:
    """Make limits from keyword arguments; an unknown name is a KeyError, so no limit is silently ignored."""
    for name in given:
        if name not in _ROWS:
            raise KeyError(name)
    return tuple(Limit(name, value) for name, value in given.items())


NAMES: Final[dict[str, str]] = {row[0]: name for name, row in _ROWS.items()}
__all__ = ["NAMES", "Limit", "limits_from"]
