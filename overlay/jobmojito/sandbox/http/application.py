"""The ASGI application: a request is matched with the contract, checked, handled and answered.

Faults are applied on the way.
"""

# Over 300 lines: a request on its way through the sandbox, from the match to the answer.

import asyncio
import copy
import json
import logging
import sys
import threading
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field, frozen
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from jobmojito.sandbox.contract.document import Contract, Operation, load
from jobmojito.sandbox.contract.samples import fit, sample
from jobmojito.sandbox.contract.validation import Refusal, first_problem, is_valid
from jobmojito.sandbox.faults import FILE_DOWNLOAD, HEADER, Fault, Faults, distort
from jobmojito.sandbox.world import HANDLERS
from jobmojito.sandbox.world.calls import Call, Upload
from jobmojito.sandbox.world.store import CREDITS, FILES, World
from jobmojito.sandbox.world.tokens import Caller, authenticate, merchant_for

from .deliveries import Deliveries, Webhooks
from .requests import Body, drain, read_body, read_parameters
from .responses import declared, error_response, json_response, replacement, reset, respond

log = logging.getLogger("jobmojito.sandbox")

ADMIN = "/_sandbox/"
MOST_UPLOADS = 10_000
FILE_TYPES = {"pdf": "application/pdf", "wav": "audio/wav"}

# Makes the response without any fault.
Serve = Callable[[], Awaitable[Response]]


@frozen
class Settings:
    """Limit of a request's body in bytes; whether to validate own answers, and to print a line for each request."""

    body_limit: int = 256 * 1024 * 1024
    check_answers: bool = True
    log_requests: bool = False


