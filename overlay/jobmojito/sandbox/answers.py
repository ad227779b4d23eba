"""Answers as bytes: the API's JSON and errors, a fault's own, and values fitted to a contract that has moved on."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from .checks import validator
from .contract import Operation, Schema
from .faults import Fault
from .refusals import Refusal
from .samples import sample
from .wire import Answer

# What an operation answers where the contract does not declare the status that fits best. 401 stays as it is, for
# the host itself refuses a request without a token, whatever the operation declares.
INSTEAD = {403: 500, 404: 422, 409: 422, 422: 500}

OWN_BODIES = {
    "html": ("text/html", b"<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"),
    "text": ("text/plain", b"upstream connect error or disconnect/reset before headers"),
    "empty": ("text/plain", b""),
    "broken": ("application/json", b'{"error": "cut in the mid'),
}


def declared(operation: Operation, refusal: Refusal) -> Refusal:
    """The refusal under a status that the operation declares."""
    status = refusal.status
    while status in INSTEAD and not operation.declares(status):
        status = INSTEAD[status]
    return Refusal(status, refusal.message, refusal.name)


def mend(schema: Schema, value: Any) -> Any:
    """Fit an answer to a contract that has moved on: samples in the place of whatever it refuses."""
    root: dict[Any, Any] = {"": copy.deepcopy(value)}
    for error in list(validator(schema).iter_errors(value)):
        holder: Any = root
        path: list[Any] = ["", *error.absolute_path]
        for part in path[:-1]:
            holder = holder[part]
        part, known = path[-1], error.schema if isinstance(error.schema, Mapping) else {}
        if error.validator == "required":
            missing = [name for name in known["required"] if name not in holder[part]]
            holder[part] |= {name: sample(known.get("properties", {}).get(name, {})) for name in missing}
        else:
            holder[part] = sample(known)
    return root[""]


def json_answer(status: int, value: Any) -> Answer:
    """A JSON answer as the API writes it: UTF-8, lone surrogates escaped."""
    try:
        return Answer(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    except UnicodeEncodeError:
        return Answer(status, json.dumps(value, separators=(",", ":")).encode())


def error_answer(refusal: Refusal) -> Answer:
    """The API's error body under its status."""
    return json_answer(refusal.status, refusal.body())


def replaced(fault: Fault, answer: Answer) -> Answer:
    """The answer of a fault with a status or a body of its own."""
    status = fault.status or answer.status
    headers = {**answer.headers, **extra_headers(fault)}
    if fault.body in OWN_BODIES:
        media_type, content = OWN_BODIES[fault.body]
        return Answer(status, content, media_type, headers)
    return evolve(json_answer(status, {"error": f"The sandbox answers {status}, as asked"}), headers=headers)


def extra_headers(fault: Fault) -> dict[str, str]:
    """The header fields that a fault adds."""
    return {**fault.headers, **({} if fault.retry_after is None else {"retry-after": fault.retry_after})}
