"""The contract drives the server: a new version works without a line of code."""

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

from .conftest import CANDIDATE, POSITION

DOCUMENT = baseline.effective()
HEADERS = {"Authorization": "Bearer any"}
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


def answers(schema):
    """Declared answers: a success with this schema, and errors."""
    error = {"description": "no", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    success = {"description": "ok", "content": {"application/json": {"schema": schema}}}
    return {"200": success, "422": error}


@pytest.fixture
def serve(tmp_path):
    """Start a sandbox on a changed contract and give a client of it."""
    running = []

    def start(change):
        document = json.loads(json.dumps(DOCUMENT))
        change(document)
        path = tmp_path / "contract.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        sandbox = Sandbox(contract=path).start()
        running.append(sandbox)
        return httpx.Client(base_url=sandbox.base_url, headers=HEADERS)

    yield start
    for sandbox in running:
        sandbox.stop()


def test_a_new_operation_is_served(serve):
    """An operation nobody wrote a handler for judges its path, query and body, and answers a valid sample."""
    schema = {"$ref": "#/components/schemas/Node"}
    body = {"content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}}, "required": True}
    flag = {"name": "flag", "in": "query", "required": True, "schema": {"type": "boolean"}}
    number = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
    operation = {"operationId": "grow_node", "requestBody": body, "responses": answers(schema), "parameters": [flag]}

    def change(document):
        document["components"]["schemas"]["Node"] = NODE
        document["paths"]["/node/{number}/grow"] = {"parameters": [number], "post": operation}

    with serve(change) as http:
        good = http.post("/node/5/grow", params={"flag": "true"}, json={"a": 1})
        bad = [
            http.post("/node/five/grow", params={"flag": "true"}, json={"a": 1}),
            http.post("/node/5/grow", params={"flag": "maybe"}, json={"a": 1}),
            http.post("/node/5/grow", params={"flag": "true"}, json={}),
        ]

    assert good.json()["level"] == 11
    assert [(answer.status_code, answer.json()["name"]) for answer in bad] == [
        (422, n) for n in ("number", "flag", "a")
    ]


def test_a_new_operation_may_take_a_plain_form_and_answer_nothing(serve):
    """A form in the body's text is judged like any other, and a success without content has none."""
    schema = {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}}
    operation = {
        "operationId": "count_nodes",
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}, "required": True},
        "responses": {"204": {"description": "counted"}, "422": answers({})["422"]},
    }

    with serve(lambda document: document["paths"].update({"/nodes": {"put": operation}})) as http:
        good = http.put("/nodes", data={"count": "5"})
        bad = [http.put("/nodes", data=data) for data in ({"count": "many"}, {"number": "5"})]

    assert (good.status_code, good.content) == (204, b"")
    assert [(answer.status_code, answer.json()["name"]) for answer in bad] == [(422, "count")] * 2


def test_a_new_list_has_an_end(serve):
    """A synthesized page says that nothing follows, and a page after it is empty: iterating it stops."""
    page = {
        "type": "object",
        "required": ["data", "pagination"],
        "properties": {
            "data": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
            "pagination": {"$ref": "#/components/schemas/Pagination"},
        },
    }
    limits = [p for p in DOCUMENT["paths"]["/merchant-candidate-list"]["get"]["parameters"] if "default" in p["schema"]]
    operation = {"operationId": "list_things", "parameters": limits, "responses": answers(page)}

    with serve(lambda document: document["paths"].update({"/things": {"get": operation}})) as http:
        first, second = (http.get("/things", params={"offset": offset}).json() for offset in (0, 1))

    assert (len(first["data"]), first["pagination"]["has_more"]) == (1, False)
    assert (second["data"], second["pagination"]["total"]) == ([], 1)


def test_a_changed_answer_is_fitted(serve, caplog):
    """A handler's answer that a new version refuses is fitted to it, with a line in the log."""

    def change(document):
        status = document["components"]["schemas"]["MerchantStatus"]
        status["properties"]["candidates"] = {"type": "object", "properties": {}}
        status["properties"]["brand_new"] = {"type": "string", "format": "uuid"}
        status["required"].append("brand_new")

    with caplog.at_level(logging.WARNING, "jobmojito.sandbox"), serve(change) as http:
        response = http.get("/merchant-status")

    assert (response.status_code, response.json()["candidates"]) == (200, {})
    assert len(response.json()["brand_new"]) == 36
    assert "fitted to the contract" in caplog.text


