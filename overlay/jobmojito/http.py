"""The one door to httpx, and to httpx2, its successor with the same interface.

This client depends on httpx and makes its own connections with it. A client or transport of httpx2 that is given as
`http_client=` or `transport=` works as well: what must be of the same library is made by `Library`, and exceptions of
httpx2 count as the httpx class of the same name. httpx2 is never imported here: who gives a client of it has it loaded.
"""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from typing import Any, Final, Protocol, cast

import httpx

__all__ = [
    "DEFAULT_TIMEOUT",
    "AsyncClient",
    "AsyncTransport",
    "Client",
    "Library",
    "Transport",
    "httpx",
    "is_a",
    "library_of",
    "own_class",
]

DEFAULT_TIMEOUT: Final = 180.0
"""Seconds; generating questions or screening a resume can take the API over a minute."""

_SUCCESSOR: Final = "httpx2"
_BEFORE_ANY_CONNECTION: Final = (httpx.PoolTimeout, httpx.UnsupportedProtocol)


class _Sending(Protocol):
    @property
    def send(self) -> Any:
        """Send a request."""
        ...

    @property
    def build_request(self) -> Any:
        """Make a request with the client's own settings."""
        ...


class Client(_Sending, Protocol):
    """What an `httpx.Client` and an `httpx2.Client` have in common."""

    @property
    def close(self) -> Any:
        """Close its connections."""
        ...


class AsyncClient(_Sending, Protocol):
    """What an `httpx.AsyncClient` and an `httpx2.AsyncClient` have in common."""

    @property
    def aclose(self) -> Any:
        """Close its connections."""
        ...


class Transport(Protocol):
    """A transport of either library."""

    @property
    def handle_request(self) -> Any:
        """Send a request and give the answer."""
        ...


class AsyncTransport(Protocol):
    """An async transport of either library."""

    @property
    def handle_async_request(self) -> Any:
        """Send a request and give the answer."""
        ...


class Library:
    """httpx or httpx2, with the httpcore that belongs to it (loaded with the first connection)."""

    def __init__(self, name: str) -> None:
        self.httpx: Any = sys.modules[name]
        self._core = name.replace("httpx", "httpcore")

    @property
    def httpcore(self) -> Any:
        """The module below, whose exceptions the library understands."""
        return sys.modules[self._core]

    def is_mock(self, transport: object) -> bool:
        """Tell whether a transport is the library's own for tests, which has no connection."""
        names = ("handle_request", "handle_async_request")
        return all(getattr(type(transport), name, None) is getattr(self.httpx.MockTransport, name) for name in names)


@cache
def _library(name: str) -> Library:
    return Library(name)


def library_of(given: object) -> Library:
    """Tell which library a client or transport is of; httpx where it is of neither."""
    return _library_of_class(type(given))  # type: ignore[arg-type]  # a class can be hashed


@lru_cache(maxsize=64)
def _library_of_class(kind: type) -> Library:
    roots = {base.__module__.partition(".")[0] for base in kind.__mro__}
    return _library(_SUCCESSOR if _SUCCESSOR in roots else "httpx")


def own_class(error: BaseException) -> type[BaseException]:
    """Return the httpx class that an error counts as: for one of httpx2 that of the same name, else its own."""
    for base in type(error).__mro__:
        if base.__module__.partition(".")[0] == _SUCCESSOR and hasattr(httpx, base.__name__):
            return cast("type[BaseException]", getattr(httpx, base.__name__))
    return type(error)


def is_a(error: BaseException, kinds: type[BaseException] | tuple[type[BaseException], ...]) -> bool:
    """Do as `isinstance` for httpx's exceptions, of either library."""
    return issubclass(own_class(error), kinds)


def _is_of_core(error: BaseException | None) -> bool:
    """Tell whether an exception was raised by the httpcore of either library."""
    return type(error).__module__.partition(".")[0] in {"httpcore", "httpcore2"}


def is_proved_unsent(error: Exception, *, traced: bool, trusted: bool) -> bool:
    """Tell whether an error before any head was written proves that nothing was: by httpcore, or a mock transport.

    `traced`: httpcore reported its steps. Other transports are not believed: some report every failure as a failure to
    connect.
    """
    reported = traced or is_a(error, _BEFORE_ANY_CONNECTION)
    return trusted or (reported and _is_of_core(error.__cause__))
