"""What the generated code does, against what the document declares: requests on the wire, and answers read.

Every operation is called through its low-level functions and its resources, with values made from the published
document; the transport is a fake, so nothing leaves the process.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import httpx
from attrs import define, field, frozen

from scripts.drift.nodes import Node, Structure, kind
from scripts.drift.samples import Unsampled, sample, samples
from scripts.drift.values import Unreadable
from scripts.drift.wire import HOST, Wire, body_of, expected_body, is_form, path_of, query_of, texts

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from scripts.drift.fitting import Fitting
    from scripts.drift.observation import Observation
    from scripts.drift.operations import Operation
    from scripts.drift.reports import Report

TOKEN: Final = "probe-token"  # noqa: S105 - stands in a request that goes nowhere
CONTENT: Final = b"\x00probe"
RESOURCES: Final = "resources/__init__.py"
FUNCTIONS: Final = ("sync_detailed", "sync", "asyncio_detailed", "asyncio")


@frozen
class Probe:
    """One call to make: the arguments by their Python names, and what has to be on the wire."""

    arguments: Mapping[str, Any]
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: tuple[str, Any] | None


@define
class Caller:
    """What a probed resource hands its calls to: it keeps the call and gives itself."""

    asynchronous: bool = False
    call: Any = None

    def __call__(self, call: Any) -> Any:
        """Keep the call."""
        self.call = call
        return self._later() if self.asynchronous else self

    async def _later(self) -> Any:
        return self


@define
class Probes:
    """Calls every operation of an observation and reports what does not come out as declared."""

    seen: Observation
    report: Report
    fitting: Fitting
    wire: Wire = field(factory=Wire, init=False)

    def check(self, declared: list[Operation]) -> None:
        """Probe the operations that the document and the code have both."""
        files = {(found.path, found.method): file for file, found in self.seen.operations.items()}
        pairs = [(found, files.get((found.path, found.method))) for found in declared]
        asyncio.run(self._all([(found, file) for found, file in pairs if file is not None]))

    async def _all(self, pairs: list[tuple[Operation, str]]) -> None:
        transport = httpx.MockTransport(self.wire)
        client = self.seen.package.modules["client.py"].AuthenticatedClient(base_url=HOST, token=TOKEN)
        with httpx.Client(transport=transport, base_url=HOST, trust_env=False) as now:
            async with httpx.AsyncClient(transport=transport, base_url=HOST, trust_env=False) as later:
                client.set_httpx_client(now).set_async_httpx_client(later)
                for operation, file in pairs:
                    await self._operation(operation, file, client)

    async def _operation(self, operation: Operation, file: str, client: Any) -> None:
        """Send what can be sent, in every way there is; then read every declared answer."""
        module = self.seen.package.modules[file]
        probes: list[Probe] = []
        self.wire.reset()
        with self._guard(operation, file):
            probes.extend(self._probes(operation, module.OPERATION))
        for probe in probes:
            with self._guard(operation, file):
                await self._functions(operation, module, probe, client, file)
            for held in self._held(operation, file):
                with self._guard(operation, self.seen.package.file_of(type(held))):
                    await self._resource(operation, probe, client, held, name_of(file))
        if probes:
            with self._guard(operation, file):
                await self._answers(operation, module, client, file, probes[-1])

    @contextmanager
    def _guard(self, operation: Operation, file: str) -> Generator[None]:
        """Report what fails as a difference; a place without a known value is counted and left out."""
        try:
            yield
        except (Unsampled, Unreadable):
            self.report.counts["not probed"] += 1
        except Exception as problem:  # noqa: BLE001 - generated code may raise anything when it is called
            if _fits_twice(problem):
                self.report.counts["not probed"] += 1
                return
            said = f"a declared call fails: {type(problem).__name__}{_places(problem)}"
            self.report.differ(operation.where, file, said)

    def _probes(self, operation: Operation, table: Any) -> Iterator[Probe]:
        """Make calls with everything that can be given, and with what must be given alone; one for each body type."""
        for full in (True, False):
            for content_type in operation.bodies or [None]:
                yield self._probe(operation, table, content_type, full=full)

    def _probe(self, operation: Operation, table: Any, content_type: str | None, *, full: bool) -> Probe:
        arguments: dict[str, Any] = {}
        parts: dict[str, dict[str, list[str]]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
        for entry in table.parameters:
            found = operation.parameters[entry.location, entry.name]
            if full or found.required:
                given = sample(found.node, full=full)
                arguments[entry.attribute] = self.seen.tables.codec.read(entry.type, given).value
                parts[found.location][found.name] = texts(given)
        body = None
        if content_type is not None and (full or operation.body_required):
            given = sample(operation.bodies[content_type], full=full)
            declared = next(entry.type for entry in table.bodies if entry.content_type == content_type)
            sent = _sent(operation, content_type)
            value = self.seen.tables.codec.read(declared, given).value
            arguments["body"] = self._with_files(operation.bodies[content_type], value) if is_form(sent) else value
            body = expected_body(sent, given)
        return Probe(arguments, _filled(operation.path, parts["path"]), parts["query"], _headers(parts), body)

    def _with_files(self, node: Node, value: Any) -> Any:
        """Put a file where the document wants bytes in a form."""
        option = node.options[0]
        if isinstance(option, Structure) and isinstance(value, self.seen.tables.codec.Model):
            properties, given = option.read().properties, value.to_dict()
            for entry in value._table.fields:  # noqa: SLF001 - a model's own table
                if entry.name in given and "binary" in map(kind, properties[entry.name].node.options):
                    file = self.seen.annotations.runtime.File(payload=CONTENT, file_name="probe.bin")
                    setattr(value, entry.attribute, file)
        return value

    async def _functions(self, operation: Operation, module: Any, probe: Probe, client: Any, file: str) -> None:
        """Call each low-level function; each has to put the same request on the wire."""
        for name in FUNCTIONS:
            sent = getattr(module, name)(client=client, **probe.arguments)
            if inspect.isawaitable(sent):
                await sent
            self._request(operation, probe, self.wire.request, f"{name}()", file)
        kwargs = module._get_kwargs(**probe.arguments)  # noqa: SLF001 - part of the generator's public interface
        request = client.get_httpx_client().build_request(**client.complete(kwargs))
        self._request(operation, probe, request, "_get_kwargs()", file)

    def _held(self, operation: Operation, file: str) -> list[Any]:
        """Make the resources that have a method for an operation; each with a caller of its own."""
        found: list[Any] = []
        with self._guard(operation, RESOURCES):
            module = self.seen.package.modules[RESOURCES]
            for make in (module.Resources, module.AsyncResources):
                names = [name for name, value in vars(make).items() if isinstance(value, property)]
                found += [held for name in names if hasattr(held := getattr(make(Caller()), name), name_of(file))]
        return found

    async def _resource(self, operation: Operation, probe: Probe, client: Any, held: Any, name: str) -> None:
        """Call through a resource, which hands the call over as data and gives what its caller gives."""
        file, caller = self.seen.package.file_of(type(held)), held._call  # noqa: SLF001 - where every resource keeps it
        caller.asynchronous = inspect.iscoroutinefunction(getattr(held, name))
        answer = getattr(held, name)(**probe.arguments)
        if (await answer if caller.asynchronous else answer) is not caller:
            self.report.differ(operation.where, file, "a resource does not give what its caller gives")
        request = client.get_httpx_client().build_request(**client.complete(caller.call.request))
        self._request(operation, probe, request, "the resource", file)
        if dict(caller.call.arguments) != dict(probe.arguments):
            self.report.differ(operation.where, file, "a resource does not hand over the arguments as given")

    def _request(self, operation: Operation, probe: Probe, request: httpx.Request | None, what: str, file: str) -> None:
        """Hold a request against what the document declares."""
        if request is None:
            self.report.differ(operation.where, file, f"{what} sends nothing")
            return
        found = {
            "method": (operation.method, request.method),
            "path": (probe.path, path_of(request)),
            "query": (probe.query, query_of(request)),
            "login": (f"Bearer {TOKEN}", request.headers.get("authorization")),
            "header": (probe.headers, {name: request.headers.get(name) for name in probe.headers}),
            "body": (probe.body, body_of(request)),
        }
        for part, (expected, observed) in found.items():
            if expected != observed:
                self.report.differ(operation.where, file, f"{what} puts another {part} on the wire than declared")
        self.report.counts["requests probed"] += 1

    async def _answers(self, operation: Operation, module: Any, client: Any, file: str, probe: Probe) -> None:
        """Answer with a value for each declared status and option; each has to be read as what is declared."""
        for status, node in operation.answers.items():
            self.wire.status = _code(status, operation.answers)
            for value, content in _contents(node):
                self.wire.content = content
                for name in FUNCTIONS:
                    answer = getattr(module, name)(client=client, **probe.arguments)
                    answer = await answer if inspect.isawaitable(answer) else answer
                    if not self._reads(node, value, answer, detailed=name.endswith("detailed")):
                        said = f"{name}() reads the {status} answer otherwise than declared"
                        self.report.differ(operation.where, file, said)
                self.report.counts["answers probed"] += 1

    def _reads(self, node: Node | None, value: Any, answer: Any, *, detailed: bool) -> bool:
        """Tell whether an answer was read as declared; that a value fits two branches of a oneOf is the sample's."""
        parsed = answer.parsed if detailed else answer
        fits = parsed is None if node is None else self.fitting.fits(node, value, parsed)
        return fits and all(one.keyword == "oneOf" for one in (answer.departures if detailed else ()))


