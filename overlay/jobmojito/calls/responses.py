"""How an answer is taken in, and becomes a value or an error; nothing here sends or waits.

A 2xx answer that `json.loads` reads becomes a value, whatever departs from the contract; what departs is told beside
the value (`Detailed.departures`), logged, or raised in strict mode. Any other answer becomes an `ApiError`.
"""

# Over 300 lines: taking an answer in and judging it share its limits, and the errors by status belong beside them.

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

from attrs import field, frozen

from jobmojito import http
from jobmojito.errors import (
    Answer,
    ApiError,
    AuthenticationError,
    ConflictError,
    InsufficientCreditsError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    ValidationError,
)
from jobmojito.http import httpx
from jobmojito.redaction import mask
from jobmojito_api.errors import InvalidAnswer
from jobmojito_api.types import Departure

from .decoding import Decoder
from .failures import failed_attempt
from .retries import read_retry_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobmojito.redaction import Secret
    from jobmojito_api.calls import Call
    from jobmojito_api.codec import Reading
    from jobmojito_api.errors import InvalidRequest

    from .failures import FailedAttempt
    from .steps import SendOnce
    from .streams import Attempt

T = TypeVar("T")

MAX_BODY: Final = 256 * 1024 * 1024
"""Bytes of a 2xx answer that are taken in; the largest real ones (1,000 results a page) are a hundredth of it."""

MAX_ERROR_BODY: Final = 256 * 1024
"""Bytes of an error answer that are read and kept."""

_PIECE: Final = 256 * 1024
"""Bytes written to a sink at once."""

_SHORTEST_SECRET: Final = 8  # shorter ones would be found in ordinary words

# Whatever the host, its platform and its CDN call it; the API's own first.
_REQUEST_IDS: Final = (
    "x-request-id",
    "request-id",
    "sb-request-id",
    "x-correlation-id",
    "x-deno-execution-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-amz-cf-id",
    "x-vercel-id",
    "cf-ray",
)
_LIKE_AN_ID: Final = ("requestid", "correlationid", "executionid", "invocationid", "transactionid", "traceid")
# Strings, not compiled, here and in what else every call loads: Python compiles each at first use, and few are used.
_REQUEST_ID: Final = r"(?a)[\w.:=-]{1,100}"
_DRAWN: Final = r"(?i)(?:Root=)?[0-9a-f:;.-]+"
"""Ids as most hosts draw them, hexadecimal: they may be as long as tokens, and are none."""
_NEVER_KEPT: Final = (b"set-cookie", b"authorization", b"proxy-authorization")


@frozen
class Detailed(Generic[T]):
    """A value with what came along: status, headers, departures from the contract, and how many attempts it took.

    `departures` name a place (RFC 6901 pointer into the answer), what was expected and what kind came, never the value.
    """

    value: T = field(repr=False)
    status_code: int
    headers: httpx.Headers = field(repr=False)
    departures: tuple[Departure, ...] = field(repr=lambda found: str(len(found)))
    request_id: str | None
    attempts: int


class ResponseReader:
    """An answer's body while it arrives, bounded in time and unpacked size; a success may go to the step's sink.

    A sink has a limit of its own.
    """

    def __init__(self, response: httpx.Response, step: SendOnce, attempt: Attempt) -> None:
        self._response, self._step, self._attempt = response, step, attempt
        self._bytes = bytearray()
        self._enough = MAX_BODY + 1 if response.is_success else MAX_ERROR_BODY
        self.sink = step.sink if response.is_success else None
        self.piece = _PIECE if self.sink else None
        # What was read already, by an event hook or by who made it, httpx has unpacked.
        self.taken = (response.content,) if response.is_stream_consumed else None
        self._decoder = Decoder("" if self.taken else response.headers.get("content-encoding", ""))

    def add(self, raw: bytes) -> Iterator[bytes]:
        """Take what arrived, unpack it, and give what a sink is to write."""
        for piece in self._decoder.pieces(raw):
            self._attempt.left()
            if self.sink is None:
                self._bytes += piece
            elif piece:
                yield piece
            if self.is_full:
                return

    def write(self, piece: bytes) -> None:
        """Put a piece into the sink."""
        assert self.sink is not None  # noqa: S101 - pieces come for a sink alone
        self.sink.write(piece)

    @property
    def is_full(self) -> bool:
        """Whether no more is wanted."""
        return len(self._bytes) >= self._enough

    def answer(self) -> Answer:
        """Give what has arrived.

        Raises:
            httpx.DecodingError: its compression is cut off.
        """
        if self._response.is_success and not self.is_full:
            self._decoder.finish()
        if self.sink is not None:
            self.sink.finish()
        content = bytes(self._bytes[: self._enough])
        return snapshot(self._response, content, self._step.token)

    def broken_off(self, error: Exception) -> Answer | FailedAttempt:
        """Decide about a body that stopped half-way: an error's status says enough, a success is not known."""
        return caught(error, self._step, self._attempt) if self._response.is_success else self.answer()


