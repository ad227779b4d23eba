"""Compares the security of an operation: the ways to log in that it accepts."""

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from scripts.changes.findings import Change, change
from scripts.changes.operations import Operation
from scripts.changes.places import Place, canonical, whole


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
        yield from _way(places, one, other)


def _way(places: tuple[Place, Place], old: Way, new: Way) -> Iterator[Change]:
    if old.schemes != new.schemes:
        yield change("security-scheme-changed", *places, "{} works differently", new.name)
    for scope in sorted(new.scopes - old.scopes):
        yield change("security-scope-added", *places, "{} needs scope {}", new.name, scope)
    for scope in sorted(old.scopes - new.scopes):
        yield change("security-scope-removed", *places, "{} does not need scope {} any more", new.name, scope)


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
    source = _source(operation)
    ways = [] if source.pointer == operation.place.pointer else [_read(place) for place in source.elements()]
    return ways or [Way("no login", frozenset(), frozenset())]


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
