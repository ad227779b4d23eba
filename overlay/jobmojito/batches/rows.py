"""Read one row of a batch, of any type, as the fields that the contract names.

A row is a generated model, a mapping, a dataclass, an attrs class, a named tuple, a pydantic model, a row of pandas,
sqlite3 or SQLAlchemy, or a row of a CSV file. Pure: no sockets. A row that cannot be sent raises `Refused` with a
readable reason; one bad row never fails a batch.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Collection, Iterable, KeysView, Mapping
from functools import cache
from typing import Any, Final

import attrs

from jobmojito_api.codec import STRING, Model, Object, Type, examine, table_of, write
from jobmojito_api.encoding import unwritable

from .identity import same_email

EMAIL: Final = "email"

_ATOMS: Final = frozenset({str, int, bool, type(None)})
_TEXTS: Final = frozenset({str})
_AS_MAPPING: Final = ("_asdict", "model_dump", "to_dict")
"""Methods that return the fields: of named tuples and SQLAlchemy rows, of pydantic models, and of pandas rows."""

_BLANK: Final = frozenset({"NAType", "NaTType"})
"""Types that pandas uses for a missing value, besides NaN."""


class Refused(Exception):  # noqa: N818 - an outcome of reading a row, never seen by users
    """Why a row cannot be sent; the message holds field names, never their values."""


class CsvRow(dict[str, str]):
    """One record of a CSV file: its filled cells by column, the line it begins on, and what is wrong with it."""

    __slots__ = ("line", "problem")

    def __init__(self, cells: Mapping[str, str], line: int, problem: str | None = None) -> None:
        super().__init__(cells)
        self.line = line
        self.problem = problem


@dataclasses.dataclass(frozen=True)
class RowType:
    """The fields that one kind of row may have.

    `model` names the generated model of a row.
    """

    model: str

    @property
    def open(self) -> bool:
        """Whether the contract says that a row may have other fields."""
        return _is_open(self.model)

    def declared(self) -> KeysView[str]:
        """Return the property names that the contract declares, in document order."""
        return _declared(self.model).keys()

    def texts(self) -> frozenset[str]:
        """Return those declared names that take any string."""
        return _texts(self.model)


@cache
def _is_open(model: str) -> bool:
    return table_of(Object(model).python).is_open


@cache
def _declared(model: str) -> Mapping[str, Type[Any]]:
    table = table_of(Object(model).python)
    return {field.name: field.type for field in table.fields}


@cache
def _texts(model: str) -> frozenset[str]:
    return frozenset(name for name, type_ in _declared(model).items() if type_ is STRING)


def fields_of(row: object) -> dict[str, Any]:
    """Return a row's fields as JSON values, without those that are `UNSET` or missing to pandas (NaN, NaT, NA).

    Raises:
        Refused: the row has no named fields.
    """
    if isinstance(row, dict) and _ATOMS.issuperset(map(type, row.values())):
        written: dict[Any, Any] = dict(row)
    else:
        named = _named_values(row)
        written = _written(named if isinstance(named, Model) else _filled(named))
    if not _TEXTS.issuperset(map(type, written)):
        raise Refused("field names must be strings")
    return written


def readable_fields(row: object) -> dict[str, Any]:
    """Return the fields that can be read, for the record of a row's outcome; also of a row that cannot be sent."""
    try:
        named = _named_values(row)
    except Refused:
        return {"input": row}
    fields: dict[str, Any] = {}
    for name, value in (_written(named) if isinstance(named, Model) else _filled(named)).items():
        try:
            fields[str(name)] = _written(value)
        except Refused:
            fields[str(name)] = None
    return fields


def _filled(named: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: value for name, value in named.items() if not _is_blank(value)}


