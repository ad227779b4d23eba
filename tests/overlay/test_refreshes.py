"""A provider that fails while several calls wait for its token."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from jobmojito import ConfigurationError
from jobmojito.calls.tokens import AsyncTokens, Tokens


class _Gate:
    """A lock that counts who came to it."""

    def __init__(self):
        self.came, self._lock = [], threading.Lock()

    def acquire(self, timeout):
        self.came.append(1)
        return self._lock.acquire(timeout=timeout)

    def release(self):
        self._lock.release()


def test_threads_that_waited_for_a_failed_refresh_fail_with_it():
    """A provider that hangs and fails is not asked by one after the other; the next call asks it again."""
    asked, came = [], threading.Event()

    def provider():
        asked.append(1)
        assert came.wait(10)
        if len(asked) == 1:
            raise OSError("no network")
        return "token-from-provider"

    tokens = Tokens(provider)
    tokens._lock = gate = _Gate()
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(tokens.get) for _ in range(8)]
        while len(gate.came) < 8:
            time.sleep(0.001)
        came.set()
    errors = [call.exception() for call in calls]

    assert {(type(error), type(error.__cause__)) for error in errors} == {(ConfigurationError, OSError)}
    assert len(asked) == 1
    assert tokens.get().reveal() == "token-from-provider"


@pytest.mark.parametrize("given", [OSError("no network"), ""])
def test_tasks_that_waited_for_a_failed_refresh_fail_with_it(given):
    """Whether the provider raises or gives what is no token."""
    asked = []

    async def main():
        asking = asyncio.Event()

        async def provider():
            asked.append(1)
            await asking.wait()
            if given:
                raise given
            return given

        tokens = AsyncTokens(provider)
        calls = [asyncio.create_task(tokens.get()) for _ in range(8)]
        await asyncio.sleep(0)
        asking.set()
        return await asyncio.gather(*calls, return_exceptions=True)

    errors = asyncio.run(main())

    assert [(type(error), error.__cause__) for error in errors] == [(ConfigurationError, given or None)] * 8
    assert len(asked) == 1
