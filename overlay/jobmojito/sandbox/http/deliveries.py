"""Posts webhooks to receivers on this machine, as the vendor does: at least once, and again after a failure."""

import ipaddress
import logging
import sched
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from attrs import define, field, frozen

from jobmojito.http import httpx
from jobmojito.sandbox.contract.document import Contract
from jobmojito.sandbox.faults import Faults
from jobmojito.sandbox.world.store import Row, Store
from jobmojito.sandbox.world.webhooks import event_of, payload_of

log = logging.getLogger("jobmojito.sandbox")

TIMEOUT = 10.0


def _check_urls(_settings: object, _attribute: object, urls: Mapping[str, str]) -> None:
    for url in urls.values():
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            is_here = False
        if parts.scheme not in {"http", "https"} or not is_here:
            raise ValueError("webhooks are posted to this machine alone: an http:// URL with 127.0.0.1 or localhost")


@frozen
class Webhooks:
    """Where events are posted, by the event's name, and with which headers.

    `retries` are the pauses in seconds after failed attempts; after the last one, the delivery is given up. A host that
    is not this machine is a ValueError.
    """

    urls: Mapping[str, str] = field(factory=dict, validator=_check_urls)
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    retries: Sequence[float] = (0.5, 2.0, 10.0)


def post(url: str, payload: Row, headers: Mapping[str, str]) -> int | None:
    """Post a payload and return the status of the answer; None if there is none."""
    try:
        return httpx.post(url, json=payload, headers=dict(headers), timeout=TIMEOUT, trust_env=False).status_code
    except httpx.HTTPError:
        return None


@define
class Deliveries:
    """The webhooks of one sandbox: what is due, and what was delivered.

    A fault of an event delays it (`latency`), drops it (`reset=before`), or delivers it again (`repeat`).
    """

    contract: Contract
    settings: Webhooks
    faults: Faults
    clock: Callable[[], float] = time.monotonic
    post: Callable[[str, Row, Mapping[str, str]], int | None] = post
    counts: Counter[tuple[str, int | None]] = field(factory=Counter)
    _known: dict[str, Row] = field(factory=dict)
    _due: sched.scheduler = field(init=False)
    _changed: threading.Event = field(factory=threading.Event)
    _stopped: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse events that the contract does not have."""
        self._due = sched.scheduler(lambda: self.clock())  # noqa: PLW0108 - tests set the clock later
        if unknown := self.settings.urls.keys() - self.contract.webhooks.keys():
            names = ", ".join(self.contract.webhooks)
            raise ValueError(f"there is no webhook {min(unknown)!r}; those that there are: {names}")

    def look(self, store: Store) -> None:
        """Find the results whose state is new, and schedule their events."""
        for key, result in store.results.items() if self.settings.urls else ():
            if (event := event_of(result)) is None:
                self._known.pop(key, None)
                continue
            payload = payload_of(result, self.contract.webhooks.get(event, {}))
            if self._known.get(key) != payload:
                self._known[key] = payload
                self._schedule(event, payload)

    def _schedule(self, event: str, payload: Row) -> None:
        if event not in self.settings.urls:
            return
        fault = self.faults.strike(event, None)
        if fault is not None and fault.reset:
            return
        latency, copies = (fault.latency, 1 + fault.repeat) if fault else (0.0, 1)
        for _ in range(copies):
            self._after(latency, event, payload)

    def _after(self, seconds: float, event: str, payload: Row, attempt: int = 0) -> None:
        self._due.enter(seconds, 0, self._post, (event, payload, attempt))
        self._changed.set()

    def deliver(self) -> float | None:
        """Post all that is due; return when the next delivery is, None if there is none."""
        self._due.run(blocking=False)
        return min((delivery.time for delivery in self._due.queue), default=None)

    def _post(self, event: str, payload: Row, attempt: int) -> None:
        status = self.post(self.settings.urls[event], payload, self.settings.headers)
        self.counts[event, status] += 1
        if status is not None and 200 <= status < 300:  # noqa: PLR2004 - 2xx
            return
        if attempt < len(self.settings.retries):
            self._after(self.settings.retries[attempt], event, payload, attempt + 1)
        else:
            log.warning("%s: given up after %d attempts", event, attempt + 1)

    def start(self) -> None:
        """Deliver in a thread of its own until `stop` is called."""
        self._stopped = False
        threading.Thread(target=self._run, name="jobmojito-webhooks", daemon=True).start()

    def _run(self) -> None:
        while not self._stopped:
            due = self.deliver()
            self._changed.wait(None if due is None else max(0.0, due - self.clock()))
            self._changed.clear()

    def stop(self) -> None:
        """Stop delivering; deliveries that are not made yet are lost, as the rest of the sandbox's data."""
        self._stopped = True
        self._changed.set()

    def clear(self) -> None:
        """Forget what is due, known and counted."""
        for delivery in self._due.queue:
            with suppress(ValueError):  # it has begun in the meantime
                self._due.cancel(delivery)
        self._known.clear()
        self.counts.clear()
