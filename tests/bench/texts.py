"""A large answer to read: a page of results, every declared property filled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

COUNT = 1000
CONTRACT = Path(__file__).resolve().parents[2] / "generated" / "jobmojito_api" / "contract.json"


def listing() -> bytes:
    """Give the answer of `list_interview_results` with a thousand results."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    schemas = contract["components"]["schemas"]
    page = _example(schemas, {"$ref": "#/components/schemas/MerchantResultListResponse"})
    page["data"] = page["data"] * COUNT
    return json.dumps(page).encode()


def _example(schemas: dict[str, Any], schema: Any) -> Any:
    """Make a value that fits a schema, as full as it can be."""
    if not isinstance(schema, dict):
        return "anything"
    if "$ref" in schema:
        return _example(schemas, schemas[schema["$ref"].rpartition("/")[2]])
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _example(schemas, schema[word][0])
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    if kind == "object":
        return {name: _example(schemas, part) for name, part in schema.get("properties", {}).items()}
    items = [_example(schemas, schema.get("items", {}))] if kind == "array" else []
    plain = {"array": items, "integer": 7, "number": 7.5, "boolean": True, "null": None}
    return plain.get(kind, "some text of usual length")
