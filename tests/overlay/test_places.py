"""One client in several processes, event loops and threads, in an environment that does not fit, and under a limit."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from jobmojito import AsyncJobMojito, ConfigurationError, InvalidRequestError, JobMojito, RateLimitError, RetryPolicy
from tests.faults import server as faults
from tests.overlay.driver import QUICK, READ, SPENDING, TOKEN


def _kept(content):
    """Answer every request of a connection, each with its own path."""

    def act(connection):
        body = content
        while True:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            if not connection.recv(65536):
                return

    return faults.Fault(act)


def _in_child(work):
    """Run `work` in a forked child, and give what it says."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = str(work())
        except BaseException as error:  # noqa: BLE001 - told to the parent
            said = type(error).__name__
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as stream:
        return stream.read()


pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def test_forked_child_has_connections_of_its_own(fault_server):
    """The parent's is used by the parent alone: neither can be given the other's answer."""
    fault_server.plays(_kept(b'{"languages": []}'))
    with JobMojito(TOKEN, base_url=fault_server.url, retry=QUICK) as jm:
        READ[1](jm)

        said = _in_child(lambda: READ[1](jm).languages)

        assert (said, fault_server.connections) == ("[]", 2)
        READ[1](jm)
        assert fault_server.connections == 2


@pytest.mark.parametrize("given", ["transport", "http_client"])
def test_connection_that_was_given_is_refused_in_a_forked_child(fault_server, given):
    """Before anything is sent: nobody can say what else is done with it."""
    fault_server.plays(_kept(b'{"languages": []}'))
    transport = httpx.HTTPTransport(verify=False)
    option = {"transport": transport} if given == "transport" else {"http_client": httpx.Client(transport=transport)}
    with JobMojito(TOKEN, base_url=fault_server.url, **option) as jm:
        READ[1](jm)

        assert _in_child(lambda: READ[1](jm)) == "ConfigurationError"
        assert fault_server.connections == 1
        assert READ[1](jm).languages == []
    transport.close()


def test_forked_child_does_not_wait_for_a_lock_of_its_parent(fault_server):
    """A thread of the parent is asking the token's provider while the process forks; the child asks for itself."""
    asked, may_go = threading.Event(), threading.Event()
    parent = os.getpid()

    def provider():
        if os.getpid() == parent:
            asked.set()
            may_go.wait(10)
        return TOKEN

    fault_server.plays(faults.json_answer(200, {"languages": []}))
    with JobMojito(provider, base_url=fault_server.url) as jm, ThreadPoolExecutor(1) as pool:
        call = pool.submit(READ[1], jm)
        asked.wait(10)
        said = _in_child(lambda: READ[1](jm).languages)
        may_go.set()

        assert (said, call.result().languages) == ("[]", [])


def test_async_client_works_in_a_forked_child(fault_server):
    """With an event loop of its own."""
    fault_server.plays(_kept(b'{"languages": []}'))
    jm = AsyncJobMojito(TOKEN, base_url=fault_server.url, retry=QUICK)

    async def call():
        return (await READ[1](jm)).languages

    asyncio.run(call())

    assert _in_child(lambda: asyncio.run(call())) == "[]"
    assert asyncio.run(call()) == []


def test_async_client_works_in_one_event_loop_after_the_other(fault_server):
    """New connections for each; a closed loop's are left alone."""
    fault_server.plays(_kept(b'{"languages": []}'))
    jm = AsyncJobMojito(TOKEN, base_url=fault_server.url, retry=RetryPolicy.none())

    async def call():
        return (await READ[1](jm)).languages

    assert [asyncio.run(call()) for _ in range(3)] == [[], [], []]
    assert fault_server.connections == 3


def test_given_async_connection_is_refused_in_a_second_event_loop(fault_server):
    """In words, and before anything is sent."""
    fault_server.plays(faults.json_answer(200, {"languages": []}))
    jm = AsyncJobMojito(TOKEN, base_url=fault_server.url, transport=httpx.AsyncHTTPTransport(verify=False))

    async def call():
        return await READ[1](jm)

    asyncio.run(call())
    with pytest.raises(ConfigurationError, match="event loop"):
        asyncio.run(call())

    assert fault_server.count == 1


def test_event_loop_that_is_not_asyncios_is_refused_in_words():
    """As under trio: no asyncio loop is running."""
    jm = AsyncJobMojito(TOKEN, transport=httpx.MockTransport(lambda _: pytest.fail("nothing may be sent")))

    with pytest.raises(ConfigurationError, match="asyncio"):
        READ[1](jm).send(None)


class _Provider:
    """Gives a token, but calls the client that asks it first: itself, or in a thread or task."""

    def __init__(self, way):
        self.way, self.jm = way, None

    def __call__(self):
        if self.way == "thread":
            with ThreadPoolExecutor(1) as pool:
                pool.submit(READ[1], self.jm).result()
        else:
            READ[1](self.jm)
        return TOKEN


@pytest.mark.parametrize("way", ["itself", "thread"])
def test_provider_that_calls_its_own_client_is_told_so(fault_server, way):
    """It would wait for itself for ever."""
    provider = _Provider(way)
    with JobMojito(provider, base_url=fault_server.url, timeout=0.3) as jm:
        provider.jm = jm
        with pytest.raises(ConfigurationError, match="provider"):
            READ[1](jm)

    assert fault_server.connections == 0


