"""One row of a batch as the fields that the contract names, whatever it was given as.

A row is a generated model, a mapping, a dataclass, an attrs class, a named tuple, or a row of a CSV file. Pure: no
sockets. A row that cannot be sent is `Refused` with words for a person; one bad row never fails a batch.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, KeysView, Mapping
from functools import cache
from typing import Any, Final, cast

import attrs

from jobmojito_api.codec import STRING, UUID, Model, Object, Type, check, table_of, write

from .identity import same_email

EMAIL: Final = "email"

_ATOMS: Final = frozenset({str, int, float, bool, type(None)})
_TEXTS: Final = frozenset({str})


class Refused(Exception):  # noqa: N818 - an outcome of reading a row, never seen by users
    """Why a row cannot be sent; the words hold field names, never their values."""


class CsvRow(dict[str, str]):
    """One record of a CSV file: its filled cells by column, the line it begins on, and what is wrong with it."""

    __slots__ = ("line", "problem")

    def __init__(self, cells: Mapping[str, str], line: int, problem: str | None = None) -> None:
        super().__init__(cells)
        self.line = line
        self.problem = problem


@dataclasses.dataclass(frozen=True)
class RowType:
    """What one kind of row may hold.

    `model` names the generated model of a row; `open` says that fields beyond the declared ones are let through.
    """

    model: str
    open: bool = False

    def declared(self) -> KeysView[str]:
        """Give the property names that the contract declares, in document order."""
        return _declared(self.model).keys()

    def texts(self) -> frozenset[str]:
        """Give those of them for which every text will do (formats are the server's business)."""
        return _texts(self.model)


@cache
def _declared(model: str) -> Mapping[str, Type[Any]]:
    table = table_of(Object(model).python)
    return {field.name: field.type for field in table.fields}


@cache
def _texts(model: str) -> frozenset[str]:
    return frozenset(name for name, type_ in _declared(model).items() if type_ in (STRING, UUID))


def fields_of(row: object) -> dict[str, Any]:
    """Give a row's fields as JSON values; what is `UNSET` is left out.

    Raises:
        Refused: it is nothing that has named fields.
    """
    if isinstance(row, dict) and _ATOMS.issuperset(map(type, row.values())):
        written: dict[Any, Any] = dict(row)
    else:
        written = _written(_named_values(row))
    if not _TEXTS.issuperset(map(type, written)):
        raise Refused("field names must be texts")
    return written


def _written(named: object) -> dict[Any, Any]:
    try:
        return cast("dict[Any, Any]", write(named))
    except ValueError:
        raise Refused("it holds a value that holds itself, or is nested too deeply") from None


def _named_values(row: object) -> object:
    if isinstance(row, Model | Mapping):
        return cast("object", row)
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        return {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    if attrs.has(cls := type(row)):
        return {field.name: getattr(row, field.name) for field in attrs.fields(cls)}
    if isinstance(row, tuple):
        return _of_tuple(row)
    raise Refused(f"a row must be a model, a mapping or a dataclass, not {type(row).__name__}")


def _of_tuple(row: tuple[Any, ...]) -> object:
    as_dict: Callable[[], object] | None = getattr(row, "_asdict", None)
    if as_dict is not None:
        return as_dict()
    if len(row) == 2:  # noqa: PLR2004 - a file and what belongs to it
        return {**fields_of(row[1]), "file": row[0]}
    raise Refused(f"a row must be a model, a mapping or a dataclass, not a tuple of {len(row)}")


def read_row(row: object, kind: RowType) -> dict[str, Any]:
    """Give the fields to be sent for a row.

    Raises:
        Refused: it is no row, has no e-mail, a field that the contract does not know, or a value it does not take.
    """
    if isinstance(row, CsvRow) and row.problem is not None:
        raise Refused(row.problem)
    fields = fields_of(row)
    if not kind.open and not kind.declared() >= fields.keys() and not isinstance(row, Model):
        _refuse_unknown(fields, kind)
    email = fields.get(EMAIL)
    if email is None or (isinstance(email, str) and same_email(email) is None):
        raise Refused("the e-mail is empty" if EMAIL in fields else "there is no e-mail")
    plain = _TEXTS.issuperset(map(type, fields.values())) and kind.texts().issuperset(fields)
    if not plain:
        _refuse_unfit(fields, kind)
    _refuse_unwritable("".join(fields.values()) if plain else fields)
    return fields


def _refuse_unknown(fields: Mapping[str, object], kind: RowType) -> None:
    unknown = [name for name in fields if name not in kind.declared()]
    raise Refused(f"unknown field {quoted(unknown)}; a row has {', '.join(kind.declared())}")


def _refuse_unfit(fields: Mapping[str, object], kind: RowType) -> None:
    for problem in check(Object(kind.model), fields):
        raise Refused(f"{problem.pointer.lstrip('/') or 'the row'}: expected {problem.expected}, got {problem.got}")


def _refuse_unwritable(value: object) -> None:
    try:
        (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)).encode()
    except (TypeError, ValueError, RecursionError):
        raise Refused("it holds something that JSON cannot say: NaN, half a character, an object") from None


def quoted(names: list[str]) -> str:
    """List names for a message, the first five of them."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""  # noqa: PLR2004 - as the sentence above says
    return ", ".join(repr(name[:40]) for name in names[:5]) + more
