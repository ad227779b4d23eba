"""Values that belong to one process or one event loop, and are made again in another.

A forked child that used its parent's connection could be given the parent's answer, and a lock that a thread of the
parent held would stay locked for ever. A connection of one event loop is of no use in another.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

from jobmojito.errors import ConfigurationError
from jobmojito.lazy import DeferredModule

if TYPE_CHECKING:
    import asyncio
else:
    asyncio = DeferredModule("asyncio")

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Local(Protocol[T_co]):
    """A value of which each process, or each event loop, has its own."""

    def get(self) -> T_co:
        """Give the value here; it is made if there is none."""
        ...

    def peek(self) -> T_co | None:
        """Give the value here if there is one."""
        ...


class PerProcess(Generic[T]):
    """One value for each process: the first is made at once, a child's when it is first asked for."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._values = {os.getpid(): make()}

    def get(self) -> T:
        """Give this process's value. The parent's is kept unused: dropping it could close its connections."""
        here = os.getpid()
        # setdefault is one step: all threads get the same value.
        return self._values[here] if here in self._values else self._values.setdefault(here, self._make())

    def peek(self) -> T | None:
        """Give this process's value if there is one."""
        return self._values.get(os.getpid())


class PerLoop(Generic[T]):
    """One value for each asyncio event loop: made when it is first asked for, closed when the loop ends."""

    def __init__(self, make: Callable[[], T], close: Callable[[T], Awaitable[None]] | None = None) -> None:
        self._make, self._close = make, close
        self._values: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[T, object]] = WeakKeyDictionary()

    def get(self) -> T:
        """Give the running loop's value.

        Raises:
            ConfigurationError: no asyncio event loop is running.
        """
        loop = running_loop()
        if loop not in self._values:
            value = self._make()
            self._values[loop] = value, self._kept(value)
        return self._values[loop][0]

    def peek(self) -> T | None:
        """Give the running loop's value if there is one."""
        found = self._values.get(running_loop())
        return found and found[0]

    def _kept(self, value: T) -> object:
        """Start an async generator that waits: when the loop ends it is closed, and closes the value."""

        async def keeper() -> AsyncGenerator[None, None]:
            try:
                yield
            finally:
                if self._close:
                    await self._close(value)

        kept = keeper()
        with suppress(StopIteration):
            anext(kept).__await__().send(None)
        return kept


def running_loop() -> asyncio.AbstractEventLoop:
    """Give the running event loop.

    Raises:
        ConfigurationError: there is none.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    raise ConfigurationError("AsyncJobMojito needs a running asyncio event loop (trio is not supported)")
