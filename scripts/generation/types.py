"""Writes types as code: for the codec (`_c.Array(_c.Object("Question"))`) and as annotations (`list[Question]`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.corrections.nullability import NULL
from scripts.generation.prose import literal
from scripts.generation.records import PLAIN, Type
from scripts.generation.respelling import NOTES
from scripts.templates.runtime.limits import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Json = Mapping[str, Any]

_HOPS: Final = 32  # references to references; a longer chain is circular


@frozen
class Typed:
    """A type as code for the codec, and whether null is allowed too."""

    code: str
    nullable: bool = False


@frozen
class TypeWriter:
    """Writes types for the codec: the kind is from the parser, the limits are from the document."""

    components: Mapping[str, Mapping[str, Any]]

    def field(self, type_: Type, node: Json | None) -> Typed:
        """Write a property's type without null, and whether it allows null, as a field table needs them."""
        rest = [part for part in type_.parts if part.kind != "NULL"]
        if type_.kind != "Union" or len(rest) == len(type_.parts):
            return Typed(self.write(type_, node))
        schema = self.resolved(node)
        choice = self._choice(schema)
        nodes = _branches(type_, choice)
        codes = [self.write(part, nodes.get(id(part))) for part in rest]
        code = codes[0] if len(codes) == 1 else _union(codes, choice)
        return Typed(self._limited(code, schema), nullable=True)

    def write(self, type_: Type, node: Json | None) -> str:
        """Write a type, null included."""
        schema = self.resolved(node)
        return self._limited(self._plain(type_, schema), None if type_.kind == "Object" else schema)

    def limits(self, node: Json | None) -> dict[str, Any]:
        """Return a schema's own limits under the codec's names."""
        schema = self.resolved(node) or {}
        given = {name: _number(schema.get(keyword)) for keyword, name in NAMES.items()}
        return {name: value for name, value in given.items() if value is not None and not _unusable(name, value)}

    def resolved(self, node: Json | None, kind: str = "schemas") -> Json | None:
        """Follow the references of a schema to their end."""
        for _ in range(_HOPS):
            if node is None or "$ref" not in node:
                return node
            node = self.components.get(kind, {}).get(str(node["$ref"]).rpartition("/")[2])
        return None

    def _choice(self, schema: Json | None) -> Json | None:
        """Return the schema that lists the branches: below references, notes, and a union of one branch with null."""
        for _ in range(_HOPS):
            inner = [one for key in ("allOf", "anyOf", "oneOf") for one in (schema or {}).get(key, ()) if _tells(one)]
            if len(inner) != 1:
                break
            schema = self.resolved(inner[0])
        return schema

    def properties(self, schema: Json) -> dict[str, Json]:
        """Return the schema of each property, those of `allOf` branches included."""
        found: dict[str, Json] = {}
        for branch in schema.get("allOf", ()):
            found.update(self.properties(self.resolved(branch) or {}))
        return {**found, **(schema.get("properties") or {})}

    def _plain(self, type_: Type, schema: Json | None) -> str:
        match type_:
            case Type("Enumeration" | "Object" as kind, name):
                return f'_c.{kind}("{name}")'
            case Type("Array", parts=(part,)):
                return f"_c.Array({self.write(part, (schema or {}).get('items'))})"
            case Type("Union", parts=parts):
                choice = self._choice(schema)
                nodes = _branches(type_, choice)
                return _union([self.write(part, nodes.get(id(part))) for part in parts], choice)
            case Type("Const", value=value):
                return f"_c.Const({value!r})"
            case _:
                return f"_c.{type_.kind}"

    def _limited(self, code: str, schema: Json | None) -> str:
        given = self.limits(schema)
        return f"{code}.where({', '.join(f'{name}={value!r}' for name, value in given.items())})" if given else code


def _branches(type_: Type, schema: Json | None) -> dict[int, Json]:
    """Pair each branch with its schema where the parser kept them all; types of a `type` list have no schema."""
    listed = [*(schema or {}).get("anyOf", ()), *(schema or {}).get("oneOf", ())]
    if schema is not None and not listed:
        return {id(part): {"items": schema.get("items")} for part in type_.parts if part.kind == "Array"}
    nodes, parts = [one for one in listed if one != NULL], [one for one in type_.parts if one.kind != "NULL"]
    return {id(part): node for part, node in zip(parts, nodes, strict=False)} if len(nodes) == len(parts) else {}


def _tells(schema: Json) -> bool:
    """Whether a branch is more than notes, and not null alone."""
    return schema != NULL and bool(schema.keys() - NOTES)


def _union(codes: list[str], schema: Json | None) -> str:
    exclusive = schema is not None and schema.get("oneOf") and not schema.get("anyOf")
    return f"_c.Union({', '.join(codes)}{', one_of=True' if exclusive else ''})"


def _unusable(name: str, value: object) -> bool:
    """Whether a limit has no effect here: one that is false, or a pattern that only ECMAScript can read."""
    if name != "pattern":
        return value is False
    try:
        re.compile(str(value))
    except (re.error, OverflowError, RecursionError):
        return True
    return False


def _number(value: object) -> object:
    """Write 1.0 as 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def annotation(type_: Type, *, required: bool = True, id_: str = "") -> str:
    """Return the Python type of a value; an optional one may be Unset, and `id_` is the type of an id.

    Models and enums are named in their index, `_m`, which loads them when the annotation is evaluated.
    """
    optional = [] if required else ["Unset"]
    if type_.kind != "Union":
        return " | ".join([_annotation(type_, id_), *optional])
    parts = {*(annotation(part, id_=id_) for part in type_.parts), *optional}
    return " | ".join(sorted(parts, key=lambda part: (part.lower(), part)))


def _annotation(type_: Type, id_: str) -> str:
    """Return the Python type of a value that is not a union; a float cannot be a `Literal`."""
    match type_:
        case Type("Enumeration" | "Object", name):
            return f"_m.{name}"
        case Type("Array", parts=(part,)):
            return f"list[{annotation(part, id_=id_)}]"
        case Type("STRING" | "UUID") if id_:
            return f"_m.{id_}"
        case Type("Const", value=float()):
            return "float"
        case Type("Const", value=value):
            return f"Literal[{literal(value)}]"
        case _:
            return PLAIN[type_.kind]


def joined(annotations: Iterable[str]) -> str:
    """Join annotations as a union, each once; with Any, nothing else is left."""
    parts = list(dict.fromkeys(annotations))
    return "Any" if "Any" in parts or not parts else " | ".join(parts)


def or_none(written: str) -> str:
    """Add None to an annotation, unless it has None or is Any."""
    return written if written == "Any" or re.search(r"\bNone\b(?![^\[]*\])", written) else f"{written} | None"
