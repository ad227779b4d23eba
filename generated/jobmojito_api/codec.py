"""Reads and writes every model from its field table: tolerant, and exact about what departs from the contract.

Reading never refuses a JSON value. What departs from the contract is kept as it was received and told as a
`Departure`; the rules are those of JSON Schema 2020-12 with `format` not asserted, so a strict reader needs no second
opinion. Writing gives back what was read. Types are declared by the generated models and operations:

    STRING INTEGER NUMBER BOOLEAN NULL ANY UUID DATE DATE_TIME BINARY      one JSON value
    TEXT BYTES NOTHING                                                     an answer that is no JSON
    Const(value)  Enumeration("Name")  Object("Name")                      names are found in `.models` at first use
    Array(item)  Union(first, second, ..., one_of=False)  Limited(type, min_length=1, ...)
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Self, TypeVar, cast

from attrs import frozen

from .limits import Limit, limits_from
from .types import UNSET, File, Unset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

Path = tuple[str | int, ...]
Fault = tuple[Path, str, str, str]  # where, expected, got, JSON Schema keyword
Faults = list[Fault]


@frozen
class Departure:
    """One place where a value departs from the contract; it names kinds and sizes, never the value (people!).

    `pointer` is an RFC 6901 pointer into the value, "" for the whole of it; `keyword` is the JSON Schema keyword at odds.
    """

    pointer: str
    expected: str
    got: str
    keyword: str = "type"


@frozen
class Reading(Generic[T_co]):
    """A value as it was read, and every place where it departs from its type."""

    value: T_co
    departures: tuple[Departure, ...]


def read(type_: Type[T], value: object) -> Reading[T]:
    """Read a JSON value as a type; never raises for what `json.loads` can give."""
    faults: Faults = []
    result = type_.read(value, faults)
    return Reading(cast("T", result), tuple(map(_departure, faults)))


def check(type_: Type[Any], value: object) -> tuple[Departure, ...]:
    """List what the contract refuses in a value about to be sent; enums stay open, the server may know more values."""
    faults: Faults = []
    type_.read(write(value), faults)
    return tuple(_departure(fault) for fault in faults if fault[3] != "enum")


def pointer(path: Iterable[str | int]) -> str:
    """Join the steps of a path as an RFC 6901 JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _departure(fault: Fault) -> Departure:
    path, expected, got, keyword = fault
    return Departure(pointer(path), expected, got, keyword)


_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def kind_of(value: object) -> str:
    """Name the JSON kind of a value, or the class of something that is no JSON."""
    return _KINDS.get(type(value)) or type(value).__name__


def _prefix(faults: Faults, mark: int, step: str | int) -> None:
    """Put a step before every fault found since `mark`: paths are only built where something is wrong."""
    faults[mark:] = [((step, *path), *rest) for path, *rest in faults[mark:]]  # type: ignore[misc]  # star of a 3-tuple


class Type(Generic[T_co]):
    """How a JSON value is read. `expected` names it for a person; `exact` is the Python class that needs no reading."""

    expected: str = "any value"
    exact: type | None = None

    def read(self, value: object, faults: Faults) -> object:  # noqa: ARG002 - the base type takes anything
        """Give the Python value, kept as received where it departs; add each departure to `faults`."""
        return value

    def where(self, **limits: object) -> Limited:
        """Give the same type under JSON Schema limits, named in snake case: `STRING.where(min_length=1)`."""
        return Limited(self, **limits)

    def __repr__(self) -> str:
        """Show what the type expects."""
        return f"<{self.expected}>"


class Scalar(Type[T_co]):
    """One kind of JSON value, optionally turned into a richer Python value where that loses nothing."""

    def __init__(self, expected: str, exact: type, convert: Callable[[Any], object] | None = None) -> None:
        """Name the JSON type and its Python class."""
        self.expected, self.accepts, self.convert = expected, exact, convert
        self.exact = exact if convert is None else None

    def read(self, value: object, faults: Faults) -> object:
        """Take a value of the class; a number takes integers, an integer takes 3.0."""
        if value.__class__ is self.accepts:
            return value if self.convert is None else self.convert(value)
        if self._takes(value):
            return value
        faults.append(((), self.expected, kind_of(value), "type"))
        return value

    def _takes(self, value: object) -> bool:
        if self.accepts is float:
            return value.__class__ is int
        return self.accepts is int and value.__class__ is float and cast("float", value).is_integer()


def _lossless(parse: Callable[[str], object], show: Callable[[Any], str]) -> Callable[[str], object]:
    """Turn a text into a value only if writing it gives the same text again; otherwise the text stays as received."""

    def convert(text: str) -> object:
        try:
            value = parse(text)
            return value if show(value) == text.replace("Z", "+00:00") else text
        except (ValueError, OverflowError):
            return text

    return convert


