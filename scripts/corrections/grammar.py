"""Finds the schemas and operations of an OpenAPI document: a property called `nullable` is not the keyword.

The grammar below lists, for each kind of object, the keys that hold other objects, and their kind.
Any other key (examples, defaults, extensions, unknown keywords) holds data, and nothing inside it is a schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Place = tuple[str | int, ...]
ONE, LIST, MAP = "one", "list", "map"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMA = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
)
_SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")

# kind of object -> key -> (one child, a list or a map of them; their kind)
GRAMMAR: dict[str, dict[str, tuple[str, str]]] = {
    "document": {"paths": (MAP, "path item"), "webhooks": (MAP, "path item"), "components": (ONE, "components")},
    "components": {
        "schemas": (MAP, "schema"),
        "responses": (MAP, "response"),
        "parameters": (MAP, "parameter"),
        "requestBodies": (MAP, "request body"),
        "headers": (MAP, "parameter"),
        "callbacks": (MAP, "callback"),
        "pathItems": (MAP, "path item"),
    },
    "path item": {"parameters": (LIST, "parameter"), **dict.fromkeys(METHODS, (ONE, "operation"))},
    "operation": {
        "parameters": (LIST, "parameter"),
        "requestBody": (ONE, "request body"),
        "responses": (MAP, "response"),
        "callbacks": (MAP, "callback"),
    },
    "callback": {"*": (ONE, "path item")},
    "request body": {"content": (MAP, "media type")},
    "response": {"content": (MAP, "media type"), "headers": (MAP, "parameter")},
    "parameter": {"schema": (ONE, "schema"), "content": (MAP, "media type")},
    "media type": {"schema": (ONE, "schema"), "encoding": (MAP, "encoding")},
    "encoding": {"headers": (MAP, "parameter")},
    "schema": {
        **dict.fromkeys(_SCHEMA, (ONE, "schema")),
        **dict.fromkeys(_SCHEMAS, (LIST, "schema")),
        **dict.fromkeys(_SCHEMA_MAPS, (MAP, "schema")),
    },
}


def schemas(document: Mapping[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every schema object with its place, parents before their children, in document order."""
    for place, kind, node in _walk(document):
        if kind == "schema":
            yield place, node


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method (lower case) and operation object of every operation under `paths`."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if method in METHODS and isinstance(operation, dict):
                yield path, method, operation


def references(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield every object that is a reference, with what it refers to."""
    for place, _, node in _walk(document):
        if isinstance(ref := node.get("$ref"), str):
            yield place, ref


def booleans(document: Mapping[str, Any]) -> Iterator[tuple[Place, dict[str, Any] | list[Any], bool]]:
    """Yield every schema that is just `true` or `false`, with its place and the object or list that holds it."""
    for place, kind, node in _walk(document):
        for steps, child_kind, child in _children(kind, node):
            if child_kind == "schema" and isinstance(child, bool):
                yield (*place, *steps), node[str(steps[0])] if len(steps) > 1 else node, child


def objects(document: Mapping[str, Any], wanted: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every object of one kind of the grammar (`response`, `media type`) with its place."""
    return ((place, node) for place, kind, node in _walk(document) if kind == wanted)


def rewrite(document: dict[str, Any], change: Callable[[dict[str, Any], Place], dict[str, Any]]) -> dict[str, Any]:
    """Copy the document with each schema object replaced by the result of `change`, children before parents.

    `change` gets a copy of the schema, which it may alter. The input is not changed.
    """
    copy: dict[str, Any] = _rewrite(document, "document", (), change)
    return copy


def rewrite_schema(schema: dict[str, Any], change: Callable[[dict[str, Any], Place], dict[str, Any]]) -> dict[str, Any]:
    """Copy one schema as `rewrite` copies a document: it and all schemas inside it go through `change`."""
    copy: dict[str, Any] = _rewrite(schema, "schema", (), change)
    return copy


def _children(kind: str, node: Mapping[str, Any]) -> Iterator[tuple[Place, str, Any]]:
    """Yield each object that an object of some kind holds: the steps to it, its kind, and itself."""
    keys = GRAMMAR[kind]
    for key, value in node.items():
        arrangement, child_kind = keys.get(key) or keys.get("*") or ("", "")
        if arrangement == ONE:
            yield (key,), child_kind, value
        elif arrangement == MAP and isinstance(value, dict):
            yield from (((key, name), child_kind, entry) for name, entry in value.items())
        elif arrangement == LIST and isinstance(value, list):
            yield from (((key, index), child_kind, entry) for index, entry in enumerate(value))


def _walk(document: Mapping[str, Any]) -> Iterator[tuple[Place, str, dict[str, Any]]]:
    waiting: list[tuple[Place, str, Any]] = [((), "document", document)]
    while waiting:
        place, kind, node = waiting.pop()
        if isinstance(node, dict):
            yield place, kind, node
            found = [((*place, *steps), child_kind, child) for steps, child_kind, child in _children(kind, node)]
            waiting.extend(reversed(found))


def _rewrite(node: Any, kind: str, place: Place, change: Callable[[dict[str, Any], Place], dict[str, Any]]) -> Any:
    if not isinstance(node, dict):
        return copied(node)
    keys, result = GRAMMAR[kind], dict[str, Any]()
    for key, value in node.items():
        arrangement, child_kind = keys.get(key) or keys.get("*") or ("", "")
        if arrangement == ONE:
            result[key] = _rewrite(value, child_kind, (*place, key), change)
        elif arrangement == MAP and isinstance(value, dict):
            inner = value.items()
            result[key] = {name: _rewrite(entry, child_kind, (*place, key, name), change) for name, entry in inner}
        elif arrangement == LIST and isinstance(value, list):
            members = enumerate(value)
            result[key] = [_rewrite(entry, child_kind, (*place, key, index), change) for index, entry in members]
        else:
            result[key] = copied(value)
    return change(result, place) if kind == "schema" else result


def copied(value: Any) -> Any:
    """Copy JSON data; unlike `copy.deepcopy`, an object that is shared is copied at each place."""
    if isinstance(value, dict):
        return {key: copied(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [copied(entry) for entry in value]
    return value
