import asyncio
import base64
import functools
import json
import pickle
import threading
import time

import httpx
import pytest

from jobmojito import AsyncJobMojito, AuthenticationError, ConfigurationError, JobMojito
from jobmojito.calls.tokens import AsyncTokens, Tokens, read_token, renewal_time
from jobmojito.redaction import Secret
from tests.overlay.driver import ASKED, READ

OK = httpx.Response(200, json={"languages": []})


def _jwt(**claims):
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJIUzI1NiJ9.{payload}.c2ln"


class _Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class _Provider:
    """Counts its calls, and gives a token that lives `life` seconds from the clock's now."""

    def __init__(self, clock=None, life=3600.0):
        self.clock, self.life, self.calls = clock or _Clock(), life, 0

    def __call__(self):
        self.calls += 1
        return _jwt(exp=self.clock() + self.life, n=self.calls)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (_jwt(exp=5000), 4940.0),
        (_jwt(exp=1100), 1050.0),
        (_jwt(exp=1010), 1005.0),
        (_jwt(exp=5000.5), 4940.5),
        *(
            (token, float("inf"))
            for token in (
                _jwt(exp=1000),
                _jwt(exp=10),
                _jwt(),
                _jwt(exp="soon"),
                _jwt(exp=True),
                _jwt(exp=None),
                _jwt(exp=float("nan")),
                "opaque-token",
                "a.b.c",
                "..",
                "x." + "A" * 5 + ".y",
                "x." + base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".y",
                "x." + base64.urlsafe_b64encode(b'["exp"]').decode() + ".y",
            )
        ),
    ],
)
def test_renewal_is_a_minute_before_exp_or_halfway(token, expected):
    """Never for a token without a readable `exp`, nor for one that arrives expired: there the 401 decides."""
    assert renewal_time(Secret(token), 1000.0) == expected


def test_exp_of_hundreds_of_digits_is_far_away():
    """No number in a token makes the client fail."""
    assert renewal_time(Secret(_jwt(exp=10**400)), 1000.0) > 10**11


def test_provider_is_asked_once_until_exp_comes_near():
    """The first call asks, later ones share it, and a minute before the end the next one is asked for."""
    clock = _Clock()
    provider = _Provider(clock)
    tokens = Tokens(provider, clock)
    first = tokens.get()

    clock.now += 3500
    assert (tokens.get(), provider.calls) == (first, 1)
    clock.now += 60
    assert tokens.get() is not first
    assert provider.calls == 2


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_refused_token_is_refreshed_once_for_all_that_used_it(kind):
    """Who comes later with the same refused token gets the new one without asking again."""
    provider = _Provider()
    tokens = Tokens(provider, provider.clock) if kind == "sync" else AsyncTokens(provider, provider.clock)

    def get(stale=None):
        return tokens.get(stale) if kind == "sync" else asyncio.run(tokens.get(stale))

    old = get()
    new = get(old)

    assert get(old) is new
    assert provider.calls == 2


