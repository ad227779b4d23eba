"""Everything that can go wrong on the way: which of our errors it is, and what it means for repeating.

httpx's exceptions hold the request, and the request holds the token; so none of them is raised or chained as it came.
What is chained is a copy of the same class with a masked message, without request and traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jobmojito import http
from jobmojito.errors import (
    ApiError,
    ConfigurationError,
    ConnectionFailedError,
    JobMojitoError,
    OutcomeUnknownError,
    RequestTimeoutError,
    TransportError,
)
from jobmojito.http import httpx
from jobmojito.redaction import harmless, mask, reason_of

from .retries import FailureKind as Kind

if TYPE_CHECKING:
    from collections.abc import Iterable


class ErrorRule(NamedTuple):
    """What one class of exceptions is called, and what it means where it is proved that nothing was sent.

    Without that proof every failure is uncertain. `shown` tells whether its own text is fit to be shown (masked).
    """

    exceptions: type[Exception]
    error: type[TransportError | ConfigurationError]
    text: str
    unsent: Kind = Kind.UNCERTAIN
    shown: bool = False


RULES: Final = (
    ErrorRule(httpx.ConnectTimeout, RequestTimeoutError, "no connection within the time limit", Kind.NOT_SENT),
    ErrorRule(
        httpx.PoolTimeout, RequestTimeoutError, "all connections stayed busy for the whole time limit", Kind.NOT_SENT
    ),
    ErrorRule(httpx.WriteTimeout, RequestTimeoutError, "sending took longer than the time limit"),
    ErrorRule(httpx.TimeoutException, RequestTimeoutError, "no complete answer within the time limit"),
    ErrorRule(httpx.ConnectError, ConnectionFailedError, "could not connect", Kind.NOT_SENT, shown=True),
    ErrorRule(httpx.ProxyError, ConnectionFailedError, "the proxy did not connect", Kind.NOT_SENT, shown=True),
    ErrorRule(httpx.UnsupportedProtocol, ConfigurationError, "the URL's protocol is not supported", Kind.FINAL),
    ErrorRule(httpx.InvalidURL, ConfigurationError, "the URL is not valid", Kind.FINAL),
    # Its text may quote a header.
    ErrorRule(httpx.LocalProtocolError, TransportError, "a rule of HTTP was broken", Kind.FINAL),
    ErrorRule(httpx.DecodingError, ConnectionFailedError, "the answer's compression is damaged"),
    ErrorRule(httpx.TooManyRedirects, TransportError, "the answer was redirected again and again"),
    ErrorRule(httpx.HTTPStatusError, TransportError, "an event hook refused the answer's status"),
    ErrorRule(httpx.TransportError, ConnectionFailedError, "the connection broke off", shown=True),
    ErrorRule(httpx.HTTPError, TransportError, "the request failed"),
    ErrorRule(httpx.StreamError, TransportError, "the body's stream was already used or closed"),
    ErrorRule(httpx.CookieConflict, TransportError, "two cookies have the same name"),
    # httpx maps these itself; a transport given by the caller may not.
    ErrorRule(TimeoutError, RequestTimeoutError, "no complete answer within the time limit"),
    ErrorRule(OSError, ConnectionFailedError, "the connection broke off", shown=True),
    ErrorRule(Exception, TransportError, "something unexpected happened while the request was under way"),
)
"""The first class that fits counts, so exact ones stand before their families."""


_OF_ANOTHER_REQUEST: Final = (ApiError, TransportError, OutcomeUnknownError)
"""Our errors that say nothing of this request: an event hook of the caller's may use a client of ours."""


_LIMITS: Final = {
    httpx.ConnectTimeout: "connect",
    httpx.ReadTimeout: "read",
    httpx.WriteTimeout: "write",
    httpx.PoolTimeout: "pool",
}


class FailedAttempt(NamedTuple):
    """An attempt that gave no answer: how to raise it, and what it means for repeating."""

    error: JobMojitoError
    kind: Kind
    name: str


def failed_attempt(
    exception: Exception, operation: str, secrets: Iterable[str] = (), *, unsent: bool = False
) -> FailedAttempt:
    """Classify what came out of sending or reading; `unsent`: it is proved that nothing was sent.

    `secrets` are masked wherever they stand in its text.
    """
    name = type(exception).__name__
    if isinstance(exception, JobMojitoError) and not isinstance(exception, _OF_ANOTHER_REQUEST):
        # Raised again later, without httpx's frames and what they hold.
        return FailedAttempt(exception.with_traceback(None), Kind.FINAL, name)
    rule = next(rule for rule in RULES if http.is_a(exception, rule.exceptions))
    kind = rule.unsent if unsent else Kind.UNCERTAIN
    peer = _peer(exception) if rule.unsent is Kind.NOT_SENT else ""
    reason = mask(": ".join(filter(None, (peer, reason_of(exception) if rule.shown else ""))), secrets=secrets)
    kind_of_error = rule.error if kind is Kind.FINAL or rule.error is not ConfigurationError else TransportError
    limit = _limit(exception)
    text = rule.text if limit is None else f"{rule.text} of {limit:g} s"
    error = kind_of_error(f"{text} ({reason})" if reason else text, operation)
    if isinstance(error, RequestTimeoutError):
        error.limit = limit
    error.__cause__ = harmless(exception, reason)
    return FailedAttempt(error, kind, name)


def _limit(exception: Exception) -> float | None:
    """Return the seconds of the time limit that passed, if httpx knows which it was."""
    name = next((name for kind, name in _LIMITS.items() if http.is_a(exception, kind)), None)
    request = _request(exception)
    found = None if request is None else (request.extensions.get("timeout") or {}).get(name)
    return float(found) if isinstance(found, int | float) else None


def _peer(exception: Exception) -> str:
    """Name the host and port that could not be reached; the rest of the URL may be a credential."""
    request = _request(exception)
    return "" if request is None else request.url.netloc.decode()


def _request(exception: Exception) -> httpx.Request | None:
    try:
        # Of httpx or httpx2, which both have it.
        return exception.request if http.is_a(exception, httpx.RequestError) else None  # type: ignore[attr-defined]
    except RuntimeError:
        return None  # raised by a transport of the caller's, which need not say
