"""Matches the alternatives of two types, and reports types and variants that are added or removed."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from attrs import define, field

from scripts.changes.limits import several
from scripts.changes.pairs import Branch, Pair, covers
from scripts.changes.places import label
from scripts.contract.values import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.changes.findings import Change

# Two variants less alike than this are one removed and one added.
ALIKE = 0.5


@define
class Matching:
    """Alternatives of two types: the matched pairs, and the old and new ones without a partner."""

    pairs: list[tuple[Branch, Branch]] = field(factory=list)
    gone: list[Branch] = field(factory=list)
    come: list[Branch] = field(factory=list)


def matched(old: list[Branch], new: list[Branch]) -> Matching:
    """Pair alternatives of one type, the most alike first; then a type with one that covers it (integer, number)."""
    matching = Matching(gone=list(old), come=list(new))
    for kind in sorted(_kinds(old) & _kinds(new)):
        before, after = ([branch for branch in some if branch.kind == kind] for some in (old, new))
        _take(matching, before, after, least=0 if len(before) == len(after) == 1 else ALIKE)
    related = [(a, b) for a, b in product(matching.gone, matching.come) if a.kind != b.kind and _related(a, b)]
    _take(matching, [a for a, _ in related], [b for _, b in related], least=0)
    return matching


def _kinds(some: list[Branch]) -> set[str]:
    return {branch.kind for branch in some}


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
    """Rate how much two alternatives have in common: 0 to 1, and 1 more for the same name."""
    left, right = _features(one), _features(other)
    shared = len(left & right) / len(left | right) if left | right else 1.0
    return shared + ("name" in one.option and one.option["name"] == other.option.get("name"))


def _features(branch: Branch) -> set[str]:
    words = {f"{keyword} {canonical(one)}" for keyword in ("format", "pattern") for one in several(branch, keyword)}
    title = branch.option.get("about", {}).get("title")
    content = branch.content
    names = content.get("properties", {}).keys() | content.get("required", {}).keys()
    tags = (
        f"{name} {canonical(value)}"
        for name, type_ in content.get("properties", {}).items()
        for option in type_["options"]
        for value in option.get("values", {}).values()
    )
    titles = [f"title {canonical(title)}"] if title is not None else []
    return {*names, *tags, *(branch.values or ()), *words, *titles}


def type_changes(pair: Pair, matching: Matching) -> Iterator[Change]:
    """Report added and removed types, and then variants without a partner that this does not cover."""
    kinds = _kinds(pair.before), _kinds(pair.after)
    wider, narrower = (
        all(any(covers(wide, narrow) for wide in one) for narrow in other) for one, other in (kinds[::-1], kinds)
    )
    covered = not (wider and narrower)
    if covered:
        rule = "type-widened" if wider else "type-narrowed" if narrower else "type-changed"
        single = len(pair.before) == len(pair.after) == 1
        places = pair.within(pair.before[0], pair.after[0], "type") if single else pair.homes
        words = [" or ".join(sorted(some)) or "nothing" for some in kinds]
        yield pair.change(rule, places, "type of {} changed from {} to {}", pair.label, *words)
    for branch in matching.gone:
        if not covered or branch.kind in kinds[1]:
            places = pair.at("", branch.option["@"], pair.new["home"])
            yield pair.change("variant-removed", places, "{} has lost a variant: {}", pair.label, label(places[0]))
    for branch in matching.come:
        if not covered or branch.kind in kinds[0]:
            places = pair.at("", pair.old["home"], branch.option["@"])
            yield pair.change("variant-added", places, "{} has another variant: {}", pair.label, label(places[1]))