def _secrets(token: Secret | None) -> tuple[str, ...]:
    return () if token is None else (token.reveal(),)


def caught(error: Exception, step: SendOnce, attempt: Attempt) -> Answer | FailedAttempt:
    """Turn what came out of sending or reading into what it means; nothing is raised or chained as it came."""
    if http.is_a(error, httpx.HTTPStatusError) and attempt.is_about(error):
        refused: Any = error  # of either library
        return _refused_by_hook(refused.response, step.token)
    return failed_attempt(error, step.operation, _secrets(step.token), unsent=attempt.is_unsent(error))


def _refused_by_hook(response: httpx.Response, token: Secret | None) -> Answer:
    """Take the answer that an event hook of the caller's httpx client raised on; its body was hardly ever read."""
    try:
        content = response.content
    except Exception as error:
        if not http.is_a(error, httpx.ResponseNotRead):
            raise
        content = b""
    return snapshot(response, content, token)


def snapshot(response: httpx.Response, content: bytes, token: Secret | None = None) -> Answer:
    """Keep an answer without cookies and without the token, should a server echo it; a success's body is kept whole."""
    # As bytes, for a host may send what is not ASCII, such as the name of a file.
    kept = [(name, value) for name, value in response.headers.raw if name.lower() not in _NEVER_KEPT]
    for secret in _secrets(token):
        if len(secret) >= _SHORTEST_SECRET:
            kept = [(name, value.replace(secret.encode(), b"[token]")) for name, value in kept]
            content = content if response.is_success else content.replace(secret.encode(), b"[token]")
    return Answer(response.status_code, httpx.Headers(kept), content)


def request_id(headers: Mapping[str, str]) -> str | None:
    """Find the id to quote to the vendor's support; None where there is none, or none that is fit to be shown."""
    given = {name.lower(): value.strip() for name, value in headers.items()}
    names = (*_REQUEST_IDS, *(name for name in given if name.replace("-", "").endswith(_LIKE_AN_ID)))
    return next((given[name] for name in names if name in given and _is_request_id(given[name])), None)


def _is_request_id(text: str) -> bool:
    """Tell an id from an address, a link or a token that a host put in its place: an error shows it."""
    return bool(re.fullmatch(_REQUEST_ID, text)) and (bool(re.fullmatch(_DRAWN, text)) or mask(text) == text)


def read_success(call: Call[T], answer: Answer, *, strict: bool, attempts: int) -> Detailed[T]:
    """Read a 2xx answer as what the operation gives.

    Raises:
        ResponseDecodeError: it is not JSON, or (`strict`) departs from the contract.
    """
    identity = request_id(answer.headers)
    status = answer.status_code
    if len(answer.content) > MAX_BODY:
        raise _undecodable(call, answer, f"it is larger than {MAX_BODY} bytes")
    try:
        reading: Reading[T] = call.read(declared_status(call, status), answer.content)
    except InvalidAnswer as error:
        reason = error.reason
    else:
        if strict and reading.departures:
            raise ResponseDecodeError(_list(reading), reading.departures, call.operation, status, identity, answer)
        return Detailed(reading.value, status, answer.headers, reading.departures, identity, attempts)
    raise _undecodable(call, answer, reason)


def declared_status(call: Call[Any], status: int) -> int:
    """Read an undeclared success (201 for 200) as the declared one."""
    if call.answer_type(status) is not None:
        return status
    return next((int(known) for known in call.answers if known.isdigit() and known.startswith("2")), status)


