"""The low-level clients: base URL, headers, login and httpx settings of requests.

The names and arguments are those of openapi-python-client. Three things differ on purpose: no `repr` shows the token, a
`with_...` copy never changes the client it was made from, and each request gets the login, so that a client given by
`set_httpx_client` sends it too; the client's own httpx client always has it, also for other requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx
from attrs import define, evolve, field

if TYPE_CHECKING:
    import ssl


@define
class Client:
    """A client without login.

    Args:
        base_url: the URL that the path of each request is added to.
        cookies, headers: sent with every request.
        timeout: as httpx takes it; None for no timeout.
        verify_ssl: whether to verify certificates; False only for tests.
        follow_redirects: off by default, because the token would be sent on.
        httpx_args: anything else that `httpx.Client` and `httpx.AsyncClient` take.
        raise_on_unexpected_status: raise `errors.UnexpectedStatus` for a status that the document does not declare.
    """

    raise_on_unexpected_status: bool = field(default=False, kw_only=True)
    _base_url: str = field(alias="base_url")
    _cookies: dict[str, str] = field(factory=dict, kw_only=True, alias="cookies", repr=False)
    _headers: dict[str, str] = field(factory=dict, kw_only=True, alias="headers", repr=False)
    _timeout: httpx.Timeout | None = field(default=None, kw_only=True, alias="timeout")
    _verify_ssl: str | bool | ssl.SSLContext = field(default=True, kw_only=True, alias="verify_ssl", repr=False)
    _follow_redirects: bool = field(default=False, kw_only=True, alias="follow_redirects")
    _httpx_args: dict[str, Any] = field(factory=dict, kw_only=True, alias="httpx_args", repr=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False, eq=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False, repr=False, eq=False)

    def with_headers(self, headers: dict[str, str]) -> Self:
        """Copy this client with more headers and a connection of its own."""
        return evolve(self, headers={**self._headers, **headers})

    def with_cookies(self, cookies: dict[str, str]) -> Self:
        """Copy this client with more cookies and a connection of its own."""
        return evolve(self, cookies={**self._cookies, **cookies})

    def with_timeout(self, timeout: httpx.Timeout) -> Self:
        """Copy this client with another timeout and a connection of its own."""
        return evolve(self, timeout=timeout)

    def complete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Add the headers and cookies of this client to a request."""
        return request

    def _settings(self) -> dict[str, Any]:
        return {
            "base_url": self._base_url,
            "cookies": self._cookies,
            **self.complete({"headers": self._headers}),
            "timeout": self._timeout,
            "verify": self._verify_ssl,
            "follow_redirects": self._follow_redirects,
            **self._httpx_args,
        }

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Use this httpx client; its base URL, headers, cookies and timeout apply, and the login is added."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Return the httpx client, made at first use."""
        if self._client is None:
            self._client = httpx.Client(**self._settings())
        return self._client

    def __enter__(self) -> Self:
        """Open the httpx client."""
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *args: Any) -> None:  # noqa: PYI036 - passed on as they come
        """Close the httpx client."""
        self.get_httpx_client().__exit__(*args)

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Use this httpx client; its base URL, headers, cookies and timeout apply, and the login is added."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the asynchronous httpx client, made at first use."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(**self._settings())
        return self._async_client

    async def __aenter__(self) -> Self:
        """Open the httpx client."""
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *args: Any) -> None:  # noqa: PYI036 - passed on as they come
        """Close the httpx client."""
        await self.get_async_httpx_client().__aexit__(*args)


@define
class AuthenticatedClient(Client):
    """A client that logs in with each request.

    Args:
        token: the token, shown in no `repr`.
        prefix: the word before the token in the header; "" for none.
        auth_header_name: the header with the token.
    """

    token: str = field(repr=False)
    prefix: str = "Bearer"
    auth_header_name: str = "Authorization"

    def complete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Add the login to a request's headers."""
        login = f"{self.prefix} {self.token}" if self.prefix else self.token
        return {**request, "headers": {**request.get("headers", {}), self.auth_header_name: login}}
