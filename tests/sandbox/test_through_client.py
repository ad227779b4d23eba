"""Every operation of the contract in use through the client people import, sync and async, over real HTTP."""

import asyncio

import httpx
import pytest

import jobmojito
from jobmojito import AsyncJobMojito, JobMojito
from jobmojito_api import File
from jobmojito_api.codec import table_of
from jobmojito_api.resources import OPERATIONS, operation

from .conftest import TRUST
from .current_contract import judge, sandbox, scene, teller  # noqa: F401 - fixtures
from .good_requests import JSON, MULTIPART, parameters_for, request_for
from .test_operations import CONTRACT


def sync(name, arguments, token, options):
    """Call an operation's method of the client."""
    with httpx.Client(verify=TRUST) as own, JobMojito(token, http_client=own, **options) as jm:
        return method(jm, name)(**arguments)


def awaited(name, arguments, token, options):
    """Call an operation's method of the async client."""

    async def call():
        async with httpx.AsyncClient(verify=TRUST) as own, AsyncJobMojito(token, http_client=own, **options) as jm:
            return await method(jm, name)(**arguments)

    return asyncio.run(call())


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


@pytest.mark.parametrize("call", [sync, awaited])
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_good_call_reads_without_departures(name, call, http, scene, sandbox):  # noqa: F811 - fixtures
    """Each operation succeeds with one request, and strictly read its answer departs nowhere from the contract."""
    options = {"base_url": sandbox.base_url, "strict": True, "retry": jobmojito.RetryPolicy.none()}
    token, before = http.headers["Authorization"].removeprefix("Bearer "), sandbox.requests[name]

    call(name, arguments_for(name, scene), token, options)

    assert sandbox.requests[name] - before == 1
