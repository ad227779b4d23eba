"""Answers as bytes: the API's JSON and errors, a fault's own, and values fitted to a contract that has moved on."""

import json
from typing import Any

from attrs import evolve

from jobmojito.sandbox.contract.document import Operation
from jobmojito.sandbox.contract.samples import fit
from jobmojito.sandbox.faults.faults import Fault
from jobmojito.sandbox.refusals import Refusal

from .responses import BODILESS, Answer

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


def json_answer(status: int, value: Any) -> Answer:
    """A JSON answer as the API writes it: UTF-8, lone surrogates escaped."""
    try:
        return Answer(status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    except UnicodeEncodeError:
        return Answer(status, json.dumps(value, separators=(",", ":")).encode())


def error_answer(refusal: Refusal, operation: Operation | None = None) -> Answer:
    """The API's error body under its status, as the operation declares it."""
    if operation is None or refusal.status < 400:  # noqa: PLR2004 - where errors begin
        return json_answer(refusal.status, refusal.body())
    return json_answer(refusal.status, fit(operation.answers.get(str(refusal.status)) or {}, refusal.body()))


def replaced(fault: Fault, answer: Answer, operation: Operation | None = None) -> Answer:
    """The answer of a fault with a status or a body of its own."""
    status = fault.status or answer.status
    headers = {**answer.headers, **extra_headers(fault)}
    if status in BODILESS:
        return Answer(status, headers=headers)
    if fault.body in OWN_BODIES:
        media_type, content = OWN_BODIES[fault.body]
        return Answer(status, content, media_type, headers)
    said = Refusal(status, f"The sandbox answers {status}, as asked")
    return evolve(error_answer(said, operation), headers=headers)


def extra_headers(fault: Fault) -> dict[str, str]:
    """The header fields that a fault adds."""
    return {**fault.headers, **({} if fault.retry_after is None else {"retry-after": fault.retry_after})}
