"""A client's calls under its options: what the resources and the helpers hand their calls to.

For helpers: `session(call)` gives the value, `session.detailed(call)` the `Detailed`, both with the policies of the
client (errors, repeating, tokens, strictness, default merchant). `session.call(name, **arguments)` makes a call. To
stream a body, give a `bodies.StreamedBody`: it is sent in place of the body that the call would have, whose arguments
are still checked.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import evolve

from jobmojito.errors import BatchError, ConfigurationError, ResponseDecodeError
from jobmojito.lazy import DeferredModule
from jobmojito.redaction import log, mask
from jobmojito_api.codec import Model, Object, table_of
from jobmojito_api.errors import InvalidRequest
from jobmojito_api.resources import operation
from jobmojito_api.types import UNSET

from .attempts import PreparedCall, prepare, prepare_download, send_with_retries
from .responses import Detailed, refusal
from .steps import drive, drive_async
from .transport import AsyncTransport, Transport

if TYPE_CHECKING:
    from collections.abc import Generator
    from uuid import UUID

    from jobmojito.http import httpx
    from jobmojito_api.calls import Call
    from jobmojito_api.codec import Departure

    from . import observing
    from .bodies import StreamedBody
    from .settings import Settings
    from .steps import Sink, Steps
else:
    observing = DeferredModule("jobmojito.calls.observing")

T = TypeVar("T")
W = TypeVar("W", Transport, AsyncTransport)

_watching: ContextVar[list[Detailed[Any]] | None] = ContextVar("jobmojito_watching", default=None)
_Kind = tuple[str, str, str, str]  # operation, where, expected, got

_MERCHANT = "merchant_id"
_MOST_KINDS = 1000
_RECEIVED = "%s: the answer departs from the contract at %s: expected %s, got %s"
_SENT = "%s: sent, although the contract does not have it, at %s: expected %s, got %s"
_INDEX = r"/\d+(?=/|$)"


class _Session(Generic[W]):
    """What both kinds share: a transport, options, and which kinds of departure were logged already."""

    def __init__(self, transport: W, settings: Settings, logged: dict[_Kind, object] | None = None) -> None:
        self.transport: W = transport
        self.settings = settings
        self._logged: dict[_Kind, object] = {} if logged is None else logged

    def call(self, name: str, **arguments: Any) -> Call[Any]:
        """Make a call of an operation by its name; the contract is asked when it is sent."""
        return operation(name).call(arguments)

    def steps(self, call: Call[T], body: StreamedBody | None = None) -> Steps[Detailed[T]]:
        """Send a call under the client's options, as steps: what both clients share goes on from here (`yield from`).

        What the contract refuses is found first, before anything is sent.
        """
        observer = self.settings.observe
        try:
            if self.settings.on_call is None:
                detailed = yield from self._sent(call, body, None)
            else:
                with observing.Observation(call, self.settings.on_call) as observed:
                    detailed = yield from self._sent(call, body, observed)
                    observed.succeed(detailed)
        except ResponseDecodeError as error:
            if observer is not None:
                observer.refused(call, error)
            raise
        if observer is not None:
            observer.answered(call, detailed)
        for departure in detailed.departures[:_MOST_KINDS]:
            self._log_once(_RECEIVED, call.operation, departure)
        if (seen := _watching.get()) is not None:
            seen.append(detailed)
        return detailed

    def _sent(
        self, call: Call[T], body: StreamedBody | None, observed: observing.Observation | None
    ) -> Steps[Detailed[T]]:
        prepared = self._prepared(call, body)
        for note in prepared.notes[:_MOST_KINDS]:
            self._log_once(_SENT, call.operation, note)
        wire = self.transport
        with ExitStack() as files:
            for file in prepared.files:
                files.callback(file.close)
            observe = None if observed is None else observed.attempt
            return (
                yield from send_with_retries(
                    prepared, wire.pacer, wire.clock, refreshable=wire.tokens.refreshable, observe=observe
                )
            )

    def download(self, url: httpx.URL, sink: Sink, operation: str) -> Steps[None]:
        """Fetch a link into `sink`, as steps: without the client's token, cookies and headers."""
        wire = self.transport
        return send_with_retries(prepare_download(url, sink, self.settings, operation), wire.pacer, wire.clock)

    def _prepared(self, call: Call[T], body: StreamedBody | None) -> PreparedCall[Detailed[T]]:
        try:
            return prepare(with_merchant(call, self.settings.merchant_id), self.settings, body)
        except InvalidRequest as error:
            refused = refusal(error)
        raise refused

    def _log_once(self, words: str, operation: str, departure: Departure) -> None:
        """Log one line for each kind of departure, not one for each row that has it."""
        where = mask(re.sub(_INDEX, "/*", departure.pointer) or "/")
        kind: _Kind = (operation, where, departure.expected, departure.got)
        if kind in self._logged or len(self._logged) >= _MOST_KINDS:
            return
        # One step, so that of several threads only one logs it.
        mine = object()
        if self._logged.setdefault(kind, mine) is mine:
            log.warning(words, *kind)


