"""Pairs an old and a new type in the canonical form, and makes the changes between them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from attrs import define, frozen

from scripts.changes.findings import Change, Direction, change, shown
from scripts.changes.places import Place, label, nearest
from scripts.contract.schemas import TYPES, common_type, json_type
from scripts.contract.values import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.contract.schemas import Form

ANY: Final = "any"


def covers(wide: str, narrow: str) -> bool:
    """Whether every value of one JSON type is one of the other."""
    return common_type(wide, narrow) == narrow


@frozen(eq=False)
class Branch:
    """One alternative: a JSON type (or any), the values of its enum, and the option it is read from."""

    kind: str
    values: dict[str, Any] | None
    option: Form

    @property
    def limits(self) -> Form:
        """Return the limits, those of merged parts too."""
        return {**self.option.get("inherited", {}), **self.option["limits"]}

    @property
    def content(self) -> Form:
        """Return what is in an object or an array."""
        found: Form = self.option.get("content", {})
        return found


def branches(type_: Form) -> list[Branch]:
    """Return the alternatives of a type; several lists of values of one JSON type are one list."""
    found: list[Branch] = []
    for branch in (branch for option in type_["options"] for branch in _branches(option)):
        listed = next((one for one in found if _joins(one, branch, exactly_one="exactly one" in type_["notes"])), None)
        if listed is None:
            found.append(branch)
        else:
            values = {**(listed.values or {}), **(branch.values or {})}
            found[found.index(listed)] = Branch(listed.kind, values, {**listed.option, "@": type_["@"]})
    return [Branch(one.kind, None, one.option) if _is_both(one) else one for one in found]


def _branches(option: Form) -> Iterator[Branch]:
    if option["type"] != "enum":
        kind = ANY if option["limits"].get("type") == "implied" else json_type(option["type"])
        yield Branch(kind, None, option)
        return
    by_kind: dict[str, dict[str, Any]] = {}
    for key, value in option["values"].items():
        own = TYPES.get(type(value), "object")
        for kind in (one for one in option["of"] if covers(one, own)):  # a value of another type is not allowed
            by_kind.setdefault(kind, {})[key] = value
            break
    yield from (Branch(kind, values, option) for kind, values in by_kind.items())


def _joins(one: Branch, other: Branch, *, exactly_one: bool) -> bool:
    both = one.kind == other.kind and one.values is not None and other.values is not None
    if not both or one.limits.keys() - {"type"} or other.limits.keys() - {"type"}:
        return False
    return not (exactly_one and set(one.values or ()) & set(other.values or ()))


def _is_both(branch: Branch) -> bool:
    return branch.kind == "boolean" and len(branch.values or {}) == len((True, False))


@define(eq=False, slots=False)
class Pair:
    """An old and a new type, for what is sent (request) or received (response), and the documents they are in."""

    old: Form
    new: Form
    direction: Direction
    documents: tuple[Any, Any]

    @property
    def key(self) -> tuple[object, ...]:
        """Identify the pair."""
        return (self.direction, id(self.old), id(self.new))

    @cached_property
    def before(self) -> list[Branch]:
        """Return the alternatives of the old type."""
        return branches(self.old)

    @cached_property
    def after(self) -> list[Branch]:
        """Return the alternatives of the new type."""
        return branches(self.new)

    @property
    def homes(self) -> tuple[Place, Place]:
        """Return the places of the two."""
        return self.at("", self.old["home"], self.new["home"])

    @property
    def label(self) -> str:
        """Name the type, by the new document where it has a schema there."""
        homes = self.homes
        return label(homes[1] if homes[1].pointer == self.new["home"] else homes[0])

    def inner(self, old: Form, new: Form) -> Pair:
        """Make the pair of two types inside this one."""
        return Pair(old, new, self.direction, self.documents)

    def at(self, keyword: str, old: str, new: str) -> tuple[Place, Place]:
        """Return the places of a keyword of two schemas; where it is absent, the place that would hold it."""
        places = (join(at, keyword) if keyword else at for at in (old, new))
        before, after = map(nearest, self.documents, places)
        return before, after

    def within(self, old: Branch, new: Branch, keyword: str) -> tuple[Place, Place]:
        """Return the places of a keyword in an alternative of each."""
        return self.at(keyword, old.option["@"], new.option["@"])

    def change(self, rule: str, places: tuple[Place, Place], template: str, *values: str) -> Change:
        """Make a change by a rule that has one row for what is sent and one for what is received."""
        return change(f"{self.direction}-{rule}", *places, template, *values)

    def values(
        self, called: tuple[str, str], places: tuple[Place, Place], before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        """Report the listed values that only one side has; `called`: what a value is in the rule and in words."""
        rule, word = called
        name = label(places[1])
        for key in after.keys() - before.keys():
            yield self.change(f"{rule}-added", places, f"{{}} has another {word}: {{}}", name, shown(after[key]))
        for key in before.keys() - after.keys():
            yield self.change(f"{rule}-removed", places, f"{{}} has lost a {word}: {{}}", name, shown(before[key]))
