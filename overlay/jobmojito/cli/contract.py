"""The contract that ships with the client, read as a document: what `help`, `operations` and options are made of."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jobmojito_api.resources import OPERATIONS, operation

Node = Mapping[str, Any]


@cache
def document() -> Node:
    """Give the effective contract."""
    return cast("Node", json.loads(files("jobmojito_api").joinpath("contract.json").read_bytes()))


def declared(name: str) -> Node:
    """Give the contract's object of an operation by our name."""
    found = operation(name)
    return cast("Node", document()["paths"][found.path][found.method.lower()])


def names() -> list[str]:
    """Give the operations' names."""
    return list(OPERATIONS)


def resolved(node: Node) -> Node:
    """Give a schema itself where a reference, alone or as one of `allOf`, stands for it; what is beside it stays."""
    for inner in [node] if "$ref" in node else node.get("allOf", []):
        if "$ref" in inner:
            named = document()["components"]["schemas"][inner["$ref"].rpartition("/")[2]]
            return {**resolved(named), **{key: value for key, value in node.items() if key not in {"$ref", "allOf"}}}
    return node


def values(node: Node) -> list[str]:
    """Give the texts that a schema lists."""
    found = resolved(node)
    if "enum" in found:
        return [str(one) for one in found["enum"] if one is not None]
    return [value for branch in found.get("anyOf", []) for value in values(branch)]


def kind(node: Node) -> str:
    """Say in a few words what a value is."""
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
    """Give the properties of an object: name, schema, and whether it must be there; the required ones first."""
    found = resolved(node)
    required = set(found.get("required", []))
    listed = list(found.get("properties", {}).items())
    yield from ((name, one, True) for name, one in listed if name in required)
    yield from ((name, one, False) for name, one in listed if name not in required)
