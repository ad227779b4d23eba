"""Compares what two alternatives of one type allow: listed values, formats, patterns, limits."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from scripts.changes.findings import Change, key_change, shown
from scripts.changes.pairs import ANY, Branch, Pair
from scripts.changes.places import label
from scripts.contract.schemas import LIMITS, common_type
from scripts.contract.values import canonical, is_number

if TYPE_CHECKING:
    from collections.abc import Iterator

# How tight a limit is (greater is tighter; the second number is 1 if the bound itself is refused), and its text.
Limit: TypeAlias = tuple[tuple[Fraction | float, int], str]
NONE: Final[Limit] = ((-math.inf, 0), "none")
_COUNTS: Final = ("minLength", "minItems", "minProperties", "maxLength", "maxItems", "maxProperties")
_WIDER_FORMATS: Final = {("int32", "int64"), ("float", "double")}  # every value of the first is one of the second


def limit_changes(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    """Compare what two alternatives allow of values."""
    yield from _listed(pair, old, new)
    yield from _formats(pair, old, new)
    yield from _patterns(pair, old, new)
    before, after = limits(old), limits(new)
    for sort in sorted(before.keys() | after.keys()):
        was, now = before.get(sort, NONE), after.get(sort, NONE)
        if was[0] != now[0]:
            rule = "limit-tightened" if now[0] > was[0] else "limit-loosened"
            places = pair.within(old, new, "")
            name = label(places[1] if now is not NONE else places[0])
            yield pair.change(rule, places, "{}: limit changed from {} to {}", name, was[1], now[1])
    yield from _factors(pair, old, new)
    yield from _unknown(pair, old, new)


def _listed(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = old.values, new.values
    if before is after is None:
        return
    places = pair.within(old, new, "enum")
    name = label(places[1])
    if before is None and after is not None:
        words = ", ".join(map(shown, after.values()))
        yield pair.change("enum-added", places, "{} takes only listed values: {}", name, words)
    elif before is not None and after is None:
        words = ", ".join(map(shown, before.values()))
        yield pair.change("enum-removed", places, "{} takes other values than those listed: {}", name, words)
    elif before and after and not before.keys() & after.keys():
        values = [", ".join(map(shown, one.values())) for one in (after, before)]
        yield pair.change("enum-replaced", places, "{} takes other values: {}, no more {}", name, *values)
    elif before is not None and after is not None:
        yield from pair.values(("enum-value", "value"), places, before, after)


def several(branch: Branch, keyword: str) -> list[Any]:
    """Return the different values of a keyword, which several parts may have."""
    if keyword not in branch.limits:
        return []
    value = branch.limits[keyword]
    return sorted(
        {canonical(one): one for one in (value if isinstance(value, list) else [value])}.values(), key=canonical
    )


def _formats(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = several(old, "format"), several(new, "format")
    if before == after:
        return
    places = pair.within(old, new, "format")
    words = [" and ".join(map(shown, one)) for one in (before, after)]
    if not before or not after:
        rule, says = ("format-added", "has a format") if after else ("format-removed", "has no format any more")
        yield pair.change(rule, places, f"{{}} {says}: {{}}", label(places[1]), words[bool(after)])
        return
    step = shown(before[0]), shown(after[0])
    rule = "widened" if step in _WIDER_FORMATS else "narrowed" if step[::-1] in _WIDER_FORMATS else "changed"
    yield pair.change(f"format-{rule}", places, "format of {} changed from {} to {}", label(places[1]), *words)


def _patterns(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = ({canonical(one) for one in several(branch, "pattern")} for branch in (old, new))
    if before != after:
        places = pair.within(old, new, "pattern")
        rule = "pattern-added" if before < after else "pattern-removed" if after < before else "pattern-changed"
        words = [" and ".join(map(shown, several(branch, "pattern"))) or "none" for branch in (old, new)]
        yield pair.change(rule, places, "pattern of {} changed from {} to {}", label(places[1]), *words)


def limits(branch: Branch) -> dict[str, Limit]:
    """Return the limit of each sort; one that allows everything (a minimum length of 0) is left out."""
    found: dict[str, Limit] = {}
    for keyword, value in branch.limits.items():
        applies = keyword in LIMITS and common_type(branch.kind, LIMITS[keyword])
        if keyword == "uniqueItems" and value is True and applies:
            found[keyword] = ((1, 0), "uniqueItems true")
        elif keyword in _COUNTS and is_number(value) and applies:
            amount = Fraction(value) * (1 if keyword[:3] == "min" else -1)
            if keyword[:3] == "max" or amount > 0:
                found[keyword] = ((amount, 0), f"{keyword} {canonical(value)}")
    return found | (dict(_ranges(branch)) if common_type(branch.kind, "number") else {})


def _ranges(branch: Branch) -> Iterator[tuple[str, Limit]]:
    """Read the range of a number. For whole numbers "above 4" is "from 5", however it is written."""
    for end, sign, beyond in (("Minimum", 1, "above"), ("Maximum", -1, "below")):
        plain, other = branch.limits.get(end.lower()), branch.limits.get(f"exclusive{end}")
        bounds = [_bound(plain, sign, exclusive=other is True, kind=branch.kind)] if is_number(plain) else []
        bounds += [_bound(other, sign, exclusive=True, kind=branch.kind)] if is_number(other) else []
        if bounds:
            tightness, value, exclusive = max(bounds, key=lambda one: one[0])
            yield end, (tightness, f"{end.lower()} {f'{beyond} ' if exclusive else ''}{canonical(value)}")


def _bound(value: Any, sign: int, *, exclusive: bool, kind: str) -> tuple[tuple[Fraction, int], Any, bool]:
    amount, refused = sign * Fraction(value), exclusive
    if kind == "integer":
        amount, refused = Fraction(math.floor(amount) + 1 if exclusive else math.ceil(amount)), False
    return (amount, int(refused)), value, exclusive


def _factors(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    before, after = (
        {Fraction(str(one)) for one in several(branch, "multipleOf") if is_number(one) and one > 0}
        if common_type(branch.kind, "number")
        else set[Fraction]()
        for branch in (old, new)
    )
    if before == after:
        return
    places = pair.within(old, new, "multipleOf")
    tighter = all(any(now % was == 0 for now in after) for was in before)
    looser = all(any(was % now == 0 for was in before) for now in after)
    rule = "limit-tightened" if tighter else "limit-loosened" if looser else "limit-changed"
    words = ["multiple of " + " and ".join(map(str, sorted(one))) if one else "none" for one in (before, after)]
    yield pair.change(rule, places, "{}: limit changed from {} to {}", label(places[1]), *words)


def _unknown(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    """Report keywords that are unknown here, or do not apply to the type."""
    for keyword in sorted(old.limits.keys() | new.limits.keys()):
        one, other = (branch.limits.get(keyword) for branch in (old, new))
        if _is_understood(keyword, old) and _is_understood(keyword, new):
            continue
        if (keyword in old.limits) is not (keyword in new.limits) or canonical(one) != canonical(other):
            places = pair.within(old, new, keyword)
            yield key_change(keyword, (one, other), places, pair.label, f"{pair.direction}-")


def _is_understood(keyword: str, branch: Branch) -> bool:
    """Whether another comparison covers a keyword here: it applies to the type, and has a value that fits."""
    if keyword in ("type", "format"):  # that a type is implied is a matter of the alternative's kind
        kinds = ("string", "integer", "number", ANY)
        return keyword == "type" or branch.kind in kinds or keyword not in branch.limits
    if keyword not in LIMITS or keyword not in branch.limits:
        return keyword in LIMITS
    value = branch.limits[keyword]
    if keyword in _COUNTS:
        fits = is_number(value)
    else:
        fits = isinstance(value, bool) if keyword == "uniqueItems" else value is not None
    return fits and common_type(branch.kind, LIMITS[keyword]) is not None
