"""One row of a batch as the fields that the contract names, whatever it was given as.

A row is a generated model, a mapping, a dataclass, an attrs class, a named tuple, or a row of a CSV file. Pure: no
sockets. A row that cannot be sent is `Refused` with words for a person; one bad row never fails a batch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, cast

import attrs

from jobmojito_api.codec import Model, Object, write

EMAIL: Final = "email"

_ATOMS: Final = frozenset({str, int, float, bool, type(None)})


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

    def declared(self) -> tuple[str, ...]:
        """Give the property names that the contract declares, in document order."""
        return _declared(self.model)


@cache
def _declared(model: str) -> tuple[str, ...]:
    table = cast("type[Model]", Object(model).python)._table  # noqa: SLF001 - the contract's own list
    return tuple(field.name for field in table.fields)


def fields_of(row: object) -> dict[str, Any]:
    """Give a row's fields as JSON values; what is `UNSET` is left out.

    Raises:
        Refused: it is nothing that has named fields.
    """
    if isinstance(row, dict) and all(value.__class__ in _ATOMS for value in row.values()):
        written: dict[Any, Any] = dict(row)
    else:
        written = write(_named_values(row))
    if not all(isinstance(name, str) for name in written):
        raise Refused("field names must be texts")
    return written


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
        Refused: it is no row, has no e-mail, or a field that the contract does not know. Values are checked with the
            request that holds the row.
    """
    if isinstance(row, CsvRow) and row.problem is not None:
        raise Refused(row.problem)
    fields = fields_of(row)
    if not kind.open and not isinstance(row, Model):
        _refuse_unknown(fields, kind.declared())
    email = fields.get(EMAIL)
    if email is None or (isinstance(email, str) and not email.strip()):
        raise Refused("the e-mail is empty" if EMAIL in fields else "there is no e-mail")
    return fields


def _refuse_unknown(fields: Mapping[str, object], known: tuple[str, ...]) -> None:
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise Refused(f"unknown field {quoted(unknown)}; a row has {', '.join(known)}")


def quoted(names: list[str]) -> str:
    """List names for a message, the first five of them."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""  # noqa: PLR2004 - as the sentence above says
    return ", ".join(repr(name[:40]) for name in names[:5]) + more


def folded(email: object) -> str | None:
    """Give an e-mail in the form in which two are compared: trimmed and case-folded; None where there is none."""
    if not isinstance(email, str):
        return None
    return email.strip().casefold() or None
