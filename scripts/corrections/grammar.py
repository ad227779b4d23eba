"""Finds the schemas and operations of an OpenAPI document: a property called `nullable` is not the keyword.

The grammar below lists, for each kind of object, the keys that hold other objects, and their kind.
Any other key (examples, defaults, extensions, unknown keywords) holds data, and nothing inside it is a schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.files.documents import pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Change = Callable[[dict[str, Any], "Place"], dict[str, Any]]

Place = tuple[str | int, ...]
_ONE, _LIST, _MAP = "one", "list", "map"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMA = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
)
_SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")

# kind of object -> key -> (one child, a list or a map of them; their kind)
_GRAMMAR: dict[str, dict[str, tuple[str, str]]] = {
    "document": {
        "servers": (_LIST, "server"),
        "paths": (_MAP, "path item"),
        "webhooks": (_MAP, "path item"),
        "components": (_ONE, "components"),
        "tags": (_LIST, "tag"),
    },
    "components": {
        "schemas": (_MAP, "schema"),
        "responses": (_MAP, "response"),
        "parameters": (_MAP, "parameter"),
        "requestBodies": (_MAP, "request body"),
        "headers": (_MAP, "parameter"),
        "links": (_MAP, "link"),
        "callbacks": (_MAP, "callback"),
        "pathItems": (_MAP, "path item"),
    },
    "path item": {
        "servers": (_LIST, "server"),
        "parameters": (_LIST, "parameter"),
        **dict.fromkeys(METHODS, (_ONE, "operation")),
    },
    "operation": {
        "servers": (_LIST, "server"),
        "parameters": (_LIST, "parameter"),
        "requestBody": (_ONE, "request body"),
        "responses": (_MAP, "response"),
        "callbacks": (_MAP, "callback"),
    },
    "callback": {"*": (_ONE, "path item")},
    "request body": {"content": (_MAP, "media type")},
    "response": {"content": (_MAP, "media type"), "headers": (_MAP, "parameter"), "links": (_MAP, "link")},
    "link": {"server": (_ONE, "server")},
    "parameter": {"schema": (_ONE, "schema"), "content": (_MAP, "media type")},
    "media type": {"schema": (_ONE, "schema"), "encoding": (_MAP, "encoding")},
    "encoding": {"headers": (_MAP, "parameter")},
    "schema": {
        **dict.fromkeys(_SCHEMA, (_ONE, "schema")),
        **dict.fromkeys(_SCHEMAS, (_LIST, "schema")),
        **dict.fromkeys(_SCHEMA_MAPS, (_MAP, "schema")),
    },
}


@frozen
class Part:
    """One object of a document: its kind in the grammar, the steps to it, and itself."""

    kind: str
    steps: Place
    value: dict[str, Any]

    @property
    def pointer(self) -> str:
        """The place as an RFC 6901 pointer."""
        return pointer(*self.steps)

    @property
    def is_component(self) -> bool:
        """Whether it is a named component."""
        return self.steps[:1] == ("components",) and len(self.steps) == 3  # noqa: PLR2004 - components/<kind>/<name>


def walk(document: Mapping[str, Any]) -> Iterator[Part]:
    """Yield every object that the grammar knows, the document itself first, parents before children, in their order.

    References are not followed, so the walk ends. What is not an object where one belongs is left out.
    """
    waiting: list[tuple[Place, str, Any]] = [((), "document", document)]
    while waiting:
        steps, kind, node = waiting.pop()
        if isinstance(node, dict):
            yield Part(kind, steps, node)
            found = [((*steps, *more), child_kind, child) for more, child_kind, child in _children(kind, node)]
            waiting.extend(reversed(found))


def values(document: object) -> Iterator[tuple[Place, object]]:
    """Yield everything in a document, known to the grammar or not, with the steps to it."""
    waiting: list[tuple[Place, object]] = [((), document)]
    while waiting:
        steps, value = waiting.pop()
        yield steps, value
        entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        waiting.extend(reversed([((*steps, key), child) for key, child in entries]))


def objects(document: Mapping[str, Any], wanted: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every object of one kind of the grammar (`response`, `media type`) with its place."""
    return ((part.steps, part.value) for part in walk(document) if part.kind == wanted)


def schemas(document: Mapping[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every schema object with its place."""
    return objects(document, "schema")


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method (lower case) and operation object of every operation under `paths`."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if method in METHODS and isinstance(operation, dict):
                yield path, method, operation


def references(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield every object that is a reference, with what it refers to."""
    for part in walk(document):
        if isinstance(ref := part.value.get("$ref"), str):
            yield part.steps, ref


def booleans(document: Mapping[str, Any]) -> Iterator[tuple[Place, dict[str, Any] | list[Any], bool]]:
    """Yield every schema that is just `true` or `false`, with its place and the object or list that holds it."""
    for part in walk(document):
        for steps, kind, child in _children(part.kind, part.value):
            if kind == "schema" and isinstance(child, bool):
                yield (*part.steps, *steps), _holder(part.value, steps), child


def rewrite(document: dict[str, Any], change: Change) -> dict[str, Any]:
    """Copy the document with each schema object replaced by the result of `change`, children before parents.

    `change` gets a copy of the schema, which it may alter. The input is not changed.
    """
    made: dict[str, Any] = copied(document)
    alter(made, change)
    return made


def rewrite_schema(schema: dict[str, Any], change: Change) -> dict[str, Any]:
    """Copy one schema as `rewrite` copies a document: it and all schemas inside it go through `change`."""
    made = copied(schema)
    alter(made, change, "schema")
    return change(made, ())


def alter(node: dict[str, Any], change: Change, kind: str = "document", place: Place = ()) -> None:
    """Replace each schema in a document (or another object of a kind) as `rewrite` does, but in the object itself."""
    for steps, child_kind, child in list(_children(kind, node)):
        if isinstance(child, dict):
            alter(child, change, child_kind, (*place, *steps))
            if child_kind == "schema":
                _holder(node, steps)[steps[-1]] = change(child, (*place, *steps))


def _children(kind: str, node: Mapping[str, Any]) -> Iterator[tuple[Place, str, Any]]:
    """Yield what an object of some kind holds, object or not: the steps to it, its kind, and itself."""
    keys = _GRAMMAR.get(kind, {})
    for key, value in node.items():
        arrangement, child_kind = keys.get(key) or keys.get("*") or ("", "")
        if arrangement == _ONE:
            yield (key,), child_kind, value
        elif arrangement == _MAP and isinstance(value, dict):
            yield from (((key, name), child_kind, entry) for name, entry in value.items())
        elif arrangement == _LIST and isinstance(value, list):
            yield from (((key, index), child_kind, entry) for index, entry in enumerate(value))


def _holder(node: dict[str, Any], steps: Place) -> Any:
    """Return the object or list in which one of the `_children` stands."""
    return node[str(steps[0])] if len(steps) > 1 else node


def copied(value: Any) -> Any:
    """Copy JSON data; unlike `copy.deepcopy`, an object that is shared is copied at each place."""
    if isinstance(value, dict):
        return {key: copied(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [copied(entry) for entry in value]
    return value
