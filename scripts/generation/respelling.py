"""Rewrites each schema into a form that the generator's parser knows, without changing its meaning.

| the document says | the parser is given |
|---|---|
| `default: V` | `x-default: V`, as defaults are only shown in docstrings, and the parser stops at a wrong one |
| `type: array` without `items`, or with `prefixItems` | `items: {}` |
| an `enum` of fractions, booleans or several types | `anyOf` of one `const` for each value |
| `const: null` | `type: null` |
| `const: V, type: T` | `const: V` |
| an enum whose members would share a name | the same, with distinct names |
| `allOf` of one schema and notes | the schema with the notes |
| `allOf` of limits of one text or number | one schema with all of them |
| `properties` and the like beside `allOf` | one more branch of it |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.corrections.nullability import NULL
from scripts.files.documents import pointer
from scripts.files.failures import Refused
from scripts.generation.parser import snake

if TYPE_CHECKING:
    from scripts.corrections.grammar import Place

# Keywords that do not limit values.
NOTES: Final = frozenset(
    {"deprecated", "description", "example", "examples", "readOnly", "title", "writeOnly", "x-default"}
)
DEFAULT: Final = "x-default"
# Keywords of schemas that are more than a text, number or boolean with limits.
_COMPOUND: Final = frozenset({"$ref", "additionalProperties", "allOf", "anyOf", "items", "oneOf", "properties"})
# Keywords of an object beside `allOf`; the parser reads the branches alone.
_MEMBERS: Final = frozenset({"additionalProperties", "properties", "required", "type"})


def respelled(schema: dict[str, Any], place: Place) -> dict[str, Any]:
    """Rewrite one schema in place, after those inside it; gives the schema to use."""
    if "default" in schema:
        schema[DEFAULT] = schema.pop("default")
    _give_items(schema)
    if "const" in schema:
        schema = _constant(schema, place)
    elif isinstance(schema.get("enum"), list):
        schema = _enumeration(schema, place)
    _take_members_in(schema, is_named=place[:-1] == ("components", "schemas"))
    _join_limits(schema, place)
    _join_one_branch(schema)
    return schema


def _give_items(schema: dict[str, Any]) -> None:
    types = schema.get("type")
    is_array = types == "array" or (isinstance(types, list) and "array" in types)
    if schema.pop("prefixItems", None) is not None or (is_array and "items" not in schema):
        schema["items"] = {}


def _constant(schema: dict[str, Any], place: Place) -> dict[str, Any]:
    """Drop the type beside a constant; the constant null becomes the type null."""
    rest = {key: value for key, value in schema.items() if key not in {"const", "type"}}
    if schema["const"] is None:
        return {**NULL, **rest}
    return {"const": _scalar(schema["const"], (*place, "const")), **rest}


def _enumeration(schema: dict[str, Any], place: Place) -> dict[str, Any]:
    """Keep an enum of texts or integers, with distinct member names; any other becomes a union of constants."""
    values = [value for value in schema["enum"] if value is not None]
    kinds = {type(value) for value in values}
    if kinds == {str}:
        _make_members_distinct(schema, values)
    if kinds <= {str} or kinds <= {int}:
        return {**schema, "type": _type_of(kinds)} if isinstance(schema.get("type"), list) else schema
    rest = {key: value for key, value in schema.items() if key not in {"enum", "type"}}
    branches: list[dict[str, Any]] = [
        {"const": _scalar(value, (*place, "enum", index))}
        for index, value in enumerate(schema["enum"])
        if value is not None
    ]
    if None in schema["enum"]:
        branches.append(dict(NULL))
    return {**branches[0], **rest} if len(branches) == 1 else {"anyOf": branches, **rest}


def _type_of(kinds: set[type]) -> str:
    return "integer" if kinds == {int} else "string"


def _scalar(value: object, place: Place) -> str | int | float | bool:
    if isinstance(value, str | int | float):
        return value
    message = f"{pointer(*place)}: a fixed value has to be a text, a number or a flag"
    raise Refused(message)


def _make_members_distinct(schema: dict[str, Any], values: list[str]) -> None:
    """Return enum members explicit names where the parser's own would collide, like `a` and `A`, or `a-b` and `a_b`."""
    keys = [member_key(index, value) for index, value in enumerate(values)]
    if len(set(keys)) < len(keys) and "x-enum-varnames" not in schema:
        schema["x-enum-varnames"] = distinct(keys)


def _take_members_in(schema: dict[str, Any], *, is_named: bool) -> None:
    """Move the keywords of an object beside `allOf` into a branch; drop a lone `type` beside one reference."""
    branches = schema.get("allOf")
    members = {key: schema[key] for key in sorted(_MEMBERS & schema.keys())}
    if (
        not isinstance(branches, list)
        or not members
        or any("$ref" not in branch for branch in branches if len(branches) == 1)
    ):
        return
    for key in members:
        del schema[key]
    if is_named or len(branches) > 1 or members.keys() != {"type"}:
        branches.append({"type": "object", **members})


def _join_limits(schema: dict[str, Any], place: Place) -> None:
    """Merge an `allOf` whose branches only limit one text or number into one schema.

    Raises:
        Refused: two of them say different things; the parser would make an object of it.
    """
    branches = schema.get("allOf")
    if not isinstance(branches, list) or any(_COMPOUND & branch.keys() for branch in branches):
        return
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for branch in branches:
        for key in sorted(branch.keys() - NOTES):
            if whole.get(key, branch[key]) != branch[key]:
                raise Refused(f"{pointer(*place)}: parts of allOf that have another {key} each cannot be joined")
        whole = {**whole, **branch, **{key: value for key, value in schema.items() if key in NOTES}}
    schema.clear()
    schema.update(whole)


def _join_one_branch(schema: dict[str, Any]) -> None:
    """Replace an `allOf` of one branch and notes by that branch: the parser would make an empty class, or fail."""
    branches = schema.get("allOf")
    if not isinstance(branches, list):
        return
    telling = [branch for branch in branches if branch.keys() - NOTES]
    if len(telling) != 1 or (len(branches) == 1 and "$ref" in telling[0]):
        return
    notes = {key: value for branch in branches if branch is not telling[0] for key, value in branch.items()}
    if "$ref" in telling[0]:
        schema["allOf"] = telling
        schema.update({**notes, **schema})
    elif not telling[0].keys() & (schema.keys() - NOTES):
        del schema["allOf"]
        schema.update({**telling[0], **notes, **schema})


def member_key(index: int, value: str) -> str:
    """Return the member name that the parser makes of a value."""
    return snake(value.upper() if value and value[0].isalpha() else f"VALUE_{index}").upper()


def distinct(keys: list[str]) -> list[str]:
    """Number repeated names, in a way that stays distinct after the parser's own snake-casing."""
    taken: set[str] = set()
    result = []
    for key in keys:
        candidate, number = key, 2
        while candidate in taken:
            candidate, number = snake(f"{key}_{number}").upper(), number + 1
        taken.add(candidate)
        result.append(candidate)
    return result
