"""Reads the schemas of an OpenAPI document into types, whichever way they are written.

A type is a dict: `@` its JSON pointer, `null` whether null is allowed, `options` the alternatives in order, `notes`
what it says beside that. An option has its `@`, a `type` (a JSON type, a format with a Python type, `enum` or `any`),
`limits`, where it has one a `name`, and for objects and arrays their `content`.

Null is written as `nullable: true` (3.0) or `type: [..., "null"]`; a lone `nullable: true` is any value, and null as
the last branch of a union (API facts, defects 1 and 2).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import define, field

from scripts.contract.values import Unreadable, flag, follow, join, plain, row, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Form: TypeAlias = dict[str, Any]

FORMATS: Final = frozenset({"uuid", "date", "date-time", "binary"})
NOTES: Final = ("default", "deprecated", "readOnly", "writeOnly")  # say something about a place, not about its type
WORDING: Final = frozenset(
    ("title", "description", "summary", "example", "examples", "externalDocs", "xml", "$comment", "discriminator")
)
STRUCTURE: Final = frozenset(
    (
        *("$ref", "type", "enum", "const", "properties", "required", "additionalProperties", "items"),
        *("allOf", "anyOf", "oneOf"),
    )
)
_OF_OBJECTS: Final = frozenset({"properties", "required", "additionalProperties"})
_TOLD: Final = STRUCTURE | WORDING | {*NOTES, "nullable"}
_TYPES: Final[Mapping[type, str]] = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array"}
_TYPED_ENUMS: Final = ({"string"}, {"integer"})  # the others get no class: their values are spelled out


def takes_any(options: Iterable[Form]) -> bool:
    """Tell whether any value at all fits, null included."""
    return any(option["type"] == "any" for option in options)


def enumeration(at: str, values: Iterable[Any], *, literal: bool, said: Iterable[str] = ()) -> Form:
    """Make an option of listed values; null among them is its type's business. `said`: the types that are stated."""
    listed = {json.dumps(value): value for value in values if value is not None}
    types = {_TYPES.get(type(value), "object") for value in listed.values()}
    apart = {"literal": True} if literal or types not in _TYPED_ENUMS else {}
    return {"@": at, "type": "enum", "values": listed, "of": sorted(said or types), "limits": {}, **apart}


def united(at: str, parts: Sequence[Form], notes: Mapping[str, object]) -> Form:
    """Put types together as alternatives, in order; one constant or the other is one list of values."""
    options: list[Form] = []
    lists: list[Form] = []
    for option in (option for part in parts for option in part["options"]):
        if not option.get("literal") or not lists:
            options.append(option)
            lists.extend([option] if option.get("literal") else [])
            continue
        index = options.index(lists[0])
        values, types = {**lists[0]["values"], **option["values"]}, {*lists[0]["of"], *option["of"]}
        options[index] = lists[0] = {**lists[0], "values": values, "of": sorted(types)}
    null = any(part["null"] for part in parts) and not takes_any(options)
    return {"@": at, "null": null, "options": options, "notes": dict(notes)}


