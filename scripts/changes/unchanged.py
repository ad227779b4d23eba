"""Finds parts that are written the same in both documents, with everything they refer to, to skip comparing them.

Most of a new version is equal to the old one. Parts that are written differently here, or refer to such parts, are
then compared by meaning.
"""

import json
import re
from typing import Any
from urllib.parse import unquote

from attrs import frozen

from scripts.changes.places import Place

_REF = re.compile(r'"\$ref": ("(?:[^"\\]|\\.)*")')
_COMPONENT = re.compile(r"/components/[^/]+/[^/]+")


@frozen
class Unchanged:
    """The components that are the same in both documents with everything they refer to, by pointer."""

    components: frozenset[str] = frozenset()
    logins: bool = False

    def has(self, pointer: str) -> bool:
        """Whether a place is in one of these components."""
        match = _COMPONENT.match(pointer)
        return match is not None and match[0] in self.components

    def same(self, old: list[Any], new: list[Any]) -> bool:
        """Whether values outside the components are the same with everything they refer to."""
        texts = json.dumps(old), json.dumps(new)
        return texts[0] == texts[1] and all(ref in self.components for ref in _pointers(texts[0]))


def unchanged(old: Place, new: Place) -> Unchanged:
    """Find what two documents have in common."""
    before, after = _texts(old), _texts(new)
    left = {pointer: _pointers(text) for pointer, text in before.items() if after.get(pointer) == text}
    while stale := [pointer for pointer, refs in left.items() if not refs <= left.keys()]:
        for pointer in stale:
            del left[pointer]
    logins = [[place.child("components"), place.child("security")] for place in (old, new)]
    return Unchanged(frozenset(left), logins=_login_text(logins[0]) == _login_text(logins[1]))


def _login_text(places: list[Place | None]) -> str:
    components, security = places
    schemes = components.child("securitySchemes") if components else None
    return json.dumps([place.value if place else None for place in (schemes, security)])


def _texts(document: Place) -> dict[str, str]:
    components = document.child("components")
    sections = [place for _, place in components.entries()] if components else []
    return {
        component.pointer: json.dumps(component.value)
        for section in sections
        if isinstance(section.value, dict)
        for _, component in section.entries()
    }


def _pointers(text: str) -> set[str]:
    """Return the targets of the references in a JSON text; those not to a component are in no set of unchanged ones."""
    return {json.loads(quoted).removeprefix("#") for quoted in _REF.findall(text)}


def references(value: Any) -> set[str]:
    """Return the target of every reference in a value as a JSON pointer."""
    return {unquote(pointer) for pointer in _pointers(json.dumps(value))}
