from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scripts.corrections.nullability import count, normalise


def in_document(schema):
    """Stand a schema where documents have them."""
    return {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"X": schema}}}


def normalised(schema):
    """Normalise a component."""
    return normalise(in_document(schema))["components"]["schemas"]["X"]


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "object", "nullable": True, "properties": {}}, {"type": ["object", "null"], "properties": {}}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"type": ["string", "null"], "nullable": True}, {"type": ["string", "null"]}),
        ({"type": ["string", "integer"], "nullable": True}, {"type": ["string", "integer", "null"]}),
        (
            {"type": "string", "nullable": True, "enum": ["a"], "description": "d"},
            {"type": ["string", "null"], "enum": ["a", None], "description": "d"},
        ),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"nullable": True, "enum": ["a"]}, {"enum": ["a", None]}),
        ({"nullable": True, "description": "anything"}, {"description": "anything"}),
        ({"nullable": True}, {}),
        ({"additionalProperties": {"nullable": True}}, {"additionalProperties": {}}),
        ({"anyOf": [{"type": "number"}, {"nullable": True}]}, {"anyOf": [{"type": "number"}, {"type": "null"}]}),
        ({"anyOf": [{"nullable": True}, {"type": "number"}]}, {"anyOf": [{}, {"type": "number"}]}),
        ({"anyOf": [{"nullable": True}]}, {"anyOf": [{}]}),
        (
            {"anyOf": [{"type": "number"}, {"type": "null"}], "nullable": True},
            {"anyOf": [{"type": "number"}, {"type": "null"}]},
        ),
        ({"allOf": [{"type": "number"}, {"nullable": True}]}, {"allOf": [{"type": "number"}, {}]}),
        (
            {"anyOf": [{"type": "number"}], "nullable": True, "default": 1},
            {"anyOf": [{"type": "number"}, {"type": "null"}], "default": 1},
        ),
        (
            {"$ref": "#/components/schemas/X", "nullable": True, "description": "d"},
            {"anyOf": [{"$ref": "#/components/schemas/X"}, {"type": "null"}], "description": "d"},
        ),
        (
            {"oneOf": [{"type": "string"}], "nullable": True},
            {"anyOf": [{"oneOf": [{"type": "string"}]}, {"type": "null"}]},
        ),
        ({"const": "a", "nullable": True}, {"anyOf": [{"const": "a"}, {"type": "null"}]}),
    ],
)
def test_each_published_form_has_its_3_1_form(published, expected):
    """The table of the module, row by row; order of keys aside."""
    assert normalised(published) == expected


@pytest.mark.parametrize(
    "schema",
    [
        True,
        False,
        {"properties": {"nullable": {"type": "boolean"}}, "required": ["nullable"]},
        {"type": "object", "example": {"nullable": True}, "default": {"nullable": True}},
        {"enum": [{"nullable": True}], "const": {"nullable": True}},
        {"x-note": {"nullable": True}},
        {"nullable": "true"},
        {"$defs": {"a": True}, "if": {"type": "string"}, "then": False, "prefixItems": [{}], "anyOf": [True, {}]},
        {"type": ["string", "null"], "enum": ["a", None]},
    ],
)
def test_what_is_no_nullability_keyword_is_left_alone(schema):
    """A property called `nullable`, examples, and 3.1 keywords pass through untouched."""
    assert normalised(schema) == schema


def test_every_kind_of_place_is_reached():
    """Parameters, headers, bodies, answers, callbacks, webhooks and nested schemas are all rewritten."""
    schema = {"type": "array", "nullable": True, "items": {"type": "string", "nullable": True}}
    media = {"content": {"application/json": {"schema": schema}}}
    operation = {
        "parameters": [{"name": "a", "in": "query", "schema": schema}],
        "requestBody": media,
        "responses": {"200": {**media, "headers": {"X-A": {"schema": schema}}}},
    }
    operation["callbacks"] = {"done": {"{$url}": {"post": deepcopy(operation)}}}
    document = {"paths": {"/a": {"post": operation, "parameters": [{"schema": schema}]}}, "webhooks": {"w": {}}}
    document["webhooks"]["w"]["post"] = deepcopy(operation)
    document["components"] = {
        "schemas": {"A": {"not": schema}},
        "responses": {"R": media},
        "requestBodies": {"B": media},
    }

    assert count(document) == 2 * (4 + 4 + 1 + 8 + 3)
    assert count(normalise(document)) == 0
    assert "nullable" not in str(normalise(document))


SCALARS = st.sampled_from(["string", "integer", "boolean", "number"])
INSTANCES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["a", "b", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("pq"), inner, max_size=2),
    max_leaves=5,
)
LEAVES = st.one_of(
    st.fixed_dictionaries({"type": SCALARS}, optional={"nullable": st.booleans()}),
    st.fixed_dictionaries(
        {"type": st.just("string"), "enum": st.just(["a", "b"])}, optional={"nullable": st.booleans()}
    ),
)


def composed(inner):
    """Make schemas that hold others."""
    flags = {"nullable": st.booleans(), "description": st.just("d")}
    return st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional=flags),
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from("pq"), inner, max_size=2)},
            optional={**flags, "required": st.just(["p"]), "additionalProperties": inner},
        ),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)}, optional=flags),
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)}, optional=flags),
    )


SCHEMAS = st.recursive(LEAVES, composed, max_leaves=6)


def accepts_3_0(schema, instance):  # noqa: PLR0911 - one return a keyword
    """The meaning of a 3.0 schema, as the vendor means it: null is valid where `nullable` says so."""
    if instance is None and schema.get("nullable"):
        return True
    flat = {key: value for key, value in schema.items() if key in {"type", "enum", "required"}}
    if not Draft202012Validator(flat).is_valid(instance):
        return False
    if "anyOf" in schema and not any(accepts_3_0(branch, instance) for branch in schema["anyOf"]):
        return False
    if not all(accepts_3_0(branch, instance) for branch in schema.get("allOf", [])):
        return False
    if isinstance(instance, list):
        return all(accepts_3_0(schema.get("items", {}), entry) for entry in instance)
    if isinstance(instance, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        return all(accepts_3_0(known.get(key, others), value) for key, value in instance.items())
    return True


@given(SCHEMAS, INSTANCES)
def test_the_same_values_are_valid_before_and_after(schema, instance):
    """Rewriting changes how nullability is said, not which values are valid."""
    assert Draft202012Validator(normalised(schema)).is_valid(instance) == accepts_3_0(schema, instance)


@given(SCHEMAS)
def test_normalise_is_idempotent_and_pure(schema):
    """A second run finds nothing to do, and the input is never touched."""
    document = in_document(schema)
    before = deepcopy(document)
    once = normalise(document)

    assert document == before
    assert normalise(once) == once
    assert count(once) == 0
