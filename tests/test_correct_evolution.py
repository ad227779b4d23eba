"""The corrections against later versions of the document, as the vendor could publish them."""

from copy import deepcopy

import pytest

from scripts import correct
from scripts.corrections.grammar import operations, schemas
from scripts.files.failures import Refused
from scripts.generation.dialect import read
from scripts.generation.parser import load_config
from tests import baseline

LANGUAGES = "JobInterviewCreateRequest"


@pytest.fixture(scope="module")
def first():
    """Give the baseline document and its corrections."""
    return baseline.published(), baseline.corrections()


@pytest.fixture
def published(first):
    """Give a copy of the baseline document to change."""
    return deepcopy(first[0])


def component(document, name):
    """Give the properties of a component."""
    return document["components"]["schemas"][name]["properties"]


def new_operations(document):
    """Add five operations, one under a tag of its own, with inline types known and unknown."""
    language = deepcopy(component(document, LANGUAGES)["mojito_language_code"])
    body = {
        "type": "object",
        "properties": {
            "mojito_language_code": {**language, "nullable": True},
            "reason": {"type": "string", "enum": ["done", "dropped"], "nullable": True},
            "window": {"type": "object", "nullable": True, "properties": {"from": {"type": "string"}}},
        },
    }
    for number in range(5):
        document["paths"][f"/webhook-job-{number}"] = {
            "post": {
                "tags": ["Webhooks" if number else "Interviews"],
                "requestBody": {"content": {"application/json": {"schema": deepcopy(body)}}, "required": True},
                "responses": {"200": {"description": "Done.", "content": {"application/json": {"schema": body}}}},
            }
        }


def string_to_object(document):
    """Let the form of the binary upload become the object that the text form already takes."""
    form = component(document, "PreScreeningResumeTextRequest")["form"]
    component(document, "PreScreeningResumeBinaryRequest")["form"] = deepcopy(form)


def known_enum_elsewhere(document):
    """Spell the languages out in a place that had free text, and in a query parameter."""
    language = component(document, LANGUAGES)["mojito_language_code"]
    config = component(document, "JobInterviewTokenRequest")
    config["mojito_language_code"] = {**deepcopy(language), "nullable": True}
    parameters = document["paths"]["/merchant-avatar-list"]["get"]["parameters"]
    next(one for one in parameters if one["name"] == "mojito_language_code")["schema"] = deepcopy(language)


def nullability_flipped(document):
    """Let a nullable enum and object lose null, and others gain it."""
    for name, nullable in {"recording": False, "hiring_for_company": False, "type": True, "status": True}.items():
        component(document, LANGUAGES)[name]["nullable"] = nullable


def nullability_as_3_1(document):
    """Let the vendor write nullability as its document's version demands."""
    document.update(correct.normalise(document))


def nullability_as_branches(document):
    """Let the vendor write a nullable type as a union with null."""
    for _, schema in schemas(document):
        if schema.get("nullable") and ("enum" in schema or "properties" in schema):
            content = {key: schema.pop(key) for key in [*schema] if key not in {"description", "example"}}
            content.pop("nullable")
            schema["anyOf"] = [content, {"type": "null"}]


def one_place_loosened(document):
    """Turn one of the ten lists of languages into free text."""
    component(document, "PersonaCreateRequest")["mojito_language_code"] = {"type": "string"}


def every_place_loosened(document):
    """Turn the only list of stages into free text."""
    component(document, "JobInterviewGetResponse")["stage"] = {"type": "string"}


FLOWING = [
    one_place_loosened,
    new_operations,
    string_to_object,
    known_enum_elsewhere,
    nullability_flipped,
    nullability_as_3_1,
    nullability_as_branches,
]


@pytest.mark.parametrize("change", FLOWING)
def test_a_version_with_additions_flows_through(first, published, change):
    """The corrections still fit, and the generator takes all of it."""
    change(published)
    effective = correct.effective(published, first[1])
    parsed = read(effective, load_config())

    assert len(parsed.operations) == len(list(operations(effective)))
    assert sum(enum.made.name.endswith("LanguageCode") for enum in parsed.enums) == 1


@pytest.mark.parametrize("change", [nullability_as_3_1, nullability_as_branches])
def test_an_equivalent_version_has_the_same_effect(first, published, change):
    """Once the vendor writes 3.1, the effective document is what it was."""
    change(published)

    assert correct.effective(published, first[1]) == correct.effective(*first)


def operation_dropped(document):
    """Drop an operation that a correction names."""
    del document["paths"]["/persona-create"]


def property_dropped(document):
    """Drop one of the ten places of the languages."""
    del component(document, "PersonaCreateRequest")["mojito_language_code"]


def post_form_published(document):
    """Publish the guide's POST form."""
    document["paths"]["/job-interview-get"]["post"] = {"responses": {"200": {"description": "Theirs."}}}


def template_mended(document):
    """Mend the defect of the PDF template."""
    component(document, "JobInterviewPdfRequest")["template"] = {"$ref": "#/components/schemas/ReportTemplate"}


STOPPING = [
    (operation_dropped, ["action 4, line 20 ($.paths['/persona-create'].post)", "as far as /paths"]),
    (property_dropped, ["expected 10 places, found 9", "/components/schemas/PersonaCreateRequest/properties/mojito_"]),
    (every_place_loosened, ["action ", "nothing to name HiringStage at /components/schemas/JobInterviewGetResponse"]),
    (post_form_published, ["get_interview_definition' && !@.post]): expected 1 place, found 0"]),
    (template_mended, ["as far as /components/schemas/JobInterviewPdfRequest/properties/template"]),
]


@pytest.mark.parametrize(("change", "complaints"), STOPPING)
def test_a_version_that_a_correction_no_longer_fits_stops(first, published, change, complaints):
    """The refusal names the action or the type, and the pointers."""
    change(published)

    with pytest.raises(Refused) as refusal:
        correct.effective(published, first[1])

    for complaint in complaints:
        assert complaint in str(refusal.value)