def test_an_operation_that_outgrew_its_handler_is_answered_as_a_new_one_is(serve, caplog):
    """A handler that finds its property renamed is no error of the caller: a made-up answer, and a line in the log."""

    def change(document):
        body = document["components"]["schemas"]["JobInterviewSetStateRequest"]
        body["properties"]["interview"] = body["properties"].pop("position_id")
        body["required"] = ["interview"]

    with serve(change) as http:
        response = http.post("/job-interview-set-state", json={"interview": str(uuid.uuid4()), "status": "active"})

    assert (response.status_code, response.json()["success"]) == (200, True)
    assert "set_interview_state: the handler failed; a made-up answer is sent instead" in caplog.text


def test_errors_are_fitted_too(serve):
    """An error body that has come to need more has it, and still says what is wrong."""

    def change(document):
        error = document["components"]["schemas"]["Error"]
        error["properties"]["code"] = {"type": "integer", "minimum": 1000}
        error["required"].append("code")

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
    before = json.dumps(value)

    assert fit(schema, value) == fitted
    assert json.dumps(value) == before


def test_a_changed_variant_is_fitted_to_the_variant_that_was_meant(serve):
    """Of several forms of an answer the one that was made is kept, with what it has come to need."""

    def change(document):
        screened = document["components"]["schemas"]["PreScreeningResumeBinarySuccess"]
        screened["properties"]["tier"] = {"enum": ["gold", "silver"]}
        screened["required"].append("tier")

    with serve(change) as http:
        position = http.post("/pre-screening-create", json=POSITION).json()["position_def_set_id"]
        form = {"position_id": position, **CANDIDATE}
        files = {"file": ("resume.pdf", b"%PDF-1.4 made up", "application/pdf")}
        outcome = http.post("/job-interview-pre-screening-api-resume-binary", data=form, files=files).json()

    assert (outcome["success"], outcome["tier"]) == (True, "gold")
    assert "pre_screening_score" in outcome


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b'{"openapi": "3.1.0"}'])
def test_a_file_that_is_no_contract_is_refused(tmp_path, content):
    """A file without operations is a ContractError of one line."""
    path = tmp_path / "contract.json"
    path.write_bytes(content)

    with pytest.raises(ContractError) as error:
        load(path)

    assert "\n" not in str(error.value)


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


def test_schemas_that_are_flags_and_patterns_of_another_dialect_are_read():
    """Anything fits `true`, nothing fits `false`, and a pattern that Python cannot read is left to the API."""
    words = {"type": "string", "pattern": "^\\p{L}+$", "maxLength": 9}
    body = {"type": "object", "properties": {"any": {"$ref": "#/s/Any"}, "none": {"$ref": "#/s/None"}, "words": words}}
    operation = {"requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {}}
    document = {"paths": {"x-note": "none", "/x": {"post": operation}}, "s": {"Any": True, "None": False}}
    read = parse(document).operations["post_/x"].bodies["application/json"]

    assert is_valid(read, {"any": 1, "words": "+"})
    assert not is_valid(read, {"none": 1})
    assert not is_valid(read, {"words": "more than nine"})


def test_references_to_parameters_bodies_and_answers_are_followed():
    """A document that shares its parts by reference is read like one that spells them out."""
    shared = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    document = {
        "paths": {
            "/x": {
                "post": {
                    "operationId": "x",
                    "parameters": [{"$ref": "#/components/parameters/limit"}],
                    "requestBody": {"$ref": "#/components/requestBodies/b"},
                    "responses": {"200": {"$ref": "#/components/responses/r"}},
                }
            }
        },
        "components": {
            "parameters": {"limit": shared},
            "requestBodies": {"b": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
            "responses": {"r": {"description": "", "content": {"application/json": {"schema": {"type": "null"}}}}},
        },
    }

    operation = parse(document).operations["x"]

    assert (operation.parameters[0].name, operation.body_required, operation.answer) == (
        "limit",
        True,
        {"type": "null"},
    )
