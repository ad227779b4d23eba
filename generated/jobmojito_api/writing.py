"""Writes models and rich values back as JSON values."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Final

from .types import UNSET

_ATOMS: Final = frozenset({str, int, float, bool, type(None)})
_DEEPEST: Final = 10_000


def write(value: object) -> Any:
    """Turn models, enums, ids and dates at any depth into JSON values, without recursion.

    `UNSET` in a mapping or a model is left out. A value that is not JSON stays as it is.

    Raises:
        ValueError: a value contains itself, or is nested deeper than 10,000 levels.
    """
    holder: list[object] = [value]
    work: list[tuple[Any, Any, object, int]] = [(holder, 0, value, 0)]
    while work:
        target, key, item, depth = work.pop()
        if depth > _DEEPEST:
            message = "a value that holds itself, or is nested too deeply"
            raise ValueError(message)
        if isinstance(item, Mapping) or hasattr(item, "json_items"):
            made: dict[str, object] = {}
            target[key] = made
            for key_, entry in _entries(item):
                if entry is not UNSET:
                    name = key_ if key_.__class__ is str else _atom(key_)
                    made[name] = entry
                    if entry.__class__ not in _ATOMS:
                        work.append((made, name, entry, depth + 1))
        elif isinstance(item, list | tuple):
            copied = list(item)
            target[key] = copied
            nested = ((index, entry) for index, entry in enumerate(copied) if entry.__class__ not in _ATOMS)
            work.extend((copied, index, entry, depth + 1) for index, entry in nested)
        else:
            target[key] = _atom(item)
    return holder[0]


def _entries(item: Any) -> Iterable[tuple[str, object]]:
    entries: Iterable[tuple[str, object]] = item.items() if isinstance(item, Mapping) else item.json_items()
    return entries


# Subclasses of str, float and so on are written as their base: texts of markupsafe, floats of numpy.
_PLAIN: Final[dict[type, Callable[[Any], object]]] = {
    Enum: lambda member: member.value,
    bool: bool,
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    uuid.UUID: str,
    dt.date: lambda day: day.isoformat(),
}


def _atom(item: Any) -> Any:
    """Write one value; a value that is not JSON stays as it is."""
    return next((plain(item) for kind, plain in _PLAIN.items() if isinstance(item, kind)), item)
