"""Calls every operation of the client that can be imported, as its contract says, and stops at what goes wrong.

    python tests/operations.py

Meant for a contract that no test has seen: each operation is called with each form of its body, sync and async, and
answered with a sample of each status that it declares. What is sent and read is judged by JSON Schema on the contract,
not by the generated tables.
"""

import asyncio
import importlib
import json
import sys

import httpx

from jobmojito import JobMojito
from jobmojito.sandbox.contract import document as contract
from jobmojito.sandbox.contract import samples
from jobmojito.sandbox.contract.validation import validator
from jobmojito_api import AuthenticatedClient, File
from jobmojito_api.codec import Model, read, table_of, write
from jobmojito_api.resources import OPERATIONS, Resources

TOKEN = "made-up"


def main():
    """Call everything; the last line says how much that was."""
    operations = contract.load().operations
    assert operations.keys() == OPERATIONS.keys()
    calls = sum(call_operation(declared) for declared in operations.values())
    print(f"{len(operations)} operations, {calls} calls")


def call_operation(declared):
    """Call one operation in every way; gives the number of calls."""
    module = importlib.import_module(f"jobmojito_api.api.{OPERATIONS[declared.name]}")
    ways = [
        (content_type, status, schema)
        for content_type in declared.bodies or [None]
        for status, schema in declared.answers.items()
        if status.isdigit()
    ]
    for way in ways:
        asyncio.run(call_both(module, declared, *way))
    return 2 * len(ways)


async def call_both(module, declared, content_type, status, schema):
    """Call an operation sync, async and through the overlay; all have to send and read the same."""
    answer = None if schema is None else samples.sample(schema)
    seen = []

    def handle(request):
        seen.append(request)
        return httpx.Response(int(status), content=b"" if schema is None else json.dumps(answer))

    base, transport = "https://example.com/api", httpx.MockTransport(handle)
    client = AuthenticatedClient(base_url=base, token=TOKEN, httpx_args={"transport": transport})
    arguments = arguments_for(module.OPERATION, declared, content_type)
    responses = [
        module.sync_detailed(client=client, **arguments),
        await module.asyncio_detailed(client=client, **arguments),
    ]
    if status == str(declared.success):
        with JobMojito(TOKEN, base_url=base, transport=transport) as jm:
            assert schema is None or write(method(jm, declared.name)(**arguments)) == answer, declared.name
        check_request(seen.pop(), declared, content_type)
    for request, response in zip(seen, responses, strict=True):
        check_request(request, declared, content_type)
        assert (int(response.status_code), response.departures) == (int(status), ()), (declared.name, status)
        assert is_as_received(response, schema, answer), (declared.name, status)


def arguments_for(operation, declared, content_type):
    """A call's arguments: every parameter, and the body as a model."""
    schemas = {parameter.name: parameter.schema for parameter in declared.parameters}
    given = {one.attribute: read(one.type, samples.sample(schemas[one.name])).value for one in operation.parameters}
    body = next((one for one in operation.bodies if one.content_type == content_type), None)
    if body is not None:
        given["body"] = with_files(read(body.type, samples.sample(declared.bodies[content_type])).value, declared, body)
    return given


def with_files(model, declared, body):
    """A model with something to upload wherever a file belongs."""
    properties = declared.bodies[body.content_type].get("properties", {})
    for field in table_of(model).fields if isinstance(model, Model) else ():
        if properties.get(field.name, {}).get("format") == "binary":
            setattr(model, field.attribute, File(payload=b"%PDF-1.4", file_name="a.pdf", mime_type="application/pdf"))
    return model


def method(jm, name):
    """The method of an operation on whichever resource has it."""
    attributes = [attribute for attribute, value in vars(Resources).items() if isinstance(value, property)]
    (found,) = [getattr(getattr(jm, one), name) for one in attributes if hasattr(getattr(jm, one), name)]
    return found


def check_request(request, declared, content_type):
    """The request line, the login and the body are what the contract declares."""
    assert request.method == declared.method, declared.name
    assert declared.pattern.fullmatch(request.url.path.removeprefix("/api")), declared.name
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    sent = set(request.url.params)
    assert sent <= {parameter.name for parameter in declared.parameters}, (declared.name, sent)
    if content_type is not None:
        assert request.headers["Content-Type"].startswith(content_type), declared.name
    if content_type == "application/json":
        assert not list(validator(declared.bodies[content_type]).iter_errors(json.loads(request.content))), (
            declared.name
        )


def is_as_received(response, schema, answer):
    """Whether what was read, written again, is what came."""
    return schema is None or write(response.parsed) == answer


if __name__ == "__main__":
    sys.exit(main())
