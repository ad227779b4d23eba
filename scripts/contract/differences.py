"""Compares two canonical forms, and reports each difference with a pointer into both."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.contract.schemas import Form

# Dicts whose entries have names of the document or the code: what a message calls one. Equal entries are counted.
ENTRIES: Final = {
    "operations": "operation {}",
    "webhooks": "webhook {}",
    "schemas": "schema {}",
    "parameters": "{}",
    "bodies": "body {}",
    "answers": "answer {}",
    "properties": "property {!r}",
    "values": "value {}",
    "required": "{!r} as a required property",
    # of generated code
    "files": "{}",
    "classes": "class {}",
    "functions": "{}()",
    "methods": "{}()",
    "attributes": "attribute {}",
    "variables": "{}",
    "aliases": "{}",
}
ASIDE: Final = ("@", "called", "home", "about", "asides")  # not compared: places, names in code, and wording
SCALARS: Final = frozenset({bool, int, str, float, type(None)})
MOST_SHOWN: Final = 300  # characters of a value in a message
# Keys whose values are plain JSON of the document, not forms.
VALUES: Final = frozenset({"limits", "inherited", "notes", "rest", "is", "written", "of"})


def equal_json(one: object, other: object) -> bool:
    """Whether two JSON values are equal: true is not 1, but 1 is 1.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal_json(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal_json, one, other))
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _short(value: object) -> str:
    shown = value if isinstance(value, str) and value else repr(value)
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}..."


def describe(type_: Form) -> str:
    """Write a type for a person; options in order."""
    shown = [_describe(option) for option in type_["options"]] + (["null"] if type_["null"] else [])
    return " | ".join(shown) or "nothing"


def _describe(option: Form) -> str:
    if option["type"] == "enum" and "name" not in option:
        return " or ".join(sorted(option["values"]))
    if option["type"] == "array" and "items" in option["content"]:
        return f"array of ({describe(option['content']['items'])})"
    return f"{option['type']} {option.get('name', '')}".rstrip()


def everything(form: Form) -> Form:
    """Leave a form as it is."""
    return form


@define
class Comparison:
    """Compares forms, and finds what either of them has alone.

    `differ` is called for each difference with a pointer in the first form, a place in the second, and what differs.
    `look` reduces a dict of either form to the part that is compared; `sides` name the two forms in messages. After a
    comparison, `counts` has the number of equal entries of each kind, `pairs` the ids of the dicts that were compared
    and whether they are equal, `places` the pointer in the first form by the place in the second. A `name` is compared
    only where the first form has one; `@` and `called` never are.
    """

    differ: Callable[[str, str, str], object]
    look: Callable[[Form], Form] = everything
    sides: tuple[str, str] = ("the document", "the code")
    counts: Counter[str] = field(factory=Counter, init=False)
    pairs: dict[tuple[int, int], bool] = field(factory=dict, init=False)
    places: dict[str, str] = field(factory=dict, init=False)
    _looked_at: list[Form] = field(factory=list, init=False)  # kept alive, because `pairs` has ids of their parts

    def same(self, one: Any, other: Any, pointer: str = "", place: str = "", key: str = "") -> bool:
        """Compare the parts under a `key` of the two forms; True if they are equal."""
        if one is other or (type(one) is type(other) and type(one) in SCALARS and one == other):
            return True
        if key not in VALUES and isinstance(one, dict) and isinstance(other, dict):
            return self._pair(one, other, pointer, place, key)
        if key in VALUES or not (isinstance(one, list) and isinstance(other, list) and len(one) == len(other)):
            return equal_json(one, other) or self._differ(
                pointer, place, f"{key} is {_short(one)} in {{}}, {_short(other)} in {{}}"
            )
        # A list, not a generator: every entry is compared, also after a difference.
        return all([self.same(a, b, pointer, place, key) for a, b in zip(one, other, strict=True)])  # noqa: C419

    def _pair(self, one: Form, other: Form, pointer: str, place: str, key: str) -> bool:
        pair = id(one), id(other)
        if pair not in self.pairs:
            self.pairs[pair] = True  # ends the recursion of a dict that contains itself
            pointer, place = (one.get("@", pointer), other.get("@", place)) if key not in ENTRIES else (pointer, place)
            if pointer:
                self.places.setdefault(place, pointer)
            self.pairs[pair] = self._dicts(one, other, pointer, place, key)
        return self.pairs[pair]

    def _dicts(self, one: Form, other: Form, pointer: str, place: str, key: str) -> bool:
        hidden: tuple[str, ...] = ()
        if key not in ENTRIES:
            hidden = ASIDE if "name" in one else (*ASIDE, "name")
            one, other = self.look(one), self.look(other)
            self._looked_at += one, other
            if "options" in one and "options" in other:
                kinds = [[option["type"] for option in type_["options"]] for type_ in (one, other)]
                if kinds[0] != kinds[1]:
                    return self._differ(pointer, place, f"{{}} says {describe(one)}, {{}} {describe(other)}")
        names = [name for name in {**one, **other} if name not in hidden]
        return all([self._entry(one, other, name, pointer, place, key) for name in names])  # noqa: C419

    def _entry(self, one: Form, other: Form, name: str, pointer: str, place: str, key: str) -> bool:
        what = ENTRIES[key].format(name) if key in ENTRIES else name
        if name in one and name in other:
            equal = self.same(one[name], other[name], pointer, place, what)
            if equal and key in ENTRIES:
                self.counts[key] += 1
            return equal
        here = one.get(name, other.get(name))
        own = here.get("@") if isinstance(here, dict) else None
        if name in one:
            return self._differ(own or pointer, place, f"{what} is in {self.sides[0]} alone")
        return self._differ(pointer, own or place, f"{what} is in {self.sides[1]} alone")

    def _differ(self, pointer: str, place: str, what: str) -> bool:
        self.differ(pointer, place, what.replace("{}", self.sides[0], 1).replace("{}", self.sides[1]))
        return False
