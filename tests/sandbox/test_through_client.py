"""Every operation through the client people import, sync and async, over real HTTP: success and each declared error."""

import asyncio

import httpx
import pytest

import jobmojito
from jobmojito import AsyncJobMojito, JobMojito
from jobmojito_api import File
from jobmojito_api.models import KnowledgeBaseDocumentUploadMultipart, PreScreeningResumeBinaryRequest
from jobmojito_api.resources import OPERATIONS

from .conftest import TRUST
from .test_operations import DECLARED, request_for, scene  # noqa: F401 - the fixture

ERRORS = {
    401: jobmojito.AuthenticationError,
    403: jobmojito.PermissionDeniedError,
    404: jobmojito.NotFoundError,
    409: jobmojito.ConflictError,
    422: jobmojito.ValidationError,
    500: jobmojito.ServerError,
}
# The error comes before anything is looked up, so these need not exist.
ANYWHERE = dict.fromkeys(("interview", "position", "result"), "11111111-2222-4333-8444-555555555555")
FORMS = {
    "upload_knowledge_base_document": KnowledgeBaseDocumentUploadMultipart,
    "pre_screen_resume_binary": PreScreeningResumeBinaryRequest,
}


@pytest.fixture(params=["sync", "async"])
def call(request, http, sandbox):
    """Call an operation's resource method in the environment of `http`; answers have to be the contract's."""
    options = {"base_url": sandbox.base_url, "strict": True}
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
    resources = (getattr(jm, attribute) for attribute in RESOURCES)
    return next(getattr(resource, name) for resource in resources if hasattr(resource, name))


RESOURCES = ("interviews", "results", "candidates", "knowledge_base", "pre_screening", "catalogue", "admin")


def arguments_for(name, scene):  # noqa: F811 - a fixture
    """The keyword arguments of a good call."""
    request = request_for(name, scene)
    if name in FORMS:
        file_name, content, mime_type = request["files"]["file"]
        fields = FORMS[name].__attrs_attrs__
        named = {field.name for field in fields}
        file = File(payload=content, file_name=file_name, mime_type=mime_type)
        return {"body": FORMS[name](**{k: v for k, v in request["data"].items() if k in named}, file=file)}
    body = {"body": request["json"]} if "json" in request else {}
    return {**request["params"], **body}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_good_call_reads_without_departures(name, call, scene, sandbox):  # noqa: F811 - a fixture
    """Each operation succeeds with one request, and strictly read its answer departs nowhere from the contract."""
    arguments, before = arguments_for(name, scene), sandbox.requests[name]

    call(name, arguments)

    assert sandbox.requests[name] - before == 1


@pytest.mark.parametrize(("name", "status"), [entry for entry in DECLARED if entry[1] != 200])
def test_each_declared_error_is_its_exception(name, status, call, sandbox):
    """Each declared error status is the exception of that status, from one request and with the API's message."""
    arguments, before = arguments_for(name, ANYWHERE), sandbox.requests[name]

    with pytest.raises(ERRORS[status]) as raised:
        call(name, arguments, fault=f"status={status}")

    error = raised.value
    assert (error.status_code, error.operation) == (status, name)
    assert error.message == f"The sandbox answers {status}, as asked"
    assert sandbox.requests[name] - before == 1
