"""Operations as data: the declared table, a call made from arguments, and the answer read by its status.

The low-level functions send a call themselves (`send`, `send_async`); the resource classes pass it to the caller that
they were made with, so that timeouts, retries and errors are decided in one place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from attrs import field, frozen

from .codec import ANY, BYTES, NOTHING, TEXT, Departure, Object, Reading, Type, check, kind_of, pointer, to_be_sent
from .encoding import Body, encode, is_json, quick_json
from .errors import InvalidAnswer, InvalidRequest, UnexpectedStatus
from .loading import read_json
from .parameters import Findings, Parameter, add_parameter, finish_query
from .types import UNSET, Response, as_status

if TYPE_CHECKING:
    from collections.abc import Awaitable

    import httpx

    from .client import AuthenticatedClient as AuthenticatedClient  # noqa: PLC0414 - annotations name it here
    from .client import Client as Client  # noqa: PLC0414

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# What is sent although the document does not have it: the API may know more enum values than its document.
_ALLOWED: Final = frozenset({"enum"})


@frozen(eq=False, slots=False)
class Call(Generic[T_co]):
    """One call as data. `repr` leaves out the arguments, which may hold secrets.

    `arguments` are those of the caller, without those that are `UNSET`.
    """

    definition: Operation[T_co]
    arguments: Mapping[str, Any] = field(repr=False)

    @cached_property
    def request(self) -> dict[str, Any]:
        """Arguments for httpx: method, relative url, params, and files, data or content with headers.

        Without Authorization. Made at first use, as `prepare` does without more.

        Raises:
            InvalidRequest: the contract refuses the arguments; nothing was sent.
        """
        return self.prepare()[0]

    @property
    def kwargs(self) -> dict[str, Any]:
        """The same with a JSON body as a value, `json`, as the functions of openapi-python-client give it."""
        request = dict(self.request)
        if "content" in request and is_json(request["headers"]["Content-Type"]):
            request["json"] = json.loads(request.pop("content"))
        return request

    def prepare(self, allowed: frozenset[str] = _ALLOWED) -> tuple[dict[str, Any], list[Departure]]:
        """Make the request; return it with the departures that were let through.

        `allowed`: their keywords: `enum` for enum values that the document does not have, `undeclared` for properties
        that it does not declare.

        Raises:
            InvalidRequest: the contract refuses the arguments; nothing was sent.
        """
        findings = Findings(allowed)
        return self.definition.encode(self.arguments, findings), findings.noted

    @property
    def operation(self) -> str:
        """The operation's name, as in the document."""
        return self.definition.name

    @property
    def method(self) -> str:
        """The HTTP method, in capitals."""
        return self.definition.method

    @property
    def path(self) -> str:
        """The path as the document declares it, with its placeholders."""
        return self.definition.path

    @property
    def success(self) -> Type[T_co]:
        """The declared type of a success."""
        return self.definition.success

    @property
    def answers(self) -> Mapping[str, Type[Any]]:
        """The declared answers by status: "200", "4XX", "default"."""
        return self.definition.answers

    def answer_type(self, status: int) -> Type[Any] | None:
        """Return the declared type of a status: its own, then its family's, then the default; None if undeclared."""
        answers = self.answers
        return answers.get(str(status)) or answers.get(f"{status // 100}XX") or answers.get("default")

    def read(self, status: int, content: bytes) -> Reading[Any]:
        """Read an answer's body as the type declared for its status (where none is: any value, or None if it is empty).

        Raises:
            InvalidAnswer: the body is not the JSON that was declared.
        """
        declared = self.answer_type(status)
        if declared is NOTHING or (declared is None and not content):
            return Reading(None)
        type_ = declared or ANY
        if type_ is BYTES:
            return Reading(content)
        if type_ is TEXT:
            return Reading(content.decode("utf-8", "replace"))
        try:
            return read_json(type_, content)
        except RecursionError:
            raise InvalidAnswer(self.operation, status, "it is nested too deeply") from None
        except ValueError as error:
            raise InvalidAnswer(self.operation, status, _reason(error, content)) from None


def _reason(error: ValueError, content: bytes) -> str:
    """Say why a body is not JSON, without quoting it."""
    if not content:
        return "it is empty"
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON ({error.msg} at character {error.pos} of {len(content)} bytes)"
    if isinstance(error, UnicodeDecodeError):
        return f"no UTF-8 at byte {error.start} of {len(content)}"
    return f"a number in it has too many digits ({len(content)} bytes)"


class Caller(Protocol):
    """What a resource passes its calls to."""

    def __call__(self, call: Call[T], /) -> T:
        """Send the call and give the success value."""
        ...


