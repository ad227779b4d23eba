"""Makes a valid value for any schema, always the same one, and fits values to changed schemas."""

import copy
import re
from collections.abc import Mapping
from typing import Any

from .document import Schema
from .validation import is_valid, kind, merged, variant

TEXT = "sample"

TEXTS: Mapping[str, str] = {
    "uuid": "5a6d9c1e-0b1f-4c53-9d55-0c2f6a1e7b10",
    "date": "2026-01-15",
    "date-time": "2026-01-15T09:30:00.000Z",
    "uri": "https://example.com/sample",
    "email": "sample@example.com",
}

# The format of a string by its name: the contract declares none for ids, times and links.
ENDINGS = {"_id": "uuid", "_at": "date-time", "url": "uri", "email": "email"}

# Candidates for a string with a pattern; the first that matches is used.
PATTERN_TRIES = ("2026-01-15", "2026-01-15T09:30:00.000Z", "sample", "SAMPLE", "en", "EN", "123456", "+15550100", "")


def sample(schema: Schema, within: frozenset[int] = frozenset()) -> Any:
    """Return a value that the schema accepts: its own example if valid, else the simplest one.

    `within` has the ids of the schemas around this one: a recursive schema ends where it would come again.
    """
    for known in ("example", "default", "const"):
        if known in schema and is_valid(schema, schema[known]):
            return schema[known]
    if "enum" in schema:
        return next((value for value in schema["enum"] if value is not None), None)
    return _composed(schema, within) if schema.keys() & {"allOf", "anyOf", "oneOf"} else _by_type(schema, within)


def fit(schema: Schema, value: Any) -> Any:
    """Return a copy of a value that its schema accepts: refused or missing parts are replaced by samples."""
    if is_valid(schema, value):
        return copy.deepcopy(value)
    meant = variant(schema, value)
    fitted = sample(meant)
    if isinstance(value, list) and kind(meant) == "array":
        fitted = [fit(meant.get("items", {}), part) for part in value]
    elif isinstance(value, dict) and isinstance(fitted, dict):
        known, closed = meant.get("properties", {}), meant.get("additionalProperties") is False
        kept = {name: fit(known.get(name, {}), part) for name, part in value.items() if name in known or not closed}
        fitted = kept | {name: fitted.get(name) for name in meant.get("required", ()) if name not in kept}
    return fitted if is_valid(schema, fitted) else sample(schema)


def blank(schema: Schema) -> dict[str, Any]:
    """Return an object with only the required properties: null where allowed, else an empty value or a sample."""
    properties = schema.get("properties", {})
    return {name: _plainest(properties.get(name, {})) for name in schema.get("required", ())}


def _plainest(schema: Schema) -> Any:
    plains: tuple[Any, ...] = (None, [], 0, False)
    found = [plain for plain in plains if is_valid(schema, plain)]
    return found[0] if found else sample(schema)


def _composed(schema: Schema, within: frozenset[int]) -> Any:
    if "allOf" in schema:
        return sample(merged(schema), within)
    branches = schema.get("anyOf") or schema["oneOf"]
    return sample(next((branch for branch in branches if kind(branch) != "null"), branches[0]), within)


def _by_type(schema: Schema, within: frozenset[int]) -> Any:
    match kind(schema) or ("object" if "properties" in schema else ""):
        case "object":
            return _object(schema, within)
        case "array":
            return _array(schema, within)
        case "string":
            return _text(schema)
        case "integer" | "number":
            return _number(schema)
        case name:
            return True if name == "boolean" else None


def _object(schema: Schema, within: frozenset[int]) -> dict[str, Any]:
    properties, required = schema.get("properties", {}), schema.get("required", ())
    undeclared = schema.get("additionalProperties")  # may be a boolean; a string is a value of any type
    other = undeclared if isinstance(undeclared, dict) and undeclared else {"type": "string"}
    parts = {**properties, **{name: other for name in required if name not in properties}}
    named = {name: part for name, part in parts.items() if name in required or id(part) not in within}
    return {name: _by_name(name, part, sample(part, within | {id(part)})) for name, part in named.items()}


def _by_name(name: str, schema: Schema, value: Any) -> Any:
    """Return the sample that fits the property's name instead of a plain string, if the schema accepts it."""
    text = next((TEXTS[known] for ending, known in ENDINGS.items() if f"_{name}".endswith(ending)), None)
    return text if value == TEXT and text is not None and is_valid(schema, text) else value


def _array(schema: Schema, within: frozenset[int]) -> list[Any]:
    items = schema.get("items", {})
    count = max(int(schema.get("minItems", 0)), 1 if id(items) not in within and schema.get("maxItems", 1) else 0)
    return [sample(items, within | {id(items)}) for _ in range(count)]


def _text(schema: Schema) -> str:
    if "pattern" in schema:
        return next((text for text in PATTERN_TRIES if re.search(schema["pattern"], text)), "sample")
    text = TEXTS.get(schema.get("format", ""), TEXT)
    return text.ljust(int(schema.get("minLength", 0)), "x")[: schema.get("maxLength")]


def _number(schema: Schema) -> Any:
    """Return the first valid one of: 1, the limits, their neighbours, their middle, the next multiples."""
    low = schema.get("minimum", schema.get("exclusiveMinimum", schema.get("maximum", 1)))
    high = schema.get("maximum", schema.get("exclusiveMaximum", low))
    step = schema.get("multipleOf", 1)
    tries = (1, low, high, low + 1, high - 1, (low + high) / 2, -(-low // step) * step, (low // step + 1) * step)
    return next((number for number in tries if is_valid(schema, number)), 1)
