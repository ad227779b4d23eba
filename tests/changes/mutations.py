"""Every small change of meaning that a document has room for, made one at a time."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.changes.cases import GONE, put
from tests.changes.walks import contents, operations, schemas, token

Edits = dict[str, Any]
_OTHER_TYPES = {"string": "integer", "boolean": "number", "object": "string", "array": "string"}
_LIMITS = ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems")
_WORDS = ("description", "summary", "title", "example")


def mutants(document: dict[str, Any]) -> Iterator[Edits]:
    """Give the edits of every mutant: what to put at which JSON pointers."""
    for pointer, schema in schemas(document):
        yield from _schema(pointer, schema, null_already="/anyOf/" in pointer)
    for pointer, operation in operations(document):
        yield from _operation(pointer, operation)
    yield {"/info/title": "other"}
    yield {"/info/version": "other"}
    yield {"/openapi": "3.0.0"}
    yield {"/servers/0/url": "https://other.test"}
    for index, tag in enumerate(document.get("tags", [])):
        yield {f"/tags/{index}/description": tag["description"] + "!"}
        yield {f"/tags/{index}/name": tag["name"] + "!"}


def _schema(pointer: str, schema: dict[str, Any], *, null_already: bool) -> Iterator[Edits]:
    anything = not schema.keys() - {"nullable", "description", "example", "title", "deprecated"}
    if "type" in schema:
        yield {f"{pointer}/type": _OTHER_TYPES.get(schema["type"], "boolean")}
        if "enum" not in schema:
            yield {f"{pointer}/type": GONE}
    if "$ref" in schema:
        yield {f"{pointer}/$ref": GONE, f"{pointer}/type": "boolean"}
    elif not anything and not null_already and not {"anyOf", "allOf"} & schema.keys():
        yield {f"{pointer}/nullable": GONE if schema.get("nullable") else True}
    yield from _words(pointer, schema)
    yield {f"{pointer}/x-mutant": True}
    yield {f"{pointer}/deprecated": not schema.get("deprecated", False)}
    yield from _values(pointer, schema)
    yield from _members(pointer, schema)


def _words(pointer: str, holder: dict[str, Any]) -> Iterator[Edits]:
    for keyword in _WORDS:
        # Beside a part of `allOf` that words it already, other words say nothing.
        if keyword in holder or "/allOf/" not in pointer:
            yield {f"{pointer}/{keyword}": "mutant"}
        if keyword in holder:
            yield {f"{pointer}/{keyword}": GONE}


def _values(pointer: str, schema: dict[str, Any]) -> Iterator[Edits]:
    for index in range(len(schema.get("enum", []))):
        yield {f"{pointer}/enum/{index}": GONE}
        yield {f"{pointer}/enum/{index}": "mutant"}
    if "enum" in schema:
        yield {f"{pointer}/enum": [*schema["enum"], "mutant"]}
    for keyword in _LIMITS:
        if keyword in schema:
            yield {f"{pointer}/{keyword}": schema[keyword] + 1}
            if schema[keyword] != 0 or keyword == "minimum":
                yield {f"{pointer}/{keyword}": GONE}
    for keyword in ("format", "pattern", "default"):
        yield {f"{pointer}/{keyword}": "mutant"}
        if keyword in schema:
            yield {f"{pointer}/{keyword}": GONE}


def _members(pointer: str, schema: dict[str, Any]) -> Iterator[Edits]:
    required = schema.get("required", [])
    for name in schema.get("properties", {}):
        yield {f"{pointer}/properties/{token(name)}": GONE}
        kept = [other for other in required if other != name]
        yield {f"{pointer}/required": kept if name in required else [*required, name]}
    if schema.get("type") == "object":
        yield {f"{pointer}/properties/mutant": {"type": "string"}}
        yield {f"{pointer}/additionalProperties": False}
        yield {f"{pointer}/additionalProperties": {"type": "string"}}
    if "items" in schema:
        yield {f"{pointer}/items": {"type": "array"}}
        yield {f"{pointer}/uniqueItems": True}
    for index in range(len(schema.get("anyOf", []))):
        yield {f"{pointer}/anyOf/{index}": GONE}
    if "anyOf" in schema:
        yield {f"{pointer}/anyOf": [*schema["anyOf"], {"type": "array"}]}


def _operation(pointer: str, operation: dict[str, Any]) -> Iterator[Edits]:
    yield {pointer: GONE}
    yield {f"{pointer}/deprecated": True}
    yield {f"{pointer}/operationId": "mutant"}
    yield {f"{pointer}/tags/0": "mutant"}
    yield {f"{pointer}/tags/1": "mutant"}
    yield {f"{pointer}/security": []}
    yield {f"{pointer}/x-mutant": True}
    for keyword in ("description", "summary"):
        yield {f"{pointer}/{keyword}": "mutant"}
    if "requestBody" in operation:
        yield {f"{pointer}/requestBody": GONE}
        yield {f"{pointer}/requestBody/required": False}
        yield {f"{pointer}/requestBody/description": "mutant"}
    for where, _ in contents(pointer, operation):
        yield {where: GONE, where + "-mutant": {"schema": {}}}
        yield {f"{where}/schema": GONE}
        yield {f"{where}/example": "mutant"}
    for index, parameter in enumerate(operation.get("parameters", [])):
        yield from _parameter(f"{pointer}/parameters/{index}", parameter)
    yield {f"{pointer}/parameters": [*operation.get("parameters", []), {"name": "mutant", "in": "query", "schema": {}}]}
    yield from _answers(pointer, operation)


def _parameter(pointer: str, parameter: dict[str, Any]) -> Iterator[Edits]:
    yield {pointer: GONE}
    yield {f"{pointer}/name": parameter["name"] + "_mutant"}
    yield {f"{pointer}/in": "header"}
    yield {f"{pointer}/required": not parameter.get("required", False)}
    yield {f"{pointer}/deprecated": True}
    yield {f"{pointer}/explode": False}
    yield {f"{pointer}/description": "mutant"}


def _answers(pointer: str, operation: dict[str, Any]) -> Iterator[Edits]:
    yield {f"{pointer}/responses/418": {"description": "mutant"}}
    yield {f"{pointer}/responses/204": {"description": "mutant"}}
    for status in operation["responses"]:
        yield {f"{pointer}/responses/{status}": GONE}
        yield {f"{pointer}/responses/{status}/description": "mutant"}
        yield {f"{pointer}/responses/{status}/headers": {"X-Mutant": {"schema": {"type": "string"}}}}


def mutated(document: dict[str, Any], edits: Edits) -> dict[str, Any]:
    """Make one mutant; of a list, only the last edit may take an element away."""
    made = deepcopy(document)
    for pointer, value in edits.items():
        put(made, pointer, value)
    return made


def excerpt(document: dict[str, Any], pointer: str, reached: dict[str, set[str]]) -> dict[str, Any]:
    """Keep only the first path that a place in the document matters to, and what it uses: quick to compare."""
    parts = pointer.split("/")
    if parts[1] == "paths":
        kept = parts[2].replace("~1", "/").replace("~0", "~")
    elif parts[1:3] == ["components", "schemas"]:
        kept = next(path for path, names in reached.items() if parts[3] in names)
    else:
        kept = next(iter(document["paths"]))
    used = {name: document["components"]["schemas"][name] for name in sorted(reached[kept])}
    components = {**document["components"], "schemas": used}
    return {**document, "paths": {kept: document["paths"][kept]}, "components": components}


def reachable(document: dict[str, Any]) -> dict[str, set[str]]:
    """Give the names of the schemas that each path leads to."""
    return {path: _reached(document, path) for path in document["paths"]}


def _reached(document: dict[str, Any], path: str) -> set[str]:
    reached: set[str] = set()
    texts = [json.dumps(document["paths"][path])]
    while texts:
        names = {part.split('"')[0] for part in texts.pop().split('"#/components/schemas/')[1:]} - reached
        reached |= names
        texts.extend(json.dumps(document["components"]["schemas"][name]) for name in names)
    return reached
