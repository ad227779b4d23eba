"""Nullability, rewritten as 3.1 says it: the published document claims 3.1 and uses the keyword of 3.0.

| published | becomes |
|---|---|
| `type: T, nullable: true` | `type: [T, null]` |
| `type: T, enum: [...], nullable: true` | `type: [T, null], enum: [..., null]`, for 3.1 needs both |
| `nullable: true` alone, the last branch of an `anyOf` or `oneOf` | `type: null` |
| `nullable: true` with no type elsewhere | the keyword goes: without a type any value, null too, is valid |
| `nullable: true` beside `$ref`, `allOf`, `const`, ... | `anyOf: [that, type: null]`, annotations stay outside |
| `nullable: false` | the keyword goes |

Goes when the vendor's document writes nullability as 3.1; then it finds nothing to do.
"""

from __future__ import annotations

from typing import Any

from scripts.corrections.grammar import Place, rewrite, schemas

NULL = {"type": "null"}
# Keywords that say something about a value without limiting it; the rest of a schema is its content.
ANNOTATIONS = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs"}
    | {"$comment", "discriminator", "xml"}
)
# Beside these a type list does not say "or null": each limits the value on its own.
_LIMITS_OF_THEIR_OWN = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "const", "if"})


def normalise(document: dict[str, Any]) -> dict[str, Any]:
    """Copy the document with every `nullable` keyword rewritten; what already is 3.1 stays byte for byte."""
    ends = {place for place, schema in schemas(document) if _is_last_branch(place, schema, document)}
    return rewrite(document, lambda schema, place: _normalised(schema, is_last_branch=place in ends))


def count(document: dict[str, Any]) -> int:
    """Count the places that say `nullable: true`, the ones `normalise` rewrites."""
    return sum(schema.get("nullable") is True for _, schema in schemas(document))


def is_annotation(keyword: str) -> bool:
    """Whether a schema keyword leaves the set of valid values alone."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")


def allows_null(schema: dict[str, Any]) -> bool:
    """Whether `null` stands in the schema's own type (a list or the one type)."""
    types = schema.get("type")
    return "null" in types if isinstance(types, list) else types == "null"


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Copy a schema so that its type list and its enum no longer take null."""
    made = dict(schema)
    if isinstance(types := schema.get("type"), list):
        rest = [name for name in types if name != "null"]
        made["type"] = rest[0] if len(rest) == 1 else rest
    if "enum" in schema:
        made["enum"] = [value for value in schema["enum"] if value is not None]
    return made


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Let a schema take null by its type and its enum, in place; it limits values by nothing else."""
    if "type" in schema and not allows_null(schema):
        types = schema["type"]
        schema["type"] = [*types, "null"] if isinstance(types, list) else [types, "null"]
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"].append(None)
    return schema


def _normalised(schema: dict[str, Any], *, is_last_branch: bool) -> dict[str, Any]:
    if not isinstance(schema.get("nullable"), bool):
        return schema
    nullable = schema.pop("nullable")
    if not nullable:
        return schema
    if is_last_branch:
        return {**NULL, **schema}
    if _LIMITS_OF_THEIR_OWN & schema.keys():
        return _with_null_branch(schema)
    return or_null(schema)


def _with_null_branch(schema: dict[str, Any]) -> dict[str, Any]:
    content = {key: value for key, value in schema.items() if not is_annotation(key)}
    notes = {key: value for key, value in schema.items() if is_annotation(key)}
    if content.keys() == {"anyOf"}:
        branches = content["anyOf"]
        return {"anyOf": branches if NULL in branches else [*branches, dict(NULL)], **notes}
    return {"anyOf": [content, dict(NULL)], **notes}


def _is_last_branch(place: Place, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a schema that says only `nullable` ends a union, where "any value" would void its siblings."""
    if schema.get("nullable") is not True or not all(is_annotation(key) for key in schema if key != "nullable"):
        return False
    *above, keyword, index = place[1:]  # no schema stands less than three steps deep
    branches: Any = document[str(place[0])]
    for step in (*above, keyword):
        branches = branches[step]
    return keyword in {"anyOf", "oneOf"} and isinstance(branches, list) and index == len(branches) - 1 != 0
