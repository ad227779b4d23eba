"""An operation as data: its declared table, the call made of arguments, and the answer read by status.

The low-level functions send a call themselves (`send`, `send_async`); the resource classes hand it to whoever made
them, so that timeouts, repeating and errors are decided in one place.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Awaitable, Mapping
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast
from urllib.parse import quote

from attrs import field, frozen

from .codec import (
    ANY,
    BYTES,
    NOTHING,
    TEXT,
    Departure,
    Model,
    Object,
    Reading,
    Type,
    check,
    kind_of,
    pointer,
    read,
    write,
)
from .errors import InvalidAnswer, InvalidRequest, UnexpectedStatus
from .multipart import parts
from .types import UNSET, Response, as_status

if TYPE_CHECKING:
    import httpx

    from .client import AuthenticatedClient, Client

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class Parameter:
    """One declared parameter: its name on the wire, the argument that holds it, where it goes, and its type."""

    name: str
    attribute: str
    location: str
    type: Type[Any]
    required: bool = False
    nullable: bool = False


@frozen
class Body:
    """One declared form of the request body."""

    content_type: str
    type: Type[Any]


@frozen(slots=False)
class Call(Generic[T_co]):
    """One call as data: nothing in it is secret but the arguments, which `repr` leaves out.

    `arguments` are the caller's own; what was `UNSET` is left out.
    """

    definition: Operation[T_co]
    arguments: Mapping[str, Any] = field(repr=False)

    @cached_property
    def request(self) -> dict[str, Any]:
        """What httpx takes: method, url relative to the base URL, params, and json, files, data or content with headers.

        Never Authorization. Made at first use.

        Raises:
            InvalidRequest: the contract refuses the arguments; nothing was sent.
        """
        return self.definition.encode(self.arguments)

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
        """The path as the document declares it, without arguments filled in."""
        return self.definition.path

    @property
    def success(self) -> Type[T_co]:
        """The type of a success."""
        return self.definition.success

    @property
    def answers(self) -> Mapping[str, Type[Any]]:
        """The declared answers by status: "200", "4XX", "default"."""
        return self.definition.answers

    def answer_type(self, status: int) -> Type[Any] | None:
        """Give the declared type of a status: the exact one, then its family, then the default; None where undeclared."""
        answers = self.answers
        return answers.get(str(status)) or answers.get(f"{status // 100}XX") or answers.get("default")

    def read(self, status: int, content: bytes) -> Reading[Any]:
        """Read an answer's body as the type declared for its status (any value where none is).

        Raises:
            InvalidAnswer: the body is not the JSON that was declared.
        """
        type_ = self.answer_type(status) or ANY
        if type_ is NOTHING:
            return Reading(None, ())
        if type_ is BYTES:
            return Reading(content, ())
        if type_ is TEXT:
            return Reading(content.decode("utf-8", "replace"), ())
        try:
            return read(type_, json.loads(content))
        except RecursionError:
            raise InvalidAnswer(self.operation, status, "it is nested too deeply") from None
        except ValueError as error:
            raise InvalidAnswer(self.operation, status, _reason(error, content)) from None


def _reason(error: ValueError, content: bytes) -> str:
    """Say why a body is no JSON without quoting it."""
    if not content:
        return "it is empty"
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON ({error.msg} at character {error.pos} of {len(content)} bytes)"
    if isinstance(error, UnicodeDecodeError):
        return f"no UTF-8 at byte {error.start} of {len(content)}"
    return f"a number in it has too many digits ({len(content)} bytes)"


class Caller(Protocol):
    """What a resource hands its calls to."""

    def __call__(self, call: Call[T], /) -> T:
        """Send the call and give the success value."""
        ...


class AsyncCaller(Protocol):
    """What an asynchronous resource hands its calls to."""

    def __call__(self, call: Call[T], /) -> Awaitable[T]:
        """Send the call and give the success value."""
        ...


@frozen
class Operation(Generic[T_co]):
    """One operation of the document, as declared: everything that a call of it needs."""

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
        """Make a call of arguments, by their Python names; `UNSET` is the same as not given."""
        return Call(self, {name: value for name, value in arguments.items() if value is not UNSET})

    def encode(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Encode arguments as a request, as `Call.request` tells."""
        request: dict[str, Any] = {"method": self.method, "url": self.path}
        problems: list[Departure] = []
        self._add_parameters(arguments, request, problems)
        if self.bodies:
            self._add_body(arguments.get("body"), request, problems)
        if problems:
            raise InvalidRequest(self.name, tuple(problems))
        return request

    def _add_parameters(self, given: Mapping[str, Any], request: dict[str, Any], problems: list[Departure]) -> None:
        for parameter in self.parameters:
            value = given.get(parameter.attribute)
            if value is None:
                if parameter.required:
                    problems.append(Departure(pointer([parameter.name]), parameter.type.expected, "none", "required"))
                continue
            texts = _texts(value)
            problems.extend(_parameter_problems(parameter, value, texts))
            _PLACES[parameter.location](request, parameter.name, texts)

    def _add_body(self, body: object, request: dict[str, Any], problems: list[Departure]) -> None:
        if body is None:
            if self.body_required:
                problems.append(Departure("", "a body", "none", "required"))
            return
        declared = self._body_of(body)
        if declared is None:
            expected = " or ".join(one.type.expected for one in self.bodies)
            problems.append(Departure("", f"{expected}, as a model", kind_of(body)))
            return
        problems.extend(check(declared.type, body))
        encode = _ENCODERS.get(declared.content_type.partition(";")[0].strip().lower(), _as_json)
        if not problems:
            encode(body, declared.content_type, request, problems)

    def _body_of(self, body: object) -> Body | None:
        """Pick the declared form by the model; with one form alone, whatever was given."""
        if len(self.bodies) == 1:
            return self.bodies[0]
        for declared in self.bodies:
            if isinstance(declared.type, Object) and isinstance(body, declared.type.python):
                return declared
        return None


