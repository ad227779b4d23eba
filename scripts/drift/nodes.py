"""One small language for types, so that a document, a field table and an annotation can be compared.

A node is a set of options in order, and whether null is one more. Unions of unions are flattened; a nullable union, a
nullable type and a type list with "null" read the same, because they mean the same.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

NOTHING: Final[Mapping[str, object]] = {}
EXACTLY_ONE: Final = "oneOf"  # the note of a union that a value may fit in one way only


@frozen
class Scalar:
    """A JSON scalar, or `any`; string formats that have a Python type are kinds of their own (`uuid`, `date-time`)."""

    kind: str
    limits: Mapping[str, object] = NOTHING


@frozen
class Enumeration:
    """A closed list of values of certain types (null is the node's business), and the names that stand for it.

    `literal`: the code has no class for it and spells the values out, as it does with constants.
    """

    values: tuple[object, ...]
    types: frozenset[str]
    names: frozenset[str] = frozenset()
    where: str = ""
    limits: Mapping[str, object] = NOTHING
    literal: bool = False


@frozen
class Array:
    """A list of one kind of item."""

    item: Node
    limits: Mapping[str, object] = NOTHING


@frozen
class Property:
    """One property of an object, under its JSON name."""

    node: Node
    required: bool
    where: str


@frozen
class Members:
    """What an object is made of; `additional` is None where the object is closed."""

    properties: Mapping[str, Property]
    required: frozenset[str]
    additional: Node | None


@frozen
class Structure:
    """An object; its members are read when asked for, since schemas may be recursive. `key` tells two apart."""

    key: str
    read: Callable[[], Members] = field(repr=False, eq=False)
    names: frozenset[str] = frozenset()
    where: str = ""
    limits: Mapping[str, object] = NOTHING


Option = Scalar | Enumeration | Array | Structure


@frozen
class Node:
    """A type at one place (`where`: a JSON pointer, or a file and a name). `notes` say no type: default, deprecated."""

    where: str
    options: tuple[Option, ...]
    nullable: bool = False
    notes: Mapping[str, object] = NOTHING


ANY: Final = Scalar("any")


def union(where: str, parts: Iterable[Node], notes: Mapping[str, object] = NOTHING) -> Node:
    """Put alternatives together: flat, in order, each once; null counts apart, and says nothing beside `any`."""
    options: list[Option] = []
    nullable = False
    for part in parts:
        nullable = nullable or part.nullable
        for option in part.options:
            _add(option, options)
    return Node(where, tuple(options), nullable and not takes_any(options), notes)


def _add(option: Option, options: list[Option]) -> None:
    """Add an option that is not there yet; one constant or the other is one list of values."""
    if not (isinstance(option, Enumeration) and option.literal):
        options.extend([option] if option not in options else [])
        return
    for index, there in enumerate(options):
        if isinstance(there, Enumeration) and there.literal:
            values = (*there.values, *(value for value in option.values if value not in there.values))
            options[index] = evolve(there, values=values, types=there.types | option.types)
            return
    options.append(option)


def kind(option: Option) -> str:
    """Name an option's kind, for messages and for matching."""
    return option.kind if isinstance(option, Scalar) else _KINDS[type(option)]


_KINDS: Final[Mapping[type, str]] = {Enumeration: "enum", Array: "array", Structure: "object"}


def takes_any(options: Iterable[Option]) -> bool:
    """Tell whether any value at all fits, null included."""
    return any(isinstance(option, Scalar) and option.kind == ANY.kind for option in options)


def types_of(values: Iterable[object]) -> frozenset[str]:
    """Name the JSON types of values."""
    return frozenset(_TYPES.get(type(value), "object") for value in values)


_TYPES: Final[Mapping[type, str]] = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array"}


def limited(option: Option, limits: Mapping[str, object]) -> Option:
    """Add limits to an option; those already there stay, unless said again."""
    return evolve(option, limits={**option.limits, **limits}) if limits else option


@cache
def plain(name: str) -> str:
    """Reduce a name to what survives every naming style: `PDF export`, `PdfExport` and `pdf_export` are one."""
    return "".join(letter for letter in name if letter.isalnum()).casefold()


def describe(node: Node) -> str:
    """Write a node for a person, deterministically; options in order."""
    shown = [_describe(option) for option in node.options] + (["null"] if node.nullable else [])
    return " | ".join(shown) or "nothing"


def annotated(node: Node, *, argument: bool = False) -> str:
    """Write a node as an annotation can say it: in any order, `any` for all beside it, and texts as texts.

    An argument that is an id takes a text too, wherever in it the id is.
    """
    if takes_any(node.options):
        return ANY.kind
    shown = {one for option in node.options for one in _annotated(option, argument=argument)}
    if node.nullable:
        shown.add("null")
    if argument and "uuid" in shown:
        shown.add("string")
    return " | ".join(sorted(shown))


def _annotated(option: Option, *, argument: bool) -> set[str]:
    """Write what an annotation can say of an option: of constants each one, but for fractions, which it cannot."""
    if isinstance(option, Array):
        return {f"array of ({annotated(option.item, argument=argument)})"}
    if isinstance(option, Enumeration) and option.literal:
        return {"number" if isinstance(value, float) else repr(value) for value in option.values}
    return {"string" if kind(option) == "text" else _describe(option)}


def _describe(option: Option) -> str:
    if isinstance(option, Array):
        inner = describe(option.item)
        return f"array of ({inner})" if " | " in inner else f"array of {inner}"
    if isinstance(option, Enumeration) and not option.names:
        return " or ".join(sorted(repr(value) for value in option.values))
    if isinstance(option, Enumeration | Structure):
        return f"{kind(option)} {'/'.join(sorted(option.names))}".rstrip()
    return option.kind