STRING: Final[Type[str]] = Scalar("string", str)
INTEGER: Final[Type[int]] = Scalar("integer", int)
NUMBER: Final[Type[float]] = Scalar("number", float)
BOOLEAN: Final[Type[bool]] = Scalar("boolean", bool)
NULL: Final[Type[None]] = Scalar("null", type(None))
ANY: Final[Type[Any]] = Type()
UUID: Final[Type[uuid.UUID]] = Scalar("string", str, _lossless(uuid.UUID, str))
DATE: Final[Type[datetime.date]] = Scalar(
    "string", str, _lossless(datetime.date.fromisoformat, datetime.date.isoformat)
)
DATE_TIME: Final[Type[datetime.datetime]] = Scalar(
    "string", str, _lossless(datetime.datetime.fromisoformat, datetime.datetime.isoformat)
)


class Binary(Type[Any]):
    """The bytes of a file part when sending; a text when it comes in JSON."""

    expected = "file"

    def read(self, value: object, faults: Faults) -> object:
        """Take a file, bytes, a binary stream or a text."""
        if not isinstance(value, str | bytes | bytearray | File) and not hasattr(value, "read"):
            faults.append(((), self.expected, kind_of(value), "type"))
        return value


BINARY: Final[Type[Any]] = Binary()
TEXT: Final[Type[str]] = Scalar("text", str)
BYTES: Final[Type[bytes]] = Scalar("bytes", bytes)
NOTHING: Final[Type[None]] = Scalar("no content", type(None))


class Const(Type[Any]):
    """Exactly one value."""

    def __init__(self, value: str | float | bool) -> None:  # noqa: FBT001 - a JSON value, not a flag
        """Keep the value."""
        self.value = value
        self.expected = json.dumps(value, ensure_ascii=False)

    def read(self, value: object, faults: Faults) -> object:
        """Take the value alone; true is not 1 in JSON, 1.0 is."""
        if value != self.value or isinstance(value, bool) is not isinstance(self.value, bool):
            faults.append(((), self.expected, kind_of(value), "const"))
        return value


class Named(Type[Any]):
    """A type that is looked up in `.models` when it is first needed, so that importing stays cheap."""

    def __init__(self, name: str) -> None:
        """Keep the name until then."""
        self.name = name

    @cached_property
    def python(self) -> Any:  # noqa: ANN401 - whatever the models package holds under the name
        """The generated class."""
        return getattr(import_module(".models", __package__), self.name)


class Enumeration(Named):
    """A generated enum; an unknown value becomes a member-like value and is told."""

    def __init__(self, name: str) -> None:
        """Keep the name until the first value is read."""
        super().__init__(name)
        self.expected = f"one of {name}"

    @cached_property
    def kinds(self) -> tuple[dict[object, object], type, str]:
        """The members by value, the class of their values, and its JSON name."""
        members = self.python._value2member_map_  # noqa: SLF001 - the standard library's own table of the members
        kind = int if issubclass(self.python, int) else str
        return members, kind, _KINDS[kind]

    def read(self, value: object, faults: Faults) -> object:
        """Give the member; keep a value of another kind as it is."""
        members, kind, expected = self.kinds
        if value.__class__ is not kind:
            faults.append(((), expected, kind_of(value), "type"))
            return value
        member = members.get(value)
        if member is None:
            faults.append(((), self.expected, "another value", "enum"))
            return self.python(value)
        return member


class Object(Named):
    """A generated model, read from a JSON object."""

    def __init__(self, name: str) -> None:
        """Keep the name until the first value is read."""
        super().__init__(name)
        self.expected = f"object ({name})"

    def read(self, value: object, faults: Faults) -> object:
        """Give the model; keep what is no object as it is."""
        if value.__class__ is not dict:
            faults.append(((), self.expected, kind_of(value), "type"))
            return value
        model = cast("type[Model]", self.python)
        return model._table.read(model, cast("dict[str, object]", value), faults)  # noqa: SLF001 - its own codec


class Array(Type[list[T_co]]):
    """A list of one type."""

    def __init__(self, item: Type[T_co]) -> None:
        """Keep the type of the items."""
        self.item = item
        self.expected = "array"

    def read(self, value: object, faults: Faults) -> object:
        """Read each item; keep what is no list as it is."""
        if value.__class__ is not list:
            faults.append(((), self.expected, kind_of(value), "type"))
            return value
        exact, item, result = self.item.exact, self.item.read, []
        for index, entry in enumerate(cast("list[object]", value)):
            if entry.__class__ is exact:
                result.append(entry)
                continue
            mark = len(faults)
            result.append(item(entry, faults))
            if len(faults) != mark:
                _prefix(faults, mark, index)
        return result


