"""Reads the schemas of an OpenAPI document, as they stand, into nodes.

The document may write nullability either way: `nullable: true` (3.0, what is published) or `type: [..., "null"]`.
A typeless `nullable: true` is any value; as the last branch of a union it is null (API.md, defects 1 and 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from attrs import define, evolve, field

from scripts.drift.keeping import KEPT, class_names
from scripts.drift.nodes import (
    ANY,
    EXACTLY_ONE,
    NOTHING,
    Array,
    Enumeration,
    Members,
    Node,
    Option,
    Property,
    Scalar,
    Structure,
    kind,
    limited,
    takes_any,
    types_of,
    union,
)
from scripts.drift.values import Unreadable, flag, join, row, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FORMATS: Final = {"uuid": "uuid", "date": "date", "date-time": "date-time", "binary": "binary"}
# Say something about a place, not about its type.
NOTES: Final = ("default", "deprecated", "readOnly", "writeOnly")
# Kept beside the notes for whoever needs a value that fits; it is wording, and never compared.
EXAMPLE: Final = "example"
# Wording, and what the vendor's extensions hold: no part of the meaning.
WORDING: Final = ("title", "description", "example", "examples", "externalDocs", "xml", "$comment", "discriminator")
STRUCTURE: Final = (
    "$ref",
    "type",
    "nullable",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "allOf",
    "anyOf",
    "oneOf",
)
_NOTED: Final = frozenset((*NOTES, EXAMPLE))
_TOLD: Final = frozenset((*STRUCTURE, *NOTES, *WORDING))
MAX_REFERENCES: Final = 32


@define
class Schemas:
    """Reads schemas of one document. `titles`, declared by the corrections: pointer of a schema -> its type's name.

    `kept` are the names that no class of the document can have.
    """

    document: Mapping[str, Any]
    titles: Mapping[str, str] = NOTHING  # type: ignore[assignment]  # an empty mapping fits every mapping
    kept: frozenset[str] = KEPT
    _members: dict[str, Members] = field(factory=dict, init=False)

    def follow(self, reference: object, pointer: str) -> tuple[Any, str]:
        """Find what a local `$ref` points to, and its pointer; chains are followed."""
        for _ in range(MAX_REFERENCES):
            target = self._find(reference, pointer)
            pointer = unquote(str(reference))[1:]
            if not (isinstance(target, dict) and "$ref" in target and len(target) == 1):
                return target, pointer
            reference = target["$ref"]
        raise Unreadable(pointer, "references go round in a circle")

    def _find(self, reference: object, pointer: str) -> Any:
        if not (isinstance(reference, str) and reference.startswith("#/")):
            raise Unreadable(pointer, f"not a local reference: {reference!r}")
        found: Any = self.document
        for part in unquote(reference)[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            elif isinstance(found, dict) and name in found:
                found = found[name]
            else:
                raise Unreadable(pointer, f"refers to nothing: {reference}")
        return found

    def node(self, schema: object, pointer: str, *, last_branch: bool = False, depth: int = 0) -> Node:
        """Read the schema at a pointer. `last_branch`: it ends a union, where a typeless nullable means null."""
        if schema is True:
            return Node(pointer, (ANY,))
        found = table(schema, pointer)
        if depth > MAX_REFERENCES:
            raise Unreadable(pointer, "schemas refer to each other in a circle")
        said = flag(found, "nullable", pointer)
        notes = {} if _NOTED.isdisjoint(found) else {key: found[key] for key in (*NOTES, EXAMPLE) if key in found}
        if "$ref" in found or "allOf" in found:
            read = self._all_of(found, pointer, depth)
        elif "anyOf" in found or "oneOf" in found:
            read = self._one_of(found, pointer, depth)
        elif last_branch and not asserts(found) and said:
            read = Node(pointer, (), nullable=True)
        else:
            read = self._typed(found, pointer, depth)
        nullable = (read.nullable or said) and not takes_any(read.options)
        return Node(pointer, read.options, nullable, {**read.notes, **notes} if notes else read.notes)

    def _names(self, pointer: str) -> frozenset[str]:
        """Give the names that a type at this place may bear: the component's, or what the corrections declare."""
        parts = pointer.split("/")
        named = parts[:3] == ["", "components", "schemas"] and len(parts) == 4  # noqa: PLR2004 - /components/schemas/X
        name = parts[3] if named else self.titles.get(pointer)
        return class_names(name, self.kept) if name else frozenset()

    def _all_of(self, found: Mapping[str, Any], pointer: str, depth: int) -> Node:
        """Read `$ref` and `allOf`: every part holds. Parts that only describe or limit change no type."""
        parts: list[Node] = []
        rest = {key: value for key, value in found.items() if key not in ("$ref", "allOf", "nullable")}
        if "$ref" in found:
            target, there = self.follow(found["$ref"], pointer)
            parts.append(self.node(target, there, depth=depth + 1))
        limits: dict[str, object] = {}
        notes: dict[str, object] = {}
        for place, part in [*self._parts(found, "allOf", pointer), (pointer, rest)]:
            if asserts(part):
                parts.append(self.node(part, place, depth=depth + 1))
            else:
                limits.update(limits_of(part))
                notes.update({key: part[key] for key in NOTES if key in part})
        merged = self._intersect(parts, pointer) if len(parts) > 1 else parts[0] if parts else Node(pointer, (ANY,))
        options = tuple(limited(option, limits) for option in merged.options)
        return evolve(merged, options=options, notes={**merged.notes, **notes})

    def _parts(self, found: Mapping[str, Any], keyword: str, pointer: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for index, part in enumerate(row(found.get(keyword, []), join(pointer, keyword))):
            place = join(pointer, keyword, index)
            yield place, {} if part is True else table(part, place)

    def _intersect(self, parts: Sequence[Node], pointer: str) -> Node:
        """Put several asserting parts into one: objects are merged; an enum narrows the scalar beside it."""
        nullable = all(part.nullable for part in parts)
        notes = {key: value for part in parts for key, value in part.notes.items()}
        single = [part.options[0] for part in parts if len(part.options) == 1]
        if len(single) == len(parts):
            structures = [option for option in single if isinstance(option, Structure)]
            if len(structures) == len(single):
                names = self._names(pointer)
                whole = Structure(pointer, lambda: merged(structures), names, pointer)
                return Node(pointer, (whole,), nullable, notes)
            narrow = [option for option in single if isinstance(option, Enumeration)]
            if len(narrow) == 1 and all(isinstance(option, Scalar | Enumeration) for option in single):
                return Node(pointer, (narrow[0],), nullable, notes)
            if len({kind(option) for option in single}) == 1 and isinstance(single[0], Scalar):
                limits = {key: value for option in single for key, value in option.limits.items()}
                return Node(pointer, (limited(single[0], limits),), nullable, notes)
        raise Unreadable(pointer, "allOf puts together parts that this reader cannot merge")

    def _one_of(self, found: Mapping[str, Any], pointer: str, depth: int) -> Node:
        keyword = "anyOf" if "anyOf" in found else "oneOf"
        branches = list(self._parts(found, keyword, pointer))
        last = len(branches) - 1
        nodes = [
            self.node(part, place, last_branch=index == last > 0, depth=depth + 1)
            for index, (place, part) in enumerate(branches)
        ]
        if any(key in found for key in ("properties", "items", "enum", "const", *({"anyOf", "oneOf"} - {keyword}))):
            raise Unreadable(pointer, f"{keyword} beside other structure")
        single = [node for node in nodes if node.options]
        notes = _notes_of(nodes, keyword)
        if len(single) == 1:
            notes = {**single[0].notes, **notes}
        read = union(pointer, nodes, notes)
        limits = limits_of(found)
        return evolve(read, options=tuple(limited(option, limits) for option in read.options))

    def _typed(self, found: Mapping[str, Any], pointer: str, depth: int) -> Node:
        types = found.get("type", implied(found))
        listed = types if isinstance(types, list) else [types]
        if not all(isinstance(name, str) for name in listed):
            raise Unreadable(join(pointer, "type"), f"no type: {types!r}")
        if "type" in found and not listed:
            raise Unreadable(join(pointer, "type"), "a list of no types")
        names = [name for name in listed if name != "null"]
        options = [self._option(name, found, pointer, depth) for name in names]
        if "enum" in found or "const" in found:
            listing = self._enumeration(found, pointer, names)
            options = [listing] if listing.values else []
            return Node(pointer, tuple(options), "null" in listed or (None in allowed(found, pointer) and not names))
        return Node(pointer, tuple(options), "null" in listed)

    def _option(self, name: str, found: Mapping[str, Any], pointer: str, depth: int) -> Option:
        limits = {**limits_of(found), **unsaid(found)}
        if name == "object":
            return Structure(pointer, lambda: self._read_members(found, pointer), self._names(pointer), pointer, limits)
        if name == "array":
            # Where each place has its own type, the code takes any.
            items = True if "prefixItems" in found else found.get("items", True)
            return Array(self.node(items, join(pointer, "items"), depth=depth + 1), limits)
        if name == "string":
            return Scalar(FORMATS.get(str(found.get("format")), "string"), limits)
        if name in ("integer", "number", "boolean", "any"):
            return Scalar(name, limits)
        raise Unreadable(join(pointer, "type"), f"no type of JSON: {name!r}")

    def _enumeration(self, found: Mapping[str, Any], pointer: str, types: Sequence[str]) -> Enumeration:
        values = tuple(value for value in allowed(found, pointer) if value is not None)
        said = frozenset(types) or types_of(values)
        literal = "const" in found or types_of(values) not in (frozenset({"string"}), frozenset({"integer"}))
        names: frozenset[str] = frozenset() if literal else self._names(pointer)
        return Enumeration(values, said, names, pointer, {**limits_of(found), **unsaid(found)}, literal)

    def _read_members(self, found: Mapping[str, Any], pointer: str) -> Members:
        if pointer not in self._members:
            self._members[pointer] = self._members_of(found, pointer)
        return self._members[pointer]

    def _members_of(self, found: Mapping[str, Any], pointer: str) -> Members:
        required = frozenset(map(str, row(found.get("required", []), join(pointer, "required"))))
        properties: dict[str, Property] = {}
        for name, schema in table(found.get("properties", {}), join(pointer, "properties")).items():
            place = join(pointer, "properties", name)
            properties[name] = Property(self.node(schema, place), name in required, place)
        more = found.get("additionalProperties", True)
        additional = None if more is False else self.node(more, join(pointer, "additionalProperties"))
        return Members(properties, required, additional)


def _notes_of(nodes: Sequence[Node], keyword: str) -> dict[str, object]:
    """Keep what the branches of a union say beside their types, for surfaces that can say it too.

    A union with one branch beside null is that branch: what it says is said of the whole, and none of this counts.
    """
    several = len([node for node in nodes if node.options]) > 1
    said = {
        index: {key: node.notes[key] for key in NOTES if key in node.notes}
        for index, node in enumerate(nodes)
        if several or not node.options
    }
    notes = {
        EXACTLY_ONE: several and keyword == "oneOf",
        "null in branches": [index for index, node in enumerate(nodes) if several and node.nullable and node.options],
        "said of branches": {index: found for index, found in said.items() if found},
    }
    return {key: value for key, value in notes.items() if value}


def merged(structures: Sequence[Structure]) -> Members:
    """Merge the objects of an `allOf`: a later part says a property again; closed if any part is closed."""
    parts = [structure.read() for structure in structures]
    properties = {name: found for part in parts for name, found in part.properties.items()}
    required = frozenset(name for part in parts for name in part.required)
    properties = {name: evolve(found, required=name in required) for name, found in properties.items()}
    typed = [part.additional for part in parts if part.additional is not None and part.additional.options != (ANY,)]
    closed = any(part.additional is None for part in parts)
    return Members(properties, required, None if closed else typed[0] if typed else parts[0].additional)


def asserts(found: Mapping[str, Any]) -> bool:
    """Tell whether a schema says what a value is, beyond describing or limiting it."""
    return any(key in found for key in STRUCTURE if key != "nullable")


def limits_of(found: Mapping[str, Any]) -> dict[str, object]:
    """Collect the keywords that limit values without changing their type, `format` and unknown ones included."""
    if found.keys() <= _TOLD:
        return {}
    return {key: value for key, value in found.items() if key not in _TOLD and not key.startswith("x-")}


def unsaid(found: Mapping[str, Any]) -> Mapping[str, object]:
    """Tell where a schema implies a type without saying it: what a table cannot hold, and a document can."""
    return NOTHING if "type" in found or implied(found) == ANY.kind else {"type": "implied"}


def allowed(found: Mapping[str, Any], pointer: str) -> Sequence[Any]:
    """List the values that `enum` or `const` allows."""
    if "const" in found:
        return [found["const"]]
    values = row(found["enum"], join(pointer, "enum"))
    if not values:
        raise Unreadable(join(pointer, "enum"), "an enum without values")
    return values


def implied(found: Mapping[str, Any]) -> str | list[str]:
    """Tell the type of a schema that does not say it."""
    if "properties" in found or "additionalProperties" in found or "required" in found:
        return "object"
    if "items" in found:
        return "array"
    if "enum" in found or "const" in found:
        return []
    return "any"
