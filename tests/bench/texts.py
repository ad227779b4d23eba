"""Large texts to read and to send, made of the contract: every declared property filled."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).resolve().parents[2] / "generated" / "jobmojito_api" / "contract.json"


def result_list(size: int = 680_000) -> bytes:
    """Give an answer of `list_interview_results` of about that many bytes."""
    return json.dumps(_filled("MerchantResultListResponse", "data", size)).encode()


def result_details(size: int = 240_000) -> bytes:
    """Give an answer of `get_interview_result_details` of about that many bytes, most of it transcript."""
    return json.dumps(_filled("JobInterviewDetailsResponse", "transcript", size)).encode()


def request_body(size: int = 200_000) -> dict[str, Any]:
    """Give a body of `create_interview_from_questions` of about that many bytes."""
    return _filled("JobInterviewCreateFromArrayRequest", "questions", size)


def _filled(name: str, repeated: str, size: int) -> dict[str, Any]:
    value: dict[str, Any] = _example(_schemas(), {"$ref": f"#/components/schemas/{name}"})
    value[repeated] *= max(1, size // len(json.dumps(value[repeated])))
    return value


@cache
def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]
    return schemas


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
