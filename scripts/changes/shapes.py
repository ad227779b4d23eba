"""A schema reduced to what it allows, so that two ways of writing the same thing come out the same.

A shape is a list of alternatives, each of one JSON type, and whether null is allowed. `$ref`, `allOf`, `anyOf`,
`oneOf`, type lists, `const` and the forms of nullability are resolved here, so nothing later has to know them:
`nullable: true` (the 3.0 keyword, which the vendor writes under 3.1), `type: [X, "null"]` and
`anyOf: [X, {type: null}]` are one.
A lone `{"nullable": true}` is any value, but null as a branch of a union (API facts, defect 2).
"""

from collections.abc import Iterable
from itertools import product
from typing import Any

from attrs import evolve, frozen

from scripts.changes.branches import ANY, Branch, closed_list, closed_lists, meet
from scripts.changes.places import Place, canonical
from scripts.files.failures import Refused

WORDING = frozenset(
    {"title", "description", "example", "examples", "externalDocs", "$comment", "deprecated", "default"}
)
# Combining unions multiplies their branches; no document means this many.
MOST_BRANCHES = 4096
_NOT_NULL = ("nullable", False)
_LISTING = {"type", "enum", "const", "nullable", "$ref", "allOf", "anyOf", "oneOf"}
_KINDS = {bool: "boolean", str: "string", int: "integer", float: "number", list: "array", dict: "object"}


