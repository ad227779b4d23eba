"""Reads the schemas of an OpenAPI document into types; schemas that mean the same give equal types.

A type is a dict: `@` its JSON pointer, `null` whether null is allowed, `options` the alternatives in order, `notes`
its default and flags such as `readOnly`, `about` its wording. An option has its `@`, a `type` (a JSON type, a format
with a Python type, `enum` or `any`), `limits`, a `name` if it has one, and for objects and arrays their `content`.

Null is written as `nullable: true` (3.0) or `type: [..., "null"]`; a lone `nullable: true` is any value, and null as
the last branch of a union (API facts, defects 1 and 2).
"""

# Over 300 lines: reading, merging and uniting schemas call each other, so a split would be a circle of imports.

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import define, field

from scripts.contract.values import Unreadable, canonical, flag, follow, is_number, join, plain, row, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Form: TypeAlias = dict[str, Any]

FORMATS: Final = frozenset({"uuid", "date", "date-time", "binary"})
NOTES: Final = ("default", "deprecated", "readOnly", "writeOnly")  # about the place of a value, not about its type
WORDING: Final = frozenset(
    ("title", "description", "summary", "example", "examples", "externalDocs", "xml", "$comment", "discriminator")
)
STRUCTURE: Final = frozenset(
    (
        *("$ref", "type", "enum", "const", "properties", "required", "additionalProperties", "items"),
        *("allOf", "anyOf", "oneOf"),
    )
)
_OWN: Final = STRUCTURE - {"$ref", "allOf", "anyOf", "oneOf"}
_OF_OBJECTS: Final = frozenset({"properties", "required", "additionalProperties"})
_TOLD: Final = STRUCTURE | WORDING | {*NOTES, "nullable"}
TYPES: Final[Mapping[type, str]] = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array"}
# The JSON type that each limit applies to.
LIMITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "string"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), "array"),
    **dict.fromkeys(("minProperties", "maxProperties"), "object"),
}
_TYPED_ENUMS: Final = ({"string"}, {"integer"})  # enums of other values get no class: annotations list the values


def takes_any(options: Iterable[Form]) -> bool:
    """Whether any value at all fits, null included."""
    return any(option["type"] == "any" for option in options)


def json_type(type_: str) -> str:
    """Return the JSON type of an option's type: a format with a Python type is a string."""
    return "string" if type_ in FORMATS else type_


def common_type(one: str, other: str) -> str | None:
    """Return the intersection of two JSON types: an integer is a number, and everything is any."""
    if other in (one, "any"):
        return one
    if one == "any":
        return other
    return "integer" if {one, other} == {"integer", "number"} else None


def enumeration(at: str, values: Iterable[Any], *, literal: bool, said: Iterable[str] = ()) -> Form:
    """Make an option of listed values, without null. `said`: the types that the schema states."""
    listed = {canonical(value): value for value in values if value is not None}
    types = {TYPES.get(type(value), "object") for value in listed.values()}
    apart = {"literal": True} if literal or types not in _TYPED_ENUMS else {}
    return {"@": at, "type": "enum", "values": listed, "of": sorted(said or types), "limits": {}, **apart}


