"""The contract drives the server: a new version works without a line of code."""

import copy
import json
import logging
import uuid

import httpx
import pytest

from jobmojito.sandbox import ContractError, Sandbox
from jobmojito.sandbox.contract.document import load, parse
from jobmojito.sandbox.contract.samples import fit, sample
from jobmojito.sandbox.contract.validation import is_valid
from tests import baseline

from .conftest import CANDIDATE, POSITION, refusal
from .good_requests import JSON, URLENCODED

DOCUMENT = baseline.effective()
NODE = {
    "type": "object",
    "required": ["id", "level"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "level": {"type": "integer", "exclusiveMinimum": 10},
        "day": {"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
    },
}


def content(schema, media=JSON):
    """A body or an answer with this schema."""
    return {"description": "", "content": {media: {"schema": schema}}}


ERROR = content({"$ref": "#/components/schemas/Error"})


@pytest.fixture
def serve(tmp_path):
    """Start a sandbox on a contract with changed schemas and more paths, and give a client of it."""
    running = []

    def start(change=lambda schemas: None, **paths):
        document = copy.deepcopy(DOCUMENT)
        change(document["components"]["schemas"])
        document["paths"] |= paths
        path = tmp_path / "contract.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        running.append(Sandbox(contract=path).start())
        return httpx.Client(base_url=running[-1].base_url, headers={"Authorization": "Bearer any"})

    yield start
    for sandbox in running:
        sandbox.stop()


def test_a_new_operation_is_served(serve):
    """An operation nobody wrote a handler for judges its path, query and body, and answers a valid sample."""
    flag = {"name": "flag", "in": "query", "required": True, "schema": {"type": "boolean"}}
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
    operation = {
        "operationId": "grow_node",
        "requestBody": content({"type": "object", "required": ["a"]}) | {"required": True},
        "responses": {"200": content({"$ref": "#/components/schemas/Node"}), "422": ERROR},
        "parameters": [flag],
    }
    paths = {"/node/{number}/grow": {"parameters": [number], "post": operation}}

    with serve(lambda schemas: schemas.update(Node=NODE), **paths) as http:
        good, *bad = (
            http.post(f"/node/{number}/grow", params={"flag": flag}, json=body)
            for number, flag, body in (("5", "true", {"a": 1}), ("five", "true", {"a": 1}), ("5", "maybe", {"a": 1}),
                                       ("5", "true", {}))
        )  # fmt: skip

    assert good.json()["level"] == 11
    assert [refusal(answer) for answer in bad] == [(422, name) for name in ("number", "flag", "a")]


def test_a_new_operation_may_take_a_plain_form_and_answer_nothing(serve):
    """A form in the body's text is judged like any other, and a success without content has none."""
    schema = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}}
    operation = {
        "operationId": "count_nodes",
        "requestBody": content(schema, URLENCODED) | {"required": True},
        "responses": {"204": {"description": "counted"}, "422": ERROR},
    }

    with serve(**{"/nodes": {"put": operation}}) as http:
        good, *bad = (http.put("/nodes", data=data) for data in ({"count": "5"}, {"count": "many"}, {"number": "5"}))

    assert (good.status_code, good.content) == (204, b"")
    assert [refusal(answer) for answer in bad] == [(422, "count")] * 2


def test_a_new_list_has_an_end(serve):
    """A synthesized page says that nothing follows, and a page after it is empty: iterating it stops."""
    rows = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}
    properties = {"data": rows, "pagination": {"$ref": "#/components/schemas/Pagination"}}
    page = {"type": "object", "required": ["data", "pagination"], "properties": properties}
    limits = [p for p in DOCUMENT["paths"]["/merchant-candidate-list"]["get"]["parameters"] if "default" in p["schema"]]
    operation = {"operationId": "list_things", "parameters": limits, "responses": {"200": content(page)}}

    with serve(**{"/things": {"get": operation}}) as http:
        first, second = (http.get("/things", params={"offset": offset}).json() for offset in (0, 1))

    assert (len(first["data"]), first["pagination"]["has_more"]) == (1, False)
    assert (second["data"], second["pagination"]["total"]) == ([], 1)


def test_a_changed_answer_is_fitted(serve, caplog):
    """A handler's answer that a new version refuses is fitted to it, with a line in the log."""

    def change(schemas):
        status = schemas["MerchantStatus"]
        status["properties"]["candidates"] = {"type": "object", "properties": {}}
        status["properties"]["brand_new"] = {"type": "string", "format": "uuid"}
        status["required"].append("brand_new")

    with caplog.at_level(logging.WARNING, "jobmojito.sandbox"), serve(change) as http:
        status = http.get("/merchant-status").json()

    assert (status["candidates"], len(status["brand_new"])) == ({}, 36)
    assert "fitted to the contract" in caplog.text


def test_an_operation_that_outgrew_its_handler_is_answered_as_a_new_one_is(serve, caplog):
    """A handler that finds its property renamed is no error of the caller: a made-up answer, and a line in the log."""

    def change(schemas):
        body = schemas["JobInterviewSetStateRequest"]
        body["properties"]["interview"] = body["properties"].pop("position_id")
        body["required"] = ["interview"]

    with serve(change) as http:
        response = http.post("/job-interview-set-state", json={"interview": str(uuid.uuid4()), "status": "active"})

    assert (response.status_code, response.json()["success"]) == (200, True)
    assert "set_interview_state: the handler failed; a made-up answer is sent instead" in caplog.text


