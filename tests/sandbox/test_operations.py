"""Every operation of the contract in use, over real HTTP: its success, and each answer that it declares."""

import pytest

from jobmojito.sandbox.contract.document import load

from .current_contract import judge, sandbox, scene, teller  # noqa: F401 - fixtures
from .good_requests import request_for

CONTRACT = load()
ERRORS = [
    (operation.name, int(status))
    for operation in CONTRACT.operations.values()
    for status in operation.answers
    if status.isdigit() and int(status) >= 400
]


@pytest.mark.parametrize("name", CONTRACT.operations)
def test_success_is_what_the_contract_says(name, http, scene, judge):  # noqa: F811 - fixtures
    """A good request of every operation is answered with its success and a body that the raw contract accepts."""
    operation = CONTRACT.operations[name]

    response = http.request(**request_for(operation, scene))

    assert (response.status_code, judge.errors(name, response)) == (operation.success, []), response.text


@pytest.mark.parametrize(("name", "status"), ERRORS)
def test_each_declared_status_can_be_asked_for(name, status, http, judge):  # noqa: F811 - fixtures
    """Each declared error is answered on demand, with a body that the contract accepts for it."""
    operation = CONTRACT.operations[name]

    response = http.request(operation.method, operation.path, headers={"X-Sandbox-Fault": f"status={status}"})

    assert (response.status_code, judge.errors(name, response)) == (status, [])


@pytest.mark.parametrize("name", CONTRACT.operations)
def test_a_bad_authorization_is_refused_by_every_operation(name, http):
    """A missing or malformed token is a 401 that names no field, declared or not: the host itself refuses it."""
    operation = CONTRACT.operations[name]
    headers = ["", "Bearer", "Basic abc", "Bearer a b", "Bearer eyJhbGciOiJub25lIn0.e.x"]

    answers = [http.request(operation.method, operation.path, headers={"Authorization": h}) for h in headers]

    assert [(answer.status_code, set(answer.json())) for answer in answers] == [(401, {"error"})] * len(headers)
