"""The bearer token: a string, or a function that is asked for a fresh one.

A token is a JWT that commonly lives an hour, so long runs outlive it. A provider is asked for the first token, again
shortly before the token's `exp`, and again when the API answers 401; calls that run at the same time share one answer,
and one failure.
`exp` is read without verifying the signature: it only says when to ask, the API decides what is valid.
"""

from __future__ import annotations

import base64
import inspect
import json
import math
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from jobmojito.errors import ConfigurationError
from jobmojito.lazy import DeferredModule
from jobmojito.redaction import Secret

from .processes import PerLoop
from .retries import is_number
from .settings import read_environment_token

if TYPE_CHECKING:
    import asyncio
else:
    asyncio = DeferredModule("asyncio")

TokenProvider = Callable[[], str]
AsyncTokenProvider = Callable[[], Awaitable[str]]

_EARLY: Final = 60.0
"""Seconds before `exp` at which a fresh token is asked for."""

_FAR: Final = 1e12
"""A time no clock reaches; an `exp` of hundreds of digits would not fit a float."""

_asking: ContextVar[tuple[object, ...]] = ContextVar("jobmojito_asking_provider", default=())
"""Whose providers are being asked, here or in what started this task."""


class _Tokens:
    """What the sync and the async holder share: which token is current and when it should be renewed."""

    def __init__(self, source: object, clock: Callable[[], float] = time.time) -> None:
        self._provider: Callable[[], Any] | None = source if callable(source) else None
        self._clock = clock
        self._renew_at = math.inf
        self._current: Secret | None = None
        self._failures = 0
        self._failed: tuple[str, BaseException | None] = ("", None)
        if self._provider is None:
            self._current = read_token(read_environment_token() if source is None else source)

    @property
    def refreshable(self) -> bool:
        """Whether there is somebody to ask for another token."""
        return self._provider is not None

    def __repr__(self) -> str:
        return "<token provider>" if self._provider else "<token>"

    def _good(self, stale: Secret | None) -> Secret | None:
        """Give the current token unless it is `stale`, or too near its end for a call to last."""
        if self._current is stale or (self._provider and self._clock() >= self._renew_at):
            return None
        return self._current

    def _settled(self, stale: Secret | None, failures: int) -> Secret | None:
        """Give what another call got while this one waited for it; what failed for that one fails for this one too."""
        token = self._good(stale)
        if token is None and self._failures != failures:
            message, cause = self._failed
            raise ConfigurationError(message) from cause
        return token

    @contextmanager
    def _told(self) -> Generator[None]:
        """Note a failure for those who wait."""
        try:
            yield
        except ConfigurationError as error:
            self._failures += 1
            self._failed = error.message, error.__cause__
            raise

    def _keep(self, text: object) -> Secret:
        token = read_token(text)
        now = self._clock()
        self._renew_at = renewal_time(token, now)
        self._current = token
        return token

    def _fixed(self) -> Secret:
        assert self._current is not None  # noqa: S101 - without a provider, __init__ has set it
        return self._current

    def _ask(self) -> Any:
        assert self._provider is not None  # noqa: S101 - only asked where there is one
        try:
            return self._provider()
        except ConfigurationError:
            raise
        except Exception as error:
            raise _provider_failed(error) from error

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Refuse a provider that waits for itself."""
        if self in _asking.get():
            raise ConfigurationError("the token provider calls the client that it gives the token to")
        before = _asking.set((*_asking.get(), self))
        try:
            yield
        finally:
            _asking.reset(before)


class Tokens(_Tokens):
    """The token of a sync client; one thread at a time asks the provider, the others take what it got."""

    def __init__(self, source: object, clock: Callable[[], float] = time.time) -> None:
        if _is_async(source):
            raise ConfigurationError("an async token provider needs AsyncJobMojito; give JobMojito a plain function")
        super().__init__(source, clock)
        self._lock = threading.Lock()

    def get(self, stale: Secret | None = None, limit: float | None = None) -> Secret:
        """Give a token that is not `stale` (one that the API has just refused).

        Waits at most `limit` seconds for another thread that is asking the provider.
        """
        token = self._good(stale)
        if token is not None or not self.refreshable:
            return token or self._fixed()
        failures, lock = self._failures, self._lock
        with self._alone():
            if not lock.acquire(timeout=-1 if limit is None else limit):
                raise _too_long(limit)
            try:
                token = self._settled(stale, failures)
                if token is None:
                    with self._told():
                        token = self._keep(_no_awaitable(self._ask()))
                return token
            finally:
                lock.release()


class AsyncTokens(_Tokens):
    """The token of an async client; a sync provider runs in a thread, so it never blocks the event loop."""

    def __init__(self, source: object, clock: Callable[[], float] = time.time) -> None:
        super().__init__(source, clock)
        # A client may be made outside any event loop, or outlive the one it was first used in.
        self._locks = PerLoop(lambda: asyncio.Lock())  # noqa: PLW0108 - loads asyncio when it is needed

    async def get(self, stale: Secret | None = None, limit: float | None = None) -> Secret:
        """Give a token that is not `stale` (one that the API has just refused).

        Waits at most `limit` seconds for another task that is asking the provider.
        """
        token = self._good(stale)
        if token is not None or not self.refreshable:
            return token or self._fixed()
        failures, lock = self._failures, self._locks.get()
        with self._alone():
            try:
                await asyncio.wait_for(lock.acquire(), limit)
            except TimeoutError:
                raise _too_long(limit) from None
            try:
                token = self._settled(stale, failures)
                if token is None:
                    with self._told():
                        token = self._keep(await self._asked())
                return token
            finally:
                lock.release()

    async def _asked(self) -> Any:
        answer = self._ask() if _is_async(self._provider) else await asyncio.to_thread(self._ask)
        if not inspect.isawaitable(answer):
            return answer
        try:
            return await answer
        except ConfigurationError:
            raise
        except Exception as error:
            raise _provider_failed(error) from error


def read_token(text: object) -> Secret:
    """Check that a token can stand in a header; what is wrong is said without repeating it."""
    if not isinstance(text, str):
        raise ConfigurationError(f"the token must be a string, not {type(text).__name__}")
    if not text:
        raise ConfigurationError("the token is empty")
    if text.lower().startswith("bearer "):
        raise ConfigurationError("give the token without the word Bearer")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ConfigurationError("the token holds white space, a line break or a character that is not ASCII")
    return Secret(text)


def renewal_time(token: Secret, now: float) -> float:
    """Say when to ask for the next token: a minute before `exp`, or halfway there if that is sooner than a minute.

    Never for a token without `exp`, and for one that arrives expired: then the two clocks disagree, and a 401 decides.
    """
    left = _expiry(token.reveal()) - now
    return now + max(left - _EARLY, left / 2) if left > 0 else math.inf


def _expiry(text: str) -> float:
    """Read a JWT's `exp` (seconds since 1970), without verifying anything; infinity where there is none."""
    try:
        payload = text.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expiry = claims["exp"]
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return math.inf
    return float(min(expiry, _FAR)) if is_number(expiry) else math.inf


def _is_async(provider: object) -> bool:
    """Tell before calling it, for functions and for objects with an async `__call__`."""
    return inspect.iscoroutinefunction(provider) or inspect.iscoroutinefunction(getattr(provider, "__call__", None))  # noqa: B004


def _no_awaitable(answer: Any) -> Any:
    """Refuse a coroutine that a plain function returned; closing it avoids a warning that it was never awaited."""
    if not inspect.isawaitable(answer):
        return answer
    if inspect.iscoroutine(answer):
        answer.close()
    raise ConfigurationError("the token provider is async: use AsyncJobMojito, or give JobMojito a plain function")


def _too_long(limit: float | None) -> ConfigurationError:
    return ConfigurationError(
        f"another call has been asking the token provider for more than {limit:g} s: does the provider use this client?"
    )


def _provider_failed(error: Exception) -> ConfigurationError:
    return ConfigurationError(f"the token provider failed: {type(error).__name__}")
