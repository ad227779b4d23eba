"""Reads and writes every model by its field table, and reports exactly where a value departs from the contract.

Reading never refuses a JSON value. A value that departs from the contract is kept as received and reported as a
`Departure`; the rules are those of JSON Schema 2020-12 with `format` not asserted, so a strict caller needs no other
validator. Writing gives back what was read. Types are declared by the generated models and operations:

    STRING INTEGER NUMBER BOOLEAN NULL ANY UUID DATE DATE_TIME BINARY      one JSON value
    TEXT BYTES NOTHING                                                     an answer that is not JSON
    Const(value)  Enumeration("Name")  Object("Name")                      names are found in `.models` at first use
    Array(item)  Union(first, second, ..., one_of=False)  Limited(type, min_length=1, ...)

What a model declares is in its table: `table_of(Model).fields`.

The other modules: `kinds` and `choices` have these types, `faults` collects departures, `limits` has the limits,
`tables` the models, `showing` their `repr`, `writing` the writer.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

from attrs import frozen

from .choices import Union
from .faults import Faults, pointer
from .kinds import (
    ANY,
    BINARY,
    BOOLEAN,
    BYTES,
    DATE,
    DATE_TIME,
    INTEGER,
    NOTHING,
    NULL,
    NUMBER,
    STRING,
    TEXT,
    UUID,
    Array,
    Const,
    Enumeration,
    Limited,
    Object,
    Type,
    kind_of,
)
from .tables import Field, Model, Table, table_of, undeclared
from .types import UNSET, Departure, Unset
from .writing import write

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class Reading(Generic[T_co]):
    """A value as it was read, and the places where it departs from its type.

    `departures` are at most ten thousand, or a million characters of pointers; `total` counts all.
    """

    value: T_co
    departures: tuple[Departure, ...] = ()
    total: int = 0


def read(type_: Type[T], value: object, *, is_ours: bool = False, is_quick: bool = False) -> Reading[T]:
    """Read a JSON value as a type; never raises for what `json.loads` can give.

    `is_ours`: nobody else has the value, so that its objects may be changed. `is_quick`: it was read as `loading` says.
    """
    faults = Faults(is_ours=is_ours, is_quick=is_quick)
    result = type_.read(value, faults)
    return Reading(cast("T", result), faults.departures(), faults.total)


def check(type_: Type[Any], value: object) -> tuple[Departure, ...]:
    """List what the contract refuses in a value to be sent; unknown enum values pass, the server may know them."""
    return tuple(one for one in examine(type_, value) if one.keyword != "enum")


def examine(type_: Type[Any], value: object) -> tuple[Departure, ...]:
    """List where a value to be sent departs from the contract, undeclared properties included."""
    return to_be_sent(type_, value)[1]


def fits(type_: Type[Any], value: object) -> bool:
    """Whether a value is surely what the contract takes, as far as it is described: a quick look at plain JSON."""
    faults = Faults(is_request=True, is_raw=True)
    type_.read(value, faults)
    return not faults and not faults.has_more


def to_be_sent(type_: Type[Any], value: object) -> tuple[Any, tuple[Departure, ...]]:
    """Write a value as JSON, and list where it departs from the contract.

    Raises:
        ValueError, RecursionError: it holds itself, or is nested too deeply.
    """
    written, faults = write(value), Faults(is_request=True)
    result = type_.read(written, faults)
    more = undeclared(result) if faults.has_more else ()  # only then there are any
    return written, (*faults.departures(without="enum"), *more, *faults.departures(only="enum"))


__all__ = [
    "ANY",
    "BINARY",
    "BOOLEAN",
    "BYTES",
    "DATE",
    "DATE_TIME",
    "INTEGER",
    "NOTHING",
    "NULL",
    "NUMBER",
    "STRING",
    "TEXT",
    "UNSET",
    "UUID",
    "Array",
    "Const",
    "Departure",
    "Enumeration",
    "Field",
    "Limited",
    "Model",
    "Object",
    "Reading",
    "Table",
    "Type",
    "Union",
    "Unset",
    "check",
    "examine",
    "fits",
    "kind_of",
    "pointer",
    "read",
    "table_of",
    "to_be_sent",
    "write",
]