class Session(_Session[Transport]):
    """Sends the calls of a sync client."""

    asynchronous = False

    def run(self, steps: Steps[T]) -> T:
        """Do steps to their end, and give what they come to."""
        return drive(steps, self.transport.do)

    def changed(self, **options: Any) -> Session:
        """Give a session with other options on the same connection."""
        return Session(self.transport, self.settings.changed(**options), self._logged)

    def __call__(self, call: Call[T], /, body: StreamedBody | None = None) -> T:
        """Send a call and give its value."""
        return self.detailed(call, body).value

    def detailed(self, call: Call[T], /, body: StreamedBody | None = None) -> Detailed[T]:
        """Send a call and give its value with what came along."""
        return self.run(self.steps(call, body))


class AsyncSession(_Session[AsyncTransport]):
    """Sends the calls of an async client."""

    asynchronous = True

    async def run(self, steps: Steps[T]) -> T:
        """Do steps to their end, and give what they come to."""
        return await drive_async(steps, self.transport.do)

    def changed(self, **options: Any) -> AsyncSession:
        """Give a session with other options on the same connection."""
        return AsyncSession(self.transport, self.settings.changed(**options), self._logged)

    async def __call__(self, call: Call[T], /, body: StreamedBody | None = None) -> T:
        """Send a call and give its value."""
        return (await self.detailed(call, body)).value

    async def detailed(self, call: Call[T], /, body: StreamedBody | None = None) -> Detailed[T]:
        """Send a call and give its value with what came along."""
        return await self.run(self.steps(call, body))


def call_in_form(content_type: str, name: str, body: Mapping[str, Any]) -> Call[Any]:
    """Make a call whose body, a mapping, goes in this declared form.

    Where the contract comes to have other forms beside it, a mapping alone no longer says which one is meant.
    """
    declared = operation(name)
    forms = tuple(one for one in declared.bodies if one.content_type.partition(";")[0] == content_type)
    return evolve(declared, bodies=forms or declared.bodies).call({"body": body})


@contextmanager
def watched() -> Generator[list[Detailed[Any]]]:
    """Collect what the calls made inside give."""
    seen: list[Detailed[Any]] = []
    before = _watching.set(seen)
    try:
        yield seen
    finally:
        _watching.reset(before)


def detailed_of(value: T, seen: list[Detailed[Any]]) -> Detailed[T]:
    """Put a value beside what the last call gave; the result of a batch that got no answer at all is not lost."""
    if not seen and hasattr(value, "raise_for_failures"):
        raise BatchError("no request of the batch was answered, so there are no details; `result` has its rows", value)
    if not seen:
        raise ConfigurationError("detailed() takes a method of this client that sends a request")
    return evolve(cast("Detailed[T]", seen[-1]), value=value)


def with_merchant(call: Call[T], merchant_id: UUID | None) -> Call[T]:
    """Add the client's default merchant where the contract has the property and the caller did not give it.

    An explicit null was given, and stays. Nobody's body is changed: a copy is sent.
    """
    added = {} if merchant_id is None else _added(call, merchant_id)
    return call.definition.call({**call.arguments, **added}) if added else call


def _added(call: Call[Any], merchant_id: UUID) -> dict[str, object]:
    if any(parameter.attribute == _MERCHANT for parameter in call.definition.parameters):
        return {} if _MERCHANT in call.arguments else {_MERCHANT: merchant_id}
    body = call.arguments.get("body")
    if isinstance(body, Model):
        return {"body": _with(body, merchant_id)} if getattr(body, _MERCHANT, None) is UNSET else {}
    known = any(_has_merchant(declared.type) for declared in call.definition.bodies)
    if isinstance(body, Mapping) and known and body.get(_MERCHANT, UNSET) is UNSET:
        return {"body": {**body, _MERCHANT: merchant_id}}
    return {}


def _with(body: Model, merchant_id: UUID) -> Model:
    changed: Any = copy.copy(body)
    changed.merchant_id = merchant_id
    return cast("Model", changed)


def _has_merchant(type_: Any) -> bool:
    return isinstance(type_, Object) and any(field.name == _MERCHANT for field in table_of(type_.python).fields)
