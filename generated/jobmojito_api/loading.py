"""Reads the text of an answer: by `json`, or where it pays and orjson is installed (the extra `fast`), by that.

Both give the same values. What orjson refuses is read by `json`, which decides: other encodings, a BOM, NaN, halves of
surrogates, numbers out of range. orjson turns integers beyond 64 bits into floats and nests deeper than `json` may:
where a value could be such a one, or departs from its type, the text is read again by `json` (`Faults.doubt`).
"""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from .codec import Reading, Type, read
from .faults import Doubt

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_PAYS: Final = 8 * 1024
"""Bytes from which orjson saves more than it costs."""

_SURE: Final = frozenset({"null", "none", "boolean", "string", "another value"})
"""What departs in these ways is the same in both; a number, array or object may hold a number that is not."""


def read_json(type_: Type[T], content: bytes) -> Reading[T]:
    """Read a text as a type.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    quick = _quick() if len(content) >= _PAYS else None
    if quick is not None:
        try:
            reading = read(type_, quick(content), is_ours=True, is_quick=True)
        except (Doubt, RecursionError, ValueError):
            pass
        else:
            if reading.total == len(reading.departures) and all(one.got in _SURE for one in reading.departures):
                return reading
    return read(type_, json.loads(content), is_ours=True)


@cache
def _quick() -> Callable[[bytes], object] | None:
    """Return orjson's reader if it is installed."""
    try:
        orjson: Any = import_module("orjson")
    except ImportError:
        return None
    return cast("Callable[[bytes], object]", orjson.loads)
