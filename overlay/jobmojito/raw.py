"""The generated client on the overlay's own connection and token: `JobMojito.raw`.

It behaves like the low-level functions: nothing is repeated, no typed errors are raised. Its requests carry the current
token, and like all of ours they appear in other libraries' logs without content. Each answer is read at once, and the
time limit holds for all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from jobmojito_api import AuthenticatedClient

from . import http
from .calls.transport import AsyncTransport, Transport
from .errors import ConfigurationError
from .http import httpx
from .redaction import quiet

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from .calls.settings import Settings
    from .calls.streams import Attempt


class RawClient(AuthenticatedClient):
    """An `AuthenticatedClient` that sends over the overlay's connection, and neither opens nor closes it."""

    def complete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Add nothing: the token is added when the request is sent, and stored nowhere."""
        return request

    def get_httpx_client(self) -> httpx.Client:
        """Return the httpx client, made at first use."""
        if self._client is None:
            self._client = cast("httpx.Client", self._made(_Quiet, "Client"))
        return self._client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the asynchronous httpx client, made at first use."""
        if self._async_client is None:
            self._async_client = cast("httpx.AsyncClient", self._made(_AsyncQuiet, "AsyncClient"))
        return self._async_client

    def _made(self, mixin: type, name: str) -> Any:
        library = self._httpx_args["transport"].library
        return _of_library(mixin, library, name)(
            **{
                **self._settings(),
                "timeout": library.httpx.Timeout(**self._timeout.as_dict()) if self._timeout else None,
            }
        )


def raw_client(transport: Transport | AsyncTransport, settings: Settings) -> RawClient:
    """Make the generated client on a connection."""
    connection = _Borrowed(transport)
    shared = {"transport": connection, "auth": _of_library(_Login, connection.library, "Auth")(transport)}
    return RawClient(
        base_url=settings.base_url,
        token="",
        timeout=settings.timeout,
        headers=dict(settings.headers),
        httpx_args=shared,
    )


def _of_library(mixin: type, library: http.Library, name: str) -> Any:
    """Make a class of the library that the connection is of; it needs its own kinds of clients and logins."""
    return type(mixin.__name__, (mixin, getattr(library.httpx, name)), {})


class _Quiet:
    def send(self, request: Any, **options: Any) -> Any:
        parent: Any = super()
        with quiet():
            return parent.send(request, **options)


class _AsyncQuiet:
    async def send(self, request: Any, **options: Any) -> Any:
        parent: Any = super()
        with quiet():
            return await parent.send(request, **options)


class _Login:
    """Adds the current token to each request."""

    def __init__(self, transport: Transport | AsyncTransport) -> None:
        self._transport = transport

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if isinstance(self._transport, AsyncTransport):
            raise _wrong_kind("asyncio", "AsyncJobMojito")
        request.headers["authorization"] = f"Bearer {self._transport.tokens.get().reveal()}"
        yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if isinstance(self._transport, Transport):
            raise _wrong_kind("sync", "JobMojito")
        request.headers["authorization"] = f"Bearer {(await self._transport.tokens.get()).reveal()}"
        yield request


class _Borrowed(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends over the overlay's httpx client, and never closes it."""

    def __init__(self, transport: Transport | AsyncTransport) -> None:
        self._transport = transport
        self.library = transport.library

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self._transport, AsyncTransport):
            raise _wrong_kind("asyncio", "AsyncJobMojito")
        with self._attempt(request).current():
            response = self._transport.begin(request)
            response.read()
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if isinstance(self._transport, Transport):
            raise _wrong_kind("sync", "JobMojito")
        with self._attempt(request).current():
            response = await self._transport.begin(request)
            await response.aread()
        return response

    def _attempt(self, request: httpx.Request) -> Attempt:
        """Apply the time limit to the whole answer, as for the client's own calls; so it is read to its end here."""
        limit = request.extensions.get("timeout", {}).get("read")
        return self._transport.attempt(request, limit, alone=request.method != "GET")


def _wrong_kind(functions: str, client: str) -> ConfigurationError:
    return ConfigurationError(f"the raw client of {client} has a {functions} connection: use the {functions} functions")