class Union(Type[Any]):
    """Any one of several types: the one with the fewest departures, then the most known fields, then the first."""

    def __init__(self, *branches: Type[Any], one_of: bool = False) -> None:
        """Keep the branches in document order; `one_of` is JSON Schema's exactly-one."""
        self.branches, self.one_of = branches, one_of
        self.nullable = NULL in branches
        self.plain = tuple(branch for branch in branches if branch is not NULL)
        self.expected = " or ".join(branch.expected for branch in branches)

    def read(self, value: object, faults: Faults) -> object:
        """Read as the best branch and tell that branch's departures."""
        if value is None and self.nullable:
            return None
        if len(self.plain) == 1:
            own: Faults = []
            result = self.plain[0].read(value, own)
            self._tell(value, own, 1, faults)
            return result
        tries = [self._try(branch, value) for branch in self.plain]
        best = min(tries, key=lambda one: one[0])
        self._tell(value, best[2], sum(not own for _, _, own in tries), faults)
        return best[1]

    @staticmethod
    def _try(branch: Type[Any], value: object) -> tuple[tuple[bool, int, int], object, Faults]:
        """Read as one branch and rank it; a branch of another kind altogether comes after all that can hold the value."""
        own: Faults = []
        result = branch.read(value, own)
        wrong_kind = any(not path and keyword == "type" for path, _, _, keyword in own)
        return (wrong_kind, len(own), -_known_fields(result)), result, own

    def _tell(self, value: object, own: Faults, fitting: int, faults: Faults) -> None:
        """Pass on the best branch's faults; one at the root itself is the whole union's."""
        if own and all(not path for path, *_ in own):
            keyword = own[0][3] if len({fault[3] for fault in own}) == 1 else "anyOf"
            faults.append(((), self.expected, "another value" if keyword == "enum" else kind_of(value), keyword))
        else:
            faults.extend(own)
        if self.one_of and fitting > 1:
            faults.append(((), f"exactly one of {self.expected}", f"{fitting} that fit", "oneOf"))


def _known_fields(value: object) -> int:
    """Count the declared properties that a model was given."""
    if not isinstance(value, Model):
        return 0
    return sum(getattr(value, field.attribute) is not UNSET for field in value._table.fields)  # noqa: SLF001


class Limited(Type[T_co]):
    """A type under JSON Schema limits; the limits look at the value as it was received."""

    def __init__(self, base: Type[T_co], **limits: object) -> None:
        """Keep the type and the checks of its limits."""
        self.base, self.given = base, limits
        self.expected = base.expected
        self.limits: tuple[Limit, ...] = limits_from(limits)

    def read(self, value: object, faults: Faults) -> object:
        """Read as the type, then check each limit that applies to the kind of value."""
        result = self.base.read(value, faults)
        for limit in self.limits:
            got = limit.breach(value)
            if got is not None:
                faults.append(((), limit.expected, got, limit.keyword))
        return result


@frozen
class Field:
    """One declared property: its JSON name, the attribute that holds it, its type, and what may be left out or null."""

    name: str
    attribute: str
    type: Type[Any]
    required: bool = False
    nullable: bool = False


class Table:
    """The declared properties of a model, and the type of those that are not declared (None: there may be none)."""

    def __init__(
        self, *fields: Field, extra: Type[Any] | None = ANY, limits: Mapping[str, object] | None = None
    ) -> None:
        """Keep the fields in document order."""
        self.fields, self.extra = fields, extra
        self.limits = limits_from(limits or {})
        self.required = frozenset(field.name for field in fields if field.required)
        self.blank: dict[str, object] = {field.attribute: UNSET for field in fields}
        self.entries = {f.name: (f.attribute, f.type.exact, f.type, f.nullable) for f in fields}

    def read(self, model: type[Model], data: dict[str, object], faults: Faults) -> Model:
        """Make a model of a JSON object: one pass over what came, so that missing and unknown properties cost nothing."""
        values, extra = self.blank.copy(), {}
        entries = self.entries
        for name, value in data.items():
            entry = entries.get(name)
            if entry is None:
                extra[name] = value
                continue
            attribute, exact, type_, nullable = entry
            if value.__class__ is exact or (value is None and nullable):
                values[attribute] = value
                continue
            mark = len(faults)
            values[attribute] = type_.read(value, faults)
            if len(faults) != mark:
                _prefix(faults, mark, name)
        if not self.required <= data.keys():
            faults.extend(((), f"property {n!r}", "none", "required") for n in sorted(self.required - data.keys()))
        if self.extra is not ANY and extra:
            self._read_extra(extra, faults)
        for limit in self.limits:
            got = limit.breach(data)
            if got is not None:
                faults.append(((), limit.expected, got, limit.keyword))
        values["additional_properties"] = extra
        return model._from_values(values)  # noqa: SLF001 - the codec makes models

    def _read_extra(self, extra: dict[str, object], faults: Faults) -> None:
        """Read undeclared properties as their declared type, or tell that there may be none; they are kept anyway."""
        if self.extra is None:
            faults.append(((), "no undeclared property", f"{len(extra)} of them", "additionalProperties"))
            return
        for name, value in extra.items():
            mark = len(faults)
            extra[name] = self.extra.read(value, faults)
            if len(faults) != mark:
                _prefix(faults, mark, name)