class AsyncCaller(Protocol):
    """What an asynchronous resource passes its calls to."""

    def __call__(self, call: Call[T], /) -> Awaitable[T]:
        """Send the call and give the success value."""
        ...


@frozen(eq=False)
class Operation(Generic[T_co]):
    """One operation as the document declares it: everything that a call needs."""

    name: str
    tag: str
    method: str
    path: str
    answers: Mapping[str, Type[Any]]
    success: Type[T_co]
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[Body, ...] = ()
    body_required: bool = False

    def call(self, arguments: Mapping[str, object]) -> Call[T_co]:
        """Make a call from arguments by their Python names; `UNSET` means not given."""
        return Call(self, {name: value for name, value in arguments.items() if value is not UNSET})

    def encode(self, arguments: Mapping[str, Any], findings: Findings) -> dict[str, Any]:
        """Encode arguments as a request; see `Call.prepare`."""
        request: dict[str, Any] = {"method": self.method, "url": self.path}
        self._add_parameters(arguments, request, findings)
        if self.bodies:
            self._add_body(arguments.get("body"), request, findings)
        if findings.refused:
            raise InvalidRequest(self.name, tuple(findings.refused))
        return request

    def _add_parameters(self, given: Mapping[str, Any], request: dict[str, Any], findings: Findings) -> None:
        for parameter in self.parameters:
            value = given.get(parameter.attribute)
            if value is None:
                if parameter.required:
                    findings.add([Departure(pointer([parameter.name]), parameter.type.expected, "none", "required")])
                continue
            add_parameter(parameter, value, request, findings)
        finish_query(request)

    def _add_body(self, body: object, request: dict[str, Any], findings: Findings) -> None:
        if body is None:
            if self.body_required:
                findings.add([Departure("", "a body", "none", "required")])
            return
        declared = self._body_of(body)
        if declared is None:
            expected = " or ".join(one.type.expected for one in self.bodies)
            findings.add([Departure("", f"{expected}, as a model", kind_of(body))])
            return
        if (content := quick_json(declared, body)) is not None:
            request["content"] = content
            request.setdefault("headers", {})["Content-Type"] = declared.content_type
            return
        written = None
        try:
            written, departures = to_be_sent(declared.type, body)
            findings.add(departures)
        except ValueError as error:
            findings.add([Departure("", "JSON", str(error))])
        except RecursionError:
            findings.add([Departure("", "JSON", "a value that is nested too deeply")])
        if not findings.refused:
            encode(declared, body, written, request, findings.refused)

    def _body_of(self, body: object) -> Body | None:
        """Choose the first declared form that the body fits; if there is one form only, that one."""
        if len(self.bodies) == 1:
            return self.bodies[0]
        for declared in self.bodies:
            if isinstance(declared.type, Object) and isinstance(body, declared.type.python):
                return declared
        if isinstance(body, Mapping):
            return None  # a mapping can be any of the models
        others = (one for one in self.bodies if not isinstance(one.type, Object))
        return next((one for one in others if not check(one.type, body)), None)


def send(client: AuthenticatedClient | Client, call: Call[Any]) -> Response[Any]:
    """Send a call over a low-level client: no retries, no typed errors, httpx's own exceptions."""
    return _respond(client, call, client.get_httpx_client().request(**client.complete(call.request)))


async def send_async(client: AuthenticatedClient | Client, call: Call[Any]) -> Response[Any]:
    """Send a call as `send` does, without blocking."""
    return _respond(client, call, await client.get_async_httpx_client().request(**client.complete(call.request)))


def _respond(client: AuthenticatedClient | Client, call: Call[Any], answer: httpx.Response) -> Response[Any]:
    """Read an answer; `parsed` is None for an error whose body is not as declared."""
    status = answer.status_code
    if call.answer_type(status) is None:
        if client.raise_on_unexpected_status:
            raise UnexpectedStatus(status, answer.content)
        return Response(as_status(status), answer.content, answer.headers, None)
    try:
        reading: Reading[Any] = call.read(status, answer.content)
    except InvalidAnswer:
        if answer.is_success:
            raise
        reading = Reading(None)
    found = (reading.departures, reading.total)
    return Response(as_status(status), answer.content, answer.headers, reading.value, *found)


def __getattr__(name: str) -> Any:
    """Load the clients at first use: annotations name them here."""
    if name not in {"AuthenticatedClient", "Client"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(".client", __package__), name)


__all__ = [
    "AsyncCaller",
    "Body",
    "Call",
    "Caller",
    "Operation",
    "Parameter",
    "send",
    "send_async",
]
