"""Everything that can go wrong on the way: which of our errors it is, and what it means for repeating.

httpx's exceptions hold the request, and the request holds the token; so none of them is raised or chained as it came.
What is chained is a copy of the same class with a masked message, without request and traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import httpx

from jobmojito.errors import (
    ConfigurationError,
    ConnectionFailedError,
    JobMojitoError,
    RequestTimeoutError,
    TransportError,
)
from jobmojito.redaction import mask

from .retries import FailureKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterable


class ErrorRule(NamedTuple):
    """What one class of exceptions means; `shown` tells whether its own text is fit to be shown (masked)."""

    exceptions: type[Exception]
    kind: Kind
    error: type[TransportError | ConfigurationError]
    text: str
    shown: bool = False


RULES: Final = (
    ErrorRule(httpx.ConnectTimeout, Kind.NOT_SENT, RequestTimeoutError, "no connection within the time limit"),
    ErrorRule(
        httpx.PoolTimeout,
        Kind.NOT_SENT,
        RequestTimeoutError,
        "all connections stayed busy for the whole time limit",
    ),
    ErrorRule(httpx.WriteTimeout, Kind.UNCERTAIN, RequestTimeoutError, "sending took longer than the time limit"),
    ErrorRule(httpx.TimeoutException, Kind.UNCERTAIN, RequestTimeoutError, "no complete answer within the time limit"),
    ErrorRule(httpx.ConnectError, Kind.NOT_SENT, ConnectionFailedError, "could not connect", shown=True),
    ErrorRule(httpx.ProxyError, Kind.NOT_SENT, ConnectionFailedError, "the proxy did not connect", shown=True),
    ErrorRule(httpx.UnsupportedProtocol, Kind.FINAL, ConfigurationError, "the URL's protocol is not supported"),
    ErrorRule(httpx.InvalidURL, Kind.FINAL, ConfigurationError, "the URL is not valid"),
    # Its text may quote a header.
    ErrorRule(httpx.LocalProtocolError, Kind.FINAL, TransportError, "the request cannot be written as HTTP"),
    ErrorRule(httpx.DecodingError, Kind.UNCERTAIN, ConnectionFailedError, "the answer's compression is damaged"),
    ErrorRule(httpx.TooManyRedirects, Kind.FINAL, TransportError, "the answer was redirected again and again"),
    ErrorRule(httpx.HTTPStatusError, Kind.FINAL, TransportError, "an event hook refused the answer's status"),
    ErrorRule(httpx.TransportError, Kind.UNCERTAIN, ConnectionFailedError, "the connection broke off", shown=True),
    ErrorRule(httpx.HTTPError, Kind.UNCERTAIN, TransportError, "the request failed"),
    ErrorRule(httpx.StreamError, Kind.FINAL, TransportError, "the body's stream was already used or closed"),
    ErrorRule(httpx.CookieConflict, Kind.FINAL, TransportError, "two cookies have the same name"),
    # httpx maps these itself; a transport given by the caller may not.
    ErrorRule(TimeoutError, Kind.UNCERTAIN, RequestTimeoutError, "no complete answer within the time limit"),
    ErrorRule(OSError, Kind.UNCERTAIN, ConnectionFailedError, "the connection broke off", shown=True),
)
"""The first class that fits counts, so exact ones stand before their families."""

CAUGHT: Final[tuple[type[Exception], ...]] = (JobMojitoError, *(rule.exceptions for rule in RULES))
"""What is caught while a request is under way: the above, and our own from a body that cannot be read."""


class FailedAttempt(NamedTuple):
    """An attempt that gave no answer: how to raise it, and what it means for repeating."""

    error: JobMojitoError
    kind: Kind
    name: str


def failed_attempt(exception: Exception, operation: str, secrets: Iterable[str] = ()) -> FailedAttempt:
    """Classify an exception of `CAUGHT`; `secrets` are masked wherever they stand in its text."""
    if isinstance(exception, JobMojitoError):
        # Raised again later, without httpx's frames and what they hold.
        return FailedAttempt(exception.with_traceback(None), Kind.FINAL, type(exception).__name__)
    rule = next(rule for rule in RULES if isinstance(exception, rule.exceptions))
    peer = _peer(exception) if rule.kind is Kind.NOT_SENT else ""
    reason = mask(": ".join(filter(None, (peer, str(exception) if rule.shown else ""))), secrets=secrets)
    error = rule.error(f"{rule.text} ({reason})" if reason else rule.text, operation)
    error.__cause__ = _without_request(exception, reason)
    return FailedAttempt(error, rule.kind, type(exception).__name__)


def _peer(exception: Exception) -> str:
    """Name the host and port that could not be reached; the rest of the URL may be a credential."""
    try:
        return exception.request.url.netloc.decode() if isinstance(exception, httpx.RequestError) else ""
    except RuntimeError:
        return ""  # raised by a transport of the caller's, which need not say


def _without_request(exception: Exception, reason: str) -> Exception:
    """Copy an exception as far as it is harmless: its class and its masked text."""
    try:
        copy = type(exception)(reason)
    except TypeError:
        # Classes that take no text or more than one: nothing of theirs is needed beyond the name.
        copy = Exception(type(exception).__name__)
    return copy