def united(at: str, parts: Sequence[Form], notes: Mapping[str, object]) -> Form:
    """Combine types as alternatives, in order; several constants become one list of values."""
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

    `last_alone`: a lone `nullable: true` is null only as the last branch of a union, as in the generated code. Without
    it, as for the changelog, it is null in any branch, also behind a reference.
    The content of objects and arrays is read by `complete`, which records in `problems` what cannot be read.
    """

    document: Mapping[str, Any]
    titles: Mapping[str, str] = field(factory=dict)
    last_alone: bool = True
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

    def read(self, schema: object, at: str, *, is_null: bool = False, within: tuple[str, ...] = ()) -> Form:
        """Read the schema at a pointer; null if `is_null`. `within`: the pointers of the schemas around it."""
        if isinstance(schema, bool):
            schema = {} if schema else {"not": {}}
        found = table(schema, at)
        if at in within:
            raise Unreadable(at, "schemas refer to each other in a circle")
        null = flag(found, "nullable", at)
        made = Form(null=True, options=[], notes={}, about={}) if is_null else self._whole(found, at, (*within, at))
        null = (made["null"] or null) and not takes_any(made["options"])
        about = {**made["about"], **words_of(found)}
        home = made["@"] if set(found) == {"$ref"} else at
        notes = {**made["notes"], **notes_of(found)}
        return {**made, "@": at, "home": home, "null": null, "notes": notes, "about": about}

    def once(self, schema: object, at: str, *, within: tuple[str, ...] = ()) -> Form:
        """Read a schema that others refer to, the first time only."""
        if at not in self._known:
            self._known[at] = self.read(schema, at, within=within)
        return self._known[at]

    def _whole(self, found: Mapping[str, Any], at: str, within: tuple[str, ...]) -> Form:
        """Read a schema as the intersection of its `$ref`, its `allOf` parts, its unions and its own keywords."""
        types: list[Form] = []
        beside: Form = {"limits": {}, "notes": {}, "about": {}}
        if "$ref" in found:
            target, there = follow(self.document, found["$ref"], at)
            types.append(self.once(target, there, within=within))
        for place, part in _parts(found, "allOf", at):
            if STRUCTURE & part.keys():
                types.append(self.read(part, place, within=within))
            else:  # a part that only describes or limits changes no type
                for key, more in {"limits": limits_of(part), "notes": notes_of(part), "about": words_of(part)}.items():
                    beside[key].update(more)
        types += [self._union(found, keyword, at, within) for keyword in ("anyOf", "oneOf") if keyword in found]
        if _OWN & found.keys() or not types:
            types.append(self._typed(found, at))
        else:
            beside["limits"].update(limits_of(found))
        made = reduce(lambda one, other: self._together(one, other, at), types)
        return {
            **made,
            "options": [_limited(option, beside["limits"]) for option in made["options"]],
            "notes": {**made["notes"], **beside["notes"]},
            "about": {**made["about"], **beside["about"]},
        }

    def _together(self, one: Form, other: Form, at: str) -> Form:
        """Return the intersection of two types."""
        both = [self._both(a, b, at) for a in one["options"] for b in other["options"]]
        options = [option for option in both if option is not None]
        null = all(part["null"] or takes_any(part["options"]) for part in (one, other))
        return {
            "@": at,
            "home": at,
            "null": null and not takes_any(options),
            "options": options,
            **{key: {**one[key], **other[key]} for key in ("notes", "about")},
        }

    def _both(self, one: Form, other: Form, at: str) -> Form | None:
        """Return the intersection of two options, None if it is empty: the narrower type under the limits of both."""
        narrow, wide = (one, other) if _covers(other, one) else (other, one)
        if not _covers(wide, narrow):
            return None
        limits = dict(wide["limits"])
        for key, value in narrow["limits"].items():
            limits[key] = _tighter(key, limits.get(key, value), value)
        if wide["type"] == "enum":  # so both are
            values = {key: value for key, value in narrow["values"].items() if key in wide["values"]}
            return {**narrow, "values": values, "limits": limits}
        if "content" not in narrow or "content" not in wide:
            return {**narrow, "limits": limits}
        contents = narrow["content"], wide["content"]
        if narrow["type"] == "array":
            inside = self._later(
                lambda: {
                    "items": self._together(self._fill(contents[0])["items"], self._fill(contents[1])["items"], at)
                }
            )
            return {**narrow, "content": inside, "limits": limits}
        merged = self._later(lambda: _merged([self._fill(content) for content in contents], self._together))
        return {"@": at, "type": "object", "content": merged, "limits": {}, "inherited": limits, **self._named(at)}

    def _union(self, found: Mapping[str, Any], keyword: str, at: str, within: tuple[str, ...]) -> Form:
        branches = list(_parts(found, keyword, at))
        nulls = [len(branches) > 1 and self._is_null(part, place, within) for place, part in branches]
        if self.last_alone:
            nulls = [index == len(nulls) - 1 and null for index, null in enumerate(nulls)]
        types = [
            self.read(part, place, is_null=null, within=within)
            for (place, part), null in zip(branches, nulls, strict=True)
        ]
        filled = [one for one in types if one["options"]]
        asides = [one["about"] | one["notes"] for one in types if not one["options"]]
        if len(filled) > 1:
            said = [
                {**one, "options": [{**option, "about": one["about"] | one["notes"]} for option in one["options"]]}
                for one in types
            ]
            types = said
        about = filled[0]["about"] if len(filled) == 1 else {}
        return {**united(at, types, _notes_of_union(types, keyword)), "about": about, "asides": asides}

    def _is_null(self, found: Mapping[str, Any], at: str, within: tuple[str, ...]) -> bool:
        """Whether a branch of a union says `nullable: true` and no type, itself or in what it only refers to."""
        telling = {key for key in found if key in STRUCTURE or (key not in _TOLD and not key.startswith("x-"))}
        if not telling:
            return flag(found, "nullable", at)
        if self.last_alone or at in within:
            return False
        inner = (*within, at)
        if telling == {"$ref"}:
            target, there = follow(self.document, found["$ref"], at)
            return isinstance(target, dict) and self._is_null(target, there, inner)
        parts = list(_parts(found, "allOf", at))
        return telling == {"allOf"} and len(parts) == 1 and self._is_null(parts[0][1], parts[0][0], inner)

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
        return {"@": at, "null": null, "options": options, "notes": {}, "about": {}}

    def _option(self, name: str, found: Mapping[str, Any], at: str, limits: Form) -> Form:
        if name not in ("string", "integer", "number", "boolean", "any", "object", "array"):
            raise Unreadable(join(at, "type"), f"not a type of JSON: {name!r}")
        made: Form = {"@": at, "type": name, "limits": limits}
        if name == "string" and str(found.get("format")) in FORMATS:
            made["type"] = found["format"]
        elif name == "object":
            made.update(content=self._later(lambda: self._members(found, at)), **self._named(at))
        elif name == "array":  # of an array whose places have types of their own, the code takes any items
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
        on_purpose = "additionalProperties" in found  # then the client sends undeclared ones
        return {"properties": properties, "required": dict.fromkeys(required, True), "extra": extra, "open": on_purpose}

    def _named(self, at: str) -> Form:
        """Return the name of a type at this pointer: the component's, or the declared title."""
        folder, _, name = at.rpartition("/")
        own = name if folder == "/components/schemas" else self.titles.get(at)
        return {"name": plain(own)} if own else {}


