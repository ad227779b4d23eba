"""One request on its way to an answer: judged, handled, and misbehaved about where that is asked for."""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

from attrs import evolve
from starlette.requests import ClientDisconnect, Request

from jobmojito.sandbox.contract.document import Operation
from jobmojito.sandbox.contract.samples import fit
from jobmojito.sandbox.contract.validation import first_problem
from jobmojito.sandbox.faults.distortions import spoil
from jobmojito.sandbox.faults.faults import FILE_DOWNLOAD, HEADER, Fault
from jobmojito.sandbox.refusals import Refusal, invalid
from jobmojito.sandbox.world.calls import HANDLERS, Call
from jobmojito.sandbox.world.files import PREFIX
from jobmojito.sandbox.world.tokens import MERCHANT_ROLES, Caller, authenticate

from .answers import declared, error_answer, extra_headers, json_answer, replaced
from .parts import Parts
from .requests import Body, drain, read_body, read_parameters
from .responses import Answer

log = logging.getLogger("jobmojito.sandbox")

ADMIN = "/_sandbox/"
FILE_TYPES = {"pdf": "application/pdf", "wav": "audio/wav"}


class ResetWanted(Exception):  # noqa: N818 - a signal to the caller
    """The connection is to be reset instead of answered."""


class Exchange:
    """One request on its way to an answer."""

    def __init__(self, parts: Parts, request: Request) -> None:
        self.parts, self.request = parts, request
        self.fault: Fault | None = None
        self.operation: Operation | None = None

    async def answer(self) -> Answer:
        """The answer to send. Raises ResetWanted where the connection is to be dropped instead."""
        path = self.request.scope["path"].removeprefix(self.parts.contract.base_path)
        if path.startswith(ADMIN):
            return self._administer(path.removeprefix(ADMIN))
        if path.startswith(PREFIX):
            return await self._misbehaving(FILE_DOWNLOAD, None, {"key": path.removeprefix(PREFIX)})
        found = self.parts.contract.find(self.request.method, path)
        if found is None:
            await drain(self.request, self.parts.settings.body_limit)
            return self._nowhere(path)
        self.operation, path_parameters = found
        return await self._misbehaving(self.operation.name, self.operation, path_parameters)

    def _nowhere(self, path: str) -> Answer:
        if methods := self.parts.contract.methods(path):
            answer = error_answer(Refusal(405, "method not allowed"))
            return evolve(answer, headers={"allow": ", ".join(methods)})
        return error_answer(Refusal(404, "no such endpoint"))

    def _administer(self, name: str) -> Answer:
        line = (self.request.method, name)
        if line == ("POST", "reset"):
            self.parts.clear()
        elif line != ("GET", "requests"):
            return error_answer(Refusal(404, "no such endpoint"))
        return json_answer(200, {**self.parts.tally.as_dict(), "credits_spent": self.parts.world.spent()})

    async def _misbehaving(self, name: str, operation: Operation | None, path: Mapping[str, str]) -> Answer:
        """The answer with the request's fault applied, as far as that is not a matter of the wire."""
        self.parts.tally.received(name)
        try:
            self.fault = fault = self.parts.faults.strike(name, self.request.headers.get(HEADER))
        except ValueError as error:
            await drain(self.request, self.parts.settings.body_limit)
            return error_answer(Refusal(422, str(error), HEADER))
        if fault is not None:
            self.parts.tally.struck(name)
            await self._before(fault)
        if fault is not None and fault.replaces:
            await drain(self.request, self.parts.settings.body_limit)
            answer = replaced(fault, json_answer(200, {}), operation)
        else:
            answer = await self._truthful(operation, path)
            answer = answer if fault is None else self._distorted(answer, fault)
        self.parts.tally.answered(name, answer.status)
        if fault is not None and fault.reset == "after":
            raise ResetWanted
        return answer

    async def _before(self, fault: Fault) -> None:
        if fault.reset == "before":
            raise ResetWanted
        if fault.latency:
            await asyncio.sleep(fault.latency)
        if fault.reset == "read":
            await drain(self.request, self.parts.settings.body_limit)
            raise ResetWanted

    async def _truthful(self, operation: Operation | None, path: Mapping[str, str]) -> Answer:
        try:
            if operation is None:
                return self._file(path["key"])
            return await self._serve(operation, path)
        except Refusal as refusal:
            await drain(self.request, self.parts.settings.body_limit)
            return error_answer(refusal if operation is None else declared(operation, refusal), operation)
        except ClientDisconnect:
            return error_answer(Refusal(400, "the client left before its body had arrived"))
        except Exception:  # a defect of the sandbox is a 500 and a line in its log, as a server's is
            log.exception("%s: the sandbox failed", operation.name if operation else FILE_DOWNLOAD)
            return error_answer(Refusal(500, "the sandbox failed; its log says why"))

    def _file(self, key: str) -> Answer:
        file = self.parts.storage.fetch(key, self.request.query_params.get("token"))
        return Answer(200, file.content, FILE_TYPES[key.rpartition(".")[2]], {"cache-control": "no-store"})

    async def _serve(self, operation: Operation, path: Mapping[str, str]) -> Answer:
        caller = authenticate(self.request.headers.get("authorization"), frozenset(self.parts.revoked))
        if caller.role not in MERCHANT_ROLES:
            raise Refusal(403, "this needs a merchant user")
        query = read_parameters(operation, self.request, path)
        body = await read_body(operation, self.request, self.parts.settings.body_limit)
        for upload in body.files.values():
            self.parts.tally.uploaded(operation.name, upload)
        with self.parts.world.lock:
            value = self._handle(operation, caller, query, body)
        if operation.answers.get(str(operation.success)) is None:
            return Answer(operation.success)
        return json_answer(operation.success, self._checked(operation, value))

    def _handle(self, operation: Operation, caller: Caller, query: Mapping[str, Any], body: Body) -> Any:
        asked = query.get("merchant_id") or body.values.get("merchant_id")
        merchant_id = acting_for(operation, caller, str(asked) if asked else None)
        handler = HANDLERS.get(operation.name)
        if handler is None:
            return self.parts.generic(operation, query)
        store = self.parts.world.store(caller.environment)
        call = Call(
            self.parts.contract, operation, caller, merchant_id, query, body.values, body.files, store, self._sign
        )
        try:
            return handler(call)
        except Refusal:
            raise
        except Exception:  # a contract that has moved on can leave a handler behind: then it is like one without
            self.parts.tally.invalid_answers += 1
            log.exception("%s: the handler failed; a made-up answer stands for its own", operation.name)
            return self.parts.generic(operation, query)

    def _sign(self, path: str, content: bytes) -> str:
        url = self.request.url
        return f"{url.scheme}://{url.netloc}{self.parts.storage.sign(path, content)}"

    def _checked(self, operation: Operation, value: Any) -> Any:
        schema = operation.answer
        if not self.parts.settings.check_answers or (problem := first_problem(schema, value)) is None:
            return value
        self.parts.tally.invalid_answers += 1
        fitted = fit(schema, value)
        if first_problem(schema, fitted) is not None:
            log.error("%s: own answer is not what the contract says: %s", operation.name, problem.message)
            raise Refusal(500, "the sandbox made an answer that the contract does not allow")
        log.warning("%s: own answer fitted to the contract: %s", operation.name, problem.message)
        return fitted

    def _distorted(self, answer: Answer, fault: Fault) -> Answer:
        if fault.status is not None or fault.body is not None:
            return replaced(fault, answer, self.operation)
        if self.operation is not None and answer.status == self.operation.success:
            schema = self.operation.answer
            answer = json_answer(answer.status, spoil(json.loads(answer.content), schema, fault))
        return evolve(answer, headers={**answer.headers, **extra_headers(fault)})


def acting_for(operation: Operation, caller: Caller, asked: str | None) -> str:
    """The merchant that a request is for. Raises a 422 where a service caller names none, a 403 for a foreign one.

    Operations that declare no 403 go by the token, as the contract words it for callers who may not choose.
    """
    if caller.is_service and asked is None and operation.accepts("merchant_id"):
        raise invalid("merchant_id", "merchant_id is required for service callers")
    if asked is None or caller.may_act_for(asked):
        return asked or caller.merchant_id or ""
    if operation.declares(403):
        raise Refusal(403, "this merchant is not yours to act for", "merchant_id")
    return caller.merchant_id or ""
