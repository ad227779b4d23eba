"""Rewrites references so that the parser can follow them: to named schemas that are types and do not allow null.

| the document says | the parser is given |
|---|---|
| `$ref` into a schema or an operation (`.../properties/x`, `$defs`) | what is there, written out |
| a named schema that is only a `$ref` | its references lead to the other one |
| a named object or enum that takes null | the type; references to it say `anyOf: [$ref, type: null]` |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.corrections.grammar import Place, rewrite, rewrite_schema
from scripts.corrections.nullability import NULL, allows_null, is_annotation, without_null
from scripts.files.documents import pointer, resolve
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMED: Final = "#/components/schemas/"
_DEEPEST: Final = 8  # levels of references inside targets of references; a deeper one is circular


def with_plain_references(document: dict[str, Any]) -> dict[str, Any]:
    """Copy a document, its references rewritten; `final_name` gives the target of a schema that is only a reference."""
    written = rewrite(document, lambda schema, place: _written_out(schema, document, place))
    components = written.get("components", {}).get("schemas", {})
    for name in [name for name in components if final_name(written, name) != name]:
        del components[name]
    nullable = {name for name, schema in components.items() if _takes_null(schema)}
    for name in nullable:
        components[name] = _type_alone(components[name])
    return rewrite(written, lambda schema, _: _pointed(schema, document, nullable))


def final_name(document: Mapping[str, Any], name: str) -> str:
    """Return the name of a named schema, or if it is only a reference, the name of its target."""
    components = document.get("components", {}).get("schemas", {})
    for _ in range(_DEEPEST):
        schema = components.get(name)
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        further = _name(reference)
        if further is None or further not in components:
            return name
        name = further
    return name


def _name(reference: object) -> str | None:
    """Return the name of the schema that a reference leads to; None if it is not a named one."""
    below = reference.removeprefix(_NAMED) if isinstance(reference, str) else "/"
    return None if "/" in below else below


def _written_out(schema: dict[str, Any], document: dict[str, Any], place: Place, depth: int = 0) -> dict[str, Any]:
    """Replace a reference into a schema or an operation by a copy of its target."""
    reference = schema.get("$ref")
    if not isinstance(reference, str) or _name(reference) is not None:
        return schema
    target = resolve(document, reference)
    if depth > _DEEPEST or not isinstance(target, dict):
        what = "is inside what it refers to" if isinstance(target, dict) else "refers to no schema"
        message = f"{pointer(*place)}: {what}, {reference}; that cannot be written out"
        raise Refused(message)
    inner = rewrite_schema(target, lambda part, _: _written_out(part, document, place, depth + 1))
    rest = {key: value for key, value in schema.items() if key != "$ref"}
    return {"allOf": [inner], **rest} if rest else inner


def _pointed(schema: dict[str, Any], document: dict[str, Any], nullable: set[str]) -> dict[str, Any]:
    """Point a reference to its type, with null beside it if the type allowed null."""
    name = _name(schema.get("$ref"))
    if name is not None:
        name = final_name(document, name)
        schema["$ref"] = f"{_NAMED}{name}"
        if name in nullable:
            return {"anyOf": [{"$ref": schema.pop("$ref")}, dict(NULL)], **schema}
    branches = schema.get("allOf", ())
    if len(branches) > 1:
        schema["allOf"] = [branch["anyOf"][0] if _is_added(branch) else branch for branch in branches]
    for keyword in {"anyOf", "oneOf"} & schema.keys():
        flat = [part for branch in schema[keyword] for part in (branch["anyOf"] if _is_added(branch) else [branch])]
        schema[keyword] = [part for part in flat if part != NULL] + [dict(NULL)] * (NULL in flat)
    return schema


def _is_added(branch: dict[str, Any]) -> bool:
    """Whether a branch is only a reference and the null that `_pointed` put beside it."""
    return branch.keys() == {"anyOf"} and len(branch["anyOf"]) == 2 and "$ref" in branch["anyOf"][0]  # noqa: PLR2004


def _takes_null(schema: Any) -> bool:
    """Whether a named schema is a union of one object or enum with null."""
    if not isinstance(schema, dict):
        return False
    branches = schema.get("anyOf")
    if isinstance(branches, list):
        content = [key for key in schema if not is_annotation(key)]
        return len(branches) == 2 and branches[1] == NULL and content == ["anyOf"] and _makes_class(branches[0])  # noqa: PLR2004
    is_list = isinstance(schema.get("type"), list)
    return is_list and allows_null(schema) and _makes_class(without_null(schema))


def _type_alone(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a named type without null: the branch beside null, or the schema without null in its type."""
    if "anyOf" not in schema:
        return without_null(schema)
    return {**schema["anyOf"][0], **{key: value for key, value in schema.items() if key != "anyOf"}}


def _makes_class(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "object" or any(value is not None for value in schema.get("enum", ()))
