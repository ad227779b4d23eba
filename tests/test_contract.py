"""What holds for the vendored documents and their corrections, in whatever version is vendored."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from scripts import correct
from scripts.corrections.grammar import operations, rewrite, rewrite_schema, schemas
from scripts.corrections.lift import is_type, type_names
from scripts.corrections.nullability import count, normalise
from scripts.corrections.overlays import apply, load_overlay
from scripts.files import documents
from tests import baseline

OPENAPI = Path(__file__).parent.parent / "openapi"
POST_FORMS = {
    "/job-interview-get": ("get_interview_definition_by_post", "interview_id"),
    "/job-interview-details": ("get_interview_result_details_by_post", "interview_result_id"),
}


@pytest.fixture(scope="module")
def published():
    """Give the vendored document."""
    return documents.load(correct.PUBLISHED)


@pytest.fixture(scope="module")
def overlay():
    """Give the corrections."""
    return load_overlay(correct.OVERLAY)


@pytest.fixture(scope="module")
def effective(published, overlay):
    """Give what the client is generated from."""
    return correct.effective(published, overlay)


@pytest.mark.parametrize("name", ["jobmojito.openapi.json", "webhooks.openapi.json"])
def test_vendored_documents_are_canonical_and_valid(name):
    """Each file is valid OpenAPI in canonical form, byte for byte."""
    document = documents.load(OPENAPI / name)

    assert documents.dump(document) == (OPENAPI / name).read_bytes()
    validate(document)


def test_the_baseline_has_the_figures_on_record():
    """579 nullable places, 30 operations, 108 enums of 41 sets: counting is right where the answer is known."""
    published, effective = baseline.published(), baseline.effective()
    spelled = [frozenset(schema["enum"]) for _, schema in schemas(published) if "enum" in schema]
    named = [frozenset(schema["enum"]) for _, schema in schemas(effective) if "enum" in schema]

    assert count(published) == 579
    assert len(list(operations(published))) == 30
    assert (len(spelled), len(set(spelled))) == (108, 41)
    assert (len(named), set(named)) == (41, set(spelled))
    assert len(type_names(effective)) == 132


def test_the_effective_document_is_valid(effective):
    """It is OpenAPI 3.1, says nothing in 3.0's words, and is left alone by a second correction of nullability."""
    validate(effective)

    assert effective["openapi"].startswith("3.1")
    assert count(effective) == 0
    assert normalise(effective) == effective


def test_every_operation_is_there_and_named(published, effective):
    """All published operations and the guide's two, each under a name of its own."""
    expected = [(path, method) for path, method, _ in operations(published)]
    names = [operation["operationId"] for _, _, operation in operations(effective)]

    assert sorted([*expected, *((path, "post") for path in POST_FORMS)]) == sorted(
        (path, method) for path, method, _ in operations(effective)
    )
    assert len(set(names)) == len(names)


def test_nothing_that_a_correction_titles_stays_in_place(effective, overlay):
    """Whatever a correction titles has become a component."""
    titled = ((place, schema) for place, schema in schemas(effective) if schema.get("title") in titles(overlay))
    left = [place for place, schema in titled if len(place) > 3 and is_type(schema)]

    assert left == []
    assert titles(overlay) <= set(type_names(effective))


def test_the_lift_loses_nothing_but_repetition(published, overlay, effective):
    """With every named type written back into its places, the document means what it meant before."""
    named = effective["components"]["schemas"].keys() - published["components"]["schemas"].keys() | titles(overlay)
    before = written_out(apply(normalise(published), overlay), named)
    after = written_out(effective, named)

    assert len(before) > 1000
    for place, schema in before.items():
        assert after[place] == schema, documents.pointer(*place)


def written_out(document, named):
    """Give each schema by its place, the named types in place of the references to them."""

    def change(schema, _):
        name = schema.get("$ref", "").removeprefix("#/components/schemas/")
        if name in named:
            return rewrite_schema(document["components"]["schemas"][name], change)
        return unified(schema)

    return dict(schemas(rewrite(document, change)))


def unified(schema):
    """Leave out words and the order of enum values, and write "one type", "that or null" in one way."""
    kept = {key: value for key, value in schema.items() if key not in {"title", "description", "example"}}
    if "enum" in kept:
        kept["enum"] = sorted(map(repr, kept["enum"]))
    if len(kept.get("allOf", [])) == 1:
        kept |= kept.pop("allOf")[0]
    if kept.get("anyOf", [])[1:] == [{"type": "null"}]:
        kept |= kept.pop("anyOf")[0]
        kept["type"] = [kept["type"], "null"]
        kept |= {"enum": sorted([*kept["enum"], "None"])} if "enum" in kept else {}
    return kept


