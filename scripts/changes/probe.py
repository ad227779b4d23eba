"""Calls the operations of one generated package, in a process of its own: two packages have the same import name.

    python -I -B probe.py FOLDER      the folder that holds the package jobmojito_api

First it prints how the package calls the arguments of each operation; then it reads calls and answers, a line of JSON,
and prints what was sent for each call and what was read from each answer.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

_BOUNDARY = re.compile(r"boundary=([^;]+)")


def main(folder: str) -> None:
    """Answer one line of calls."""
    sys.path.insert(0, folder)
    if Path(str(import_module("jobmojito_api").__file__)).parent.parent.resolve() != Path(folder).resolve():
        sys.exit("there is no package in this folder")  # an installed one would be called instead
    operations = dict(_operations())
    names = {
        f"{operation.method} {operation.path}": {
            "name": name,
            "arguments": {f"{one.location} parameter {one.name!r}": one.attribute for one in operation.parameters},
        }
        for name, operation in operations.items()
    }
    print(json.dumps(names), flush=True)
    asked = json.loads(sys.stdin.readline())
    client = import_module("jobmojito_api.client").AuthenticatedClient(
        "https://api.example.com", "not a token", httpx_args={"transport": httpx.MockTransport(_record)}
    )
    sent = [_send(operations.get(call["operation"]), call, client) for call in asked["calls"]]
    got = [_read(operations.get(one["operation"]), one) for one in asked["answers"]]
    print(json.dumps({"sent": sent, "read": got}))


def _operations() -> Any:
    for name, module in import_module("jobmojito_api.resources").OPERATIONS.items():
        yield name, import_module(f"jobmojito_api.api.{module}").OPERATION


def _record(request: httpx.Request) -> httpx.Response:
    """Answer a request with itself; the random boundary of a form is replaced."""
    headers, content = dict(request.headers), request.read().decode("utf-8", "backslashreplace")
    for boundary in _BOUNDARY.findall(headers.get("content-type", "")):
        headers["content-type"] = headers["content-type"].replace(boundary, "BOUNDARY")
        content = content.replace(boundary, "BOUNDARY")
    url = str(request.url).removeprefix("https://api.example.com")
    return httpx.Response(200, json={"method": request.method, "url": url, "headers": headers, "body": content})


def _send(operation: Any, call: dict[str, Any], client: Any) -> dict[str, Any]:
    if operation is None:
        return {"refused": "there is no operation of this name"}
    arguments = dict(call["arguments"])
    known = {one.attribute for one in operation.parameters} | ({"body"} if operation.bodies else set())
    if unknown := arguments.keys() - known:
        return {"refused": f"there is no argument {min(unknown)}"}
    try:
        if "body" in arguments:
            arguments["body"] = _body(operation, call["content_type"], arguments["body"])
        request = client.complete(operation.call(arguments).request)
    except import_module("jobmojito_api.errors").InvalidRequest as error:
        return {"refused": "; ".join(f"{one.pointer or 'the body'}: {one.keyword}" for one in error.problems)}
    found: dict[str, Any] = client.get_httpx_client().request(**request).json()
    return found


def _body(operation: Any, content_type: str, value: Any) -> Any:
    """Make a body: a mapping, or a model where there are several to choose from."""
    declared = next((one for one in operation.bodies if one.content_type == content_type), operation.bodies[0])
    value = _with_files(value)
    python = getattr(declared.type, "python", None)
    return python.from_dict(value) if python is not None and len(operation.bodies) > 1 else value


def _with_files(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"$file"}:
            return import_module("jobmojito_api.types").File(value["$file"].encode(), "sample.pdf", "application/pdf")
        return {name: _with_files(inner) for name, inner in value.items()}
    return [_with_files(inner) for inner in value] if isinstance(value, list) else value


def _read(operation: Any, answer: dict[str, Any]) -> dict[str, Any]:
    if operation is None:
        return {}  # there is no operation of this name
    try:
        reading = operation.call({}).read(answer["status"], answer["content"].encode())
    except import_module("jobmojito_api.errors").InvalidAnswer:
        return {"value": "not readable"}
    departures = [f"{one.pointer}: {one.keyword}" for one in reading.departures]
    return {"value": _described(reading.value), "departures": departures}


def _described(value: Any) -> Any:
    """Write a value as users see it: models by their attributes, and what is not JSON by its `repr`."""
    if isinstance(value, list | tuple):
        return [_described(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _described(inner) for name, inner in value.items()}
    if hasattr(value, "additional_properties"):
        given = {name: inner for name, inner in vars(value).items() if repr(inner) != "UNSET"}
        return {name: _described(inner) for name, inner in given.items() if inner or name != "additional_properties"}
    return str(value) if isinstance(value, str) else value if isinstance(value, int | float | None) else repr(value)


if __name__ == "__main__":
    main(sys.argv[1])