def test_errors_are_fitted_too(serve):
    """An error body that has come to need more has it, and still says what is wrong."""

    def change(schemas):
        schemas["Error"]["properties"]["code"] = {"type": "integer", "minimum": 1000}
        schemas["Error"]["required"].append("code")

    with serve(change) as http:
        refused = http.post("/job-interview-create", json={})
        asked_for = http.get("/merchant-status", headers={"X-Sandbox-Fault": "status=500"})

    assert refused.json() == {"error": "name is required", "name": "name", "code": 1000}
    assert asked_for.json() == {"error": "The sandbox answers 500, as asked", "code": 1000}


ROW = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "tag": {"enum": ["a", "b"]}}}
WORDS = {"type": "object", "required": ["words"], "properties": {"words": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "value", "fitted"),
    [
        (ROW, {"id": 5, "tag": "b", "more": [None]}, {"id": 5, "tag": "b", "more": [None]}),
        (ROW, {"id": "5", "tag": "b"}, {"id": 1, "tag": "b"}),
        (ROW, {"tag": "c"}, {"id": 1, "tag": "a"}),
        ({**ROW, "additionalProperties": False}, {"id": 5, "more": 1}, {"id": 5}),
        ({"type": "array", "items": ROW}, [{"id": 5}, {"id": None}, 7], [{"id": 5}, {"id": 1}, {"id": 1, "tag": "a"}]),
        ({"anyOf": [{"type": "null"}, WORDS, ROW]}, {"id": 5, "tag": "c"}, {"id": 5, "tag": "a"}),
        ({"type": "string"}, {"id": 5}, "sample"),
    ],
)
def test_what_fits_is_kept(schema, value, fitted):
    """Only what a schema refuses or misses is made up; the value that was given stays as it was."""
    before = copy.deepcopy(value)

    assert fit(schema, value) == fitted
    assert value == before


def test_a_changed_variant_is_fitted_to_the_variant_that_was_meant(serve):
    """Of several forms of an answer the one that was made is kept, with what it has come to need."""

    def change(schemas):
        screened = schemas["PreScreeningResumeBinarySuccess"]
        screened["properties"]["tier"] = {"enum": ["gold", "silver"]}
        screened["required"].append("tier")

    with serve(change) as http:
        position = http.post("/pre-screening-create", json=POSITION).json()["position_def_set_id"]
        files = {"file": ("resume.pdf", b"%PDF-1.4 made up", "application/pdf")}
        form = {"position_id": position, **CANDIDATE}
        outcome = http.post("/job-interview-pre-screening-api-resume-binary", data=form, files=files).json()

    assert (outcome["success"], outcome["tier"], "pre_screening_score" in outcome) == (True, "gold", True)


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b'{"openapi": "3.1.0"}'])
def test_a_file_that_is_no_contract_is_refused(tmp_path, content):
    """A file without operations is a ContractError of one line."""
    path = tmp_path / "contract.json"
    path.write_bytes(content)

    with pytest.raises(ContractError, match=r"\A.+\Z"):
        load(path)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "minLength": 9}, "samplexxx"),
        ({"type": "string", "maxLength": 3}, "sam"),
        ({"type": "string", "format": "date"}, "2026-01-15"),
        ({"type": "integer", "maximum": -5}, -5),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "integer", "minimum": 7, "multipleOf": 5}, 10),
        ({"enum": [None, "a"]}, "a"),
        ({"const": 3}, 3),
        ({"type": ["null", "boolean"]}, True),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"allOf": [{"allOf": [{"type": "integer"}, {"minimum": 7}]}, {"maximum": 7}]}, 7),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 3}, [1, 1, 1]),
        ({"type": "string", "example": 5, "default": "kept"}, "kept"),
        ({}, None),
    ],
)
def test_samples_are_plain_and_valid(schema, value):
    """A sample is the plainest value that its schema accepts; an example that is invalid is not used."""
    assert sample(schema) == value


def test_a_sample_ends_where_its_schema_comes_again():
    """A person with friends and two parents is one object, not one for each way back, twelve levels deep."""
    person = {"$ref": "#/s/Person"}
    properties = {"name": {"type": "string"}, "friends": {"type": "array", "items": person}}
    schema = {"type": "object", "properties": properties | {"mother": person, "father": person}}
    document = {"paths": {"/x": {"get": {"responses": {"200": content(person)}}}}, "s": {"Person": schema}}
    made = sample(parse(document).operations["get_/x"].answer)

    assert made["name"] == "sample"
    assert len(str(made)) < 1000


def test_schemas_that_are_flags_and_patterns_of_another_dialect_are_read():
    """Anything fits `true`, nothing fits `false`, and a pattern that Python cannot read is left to the API."""
    words = {"type": "string", "pattern": "^\\p{L}+$", "maxLength": 9}
    body = {"type": "object", "properties": {"any": {"$ref": "#/s/Any"}, "none": {"$ref": "#/s/None"}, "words": words}}
    operation = {"requestBody": content(body), "responses": {}}
    document = {"paths": {"x-note": "none", "/x": {"post": operation}}, "s": {"Any": True, "None": False}}
    read = parse(document).operations["post_/x"].bodies[JSON]

    values = [{"any": 1, "words": "+"}, {"none": 1}, {"words": "more than nine"}]
    assert [is_valid(read, value) for value in values] == [True, False, False]


def test_references_to_parameters_bodies_and_answers_are_followed():
    """A document that shares its parts by reference is read like one that spells them out."""
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    operation = {
        "operationId": "x",
        "parameters": [{"$ref": "#/shared/limit"}],
        "requestBody": {"$ref": "#/shared/body"},
        "responses": {"200": {"$ref": "#/shared/answer"}},
    }
    shared = {"limit": limit, "body": content({}) | {"required": True}, "answer": content({"type": "null"})}

    read = parse({"paths": {"/x": {"post": operation}}, "shared": shared}).operations["x"]

    assert (read.parameters[0].name, read.body_required, read.answer) == ("limit", True, {"type": "null"})
