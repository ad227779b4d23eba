"""Values of a JSON document with their JSON pointers (RFC 6901), their names, and the targets of their references.

What cannot be read is `Unreadable`, with its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.contract.values import Unreadable, canonical, follow, join, row, table
from scripts.files.documents import resolve, steps
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

# Keywords that lead to another schema, and how the name of a place has them.
_SILENT = {"allOf": 1, "schema": 0}
_MARKS = {"items": "[]", "additionalProperties": ".*", "not": ".not"}
_NAMED = {"properties": ".{}", "patternProperties": "./{}/", "anyOf": "|{}", "oneOf": "|{}", "prefixItems": "[{}]"}


@frozen(eq=False, repr=False)
class Place:
    """One value of a document. `pointer` is absolute and always resolves in `root`."""

    root: Any
    pointer: str
    value: Any

    def child(self, key: str) -> Place | None:
        """Return the value under a key, or None if there is none."""
        if isinstance(self.value, dict) and key in self.value:
            return Place(self.root, join(self.pointer, key), self.value[key])
        return None

    def target(self, key: str) -> Place | None:
        """Return the value under a key, with references followed."""
        child = self.child(key)
        return child.followed() if child else None

    def or_holder(self, key: str) -> Place:
        """Return the value under a key, or the place that would hold it."""
        return self.child(key) or self

    def parts(self) -> dict[Any, Place]:
        """Return what an object or array has by key or index, in document order; nothing of any other value."""
        value = self.value
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return {key: Place(self.root, join(self.pointer, key), part) for key, part in pairs}

    def entries(self, key: str) -> dict[str, Place]:
        """Return the members of the object under a key; none where it is absent."""
        holder = self.child(key)
        return holder.parts() if holder and holder.mapping() else {}

    def elements(self, key: str) -> list[Place]:
        """Return the elements of the array under a key; none where it is absent."""
        holder = self.child(key)
        return [*holder.parts().values()] if holder and row(holder.value, holder.pointer) else []

    def mapping(self) -> Mapping[str, Any]:
        """Return the object at this place."""
        return table(self.value, self.pointer)

    def is_true(self, key: str) -> bool:
        """Whether the object here says `true` under a key."""
        return self.mapping().get(key) is True

    def followed(self) -> Place:
        """Return the end of a chain of references inside the document."""
        if not (isinstance(self.value, dict) and isinstance(self.value.get("$ref"), str)):
            return self
        value, pointer = follow(self.root, self.value["$ref"], self.pointer, bare=False)
        return Place(self.root, pointer, value)


def whole(document: Any) -> Place:
    """Return the document itself as a place."""
    return Place(document, "", document)


def nearest(document: Any, pointer: str) -> Place:
    """Return the place at a pointer, or the nearest one above it that exists."""
    while True:
        try:
            return Place(document, pointer, resolve(document, pointer))
        except Refused:
            pointer = pointer.rpartition("/")[0]


def component_of(pointer: str) -> str:
    """Return the pointer of the component that a place is in, if it is in one."""
    return "/".join(pointer.split("/")[:4])


def same(old: Place | None, new: Place | None, seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Whether two values are equal when references in them are replaced by their targets."""
    if old is None or new is None:
        return old is new
    old, new = _reached(old), _reached(new)
    if (old.pointer, new.pointer) in seen:
        return True
    inner = seen | {(old.pointer, new.pointer)}
    if type(old.value) is type(new.value) and isinstance(old.value, dict | list):
        before, after = old.parts(), new.parts()
        return before.keys() == after.keys() and all(same(part, after[key], inner) for key, part in before.items())
    return canonical(old.value) == canonical(new.value)


def _reached(place: Place) -> Place:
    """Follow a reference if it has a target; a literal value may hold a "$ref" that is not a reference."""
    try:
        return place.followed() if isinstance(place.value, dict) and set(place.value) == {"$ref"} else place
    except Unreadable:
        return place


def label(place: Place) -> str:
    """Name a place for a sentence: `RegisterUser.email`, `parameter limit`, `answer 200.data[]`."""
    match steps(place.pointer):
        case ["components", _, name, *inside]:
            return name + _inside(inside)
        case ["paths" | "webhooks", path, "parameters", index, *inside]:
            return _parameter(place, [path], index) + _inside(inside)
        case ["paths" | "webhooks", path, method, "parameters", index, *inside]:
            return _parameter(place, [path, method], index) + _inside(inside)
        case ["paths" | "webhooks", path, method, *part]:
            return _part(part) or f"{method.upper()} {path}"
        case tokens:
            return "/".join(tokens) or "the document"


def _part(tokens: list[str]) -> str:
    """Name a part of an operation."""
    match tokens:
        case ["requestBody", "content", media, *inside]:
            return f"{media} body" + _inside(inside)
        case ["requestBody", *_]:
            return "body"
        case ["responses", status, "content", _, *inside]:
            return f"answer {status}" + _inside(inside)
        case ["responses", status, "headers", header, *inside]:
            return f"header {header} of answer {status}" + _inside(inside)
        case ["responses", status, *_]:
            return f"answer {status}"
        case _:
            return ""


def _parameter(place: Place, holder: list[str], index: str) -> str:
    node = place.root[place.pointer.split("/")[1]]
    for token in holder:
        node = node[token]
    name = node["parameters"][int(index)].get("name")
    return f"parameter {name if isinstance(name, str) else index}"


def _inside(tokens: list[str]) -> str:
    """Write the path from a schema to a place in it, without a keyword at the end."""
    text, rest = "", list(tokens)
    while rest:
        word = rest.pop(0)
        if word in _SILENT:
            del rest[: _SILENT[word]]
        elif word in _MARKS:
            text += _MARKS[word]
        elif word in _NAMED and rest:
            text += _NAMED[word].format(rest.pop(0))
        else:
            break
    return text
