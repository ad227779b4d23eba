"""Every operation of the contract in use through the client people import, sync and async, over real HTTP."""

import asyncio

import httpx
import pytest

import jobmojito
from jobmojito import AsyncJobMojito, JobMojito
from jobmojito.calls.retries import is_repeatable
from jobmojito_api import File
from jobmojito_api.codec import table_of
from jobmojito_api.resources import OPERATIONS, operation

from .conftest import TRUST
from .current_contract import judge, sandbox, scene, teller  # noqa: F401 - fixtures
from .good_requests import JSON, MULTIPART, parameters_for, request_for
from .test_operations import CONTRACT, ERRORS

BY_STATUS = {
    401: jobmojito.AuthenticationError,
    403: jobmojito.PermissionDeniedError,
    404: jobmojito.NotFoundError,
    409: jobmojito.ConflictError,
    422: jobmojito.ValidationError,
    429: jobmojito.RateLimitError,
}
# The error comes before anything is looked up, so these need not exist.
ANYWHERE = dict.fromkeys(("interview", "position", "result"), "11111111-2222-4333-8444-555555555555")


@pytest.fixture(params=["sync", "async"])
def call(request, http, sandbox):  # noqa: F811 - a fixture
    """Call an operation's resource method in the environment of `http`; answers have to be the contract's."""
    options = {"base_url": sandbox.base_url, "strict": True, "retry": jobmojito.RetryPolicy.none()}
    token = http.headers["Authorization"].removeprefix("Bearer ")

    def sync(name, arguments, headers):
        with httpx.Client(verify=TRUST) as own, JobMojito(token, http_client=own, **options) as jm:
            return method(jm.with_options(headers=headers), name)(**arguments)

    async def awaited(name, arguments, headers):
        async with httpx.AsyncClient(verify=TRUST) as own, AsyncJobMojito(token, http_client=own, **options) as jm:
            return await method(jm.with_options(headers=headers), name)(**arguments)

    def call(name, arguments, **headers):
        chosen = {"X-Sandbox-Fault": headers["fault"]} if headers else {}
        if request.param == "sync":
            return sync(name, arguments, chosen)
        return asyncio.run(awaited(name, arguments, chosen))

    return call


def method(jm, name):
    """The resource method of an operation, on whichever resource has it."""
    resources = (getattr(jm, attribute) for attribute in dir(jm) if not attribute.startswith("_"))
    return next(getattr(resource, name) for resource in resources if hasattr(resource, name))


def arguments_for(name, scene):  # noqa: F811 - a fixture
    """The keyword arguments of a good call; a body is a mapping where it has one form alone, else a model."""
    request, given = (make(CONTRACT.operations[name], scene) for make in (request_for, parameters_for))
    declared = operation(name)
    arguments = {p.attribute: given[p.name] for p in declared.parameters if p.name in given}
    if "json" in request:
        arguments["body"] = request["json"] if len(declared.bodies) == 1 else model(declared, JSON, request["json"])
    elif "data" in request:
        arguments["body"] = request["data"]
    if "files" in request:
        files = {key: File(content, name, kind) for key, (name, content, kind) in request["files"].items()}
        arguments["body"] = model(declared, MULTIPART, request["data"] | files)
    return arguments


def model(declared, media, values):
    """The model of one form of the body."""
    kind = next(body.type.python for body in declared.bodies if body.content_type == media)
    return kind(**{field.attribute: values[field.name] for field in table_of(kind).fields if field.name in values})


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_good_call_reads_without_departures(name, call, scene, sandbox):  # noqa: F811 - fixtures
    """Each operation succeeds with one request, and strictly read its answer departs nowhere from the contract."""
    arguments, before = arguments_for(name, scene), sandbox.requests[name]

    call(name, arguments)

    assert sandbox.requests[name] - before == 1


@pytest.mark.parametrize(("name", "status"), ERRORS)
def test_each_declared_error_is_its_exception(name, status, call, sandbox):  # noqa: F811 - a fixture
    """Each declared error status is the exception of that status, of that operation, from one request.

    A 5xx to what must not be done twice leaves the outcome unknown; the exception of the status is its cause.
    """
    arguments, before = arguments_for(name, ANYWHERE), sandbox.requests[name]
    unknown = status >= 500 and not is_repeatable(name, operation(name).method)

    with pytest.raises(jobmojito.OutcomeUnknownError if unknown else jobmojito.ApiError) as raised:
        call(name, arguments, fault=f"status={status}")

    error = raised.value.cause if unknown else raised.value
    assert type(error) is BY_STATUS.get(status, jobmojito.ServerError if status >= 500 else jobmojito.ApiError)
    assert (error.status_code, error.operation) == (status, name)
    assert sandbox.requests[name] - before == 1
