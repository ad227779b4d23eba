"""Reads the contract shipped with the client, for `help`, `operations` and the options of `call`."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jobmojito_api.resources import OPERATIONS, operation

Node = Mapping[str, Any]


@cache
def document() -> Node:
    """Return the effective contract."""
    return cast("Node", json.loads(files("jobmojito_api").joinpath("contract.json").read_bytes()))


def declared(name: str) -> Node:
    """Return the contract's object of an operation, by our name for it."""
    found = operation(name)
    return cast("Node", document()["paths"][found.path][found.method.lower()])


def names() -> list[str]:
    """Return the names of the operations."""
    return list(OPERATIONS)


def resolved(node: Node) -> Node:
    """Return a schema with its reference, direct or in `allOf`, resolved; keywords beside it are kept."""
    for inner in [node] if "$ref" in node else node.get("allOf", []):
        if "$ref" in inner:
            named = document()["components"]["schemas"][inner["$ref"].rpartition("/")[2]]
            return {**resolved(named), **{key: value for key, value in node.items() if key not in {"$ref", "allOf"}}}
    return node


def values(node: Node) -> list[str]:
    """Return the enum values of a schema."""
    found = resolved(node)
    if "enum" in found:
        return [str(one) for one in found["enum"] if one is not None]
    return [value for branch in found.get("anyOf", []) for value in values(branch)]


def kind(node: Node) -> str:
    """Describe the type of a value in a few words."""
    found = resolved(node)
    if listed := values(node):
        return " | ".join(one or '""' for one in listed)
    if "anyOf" in found:
        return " or ".join(dict.fromkeys(kind(one) for one in found["anyOf"] if one.get("type") != "null"))
    types = found.get("type", "any value")
    known = [one for one in ([types] if isinstance(types, str) else types) if one != "null"]
    if known == ["array"]:
        return f"list of {kind(found.get('items', {}))}"
    named = {"string": found.get("format", "text"), "object": "object"}
    return " or ".join(named.get(one, one) for one in known)


def properties(node: Node) -> Iterator[tuple[str, Node, bool]]:
    """Yield the properties of an object: name, schema, whether it is required; required ones first."""
    found = resolved(node)
    required = set(found.get("required", []))
    listed = list(found.get("properties", {}).items())
    yield from ((name, one, True) for name, one in listed if name in required)
    yield from ((name, one, False) for name, one in listed if name not in required)
