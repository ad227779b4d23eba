"""Posts webhooks to receivers on this machine, as the vendor does: at least once, and again after a failure."""

import heapq
import ipaddress
import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
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


@frozen(order=True)
class Delivery:
    """One delivery that is due at a time; `number` keeps equal times in order."""

    due: float
    number: int
    event: str = field(order=False)
    payload: Row = field(order=False, repr=False)
    attempt: int = field(default=0, order=False)


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
    _due: list[Delivery] = field(factory=list)
    _numbers: Any = field(factory=itertools.count)
    _wake: threading.Condition = field(factory=threading.Condition)
    _stopped: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse events that the contract does not have."""
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
        with self._wake:
            for _ in range(copies):
                self._push(Delivery(self.clock() + latency, next(self._numbers), event, payload))
            self._wake.notify()

    def _push(self, delivery: Delivery) -> None:
        heapq.heappush(self._due, delivery)

    def deliver(self) -> float | None:
        """Post all that is due; return when the next delivery is, None if there is none."""
        while True:
            with self._wake:
                if not self._due or self._due[0].due > self.clock():
                    return self._due[0].due if self._due else None
                delivery = heapq.heappop(self._due)
            self._post(delivery)

    def _post(self, delivery: Delivery) -> None:
        status = self.post(self.settings.urls[delivery.event], delivery.payload, self.settings.headers)
        self.counts[delivery.event, status] += 1
        pauses = self.settings.retries[delivery.attempt :]
        if status is not None and 200 <= status < 300:  # noqa: PLR2004 - 2xx
            return
        if not pauses:
            log.warning("%s: given up after %d attempts", delivery.event, delivery.attempt + 1)
            return
        due = self.clock() + pauses[0]
        with self._wake:
            self._push(Delivery(due, next(self._numbers), delivery.event, delivery.payload, delivery.attempt + 1))

    def start(self) -> None:
        """Deliver in a thread of its own until `stop` is called."""
        self._stopped = False
        threading.Thread(target=self._run, name="jobmojito-webhooks", daemon=True).start()

    def _run(self) -> None:
        while True:
            due = self.deliver()
            with self._wake:
                if self._stopped:
                    return
                if not self._due or self._due[0].due > self.clock():
                    self._wake.wait(None if due is None else max(0.0, due - self.clock()))

    def stop(self) -> None:
        """Stop delivering; deliveries that are not made yet are lost, as the rest of the sandbox's data."""
        with self._wake:
            self._stopped = True
            self._wake.notify()

    def clear(self) -> None:
        """Forget what is due, known and counted."""
        with self._wake:
            for part in (self._due, self._known, self.counts):
                part.clear()
