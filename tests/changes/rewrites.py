"""Ways to write the same document differently: none of them changes what it means."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from scripts.corrections.grammar import operations, schemas

Document = dict[str, Any]
_WORDS = {"description", "title", "example", "deprecated"}


def reversed_keys(document: Document) -> Document:
    """Write every object's members in the opposite order."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    return turned(document)


def inlined(document: Document) -> Document:
    """Write every schema where it is used, and drop the components."""

    def expanded(value: Any) -> Any:
        if isinstance(value, dict) and "$ref" in value and value["$ref"].startswith("#/components/schemas/"):
            return expanded(document["components"]["schemas"][value["$ref"].rsplit("/", 1)[1]])
        if isinstance(value, dict):
            return {key: expanded(item) for key, item in value.items()}
        return [expanded(item) for item in value] if isinstance(value, list) else value

    return {**expanded({**document, "components": {}}), "components": {**document["components"], "schemas": {}}}


def renamed(document: Document) -> Document:
    """Call every component something else."""
    text = json.dumps(document).replace('"#/components/schemas/', '"#/components/schemas/Moved')
    made = json.loads(text)
    made["components"]["schemas"] = {f"Moved{name}": schema for name, schema in made["components"]["schemas"].items()}
    return made


def lifted(document: Document) -> Document:
    """Write the schema of every property as a component of its own."""
    made = deepcopy(document)
    parts: Document = {}
    for _, schema in schemas(made):
        for name, inner in schema.get("properties", {}).items():
            parts[f"Part{len(parts)}"] = inner
            schema["properties"][name] = {"$ref": f"#/components/schemas/Part{len(parts) - 1}"}
    made["components"]["schemas"].update(parts)
    return made


def _each(change: Callable[[Document], Document]) -> Callable[[Document], Document]:
    """Make a rewriting of documents of a rewriting of single schemas, inner ones first."""

    def rewritten(document: Document) -> Document:
        made = deepcopy(document)
        for _, schema in reversed(list(schemas(made))):
            content = change(dict(schema))
            schema.clear()
            schema.update(content)
        return made

    return rewritten


def _type_list(schema: Document) -> Document:
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        del schema["nullable"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _null_branch(keyword: str) -> Callable[[Document], Document]:
    def rewritten(schema: Document) -> Document:
        if schema.get("nullable") is True and "type" in schema:
            words = {key: schema.pop(key) for key in list(schema) if key in _WORDS}
            inner = {key: value for key, value in schema.items() if key != "nullable"}
            return {keyword: [inner, {"type": "null"}], **words}
        return schema

    return rewritten


def _all_of_one(schema: Document) -> Document:
    return {"allOf": [schema]}


def _swapped_unions(schema: Document) -> Document:
    if "anyOf" in schema and not any("$ref" in branch or branch.get("type") == "object" for branch in schema["anyOf"]):
        schema["oneOf"] = schema.pop("anyOf")[::-1]
    return schema


def _other_words(schema: Document) -> Document:
    """Write what can be written in other keywords so."""
    if len(schema.get("enum", [])) == 1:
        schema["const"] = schema.pop("enum")[0]
    if "enum" in schema and "nullable" not in schema:
        schema["enum"] = schema["enum"][::-1]
        schema.pop("type", None)
    if schema.get("type") == "integer" and "minimum" in schema:
        schema["exclusiveMinimum"] = schema.pop("minimum") - 1
    if schema.get("type") == "string":
        schema.setdefault("minLength", 0)
    if "required" in schema:
        schema["required"] = schema["required"][::-1]
    return {"nullable": False, "deprecated": False, **schema}


def _const_branches(schema: Document) -> Document:
    """Write a list of values as variants of one value each."""
    if len(schema.get("enum", [])) > 1 and "nullable" not in schema:
        schema["oneOf"] = [{"const": value} for value in schema.pop("enum")]
    return schema


def moved_parameters(document: Document) -> Document:
    """Write every parameter as a component, listed for the path instead of the operation, in another order."""
    made = deepcopy(document)
    shelf = made["components"].setdefault("parameters", {})
    for path, _, operation in list(operations(made)):
        item = made["paths"][path]
        listed = operation.pop("parameters", [])
        shelf.update({f"P{len(shelf) + index}": parameter for index, parameter in enumerate(listed)})
        names = list(shelf)[len(shelf) - len(listed) :]
        item["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in reversed(names)]
    return made


def shared_answers(document: Document) -> Document:
    """Write every answer as a component, and the way to log in once for the document, under another name."""
    made = deepcopy(document)
    shelf = made["components"].setdefault("responses", {})
    for _, _, operation in operations(made):
        operation.pop("security")
        for status, answer in operation["responses"].items():
            shelf[f"R{len(shelf)}"] = answer
            operation["responses"][status] = {"$ref": f"#/components/responses/R{len(shelf) - 1}"}
    made["security"] = [{"login": []}]
    made["components"]["securitySchemes"] = {"login": made["components"]["securitySchemes"]["bearerAuth"]}
    return made


REWRITES: dict[str, Callable[[Document], Document]] = {
    "oneOf of types": _each(_swapped_unions),
    "reversed keys": reversed_keys,
    "inlined": inlined,
    "renamed": renamed,
    "lifted": lifted,
    "type list": _each(_type_list),
    "anyOf null": _each(_null_branch("anyOf")),
    "oneOf null": _each(_null_branch("oneOf")),
    "allOf of one": _each(_all_of_one),
    "oneOf of values": _each(_const_branches),
    "other keywords": _each(_other_words),
    "parameters elsewhere": moved_parameters,
    "answers and logins elsewhere": shared_answers,
}
