"""Types and variants of two schemas: which alternatives belong together, and which came or went."""

from collections.abc import Iterable, Iterator
from itertools import product

from attrs import define, field

from scripts.changes.branches import Branch, closed_list, covers
from scripts.changes.facets import properties, texts
from scripts.changes.findings import Change
from scripts.changes.labels import label
from scripts.changes.pairs import Pair
from scripts.changes.places import Place
from scripts.changes.shapes import Shape

# Variants less alike than this are one that went and one that came.
ALIKE = 0.5


@define
class Matching:
    """Alternatives of two shapes: those that belong together, and the old and new ones left alone."""

    pairs: list[tuple[Branch, Branch]] = field(factory=list)
    gone: list[Branch] = field(factory=list)
    come: list[Branch] = field(factory=list)


def matched(old: Shape, new: Shape) -> Matching:
    """Pair alternatives of one type, the most alike first; then a type with one that covers it (integer, number)."""
    matching = Matching(gone=list(old.branches), come=list(new.branches))
    for kind in sorted(old.kinds & new.kinds):
        before = [branch for branch in old.branches if branch.kind == kind]
        after = [branch for branch in new.branches if branch.kind == kind]
        alone = len(before) == len(after) == 1
        _take(matching, before, after, least=0 if alone else ALIKE)
    related = [(a, b) for a, b in product(matching.gone, matching.come) if a.kind != b.kind and _related(a, b)]
    _take(matching, [a for a, _ in related], [b for _, b in related], least=0)
    return matching


def _related(one: Branch, other: Branch) -> bool:
    return covers(one.kind, other.kind) or covers(other.kind, one.kind)


def _take(matching: Matching, before: list[Branch], after: list[Branch], least: float) -> None:
    """Move the most alike pairs into the matching; ties go by document order."""
    scores = [
        (-_likeness(a, b), i, j) for (i, a), (j, b) in product(enumerate(before), enumerate(after)) if _related(a, b)
    ]
    for score, i, j in sorted(scores):
        if -score >= least and before[i] in matching.gone and after[j] in matching.come:
            matching.pairs.append((before[i], after[j]))
            matching.gone.remove(before[i])
            matching.come.remove(after[j])


def _likeness(one: Branch, other: Branch) -> float:
    """Tell how much two alternatives have in common: 0 to 1, and 1 more for the same name."""
    left, right = _features(one), _features(other)
    shared = len(left & right) / len(left | right) if left | right else 1.0
    return shared + bool(_names(one) & _names(other))


def _features(branch: Branch) -> frozenset[str]:
    values = closed_list(branch) or {}
    words = (f"{keyword} {text}" for keyword in ("format", "pattern", "title") for text in texts(branch, keyword))
    return frozenset({*properties(branch), *values, *words})


def _names(branch: Branch) -> set[str]:
    """Give the components that make up an alternative."""
    return {part.pointer for part in branch.parts if part.pointer.count("/") == 3}  # noqa: PLR2004 - /components/schemas/X


def type_changes(pair: Pair, matching: Matching) -> Iterator[Change]:
    """Report which types came and went, and then variants without a partner unless that has said it."""
    found = list(_types(pair))
    yield from found
    yield from _lost(pair, _untold(matching.gone, pair.new, told=bool(found)))
    yield from _gained(pair, _untold(matching.come, pair.old, told=bool(found)))


def _untold(branches: Iterable[Branch], other: Shape, *, told: bool) -> list[Branch]:
    return [branch for branch in branches if not told or branch.kind in other.kinds]


def _types(pair: Pair) -> Iterator[Change]:
    old, new = pair.old.kinds, pair.new.kinds
    wider = all(any(covers(wide, narrow) for wide in new) for narrow in old)
    narrower = all(any(covers(wide, narrow) for wide in old) for narrow in new)
    if wider and narrower:
        return
    rule = "type-widened" if wider else "type-narrowed" if narrower else "type-changed"
    words = [" or ".join(sorted(kinds)) or "nothing" for kinds in (old, new)]
    single = len(pair.old.branches) == len(pair.new.branches) == 1
    yield pair.change(
        rule, pair.at("type") if single else pair.homes, "type of {} changed from {} to {}", pair.label, *words
    )


def _lost(pair: Pair, branches: list[Branch]) -> Iterator[Change]:
    for branch in branches:
        place = _own_part(branch, pair.old.common, pair.old_node.home)
        places = place, pair.new_node.home
        yield pair.change("variant-removed", places, "{} has lost a variant: {}", pair.label, label(place))


def _gained(pair: Pair, branches: list[Branch]) -> Iterator[Change]:
    for branch in branches:
        place = _own_part(branch, pair.new.common, pair.new_node.home)
        places = pair.old_node.home, place
        yield pair.change("variant-added", places, "{} has another variant: {}", pair.label, label(place))


def _own_part(branch: Branch, common: tuple[Place, ...], home: Place) -> Place:
    """Give the schema object that makes an alternative what it is: the innermost one that not all share."""
    return (own_parts(branch, common) or (home,))[-1]


def own_parts(branch: Branch, common: tuple[Place, ...]) -> tuple[Place, ...]:
    """Give the schema objects of an alternative that not all alternatives share."""
    shared = {place.pointer for place in common}
    return tuple(part for part in branch.parts if part.pointer not in shared)
