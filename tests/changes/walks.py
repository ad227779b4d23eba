"""Where schemas stand in a document: the tests' own walk, independent of the code under test."""

from collections.abc import Iterator
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")


def token(name: str) -> str:
    """Escape a name for a JSON pointer."""
    return str(name).replace("~", "~0").replace("/", "~1")


def at(document: Any, pointer: str) -> Any:
    """Give the value at a JSON pointer."""
    node = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the pointer of every operation and the operation."""
    for section in ("paths", "webhooks"):
        for path, item in document.get(section, {}).items():
            for method in METHODS:
                if method in item:
                    yield f"/{section}/{token(path)}/{method}", item[method]


def schemas(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the pointer of every schema object and the schema, outer before inner."""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from _inside(f"/components/schemas/{token(name)}", schema)
    for pointer, operation in operations(document):
        for index, parameter in enumerate(operation.get("parameters", [])):
            yield from _inside(f"{pointer}/parameters/{index}/schema", parameter["schema"])
        for where, content in contents(pointer, operation):
            yield from _inside(f"{where}/schema", content["schema"])


def contents(pointer: str, operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the pointer of every content of a body or an answer and what it is."""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"{pointer}/requestBody/content/{token(media)}", content
    for status, answer in operation.get("responses", {}).items():
        for media, content in answer.get("content", {}).items():
            yield f"{pointer}/responses/{status}/content/{token(media)}", content


def _inside(pointer: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield pointer, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _inside(f"{pointer}/properties/{token(name)}", inner)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _inside(f"{pointer}/{keyword}", schema[keyword])
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index, inner in enumerate(schema.get(keyword, [])):
            yield from _inside(f"{pointer}/{keyword}/{index}", inner)