class Model:
    """What every generated model can do. Its attributes are declared by attrs, its JSON by `_table`.

    A required property that an answer left out is `UNSET`; undeclared properties are in `additional_properties`.
    `repr` shows structure and no texts: names, e-mails and links stay out of logs.
    """

    _table: ClassVar[Table] = Table()
    additional_properties: dict[str, Any]

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a JSON object, tolerantly; `codec.read(Object(name), value)` also tells the departures."""
        return cast("Self", cls._table.read(cls, dict(src_dict), []))

    @classmethod
    def _from_values(cls, values: dict[str, object]) -> Self:
        model = cls.__new__(cls)
        model.__dict__ = values
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the JSON object: what is `UNSET` is left out, everything else goes as it stands."""
        return cast("dict[str, Any]", write(self))

    @property
    def additional_keys(self) -> list[str]:
        """The names of the undeclared properties."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - an undeclared property holds any JSON
        """Give an undeclared property."""
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - as above
        """Set an undeclared property."""
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        """Drop an undeclared property."""
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        """Tell whether an undeclared property was given."""
        return key in self.additional_properties

    def __repr__(self) -> str:
        """Show which properties are set, with numbers, flags, enums and ids, and only the size of texts."""
        shown = [f"{f.attribute}={_show(getattr(self, f.attribute))}" for f in self._table.fields if self._has(f)]
        extra = [f"+{len(self.additional_properties)} undeclared"] if self.additional_properties else []
        return f"{type(self).__name__}({', '.join(shown + extra)})"

    def _has(self, field: Field) -> bool:
        return getattr(self, field.attribute, UNSET) is not UNSET


def _show(value: object) -> str:
    if isinstance(value, Enum):
        known = value in type(value).__members__.values()
        return f"{type(value).__name__}.{value.name}" if known else f"{type(value).__name__}(<new value>)"
    if isinstance(value, str):
        return f"<{len(value)} characters>"
    if isinstance(value, list | dict):
        return f"<{len(value)} items>"
    return repr(value) if isinstance(value, int | float | uuid.UUID | Model | None) else f"<{type(value).__name__}>"


_ATOMS: Final = frozenset({str, int, float, bool, type(None)})


def write(value: object) -> Any:  # noqa: ANN401 - a JSON value
    """Turn models, enums, ids and dates at any depth into JSON values; without recursion, so any depth goes.

    What is `UNSET` in a mapping or a model is left out. A value that JSON does not know stays as it is.
    """
    holder: list[object] = [value]
    work: list[tuple[Any, Any, object]] = [(holder, 0, value)]
    while work:
        target, key, item = work.pop()
        if isinstance(item, Model | Mapping):
            made: dict[str, object] = {}
            target[key] = made
            for name, entry in _entries(item):
                if entry is not UNSET:
                    made[name] = entry
                    if entry.__class__ not in _ATOMS:
                        work.append((made, name, entry))
        elif isinstance(item, list | tuple):
            copied = list(item)
            target[key] = copied
            work.extend((copied, index, entry) for index, entry in enumerate(copied) if entry.__class__ not in _ATOMS)
        else:
            target[key] = _atom(item)
    return holder[0]


def _entries(item: Model | Mapping[str, object]) -> Iterator[tuple[str, object]]:
    if isinstance(item, Model):
        for field in item._table.fields:  # noqa: SLF001 - the codec reads its tables
            yield field.name, getattr(item, field.attribute, UNSET)
        yield from item.additional_properties.items()
    else:
        yield from item.items()


def _atom(item: object) -> object:
    if isinstance(item, Enum):
        return item.value
    if isinstance(item, uuid.UUID):
        return str(item)
    if isinstance(item, datetime.datetime | datetime.date):
        return item.isoformat()
    return item


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
    "kind_of",
    "pointer",
    "read",
    "write",
]
