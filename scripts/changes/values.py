"""What an alternative allows of a value of its type: closed lists, formats, patterns, limits."""

import json
from collections.abc import Iterable, Iterator

from scripts.changes.branches import Branch, closed_list
from scripts.changes.facets import SLACK, Limit, factors, limits, texts
from scripts.changes.findings import Change, shown
from scripts.changes.labels import label
from scripts.changes.pairs import Pair
from scripts.changes.places import Place

# Every value of the first format is one of the second.
_WIDER_FORMATS = {('"int32"', '"int64"'), ('"float"', '"double"')}


def value_changes(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    """Compare what two alternatives of one type say about values."""
    yield from _closed_lists(pair, old, new)
    yield from _formats(pair, old, new)
    yield from _patterns(pair, old, new)
    yield from _limits(pair, old, new)
    yield from _factors(pair, old, new)


def _closed_lists(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = closed_list(old), closed_list(new)
    places = pair.within(old, new, "enum")
    name = label(places[1])
    if before is None and after is not None:
        yield pair.change(
            "enum-added", places, "{} takes only listed values: {}", name, ", ".join(map(shown, after.values()))
        )
    elif before is not None and after is None:
        yield pair.change(
            "enum-removed",
            places,
            "{} takes other values than those listed: {}",
            name,
            ", ".join(map(shown, before.values())),
        )
    elif before is not None and after is not None:
        for value in sorted(after.keys() - before.keys()):
            yield pair.change("enum-value-added", places, "{} has another value: {}", name, shown(after[value]))
        for value in sorted(before.keys() - after.keys()):
            yield pair.change("enum-value-removed", places, "{} has lost a value: {}", name, shown(before[value]))


def _formats(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = texts(old, "format"), texts(new, "format")
    if before == after:
        return
    places = pair.within(old, new, "format")
    if not before or not after:
        rule, words = (
            ("format-added", "{} has a format: {}") if after else ("format-removed", "{} has no format any more: {}")
        )
        yield pair.change(rule, places, words, label(places[1]), _plainly(after or before))
        return
    step = before[0], after[0]
    rule = (
        "format-widened"
        if step in _WIDER_FORMATS
        else "format-narrowed"
        if step[::-1] in _WIDER_FORMATS
        else "format-changed"
    )
    words = "format of {} changed from {} to {}"
    yield pair.change(rule, places, words, label(places[1]), _plainly(before), _plainly(after))


def _patterns(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = set(texts(old, "pattern")), set(texts(new, "pattern"))
    if before == after:
        return
    places = pair.within(old, new, "pattern")
    rule = "pattern-added" if before < after else "pattern-removed" if after < before else "pattern-changed"
    words = [_plainly(sorted(patterns)) or "none" for patterns in (before, after)]
    yield pair.change(rule, places, "pattern of {} changed from {} to {}", label(places[1]), *words)


def _plainly(texts: Iterable[str]) -> str:
    return " and ".join(shown(json.loads(text)) for text in texts)


def _limits(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = limits(old), limits(new)
    homes = pair.within(old, new, "")
    for sort in sorted(before.keys() | after.keys()):
        was, now = before.get(sort, Limit(SLACK, "none", homes[0])), after.get(sort, Limit(SLACK, "none", homes[1]))
        if was.tightness != now.tightness:
            rule = "limit-tightened" if now.tightness > was.tightness else "limit-loosened"
            words = "{}: limit changed from {} to {}"
            yield pair.change(rule, (was.place, now.place), words, _named(pair, was, now), was.reads, now.reads)


def _named(pair: Pair, was: Limit, now: Limit) -> str:
    return label((now if now.tightness != SLACK else was).place) or pair.label


def _factors(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = factors(old), factors(new)
    if before == after:
        return
    places = pair.within(old, new, "multipleOf")
    tighter = all(any(now % was == 0 for now in after) for was in before)
    looser = all(any(was % now == 0 for was in before) for now in after)
    rule = "limit-tightened" if tighter else "limit-loosened" if looser else "limit-changed"
    words = [
        "multiple of " + " and ".join(map(str, sorted(numbers))) if numbers else "none" for numbers in (before, after)
    ]
    yield pair.change(rule, places, "{}: limit changed from {} to {}", _factor_label(places), *words)


def _factor_label(places: tuple[Place, Place]) -> str:
    return label(places[1])