def _sent(operation: Operation, content_type: str) -> str:
    """Tell which form a body goes in: of several that hold the same, the first."""
    options = operation.bodies[content_type].options
    return next(kind for kind, node in operation.bodies.items() if node.options == options)


def _fits_twice(problem: Exception) -> bool:
    """Tell whether a request was refused for a value that fits two branches of a oneOf; that is the sample's."""
    problems = getattr(problem, "problems", ())
    return bool(problems) and all(one.keyword == "oneOf" for one in problems)


def name_of(file: str) -> str:
    """Give the name of a module from its file."""
    return file.rpartition("/")[2].removesuffix(".py")


def _filled(path: str, given: Mapping[str, list[str]]) -> str:
    for name, said in given.items():
        path = path.replace(f"{{{name}}}", ",".join(said))
    return path


def _headers(parts: Mapping[str, Mapping[str, list[str]]]) -> dict[str, str]:
    """Write the headers that parameters make; all cookies are one."""
    cookies = [f"{name}={','.join(said)}" for name, said in parts["cookie"].items()]
    headers = {name: ",".join(said) for name, said in parts["header"].items()}
    return {**headers, "cookie": "; ".join(cookies)} if cookies else headers


def _code(status: str, declared: Mapping[str, Any]) -> int:
    """Pick a status for a declared one: its own, one of its family, or one that nothing else declares."""
    if status.isdigit():
        return int(status)
    family = int(status[0]) * 100 if status[0].isdigit() else 500
    return next(code for code in range(family, family + 100) if str(code) not in declared)


def _contents(node: Node | None) -> Iterator[tuple[Any, bytes]]:
    """Make the bodies of an answer: one for each option, full, and one as small as can be."""
    if node is None:
        yield None, b""
    elif {"text", "bytes"} & set(map(kind, node.options)):
        yield CONTENT.decode() if kind(node.options[0]) == "text" else CONTENT, CONTENT
    else:
        for value in [*samples(node, full=True), sample(node, full=False)]:
            yield value, json.dumps(value).encode()


def _places(problem: Exception) -> str:
    """Tell the places of a refused request; other messages may hold values or addresses."""
    places = sorted({one.pointer for one in getattr(problem, "problems", ())})
    return f" at {', '.join(places)}" if places else ""
