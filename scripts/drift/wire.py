"""A transport that goes nowhere, and what a request on it holds, read without the code that made it."""

from __future__ import annotations

import json
from email.message import Message
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import httpx
from attrs import define

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST: Final = "http://probe.invalid/base"
FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")


@define
class Wire:
    """Keeps the last request and gives the answer it was told; a handler for `httpx.MockTransport`."""

    status: int = 200
    content: bytes = b"null"
    request: httpx.Request | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        self.request = request
        return httpx.Response(self.status, content=self.content, request=request)

    def reset(self) -> None:
        """Answer null with 200 again."""
        self.status, self.content, self.request = 200, b"null", None


def path_of(request: httpx.Request) -> str:
    """Give a request's path below the host that probes call."""
    return request.url.path.removeprefix(httpx.URL(HOST).path)


def query_of(request: httpx.Request) -> dict[str, list[str]]:
    """Give a request's query parameters."""
    return parse_qs(request.url.query.decode(), keep_blank_values=True)


def body_of(request: httpx.Request) -> tuple[str, Any] | None:
    """Give a body's content type and what it holds: a JSON value, or the names of a form's parts in order of name."""
    content = request.read()
    if not content:
        return None
    said = request.headers.get("content-type", "")
    kind = essence(said)
    if kind == FORMS[0]:
        return kind, sorted(_parts(said, content))
    if kind == FORMS[1]:
        found = parse_qs(content.decode(), keep_blank_values=True)
        return kind, sorted(name for name, values in found.items() for _ in values)
    return kind, json.loads(content) if _is_json(kind) else content


def expected_body(content_type: str | None, body: Any) -> tuple[str, Any] | None:
    """Write a body that is to be sent in the form of `body_of`: of a form, a part for each item of a list.

    A form without parts is no body: there is nothing to send.
    """
    if content_type is None:
        return None
    kind = essence(content_type)
    if kind not in FORMS:
        return kind, body if _is_json(kind) else str(body).encode()
    names = sorted(_names(body))
    return (kind, names) if names else None


def _names(body: Mapping[str, Any]) -> list[str]:
    return [name for name, value in body.items() for _ in (value if isinstance(value, list) else [value])]


def _parts(content_type: str, content: bytes) -> list[str]:
    message = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + content)
    parts = message.get_payload()
    found = [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []
    return [str(part.get_param("name", header="content-disposition")) for part in found]


def texts(value: Any) -> list[str]:
    """Write a JSON value as a parameter does: a text as it is, one text for each item of a list."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value if isinstance(value, str) else json.dumps(value)]


def is_form(content_type: str) -> bool:
    """Tell whether a body of a content type is made of parts."""
    return essence(content_type) in FORMS


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def essence(content_type: str) -> str:
    """Give a content type without its parameters."""
    return content_type.partition(";")[0].strip().casefold()
