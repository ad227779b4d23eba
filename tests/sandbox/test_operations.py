"""Every operation over real HTTP: its success and each error status that the contract declares for it."""

import json
import uuid
from importlib import resources

import pytest

from jobmojito.sandbox.contract import load
from jobmojito.sandbox.samples import sample

CONTRACT = load()
DOCUMENT = json.loads(resources.files("jobmojito_api").joinpath("contract.json").read_bytes())
DECLARED = [
    (declared["operationId"], int(status))
    for item in DOCUMENT["paths"].values()
    for declared in item.values()
    for status in declared["responses"]
]
FOREIGN = "11111111-2222-4333-8444-555555555555"
NOBODY = "99999999-2222-4333-8444-555555555555"
RESUME = {"file": ("resume.pdf", b"%PDF-1.4 made up", "application/pdf")}
FORM = {"candidate_name": "Ann Example", "candidate_email": "ann@example.com"}

# Properties that have to name something which exists, and the fixture or value that does.
KNOWN = {
    "position_id": "interview",
    "interview_id": "interview",
    "position_def_set_id": "position",
    "update_position_def_set_id": "position",
    "interview_result_id": "result",
}
# Where the contract's examples alone make no sensible request.
OVERRIDES = {
    "create_interview": {"interview_length": 5},
    "create_interview_for_candidate": {"candidate_email": "new@example.com"},
    "create_catalogue_directory": {"parent_tag": None, "visibility": "merchant_public"},
    "update_catalogue_directory": {"visibility": "merchant_public"},
    "generate_interview_url": {"type": "interview-results-for-position"},
    "generate_interview_report": {"interview_result_ids": []},
    "pre_screen_resume_text": {"candidate_email": "ann@example.com"},
}


@pytest.fixture
def scene(http, interview, position, result):
    """An environment in which everything that a request may name exists."""
    http.post("/catalogue-tag-create", json={"id": "sales-coaching-en", "name": "Sales"})
    return {"interview": interview, "position": position, "result": result}


def request_for(name, scene):
    """A good request of an operation as httpx arguments, made from the contract's own samples."""
    operation = CONTRACT.operations[name]
    query = {p.name: KNOWN.get(p.name) or sample(p.schema) for p in operation.parameters if p.required}
    request = {"method": operation.method, "url": operation.path, "params": known(query, scene)}
    if "multipart/form-data" in operation.bodies:
        store = {"knowledge_base_store_id": str(uuid.uuid4())} if name.startswith("upload") else {}
        request |= {"data": {"position_id": scene["position"], **FORM, **store}, "files": RESUME}
    elif operation.bodies:
        body = sample(operation.bodies["application/json"])
        body.pop("merchant_id", None)
        request["json"] = known(body | OVERRIDES.get(name, {}), scene)
    if name == "create_catalogue_directory":
        request["json"]["id"] = "another-one"
    return request


def known(values, scene):
    """The values with ids of what exists in the scene."""
    return {key: scene[KNOWN[key]] if key in KNOWN else value for key, value in values.items()}


@pytest.mark.parametrize("name", [name for name, status in DECLARED if status == 200])
def test_success_is_what_the_contract_says(name, http, scene, judge):
    """A good request of every operation is answered 200 with a body that the raw contract accepts."""
    response = http.request(**request_for(name, scene))

    assert (response.status_code, judge.errors(name, response)) == (200, [])


@pytest.mark.parametrize(("name", "status"), [entry for entry in DECLARED if entry[1] != 200])
def test_each_declared_error_can_be_had(name, status, make_http, http, scene, judge):
    """Each declared error status is answered with the API's error body, to a request that earns it."""
    request = request_for(name, scene)
    client = CAUSES[status](name, request, http, make_http)

    response = client.request(**request)

    assert (response.status_code, judge.errors(name, response)) == (status, []), response.text


def without_token(_name, request, http, _make):
    """A request without the Authorization header."""
    request["headers"] = {"Authorization": ""}
    return http


def of_no_merchant_user(_name, _request, _http, make):
    """A caller whose role may not use the merchant endpoints."""
    return make(role="user")


def with_unknown_id(_name, request, http, _make):
    """Every id is one that was never made."""
    for part in ("params", "json", "data"):
        for key in request.get(part) or {}:
            request[part][key] = NOBODY if key in KNOWN else request[part][key]
    if request["url"].startswith("/catalogue"):
        request["json" if "json" in request else "params"]["id"] = "never-made"
    return http


def with_taken_id(_name, request, http, _make):
    """A directory id that exists."""
    request["json"]["id"] = "sales-coaching-en"
    return http


def with_bad_input(_name, request, http, _make):
    """A value of a type that the contract refuses: for a body an array, for a query a page of -1 or no uuid."""
    if "data" in request:
        request["files"] = {"file": ("empty.pdf", b"", "application/pdf")}
    elif "json" in request:
        request["json"] = []
    else:
        request["params"] |= {"limit": "-1", "merchant_id": "x", "interview_result_id": "x", "position_id": "x"}
        request["params"] |= {"id": "", "date_from": "x"}
    return http


def with_fault(_name, request, http, _make):
    """A failure on demand."""
    request["headers"] = {"X-Sandbox-Fault": "status=500"}
    return http


CAUSES = {
    401: without_token,
    403: of_no_merchant_user,
    404: with_unknown_id,
    409: with_taken_id,
    422: with_bad_input,
    500: with_fault,
}


@pytest.mark.parametrize("name", CONTRACT.operations)
def test_a_bad_authorization_is_refused_by_every_operation(name, http):
    """A missing or malformed token is a 401 with the error body, declared or not: the host itself refuses it."""
    operation = CONTRACT.operations[name]
    headers = ["", "Bearer", "Basic abc", "Bearer a b", "Bearer eyJhbGciOiJub25lIn0.e.x"]

    answers = [http.request(operation.method, operation.path, headers={"Authorization": h}) for h in headers]

    assert [(answer.status_code, set(answer.json())) for answer in answers] == [(401, {"error"})] * len(headers)


def test_foreign_merchants_are_refused(make_http, http):
    """Naming another merchant is a 403 on the merchant_id; an admin may, and so may its own sub-merchants' operator."""
    refused = http.get("/merchant-status", params={"merchant_id": FOREIGN})
    allowed = make_http(role="admin").get("/merchant-status", params={"merchant_id": FOREIGN})
    branch = http.get("/merchant-sub-merchant-list").json()["data"][0]["id"]
    own = http.get("/merchant-status", params={"merchant_id": branch})

    assert (refused.status_code, refused.json()["name"]) == (403, "merchant_id")
    assert (allowed.status_code, allowed.json()["merchant_id"]) == (200, FOREIGN)
    assert (own.status_code, own.json()["merchant_id"]) == (200, branch)


def test_a_service_caller_has_to_name_the_merchant(make_http):
    """For a service token a missing merchant_id is a 422 that names it."""
    service = make_http(role="service_role")

    missing = service.get("/merchant-status")
    named = service.get("/merchant-status", params={"merchant_id": FOREIGN})

    assert (missing.status_code, missing.json()["name"], named.status_code) == (422, "merchant_id", 200)


@pytest.mark.parametrize("name", CONTRACT.operations)
def test_a_refused_role_comes_under_a_declared_status(name, make_http, judge):
    """Where an operation declares no 403 a role without rights is a 500, as the vendor's descriptions say."""
    operation = CONTRACT.operations[name]

    response = make_http(role="user").request(operation.method, operation.path)

    wanted = 403 if (name, 403) in DECLARED else 500
    assert (response.status_code, judge.errors(name, response)) == (wanted, [])