def _is_blank(value: object) -> bool:
    return (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in _BLANK


def _written(value: object) -> Any:
    try:
        return write(value)
    except ValueError:
        raise Refused("it holds a value that holds itself, or is nested too deeply") from None
    except Exception as error:  # noqa: BLE001 - a mapping's class is the caller's, and one bad row fails alone
        raise Refused(f"it holds a value that cannot be read ({type(error).__name__})") from None


def _named_values(row: Any) -> Model | Mapping[Any, Any]:
    """Return a row's fields by name, as its type stores them."""
    if isinstance(row, Model):
        return row
    try:
        found = None if isinstance(row, type) else _own_fields(row)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - the class is the caller's, and one bad row fails alone
        raise Refused(f"a {type(row).__name__} cannot be read as a row ({type(error).__name__})") from None
    if found is not None:
        return found
    what = f"a tuple of {len(row)}" if isinstance(row, tuple) else type(row).__name__
    raise Refused(f"a row must be a model, a mapping or a dataclass, not {what}: give a dict of its fields")


def _own_fields(row: Any) -> Mapping[Any, Any] | None:
    if isinstance(row, Mapping):
        named: Mapping[Any, Any] = row
        return dict(named)
    if dataclasses.is_dataclass(row):
        return {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    if attrs.has(type(row)):
        return {field.name: getattr(row, field.name) for field in attrs.fields(type(row))}
    for name in _AS_MAPPING:
        give: Callable[[], Mapping[Any, Any]] | None = getattr(row, name, None)
        if callable(give):
            fields = dict(give())
            if isinstance(row, tuple):
                fields.pop("Index", None)  # pandas' `itertuples` puts it before the columns
            return fields
    if isinstance(row, tuple):
        pair: tuple[Any, ...] = row
        return _of_pair(*pair) if len(pair) == 2 else None  # noqa: PLR2004 - a pair
    names: Callable[[], Iterable[str]] | None = getattr(row, "keys", None)  # a row of sqlite3
    return None if names is None else {name: row[name] for name in names()}


def _of_pair(first: object, fields: object) -> Mapping[Any, Any]:
    """Read a pair of a file and its fields, or of an index and its row as pandas' `iterrows` gives it."""
    return fields_of(fields) if isinstance(first, int) else {**fields_of(fields), "file": first}


def read_row(row: object, kind: RowType, allowed: Collection[str] = ("enum",)) -> dict[str, Any]:
    """Return the fields to send for a row; `allowed` as for `Call.prepare`.

    Raises:
        Refused: not a row, without an e-mail, with a field that the contract does not know or a value it refuses.
    """
    if isinstance(row, CsvRow) and row.problem is not None:
        raise Refused(row.problem)
    fields = fields_of(row)
    if not kind.open and not kind.declared() >= fields.keys() and "undeclared" not in allowed:
        unknown = [name for name in fields if name not in kind.declared()]
        raise Refused(f"unknown field {quoted(unknown)}; a row has {', '.join(kind.declared())}")
    email = fields.get(EMAIL)
    if email is None or (isinstance(email, str) and "@" not in email and same_email(email) is None):
        raise Refused("the e-mail is empty" if EMAIL in fields else "there is no e-mail")
    plain = _TEXTS.issuperset(map(type, fields.values())) and kind.texts().issuperset(fields)
    if not (plain and "".join(fields.values()).isprintable()):  # fast, and true of most rows
        _refuse_unfit(fields, kind, allowed)
    return fields


def _refuse_unfit(fields: Mapping[str, Any], kind: RowType, allowed: Collection[str]) -> None:
    for problem in (one for one in examine(Object(kind.model), fields) if one.keyword not in allowed):
        raise Refused(f"{_place(problem.pointer)}: expected {problem.expected}, got {problem.got}")
    for problem in unwritable(fields):
        raise Refused(f"{_place(problem.pointer)} holds {problem.got}")
    refuse_nul(fields)


def refuse_nul(fields: Mapping[str, Any]) -> None:
    """Refuse NUL characters: the API's database cannot store one, and the whole request would fail."""
    for name, value in fields.items():
        if _has_nul([name, value]):
            raise Refused(f"{name} holds a NUL character")


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    return any(map(_has_nul, value)) if isinstance(value, list) else isinstance(value, str) and "\0" in value


def _place(pointer: str) -> str:
    return pointer.lstrip("/") or "the row"


def quoted(names: list[str]) -> str:
    """List at most five names for a message."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""  # noqa: PLR2004 - as the sentence above says
    return ", ".join(repr(name[:40]) for name in names[:5]) + more
