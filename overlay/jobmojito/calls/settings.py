"""What a client is configured with, checked once: where to send, how long to wait, how strict to be.

Everything wrong raises `ConfigurationError` before anything is sent, and no message repeats a token or a whole URL.
"""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar, cast
from uuid import UUID

from attrs import evolve, field, frozen

from jobmojito import http
from jobmojito.errors import ConfigurationError
from jobmojito.http import httpx
from jobmojito.lazy import DeferredModule

from .retries import RetryPolicy, is_number

if TYPE_CHECKING:
    import difflib
else:
    difflib = DeferredModule("difflib")  # for a misspelt option only

C = TypeVar("C")

DEFAULT_BASE_URL: Final = "https://cool.jobmojito.com/functions/v1"
"""The contract's one server (`servers[0].url`); a test compares the two."""

_CONNECT_TIMEOUT: Final = 10.0
_TOKEN_VARIABLE: Final = "JOBMOJITO_TOKEN"  # noqa: S105 - the name of a variable, not a token
_BASE_URL_VARIABLE: Final = "JOBMOJITO_API_BASE_URL"
_HTTP_HOSTS_VARIABLE: Final = "JOBMOJITO_ALLOW_HTTP_HOSTS"
_PROXIES: Final = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})
_CERTIFICATES: Final = frozenset({"SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"})
_HOST: Final = r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:]*:[0-9a-f:.]*"
_PORTS: Final = range(1, 65536)
_HEADER_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_HEADER_VALUE: Final = r"[\t\x20-\x7e]*"
# Set by the client alone: the token must go nowhere it was not checked for, and the rest frames the request.
_OWN_HEADERS: Final = frozenset({"authorization", "content-length", "content-type", "host", "transfer-encoding"})


class Observes(Protocol):
    """What is told of every answer; `jobmojito.conformance.Observer` is one."""

    def answered(self, call: Any, detailed: Any) -> None:
        """Note an answer that was read, as `Detailed`."""
        ...

    def refused(self, call: Any, error: Any) -> None:
        """Note an answer that could not be read, or that strict mode refused: a `ResponseDecodeError`."""
        ...


TimeoutTypes = float | httpx.Timeout | None
"""Seconds for all phases of an attempt, httpx's own object for each phase apart, or None for no limit."""


@frozen(kw_only=True)
class Settings:
    """A client's options, all of them checked; `with_options` makes a changed copy."""

    base_url: str
    http_hosts: frozenset[str]
    timeout: httpx.Timeout
    retry: RetryPolicy = field(factory=RetryPolicy)
    strict: bool = False
    extra_properties: Literal["refuse", "send"] = "refuse"
    on_call: Callable[[Any], object] | None = field(default=None, repr=False)
    observe: Observes | None = field(default=None, repr=False)
    merchant_id: UUID | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)

    @property
    def allowed(self) -> frozenset[str]:
        """What is sent although the contract does not have it; see `Call.prepare`."""
        return frozenset({"enum"} if not self.strict else ()) | (
            {"undeclared"} if self.extra_properties == "send" else set()
        )

    def changed(self, **changes: Any) -> Settings:
        """Copy with the given options checked and replaced; headers are added to those already there."""
        for name, value in changes.items():
            changes[name] = _READERS[name](value)
        if "headers" in changes:
            changes["headers"] = {**self.headers, **changes["headers"]}
        return evolve(self, **changes)


def read_settings(base_url: str | None, allow_http_hosts: Iterable[str] | None = None, **options: Any) -> Settings:
    """Check a constructor's options; what is not given comes from the environment, or is the live server."""
    url = base_url or os.environ.get(_BASE_URL_VARIABLE) or DEFAULT_BASE_URL
    hosts = _read_hosts(allow_http_hosts)
    checked = {name: _READERS[name](value) for name, value in options.items()}
    return Settings(base_url=read_base_url(url, hosts), http_hosts=hosts, **checked)


def read_base_url(url: object, http_hosts: Collection[str] = ()) -> str:
    """Check a base URL and drop its trailing slashes: https, or http to this very machine or one of `http_hosts`."""
    if not isinstance(url, str):
        raise ConfigurationError(f"base_url must be a string, not {type(url).__name__}")
    parsed = parse_url(url)
    if parsed is None:
        raise ConfigurationError("base_url is not a URL: it begins with https, a colon, two slashes and the host")
    if not is_safe(parsed, http_hosts):
        raise ConfigurationError(
            "base_url must begin with https; plain http is for loopback addresses, and in development for the hosts"
            f" that allow_http_hosts= or {_HTTP_HOSTS_VARIABLE} names"
        )
    if parsed.userinfo:
        raise ConfigurationError("base_url must not hold a user name or password: give the token as token=")
    if "?" in url or "#" in url:
        raise ConfigurationError("base_url must end with its path: no query and no fragment")
    return url.rstrip("/")


def _read_hosts(given: Iterable[str] | None) -> frozenset[str]:
    """Check the names of hosts to which http is allowed: host names alone, exactly as they stand in the base URL."""
    if given is None:
        given = [name for part in os.environ.get(_HTTP_HOSTS_VARIABLE, "").split(",") if (name := part.strip())]
    # One string would be a list of its letters.
    hosts = [""] if isinstance(given, str) else [str(host).lower() for host in given]
    if not all(re.fullmatch(_HOST, host) for host in hosts):
        raise ConfigurationError(
            f"allow_http_hosts= and {_HTTP_HOSTS_VARIABLE} take names of hosts, each without scheme, port and wildcard"
        )
    return frozenset(hosts)


