"""Checks values against the contract's schemas, and words the refusals."""

import json
from collections.abc import Mapping
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match

from .document import Schema

JSON = "application/json"

# The formats that the API enforces; e-mails and timestamps have none in the contract.
FORMATS = FormatChecker(formats=["uuid", "date"])

_validators: dict[int, tuple[Schema, Draft202012Validator]] = {}


class Refusal(Exception):  # noqa: N818 - it is an answer, not a defect
    """An error answer of the API: a status, a message, and the offending field, if any."""

    def __init__(self, status: int, message: str, name: str | None = None) -> None:
        super().__init__(status, message, name)
        self.status, self.message, self.name = status, message, name

    def body(self) -> dict[str, Any]:
        """The error body of the API; `name` only if a field is wrong."""
        return {"error": self.message} | ({} if self.name is None else {"name": self.name})


def invalid(name: str, message: str) -> Refusal:
    """A 422 that names the field."""
    return Refusal(422, message, name)


def validator(schema: Schema) -> Draft202012Validator:
    """Return the validator of a schema object; the cache keeps the schema, so that its `id` is not reused."""
    if (known := _validators.get(id(schema))) is None:
        known = _validators[id(schema)] = (schema, Draft202012Validator(schema, format_checker=FORMATS))
    return known[1]


def first_problem(schema: Schema, value: Any, *, root: str = "value") -> Refusal | None:
    """Return a 422 for the most relevant error of a value, or None if it is valid. `root` names the value itself."""
    error = best_match(validator(schema).iter_errors(value))
    if error is None:
        return None
    path = [str(part) for part in error.absolute_path]
    if error.validator == "required":
        required: list[str] = cast("list[str]", error.validator_value)
        path.append(next(name for name in required if name not in cast("dict[str, Any]", error.instance)))
    name = ".".join(path) or root
    return invalid(name, f"{name} {_demand(error)}")


def is_valid(schema: Schema, value: Any) -> bool:
    """Whether a value is valid by its schema."""
    return validator(schema).is_valid(value)


def check(schema: Schema, value: Any, *, root: str) -> None:
    """Raise a 422 for a value that its schema refuses."""
    if (problem := first_problem(schema, value, root=root)) is not None:
        raise problem


def kind(schema: Schema) -> str:
    """Return the first type of a schema other than null; "" if it has none."""
    types = schema.get("type", "")
    return types if isinstance(types, str) else next((name for name in types if name != "null"), "null")


def variant(schema: Schema, value: Any) -> Schema:
    """Return the branch of a schema that fits a value best: fewest errors, then most known properties."""

    def distance(branch: Schema) -> tuple[int, int]:
        refused = len(list(validator(branch).iter_errors(value)))
        return refused, -len(branch.get("properties", {}).keys() & (value if isinstance(value, dict) else {}))

    while "allOf" not in schema and isinstance(branches := schema.get("anyOf") or schema.get("oneOf"), list):
        schema = min(branches, key=distance)
    return merged(schema) if "allOf" in schema else schema


def merged(schema: Schema) -> Schema:
    """Return a schema with its `allOf`, also a nested one, merged into it."""
    whole: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema["allOf"]:
        whole = _merge(whole, part)
    return merged(whole) if "allOf" in whole else whole


def _merge(left: Schema, right: Schema) -> dict[str, Any]:
    merged = {**left, **right}
    for name in ("properties", "allOf", "required"):
        if name in left and name in right:
            merged[name] = {**left[name], **right[name]} if name == "properties" else [*left[name], *right[name]]
    return merged


def parse_json(content: bytes | str, name: str) -> Any:
    """Parse JSON; NaN, huge numbers and endless nesting are refused with a 422."""
    try:
        return json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise invalid(name, f"{name} is not valid JSON") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _demand(error: ValidationError) -> str:
    """Word what the schema demands, without the value, which may be personal data."""
    wanted = error.validator_value
    several = wanted if isinstance(wanted, list) else [wanted]
    listed = [str(known) for known in several if known is not None]
    words: Mapping[str, str] = {
        "required": "is required",
        "type": f"must be {' or '.join(listed)}",
        "enum": f"must be one of: {', '.join(listed)}",
        "format": f"must be a valid {wanted}",
        "pattern": f"must match {wanted}",
        "minLength": "must not be empty" if wanted == 1 else f"must have {wanted} characters or more",
        "maxLength": f"must have {wanted} characters or fewer",
        "minimum": f"must be {wanted} or more",
        "maximum": f"must be {wanted} or less",
        "minItems": f"must have {wanted} or more entries",
        "maxItems": f"must have {wanted} or fewer entries",
    }
    return words.get(str(error.validator), f"is not valid ({error.validator})")
