"""Compares components that no operation uses: changes do not affect callers, but are reported."""

from collections.abc import Iterator

from scripts.changes.findings import Change, change
from scripts.changes.labels import label
from scripts.changes.operations import operations
from scripts.changes.places import Place, escaped, same
from scripts.changes.schemas import Comparison
from scripts.changes.unchanged import references
from scripts.changes.wording import place_wording


def component_changes(old: Place, new: Place, comparison: Comparison) -> Iterator[Change]:
    """Compare components that neither document uses, and the wording of ways to log in."""
    before, after = _components(old), _components(new)
    used = _used(old, before), _used(new, after)
    holders = old.child("components") or old, new.child("components") or new
    for key in sorted(before.keys() | after.keys()):
        if key not in after and key not in used[0]:
            yield change(
                "unused-component-removed", before[key], holders[1], "{} is gone, nothing used it", label(before[key])
            )
        elif key not in before and key not in used[1]:
            yield change(
                "unused-component-added", holders[0], after[key], "{} is new, nothing uses it", label(after[key])
            )
        elif key in before and key in after and key not in used[0] | used[1]:
            yield from _unused(before[key], after[key], comparison)
        if "/securitySchemes/" in key and key in before and key in after and key in used[0] & used[1]:
            yield from place_wording(before[key], after[key])


def _unused(old: Place, new: Place, comparison: Comparison) -> Iterator[Change]:
    if new.pointer.startswith("/components/schemas/"):
        differs = bool(comparison.changes(comparison.between(old, new, "response")))
    else:
        differs = not same(old, new)
    if differs:
        yield change("unused-component-changed", old, new, "{} changed, nothing uses it", label(new))


def _components(document: Place) -> dict[str, Place]:
    """Return all components by pointer; a key of `components` that is not a section counts as a component."""
    components = document.child("components")
    found: dict[str, Place] = {}
    for _, section in components.entries() if components else ():
        inner = dict(section.entries()) if isinstance(section.value, dict) else {"": section}
        found.update({place.pointer: place for place in inner.values()})
    return found


def _used(document: Place, components: dict[str, Place]) -> set[str]:
    """Return the pointers of the components that operations lead to, by reference or as a way to log in."""
    queue = [place for key in ("paths", "webhooks") if (place := document.child(key))]
    seen: set[str] = set()
    for place in queue:
        for pointer in references(place.value):
            key = "/".join(pointer.split("/")[:4])
            if key in components and key not in seen:
                seen.add(key)
                queue.append(components[key])
    return seen | _logins(document)


def _logins(document: Place) -> set[str]:
    """Return the pointers of the ways to log in that something requires."""
    holders = [document, *(operation.place for operation in operations(document).values())]
    listed = (place for holder in holders if (place := holder.child("security")))
    names = {name for place in listed for requirement in place.elements() for name in requirement.mapping()}
    return {f"/components/securitySchemes/{escaped(name)}" for name in names}
