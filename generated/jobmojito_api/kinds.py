"""The types of the contract: each reads a JSON value and reports every departure.

The rules are those of JSON Schema 2020-12 with `format` not asserted; `codec` describes the other modules.
"""

# Over 300 lines: every type of the contract is here.

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from functools import cached_property
from importlib import import_module
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

from .limits import Limit, limits_from
from .types import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .faults import Faults

T_co = TypeVar("T_co", covariant=True)

LARGE: Final = 2.0**63
"""From here on a float may be an integer that was read quickly."""
_FLAT: Final = 200  # objects and arrays: a value with no more of them is not nested too deeply

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
    """Name the JSON type of a value, or the class of one that is not JSON."""
    if isinstance(value, float) and not isfinite(value):
        return "NaN or Infinity"
    return _KINDS.get(type(value)) or type(value).__name__


class Type(Generic[T_co]):
    """A type that reads JSON values. `expected` is its name in messages.

    `exact` is a Python class whose values are read unchanged; floats only if they are finite.
    """

    expected: str = "any value"
    exact: type | None = None

    def read(self, value: object, faults: Faults) -> object:  # noqa: ARG002 - the base type takes anything
        """Return the Python value, kept as received where it departs; add each departure to `faults`."""
        return value

    def where(self, **limits: object) -> Limited[T_co]:
        """Return the same type under JSON Schema limits, named in snake case: `STRING.where(min_length=1)`."""
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
        """Accept a value of the class; an integer accepts 3.0."""
        if value.__class__ is self.accepts:
            return value if self.convert is None else self.convert(value)
        if self.accepts is not int or not isinstance(value, float) or not value.is_integer():
            faults.add(self.expected, kind_of(value))
        elif abs(value) >= LARGE:
            faults.doubt()
        return value


class Number(Type[float]):
    """A JSON number: an integer or a float, but neither NaN nor infinite, which Python's `json` accepts."""

    expected = "number"
    exact = float

    def read(self, value: object, faults: Faults) -> object:
        """Accept an integer or a finite float."""
        kind = value.__class__
        if kind is float and not -LARGE < cast("float", value) < LARGE:
            faults.doubt()
        if kind is not int and (kind is not float or not isfinite(cast("float", value))):
            faults.add(self.expected, kind_of(value))
        return value


class Anything(Type[Any]):
    """Any JSON value; NaN and infinite numbers are reported at any depth."""

    def read(self, value: object, faults: Faults) -> object:
        """Accept everything but NaN and infinite numbers."""
        if value.__class__ is float:
            return NUMBER.read(value, faults)
        if value.__class__ not in ATOMS and not faults.is_raw:  # which is written as JSON anyway
            text = _json(value)
            if text is None:
                for path in _infinite(value):
                    mark = len(faults)
                    faults.add("number", "NaN or Infinity")
                    for step in path:
                        faults.put_under(mark, step)
            if faults.is_quick and (text is None or "e+" in text or text.count("[") + text.count("{") > _FLAT):
                faults.doubt()
        return value


ATOMS: Final = frozenset({str, int, bool, type(None)})
_encode: Final = json.JSONEncoder(allow_nan=False, ensure_ascii=False).encode


def _json(value: object) -> str | None:
    """Write a value as JSON, quickly; None if that fails, which it also may without NaN or infinity."""
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError):
        return None


def _infinite(value: object) -> Iterator[list[str | int]]:
    """Find the paths of numbers that are not finite, each from its last step; without recursion, for any depth."""
    work: list[tuple[Any, Any]] = [(None, value)]
    while work:
        link, item = work.pop()
        if item.__class__ is float and not isfinite(item):
            path: list[str | int] = []
            while link is not None:
                link, step = link
                path.append(step)
            yield path
        elif item.__class__ is dict or item.__class__ is list:
            parts = item.items() if item.__class__ is dict else enumerate(item)
            entries = [((link, step), part) for step, part in parts if part.__class__ not in ATOMS]
            work.extend(reversed(entries))


def _lossless(parse: Callable[[str], object], show: Callable[[Any], str]) -> Callable[[str], object]:
    """Turn a text into a value only if writing it gives the same text again; otherwise keep the text."""

    def convert(text: str) -> object:
        try:
            value = parse(text)
            return value if show(value) == text.replace("Z", "+00:00") else text
        except (ValueError, OverflowError):
            return text

    return convert


STRING: Final[Type[str]] = Scalar("string", str)
INTEGER: Final[Type[int]] = Scalar("integer", int)
NUMBER: Final[Type[float]] = Number()
BOOLEAN: Final[Type[bool]] = Scalar("boolean", bool)
NULL: Final[Type[None]] = Scalar("null", type(None))
ANY: Final[Type[Any]] = Anything()


