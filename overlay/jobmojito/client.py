"""`JobMojito` and `AsyncJobMojito`: the generated resources with the overlay's policies.

Each policy has its own module; this one only combines them.
"""

# Over 300 lines: two clients with the same options, whose docstrings are what `help()` shows.

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import EllipsisType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, NoReturn, ParamSpec, Self, TypeVar

from jobmojito_api.resources import AsyncResources, Resources

from . import http
from .async_helpers import AsyncHelpers
from .calls.retries import RetryPolicy
from .errors import ConfigurationError
from .helpers import Helpers
from .http import DEFAULT_TIMEOUT, httpx
from .lazy import DeferredModule, deferred

if TYPE_CHECKING:
    import uuid

    from jobmojito_api import models

    from . import raw
    from .calls import observing, processes, responses, sessions, settings, tokens
    from .calls import transport as transports
else:
    # Loaded with the first client, or by `typing.get_type_hints`: a program may import more than it uses.
    uuid, models, raw = map(DeferredModule, ("uuid", "jobmojito_api.models", "jobmojito.raw"))
    observing, processes, responses, sessions, settings, tokens, transports = deferred(
        "jobmojito.calls", "observing", "processes", "responses", "sessions", "settings", "tokens", "transport"
    )

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", httpx.Client, httpx.AsyncClient)


class _Client:
    """What both clients do alike: variants, the raw client, and how they show themselves."""

    _session: Any  # a Session or an AsyncSession

    def _begin(self, session: sessions.Session | sessions.AsyncSession, *, owner: bool) -> None:
        resources: Any = super()
        resources.__init__(session)
        self._session = session
        self._owner = owner
        self._raw: raw.RawClient | None = None

    @property
    def raw(self) -> raw.RawClient:
        """The generated client on the same connection and token, for the functions in `jobmojito_api.api`."""
        if self._raw is None:
            self._raw = raw.raw_client(self._session.transport, self._session.settings)
        return self._raw

    def with_options(
        self,
        *,
        timeout: settings.TimeoutTypes | EllipsisType = ...,
        headers: Mapping[str, str] | EllipsisType = ...,
        strict: bool | EllipsisType = ...,
        extra_properties: Literal["refuse", "send"] | EllipsisType = ...,
        retry: RetryPolicy | EllipsisType = ...,
    ) -> Self:
        """Return a variant of this client on the same connection, with other options. Closing it does nothing."""
        options: dict[str, Any] = {"timeout": timeout, "headers": headers, "strict": strict, "retry": retry}
        options["extra_properties"] = extra_properties
        given = {name: value for name, value in options.items() if value is not ...}
        variant = type(self).__new__(type(self))
        variant._begin(self._session.changed(**given), owner=False)  # noqa: SLF001 - our own class
        return variant

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {httpx.URL(self._session.settings.base_url).host}>"

    def __reduce_ex__(self, protocol: Any, /) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} cannot be pickled or copied, it holds a connection and a token: make one where it"
            " is used"
        )


