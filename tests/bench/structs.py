"""Reads the contract's schemas as msgspec structs: the bound of what decoding in Python can cost."""

from __future__ import annotations

import json
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import Any, Literal, Union

import msgspec

CONTRACT = Path(__file__).resolve().parents[2] / "generated" / "jobmojito_api" / "contract.json"
PLAIN: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "null": None}


@cache
def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]
    return schemas


@cache
def struct(name: str) -> Any:
    """Make the type of a component."""
    return _type(name, _schemas()[name])


def _type(name: str, schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return struct(schema["$ref"].rpartition("/")[2])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return Union[tuple(_type(f"{name}_{number}", one) for number, one in enumerate(schema[word]))]  # noqa: UP007
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    kinds = schema.get("type", [])
    made = [_of_kind(name, kind, schema) for kind in (kinds if isinstance(kinds, list) else [kinds])]
    return Union[tuple(made)] if made else Any  # noqa: UP007


def _of_kind(name: str, kind: str, schema: dict[str, Any]) -> Any:
    if kind == "array":
        return list[_type(f"{name}_item", schema.get("items", {}))]  # type: ignore[misc]  # made at run time
    if kind != "object":
        return PLAIN[kind]
    if not schema.get("properties"):
        return dict[str, Any]
    fields = [
        (f"{key}_" if iskeyword(key) else key, _type(f"{name}_{key}", one) | msgspec.UnsetType, msgspec.UNSET)
        for key, one in schema["properties"].items()
    ]
    return msgspec.defstruct(name, fields, rename={f"{key}_": key for key in schema["properties"] if iskeyword(key)})