def test_concurrent_threads_share_one_refresh():
    """Twenty threads that start together cost one call of the provider."""
    asked = []

    def provider():
        asked.append(1)
        time.sleep(0.05)
        return "token-from-provider"

    tokens = Tokens(provider)
    threads = [threading.Thread(target=tokens.get) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(asked) == 1


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_concurrent_tasks_share_one_refresh(kind):
    """Twenty tasks that are refused together cost one call, for both kinds of provider."""
    asked = []

    def plain():
        asked.append(1)
        time.sleep(0.05)
        return f"token-{len(asked)}-of-provider"

    async def awaited():
        asked.append(1)
        await asyncio.sleep(0.05)
        return f"token-{len(asked)}-of-provider"

    async def main():
        tokens = AsyncTokens(plain if kind == "plain" else awaited)
        old = await tokens.get()
        return await asyncio.gather(*(tokens.get(old) for _ in range(20)))

    got = asyncio.run(main())

    assert len(asked) == 2
    assert len({id(token) for token in got}) == 1


def test_plain_provider_does_not_block_the_event_loop():
    """It runs in a thread, so other tasks go on."""
    ticks = []

    async def tick():
        while True:
            ticks.append(1)
            await asyncio.sleep(0.01)

    async def main():
        ticker = asyncio.create_task(tick())
        await AsyncTokens(lambda: time.sleep(0.2) or "token-of-provider").get()
        ticker.cancel()

    asyncio.run(main())

    assert len(ticks) > 5


def test_async_client_made_outside_a_loop_works_in_several():
    """Nothing is bound to the loop of the first use."""
    provider = _Provider()
    tokens = AsyncTokens(provider, provider.clock)

    async def main():
        stale = await tokens.get()
        await asyncio.gather(*(tokens.get(stale) for _ in range(5)))

    asyncio.run(main())
    asyncio.run(main())

    assert provider.calls == 3


class _AsyncCallable:
    async def __call__(self):
        return "token-of-object"


async def _async_provider():
    return "token-of-function"


@pytest.mark.parametrize(
    "provider",
    [_async_provider, _AsyncCallable(), functools.partial(_async_provider), lambda: _async_provider()],  # noqa: PLW0108
    ids=["function", "object", "partial", "lambda"],
)
def test_async_provider_serves_the_async_client_and_is_refused_by_the_sync_one(provider):
    """The sync client says so, and leaves no coroutine that was never awaited."""
    with pytest.raises(ConfigurationError, match="AsyncJobMojito"), JobMojito(provider) as jm:
        jm.admin.list_languages(**ASKED)

    assert asyncio.run(AsyncTokens(provider).get()).reveal().startswith("token-of-")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, "must be a string, not NoneType"),
        (b"token", "must be a string, not bytes"),
        ("", "is empty"),
        ("Bearer token", "without the word Bearer"),
        ("token\n", "white space"),
        ("to\r\nken", "white space"),
        ("tok\u00e9n", "not ASCII"),
    ],
)
def test_provider_that_gives_no_token_is_a_configuration_error(api, given, reason):
    """Nothing is sent with a token that cannot stand in a header."""
    transport = httpx.MockTransport(lambda _: pytest.fail("nothing may be sent"))

    with pytest.raises(ConfigurationError, match=reason):
        api.call(READ[1], token=lambda: given, transport=transport)


def test_provider_that_fails_is_a_configuration_error_with_its_cause(api):
    """The cause is what the provider raised."""
    cause = OSError("vault is sealed")

    def provider():
        raise cause

    with pytest.raises(ConfigurationError, match="token provider failed: OSError") as raised:
        api.call(READ[1], token=provider, transport=httpx.MockTransport(lambda _: OK))

    assert raised.value.__cause__ is cause


@pytest.mark.parametrize(("provided", "sent"), [(True, 2), (False, 1)])
def test_401_that_stays_surfaces(api, provided, sent):
    """A fresh token that is refused too is an answer; of a fixed one there is nothing fresh to send."""
    seen = []
    transport = httpx.MockTransport(lambda r: seen.append(r) or httpx.Response(401, json={"error": "bad jwt"}))

    with pytest.raises(AuthenticationError, match="bad jwt"):
        api.call(READ[1], transport=transport, **({"token": _Provider()} if provided else {}))

    assert len(seen) == sent


def test_calls_refused_together_share_one_refresh_over_http():
    """Ten calls are in flight when the token expires: the provider is asked once for all of them."""
    provider = _Provider()

    async def answer(request):
        await asyncio.sleep(0.01)
        valid = request.headers["authorization"].endswith(provider_tokens[-1])
        return OK if valid and len(provider_tokens) > 1 else httpx.Response(401, json={"error": "expired"})

    provider_tokens = []

    def remembered():
        provider_tokens.append(provider())
        return provider_tokens[-1]

    async def main():
        async with AsyncJobMojito(remembered, transport=httpx.MockTransport(answer)) as jm:
            await asyncio.gather(*(jm.admin.list_languages(**ASKED) for _ in range(10)))

    asyncio.run(main())

    assert len(provider_tokens) == 2


def test_secret_shows_itself_nowhere():
    """Not in a repr, a str, a format, a dict or a pickle."""
    secret = read_token("test-token-0123456789")

    assert "0123456789" not in f"{secret} {secret!r} {[secret]} {Tokens('test-token-0123456789')!r}"
    assert not hasattr(secret, "__dict__")
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
