"""The published document and the contract that ships allow the same values, as outside validators of both judge.

The canonical form says that the two are equal; here that is judged once by tools that know nothing of it: the published
one by the rules of OpenAPI 3.0, whose `nullable` it uses, the shipped one by JSON Schema 2020-12.
"""

from __future__ import annotations

from functools import cache

import pytest
from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS30Validator

from jobmojito.sandbox.contract.document import parse
from jobmojito.sandbox.contract.samples import sample
from tests import baseline

NULL = {"enum": [None]}
WRONG = (None, "never heard of", 7, 0.5, True, [], {})


def as_meant(value, *, last=False):
    """Write what the vendor means by `nullable` where the rules of 3.0 say less: API facts, defects 1 and 2."""
    if isinstance(value, list):
        return [as_meant(one) for one in value]
    if not isinstance(value, dict):
        return value
    if last and value.get("nullable") is True and not value.keys() - {"nullable", "description"}:
        return NULL
    made = {key: as_meant(one) for key, one in value.items()}
    for keyword in ("anyOf", "oneOf"):
        if isinstance(value.get(keyword), list):
            *rest, end = value[keyword]
            made[keyword] = [*map(as_meant, rest), as_meant(end, last=bool(rest))]
    if made.get("nullable") is True and (made.keys() & {"allOf", "anyOf", "oneOf", "enum"}):
        return {"anyOf": [{key: one for key, one in made.items() if key != "nullable"}, NULL]}
    return made


@cache
def judges(name):
    """Give a validator of a named schema for the published document, and one for the contract that ships."""
    published, shipped = as_meant(baseline.published()["components"]), baseline.effective()["components"]
    root = {"allOf": [{"$ref": f"#/components/schemas/{name}"}]}
    return OAS30Validator({**root, "components": published}), Draft202012Validator({**root, "components": shipped})


def values(schema):
    """Give a value that fits, and others with one part missing, of another kind, or too much."""
    fitting = sample(schema)
    yield fitting
    yield from WRONG
    if isinstance(fitting, dict):
        for key in fitting:
            yield {name: one for name, one in fitting.items() if name != key}
        for key in {**schema.get("properties", {}), "never_heard_of": None}:
            yield from ({**fitting, key: wrong} for wrong in WRONG)


@cache
def shipped_schemas():
    """Give the named schemas of the contract that ships, references filled in."""
    document = baseline.effective()
    names = document["components"]["schemas"]
    contents = {name: {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}} for name in names}
    answers = {name: {"200": {"description": "", "content": content}} for name, content in contents.items()}
    paths = {f"/{name}": {"get": {"operationId": name, "responses": one}} for name, one in answers.items()}
    return {name: one.answer for name, one in parse({**document, "paths": paths}).operations.items()}


@pytest.mark.parametrize("name", baseline.published()["components"]["schemas"])
def test_both_documents_allow_the_same_values(name):
    """Of each value, fitting or not, both judges say the same of the schemas with this name."""
    published, shipped = judges(name)
    tried = list(values(shipped_schemas()[name]))

    verdicts = [(published.is_valid(value), shipped.is_valid(value)) for value in tried]

    assert [value for value, (one, other) in zip(tried, verdicts, strict=True) if one is not other] == []
    assert {one for one, _ in verdicts} == {True, False}
