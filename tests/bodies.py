"""Bodies of requests and answers as the contract in use wants them, whatever version that is.

A test says the values that its claim needs; what else the contract demands, or demands otherwise, is made up.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jobmojito.sandbox.contract.document import Contract, load
from jobmojito.sandbox.contract.samples import fit, sample
from jobmojito_api.codec import table_of
from jobmojito_api.resources import OPERATIONS, operation

JSON, MULTIPART = "application/json", "multipart/form-data"


@cache
def contract() -> Contract:
    """Give the shipped contract, read once."""
    return load()


def values_for(name: str, media: str = JSON, **wanted: Any) -> dict[str, Any]:
    """Give a mapping with the wanted values, as far as the operation's body has such properties and takes them."""
    schema = contract().operations[name].bodies[media]
    fitted: dict[str, Any] = fit(schema, {key: value for key, value in wanted.items() if key in schema["properties"]})
    return fitted


def body_for(name: str, media: str = JSON, *, files: dict[str, Any] | None = None, **wanted: Any) -> Any:
    """Give the same as the model of that form, whatever other forms there are; `files` are put in as they are."""
    type_: Any = next(one for one in operation(name).bodies if one.content_type == media).type
    model = type_.python
    values = values_for(name, media, **wanted) | (files or {})
    declared = {field.attribute: values.pop(field.name) for field in table_of(model).fields if field.name in values}
    body = model(**declared)
    if values:  # a name that is required and has no property
        body.additional_properties.update(values)
    return body


def required_of(name: str) -> dict[str, Any]:
    """Give a value for each required parameter, by its Python name; none for an operation that is gone.

    Modules ask when they are imported, and then test_assumptions can still say which operation it is and who uses it.
    """
    if name not in contract().operations:
        return {}
    schemas = {one.name: one.schema for one in contract().operations[name].parameters}
    return {one.attribute: sample(schemas[one.name]) for one in operation(name).parameters if one.required}


def answer_for(name: str, **wanted: Any) -> Any:
    """Give a success of an operation that departs nowhere, with the wanted values as far as the contract takes them."""
    schema = contract().operations[name].answer
    return fit(schema, sample(schema) | wanted) if wanted else sample(schema)


def in_json(*properties: str) -> list[str]:
    """Name the operations whose body may be a JSON object, with these properties."""
    forms = {name: contract().operations[name].bodies for name in OPERATIONS}
    known = {name: one[JSON].get("properties", {}).keys() for name, one in forms.items() if JSON in one}
    return [name for name, has in known.items() if has >= {*properties}]
