"""The commonest changes of a document go through unattended, with types that say what the document says."""

from copy import deepcopy
from functools import cache

import pytest

from scripts.correct import correct
from scripts.drift.meaning import meaning
from scripts.files.failures import Refused
from scripts.generate import build
from tests import baseline

COMPONENT = "#/components/schemas/"
TEXT = {"type": "string"}


def schemas(document):
    """Give the components of a document."""
    return document["components"]["schemas"]


def languages(document, *names):
    """Widen the list of languages of some requests."""
    for name in names:
        schemas(document)[name]["properties"]["mojito_language_code"]["enum"].append("tlh")


def new_property(schema, name="brand_new"):
    """Add a property to a request."""
    return lambda document: schemas(document)["PersonaCreateRequest"]["properties"].update({name: schema})


def new_parameter(name, **parameter):
    """Add a query parameter to a list."""
    given = {"name": name, "in": "query", **parameter}
    return lambda document: document["paths"]["/merchant-avatar-list"]["get"]["parameters"].append(given)


def titled_twice(document):
    """Give one title to two contents, as vendors do."""
    for name, inner in {"PersonaCreateRequest": "a", "InviteUsersRequest": "b"}.items():
        extra = {"title": "Extra", "type": "object", "properties": {inner: TEXT}}
        schemas(document)[name]["properties"]["extra"] = extra


def union_behind_a_reference(document):
    """Refer to a union, with a description beside it."""
    schemas(document)["Either"] = {"oneOf": [{"type": "integer"}, TEXT]}
    new_property({"allOf": [{"$ref": f"{COMPONENT}Either"}, {"description": "One of two."}]})(document)


def shared_answer(document):
    """Share an answer under its status."""
    media = {"application/json": {"schema": {"$ref": f"{COMPONENT}Error"}}}
    document["components"]["responses"] = {"404": {"description": "Not there.", "content": media}}
    document["paths"]["/persona-create"]["post"]["responses"]["404"] = {"$ref": "#/components/responses/404"}


def new_operation(**parts):
    """Add an operation."""
    operation = {"tags": ["Admin"], "responses": {"200": {"description": "Done."}}, **parts}
    return lambda document: document["paths"].update({"/brand-new": {"get": operation}})


def without_answers(document):
    """Add an operation that says nothing of its answers, as 3.1 allows."""
    document["paths"]["/brand-new"] = {"get": {"tags": ["Admin"]}}


def one_name_twice(document):
    """Let two inline types, and a component, come to one derived name."""
    schemas(document)["PersonaCreateRequestFooBar"] = {"type": "object", "properties": {"c": TEXT}}
    for name, inner in {"foo_bar": "a", "fooBar": "b"}.items():
        new_property({"type": "object", "properties": {inner: TEXT}}, name)(document)


FLAG = {"allOf": [{"type": "string", "enum": ["a", "b"]}, {"nullable": True}]}
TEMPLATE = {"allOf": [{"$ref": f"{COMPONENT}ReportTemplate"}, {"nullable": True}]}
NUMBER_OR_TEXT = {"oneOf": [{"type": "integer"}, TEXT], "nullable": True}
LIST = {"type": "array", "items": TEXT}
OBJECT = {"type": "object", "properties": {"a": TEXT}}
INNER = {"type": "object", "properties": {"inner": {"type": "string", "enum": ["a", "b"]}}}
COMMONEST = {
    "an enum wider at one of its places": lambda d: languages(d, "PersonaCreateRequest"),
    "an enum wider at three of its places": lambda d: languages(
        d, "PersonaCreateRequest", "InviteUsersRequest", "JobInterviewCreateRequest"
    ),
    "the kinds of interview, wider in answers alone": lambda d: schemas(d)["JobInterviewGetResponse"]["properties"][
        "type"
    ]["enum"].append("brand_new"),
    "a component of a title's name": lambda d: schemas(d).update(
        LanguageCode={"type": "object", "properties": {"c": {}}}
    ),
    "a title met twice": titled_twice,
    "an enum of texts and flags": new_property({"enum": ["auto", True, False]}),
    "an enum of texts and numbers": new_property({"enum": ["auto", 1, 2.5]}),
    "a nullable choice of types": new_property(NUMBER_OR_TEXT),
    "a choice behind a reference": union_behind_a_reference,
    "an enum with a nullable beside it": new_property(FLAG),
    "a reference with a nullable beside it": new_property(TEMPLATE),
    "a shared answer called by its status": shared_answer,
    "an operationId with brackets": new_operation(operationId="list[things](all)"),
    "an operation without answers": without_answers,
    "a list as one value": new_parameter("one_value", schema=LIST, explode=False),
    "a list with pipes": new_parameter("pipes", schema=LIST, style="pipeDelimited", explode=False),
    "a deep object": new_parameter("deep", schema=OBJECT, style="deepObject"),
    "one name for three types": one_name_twice,
    "a type in a type": new_property(INNER),
}


@cache
def _published():
    return baseline.published()


def changed(*names):
    """Give the baseline document with some of the changes."""
    document = deepcopy(_published())
    for name in names:
        COMMONEST[name](document)
    return document


@pytest.mark.parametrize("name", COMMONEST)
def test_a_common_change_is_corrected_and_named(name):
    """Nothing stops, and each type that it brings has a name of at most 40 characters, which is told."""
    found = correct(changed(name), baseline.corrections())
    before = baseline.effective()["components"]["schemas"].keys()
    new = found.document["components"]["schemas"].keys() - before - changed(name)["components"]["schemas"].keys()

    assert new - {"Extra"} == {*found.apart.values(), *found.derived.values()}
    assert all(len(type_) <= 40 for type_ in new)


def test_all_common_changes_together_generate_without_drift(tmp_path):
    """The client imports, and an independent reader finds in it what the document says."""
    document = changed(*COMMONEST)
    effective = correct(document, baseline.corrections()).document
    build(effective, tmp_path / "jobmojito_api")
    report = meaning(document, baseline.corrections(), tmp_path / "jobmojito_api")

    assert report.differences == report.unknown == []


def test_what_the_vendor_repeats_folds_back():
    """Once every place has the new value, it is one type again under its name."""
    named = schemas(_published())
    found = ((name, schema.get("properties", {}).get("mojito_language_code", {})) for name, schema in named.items())
    listed = [name for name, language in found if "enum" in language]
    document = deepcopy(_published())
    languages(document, *listed)
    found = correct(document, baseline.corrections())

    assert len(listed) > 5
    assert (found.apart, found.derived) == ({}, {})
    assert "tlh" in found.document["components"]["schemas"]["LanguageCode"]["enum"]


def test_a_document_without_operations_is_refused_in_a_line():
    """It names the place and the way out."""
    document = deepcopy(_published())
    del document["paths"]

    with pytest.raises(Refused, match=r"^/paths: is missing, .* keep the document that has it$"):
        correct(document, baseline.corrections())
