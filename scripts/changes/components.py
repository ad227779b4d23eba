"""Finds the components that two documents share, and compares those that no operation uses.

Changes of these do not affect callers, but are reported.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from scripts.changes.findings import Change, change
from scripts.changes.objects import described
from scripts.changes.operations import operations
from scripts.changes.places import Place, component_of, label, same
from scripts.contract.values import join
from scripts.files.documents import is_same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.changes.schemas import Comparison

_REF: Final = re.compile(r'"\$ref": ("(?:[^"\\]|\\.)*")')


def references(value: Any) -> set[str]:
    """Return the target of every reference in a value as a JSON pointer."""
    return {unquote(json.loads(quoted).removeprefix("#")) for quoted in _REF.findall(json.dumps(value))}


def unchanged(old: Place, new: Place) -> frozenset[str]:
    """Return the pointers of the components that are written alike in both documents, with all they refer to.

    Most of a new version is equal to the old one; what is unchanged need not be compared by meaning.
    """
    before, after = _components(old), _components(new)
    left = {
        pointer: references(place.value)
        for pointer, place in before.items()
        if pointer in after and is_same(place.value, after[pointer].value)
    }
    while stale := [pointer for pointer, targets in left.items() if not targets <= left.keys()]:
        for pointer in stale:
            del left[pointer]
    return frozenset(left)


def component_changes(old: Place, new: Place, comparison: Comparison) -> Iterator[Change]:
    """Compare components that neither document uses, and the wording of ways to log in."""
    before, after = _components(old), _components(new)
    used = _used(old, before), _used(new, after)
    holders = old.or_holder("components"), new.or_holder("components")
    for key in before.keys() - after.keys() - used[0]:
        place = before[key]
        yield change("unused-component-removed", place, holders[1], "{} is gone, nothing used it", label(place))
    for key in after.keys() - before.keys() - used[1]:
        place = after[key]
        yield change("unused-component-added", holders[0], place, "{} is new, nothing uses it", label(place))
    for key in before.keys() & after.keys():
        one, other = before[key], after[key]
        if key not in used[0] | used[1] and _differ(one, other, comparison):
            yield change("unused-component-changed", one, other, "{} changed, nothing uses it", label(other))
        if "/securitySchemes/" in key and key in used[0] & used[1]:
            yield from described(one, other, one.mapping().keys() | other.mapping().keys())


def _differ(old: Place, new: Place, comparison: Comparison) -> bool:
    if new.pointer.startswith("/components/schemas/"):
        return bool(comparison.changes(comparison.between(old, new, "response")))
    return not same(old, new)


def _components(document: Place) -> dict[str, Place]:
    """Return all components by pointer; a key of `components` that is not a section counts as a component."""
    found: dict[str, Place] = {}
    for section in document.entries("components").values():
        inner = section.parts().values() if isinstance(section.value, dict) else [section]
        found.update({place.pointer: place for place in inner})
    return found


def _used(document: Place, components: dict[str, Place]) -> set[str]:
    """Return the pointers of the components that operations lead to, by reference or as a way to log in."""
    queue = [place for key in ("paths", "webhooks") if (place := document.child(key))]
    seen: set[str] = set()
    for place in queue:
        for key in map(component_of, references(place.value)):
            if key in components and key not in seen:
                seen.add(key)
                queue.append(components[key])
    return seen | _logins(document)


def _logins(document: Place) -> set[str]:
    """Return the pointers of the ways to log in that something requires."""
    holders = [document, *(operation.place for operation in operations(document).values())]
    required = [requirement for holder in holders for requirement in holder.elements("security")]
    return {join("/components/securitySchemes", name) for requirement in required for name in requirement.mapping()}