class JobMojito(_Client, Resources, Helpers):
    """The JobMojito API, one attribute an area: `jm.interviews.create_interview(body=...)`.

    Args:
        token: the JWT, or a function that gives a fresh one (asked again near its `exp` and after a 401); without it
            the environment variable JOBMOJITO_TOKEN. It is bound to one merchant account and one environment.
        base_url: without it JOBMOJITO_API_BASE_URL, or the live server. https only, except for loopback addresses.
        allow_http_hosts: for development, such as docker compose: hosts to which plain http is allowed too, over which
            anybody on the network can read the token; without it JOBMOJITO_ALLOW_HTTP_HOSTS, separated by commas.
        timeout: seconds, an `httpx.Timeout`, or None for no limit. It limits connecting (to 10 s at most), the sending
            of each piece of a body (but not of the whole body), and the whole answer, from the first read to its last
            byte.
        retry: when and how often a request is sent again; `RetryPolicy.none()` for never.
        strict: raise `ResponseDecodeError` for an answer that departs from the contract, instead of reading it, and
            refuse enum values that the contract does not have, instead of sending them with a warning in the log.
        extra_properties: "refuse" or "send" properties of a body that the contract does not declare; such a property is
            misspelt or newer than the contract. One that is spelled nearly as a declared one is refused even where the
            contract allows others; "send" lets all through, and says so in the log.
        merchant_id: for service callers that act for several merchants: sent wherever the contract has the property
            and the call does not set it.
        on_call: called at the end of each call with a `CallRecord` (operation, times, attempts, outcome; no content);
            `jobmojito.telemetry.OpenTelemetry()` makes spans and metrics of it. It must not block.
        observe: `jobmojito.conformance.Observer("conformance.db")` counts in a file where answers depart from the
            contract, without their content, to correct the document with.
        transport: any transport of httpx or httpx2, such as `httpx.MockTransport` in tests.
        http_client: an `httpx.Client` or `httpx2.Client` to send with, including its proxies, headers and event hooks;
            closing it is up to you. Its base URL, redirects and `auth` are not used: this client sets the URL and the
            token.

    Raises:
        ConfigurationError: an argument cannot work; calls raise the errors in `jobmojito.errors`.
    """

    def __init__(
        self,
        token: str | tokens.TokenProvider | None = None,
        *,
        base_url: str | None = None,
        allow_http_hosts: Iterable[str] | None = None,
        timeout: settings.TimeoutTypes = DEFAULT_TIMEOUT,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - a frozen value
        strict: bool = False,
        extra_properties: Literal["refuse", "send"] = "refuse",
        merchant_id: models.MerchantId | uuid.UUID | str | None = None,
        on_call: observing.OnCall | None = None,
        observe: settings.Observes | None = None,
        transport: http.Transport | None = None,
        http_client: http.Client | None = None,
    ) -> None:
        options = settings.read_settings(
            base_url,
            allow_http_hosts,
            timeout=timeout,
            retry=retry,
            strict=strict,
            extra_properties=extra_properties,
            merchant_id=merchant_id,
            on_call=on_call,
            observe=observe,
        )
        _check_connection(http_client, httpx.Client, transport)
        clients = processes.PerProcess(_maker(httpx.Client, options, transport, http_client))
        own = processes.PerProcess(lambda: tokens.Tokens(token))
        shared = transports.Transport(clients, own, owned=http_client is None)
        self._begin(sessions.Session(shared, options), owner=True)

    def detailed(self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> responses.Detailed[T]:
        """Call a method and get status, headers, departures and attempts beside its value.

        `jm.detailed(jm.interviews.list_interviews, limit=5).departures`. A helper that sends several requests gives
        those of the last one; a batch without any answer raises a `BatchError` with its result.
        """
        with sessions.watched() as seen:
            value = method(*args, **kwargs)
        return sessions.detailed_of(value, seen)

    def close(self) -> None:
        """Close the connection (not one given as `http_client`); the client and its variants can send no more."""
        if self._owner:
            self._session.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncJobMojito(_Client, AsyncResources, AsyncHelpers):
    """The JobMojito API for asyncio: what `JobMojito` has, awaited.

    It can be made outside a running event loop. `token` may be an async function too; a plain one runs in a thread.
    `http_client` is an `httpx.AsyncClient` or an `httpx2.AsyncClient`, `transport` an async one.
    """

    def __init__(
        self,
        token: str | tokens.TokenProvider | tokens.AsyncTokenProvider | None = None,
        *,
        base_url: str | None = None,
        allow_http_hosts: Iterable[str] | None = None,
        timeout: settings.TimeoutTypes = DEFAULT_TIMEOUT,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - a frozen value
        strict: bool = False,
        extra_properties: Literal["refuse", "send"] = "refuse",
        merchant_id: models.MerchantId | uuid.UUID | str | None = None,
        on_call: observing.OnCall | None = None,
        observe: settings.Observes | None = None,
        transport: http.AsyncTransport | None = None,
        http_client: http.AsyncClient | None = None,
    ) -> None:
        options = settings.read_settings(
            base_url,
            allow_http_hosts,
            timeout=timeout,
            retry=retry,
            strict=strict,
            extra_properties=extra_properties,
            merchant_id=merchant_id,
            on_call=on_call,
            observe=observe,
        )
        _check_connection(http_client, httpx.AsyncClient, transport)
        close = None if http_client else _close
        clients = processes.PerLoop(_maker(httpx.AsyncClient, options, transport, http_client), close)
        shared = transports.AsyncTransport(clients, tokens.AsyncTokens(token), owned=http_client is None)
        self._begin(sessions.AsyncSession(shared, options), owner=True)

    async def detailed(
        self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> responses.Detailed[T]:
        """Await a method and get status, headers, departures and attempts beside its value."""
        with sessions.watched() as seen:
            value = await method(*args, **kwargs)
        return sessions.detailed_of(value, seen)

    async def aclose(self) -> None:
        """Close the connection (not one given as `http_client`); the client and its variants can send no more."""
        if self._owner:
            await self._session.transport.close()

    close = aclose

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()


def _check_connection(http_client: object, kind: type, transport: object) -> None:
    if http_client is not None and transport is not None:
        raise ConfigurationError("give transport= or http_client=, not both")
    sends = "handle_request" if kind is httpx.Client else "handle_async_request"
    if transport is not None and not hasattr(transport, sends):
        raise ConfigurationError(f"transport must be one that an httpx.{kind.__name__} can send with")
    if http_client is not None and not isinstance(
        http_client, getattr(http.library_of(http_client).httpx, kind.__name__)
    ):
        raise ConfigurationError(f"http_client must be an httpx.{kind.__name__}")


async def _close(client: http.AsyncClient) -> None:
    await client.aclose()


def _maker(kind: type[C], options: settings.Settings, transport: Any, given: Any) -> Callable[[], C]:
    """Return what makes the httpx client of each process and event loop; a given client serves only the first.

    The first client is made here, so that the constructor raises what cannot work.
    """
    library = http.library_of(transport)

    def make() -> C:
        made: type[C] = getattr(library.httpx, kind.__name__)
        return settings.connected(lambda: made(transport=transport, trust_env=settings.trusts_environment(options)))

    first = [given or make()]
    anywhere = given is None and (transport is None or library.is_mock(transport))

    def first_or_new() -> C:
        if first:
            return first.pop()
        if anywhere:
            return make()
        raise ConfigurationError(
            "the connection that this client was given is in use in another process or event loop: make a client"
            " where it is used"
        )

    return first_or_new