class _Uuid(Scalar[uuid.UUID]):
    """A UUID; a text that is none is kept, and refused where it is to be sent."""

    def read(self, value: object, faults: Faults) -> object:
        """Turn a text in the usual spelling into a UUID; any other spelling stays a text."""
        result = super().read(value, faults)
        if faults.is_request and isinstance(result, str) and not _is_uuid(result):
            faults.add("UUID", "another string", "format")
        return result


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


UUID: Final[Type[uuid.UUID]] = _Uuid("string", str, _lossless(uuid.UUID, str))
DATE: Final[Type[dt.date]] = Scalar("string", str, _lossless(dt.date.fromisoformat, dt.date.isoformat))
DATE_TIME: Final[Type[dt.datetime]] = Scalar("string", str, _lossless(dt.datetime.fromisoformat, dt.datetime.isoformat))


class Binary(Type[Any]):
    """The bytes of a file part when sent; a text when received in JSON."""

    expected = "file (bytes, or a stream opened in binary mode)"

    def read(self, value: object, faults: Faults) -> object:
        """Accept a file, bytes, a binary stream or a text; not a text stream, which has no bytes to send."""
        content = value.payload if isinstance(value, File) else value
        sendable = isinstance(content, str | bytes | bytearray) or hasattr(content, "read")
        if not sendable or isinstance(content, io.TextIOBase):
            faults.add(self.expected, kind_of(content))
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
        """Accept the value alone; in JSON, true is not 1, but 1.0 is."""
        if value != self.value or isinstance(value, bool) is not isinstance(self.value, bool):
            faults.add(self.expected, kind_of(value), "const")
        return value


class Named(Type[Any]):
    """A type that is looked up in `.models` at first use, so that importing stays cheap."""

    says = "{}"

    def __init__(self, name: str) -> None:
        """Keep the name until then."""
        self.name, self.expected = name, self.says.format(name)

    @cached_property
    def python(self) -> Any:
        """The generated class."""
        return getattr(import_module(".models", __package__), self.name)


class Enumeration(Named):
    """A generated enum; an unknown value is kept in an open enum and reported."""

    says = "one of {}"

    @cached_property
    def kinds(self) -> tuple[dict[object, object], type, str]:
        """The members by value, the class of their values, and its JSON name."""
        members = self.python._value2member_map_
        kind = int if issubclass(self.python, int) else str
        return members, kind, _KINDS[kind]

    def read(self, value: object, faults: Faults) -> object:
        """Return the member; keep a value of another type as it is."""
        members, kind, expected = self.kinds
        if value.__class__ is not kind:
            faults.add(expected, kind_of(value))
            return value
        member = members.get(value)
        if member is None:
            known = f"{self.expected}: {', '.join(map(str, members))}" if faults.is_request else self.expected
            faults.add(known, "another value", "enum")
            return self.python(value)
        return member


class Object(Named):
    """A generated model, read from a JSON object."""

    says = "object ({})"

    def read(self, value: object, faults: Faults) -> object:
        """Return the model; keep a value that is not an object as it is."""
        if value.__class__ is not dict:
            faults.add(self.expected, kind_of(value))
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
        """Read each item; keep a value that is not a list as it is."""
        if value.__class__ is not list:
            faults.add(self.expected, kind_of(value))
            return value
        entries: list[Any] = cast("Any", value)
        exact, read, result = self.item.exact, self.item.read, []
        mark = len(faults)
        for index, entry in enumerate(entries):
            if entry.__class__ is exact and (exact is not float or -LARGE < entry < LARGE):  # type: ignore[operator]  # narrowed
                result.append(entry)
                continue
            result.append(read(entry, faults))
            if len(faults) != mark:
                faults.put_under(mark, index)
                mark = len(faults)
        return result


class Limited(Type[T_co]):
    """A type with JSON Schema limits, which apply to the value as received."""

    def __init__(self, base: Type[T_co], **limits: object) -> None:
        """Keep the type and the checks of its limits."""
        self.base, self.given = base, limits
        self.expected = base.expected
        self.limits: tuple[Limit, ...] = limits_from(limits)

    def read(self, value: object, faults: Faults) -> object:
        """Read as the type, then check each limit that applies to its JSON type."""
        result = self.base.read(value, faults)
        for limit in self.limits:
            got = limit.breach(value)
            if got is not None:
                faults.add(limit.expected, got, limit.keyword)
        return result
