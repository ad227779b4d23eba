"""Holds the published document against another surface, place by place, both ways.

The other surface is the tables of the generated code, or the contract file that ships with it. Objects are compared
once for each pair of places, so recursive schemas end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from attrs import define, evolve, field

from scripts.drift.nodes import (
    EXACTLY_ONE,
    Array,
    Enumeration,
    Members,
    Node,
    Option,
    Structure,
    describe,
    kind,
)
from scripts.drift.published import EXAMPLE
from scripts.drift.samples import is_readable
from scripts.drift.tables import Unrecognised
from scripts.drift.values import Unreadable, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.drift.operations import Operation, Parameter
    from scripts.drift.reports import Report

Key = TypeVar("Key")
DEFAULT: Final = ("form", True)

# The limits that a field table can hold, by the kinds of value they look at.
_TEXTS: Final = ("string", "uuid", "date", "date-time", "binary", "any")
_NUMBERS: Final = ("integer", "number", "any")
LIMITS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("minLength", "maxLength", "pattern"), _TEXTS),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _NUMBERS),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), ("array", "any")),
    **dict.fromkeys(("minProperties", "maxProperties"), ("object", "any")),
}


@define
class Comparison:
    """Compares nodes and operations, and reports into `report`.

    What it learns: which parts of the code were reached, under which names the code knows the document's types, and the
    place in the document that a file stands for.
    `whole` names the file of a surface that can say all a document says: defaults, formats and every limit.
    """

    report: Report
    whole: str | None = None
    reached: set[str] = field(factory=set, init=False)
    known_as: dict[str, set[str]] = field(factory=dict, init=False)
    places: dict[str, str] = field(factory=dict, init=False)
    _pairs: set[tuple[str, str]] = field(factory=set, init=False)

    def nodes(self, expected: Node, observed: Node, file: str) -> bool:
        """Compare the types of one place; True if they are equal as far as this place goes."""
        before = len(self.report.differences)
        pointer = expected.where
        if expected.nullable is not observed.nullable:
            said = "may be null" if expected.nullable else "may not be null"
            self.report.differ(pointer, file, f"{said} in the document, the opposite in the code")
        self._notes(expected, observed, file)
        if [kind(option) for option in expected.options] != [kind(option) for option in observed.options]:
            self.report.differ(pointer, file, f"the document says {describe(expected)}, the code {describe(observed)}")
        else:
            for one, other in zip(expected.options, observed.options, strict=True):
                self._options(one, other, pointer, file)
        return len(self.report.differences) == before

    def _notes(self, expected: Node, observed: Node, file: str) -> None:
        keys = (expected.notes.keys() | observed.notes.keys()) - {EXAMPLE} if self.whole else {EXACTLY_ONE}
        for note in sorted(keys):
            one, other = expected.notes.get(note), observed.notes.get(note)
            if not same(one, other):
                self.report.differ(expected.where, file, f"{note} is {one!r} in the document, {other!r} in the code")

    def _options(self, expected: Option, observed: Option, pointer: str, file: str) -> None:
        self._limits(expected, observed, pointer, file)
        if isinstance(expected, Enumeration) and isinstance(observed, Enumeration):
            self._name(expected, observed, pointer, file)
            self._values(expected, observed, pointer, file)
        elif isinstance(expected, Array) and isinstance(observed, Array):
            self.nodes(expected.item, observed.item, file)
        elif isinstance(expected, Structure) and isinstance(observed, Structure):
            self._name(expected, observed, pointer, file)
            self.structures(expected, observed, file)

    def _name(
        self, expected: Enumeration | Structure, observed: Enumeration | Structure, pointer: str, file: str
    ) -> None:
        """A type that the document names is known by that name, even if another type is made of the same."""
        self.known_as.setdefault(key(expected), set()).update(observed.names)
        self.places.setdefault(observed.where.partition(":")[0], key(expected))
        if expected.names and not expected.names & observed.names:
            names = " or ".join(sorted(expected.names))
            self.report.differ(pointer, file, f"is {names} in the document, {'/'.join(observed.names)} in the code")

    def _limits(self, expected: Option, observed: Option, pointer: str, file: str) -> None:
        for limit in sorted(expected.limits.keys() | observed.limits.keys()):
            if not self.whole and (kind(expected) not in LIMITS.get(limit, ()) or _foreign(limit, expected)):
                continue
            one, other = expected.limits.get(limit), observed.limits.get(limit)
            if not same(one, other):
                self.report.differ(pointer, file, f"{limit} is {one!r} in the document, {other!r} in the code")

    def _values(self, expected: Enumeration, observed: Enumeration, pointer: str, file: str) -> None:
        """The order of values says nothing (the vendor spells equal lists in two orders); the values are the enum."""
        one, other = {typed(value) for value in expected.values}, {typed(value) for value in observed.values}
        where = self.whole or observed.where or file
        for _, value in sorted(one - other, key=repr):
            self.report.differ(join(pointer, "enum"), where, f"value {value!r} is in the document alone")
        for _, value in sorted(other - one, key=repr):
            self.report.differ(join(pointer, "enum"), where, f"value {value!r} is in the code alone")
        if expected.types != observed.types and (self.whole or _numbers(expected.types) != _numbers(observed.types)):
            types, others = "/".join(sorted(expected.types)), "/".join(sorted(observed.types))
            self.report.differ(pointer, where, f"its values are of type {types} in the document, {others} in the code")
        self.report.counts["enum values"] += len(one & other)
        self.reached.add(observed.where)

    def as_observed(self, expected: Node) -> Node:
        """Give a node with its types under the names that the other surface has for them."""
        return evolve(expected, options=tuple(self._as_observed(option) for option in expected.options))

    def _as_observed(self, option: Option) -> Option:
        if isinstance(option, Array):
            return evolve(option, item=self.as_observed(option.item))
        if isinstance(option, Enumeration | Structure):
            return evolve(option, names=frozenset(self.known_as.get(key(option), option.names)))
        return option

    def structures(self, expected: Structure, observed: Structure, file: str) -> None:
        """Compare two objects, once for each pair of places."""
        if (expected.key, observed.key) in self._pairs:
            return
        self._pairs.add((expected.key, observed.key))
        self.reached.add(observed.key)
        try:
            one, other = expected.read(), observed.read()
        except Unreadable as problem:
            self.report.differ(problem.pointer, file, f"cannot be read: {problem.why}")
        except Unrecognised as problem:
            self.report.differ(expected.key, file, str(problem))
        else:
            self._members(one, other, expected.key, self.whole or observed.where)

    def _members(self, expected: Members, observed: Members, pointer: str, file: str) -> None:
        for name, found in expected.properties.items():
            other = observed.properties.get(name)
            if other is None:
                self.report.differ(found.where, file, f"property {name!r} is in the document alone")
                continue
            there = self.whole or other.where
            if found.required is not other.required:
                said = "required" if found.required else "optional"
                self.report.differ(found.where, there, f"{said} in the document, the opposite in the code")
            if self.nodes(found.node, other.node, there):
                self.report.counts["properties"] += 1
        for name in observed.properties.keys() - expected.properties.keys():
            where = self.whole or observed.properties[name].where
            self.report.differ(pointer, where, f"property {name!r} is in the code alone")
        self._additional(expected, observed, pointer, file)

    def _additional(self, expected: Members, observed: Members, pointer: str, file: str) -> None:
        if self.whole and expected.required != observed.required:
            self.report.differ(join(pointer, "required"), file, "the lists of required properties differ")
        if expected.additional is None or observed.additional is None:
            if expected.additional is not observed.additional:
                said = "may not" if expected.additional is None else "may"
                self.report.differ(pointer, file, f"undeclared properties {said} be there; the code says the opposite")
        else:
            self.nodes(expected.additional, observed.additional, file)

    def operations(self, expected: Operation, observed: Operation) -> None:  # noqa: C901 - one part after another
        """Compare two operations: method, path, tag, parameters, bodies and answers."""
        before = len(self.report.differences)
        file, where = self.whole or observed.where, expected.where
        self.places[file] = where
        for word in ("method", "path", "tag", "body_required"):
            one, other = getattr(expected, word), getattr(observed, word)
            if one != other:
                self.report.differ(where, file, f"{word} is {one!r} in the document, {other!r} in the code")
        for key, said in both(expected.parameters, observed.parameters):
            self._parameters(expected.parameters.get(key), observed.parameters.get(key), said, expected, file)
        for name, said in both(expected.bodies, observed.bodies):
            if said:
                place = join(where, "requestBody", "content", name)
                self.report.differ(place, file, f"body {name} is in {said} alone")
            elif self.nodes(expected.bodies[name], observed.bodies[name], file):
                self.report.counts["bodies"] += 1
        for status, said in both(expected.answers, observed.answers):
            place = join(where, "responses", status)
            if said:
                self.report.differ(place, file, f"answer {status} is in {said} alone")
            else:
                self._answers(expected.answers[status], observed.answers[status], place, file)
        if self.whole:
            self._rest(expected.rest, observed.rest, where)
        self.report.counts["operations"] += len(self.report.differences) == before

    def _rest(self, expected: Mapping[str, object], observed: Mapping[str, object], pointer: str) -> None:
        """Whatever else a document says (security, styles, headers, encodings) a whole surface says too."""
        for place, said in both(expected, observed):
            if said or not same(expected[place], observed[place]):
                self.report.differ(pointer, self.whole or "", f"{place}: what is said beside the types differs")

    def _answers(self, expected: Node | None, observed: Node | None, pointer: str, file: str) -> None:
        if expected is None or observed is None:
            if expected is not observed:
                said = "no body" if expected is None else "a body"
                self.report.differ(pointer, file, f"the document declares {said}, the code the opposite")
                return
        elif not self.nodes(expected, observed, file):
            return
        self.report.counts["answers"] += 1

    def _parameters(
        self, expected: Parameter | None, observed: Parameter | None, said: str, operation: Operation, file: str
    ) -> None:
        found = expected or observed
        if found is None or said:
            name = f"{found.location} parameter {found.name!r}" if found else "a parameter"
            pointer = expected.where if expected else join(operation.where, "parameters")
            self.report.differ(pointer, file, f"{name} is in {said} alone")
        elif expected and observed:
            if expected.required is not observed.required:
                word = "required" if expected.required else "optional"
                self.report.differ(expected.where, file, f"{word} in the document, the opposite in the code")
            elif self.nodes(expected.node, observed.node, file) and self._written(expected, file):
                self.report.counts["parameters"] += 1
            if self.whole:
                self._rest(expected.rest, observed.rest, expected.where)

    def _written(self, parameter: Parameter, file: str) -> bool:
        """The code writes a parameter as a text, and a list in a query in the default style alone, repeated."""
        if "content" in parameter.rest and not self.whole:
            self.report.differ(parameter.where, file, "is written as JSON or in another form, not as the code does")
            return False
        several = any(isinstance(option, Array | Structure) for option in parameter.node.options)
        style = (parameter.rest.get("style", DEFAULT[0]), parameter.rest.get("explode", DEFAULT[1]))
        if several and parameter.location == "query" and style != DEFAULT and not self.whole:
            self.report.differ(
                parameter.where, file, f"style {style[0]} (explode {style[1]}) is not what the code writes"
            )
            return False
        return True


def _foreign(limit: str, option: Option) -> bool:
    """Tell whether a limit is a pattern that Python cannot read, as ECMAScript may; the server alone checks it."""
    return limit == "pattern" and not is_readable(option.limits.get(limit))


def _numbers(types: frozenset[str]) -> frozenset[str]:
    """Call integers numbers: a table knows the type of each value listed, not what the document calls them all."""
    return frozenset("number" if name == "integer" else name for name in types)


def key(option: Enumeration | Structure) -> str:
    """Tell where a named type is declared."""
    return option.where if isinstance(option, Enumeration) else option.key


def both(expected: Mapping[Key, object], observed: Mapping[Key, object]) -> Iterator[tuple[Key, str]]:
    """Walk the keys of two tables in order, and say which are on one side alone."""
    for name in expected:
        yield name, "" if name in observed else "the document"
    for name in observed:
        if name not in expected:
            yield name, "the code"


def typed(value: object) -> tuple[str, object]:
    """Tell true from 1 and 1 from "1": what is one value in Python may be two in JSON."""
    family = "boolean" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "other"
    return family, value if isinstance(value, str | int | float | bool) else repr(value)


def same(one: object, other: object) -> bool:
    """Tell whether two JSON values are equal, with true and 1 apart."""
    return repr(one) == repr(other) or (one == other and typed(one)[0] == typed(other)[0])
