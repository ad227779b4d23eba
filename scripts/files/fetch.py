"""Fetches a published document: the only code of the project's tools that opens a connection.

No token is sent, and none is needed. What comes back is bytes that nobody has looked at yet.
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
    from collections.abc import AsyncIterator

LIMIT = 10_000_000  # bytes, as received and as unpacked; the published document has 340,000
DEADLINE = 60.0  # seconds for everything, redirects included
SILENCE = 15.0  # seconds without a byte
HOPS = 3  # redirects followed
_GZIP = zlib.MAX_WBITS | 16


def fetch(url: str, *, limit: int = LIMIT, deadline: float = DEADLINE) -> bytes:
    """Get the bytes at an https address (http on loopback); Refused says what went wrong.

    Redirects are followed within the host only. The size is counted while it streams, packed and unpacked, so that
    neither a long answer nor a small one that unpacks to much fills the memory. The content type is not looked at.
    """
    try:
        return asyncio.run(_fetch(url, limit, deadline))
    except TimeoutError as error:
        raise Refused(f"{url}: not finished after {deadline:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Refused(f"{url}: {type(error).__name__}: {str(error) or 'no further words'}") from error


def require_safe(url: str) -> None:
    """Refuse an address that is not https (or http on loopback), or that carries user information."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError as error:
        raise Refused(f"{url}: no URL: {error}") from error
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


async def _fetch(url: str, limit: int, deadline: float) -> bytes:
    require_safe(url)
    # A proxy of the environment has no business with loopback.
    from_environment = not _is_loopback(urlsplit(url).hostname or "")
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "jobmojito-sync"}
    async with (
        asyncio.timeout(deadline),
        httpx.AsyncClient(timeout=SILENCE, trust_env=from_environment, headers=headers) as client,
    ):
        address = url
        for _ in range(HOPS + 1):
            async with client.stream("GET", address) as answer:
                if not answer.is_redirect:
                    return await _content(answer, limit)
                address = _next_address(answer, origin=url)
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
        raise Refused(f"{answer.url}: answered {answer.status_code} instead of 200")
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "gzip"}:
        raise Refused(f"{answer.url}: is packed as {packing}, which nobody asked for")
    content = bytearray()
    async for piece in _unpacked(answer, packing, limit):
        content += piece
        if len(content) > limit:
            raise Refused(f"{answer.url}: larger than {limit} bytes")
    return bytes(content)


async def _unpacked(answer: httpx.Response, packing: str, limit: int) -> AsyncIterator[bytes]:
    """Yield the body in pieces, none of them longer than the limit and a byte."""
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