def _texts(value: object) -> list[str]:
    """Write a parameter as texts, one for each item of a list; flags are "true" and "false"."""
    if isinstance(value, list | tuple | set | frozenset):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, Enum):
        return [str(value.value)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, datetime.date | datetime.datetime):
        return [value.isoformat()]
    if isinstance(value, Model | Mapping):
        return [json.dumps(write(value), ensure_ascii=False)]
    return [str(value)] if isinstance(value, str | int | float | uuid.UUID) else []


def _parameter_problems(parameter: Parameter, value: object, texts: list[str]) -> list[Departure]:
    where = pointer([parameter.name])
    if not texts and not isinstance(value, list | tuple | set | frozenset):
        return [Departure(where, parameter.type.expected, kind_of(value))]
    flag_as_text = isinstance(value, bool) and check(parameter.type, value) and not check(parameter.type, texts[0])
    found = [Departure(where + p.pointer, p.expected, p.got, p.keyword) for p in check(parameter.type, value)]
    if parameter.location in _ONE_LINE and any(ord(c) < _SPACE or c == "\x7f" for text in texts for c in text):
        found.append(Departure(where, "one line of text", "control characters", "pattern"))
    if parameter.location == "path" and any(text in {"", ".", ".."} for text in texts):
        found.append(Departure(where, "a path segment", "none", "minLength"))
    return [] if flag_as_text else found


_SPACE: Final = 0x20
_ONE_LINE: Final = frozenset({"header", "cookie"})


def _to_query(request: dict[str, Any], name: str, texts: list[str]) -> None:
    request.setdefault("params", {})[name] = texts if len(texts) != 1 else texts[0]


def _to_path(request: dict[str, Any], name: str, texts: list[str]) -> None:
    request["url"] = request["url"].replace(f"{{{name}}}", quote(",".join(texts), safe=""))


def _to_header(request: dict[str, Any], name: str, texts: list[str]) -> None:
    request.setdefault("headers", {})[name] = ",".join(texts)


def _to_cookie(request: dict[str, Any], name: str, texts: list[str]) -> None:
    cookies = request.setdefault("headers", {})
    cookies["Cookie"] = "; ".join([*filter(None, [cookies.get("Cookie")]), f"{name}={quote(','.join(texts))}"])


_PLACES: Final = {"query": _to_query, "path": _to_path, "header": _to_header, "cookie": _to_cookie}


def _as_json(body: object, content_type: str, request: dict[str, Any], problems: list[Departure]) -> None:
    value = write(body)
    problems.extend(_unwritable(value))
    request["json"] = value
    request.setdefault("headers", {})["Content-Type"] = content_type


def _unwritable(value: object) -> list[Departure]:
    """Find what JSON or UTF-8 cannot say: NaN, lone surrogates, objects of other classes, a body within itself."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        reason = "a lone surrogate" if isinstance(error, UnicodeEncodeError) else "a value that JSON cannot hold"
        return [Departure(_place_of(value), "JSON", reason)]
    return []


def _place_of(value: object) -> str:
    """Give the pointer of the first value that cannot be written, one level of nesting after the other."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in cast("Any", items):
        if _unwritable_alone(item):
            return pointer([step]) + _place_of(item)
    return ""


def _unwritable_alone(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        return True
    except RecursionError:
        return False
    return False


def _as_multipart(body: object, _content_type: str, request: dict[str, Any], problems: list[Departure]) -> None:
    if not isinstance(body, Model | Mapping):
        problems.append(Departure("", "a model or a mapping", kind_of(body)))
        return
    request["files"] = parts(body)


def _as_form(body: object, content_type: str, request: dict[str, Any], problems: list[Departure]) -> None:
    value = write(body)
    if not isinstance(value, dict):
        problems.append(Departure("", "a model or a mapping", kind_of(value)))
        return
    request["data"] = {name: texts for name, item in value.items() if (texts := _texts(item))}
    request.setdefault("headers", {})["Content-Type"] = content_type


def _as_content(body: object, content_type: str, request: dict[str, Any], _problems: list[Departure]) -> None:
    request["content"] = getattr(body, "payload", body)
    request.setdefault("headers", {})["Content-Type"] = content_type


_ENCODERS: Final = {
    "multipart/form-data": _as_multipart,
    "application/x-www-form-urlencoded": _as_form,
    "application/octet-stream": _as_content,
}


def send(client: AuthenticatedClient | Client, call: Call[Any]) -> Response[Any]:
    """Send a call over a low-level client: no repeating, no typed errors, httpx's exceptions as they are."""
    return _respond(client, call, client.get_httpx_client().request(**client.complete(call.request)))


async def send_async(client: AuthenticatedClient | Client, call: Call[Any]) -> Response[Any]:
    """Do the same without blocking."""
    return _respond(client, call, await client.get_async_httpx_client().request(**client.complete(call.request)))


def _respond(client: AuthenticatedClient | Client, call: Call[Any], answer: httpx.Response) -> Response[Any]:
    """Read an answer; an error whose body is not what the document says has None for its value."""
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
        reading = Reading(None, ())
    return Response(as_status(status), answer.content, answer.headers, reading.value, reading.departures)


__all__ = ["AsyncCaller", "Body", "Call", "Caller", "Operation", "Parameter", "send", "send_async"]
