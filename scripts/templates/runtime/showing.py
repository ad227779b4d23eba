"""Writes the `repr` of models, without personal data.

This is decided here alone, by the contract. Shown in full: booleans, null, numbers, declared values of an enum, dates
and ids. A text is a date or an id only if the property is one by its format or the last word of its name, and the text
has the form of one. Of everything else only the size is shown: other texts, undeclared properties and values, values
that depart from their type, and any property whose name suggests a secret or a telephone number.

Loaded at the first `repr`, so that importing stays cheap.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from .choices import Union
from .kinds import (
    DATE,
    DATE_TIME,
    INTEGER,
    NUMBER,
    STRING,
    UUID,
    Array,
    Const,
    Enumeration,
    Limited,
    Object,
    Type,
)
from .tables import Field, Model, table_of
from .types import UNSET

_MOST_ITEMS: Final = 3
_MOST_CHARACTERS: Final = 4_000
_LARGEST: Final = 10**30
_IDS: Final = frozenset({"id", "ids", "uuid", "uuids"})
_DATES: Final = frozenset({"at", "date", "dates", "till", "until"})
_SECRETS: Final = frozenset({"key", "mobile", "otp", "password", "phone", "pin", "secret", "signature", "token"})
_UUID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_TIME: Final = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
_DATE: Final = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:{_TIME})?"


def show_model(model: Model, room: int = 1) -> str:
    """Show the properties that are set; models and lists inside while there is `room`, then their sizes."""
    given = [(field, getattr(model, field.attribute, UNSET)) for field in table_of(model).fields]
    shown = [f"{field.attribute}={_shown(field, value, room)}" for field, value in given if value is not UNSET]
    kept = _within(shown)
    more = [f"+{len(shown) - len(kept)} more"] if len(kept) < len(shown) else []
    extra = [f"+{len(model.additional_properties)} undeclared"] if model.additional_properties else []
    return f"{type(model).__name__}({', '.join([*kept, *more, *extra])})"


def is_shown(field: Field, value: object) -> bool:
    """Whether a property's value is shown in full; for a list, whether all items are."""
    if isinstance(value, list | tuple):
        return all(is_shown(field, one) for one in value) if isinstance(field.type, Array) else False
    words = field.attribute.rstrip("_").split("_")
    type_ = field.type.item if isinstance(field.type, Array) else field.type
    return isinstance(value, bool | None) or (
        _SECRETS.isdisjoint(words) and _known(type_, value, words[-1], 0) is not None
    )


def _within(shown: list[str]) -> list[str]:
    """Keep as many parts as fit into a `repr`."""
    length = 0
    for index, one in enumerate(shown):
        length += len(one)
        if length > _MOST_CHARACTERS:
            return shown[:index]
    return shown


def _shown(field: Field, value: object, room: int) -> str:
    words = field.attribute.rstrip("_").split("_")
    if not _SECRETS.isdisjoint(words) and not isinstance(value, bool | None):
        return _size(value)
    return _item(field.type, value, words[-1], room)


def _item(type_: Type[Any], value: object, word: str, room: int) -> str:
    """Show a value in full if its declared type allows that, else its size."""
    known = repr(value) if isinstance(value, bool | None) else _known(type_, value, word, room)
    return _size(value) if known is None else known


def _known(type_: Type[Any], value: Any, word: str, room: int) -> str | None:  # noqa: PLR0911 - a table of shapes
    """Show a value of the declared type; None if it is another or may be personal data. `word` ends the name."""
    match type_:
        case Limited():
            return _known(type_.base, value, word, room)
        case Union():
            tries = (_known(branch, value, word, room) for branch in type_.branches)
            return next((one for one in tries if one is not None), None)
        case Array():
            return _items(type_.item, value, word, room) if room and isinstance(value, list | tuple) else None
        case Object():
            return show_model(value, room - 1) if room and isinstance(value, type_.python) else None
        case Enumeration():
            member = type_.kinds[0].get(value) if isinstance(value, str | int) else None
            return None if member is None else repr(member)
        case Const():
            return repr(type_.value) if value == type_.value else None
        case _:
            return _scalar(type_, value, word)


def _items(item: Type[Any], values: Any, word: str, room: int) -> str:
    """Show the first few items, and the number of the others."""
    shown = [_item(item, value, word, room) for value in values[:_MOST_ITEMS]]
    more = [f"+{len(values) - len(shown)} more"] if len(values) > len(shown) else []
    return f"[{', '.join([*shown, *more])}]"


def _scalar(type_: Type[Any], value: object, word: str) -> str | None:
    """Show a number, an id or a date."""
    if type_ is INTEGER or type_ is NUMBER:
        if isinstance(value, int):
            return int.__repr__(value) if abs(value) < _LARGEST else None
        return float.__repr__(value) if isinstance(value, float) else None
    if type_ is UUID or (type_ is STRING and word in _IDS):
        return repr(str(value)) if isinstance(value, uuid.UUID) else _written_like(_UUID, value)
    if type_ in (DATE, DATE_TIME) or (type_ is STRING and word in _DATES):
        return repr(value.isoformat()) if isinstance(value, dt.date) else _written_like(_DATE, value)
    return None


def _written_like(form: str, value: object) -> str | None:
    found = re.fullmatch(form, value) if isinstance(value, str) else None
    return None if found is None else repr(found.group())


def _size(value: Any) -> str:
    """Return the JSON type of a value, and its size if it has one."""
    if isinstance(value, str):
        return f"<text, {len(value)} chars>"
    if isinstance(value, int | float):
        return "<number>"
    if isinstance(value, list | tuple):
        return f"<list, {len(value)} items>"
    if isinstance(value, Mapping):
        return f"<object, {len(value)} properties>"
    return f"<bytes, {len(value)}>" if isinstance(value, bytes | bytearray) else f"<{type(value).__name__}>"