def _undecodable(call: Call[Any], answer: Answer, reason: str) -> ResponseDecodeError:
    text = f"the API accepted the request ({answer.status_code}), but its answer cannot be read: {reason}; received "
    return ResponseDecodeError(
        text + describe(answer), (), call.operation, answer.status_code, request_id(answer.headers), answer
    )


def _list(reading: Reading[Any]) -> str:
    shown = "; ".join(f"{one.pointer or '/'}: expected {one.expected}, got {one.got}" for one in reading.departures[:5])
    more = f"; and {reading.total - 5} more" if reading.total > 5 else ""  # noqa: PLR2004 - as many as shown
    return f"the answer departs from the contract at {shown}{more}"


_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

_BY_STATUS: Final[Mapping[int, type[ApiError]]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: ValidationError,
    429: RateLimitError,
}


CREDITS: Final = r"(?i)\b(?:not enough|insufficient|no|out of)\b[\w ]{0,40}\bcredits?\b"
"""How a lack of credits is recognised: the API says it in words alone."""


def error_class(status: int) -> type[ApiError]:
    """Pick the most exact class; a status nobody declared still gets one."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)  # noqa: PLR2004 - the family of 5xx


def read_error(operation: str, answer: Answer, token: Secret | None = None) -> ApiError:
    """Make the error that an answer other than 2xx stands for, whatever its body is; it may quote `token`."""
    body = _json_object(answer.content)
    text = _api_text(body) or _received(answer)
    name = body.get("name")
    kind = error_class(answer.status_code)
    if kind is ValidationError and re.search(CREDITS, text):
        kind = InsufficientCreditsError
    error = kind(
        mask(text, secrets=_secrets(token)),
        answer.status_code,
        mask(name, secrets=_secrets(token)) if isinstance(name, str) and name else None,
        operation,
        request_id(answer.headers),
        answer,
    )
    if isinstance(error, RateLimitError):
        error.retry_after = read_retry_after(answer.status_code, answer.headers.get("retry-after"), datetime.now(UTC))
    return error


def is_api_error(answer: Answer) -> bool:
    """Tell whether the API itself wrote the body: `{"error": text}`, not its platform or its CDN."""
    text = _json_object(answer.content).get("error")
    return isinstance(text, str) and bool(text)


def refusal(error: InvalidRequest) -> InvalidRequestError:
    """Turn the low-level client's refusal into ours; nothing was sent."""
    first = _property(error.problems[0]) if error.problems else ""
    reason = str(error).removeprefix(f"{error.operation}: ")
    text = f"not sent, it does not fit the contract: {reason}"
    return InvalidRequestError(text, None, first or None, error.operation, None, None, error.problems)


def _property(problem: Departure) -> str:
    """Name the property at fault as the API would: "users/0/email"; a missing one by its own name."""
    missing = re.fullmatch(r"property '(.+)'", problem.expected) if problem.keyword == "required" else None
    steps = [problem.pointer, missing.group(1)] if missing else [problem.pointer]
    return "/".join(steps).lstrip("/")


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _api_text(body: dict[str, Any]) -> str | None:
    """Find the human text: the API's `error`, or what its platform calls it."""
    for name in ("error", "message", "msg"):
        text = body.get(name)
        if isinstance(text, dict):
            text = text.get("message")
        if isinstance(text, str) and text.strip():
            return text
    return None


def _received(answer: Answer) -> str:
    """Say what came where the API gave no text."""
    if answer.status_code in _REDIRECTS:
        host = _host(answer.headers.get("location", ""))
        return f"redirects are not followed (to {host})" if host else "redirects are not followed"
    return f"no error text of the API; received {describe(answer)}"


def _host(location: str) -> str | None:
    """Keep of a link its host alone: the rest may be a credential."""
    try:
        return urlsplit(location).hostname
    except ValueError:
        return None


def describe(answer: Answer) -> str:
    """Name an answer's type and size, never its content: "text/html, 1234 bytes"."""
    if not answer.content:
        return "an empty body"
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    more = "at least " if len(answer.content) >= MAX_ERROR_BODY and answer.status_code >= 300 else ""  # noqa: PLR2004
    return f"{mask(kind, limit=60) or 'no content type'}, {more}{len(answer.content)} bytes"
