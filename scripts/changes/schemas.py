"""Two schemas compared: the changes of a pair and the pairs below it, a graph, so that cycles are no matter."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from attrs import define, field

from scripts.changes.branches import ANY
from scripts.changes.facets import unknown
from scripts.changes.findings import Change, change, extension
from scripts.changes.members import inner_pairs, member_changes
from scripts.changes.notes import notes, variant_notes
from scripts.changes.pairs import Pair
from scripts.changes.places import Place, same
from scripts.changes.unchanged import Unchanged
from scripts.changes.values import value_changes
from scripts.changes.variants import matched, type_changes

Step: TypeAlias = tuple[list[Change], list[Pair]]


@define(eq=False)
class Comparison:
    """What comparing two documents' schemas gave so far; each pair is looked at once, and none that is unchanged."""

    unchanged: Unchanged = field(factory=Unchanged)
    steps: dict[tuple[object, ...], Step] = field(factory=dict)

    def changes(self, pair: Pair) -> list[Change]:
        """Give the changes of a pair and of everything below it, nearest first, each once."""
        seen = {pair.key}
        queue = [pair]
        found: dict[Change, None] = {}
        for current in queue:
            own, below = self._step(current)
            found.update(dict.fromkeys(own))
            fresh = {child.key: child for child in below if child.key not in seen}
            seen.update(fresh)
            queue.extend(fresh.values())
        return list(found)

    def _step(self, pair: Pair) -> Step:
        if pair.key not in self.steps:
            self.steps[pair.key] = ([], []) if self._is_unchanged(pair) else _compared(pair)
        return self.steps[pair.key]

    def _is_unchanged(self, pair: Pair) -> bool:
        keys = pair.old_node.key, pair.new_node.key
        return keys[0] == keys[1] and all(self.unchanged.has(pointer) for pointer in keys[0])


def _compared(pair: Pair) -> Step:
    found = [item for check in CHECKS for item in check(pair)]
    below: list[Pair] = []
    matching = matched(pair.old, pair.new)
    found.extend(type_changes(pair, matching))
    for old, new in matching.pairs:
        found.extend(value_changes(pair, old, new))
        found.extend(member_changes(pair, old, new))
        found.extend(variant_notes(pair, old, new))
        below.extend(inner_pairs(pair, old, new))
    return found, below


def _nullability(pair: Pair) -> Iterator[Change]:
    """Report null, unless a schema without a type says more: then the change of type has said it."""
    if ANY in pair.old.kinds | pair.new.kinds or pair.old.null == pair.new.null:
        return
    rule, words = ("nullable-added", "{} may be null") if pair.new.null else ("nullable-removed", "{} is never null")
    yield pair.change(rule, pair.homes, words, pair.label)


def _exclusiveness(pair: Pair) -> Iterator[Change]:
    if pair.old.exclusive == pair.new.exclusive or min(len(pair.old.branches), len(pair.new.branches)) < 2:  # noqa: PLR2004
        return
    if pair.new.exclusive:
        yield pair.change("variants-exclusive", pair.homes, "{}: exactly one variant may match", pair.label)
    else:
        yield pair.change("variants-combinable", pair.homes, "{}: more than one variant may match", pair.label)


def _discriminator(pair: Pair) -> Iterator[Change]:
    old, new = ([c for p in s.parts if (c := p.child("discriminator"))] for s in (pair.old, pair.new))
    if not _all_same(old, new):
        words = "how variants of {} are told apart changed"
        yield pair.change("discriminator-changed", pair.at("discriminator"), words, pair.label)


def _unknown(pair: Pair) -> Iterator[Change]:
    old, new = unknown(pair.old), unknown(pair.new)
    for keyword in sorted(old.keys() | new.keys()):
        # A limit that stayed while the type beside it changed lost or gained its meaning: the type has said it.
        if _all_same(old.get(keyword, []), new.get(keyword, [])) or _all_same(*_written(pair, keyword)):
            continue
        if rule := extension(keyword):
            yield change(rule, *pair.at(keyword), "{} of {} changed", keyword, pair.label)
        else:
            words = "{} of {} changed, which no rule knows"
            yield pair.change("unclassified", pair.at(keyword), words, keyword, pair.label)


def _written(pair: Pair, keyword: str) -> tuple[list[Place], list[Place]]:
    old, new = ([c for part in side.parts if (c := part.child(keyword))] for side in (pair.old, pair.new))
    return old, new


def _all_same(old: list[Place], new: list[Place]) -> bool:
    return len(old) == len(new) and all(same(one, other) for one, other in zip(old, new, strict=True))


CHECKS: tuple[Callable[[Pair], Iterator[Change]], ...] = (
    *(_nullability, _exclusiveness, _discriminator, _unknown),
    notes,
)
