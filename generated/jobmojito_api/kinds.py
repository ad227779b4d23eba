"""The types of the contract and how each reads a JSON value, telling every departure.

The rules are those of JSON Schema 2020-12 with `format` not asserted; `codec` says what is where.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

from .limits import Limit, limits_from
from .types import File

if TYPE_CHECKING:
    from collections.abc import Callable

T_co = TypeVar("T_co", covariant=True)

Path = tuple[str | int, ...]
Fault = tuple[Path, str, str, str]  # where, expected, got, JSON Schema keyword
Faults = list[Fault]


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


def prefix(faults: Faults, mark: int, step: str | int) -> None:
    """Put a step before every fault found since `mark`: paths are only built where something is wrong."""
    faults[mark:] = [((step, *path), *rest) for path, *rest in faults[mark:]]  # type: ignore[misc]  # star of a 3-tuple


class Type(Generic[T_co]):
    """How a JSON value is read. `expected` names it for a person; `exact` is the Python class that needs no reading."""

    expected: str = "any value"
    exact: type | None = None

    def read(self, value: object, faults: Faults) -> object:  # noqa: ARG002 - the base type takes anything
        """Give the Python value, kept as received where it departs; add each departure to `faults`."""
        return value

    def where(self, **limits: object) -> Limited[T_co]:
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
        return self.accepts is int and isinstance(value, float) and value.is_integer()


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
DATE: Final[Type[dt.date]] = Scalar("string", str, _lossless(dt.date.fromisoformat, dt.date.isoformat))
DATE_TIME: Final[Type[dt.datetime]] = Scalar("string", str, _lossless(dt.datetime.fromisoformat, dt.datetime.isoformat))


class Binary(Type[Any]):
    """The bytes of a file part when sending; a text when it comes in JSON."""

    expected = "file (bytes, or a stream opened in binary mode)"

    def read(self, value: object, faults: Faults) -> object:
        """Take a file, bytes, a binary stream or a text; a stream of texts has no bytes to send."""
        content = value.payload if isinstance(value, File) else value
        sendable = isinstance(content, str | bytes | bytearray) or hasattr(content, "read")
        if not sendable or isinstance(content, io.TextIOBase):
            faults.append(((), self.expected, kind_of(content), "type"))
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
    def python(self) -> Any:
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
        members = self.python._value2member_map_
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
        model = self.python
        return model._table.read(model, value, faults)  # noqa: SLF001 - its own codec


class Array(Type[Any]):
    """A list of one type."""

    def __init__(self, item: Type[Any]) -> None:
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
                prefix(faults, mark, index)
        return result


class Union(Type[Any]):
    """Any one of several types: the one with the fewest departures, then the most known fields, then the first.

    A property that departs counts once, however much is wrong within it: a report with two nulls inside is still that
    report, not another one whose only fault is that its report is missing.
    """

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
        """Read as one branch and rank it; a branch of another kind comes after all that can hold the value."""
        own: Faults = []
        result = branch.read(value, own)
        wrong_kind = any(not path and keyword == "type" for path, _, _, keyword in own)
        departing = len({path[0] if path else expected for path, expected, *_ in own})
        return (wrong_kind, departing, -getattr(result, "known_fields", 0)), result, own

    def _tell(self, value: object, own: Faults, fitting: int, faults: Faults) -> None:
        """Pass on the best branch's faults; one at the root itself is the whole union's."""
        if own and all(not path for path, *_ in own):
            keyword = own[0][3] if len({fault[3] for fault in own}) == 1 else "anyOf"
            faults.append(((), self.expected, "another value" if keyword == "enum" else kind_of(value), keyword))
        else:
            faults.extend(own)
        if self.one_of and fitting > 1:
            faults.append(((), f"exactly one of {self.expected}", f"{fitting} that fit", "oneOf"))


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
