"""Every error this package raises, under one root.

    JobMojitoError
    ├── ConfigurationError           a token, URL, option or call that cannot work; nothing was sent
    ├── ApiError                     the API answered with a status other than 2xx
    │   ├── AuthenticationError      401
    │   ├── PermissionDeniedError    403
    │   ├── NotFoundError            404
    │   ├── ConflictError            409
    │   ├── ValidationError          422, with the offending `field` where the API names it
    │   │   ├── InsufficientCreditsError   the account has not enough credits
    │   │   └── InvalidRequestError  the contract refuses the request: found before sending, nothing was sent
    │   ├── RateLimitError           429
    │   └── ServerError              5xx, those of the CDN and the platform included (520-527, 546)
    ├── TransportError               no usable answer arrived
    │   ├── ConnectionFailedError    refused, reset, or cut off before the answer was complete
    │   └── RequestTimeoutError      a time limit passed
    ├── OutcomeUnknownError          the request may have been processed, and repeating it could do it twice
    ├── ResponseDecodeError          an answer that is not JSON; in strict mode, one that departs from the contract
    ├── FileError                    something is wrong with a file, `path`
    │   ├── UploadError              a file that cannot be sent; nothing was sent
    │   ├── DownloadError            a report or a table that cannot be written to its file; an OSError too
    │   └── TableError               a CSV file that cannot be read as rows; nothing was sent
    ├── WebhookError                 a delivery that must not be trusted or cannot be read; answer with `status_code`
    ├── ResultNotReadyError          `wait_for_result` reached its time limit; nothing is lost
    └── BatchError                   rows failed and the caller asked for an exception, or a run broke off
        └── JournalError             a journal that cannot be used (nothing was sent) or written to; a FileError too

Any status not named here is an `ApiError` too (3xx included: redirects are not followed).
`str()` and `repr()` hold no token, e-mail address, link or body; `ApiError.answer.content` has the body as received.
All of them can be pickled and copied, and keep their attributes; `__cause__` is lost by pickling, as Python does it.
"""

# Over 300 lines: every error is here, with what it means.

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jobmojito_api.types import Departure

from .lazy import DeferredModule
from .redaction import mask

if TYPE_CHECKING:
    from .http import httpx
else:
    httpx = DeferredModule("httpx")


class Answer:
    """An answer of the API, without its request, which would carry the token.

    `content` is the body as received and may hold personal data; errors hold at most `responses.MAX_ERROR_BODY` of it.
    The repr shows its length only.
    """

    __slots__ = ("content", "headers", "status_code")

    def __init__(self, status_code: int, headers: httpx.Headers, content: bytes) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status_code < 300  # noqa: PLR2004 - 2xx

    def __repr__(self) -> str:
        return f"<Answer {self.status_code}, {len(self.content)} bytes>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Answer):
            return NotImplemented
        return (self.status_code, self.headers, self.content) == (other.status_code, other.headers, other.content)

    def __hash__(self) -> int:
        return hash((self.status_code, self.content))


class JobMojitoError(Exception):
    """Root of this package's errors; `message` is safe to log and to show."""

    def __init__(self, message: str = "", *details: Any) -> None:
        self.message = mask(message)
        super().__init__(self.message, *details)

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class ConfigurationError(JobMojitoError):
    """An argument or setting cannot work; the message says what to change. Nothing was sent."""


class FileError(JobMojitoError):
    """What is wrong with a file, `path` (None for one without); the message and logs do not name it."""

    path: str | None = None


class UploadError(FileError):
    """A file is missing, empty, unreadable, too large or of a kind the API does not take. Nothing was sent."""


class DownloadError(FileError, OSError):
    """A report or a table cannot be written to its file.

    For a report, the message says whether it was already requested, and so paid for.
    """


class WebhookError(JobMojitoError):
    """A webhook's delivery must not be trusted or cannot be read; `status_code` is the answer to give: 401, 413, 400.

    The message quotes nothing of the delivery.
    """

    def __init__(self, message: str = "", status_code: int = 400) -> None:
        super().__init__(message, status_code)
        self.status_code = status_code


class ApiError(JobMojitoError):
    """The API answered with a status other than 2xx.

    `message` is the API's own text, if it sent one, with addresses, links and tokens masked; otherwise it describes the
    answer. `field` is the property that the API names, `request_id` is for the vendor's support.
    `status_code` is None only for `InvalidRequestError`.
    """

    def __init__(
        self,
        message: str = "",
        status_code: int | None = None,
        field: str | None = None,
        operation: str | None = None,
        request_id: str | None = None,
        answer: Answer | None = None,
    ) -> None:
        field = None if field is None else mask(field, limit=100)
        super().__init__(message, status_code, field, operation, request_id, answer)
        self.status_code = status_code
        self.field = field
        self.operation = operation
        self.request_id = request_id
        self.answer = answer

    def __str__(self) -> str:
        status = "" if self.status_code is None else f"{self.status_code} "
        return _sentence(self.operation, f"{status}{self.message}", self.field, self.request_id)


class AuthenticationError(ApiError):
    """401: the token is missing, wrong, expired, or of the other environment."""


