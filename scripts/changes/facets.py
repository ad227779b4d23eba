"""What one alternative of a shape says beyond its type: limits, closed lists, formats, properties, unknown keywords."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, TypeAlias

from attrs import frozen

from scripts.changes.branches import ANY, Branch, is_number, meet
from scripts.changes.places import Place, canonical
from scripts.changes.shapes import WORDING, Shape

# How much a limit refuses: greater is tighter. The second number says that the bound itself is refused.
Tightness: TypeAlias = tuple[Fraction | float, int]
SLACK: Tightness = (-math.inf, 0)

_AT_LEAST = {"minLength": "string", "minItems": "array", "minProperties": "object"}
_AT_MOST = {"maxLength": "string", "maxItems": "array", "maxProperties": "object"}
_KEYWORDS = {
    "string": {"minLength", "maxLength", "pattern", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"},
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
    "object": {"properties", "required", "additionalProperties", "minProperties", "maxProperties"},
}
_EVERYWHERE = WORDING | {
    *("type", "nullable", "$ref", "allOf", "anyOf", "oneOf", "enum", "const", "discriminator", "readOnly", "writeOnly"),
    *("$defs", "definitions"),  # what they hold counts where a reference leads to it
}


@frozen
class Limit:
    """One limit: how tight it is, how it reads, and the schema object that sets it."""

    tightness: Tightness
    reads: str
    place: Place


def limits(branch: Branch) -> dict[str, Limit]:
    """Give the tightest limit of each sort; one that allows everything (a least length of 0) is left out."""
    found: dict[str, Limit] = {}
    for sort, limit in _limits(branch):
        if limit.tightness > found.get(sort, Limit(SLACK, "", limit.place)).tightness:
            found[sort] = limit
    return found


def _limits(branch: Branch) -> Iterator[tuple[str, Limit]]:
    for place in branch.parts:
        for keyword, value in place.value.items():
            if number := _counted(keyword, value, branch.kind):
                yield number[0], Limit(number[1], f"{keyword} {canonical(value)}", place)
    if branch.kind in {"number", "integer", ANY}:
        yield from _ranges(branch)


def _counted(keyword: str, value: Any, kind: str) -> tuple[str, Tightness] | None:
    """Read a limit on lengths and counts."""
    if keyword == "uniqueItems" and value is True:
        return ("uniqueItems", (1, 0)) if meet(kind, "array") else None
    if not is_number(value):
        return None
    if keyword in _AT_LEAST and value > 0 and meet(kind, _AT_LEAST[keyword]):
        return keyword, (Fraction(value), 0)
    if keyword in _AT_MOST and meet(kind, _AT_MOST[keyword]):
        return keyword, (-Fraction(value), 0)
    return None


def _ranges(branch: Branch) -> Iterator[tuple[str, Limit]]:
    """Read the range of a number. For whole numbers "above 4" is "from 5", however it is written."""
    for place in branch.parts:
        for end, sign in (("Minimum", 1), ("Maximum", -1)):
            plain, other = place.value.get(end.lower()), place.value.get(f"exclusive{end}")
            if is_number(plain):
                yield end, _bound(place, plain, sign, exclusive=other is True, kind=branch.kind)
            if is_number(other):
                yield end, _bound(place, other, sign, exclusive=True, kind=branch.kind)


def _bound(place: Place, value: Any, sign: int, *, exclusive: bool, kind: str) -> Limit:
    reads = f"{'above' if sign > 0 else 'below'} {canonical(value)}" if exclusive else canonical(value)
    amount = sign * Fraction(value)
    if kind == "integer":
        amount, exclusive = Fraction(math.floor(amount) + 1 if exclusive else math.ceil(amount)), False
    return Limit((amount, int(exclusive)), f"{'minimum' if sign > 0 else 'maximum'} {reads}", place)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def factors(branch: Branch) -> frozenset[Fraction]:
    """Give the numbers that a value must be a multiple of."""
    if not meet(branch.kind, "number"):
        return frozenset()
    numbers = (place.value.get("multipleOf") for place in branch.parts)
    return frozenset(Fraction(str(number)) for number in numbers if is_number(number) and number > 0)


# A keyword with any other value means nothing that is understood here.
_WELL_FORMED: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems"), _is_flag),
    **dict.fromkeys(("enum", "required"), _is_list),
    **dict.fromkeys(("anyOf", "oneOf", "allOf"), bool),
    **dict.fromkeys((*_AT_LEAST, *_AT_MOST, "minimum", "maximum", "multipleOf"), is_number),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), lambda value: is_number(value) or _is_flag(value)),
}


def texts(branch: Branch, keyword: str) -> tuple[str, ...]:
    """Give the different texts of a keyword such as `format` or `pattern`, in a fixed order."""
    return tuple(sorted({canonical(place.value[keyword]) for place in branch.parts if keyword in place.value}))


def properties(branch: Branch) -> dict[str, tuple[Place, ...]]:
    """Give the schemas of each property that is named or required, in document order; a required one may have none."""
    found: dict[str, list[Place]] = {}
    for place in branch.parts:
        named = place.child("properties")
        for name, schema in named.entries() if named else ():
            found.setdefault(name, []).append(schema)
    for name in sorted(required(branch)):
        found.setdefault(name, [])
    return {name: tuple(schemas) for name, schemas in found.items()}


def required(branch: Branch) -> frozenset[str]:
    """Give the names of the properties that must be there."""
    lists = (place.value.get("required") for place in branch.parts)
    return frozenset(name for names in lists if isinstance(names, list) for name in names if isinstance(name, str))


def closed(branch: Branch) -> Place | None:
    """Give the schema object that allows only named properties, if one does."""
    return next((place for place in branch.parts if place.value.get("additionalProperties") is False), None)


def under(branch: Branch, keyword: str) -> tuple[Place, ...]:
    """Give the schemas that stand under a keyword such as `items`."""
    return tuple(child for place in branch.parts if (child := place.child(keyword)))


def unknown(shape: Shape) -> dict[str, list[Place]]:
    """Give the values of keywords that nothing here understands, or that say nothing about the type beside them."""
    found: dict[str, list[Place]] = {}
    for place in shape.parts:
        kinds = [branch.kind for branch in shape.branches if any(p.pointer == place.pointer for p in branch.parts)]
        for keyword, child in place.entries():
            if not _understood(keyword, child.value, kinds):
                found.setdefault(keyword, []).append(child)
    return found


def _understood(keyword: str, value: Any, kinds: list[str]) -> bool:
    if keyword in _WELL_FORMED and not _WELL_FORMED[keyword](value):
        return False
    if keyword in _EVERYWHERE:
        return True
    return any(meet(kind, family) and keyword in known for family, known in _KEYWORDS.items() for kind in kinds)
