"""Rewrites nullability in the form of OpenAPI 3.1: the published document claims 3.1 and uses the keyword of 3.0.

| published | becomes |
|---|---|
| `type: T, nullable: true` | `type: [T, null]` |
| `type: T, enum: [...], nullable: true` | `type: [T, null], enum: [..., null]`, for 3.1 needs both |
| `nullable: true` alone, the last branch of an `anyOf` or `oneOf` | `type: null` |
| `nullable: true` with no type elsewhere | the keyword goes: without a type any value, null too, is valid |
| `nullable: true` beside `$ref`, `allOf`, `const`, ... | `anyOf: [that, type: null]`, annotations stay outside |
| `nullable: false` | the keyword goes |

This module can go when the vendor's document has no `nullable` any more; schemas in the 3.1 form stay as they are.
"""

from __future__ import annotations

from typing import Any

from scripts.corrections.grammar import Place, rewrite, schemas

NULL = {"type": "null"}
# Keywords that describe a value without limiting it; the rest of a schema is its content.
ANNOTATIONS = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "externalDocs"}
    | {"$comment", "discriminator", "xml"}
)
# Beside these, `null` in the type list would not allow null: each of them limits the value too.
_LIMITS_OF_THEIR_OWN = frozenset({"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "const", "if"})


def normalise(document: dict[str, Any]) -> dict[str, Any]:
    """Copy the document with every `nullable` keyword rewritten; everything else stays as it is."""
    ends = {place for place, schema in schemas(document) if _is_last_branch(place, schema, document)}
    return rewrite(document, lambda schema, place: _normalised(schema, is_last_branch=place in ends))


def count(document: dict[str, Any]) -> int:
    """Count the schemas with `nullable: true`."""
    return sum(schema.get("nullable") is True for _, schema in schemas(document))


def is_annotation(keyword: str) -> bool:
    """Whether a schema keyword has no effect on which values are valid."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")


def parted(schema: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a schema into its content, which limits values, and its notes."""
    notes = {key: value for key, value in schema.items() if is_annotation(key)}
    return {key: value for key, value in schema.items() if key not in notes}, notes


def allows_null(schema: dict[str, Any]) -> bool:
    """Whether the schema's own `type` is or includes `null`."""
    types = schema.get("type")
    return "null" in types if isinstance(types, list) else types == "null"


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Copy a schema without null in its type list and its enum."""
    made = dict(schema)
    if isinstance(types := schema.get("type"), list):
        rest = [name for name in types if name != "null"]
        made["type"] = rest[0] if len(rest) == 1 else rest
    if "enum" in schema:
        made["enum"] = [value for value in schema["enum"] if value is not None]
    return made


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Add null to the type and the enum of a schema, in place; for a schema without other limits."""
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
    content, notes = parted(schema)
    if content.keys() == {"anyOf"}:
        branches = content["anyOf"]
        return {"anyOf": branches if NULL in branches else [*branches, dict(NULL)], **notes}
    return {"anyOf": [content, dict(NULL)], **notes}


def _is_last_branch(place: Place, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a schema with `nullable` alone is the last branch of a union, where it cannot mean any value."""
    if schema.get("nullable") is not True or not all(is_annotation(key) for key in schema if key != "nullable"):
        return False
    *above, keyword, index = place[1:]  # a schema is at least three steps deep
    branches: Any = document[str(place[0])]
    for step in (*above, keyword):
        branches = branches[step]
    return keyword in {"anyOf", "oneOf"} and isinstance(branches, list) and index == len(branches) - 1 != 0
