"""Compares where an API is served, and the ways to log in that an operation accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.changes.findings import Change, change
from scripts.changes.objects import described, one_sided
from scripts.changes.places import Place, same, whole
from scripts.contract.values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.changes.operations import Operation


def server_changes(old: Place, new: Place) -> Iterator[Change]:
    """Compare the base URLs of two objects that may list some; the first one is the default."""
    before, after = _by_url(old), _by_url(new)
    places = old.or_holder("servers"), new.or_holder("servers")
    yield from one_sided(
        (before, after), places, ("server-removed", "base URL {} is gone"), ("server-added", "base URL {} is new")
    )
    first, second = next(iter(before)), next(iter(after))
    if first != second and first in after and second in before:
        yield change("server-default-changed", *places, "the first base URL changed from {} to {}", first, second)
    for url in before.keys() & after.keys():
        one, other = before[url], after[url]
        if "servers" in one.pointer and "servers" in other.pointer:
            if not same(one.child("variables"), other.child("variables")):
                yield change("server-variables-changed", one, other, "variables of base URL {} changed", url)
            yield from described(one, other, ("url", "variables"))


def _by_url(holder: Place) -> dict[str, Place]:
    servers = {str(place.mapping().get("url")): place for place in holder.elements("servers")}
    # Without any, the base is where the document came from (OpenAPI 3.1, OpenAPI Object).
    return servers or {"/": holder}


def own_server_changes(old: Operation, new: Operation) -> Iterator[Change]:
    """Compare the base URLs of an operation where it, or its path, has its own on either side."""
    before, after = (
        next((place for place in (one.place, one.item) if place.child("servers")), whole(one.place.root))
        for one in (old, new)
    )
    if (before.pointer and after.pointer) or before.pointer != after.pointer:
        yield from server_changes(before, after)


@frozen
class Way:
    """One way to log in: what each scheme is, whatever it is called, and the scopes it needs. No scheme: no login."""

    name: str
    schemes: frozenset[str]
    scopes: frozenset[str]


def security_changes(old: Operation, new: Operation) -> Iterator[Change]:
    """Compare the ways to log in."""
    before, after = _ways(old), _ways(new)
    places = _source(old), _source(new)
    pairs, gone, come = _matched(before, after)
    if come and not any(way.schemes for way in before):
        names = ", ".join(way.name for way in come)
        yield change("security-required", *places, "needs a login: {}", names)
    elif gone and not any(way.schemes for way in after):
        yield change("security-dropped", *places, "needs no login any more")
    else:
        yield from (change("security-alternative-removed", *places, "does not take {} any more", w.name) for w in gone)
        yield from (change("security-alternative-added", *places, "takes {} too", w.name) for w in come)
    for one, other in pairs:
        if one.schemes != other.schemes:
            yield change("security-scheme-changed", *places, "{} works differently", other.name)
        for scope in other.scopes - one.scopes:
            yield change("security-scope-added", *places, "{} needs scope {}", other.name, scope)
        for scope in one.scopes - other.scopes:
            yield change("security-scope-removed", *places, "{} does not need scope {} any more", other.name, scope)


def _matched(before: list[Way], after: list[Way]) -> tuple[list[tuple[Way, Way]], list[Way], list[Way]]:
    """Pair ways that are equal, then those that log in alike, then those of one name."""
    pairs, gone, come = list[tuple[Way, Way]](), list(before), list(after)
    criteria: tuple[Callable[[Way], object], ...] = (
        lambda way: (way.schemes, way.scopes),
        lambda way: way.schemes,
        lambda way: way.name,
    )
    for criterion in criteria:
        for old in list(gone):
            partner = next((new for new in come if criterion(new) == criterion(old)), None)
            if partner:
                pairs.append((old, partner))
                gone.remove(old)
                come.remove(partner)
    return pairs, gone, come


def _source(operation: Operation) -> Place:
    """Return the place of an operation's security: its own, or the document's."""
    own = operation.place.child("security")
    return own or whole(operation.place.root).child("security") or operation.place


def _ways(operation: Operation) -> list[Way]:
    holder = operation.place if operation.place.child("security") else whole(operation.place.root)
    return [_read(place) for place in holder.elements("security")] or [Way("no login", frozenset(), frozenset())]


def _read(requirement: Place) -> Way:
    named = requirement.mapping()
    scopes = frozenset(f"{scope}" for listed in named.values() if isinstance(listed, list) for scope in listed)
    schemes = frozenset(_scheme(requirement.root, name) for name in named)
    return Way(" and ".join(sorted(named)) or "no login", schemes, scopes)


def _scheme(root: Any, name: str) -> str:
    """Write a scheme as canonical text without wording; an undeclared one as its name."""
    place: Place | None = whole(root)
    for key in ("components", "securitySchemes", name):
        place = place.target(key) if place else None
    if place is None:
        return name
    return canonical({key: value for key, value in place.mapping().items() if key != "description"})