@define
class Counters:
    """Counts since the start or the last reset; a request counts as soon as its head has arrived."""

    requests: Counter[str] = field(factory=Counter)
    answers: Counter[tuple[str, int]] = field(factory=Counter)
    faults: Counter[str] = field(factory=Counter)
    invalid_answers: int = 0
    uploads: deque[tuple[str, Upload]] = field(factory=lambda: deque(maxlen=MOST_UPLOADS))
    lock: threading.Lock = field(factory=threading.Lock)

    def count(self, counter: Counter[Any], key: Any) -> None:
        """Add one: to `requests`, `answers` (of an operation and status) or `faults`."""
        with self.lock:
            counter[key] += 1

    def uploaded(self, operation: str, upload: Upload) -> None:
        """Record a file that has arrived whole."""
        with self.lock:
            self.uploads.append((operation, upload))

    def clear(self) -> None:
        """Reset all counts."""
        with self.lock:
            for counts in (self.requests, self.answers, self.faults, self.uploads):
                counts.clear()
            self.invalid_answers = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as JSON; files with their digests, without content."""
        with self.lock:
            return {
                "requests": dict(self.requests),
                "answers": {f"{operation} {status}": count for (operation, status), count in self.answers.items()},
                "faults": dict(self.faults),
                "invalid_answers": self.invalid_answers,
                "uploads": [{"operation": operation, **upload.as_dict()} for operation, upload in self.uploads],
            }


@define
class App:
    """One sandbox; `create_app` makes it, for `httpx.ASGITransport` or a server of your own."""

    contract: Contract
    settings: Settings
    world: World
    faults: Faults
    deliveries: Deliveries
    counters: Counters = field(factory=Counters)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        dispatch = Dispatch(self, Request(scope, receive))
        response = await dispatch.response()
        if self.settings.log_requests:
            outcome, fault = "reset" if response is None else response.status_code, dispatch.fault
            print(dispatch.name, outcome, *([] if fault is None else ["(fault)"]), file=sys.stderr, flush=True)
        if response is None:
            await reset(scope, receive)
        else:
            await respond(response, dispatch.fault, scope, receive, send)

    def clear(self) -> None:
        """Forget all data, files, counts, faults and revoked tokens."""
        for part in (self.world, self.counters, self.faults, self.deliveries):
            part.clear()

    def sample(self, operation: Operation, sent: Mapping[str, Any]) -> Any:
        """Return a made-up answer that repeats what was sent where the contract has it; a list has one row."""
        answer = copy.deepcopy(sample(operation.answer))
        if not isinstance(answer, dict):
            return answer
        properties = operation.answer.get("properties", {})
        answer |= {k: v for k, v in sent.items() if k in properties and is_valid(properties[k], v)}
        if isinstance(answer.get("pagination"), dict) and isinstance(answer.get("data"), list):
            rows, offset = answer["data"], int(sent.get("offset") or 0)
            known = {"total": len(rows), "limit": sent.get("limit"), "offset": offset, "has_more": False}
            answer["data"] = rows[offset:]
            answer["pagination"] |= {k: v for k, v in known.items() if k in answer["pagination"] and v is not None}
        return answer


def create_app(
    *,
    contract: Path | None = None,
    faults: Iterable[Fault] = (),
    credits: float = CREDITS,  # noqa: A002 - the trade's word
    settings: Settings | None = None,
    webhooks: Webhooks | None = None,
) -> App:
    """Return the sandbox as an ASGI application.

    Raises ContractError for a contract that cannot be read, ValueError for credits below 0 or a fault of an operation
    that the contract does not have.
    """
    table = load(contract)
    known = Faults(faults, (*table.operations, *table.webhooks))
    deliveries = Deliveries(table, webhooks or Webhooks(), known)
    return App(table, settings or Settings(), World(credits), known, deliveries)


class Dispatch:
    """One request: `response` serves it, `name` is its operation, without any of the request's data."""

    def __init__(self, app: App, request: Request) -> None:
        self.app, self.request = app, request
        self.name = "unknown endpoint"
        self.fault: Fault | None = None
        self.operation: Operation | None = None

    async def response(self) -> Response | None:
        """Return the response to send; None if the connection is to be reset instead."""
        path = self.request.scope["path"].removeprefix(self.app.contract.base_path)
        found = self.app.contract.find(self.request.method, path)
        if found is not None:
            self.operation, parameters = found
            return await self._misbehaving(self.operation.name, lambda: self._serve(found[0], parameters))
        if path.startswith(FILES):
            return await self._misbehaving(FILE_DOWNLOAD, lambda: self._file(path.removeprefix(FILES)))
        await self._drain()
        return self._about_the_sandbox(path)

    async def _drain(self) -> None:
        await drain(self.request, self.app.settings.body_limit)

    def _about_the_sandbox(self, path: str) -> Response:
        line = f"{self.request.method} {path or '/'}"
        about = {"GET /": self._introduction, f"GET {ADMIN}requests": self._counts, f"POST {ADMIN}reset": self._reset}
        if line in about:
            self.name = line
            return json_response(200, about[line]())
        if methods := self.app.contract.methods(path):
            response = error_response(Refusal(405, "method not allowed"))
            response.headers["allow"] = ", ".join(methods)
            return response
        return error_response(Refusal(404, "no such endpoint"))

    def _introduction(self) -> dict[str, Any]:
        contract = self.app.contract
        return {
            "name": "JobMojito sandbox",
            "about": "A local server that speaks the JobMojito contract. It is not JobMojito, and forgets everything.",
            "contract": f"{contract.title} {contract.version}",
            "operations": len(contract.operations),
            "base_url": self._url(contract.base_path),
            "token": "any text",
            "counts": f"{ADMIN}requests",
        }

    def _counts(self) -> dict[str, Any]:
        return {**self.app.counters.as_dict(), "credits_spent": self.app.world.spent()}

    def _reset(self) -> dict[str, Any]:
        self.app.clear()
        return self._counts()

    def _url(self, path: str) -> str:
        return f"{self.request.url.scheme}://{self.request.url.netloc}{path}"

    async def _misbehaving(self, name: str, serve: Serve) -> Response | None:
        """Return the response with the fault applied, except for faults of the connection."""
        self.name, counters = name, self.app.counters
        counters.count(counters.requests, name)
        try:
            self.fault = fault = self.app.faults.strike(name, self.request.headers.get(HEADER))
        except ValueError as error:
            await self._drain()
            return error_response(Refusal(422, str(error), HEADER))
        if fault is not None:
            counters.count(counters.faults, name)
        response = await (self._faultless(serve) if fault is None else self._faulty(serve, fault))
        if response is not None:
            counters.count(counters.answers, (name, response.status_code))
        return None if fault is not None and fault.reset else response

    async def _faulty(self, serve: Serve, fault: Fault) -> Response | None:
        if fault.reset == "before":
            return None
        await asyncio.sleep(fault.latency)
        if fault.reset == "read" or fault.replaces:
            await self._drain()
        if fault.reset == "read":
            return None
        if fault.replaces:
            return replacement(fault, json_response(200, {}), self.operation)
        response = await self._faultless(serve)
        if fault.status is not None or fault.body is not None:
            return replacement(fault, response, self.operation)
        if self.operation is not None and response.status_code == self.operation.success:
            value = distort(json.loads(bytes(response.body)), self.operation.answer, fault)
            response = json_response(response.status_code, value)
        response.headers.update(fault.extra_headers)
        return response

    async def _faultless(self, serve: Serve) -> Response:
        operation = self.operation
        try:
            return await serve()
        except Refusal as refusal:
            await self._drain()
            return error_response(refusal if operation is None else declared(operation, refusal), operation)
        except ClientDisconnect:
            return error_response(Refusal(400, "the client left before its body had arrived"))
        except Exception:  # a defect of the sandbox is a 500 and a line in its log
            log.exception("%s: the sandbox failed", self.name)
            return error_response(Refusal(500, "the sandbox failed; its log says why"))

    async def _file(self, key: str) -> Response:
        content = self.app.world.fetch(key, self.request.query_params.get("token"))
        media_type = FILE_TYPES[key.rpartition(".")[2]]
        return Response(content, media_type=media_type, headers={"cache-control": "no-store"})

    async def _serve(self, operation: Operation, path: Mapping[str, str]) -> Response:
        caller = authenticate(self.request.headers.get("authorization"), self.app.world.revoked)
        query = read_parameters(operation, self.request, path)
        body = await read_body(operation, self.request, self.app.settings.body_limit)
        for upload in body.files.values():
            self.app.counters.uploaded(operation.name, upload)
        with self.app.world.lock:
            value = self._handle(operation, caller, query, body)
            self.app.deliveries.look(self.app.world.store(caller.environment))
        if operation.answers.get(str(operation.success)) is None:
            return Response(status_code=operation.success)
        return json_response(operation.success, self._checked(operation, value))

    def _handle(self, operation: Operation, caller: Caller, query: Mapping[str, Any], body: Body) -> Any:
        app, sent = self.app, {**query, **body.values}
        merchant_id = merchant_for(operation, caller, query.get("merchant_id") or body.values.get("merchant_id"))
        if (handler := HANDLERS.get(operation.name)) is None:
            return app.sample(operation, sent)
        store = app.world.store(caller.environment)
        call = Call(app.contract, operation, caller, merchant_id, query, body.values, body.files, store, self._sign)
        try:
            return handler(call)
        except Refusal:
            raise
        except Exception:  # a newer contract may break a handler; then it is treated as missing
            app.counters.invalid_answers += 1
            log.exception("%s: the handler failed; a made-up answer is sent instead", operation.name)
            return app.sample(operation, sent)

    def _sign(self, path: str, content: bytes) -> str:
        return self._url(self.app.world.sign(path, content))

    def _checked(self, operation: Operation, value: Any) -> Any:
        schema = operation.answer
        if not self.app.settings.check_answers or (problem := first_problem(schema, value)) is None:
            return value
        self.app.counters.invalid_answers += 1
        fitted = fit(schema, value)
        if not is_valid(schema, fitted):
            log.error("%s: own answer is not what the contract says: %s", operation.name, problem.message)
            raise Refusal(500, "the sandbox made an answer that the contract does not allow")
        log.warning("%s: own answer fitted to the contract: %s", operation.name, problem.message)
        return fitted