@pytest.mark.parametrize(("path", "facts"), POST_FORMS.items())
def test_the_guides_post_forms_answer_as_their_twins(effective, path, facts):
    """Each is marked as the guide's, takes its id in the body, and each answer is its GET twin's."""
    name, required = facts
    get, post = effective["paths"][path]["get"], effective["paths"][path]["post"]
    body = documents.resolve(effective, post["requestBody"]["content"]["application/json"]["schema"]["$ref"])

    assert (post["operationId"], post["x-source"], post["tags"]) == (name, "guide", get["tags"])
    assert post["description"].startswith("From the guide, not in the published document")
    assert body["required"] == [required]
    assert body["properties"][required]["format"] == "uuid"
    assert {status: answer["content"] for status, answer in post["responses"].items()} == {
        status: answer["content"] for status, answer in get["responses"].items() if status in post["responses"]
    }
    assert "200" in post["responses"]


def test_tags_carry_the_attribute_names_of_the_client(effective):
    """The two tags whose own words would be long to type say what they are called."""
    names = {tag["name"]: tag["x-resource-name"] for tag in effective["tags"] if "x-resource-name" in tag}

    assert names == {"Coaching catalogue": "catalogue", "Resume & Form verification": "pre_screening"}


def test_every_correction_changes_something(published, overlay):
    """No action is idle: each leaves the document other than it was."""
    document, idle = normalise(published), []
    for number, action in enumerate(overlay["actions"], 1):
        before, document = document, apply(document, {**overlay, "actions": [action]})
        idle += [number] if before == document else []

    assert idle == []


def test_every_correction_says_when_it_can_go(overlay):
    """What and why are for the reader to judge; the end of each correction is spelled out."""
    silent = [
        action["target"]
        for action in overlay["actions"]
        if not re.search(r"\bGoes (when|with)\b", action["description"])
    ]

    assert silent == []


def test_corrections_leave_the_structure_they_do_not_name(published, effective):
    """Everything outside paths, tags and schemas is as published, and no path or component is lost."""
    kept = {key for key in published if key not in {"paths", "tags", "components"}}

    assert {key: effective[key] for key in kept} == {key: published[key] for key in kept}
    assert list(effective["paths"]) == list(published["paths"])
    assert list(effective["components"]["schemas"])[: len(published["components"]["schemas"])] == list(
        published["components"]["schemas"]
    )


def titles(node):
    """Give every type name in the updates of an overlay, at any depth."""
    if isinstance(node, list):
        return {title for entry in node for title in titles(entry)}
    if not isinstance(node, dict):
        return set()
    own = {node["title"]} if isinstance(node.get("title"), str) and "target" not in node else set()
    return (own | {title for key, entry in node.items() if key != "info" for title in titles(entry)}) - {None}


OVERLAY_1_0 = {
    "type": "object",
    "required": ["overlay", "info", "actions"],
    "properties": {
        "overlay": {"type": "string", "pattern": r"^1\.0\.\d+$"},
        "info": {
            "type": "object",
            "required": ["title", "version"],
            "properties": {"title": {"type": "string"}, "version": {"type": "string"}},
            "patternProperties": {"^x-": True},
            "additionalProperties": False,
        },
        "extends": {"type": "string", "format": "uri-reference"},
        "actions": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"$ref": "#/$defs/action"}},
    },
    "patternProperties": {"^x-": True},
    "additionalProperties": False,
    "$defs": {
        "action": {
            "type": "object",
            "required": ["target"],
            "properties": {
                "target": {"type": "string", "pattern": r"^\$"},
                "description": {"type": "string"},
                "update": True,
                "remove": {"type": "boolean"},
            },
            "patternProperties": {"^x-": True},
            "additionalProperties": False,
        }
    },
}


def test_the_corrections_are_a_valid_overlay(overlay):
    """The file is an Overlay 1.0 document by the specification's own rules, stated here apart from the applier."""
    Draft202012Validator.check_schema(OVERLAY_1_0)

    assert [error.message for error in Draft202012Validator(OVERLAY_1_0).iter_errors(overlay)] == []