@frozen(eq=False)
class Shape:
    """What a schema allows.

    `common` are the schema objects that apply to every alternative, outermost first; `asides` are null variants.
    """

    branches: tuple[Branch, ...]
    null: bool
    common: tuple[Place, ...] = ()
    exclusive: bool = False
    asides: tuple[Place, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """Give the JSON types allowed, null aside."""
        return frozenset(branch.kind for branch in self.branches)

    @property
    def parts(self) -> tuple[Place, ...]:
        """Give every schema object that has a say, outermost first."""
        return _joined(self.common, *(branch.parts for branch in self.branches), self.asides)


EVERYTHING = Shape((Branch(ANY, ()),), null=True)
NOTHING = Shape((), null=False)


def shape(places: Iterable[Place]) -> Shape:
    """Reduce schemas that all apply to one shape; none at all allow everything."""
    result = EVERYTHING
    for place in places:
        result = _both(result, _expanded(place, frozenset()))
    return result


def _expanded(place: Place, seen: frozenset[str]) -> Shape:
    """Reduce one schema; one that contains itself (not in a property, but right here) adds nothing the second time."""
    if isinstance(place.value, bool):
        return EVERYTHING if place.value else NOTHING
    schema = place.mapping()
    if place.pointer in seen:
        return EVERYTHING
    inner = seen | {place.pointer}
    result = _own(place)
    if isinstance(schema.get("$ref"), str):
        result = _both(result, _expanded(place.referred(), inner))
    # A part that only words things says them of this place, and so before what a reference says of itself.
    for part in sorted(_listed(place, "allOf"), key=_constrains):
        result = _both(result, _expanded(part, inner))
    for keyword in ("anyOf", "oneOf"):
        if branches := _listed(place, keyword):
            variants = [_variant(branch, inner) for branch in branches]
            result = _both(result, _union(_gathered(place, keyword, variants), keyword))
    return evolve(result, null=True) if schema.get("nullable") is True else result


def _listed(place: Place, keyword: str) -> list[Place]:
    child = place.child(keyword)
    return list(child.elements()) if child else []


def _constrains(place: Place) -> bool:
    """Tell whether a schema says anything besides words, itself or in an `allOf`."""
    if not isinstance(place.value, dict):
        return True
    telling = {key for key, value in place.value.items() if key not in WORDING and (key, value) != _NOT_NULL}
    return telling != set() and (telling != {"allOf"} or any(map(_constrains, _listed(place, "allOf"))))


def _variant(place: Place, seen: frozenset[str]) -> Shape:
    return Shape((), null=True, common=(place,)) if _is_null(place, seen) else _expanded(place, seen)


def _is_null(place: Place, seen: frozenset[str]) -> bool:
    """Tell whether a branch of a union says `nullable: true` and nothing else, here or where its only part leads."""
    if not isinstance(place.value, dict) or place.pointer in seen:
        return False
    match [(key, value) for key, value in place.value.items() if key not in WORDING and (key, value) != _NOT_NULL]:
        case [("nullable", True)]:
            return True
        case [("$ref", str())]:
            return _is_null(place.referred(), seen | {place.pointer})
        case [("allOf", [_])]:
            return _is_null(_listed(place, "allOf")[0], seen | {place.pointer})
        case _:
            return False


def _own(place: Place) -> Shape:
    """Read the type, enum and const of one schema object, leaving everything else to its facets."""
    kinds, null = _declared(place.value.get("type"))
    for values in closed_lists(place.value):
        kinds = _kinds_of(values, kinds)
        null = null and None in values
    return Shape(tuple(Branch(kind, (place,)) for kind in kinds), null=null, common=(place,))


def _declared(declared: Any) -> tuple[list[str], bool]:
    if declared is None:
        return [ANY], True
    names = [name if isinstance(name, str) else canonical(name) for name in _as_list(declared)]
    kinds = list(dict.fromkeys(name for name in names if name != "null"))
    if "number" in kinds and "integer" in kinds:
        kinds.remove("integer")
    return kinds, "null" in names


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _kinds_of(values: list[Any], declared: list[str]) -> list[str]:
    """Give the types that the values have, as far as they are declared: an enum says the type by itself."""
    kinds = dict.fromkeys(_KINDS[type(value)] for value in values if value is not None)
    met = (meet(kind, wanted) for kind, wanted in product(kinds, declared))
    return list(dict.fromkeys(kind for kind in met if kind))


def _both(one: Shape, other: Shape) -> Shape:
    """Give what both shapes allow."""
    if len(one.branches) * len(other.branches) > MOST_BRANCHES:
        raise Refused(f"{(one.parts or other.parts)[0].pointer}: more than {MOST_BRANCHES} combinations of variants")
    branches = (
        Branch(kind, _joined(left.parts, right.parts))
        for left, right in product(one.branches, other.branches)
        if (kind := meet(left.kind, right.kind))
    )
    exclusive = one.exclusive or other.exclusive
    return Shape(
        tuple(branches),
        one.null and other.null,
        _joined(one.common, other.common),
        exclusive,
        _joined(one.asides, other.asides),
    )


def _union(shapes: list[Shape], keyword: str) -> Shape:
    """Give what any of the shapes allows. That only one may match says something only where two can."""
    branches = {(branch.kind, tuple(p.pointer for p in branch.parts)): branch for s in shapes for branch in s.branches}
    kinds = [branch.kind for branch in branches.values()]
    filled = [s for s in shapes if s.branches]
    return Shape(
        tuple(branches.values()),
        null=any(s.null for s in shapes),
        common=filled[0].common if len(filled) == 1 else (),
        exclusive=any(s.exclusive for s in filled) or (keyword == "oneOf" and len(set(kinds)) < len(kinds)),
        asides=_joined(*(s.asides or (() if s.branches else s.common) for s in shapes)),
    )


def _gathered(place: Place, keyword: str, variants: list[Shape]) -> list[Shape]:
    """Read variants that only list values as one list for each type: `oneOf: [{const: a}, {const: b}]` is an enum."""
    plain: dict[str, list[Shape]] = {}
    for variant in variants:
        if _only_lists(variant):
            plain.setdefault(variant.branches[0].kind, []).append(variant)
    for kind, found in plain.items():
        values = [value for variant in found for value in (closed_list(variant.branches[0]) or {}).values()]
        if len(found) > 1 and (keyword == "anyOf" or len(set(map(canonical, values))) == len(values)):
            merged = _Merged(place.root, f"{place.pointer}/{keyword}", {"type": kind, "enum": values})
            asides = _joined(*(variant.parts for variant in found))
            null = any(variant.null for variant in found)
            variants = [variant for variant in variants if variant not in found]
            variants.append(Shape((Branch(kind, (merged,)),), null=null, common=(merged,), asides=asides))
    return variants


@frozen(eq=False, repr=False)
class _Merged(Place):
    """Several variants read as one schema; whatever it holds stands where the variants stand."""

    def child(self, key: str | int) -> Place | None:
        return Place(self.root, self.pointer, self.value[key]) if key in self.value else None


def _only_lists(variant: Shape) -> bool:
    """Tell whether a variant says which values there are, and nothing else."""
    if len(variant.branches) != 1 or closed_list(variant.branches[0]) is None:
        return False
    return all(part.value.keys() - WORDING <= _LISTING for part in variant.parts)


def _joined(*groups: tuple[Place, ...]) -> tuple[Place, ...]:
    return tuple({place.pointer: place for group in groups for place in group}.values())
