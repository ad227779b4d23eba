"""Properties of two object schemas: which there are, which must be there, and whether others may be."""

from collections.abc import Iterator

from scripts.changes.branches import Branch
from scripts.changes.facets import closed, properties, required, under
from scripts.changes.findings import Change
from scripts.changes.labels import label
from scripts.changes.pairs import Node, Pair
from scripts.changes.places import Place


def member_changes(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    """Compare the properties that two alternatives have."""
    before, after = properties(old), properties(new)
    homes = _holder(old, pair.old_node), _holder(new, pair.new_node)
    for name in sorted(before.keys() - after.keys()):
        rule = "property-removed-from-closed" if closed(new) else "property-removed"
        yield pair.change(rule, (_first(before[name], homes[0]), homes[1]), "{} is gone", _member(homes[0], name))
    for name in sorted(after.keys() - before.keys()):
        rule, words = _ADDED[name in required(new)]
        yield pair.change(rule, (homes[0], _first(after[name], homes[1])), words, _member(homes[1], name))
    for name in sorted((required(old) ^ required(new)) & before.keys() & after.keys()):
        rule, words = _FLIPPED[name in required(new)]
        places = _first(before[name], homes[0]), _first(after[name], homes[1])
        yield pair.change(rule, places, words, _member(homes[1], name))
    yield from _openness(pair, old, new)


# By whether the property is required now.
_ADDED = {
    True: ("property-added-required", "{} is new and required"),
    False: ("property-added-optional", "{} is new"),
}
_FLIPPED = {
    True: ("property-became-required", "{} is required"),
    False: ("property-became-optional", "{} may be absent"),
}


def _holder(branch: Branch, node: Node) -> Place:
    """Give the schema object that names the properties, or would."""
    return next((part for part in branch.parts if "properties" in part.value), _first(branch.parts, node.home))


def _first(places: tuple[Place, ...], otherwise: Place) -> Place:
    return next(iter(places), otherwise)


def _member(holder: Place, name: str) -> str:
    return f"{label(holder)}.{name}"


def _openness(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = closed(old), closed(new)
    if (before is None) == (after is None):
        return
    places = pair.within(old, new, "additionalProperties")
    name = label(_holder(new, pair.new_node))
    if after:
        yield pair.change("additional-closed", places, "{} has no other properties than those named", name)
    else:
        yield pair.change("additional-opened", places, "{} may have other properties than those named", name)


def inner_pairs(pair: Pair, old: Branch, new: Branch) -> Iterator[Pair]:
    """Give the pairs of schemas inside two alternatives: properties, items, further properties."""
    before, after = properties(old), properties(new)
    for name in before:
        if name in after:
            yield from _inner(pair, before[name], after[name])
    yield from _inner(pair, under(old, "items"), under(new, "items"))
    if not closed(old) and not closed(new):
        yield from _inner(pair, under(old, "additionalProperties"), under(new, "additionalProperties"))


def _inner(pair: Pair, old: tuple[Place, ...], new: tuple[Place, ...]) -> Iterator[Pair]:
    if old or new:
        yield Pair(Node.of(old, pair.old_node.home), Node.of(new, pair.new_node.home), pair.direction)
