"""Fetches a published document: the only code of the project's tools that opens a connection.

No token is sent, and none is needed. The bytes that come back are not checked here.
"""

from __future__ import annotations

import asyncio
import ipaddress
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

LIMIT = 10_000_000  # bytes, as received and as unpacked; the published document has 340,000
DEADLINE = 60.0  # seconds for everything, redirects included
SILENCE = 15.0  # seconds without a byte
HOPS = 3  # redirects followed
WAITS = (1.0, 4.0)  # seconds before each retry
LONGEST_WAIT = 20.0  # seconds that a server may ask for
TEMPORARY = frozenset({408, 429, 500, 502, 503, 504})  # statuses that a retry may cure
_GZIP = zlib.MAX_WBITS | 16


class TemporaryError(Refused):
    """A failure that a retry may cure, `after` some seconds if the server said so."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


def fetch(url: str, *, limit: int = LIMIT, deadline: float = DEADLINE, waits: Sequence[float] = WAITS) -> bytes:
    """Get the bytes at an https address (http on loopback); Refused says what went wrong.

    Redirects are followed within the host only. The size limit holds while the body streams, compressed and
    decompressed, so that neither a long answer nor a gzip bomb fills the memory. The content type is ignored.
    After a connection error or a temporary status the request is repeated, after each of `waits` or the Retry-After
    of the answer (up to LONGEST_WAIT seconds); all of that within the deadline.
    """
    try:
        return asyncio.run(_with_retries(url, limit, deadline, waits))
    except TimeoutError as error:
        raise Refused(f"{url}: not finished after {deadline:g} seconds") from error
    except (httpx.InvalidURL, OSError, ValueError, ImportError) as error:  # the last two for a proxy of the environment
        raise Refused(_failure(url, error)) from error


def _failure(url: str, error: Exception) -> str:
    return f"{url}: {type(error).__name__}: {str(error) or 'no further words'}"


async def _with_retries(url: str, limit: int, deadline: float, waits: Sequence[float]) -> bytes:
    async with asyncio.timeout(deadline):
        for wait in waits:
            try:
                return await _fetch(url, limit)
            except TemporaryError as refusal:
                if refusal.after is not None and refusal.after > LONGEST_WAIT:
                    raise
                await asyncio.sleep(max(wait, refusal.after or 0))
        return await _fetch(url, limit)


def require_safe(url: str) -> None:
    """Refuse an address that is not https (or http on loopback), or that carries user information."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise Refused(f"{url}: not a URL: {error}") from error
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if not (secure and parts.hostname and port_is_fine):
        raise Refused(f"{url}: only https addresses are fetched (http on loopback)")
    if "@" in parts.netloc:
        raise Refused(f"{parts.hostname}: an address with a user name or password is not fetched")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _fetch(url: str, limit: int) -> bytes:
    require_safe(url)
    # Loopback never goes through a proxy of the environment.
    from_environment = not _is_loopback(urlsplit(url).hostname or "")
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "jobmojito-sync"}
    try:
        async with httpx.AsyncClient(timeout=SILENCE, trust_env=from_environment, headers=headers) as client:
            address = url
            for _ in range(HOPS + 1):
                async with client.stream("GET", address) as answer:
                    if not answer.has_redirect_location:
                        return await _content(answer, limit)
                    address = _next_address(answer, origin=url)
    except httpx.HTTPError as error:
        raise TemporaryError(_failure(url, error)) from error
    raise Refused(f"{url}: redirected more than {HOPS} times")


def _next_address(answer: httpx.Response, *, origin: str) -> str:
    address = str(answer.url.join(answer.headers.get("location", "")))
    require_safe(address)
    if _host_and_port(address) != _host_and_port(origin):
        raise Refused(f"{origin}: redirects to another host ({urlsplit(address).hostname})")
    return address


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or {"https": 443}.get(parts.scheme, 80)


async def _content(answer: httpx.Response, limit: int) -> bytes:
    if answer.status_code != 200:  # noqa: PLR2004 - the one status that brings a document
        message = f"{answer.url}: answered {answer.status_code} instead of 200"
        if answer.status_code in TEMPORARY:
            raise TemporaryError(message, _seconds(answer.headers.get("retry-after", "")))
        raise Refused(message)
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "gzip"}:
        raise Refused(f"{answer.url}: is packed as {packing}, which nobody asked for")
    content = bytearray()
    async for piece in _unpacked(answer, packing, limit):
        content += piece
        if len(content) > limit:
            raise Refused(f"{answer.url}: larger than {limit} bytes")
    return bytes(content)


def _seconds(retry_after: str) -> float | None:
    """Read a Retry-After in seconds; None for one that is a date."""
    is_number = retry_after.isascii() and retry_after.isdecimal()
    return float(retry_after) if is_number and len(retry_after) < 7 else None  # noqa: PLR2004 - days


async def _unpacked(answer: httpx.Response, packing: str, limit: int) -> AsyncIterator[bytes]:
    """Yield the decompressed body in pieces of at most `limit` + 1 bytes."""
    if packing == "identity":
        async for piece in answer.aiter_raw():
            yield piece
        return
    unpacker = zlib.decompressobj(_GZIP)
    try:
        async for piece in answer.aiter_raw():
            yield unpacker.decompress(piece, limit + 1)
    except zlib.error as error:
        raise Refused(f"{answer.url}: is not packed as it says: {error}") from error
    if not unpacker.eof:
        raise Refused(f"{answer.url}: ends in the middle")
    if unpacker.unused_data:
        raise Refused(f"{answer.url}: goes on after the end of what is packed")
