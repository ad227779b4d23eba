"""Compares two types: the changes of a pair and the pairs inside it, as a graph, because types may be recursive."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, evolve, field

from scripts.changes.findings import Change
from scripts.changes.limits import limit_changes
from scripts.changes.notes import notes_of_variants, notes_of_whole
from scripts.changes.pairs import ANY, Branch, Pair, branches
from scripts.changes.places import Place, component_of, label
from scripts.changes.variants import matched, type_changes
from scripts.contract.schemas import common_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.changes.findings import Direction
    from scripts.contract.schemas import Form, Schemas

Step: TypeAlias = tuple[list[Change], list[Pair]]


@define(eq=False)
class Comparison:
    """Compares the types of two documents; each pair once, and none that is unchanged."""

    unchanged: frozenset[str]  # pointers of components
    readers: tuple[Schemas, Schemas]
    steps: dict[tuple[object, ...], Step] = field(factory=dict)
    kept: list[Pair] = field(factory=list)  # kept alive, because keys are ids of these objects

    def pair(self, old: Place, new: Place, direction: Direction) -> Pair:
        """Pair the schemas of two objects; a missing schema allows anything."""
        schemas = [one.child("schema") or evolve(one, value=True) for one in (old, new)]
        return self.between(schemas[0], schemas[1], direction)

    def between(self, old: Place, new: Place, direction: Direction) -> Pair:
        """Pair two schemas."""
        types = _read(self.readers[0], old), _read(self.readers[1], new)
        return Pair(*types, direction, (old.root, new.root))

    def changes(self, pair: Pair) -> list[Change]:
        """Return the changes of a pair and of everything inside it, nearest first, each once."""
        seen = {pair.key}
        queue = [pair]
        found: dict[Change, None] = {}
        for current in queue:
            own, inside = self._step(current)
            found.update(dict.fromkeys(own))
            fresh = {child.key: child for child in inside if child.key not in seen}
            seen.update(fresh)
            queue.extend(fresh.values())
        return list(found)

    def _step(self, pair: Pair) -> Step:
        if pair.key not in self.steps:
            self.kept.append(pair)
            same = pair.old["home"] == pair.new["home"] and component_of(pair.old["home"]) in self.unchanged
            self.steps[pair.key] = ([], []) if same else _compared(pair)
        return self.steps[pair.key]


def _read(reader: Schemas, schema: Place) -> Form:
    found = reader.read(schema.value, schema.pointer)
    reader.complete()
    for problem in reader.problems:
        raise problem
    return found


def _compared(pair: Pair) -> Step:
    found = [*_nullability(pair), *_exclusiveness(pair), *notes_of_whole(pair)]
    inside: list[Pair] = []
    matching = matched(pair.before, pair.after)
    found.extend(type_changes(pair, matching))
    for old, new in matching.pairs:
        if any(one.kind == ANY != other.kind and not one.content for one, other in ((old, new), (new, old))):
            continue  # any value: the change of type says it all
        found.extend(limit_changes(pair, old, new))
        found.extend(_members(pair, old, new))
        found.extend(notes_of_variants(pair, old, new))
        inside.extend(_inside(pair, old, new))
    return found, inside


def _nullability(pair: Pair) -> Iterator[Change]:
    """Report a change of null, unless a schema without a type allows any value: the change of type covers that."""
    if ANY in {branch.kind for branch in (*pair.before, *pair.after)} or pair.old["null"] == pair.new["null"]:
        return
    rule, words = ("nullable-added", "{} may be null") if pair.new["null"] else ("nullable-removed", "{} is never null")
    yield pair.change(rule, pair.homes, words, pair.label)


def _exclusiveness(pair: Pair) -> Iterator[Change]:
    """Report a change between "exactly one variant" and "any variant", if two variants can match one value."""
    alone = min(len(pair.before), len(pair.after)) == 1
    sides = (pair.old, pair.before), (pair.new, pair.after)
    was, now = ("exactly one" in one["notes"] and _meet(some) for one, some in sides)
    if was == now or (alone and (was or pair.direction == "response")):  # who receives one of two may know either
        return
    rule, words = (
        ("variants-exclusive", "{}: exactly one variant may match")
        if now
        else ("variants-combinable", "{}: more than one variant may match")
    )
    yield pair.change(rule, pair.homes, words, pair.label)


def _meet(some: list[Branch]) -> bool:
    """Whether a value may be one of several alternatives."""
    return any(one.kind == other.kind and not _apart(one, other) for one, other in combinations(some, 2))


def _apart(one: Branch, other: Branch) -> bool:
    """Whether no object is one of both: what one requires, the other forbids, or has as another type or value."""
    if one.kind != "object":
        return False
    sides = (one, other), (other, one)
    return any(_excludes(some, others, name) for some, others in sides for name in some.content.get("required", {}))


def _excludes(one: Branch, other: Branch, name: str) -> bool:
    types = [branch.content.get("properties", {}).get(name) for branch in (one, other)]
    if types[1] is None:
        return _is_closed(other)
    if types[0] is None or (types[0]["null"] and types[1]["null"]):
        return False
    pairs = product(*(branches(type_) for type_ in types))
    return all(_differ(left, right) for left, right in pairs)


def _differ(left: Branch, right: Branch) -> bool:
    if common_type(left.kind, right.kind) is None:
        return True
    return left.values is not None and right.values is not None and not left.values.keys() & right.values.keys()


def _members(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    """Compare the properties of two alternatives, which are required, and whether others are allowed."""
    foreign = _foreign(pair, old, new)
    before, after = _names(old) - foreign, _names(new) - foreign
    if not old.content and not new.content:
        return
    must = [branch.content.get("required", {}) for branch in (old, new)]
    homes = pair.within(old, new, "")
    names = [label(home) for home in homes]
    for name in sorted(before - after):
        rule = "property-removed-from-closed" if _is_closed(new) else "property-removed"
        yield pair.change(rule, (_member(pair, old, new, name)[0], homes[1]), "{} is gone", f"{names[0]}.{name}")
    for name in sorted(after - before):
        sort, words = ("required", "{} is new and required") if name in must[1] else ("optional", "{} is new")
        places = homes[0], _member(pair, old, new, name)[1]
        yield pair.change(f"property-added-{sort}", places, words, f"{names[1]}.{name}")
    for name in sorted((must[0].keys() ^ must[1].keys()) & before & after):
        sort, words = ("required", "{} is required") if name in must[1] else ("optional", "{} may be absent")
        places = _member(pair, old, new, name)
        yield pair.change(f"property-became-{sort}", places, words, f"{names[1]}.{name}")
    if _is_closed(old) != _is_closed(new):
        rule, words = (
            ("additional-closed", "{} has no other properties than those named")
            if _is_closed(new)
            else ("additional-opened", "{} may have other properties than those named")
        )
        yield pair.change(rule, pair.within(old, new, "additionalProperties"), words, names[1])


def _names(branch: Branch) -> set[str]:
    return {*branch.content.get("properties", {}), *branch.content.get("required", {})}


def _foreign(pair: Pair, old: Branch, new: Branch) -> set[str]:
    """Return the properties to ignore: those read-only and sent, or write-only and received, in both documents."""
    flag = "readOnly" if pair.direction == "request" else "writeOnly"
    found = [branch.content.get("properties", {}) for branch in (old, new)]
    is_foreign = {
        name: [some[name]["notes"].get(flag) is True for some in found if name in some]
        for name in {**found[0], **found[1]}
    }
    return {name for name, flags in is_foreign.items() if all(flags)}


def _is_closed(branch: Branch) -> bool:
    return branch.content.get("extra") is False


def _member(pair: Pair, old: Branch, new: Branch, name: str) -> tuple[Place, Place]:
    """Return the places of a property in each."""
    found = [branch.content.get("properties", {}).get(name, branch.option) for branch in (old, new)]
    return pair.at("", found[0].get("home", found[0]["@"]), found[1].get("home", found[1]["@"]))


def _inside(pair: Pair, old: Branch, new: Branch) -> Iterator[Pair]:
    """Return the pairs of types in two alternatives: properties, items, further properties."""
    before, after = old.content, new.content
    properties = before.get("properties", {}), after.get("properties", {})
    for name in {**properties[0], **properties[1]}:
        if name in (_names(old) & _names(new)) - _foreign(pair, old, new):
            yield pair.inner(
                *(some.get(name) or _anything(one) for some, one in zip(properties, (old, new), strict=True))
            )
    for key in ("items", "extra"):
        if (before.get(key) or after.get(key)) and before.get(key) is not False and after.get(key) is not False:
            yield pair.inner(before.get(key) or _anything(old), after.get(key) or _anything(new))


def _anything(branch: Branch) -> Form:
    """Return the type of a value without a schema."""
    at = branch.option["@"]
    option = {"@": at, "type": ANY, "limits": {}}
    return {"@": at, "home": at, "null": False, "options": [option], "notes": {}, "about": {}}