def _merged(contents: Sequence[Form], together: Callable[[Form, Form, str], Form]) -> Form:
    """Merge the members of two objects: a property of both is what both allow; closed if one of them is."""
    properties = dict(contents[0].get("properties", {}))
    for name, found in contents[1].get("properties", {}).items():
        properties[name] = together(properties[name], found, found["@"]) if name in properties else found
    extras = [content.get("extra", False) for content in contents]
    extra = False if False in extras else together(extras[0], extras[1], extras[1]["@"])
    required = {name: True for content in contents for name in content.get("required", {})}
    on_purpose = any(content.get("open") for content in contents)
    return {"properties": properties, "required": required, "extra": extra, "open": on_purpose}


def _parts(found: Mapping[str, Any], keyword: str, at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, part in enumerate(row(found.get(keyword, []), join(at, keyword))):
        place = join(at, keyword, index)
        yield place, {} if part is True else table(part, place)


def _notes_of_union(types: Sequence[Form], keyword: str) -> Form:
    """Return the notes of a union: whether exactly one branch may match, and the notes of each branch.

    A union of one branch and null is that branch: the notes of the branch are the notes of the union.
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
    """Collect the default and the flags of a schema; a flag that is false is left out."""
    return {key: found[key] for key in NOTES if key in found and (key == "default" or found[key] is not False)}


def words_of(found: Mapping[str, Any]) -> Form:
    """Collect the wording of a schema, and its extensions (`x-...`)."""
    return {key: value for key, value in found.items() if key in WORDING or key[:2] == "x-"}


def _limited(option: Form, limits: Form) -> Form:
    return {**option, "limits": {**option["limits"], **limits}} if limits else option


def _covers(wide: Form, narrow: Form) -> bool:
    """Whether the wider option includes the narrower one by its type."""
    one, other = wide["type"], narrow["type"]
    if other == "enum":
        kinds = set(narrow["of"])
        return one in ("any", "enum") or json_type(one) in kinds or (one == "number" and "integer" in kinds)
    return one in (other, "any") or (one, other) == ("number", "integer") or (one == "string" and other in FORMATS)


def _tighter(key: str, one: Any, other: Any) -> Any:
    """Combine two limits of one keyword: the tighter of two numbers, else both."""
    if one == other:
        return one
    numbers = is_number(one) and is_number(other)
    if numbers and key.startswith(("min", "exclusiveMin")):
        return max(one, other)
    return min(one, other) if numbers and key.startswith(("max", "exclusiveMax")) else [one, other]


def limits_of(found: Mapping[str, Any]) -> Form:
    """Collect the keywords that limit values without changing their type, `format` and unknown ones included."""
    return {key: value for key, value in found.items() if key not in _TOLD and not key.startswith("x-")}


def _implied(found: Mapping[str, Any]) -> str | list[str]:
    """Infer the type of a schema without `type`."""
    if _OF_OBJECTS & found.keys():
        return "object"
    if "items" in found:
        return "array"
    return [] if "enum" in found or "const" in found else "any"
