"""Calls every operation of a generated client as its contract says, and stops at what goes wrong.

    python -m tests.wire.exchanges

Each operation is called through each of its functions and its resources, with each form of its body, with everything
that can be given and with what must be given alone, and answered with a sample of each status that it declares. What is
sent and read is judged by JSON Schema on the contract and by the specification's table of styles, not by the generated
tables. The transport is a fake, so nothing leaves the process.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import importlib
import inspect
import json
import sys
from pathlib import Path
from urllib.parse import quote

import httpx
from attrs import evolve, frozen

from jobmojito import JobMojito
from jobmojito.sandbox.contract.document import load
from jobmojito.sandbox.contract.samples import sample
from jobmojito.sandbox.contract.validation import is_valid
from tests.wire.styles import pairs, piece, text

TOKEN = "made-up"
BASE = "https://example.com/api"
CONTENT = b"%PDF-1.4"
UNESCAPED = ",.;="  # what a path may hold as it is, and the styles of a path put between its parts
VALID = set()  # several functions send the same body: it is judged once
FUNCTIONS = ("sync_detailed", "sync", "asyncio_detailed", "asyncio")


@frozen
class Client:
    """A generated package, under whatever name it is imported, and the contract that ships with it."""

    package: str
    operations: dict
    document: dict

    @classmethod
    def of(cls, package="jobmojito_api"):
        """Make one of an importable package."""
        path = Path(importlib.import_module(package).__file__).parent / "contract.json"
        declared = {(one.method, one.path): one for one in load(path).operations.values()}
        tables = importlib.import_module(f"{package}.resources")
        found = {name: tables.operation(name) for name in tables.OPERATIONS}
        operations = {name: evolve(declared.pop((one.method, one.path)), name=name) for name, one in found.items()}
        assert not declared, "the client has not all operations of its contract"
        return cls(package, operations, json.loads(path.read_bytes()))

    def styles(self, declared):
        """How each parameter of an operation is written, by location and name, defaults filled in."""
        item = self.document["paths"][declared.path]
        found = {}
        for one in (*item.get("parameters", []), *item[declared.method.lower()].get("parameters", [])):
            part = self.document["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            style = part.get("style", "simple" if part["in"] in ("path", "header") else "form")
            found[part["in"], part["name"]] = {"style": style, "explode": part.get("explode", style == "form")}
        return found

    def module(self, name):
        """Import a module of the package."""
        return importlib.import_module(f"{self.package}.{name}")

    def check(self, name):
        """Call one operation in every way; gives the number of calls. AssertionError says what goes wrong."""
        calls = 0
        for way in ways(self.operations[name]):
            exchange = Exchange(self, self.operations[name], way)
            calls += asyncio.run(exchange.functions()) + asyncio.run(exchange.resources())
        return calls


@frozen
class Way:
    """One way to call: the form of the body, whether everything is given, and the status that is answered."""

    media: str | None
    full: bool
    status: int


def ways(declared):
    """Every form with everything and with the least, answered with success; every other status once."""
    for media in declared.bodies or [None]:
        yield from (Way(media, full, declared.success) for full in (True, False))
    for status in declared.answers.keys() - {str(declared.success)}:
        yield Way(next(iter(declared.bodies), None), full=True, status=_code(status, declared.answers))


def _code(status, declared):
    """A status for a declared one: its own, one of its family, or one that nothing else declares."""
    if status.isdigit():
        return int(status)
    family = int(status[0]) * 100 if status[0].isdigit() else 500
    return next(code for code in range(family, family + 100) if str(code) not in declared)


class Exchange:
    """One way to call one operation: what is given, what has to be sent for it, and what is answered."""

    def __init__(self, client, declared, way):
        self.client, self.declared, self.way = client, declared, way
        self.codec = client.module("codec")
        self.table = client.module(f"api.{client.module('resources').OPERATIONS[declared.name]}")
        self.answer, self.content = self._answered()
        self.arguments, self.given, self.body = {}, {}, None
        self.styles = client.styles(declared)
        self._parameters()
        if way.media is not None and (way.full or declared.body_required):
            self._body()

    def _answered(self):
        status = str(self.way.status)
        family = next((one for one in (status, f"{status[0]}XX", "default") if one in self.declared.answers), None)
        schema = self.declared.answers.get(family)
        answer = None if schema is None else sample(schema)
        return answer, b"" if schema is None else json.dumps(answer).encode()

    def _parameters(self):
        """Give each parameter a value of its own, as far as its schema has several, so that none passes for another."""
        schemas = {(one.location, one.name): one for one in self.declared.parameters}
        for number, entry in enumerate(self.table.OPERATION.parameters, 3):
            one = schemas[entry.location, entry.name]
            if self.way.full or one.required:
                tries = (f"{entry.name}-{number}", number, sample(one.schema))
                value = next(one_try for one_try in tries if is_valid(one.schema, one_try))
                self.arguments[entry.attribute] = self.codec.read(entry.type, value).value
                self.given.setdefault(entry.location, {})[entry.name] = value

    def _body(self):
        self.body = sample(self.declared.bodies[self.way.media])
        type_ = next(one.type for one in self.table.OPERATION.bodies if one.content_type == self.way.media)
        model = self.codec.read(type_, self.body).value
        properties = self.declared.bodies[self.way.media].get("properties", {})
        for one in self.codec.table_of(model).fields if isinstance(model, self.codec.Model) else ():
            if properties.get(one.name, {}).get("format") == "binary":
                file = self.client.module("types").File(payload=CONTENT, file_name="a.pdf", mime_type="application/pdf")
                setattr(model, one.attribute, file)
        self.arguments["body"] = model

    async def functions(self):
        """Call every function; all have to send the same and to read what is answered."""
        sent = []

        def handle(request):
            sent.append(request)
            return httpx.Response(self.way.status, content=self.content)

        client = self._client(httpx.MockTransport(handle))
        for name in FUNCTIONS:
            found = getattr(self.table, name)(client=client, **self.arguments)
            found = await found if inspect.isawaitable(found) else found
            detailed = name.endswith("detailed")
            if detailed:
                assert (int(found.status_code), found.departures) == (self.way.status, ()), self._what(name)
            parsed = found.parsed if detailed else found
            assert self.answer is None or self.codec.write(parsed) == self.answer, self._what(name)
            self._judge(sent.pop(), name)
        kwargs = self.table._get_kwargs(**self.arguments)
        self._judge(client.get_httpx_client().build_request(**client.complete(kwargs)), "_get_kwargs")
        return len(FUNCTIONS)

    async def resources(self):
        """Call through both kinds of resources: they hand the call over as given, and give what their caller gives."""
        module, client = self.client.module("resources"), self._client(httpx.MockTransport(lambda _: None))
        for kind in (module.Resources, module.AsyncResources):
            calls, answer = [], object()

            def caller(call, calls=calls, answer=answer, kind=kind):
                calls.append(call)
                return _later(answer) if kind is module.AsyncResources else answer

            found = method(kind(caller), self.declared.name, kind)(**self.arguments)
            found = await found if inspect.isawaitable(found) else found
            (call,) = calls
            assert found is answer, self._what(kind.__name__)
            assert dict(call.arguments) == self.arguments, self._what(kind.__name__)
            self._judge(client.get_httpx_client().build_request(**client.complete(call.request)), kind.__name__)
        return 2

    def _client(self, transport):
        arguments = {"transport": transport, "trust_env": False, "verify": False}  # nothing is connected to
        client = self.client.module("client").AuthenticatedClient(base_url=BASE, token=TOKEN, httpx_args=arguments)
        later = httpx.AsyncClient(base_url=BASE, headers={"Authorization": f"Bearer {TOKEN}"}, **arguments)
        return client.set_async_httpx_client(later)

    def _what(self, name):
        return f"{self.declared.name}: {name}() with {self.way}"

    def _judge(self, request, name):
        """Hold a request against what the contract declares, part by part."""
        assert (request.method, request.url.raw_path.decode().partition("?")[0]) == (
            self.declared.method,
            httpx.URL(BASE).path + self._path(),
        ), self._what(name)
        query = [pair for some in self._written("query", pairs).values() for pair in some]
        assert sorted(request.url.params.multi_items()) == sorted(query), self._what(name)
        headers = self._written("header", piece)
        cookies = ["=".join(pair) for some in self._written("cookie", pairs).values() for pair in some]
        headers |= {"Cookie": "; ".join(cookies)} if cookies else {}
        assert {key: request.headers.get(key) for key in headers} == headers, self._what(name)
        assert request.headers["Authorization"] == f"Bearer {TOKEN}", self._what(name)
        self._judge_body(request, name)

    def _path(self):
        path = self.declared.path
        for key, written in self._written("path", piece).items():
            path = path.replace(f"{{{key}}}", quote(written, safe=UNESCAPED))
        return path

    def _written(self, location, write):
        """What each parameter of a place has to be in the request."""
        given = self.given.get(location, {}).items()
        return {key: write(key, value, **self.styles[location, key]) for key, value in given}

    def _judge_body(self, request, name):
        if self.body is None:
            assert request.read() == b"", self._what(name)
            return
        sent, forms = request.headers["Content-Type"], self.declared.bodies
        same = [kind for kind in forms if forms[kind] == forms[self.way.media]]
        assert sent.startswith(same[0]), self._what(name)  # of several forms that hold the same, the first
        if sent == "application/json":
            found = json.loads(request.read())
            assert found == self.body, self._what(name)
            judged = self.client.package, self.declared.name, self.way.media, request.read()
            assert judged in VALID or is_valid(forms[self.way.media], found), self._what(name)
            VALID.add(judged)
        elif sent.startswith("multipart/form-data"):
            assert parts(sent, request.read()) == self._form(), self._what(name)

    def _form(self):
        """The parts of a form: texts as they are, other values as JSON, files as their content."""
        properties = self.declared.bodies[self.way.media].get("properties", {})
        found = []
        for key, value in self.body.items():
            for one in value if isinstance(value, list) else [value]:
                plain = json.dumps(one) if isinstance(one, dict) else text(one)
                is_file = properties.get(key, {}).get("format") == "binary"
                found.append((key, CONTENT if is_file else plain.encode()))
        return sorted(found)


async def _later(answer):
    return answer


def parts(content_type, body):
    """The parts of a multipart body by name, read by Python's own parser of messages."""
    message = email.message_from_bytes(
        f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=email.policy.HTTP
    )
    found = [
        (one.get_param("name", header="content-disposition"), one.get_payload(decode=True))
        for one in message.iter_parts()
    ]
    return sorted((name, content.removesuffix(b"\n")) for name, content in found)


def method(resources, name, kind):
    """The method of an operation on whichever resource has it; `kind` has the resources for its properties."""
    attributes = [attribute for attribute, value in vars(kind).items() if isinstance(value, property)]
    (found,) = [getattr(one, name) for at in attributes if hasattr(one := getattr(resources, at), name)]
    return found


def main():
    """Call everything, through the overlay too; the last line says how much that was."""
    client = Client.of()
    calls = sum(client.check(name) for name in client.operations)
    for name in client.operations:
        through_overlay(client, name)
    print(f"{len(client.operations)} operations, {calls} calls")


def through_overlay(client, name):
    """An operation called on the overlay's client gives what was answered."""
    declared = client.operations[name]
    for way in (one for one in ways(declared) if one.status == declared.success and one.full):
        exchange = Exchange(client, declared, way)
        answer = {"status_code": way.status, "content": exchange.content}
        transport = httpx.MockTransport(lambda _, answer=answer: httpx.Response(**answer))
        with JobMojito(TOKEN, base_url=BASE, transport=transport) as jm:
            found = method(jm, name, client.module("resources").Resources)(**exchange.arguments)
        assert exchange.answer is None or exchange.codec.write(found) == exchange.answer, name


if __name__ == "__main__":
    sys.exit(main())