def parse_url(url: str) -> httpx.URL | None:
    """Read an absolute URL as httpx will; None where it is none, or where other parsers might read another host."""
    if not url.isprintable() or any(character in url for character in ' \\"<>^`{|}'):
        return None
    try:
        parsed = httpx.URL(url)
        host = parsed.host  # read here: a name in punycode is decoded, which can fail
    except (httpx.InvalidURL, UnicodeError):
        return None
    return parsed if host and (parsed.port is None or parsed.port in _PORTS) else None


def is_safe(url: httpx.URL, http_hosts: Collection[str] = ()) -> bool:
    """Tell whether the token may go there: https, or http that stays on this machine or goes to a host named for it."""
    return url.scheme == "https" or (url.scheme == "http" and (is_loopback(url.host) or url.host in http_hosts))


def trusts_environment(settings: Settings) -> bool:
    """Use the proxies of the environment, but not for plain http: it would show the token to the proxy."""
    return httpx.URL(settings.base_url).scheme == "https" and not is_loopback(httpx.URL(settings.base_url).host)


def connected(make: Callable[[], C]) -> C:
    """Make an httpx client; what it cannot use of the environment is told by the variables' names alone.

    Raises:
        ConfigurationError: a proxy or a certificate file of the environment cannot be used.
    """
    try:
        return make()
    except (OSError, ImportError, ValueError, httpx.InvalidURL) as error:
        kind = type(error).__name__
        names = _CERTIFICATES if isinstance(error, OSError) else _PROXIES
    found = [name for name in os.environ if name.upper() in names]
    where = f"{' or '.join(found)} in the environment" if found else "this machine's certificates"
    raise ConfigurationError(f"no connection can be made with {where}: {kind}")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by definition; names other than localhost could resolve to anything."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_environment_token() -> str:
    """Take the token from the environment."""
    token = os.environ.get(_TOKEN_VARIABLE, "")
    if not token:
        raise ConfigurationError(f"no token: give token= or set the environment variable {_TOKEN_VARIABLE}")
    return token


def _read_timeout(value: object) -> httpx.Timeout:
    if isinstance(value, httpx.Timeout):
        return value
    if isinstance(value, http.library_of(value).httpx.Timeout):
        return httpx.Timeout(**cast("Any", value).as_dict())
    if value is None:
        return httpx.Timeout(None)
    if not is_number(value) or not 0 < value < math.inf:
        raise ConfigurationError("timeout must be a positive number of seconds, an httpx.Timeout, or None")
    return httpx.Timeout(value, connect=min(value, _CONNECT_TIMEOUT))


def _read_retry(value: object) -> RetryPolicy:
    if not isinstance(value, RetryPolicy):
        raise ConfigurationError("retry must be a RetryPolicy; RetryPolicy.none() sends every request once")
    return value


def _read_strict(value: object) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError("strict must be True or False")
    return value


def _read_extra_properties(value: object) -> str:
    if value not in ("refuse", "send"):
        raise ConfigurationError('extra_properties must be "refuse" or "send"')
    return str(value)


def _read_on_call(value: object) -> object:
    if value is not None and not callable(value):
        raise ConfigurationError("on_call must be a function that takes a CallRecord")
    return value


def _read_observe(value: object) -> object:
    if value is not None and not hasattr(value, "answered"):
        raise ConfigurationError("observe must be an Observer of jobmojito.conformance")
    return value


def _read_merchant_id(value: object) -> UUID | None:
    if value is None or isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError:
        raise ConfigurationError("merchant_id must be a UUID") from None


def _read_headers(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ConfigurationError("headers must be a mapping of names to strings")
    return dict(_read_header(name, text) for name, text in cast("Mapping[object, object]", value).items())


def _read_header(name: object, text: object) -> tuple[str, str]:
    if not isinstance(name, str) or not re.fullmatch(_HEADER_NAME, name):
        raise ConfigurationError("headers: a name may have letters, digits and hyphens only")
    if name.lower() in _OWN_HEADERS:
        raise ConfigurationError(f"headers: {name} is the client's own business (the token is given as token=)")
    if not isinstance(text, str) or not re.fullmatch(_HEADER_VALUE, text):
        raise ConfigurationError(f"headers: the value of {name} must be one line of ASCII text")
    return name.lower(), text


_READERS: Final[Mapping[str, Any]] = {
    "timeout": _read_timeout,
    "retry": _read_retry,
    "strict": _read_strict,
    "extra_properties": _read_extra_properties,
    "on_call": _read_on_call,
    "observe": _read_observe,
    "merchant_id": _read_merchant_id,
    "headers": _read_headers,
}


def read_options(function: str, options: Mapping[str, Any], *kinds: Any) -> list[dict[str, Any]]:
    """Sort a helper's keyword options by the typed dictionaries that declare them, leaving out those that are None.

    Raises:
        TypeError: none of them declares one, as Python says it of any function, with the nearest name and all of them.
    """
    known = [name for kind in kinds for name in kind.__annotations__]
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TypeError(
                f"{function}() got an unexpected keyword argument {name!r}.{hint} Its options are {', '.join(known)}."
            )
    return [{name: options[name] for name in kind.__annotations__ if options.get(name) is not None} for kind in kinds]
