"""Each error status that an operation declares, earned by a request that deserves it."""

import pytest

from jobmojito.sandbox.contract.document import parse
from jobmojito.sandbox.world.calls import HANDLERS
from tests import baseline

from .conftest import listed, refusal
from .good_requests import KNOWN, request_for

CONTRACT = parse(baseline.effective())
DECLARED = [(name, int(status)) for name, operation in CONTRACT.operations.items() for status in operation.answers]
FOREIGN = "11111111-2222-4333-8444-555555555555"
NOBODY = "99999999-2222-4333-8444-555555555555"


@pytest.mark.parametrize(("name", "status"), [entry for entry in DECLARED if entry[1] != 200])
def test_each_declared_error_can_be_had(name, status, make_http, http, scene, judge):
    """Each declared error status is answered with the API's error body, to a request that earns it.

    Operations that keep nothing, those without a handler, know no ids: there a missing or a taken one is asked for.
    """
    request = request_for(CONTRACT.operations[name], scene)
    if name not in HANDLERS and status in (404, 409):
        client = with_fault(request, http, status=status)
    else:
        client = CAUSES[status](request, http, make_http)

    response = client.request(**request)

    assert (response.status_code, judge.errors(name, response)) == (status, []), response.text


def without_token(request, http, _make):
    """A request without the Authorization header."""
    request["headers"]["Authorization"] = ""
    return http


def of_no_merchant_user(_request, _http, make):
    """A caller whose role may not use the merchant endpoints."""
    return make(role="user")


def with_unknown_id(request, http, _make):
    """Every id is one that was never made."""
    for part in ("params", "json", "data"):
        for key in request.get(part, {}).keys() & KNOWN.keys():
            request[part][key] = "never-made" if key == "id" else NOBODY
    return http


def with_bad_input(request, http, _make):
    """A value of a type that the contract refuses: for a body an array, for a query a page of -1 or no uuid."""
    if "data" in request:
        request["files"] = {"file": ("empty.pdf", b"", "application/pdf")}
    elif "json" in request:
        request["json"] = []
    else:
        request["params"] |= {"limit": "-1", "merchant_id": "x", "interview_result_id": "x", "position_id": "x"}
        request["params"] |= {"id": "", "date_from": "x"}
    return http


def with_fault(request, http, _make=None, status=500):
    """A failure on demand."""
    request["headers"]["X-Sandbox-Fault"] = f"status={status}"
    return http


CAUSES = {
    401: without_token,
    403: of_no_merchant_user,
    404: with_unknown_id,
    422: with_bad_input,
    500: with_fault,
}


@pytest.mark.parametrize(
    ("role", "asked", "outcome"),
    [
        ("merchant_owner", FOREIGN, (403, "merchant_id")),
        ("merchant_owner", "its sub-merchant", (200, None)),
        ("admin", FOREIGN, (200, None)),
        ("service_role", FOREIGN, (200, None)),
        ("service_role", None, (422, "merchant_id")),
    ],
)
def test_who_may_act_for_which_merchant(make_http, http, role, asked, outcome):
    """A foreign merchant is a 403, one's own sub-merchant and an admin's are not; a service caller has to name one."""
    branch = listed(http, "/merchant-sub-merchant-list")[0]["id"]
    query = {"merchant_id": branch if asked == "its sub-merchant" else asked} if asked else {}

    answer = make_http(role=role).get("/merchant-status", params=query)

    assert refusal(answer) == outcome
    assert answer.json().get("merchant_id") == (query["merchant_id"] if outcome[0] == 200 else None)


@pytest.mark.parametrize("name", CONTRACT.operations)
def test_a_refused_role_comes_under_a_declared_status(name, make_http, judge):
    """Where an operation declares no 403 a role without rights is a 500, as the vendor's descriptions say."""
    operation = CONTRACT.operations[name]

    response = make_http(role="user").request(operation.method, operation.path)

    wanted = 403 if (name, 403) in DECLARED else 500
    assert (response.status_code, judge.errors(name, response)) == (wanted, [])
