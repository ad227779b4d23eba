"""The sandbox as a server in its own thread."""

import ipaddress
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import uvicorn

from jobmojito.sandbox.faults import Fault, Faults
from jobmojito.sandbox.world.store import CREDITS, change
from jobmojito.sandbox.world.tokens import fingerprint, issue_token

from .application import App, Counters, Settings, create_app
from .deliveries import Webhooks
from .responses import ExposedProtocol

log = logging.getLogger("jobmojito.sandbox")

LOCALHOST = "127.0.0.1"
# For a server that listens on every address: the address to reach it from this machine.
THIS_MACHINE = {"0.0.0.0": LOCALHOST, "::": "::1"}  # noqa: S104 - looked up, not listened on
BACKLOG = 1024
MOST_PORT = 65535

# Seconds that a start may take, and that a stop waits for requests in flight.
START_LIMIT = 10.0
GRACE = 1

# Seconds to keep an idle connection: longer than clients do, so that the client closes it.
KEEP_ALIVE = 75

OPTIONS: dict[str, Any] = {
    "http": ExposedProtocol,
    "ws": "none",
    "lifespan": "off",
    "loop": "asyncio",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "backlog": BACKLOG,
    "timeout_keep_alive": KEEP_ALIVE,
    "timeout_graceful_shutdown": GRACE,
}

ENVIRONMENT = "sandbox"
MERCHANT = "6f8a2f0e-6c1c-4d5c-8f39-5d5f3d1b7a20"
DAY = 24 * 3600.0


class SandboxError(Exception):
    """The server cannot start: the port is taken or the host has no such address; the message is one line."""


class Sandbox:
    """A running sandbox: `with Sandbox() as sandbox: ...`, or `start()` and `stop()`.

    `port` 0 takes a free one. `host` is loopback; any other, such as "0.0.0.0" in a container, lets other machines in,
    with a warning in the log. `credits` is each merchant's balance. `faults` are active from the start. `contract` is
    an effective contract to use instead of the shipped one. `body_limit` is in bytes. `check_answers=False` turns off
    the validation of the sandbox's own answers, for benchmarks. `log_requests=True` prints a line for each request to
    stderr: operation and status, none of its data. `webhooks` says where events are posted, on this machine alone.
    Raises SandboxError; ContractError for a contract that cannot be read; ValueError for credits below 0 or a fault of
    an operation that the contract does not have.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = LOCALHOST,
        credits: float = CREDITS,  # noqa: A002 - the trade's word
        faults: Iterable[Fault] = (),
        contract: Path | None = None,
        body_limit: int = Settings().body_limit,
        check_answers: bool = True,
        log_requests: bool = False,
        webhooks: Webhooks | None = None,
    ) -> None:
        settings = Settings(body_limit, check_answers, log_requests)
        self.app: App = create_app(
            contract=contract, faults=faults, credits=credits, settings=settings, webhooks=webhooks
        )
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.token = self.issue_token()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Start the server; return when it answers requests."""
        self._socket = listen(*self._address)
        self._server = uvicorn.Server(uvicorn.Config(self.app, **OPTIONS))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        self.app.deliveries.start()
        limit = time.monotonic() + START_LIMIT
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > limit:
                self.stop()
                raise SandboxError("the server did not start; its log says why")
            time.sleep(0.002)
        return self

    def stop(self) -> None:
        """Stop serving; requests in flight are cut after a second. Stopping twice is harmless."""
        self.app.deliveries.stop()
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        if self._socket is not None:
            self._socket.close()
        self._server = self._thread = self._socket = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._listening()[1]

    @property
    def host(self) -> str:
        """The address it listens on."""
        return self._listening()[0]

    def _listening(self) -> tuple[str, int]:
        if self._socket is None:
            raise SandboxError("the sandbox is not running")
        host, port, *_ = self._socket.getsockname()
        return str(host), int(port)

    @property
    def base_url(self) -> str:
        """The base URL for a client; the same paths work without the contract's prefix, too."""
        host, port = self._listening()
        host = THIS_MACHINE.get(host, host)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{self.app.contract.base_path}"

    @property
    def requests(self) -> Counter[str]:
        """How many requests of each operation have arrived."""
        with self.app.counters.lock:
            return Counter(self.app.counters.requests)

    @property
    def credits_spent(self) -> float:
        """Credits spent by all merchants together."""
        return self.app.world.spent()

    @property
    def tally(self) -> Counters:
        """All counts, and the files received."""
        return self.app.counters

    @property
    def faults(self) -> Faults:
        """The active faults; has `add` and `clear`."""
        return self.app.faults

    def issue_token(
        self,
        *,
        merchant_id: str = MERCHANT,
        environment: str = ENVIRONMENT,
        role: str = "merchant_owner",
        expires_in: float = DAY,
    ) -> str:
        """Make a token (JWT) for a merchant, environment and role, valid for `expires_in` seconds.

        Roles: merchant_owner, merchant, merchant_selection, admin (any merchant), service_role (must send a
        merchant_id); any other, such as user, may not use the merchant endpoints (403).
        """
        return issue_token(merchant_id, environment=environment, role=role, expires_in=expires_in)

    def revoke(self, token: str) -> None:
        """Refuse a token from now on (401), as if it had expired."""
        self.app.world.revoked.add(fingerprint(token))

    def change_result(self, result_id: str, **values: Any) -> None:
        """Change a result as a recruiter or the AI would, such as `decision_status="selected"` or `score=80`.

        The event of its new state is posted. Raises KeyError if there is no such result, or it has no such column.
        """
        with self.app.world.lock:
            stores = {key: store for store in self.app.world.stores.values() for key in store.results}
            result = (store := stores[result_id]).results[result_id]
            if unknown := values.keys() - result.keys():
                raise KeyError(*sorted(unknown))
            change(result, values)
            self.app.deliveries.look(store)

    def reset(self) -> None:
        """Forget all data, files, counts, faults and revoked tokens."""
        self.app.clear()


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket; log a warning if other machines can reach it. Raises SandboxError."""
    if port not in range(MOST_PORT + 1):
        raise SandboxError(f"{port} is not a port: 0 to {MOST_PORT}")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SandboxError(f"{host} is not an address to listen on: {error}") from error
    family, kind, protocol, _, address = found[0]
    if not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        log.warning("%s is not a loopback address: whoever reaches this machine reaches the sandbox", host)
    server = socket.socket(family, kind, protocol)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen(BACKLOG)
    except OSError as error:
        server.close()
        raise SandboxError(f"cannot listen on {host} port {port}: {error}") from error
    return server
