"""Values of a JSON document with their JSON pointers (RFC 6901), and the targets of their references."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from attrs import frozen

from scripts.files.failures import Refused


@frozen(eq=False, repr=False)
class Place:
    """One value of a document. `pointer` is absolute and always resolves in `root`."""

    root: Any
    pointer: str
    value: Any

    def child(self, key: str | int) -> "Place | None":
        """Return the value under a key or index, or None if there is none."""
        if isinstance(self.value, dict) and key in self.value:
            return Place(self.root, f"{self.pointer}/{escaped(str(key))}", self.value[key])
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return Place(self.root, f"{self.pointer}/{key}", self.value[key])
        return None

    def target(self, key: str | int) -> "Place | None":
        """Return the value under a key, with references followed."""
        child = self.child(key)
        return child.followed() if child else None

    def entries(self) -> Iterator[tuple[str, "Place"]]:
        """Return the members of an object in document order; Refused for anything that is not an object."""
        for key, value in self.mapping().items():
            yield key, Place(self.root, f"{self.pointer}/{escaped(key)}", value)

    def elements(self) -> Iterator["Place"]:
        """Return the elements of an array in order; Refused for anything that is not an array."""
        if not isinstance(self.value, list):
            raise Refused(f"{self.pointer or '/'}: expected an array")
        for index, value in enumerate(self.value):
            yield Place(self.root, f"{self.pointer}/{index}", value)

    def mapping(self) -> dict[str, Any]:
        """Return the object at this place; Refused for anything else."""
        if not isinstance(self.value, dict):
            raise Refused(f"{self.pointer or '/'}: expected an object")
        return self.value

    def followed(self) -> "Place":
        """Return the end of a chain of plain references; Refused for one that is dangling or circular."""
        place, seen = self, {self.pointer}
        while isinstance(place.value, dict) and isinstance(place.value.get("$ref"), str):
            place = place.referred()
            if place.pointer in seen:
                raise Refused(f"{self.pointer}: its $ref leads back to itself")
            seen.add(place.pointer)
        return place

    def referred(self) -> "Place":
        """Return what the `$ref` here names; only references inside the document are followed."""
        ref = self.value["$ref"]
        if not ref.startswith("#/") and ref != "#":
            raise Refused(f"{self.pointer}: $ref leaves the document")
        place = Place(self.root, "", self.root)
        for token in unquote(ref[1:]).split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            step = place.child(int(key) if isinstance(place.value, list) and key.isdecimal() else key)
            if step is None:
                raise Refused(f"{self.pointer}: $ref leads to nothing")
            place = step
        return place


def whole(document: Any) -> Place:
    """Return the document itself as a place."""
    return Place(document, "", document)


def escaped(token: str) -> str:
    """Escape one pointer token by RFC 6901."""
    return token.replace("~", "~0").replace("/", "~1")


def canonical(value: Any) -> str:
    """Write a JSON value so that equal values give equal text: keys sorted, 1.0 as 1, true not as 1."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def same(old: Place | None, new: Place | None, seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Whether two values are equal when references in them are replaced by their targets."""
    if old is None or new is None:
        return old is new
    old, new = _reached(old), _reached(new)
    if (old.pointer, new.pointer) in seen:
        return True
    inner = seen | {(old.pointer, new.pointer)}
    if isinstance(old.value, dict) and isinstance(new.value, dict):
        return old.value.keys() == new.value.keys() and all(same(old.child(k), new.child(k), inner) for k in old.value)
    if isinstance(old.value, list) and isinstance(new.value, list):
        pairs = zip(old.elements(), new.elements(), strict=False)
        return len(old.value) == len(new.value) and all(same(one, other, inner) for one, other in pairs)
    return canonical(old.value) == canonical(new.value)


def _reached(place: Place) -> Place:
    """Follow a reference if it has a target; a literal value may hold a "$ref" that is not a reference."""
    try:
        return place.followed() if isinstance(place.value, dict) and set(place.value) == {"$ref"} else place
    except Refused:
        return place
