"""An answer while it arrives: how much of it is taken, and what it means when it stops half-way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from . import responses as answers
from .failures import Broken, broken

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobmojito.errors import Answer

    from .tokens import Secret


class Body:
    """An answer's body while it arrives: bounded in size, and in time from its beginning on."""

    def __init__(
        self, response: httpx.Response, limit: float | None, clock: Callable[[], float], token: Secret | None = None
    ) -> None:
        self._response = response
        self._bytes = bytearray()
        self._enough = answers.MAX_BODY + 1 if response.is_success else answers.MAX_ERROR_BODY
        self._clock = clock
        self._limit = limit
        self._end = None if limit is None else clock() + limit
        self._token = token

    def add(self, piece: bytes) -> bool:
        """Take a piece; tell whether that is enough. A body that trickles in for ever is a timeout all the same."""
        self._bytes += piece
        if self._end is not None and self._clock() > self._end:
            raise httpx.ReadTimeout(f"the answer was not complete after {self._limit:g} s")
        return len(self._bytes) >= self._enough

    def answer(self) -> Answer:
        """Give what has arrived."""
        content = bytes(self._bytes[: self._enough])
        return _snapshot(self._response, content, self._token)

    def broken_off(self, error: Exception, operation: str) -> Answer | Broken:
        """Decide about a body that stopped half-way: an error's status says enough, a success is not known."""
        return caught(error, operation, self._token) if self._response.is_success else self.answer()


def _snapshot(response: httpx.Response, content: bytes, token: Secret | None) -> Answer:
    secrets = () if token is None or response.is_success else (token.reveal(),)
    return answers.snapshot(response.status_code, response.headers, content, secrets)


def caught(error: Exception, operation: str, token: Secret | None = None) -> Answer | Broken:
    """Turn an exception of `CAUGHT` into what it means; none of httpx's is raised or chained as it came."""
    if isinstance(error, httpx.HTTPStatusError):
        return _refused_by_hook(error.response, token)
    return broken(error, operation, (token.reveal(),) if token else ())


def _refused_by_hook(response: httpx.Response, token: Secret | None) -> Answer:
    """Take the answer that an event hook of the caller's httpx client raised on; its body was hardly ever read."""
    try:
        content = response.content
    except httpx.ResponseNotRead:
        content = b""
    return _snapshot(response, content, token)
