"""Compares base URLs: of the document, or of a path or operation that has its own."""

from collections.abc import Iterator

from scripts.changes.contents import leftovers
from scripts.changes.findings import Change, change
from scripts.changes.operations import Operation
from scripts.changes.places import Place, same
from scripts.changes.wording import KEYWORDS, place_wording

_SERVER = KEYWORDS | {"url", "variables"}


def server_changes(old: Place, new: Place) -> Iterator[Change]:
    """Compare the base URLs of two objects that may list some; the first one is the default."""
    before, after = _by_url(old), _by_url(new)
    places = old.child("servers") or old, new.child("servers") or new
    for url in before.keys() - after.keys():
        yield change("server-removed", before[url], places[1], "base URL {} is gone", url)
    for url in after.keys() - before.keys():
        yield change("server-added", places[0], after[url], "base URL {} is new", url)
    first, second = next(iter(before)), next(iter(after))
    if first != second and first in after and second in before:
        yield change("server-default-changed", *places, "the first base URL changed from {} to {}", first, second)
    for url in before.keys() & after.keys():
        yield from _server(before[url], after[url], url)


def _by_url(holder: Place) -> dict[str, Place]:
    listed = holder.child("servers")
    servers = {str(place.mapping().get("url")): place for place in listed.elements()} if listed else {}
    # Without any, the base is where the document came from (OpenAPI 3.1, OpenAPI Object).
    return servers or {"/": holder}


def _server(old: Place, new: Place, url: str) -> Iterator[Change]:
    if "servers" not in old.pointer or "servers" not in new.pointer:
        return
    if not same(old.child("variables"), new.child("variables")):
        yield change("server-variables-changed", old, new, "variables of base URL {} changed", url)
    yield from place_wording(old, new)
    yield from leftovers(old, new, _SERVER)


def own_server_changes(old: Operation, new: Operation) -> Iterator[Change]:
    """Compare the base URLs of an operation where it, or its path, has its own on either side."""
    holders = _holder(old), _holder(new)
    if all(holder.pointer for holder in holders) or holders[0].pointer != holders[1].pointer:
        yield from server_changes(*holders)


def _holder(operation: Operation) -> Place:
    for place in (operation.place, operation.item):
        if place.child("servers"):
            return place
    return Place(operation.place.root, "", operation.place.root)