@pytest.mark.parametrize("way", ["itself", "task"])
def test_async_provider_that_calls_its_own_client_is_told_so(fault_server, way):
    """In the same task, or in one that it waits for."""
    held = []

    async def provider():
        call = READ[1](held[0])
        await (asyncio.create_task(call) if way == "task" else call)
        return TOKEN

    async def main():
        async with AsyncJobMojito(provider, base_url=fault_server.url, timeout=0.3) as jm:
            held.append(jm)
            await READ[1](jm)

    with pytest.raises(ConfigurationError, match="provider"):
        asyncio.run(main())

    assert fault_server.connections == 0


def test_provider_may_call_another_client(api, fault_server):
    """Only its own is refused."""
    fault_server.plays(faults.json_answer(200, {"languages": []}))

    def provider():
        with JobMojito(TOKEN, base_url=fault_server.url) as other:
            READ[1](other)
        return TOKEN

    assert api.call(READ[1], token=provider, base_url=fault_server.url).languages == []


BROKEN = [
    ("NO_PROXY", "fd00::/64", {"HTTPS_PROXY": "http://127.0.0.1:1"}),
    ("ALL_PROXY", "socks://user:hush@127.0.0.1:1", {}),
    ("all_proxy", "socks5://user:hush@127.0.0.1:1", {}),
    ("HTTPS_PROXY", "http://user:hush@[::1", {}),
    ("HTTP_PROXY", "http://127.0.0.1:hush", {}),
    ("SSL_CERT_FILE", "/nowhere/hush.pem", {}),
]


@pytest.mark.parametrize(("name", "value", "others"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_environment_that_cannot_be_used_is_told_by_its_name(api, monkeypatch, name, value, others):
    """The variable, never its value: a proxy's may hold a password."""
    for key, text in {**others, name: value}.items():
        monkeypatch.setenv(key, text)

    with pytest.raises(ConfigurationError, match=name) as raised:
        api.client()

    assert "hush" not in f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r}"


@pytest.mark.parametrize(
    "work",
    [
        lambda jm: jm.candidates.list_candidates(filter_text="jane \ud800"),
        lambda jm: jm.interviews.list_interviews(filter_text="\udfff jane"),
    ],
)
def test_lone_surrogate_in_a_parameter_is_refused_without_its_text(api, work):
    """UTF-8 cannot say it; nothing is sent."""
    transport = httpx.MockTransport(lambda _: pytest.fail("nothing may be sent"))

    with pytest.raises(InvalidRequestError) as raised:
        api.call(work, transport=transport)

    assert "jane" not in f"{raised.value!r} {raised.value.args} {raised.value.__cause__!r} {raised.value.__context__!r}"


class _Limited:
    """A server that lets through a number of requests in each second of a clock that its clients' waiting moves."""

    def __init__(self, rate):
        self.rate, self.now, self.let, self.refused = rate, 0.0, [], 0
        self._lock = threading.Lock()

    def __call__(self, request):
        with self._lock:
            second = int(self.now)
            if sum(1 for one in self.let if int(one) == second) >= self.rate:
                self.refused += 1
                return httpx.Response(429, headers={"Retry-After": "1"}, json={"error": "slow down"})
            self.let.append(self.now)
            return httpx.Response(200, json={})


def test_calls_in_flight_share_a_told_wait_and_none_is_given_up():
    """60 calls, 16 at a time, against 3 a second: all are answered, with fewer than two requests for each."""
    server = _Limited(3)

    async def tick(seconds):
        """Let virtual time pass when everybody waits."""
        due = server.now + seconds
        while server.now < due:
            await asyncio.sleep(0)
            waiting.append(due)
            await asyncio.sleep(0)
            server.now = max(server.now, min(waiting))
            waiting.remove(due)

    waiting = []

    async def main():
        async with AsyncJobMojito(TOKEN, transport=httpx.MockTransport(server)) as jm:
            jm._session.transport.clock, jm._session.transport.sleep = lambda: server.now, tick
            gate = asyncio.Semaphore(16)

            async def one():
                async with gate:
                    return await SPENDING[1](jm)

            return await asyncio.gather(*(one() for _ in range(60)))

    assert len(asyncio.run(main())) == 60
    assert server.refused < 60


def test_told_waits_end_with_the_time_limit():
    """They are no failures, but no call waits for ever."""
    now, sent = [0.0], []

    def refuse(request):
        sent.append(now[0])
        return httpx.Response(429, headers={"Retry-After": "30"}, json={"error": "slow down"})

    policy = RetryPolicy(max_attempts=2, max_elapsed=100)
    with JobMojito(TOKEN, transport=httpx.MockTransport(refuse), retry=policy) as jm:
        jm._session.transport.clock = lambda: now[0]
        jm._session.transport.sleep = lambda seconds: now.__setitem__(0, now[0] + seconds)
        with pytest.raises(RateLimitError):
            SPENDING[1](jm)

    assert len(sent) == 3 or len(sent) == 4
    assert max(sent) <= 100
