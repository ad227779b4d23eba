"""Proposes corrections of a document: an OpenAPI Overlay after which what was observed fits, and nothing else does.

| observed | proposed |
|---|---|
| null, or a value of another type | the type too; beside a reference or a union, another variant |
| an unknown enum value, told by its text | the value too |
| a property that is missing | it is not required |
| a broken limit | the limit goes |

What cannot be told in this way is left to a person, with its reason. Each action stands at the place of the document
that says otherwise, so where operations share a component, it changes for all of them.
"""

# Over 300 lines: what is proposed and where it stands in the document are found in one walk.

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from jobmojito_api.resources import operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .store import Departed, Seen

Place = tuple[str | int, ...]
_HOPS: Final = 50  # of references
_UNIONS: Final = ("anyOf", "oneOf")
_TYPES: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
_LIMITS: Final = frozenset(
    {"minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "additionalProperties"}
)


@frozen
class Evidence:
    """One kind of departure, how often it was seen, and in how many answers of its operation and status."""

    departed: Departed
    seen: Seen
    answers: int

    @property
    def where(self) -> str:
        """The operation as the document writes it, the status and the place."""
        one = operation(self.departed.operation)
        return f"{one.method} {one.path}, {self.departed.status}, {self.departed.place or 'the whole answer'}"

    @property
    def what(self) -> str:
        """What came."""
        if self.departed.keyword == "required":
            return f"no {self.departed.expected}"
        value = f" {self.departed.value!r}" if self.departed.value else ""
        return f"{self.departed.got}{value}"

    @property
    def how_often(self) -> str:
        """In how many answers, and when."""
        days = self.seen.first if self.seen.first == self.seen.last else f"{self.seen.first} to {self.seen.last}"
        return f"in {self.seen.count} of {self.answers} answers, {days}"


@frozen
class Proposal:
    """The actions of one place, and what they answer."""

    actions: tuple[Mapping[str, Any], ...]
    evidence: tuple[Evidence, ...]


@frozen
class Proposals:
    """What is proposed, and what is left to a person: the evidence and the reason."""

    proposed: tuple[Proposal, ...]
    left: tuple[tuple[Evidence, str], ...]


@frozen
class _Wanted:
    """What one change of the document is to allow (types, values, a missing property, no limit), and why."""

    values: dict[str, None] = field(factory=dict)
    evidence: dict[Evidence, None] = field(factory=dict)


_Change = tuple[Place, str, str]
"""A schema, what changes there, and the name of the property or limit."""


class _LeftError(Exception):
    """No correction can be told; the message says why."""


def propose(document: Mapping[str, Any], found: Sequence[Evidence]) -> Proposals:
    """Find the corrections of a document that answer what was observed."""
    wanted: dict[_Change, _Wanted] = {}
    left: list[tuple[Evidence, str]] = []
    for one in found:
        try:
            for place in _schemas_at(document, one.departed):
                _want(document, place, one, wanted)
        except _LeftError as reason:
            left.append((one, str(reason)))
    made = (Proposal(tuple(_actions(document, change, some)), tuple(some.evidence)) for change, some in wanted.items())
    return Proposals(tuple(made), tuple(left))


def _want(document: Mapping[str, Any], place: Place, one: Evidence, wanted: dict[_Change, _Wanted]) -> None:
    """Note what one departure asks of the schema at a place, or of those that it refers to.

    Raises:
        _LeftError: nothing that a correction could say.
    """
    departed = one.departed
    schemas = {facet: _get(document, facet) for facet in _facets(document, place)}
    if departed.keyword in {"type", "anyOf"}:
        what, value, holders = "kinds", departed.got, [place]
        _refuse_type(_get(document, place), schemas, departed.got)
    elif departed.keyword in {"enum", "const"}:
        what, value, holders = "values", departed.value, [facet for facet, some in schemas.items() if "enum" in some]
        if not value:
            raise _LeftError("an unknown value that is not a plain word")
    elif departed.keyword == "required":
        what, value = "optional", departed.expected.removeprefix("property ").strip("'")
        holders = [facet for facet, some in schemas.items() if value in some.get("required", ())]
    else:
        what, value = "limits", departed.keyword
        holders = [facet for facet, some in schemas.items() if value in _LIMITS and value in some]
    if not holders:
        raise _LeftError("this document does not say so at this place")
    for target in holders:
        if target[0] == "paths" and target[2] != operation(departed.operation).method.lower():
            raise _LeftError("the operation is one of the corrections, not of this document")
        some = wanted.setdefault((target, what, value if what in {"optional", "limits"} else ""), _Wanted())
        some.evidence[one] = None
        some.values[value] = None


def _refuse_type(node: Mapping[str, Any], schemas: Mapping[Place, Mapping[str, Any]], got: str) -> None:
    """Leave to a person what needs more than the name of a type."""
    if got not in _TYPES:
        raise _LeftError(f"{got} is not JSON")
    if got != "null" and any("enum" in schema for schema in schemas.values()):
        raise _LeftError("a value that is not a string, where the document lists strings")
    if got != "null" and "object" in node.get("type", ()):
        raise _LeftError("another type where the document describes an object in place, and not as a component")
    if not {"$ref", "type", *_UNIONS} & node.keys():
        raise _LeftError("the schema of this document has no type here")


def _actions(document: Mapping[str, Any], change: _Change, wanted: _Wanted) -> Iterator[Mapping[str, Any]]:
    """Write the actions for one change; each says what was seen."""
    (place, what, name), why = change, _why(wanted.evidence)
    if what == "kinds":
        found = _widened(place, _get(document, place), list(wanted.values))
        yield from (_action(at, why, update) for at, update in found)
    elif what == "values":
        yield _action(place, why, {"update": {"enum": list(wanted.values)}})
    elif what == "optional":
        yield _action(place, why, {"remove": True}, f"['required'][?@ == {_quoted(name)}]")
    else:
        yield _action((*place, name), why, {"remove": True})


def _widened(place: Place, node: Mapping[str, Any], kinds: list[str]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Allow more types. The document's `nullable` is read as corrections find it: rewritten in the form of 3.1."""
    others = [{"type": kind} for kind in kinds]
    union = next((key for key in _UNIONS if key in node), None)
    if union is not None:
        yield place, {"update": {union: others}}
    elif "$ref" in node:
        if node.get("nullable") is not True:
            yield (*place, "$ref"), {"remove": True}
            others.insert(0, {"$ref": node["$ref"]})
        yield place, {"update": {"anyOf": others}}
    else:
        own = node["type"] if isinstance(node["type"], list) else [node["type"]]
        if own == ["integer"] and kinds == ["number"] and node.get("nullable") is not True:
            yield place, {"update": {"type": "number"}}
            return
        joined = isinstance(node["type"], list) or node.get("nullable") is True
        update: dict[str, Any] = {"type": kinds if joined else [*own, *kinds]}
        if "enum" in node and "null" in kinds:
            update["enum"] = [None]
        yield place, {"update": update}


def _action(place: Place, why: str, change: Mapping[str, Any], more: str = "") -> Mapping[str, Any]:
    target = "$" + "".join(f"[{step}]" if isinstance(step, int) else f"[{_quoted(step)}]" for step in place) + more
    return {"target": target, "description": why, "x-matches": 1, "x-changes-meaning": True, **change}


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _why(evidence: Mapping[Evidence, None]) -> str:
    """Say what was seen and when the correction can go."""
    seen = "; ".join(f"{one.what} at {one.where}, {one.how_often}" for one in evidence)
    return f"The live API departs from the document: {seen}. Goes when the document says so itself."


def _get(document: Mapping[str, Any], place: Place) -> Any:
    node: Any = document
    for step in place:
        node = node[step]
    return node


def _schemas_at(document: Mapping[str, Any], departed: Departed) -> list[Place]:
    """Find the schemas that describe a place of an answer."""
    places = [_answer(document, departed)]
    for step in departed.place.split("/")[1:]:
        places = [inner for place in places for inner in _steps(document, place, step)]
    if not places:
        raise _LeftError("this document does not have the place")
    return places


def _answer(document: Mapping[str, Any], departed: Departed) -> Place:
    """Return the place of the schema of an operation's answer."""
    one = operation(departed.operation)
    item = document.get("paths", {}).get(one.path, {})
    # The guide's POST form of a GET has its answers, and is not in the published document.
    method = next((name for name in (one.method.lower(), "get", "post") if name in item), "")
    responses = item.get(method, {}).get("responses", {})
    status = next(
        (name for name in (str(departed.status), f"{departed.status // 100}XX", "default") if name in responses), ""
    )
    place = _followed(document, ("paths", one.path, method, "responses", status)) if status else ()
    content = _get(document, place).get("content", {}) if place else {}
    kind = next((name for name in content if "json" in name), "")
    if "schema" not in content.get(kind, {}):
        raise _LeftError("this document does not have the answer")
    return (*place, "content", kind, "schema")


def _followed(document: Mapping[str, Any], place: Place) -> Place:
    """Follow references within the document."""
    for _ in range(_HOPS):
        reference = _get(document, place).get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return place
        tokens = reference.removeprefix("#/").split("/")
        place = tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)
    raise _LeftError("references of this document go in a circle")


def _facets(document: Mapping[str, Any], place: Place) -> Iterator[Place]:
    """Find all schemas that a value must fit: behind references, parts of `allOf`, the only variant of a union."""
    place = _followed(document, place)
    yield place
    node = _get(document, place)
    for number in range(len(node.get("allOf", ()))):
        yield from _facets(document, (*place, "allOf", number))
    if len(variants := _variants(node, place)) == 1:
        yield from _facets(document, variants[0])


def _variants(node: Mapping[str, Any], place: Place) -> list[Place]:
    """List the variants of a union, without null."""
    return [
        (*place, key, number)
        for key in _UNIONS
        for number, one in enumerate(node.get(key, ()))
        if one != {"type": "null"} and one.keys() != {"nullable"}
    ]


def _steps(document: Mapping[str, Any], place: Place, step: str) -> Iterator[Place]:
    """Find the schemas of a part of a value, or of a variant of it."""
    for facet in _facets(document, place):
        node = _get(document, facet)
        if re.fullmatch(r"\|\d+", step):
            yield from _variants(node, facet)[int(step[1:]) :][:1]
        elif step != "*":
            name = step.replace("~1", "/").replace("~0", "~")
            if name in node.get("properties", {}):
                yield (*facet, "properties", name)
        else:
            yield from ((*facet, key) for key in ("items", "additionalProperties") if isinstance(node.get(key), dict))


def as_overlay(proposals: Proposals, title: str) -> str:
    """Write the corrections as an OpenAPI Overlay 1.0, in YAML."""
    lines = ["overlay: 1.0.0", f"info: {{ title: {_json(title)}, version: 1.0.0 }}"]
    lines.append("actions:" if proposals.proposed else "actions: []")
    for action in (action for one in proposals.proposed for action in one.actions):
        keys = [f"{key}: {_json(value)}" for key, value in action.items()]
        lines += ["", f"  - {keys[0]}", *(f"    {line}" for line in keys[1:])]
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    """Write a value in one line: JSON is YAML."""
    return json.dumps(value, ensure_ascii=False)