class PermissionDeniedError(ApiError):
    """403: the token is good, but not for this."""


class NotFoundError(ApiError):
    """404: no such thing in this account and environment."""


class ConflictError(ApiError):
    """409: the current state does not allow it."""


class ValidationError(ApiError):
    """422: the API refuses the request; `field` is the property that it names, if any."""


class InsufficientCreditsError(ValidationError):
    """422, and the API's text says that the account has not enough credits; see `JobMojito.admin.get_merchant_status`.

    The contract has no code for this: `responses.CREDITS` has the words. Any other text is a `ValidationError`.
    """


class RateLimitError(ApiError):
    """429: too many requests, and the requested wait is longer than the retry policy allows.

    `retry_after`: the seconds to wait that the API asked for, from the time of its answer; None if it did not.
    """

    retry_after: float | None = None


class ServerError(ApiError):
    """5xx: the API, its platform or its CDN failed."""


class InvalidRequestError(ValidationError):
    """The request departs from the contract and was not sent; `problems` lists every place, `field` is the first."""

    def __init__(
        self,
        message: str = "",
        status_code: int | None = None,
        field: str | None = None,
        operation: str | None = None,
        request_id: str | None = None,
        answer: Answer | None = None,
        problems: tuple[Departure, ...] = (),
    ) -> None:
        super().__init__(message, status_code, field, operation, request_id, answer)
        self.problems = problems
        self.args = (*self.args, problems)


class TransportError(JobMojitoError):
    """No usable answer arrived. Raised only if nothing was done, or if repeating is harmless."""

    def __init__(self, message: str = "", operation: str | None = None) -> None:
        super().__init__(message, operation)
        self.operation = operation

    def __str__(self) -> str:
        return _sentence(self.operation, self.message)


class ConnectionFailedError(TransportError):
    """The connection was refused, reset, or closed before the answer was complete."""


class RequestTimeoutError(TransportError):
    """Connecting, sending or waiting for the answer took longer than `timeout` allows.

    `limit`: the seconds that passed; None if the transport does not say which limit it was.
    """

    limit: float | None = None


class OutcomeUnknownError(JobMojitoError):
    """The request may have been processed; it was not repeated, as that could do it, and cost it, twice.

    `cause` is a `TransportError` or a `ServerError`; it is also the `__cause__`, and survives pickling.
    """

    def __init__(
        self, message: str = "", operation: str | None = None, cause: TransportError | ApiError | None = None
    ) -> None:
        super().__init__(message, operation, cause)
        self.operation = operation
        self.cause = cause
        self.__cause__ = cause

    @property
    def status_code(self) -> int | None:
        """Status of the answer, if one came."""
        return self.cause.status_code if isinstance(self.cause, ApiError) else None

    @property
    def request_id(self) -> str | None:
        """Id to quote to the vendor's support, if an answer carried one."""
        return self.cause.request_id if isinstance(self.cause, ApiError) else None

    def __str__(self) -> str:
        return _sentence(self.operation, self.message, request_id=self.request_id)


class ResponseDecodeError(JobMojitoError):
    """A 2xx answer that is not JSON, or (strict mode) departs from the contract: `departures` says where and how.

    The API accepted the request: it was processed, and paid for.
    """

    def __init__(
        self,
        message: str = "",
        departures: tuple[Departure, ...] = (),
        operation: str | None = None,
        status_code: int | None = None,
        request_id: str | None = None,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(message, departures, operation, status_code, request_id, answer)
        self.departures = departures
        self.operation = operation
        self.status_code = status_code
        self.request_id = request_id
        self.answer = answer

    def __str__(self) -> str:
        return _sentence(self.operation, self.message, request_id=self.request_id)


class TableError(FileError):
    """A CSV file is missing, in another encoding, or has unknown columns; the message names line or column."""


class ResultNotReadyError(JobMojitoError):
    """A result was not ready within the time limit of `wait_for_result`; it can be waited for again."""


class BatchError(JobMojitoError):
    """At least one row failed, or the run broke off; `result` is the `BatchResult`, successful rows included."""

    def __init__(self, message: str = "", result: Any = None) -> None:
        super().__init__(message, result)
        self.result = result


class JournalError(BatchError, FileError):
    """A journal is damaged, in use, read-only, on a full disk, or not a journal.

    `result` is None if nothing was sent yet; otherwise it has the outcomes of all rows until the run stopped.
    """


@contextmanager
def at_path(path: object) -> Generator[None]:
    """Add the path of a file to an error about it, unless it has one; `path` may be anything that is not a path."""
    try:
        yield
    except FileError as error:
        if error.path is None and isinstance(path, str | os.PathLike):
            error.path = os.fsdecode(path)
        raise


def _sentence(operation: str | None, text: str, field: str | None = None, request_id: str | None = None) -> str:
    """Join the parts in a fixed order: operation, what happened, field, request id."""
    parts = [text]
    if field is not None:
        parts.append(f"(field: {field})")
    if request_id is not None:
        parts.append(f"[request id {request_id}]")
    where = f"{operation}: " if operation else ""
    return where + " ".join(parts)