@define
class Schemas:
    """Reads schemas of one document. `titles`: pointer of a schema -> the name that is declared for its type.

    What objects and arrays hold is read by `complete`, which notes in `problems` what cannot be read.
    """

    document: Mapping[str, Any]
    titles: Mapping[str, str] = field(factory=dict)
    problems: list[Unreadable] = field(factory=list)
    _known: dict[str, Form] = field(factory=dict, init=False)
    _pending: dict[int, tuple[Form, Callable[[], Form]]] = field(factory=dict, init=False)

    def complete(self) -> None:
        """Read the content of every option met so far, and of those met on the way."""
        while self._pending:
            self._fill(next(iter(self._pending.values()))[0])

    def _fill(self, content: Form) -> Form:
        _, read = self._pending.pop(id(content), (content, dict))
        try:
            content.update(read())
        except Unreadable as problem:
            self.problems.append(problem)
        return content

    def _later(self, read: Callable[[], Form]) -> Form:
        content: Form = {}
        self._pending[id(content)] = content, read
        return content

    def read(self, schema: object, at: str, *, last: bool = False, within: tuple[str, ...] = ()) -> Form:
        """Read the schema at a pointer. `last`: it ends a union; `within`: the schemas that it is a part of."""
        if schema is True:
            schema = {}
        found = table(schema, at)
        if at in within:
            raise Unreadable(at, "schemas refer to each other in a circle")
        inner = (*within, at)
        made: Form
        null = flag(found, "nullable", at)
        if "$ref" in found or "allOf" in found:
            made = self._all_of(found, at, inner)
        elif "anyOf" in found or "oneOf" in found:
            made = self._union(found, at, inner)
        elif last and null and not STRUCTURE & found.keys():
            made = Form(null=True, options=[], notes={})
        else:
            made = self._typed(found, at)
        null = (made["null"] or null) and not takes_any(made["options"])
        return {"@": at, "null": null, "options": made["options"], "notes": {**made["notes"], **notes_of(found)}}

    def _referred(self, found: Mapping[str, Any], at: str, within: tuple[str, ...]) -> Form:
        target, there = follow(self.document, found["$ref"], at)
        return self.once(target, there, within=within)

    def once(self, schema: object, at: str, *, within: tuple[str, ...] = ()) -> Form:
        """Read a schema that others refer to, or give it where it was read before."""
        if at not in self._known:
            self._known[at] = self.read(schema, at, within=within)
        return self._known[at]

    def _all_of(self, found: Mapping[str, Any], at: str, within: tuple[str, ...]) -> Form:
        """Read `$ref` and `allOf`: every part holds. A part that only describes or limits changes no type."""
        rest = {key: value for key, value in found.items() if key not in ("$ref", "allOf", "nullable")}
        types = [self._referred(found, at, within)] if "$ref" in found else []
        limits: Form = {}
        notes: Form = {}
        for place, part in [*_parts(found, "allOf", at), (at, rest)]:
            if STRUCTURE & part.keys():
                types.append(self.read(part, place, within=within if place != at else within[:-1]))
            else:
                limits.update(limits_of(part))
                notes.update(notes_of(part))
        made = self._together(types, at) if len(types) > 1 else types[0] if types else self._typed({}, at)
        options = [{**option, "limits": {**option["limits"], **limits}} for option in made["options"]]
        return {**made, "options": options, "notes": {**made["notes"], **notes}}

    def _together(self, types: Sequence[Form], at: str) -> Form:
        """Put parts that all hold into one: objects are merged, an enum narrows the scalar beside it."""
        made = {
            "null": all(part["null"] for part in types),
            "notes": {key: value for part in types for key, value in part["notes"].items()},
        }
        options = [part["options"][0] for part in types if len(part["options"]) == 1]
        kinds = {option["type"] for option in options}
        limits = {key: value for option in options for key, value in option["limits"].items()}
        enums = [option for option in options if option["type"] == "enum"]
        if len(options) != len(types):
            raise Unreadable(at, "allOf puts together parts that cannot be merged")
        if kinds == {"object"}:
            contents = [option["content"] for option in options]
            merged = self._later(lambda: _merged([self._fill(content) for content in contents]))
            whole = {"@": at, "type": "object", "content": merged, "limits": {}, "inherited": limits, **self._named(at)}
            return {**made, "options": [whole]}
        if len(enums) == 1 and not kinds & {"object", "array"}:
            return {**made, "options": enums}
        if len(kinds) == 1 and not kinds & {"enum", "array"}:
            return {**made, "options": [{**options[0], "limits": limits}]}
        raise Unreadable(at, "allOf puts together parts that cannot be merged")

    def _union(self, found: Mapping[str, Any], at: str, within: tuple[str, ...]) -> Form:
        keyword = "anyOf" if "anyOf" in found else "oneOf"
        if (STRUCTURE - {keyword, "type", "required", "additionalProperties"}) & found.keys():
            raise Unreadable(at, f"{keyword} beside other structure")
        branches = list(_parts(found, keyword, at))
        last = len(branches) - 1
        types = [
            self.read(part, place, last=index == last > 0, within=within)
            for index, (place, part) in enumerate(branches)
        ]
        made = united(at, types, _notes_of_union(types, keyword))
        limits = {
            **limits_of(found),
            **{key: found[key] for key in ("required", "additionalProperties") if key in found},
        }
        options = [{**option, "limits": {**option["limits"], **limits}} for option in made["options"]]
        return {**made, "options": options}

    def _typed(self, found: Mapping[str, Any], at: str) -> Form:
        types = found.get("type", _implied(found))
        listed = types if isinstance(types, list) else [types]
        if not all(isinstance(name, str) for name in listed) or ("type" in found and not listed):
            raise Unreadable(join(at, "type"), f"not a type: {types!r}")
        names = [name for name in listed if name != "null"]
        null = "null" in listed
        limits = {**limits_of(found), **({"type": "implied"} if "type" not in found and types != "any" else {})}
        options = [self._option(name, found, at, limits) for name in names]
        if "enum" in found or "const" in found:
            values = [found["const"]] if "const" in found else row(found["enum"], join(at, "enum"))
            if not values:
                raise Unreadable(join(at, "enum"), "an enum without values")
            option = enumeration(at, values, literal="const" in found, said=names)
            named = {} if "literal" in option else self._named(at)
            options = [{**option, "limits": limits, **named}] if option["values"] else []
            null = null or (None in values and not names)
        return {"null": null, "options": options, "notes": {}}

    def _option(self, name: str, found: Mapping[str, Any], at: str, limits: Form) -> Form:
        if name not in ("string", "integer", "number", "boolean", "any", "object", "array"):
            raise Unreadable(join(at, "type"), f"not a type of JSON: {name!r}")
        made: Form = {"@": at, "type": name, "limits": limits}
        if name == "string" and found.get("format") in FORMATS:
            made["type"] = found["format"]
        elif name == "object":
            made.update(content=self._later(lambda: self._members(found, at)), **self._named(at))
        elif name == "array":  # where each place has its own type, the code takes any
            items = True if "prefixItems" in found else found.get("items", True)
            made["content"] = self._later(lambda: {"items": self.read(items, join(at, "items"))})
        return made

    def _members(self, found: Mapping[str, Any], at: str) -> Form:
        properties: Form = {}
        for name, schema in table(found.get("properties", {}), join(at, "properties")).items():
            try:
                properties[name] = self.read(schema, join(at, "properties", name))
            except Unreadable as problem:
                self.problems.append(problem)
        required = sorted(map(str, row(found.get("required", []), join(at, "required"))))
        extra = found.get("additionalProperties", True)
        extra = extra if extra is False else self.read(extra, join(at, "additionalProperties"))
        return {"properties": properties, "required": dict.fromkeys(required, True), "extra": extra}

    def _named(self, at: str) -> Form:
        """Give the name that a type at this place bears: the component's, or what is declared."""
        folder, _, name = at.rpartition("/")
        own = name if folder == "/components/schemas" else self.titles.get(at)
        return {"name": plain(own)} if own else {}


def _merged(contents: Sequence[Form]) -> Form:
    """Merge the members of several objects: a later one says a property again; closed if any of them is closed."""
    extras = [content.get("extra", False) for content in contents]
    typed = [extra for extra in extras if extra and not takes_any(extra["options"])]
    return {
        "properties": {name: found for content in contents for name, found in content.get("properties", {}).items()},
        "required": {name: True for content in contents for name in content.get("required", {})},
        "extra": False if False in extras else (typed or extras)[0],
    }


def _parts(found: Mapping[str, Any], keyword: str, at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, part in enumerate(row(found.get(keyword, []), join(at, keyword))):
        place = join(at, keyword, index)
        yield place, {} if part is True else table(part, place)


def _notes_of_union(types: Sequence[Form], keyword: str) -> Form:
    """Keep what the branches of a union say beside their types.

    A union with one branch beside null is that branch: what it says is said of the whole.
    """
    filled = [one for one in types if one["options"]]
    several = len(filled) > 1
    said = {
        str(index): {**one["notes"], "null": one["null"] and bool(one["options"])}
        for index, one in enumerate(types)
        if several or not one["options"]
    }
    notes = {
        "exactly one": several and keyword == "oneOf",
        "branches": {index: found for index, found in said.items() if found != {"null": False}},
    }
    return {**(filled[0]["notes"] if len(filled) == 1 else {}), **{key: value for key, value in notes.items() if value}}


def notes_of(found: Mapping[str, Any]) -> Form:
    """Collect what a schema says beside its type."""
    return {key: found[key] for key in NOTES if key in found}


def limits_of(found: Mapping[str, Any]) -> Form:
    """Collect the keywords that limit values without changing their type, `format` and unknown ones included."""
    return {key: value for key, value in found.items() if key not in _TOLD and not key.startswith("x-")}


def _implied(found: Mapping[str, Any]) -> str | list[str]:
    """Tell the type of a schema that does not say it."""
    if _OF_OBJECTS & found.keys():
        return "object"
    if "items" in found:
        return "array"
    return [] if "enum" in found or "const" in found else "any"
