"""Which hosts a link may lead to: a link comes from a server, and must not send this machine into its own network."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from typing import Final

_LOCAL_NAMES: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_WITH_IPV4: Final = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96")))
"""IPv6 addresses that stand for an IPv4 address, in their last 32 bits (RFC 4291, RFC 6052)."""


def is_public(host: str) -> bool:
    """Tell whether every address of a host is one of the public internet. Asks the system's resolver for a name.

    A name that the resolver does not know is let through: a proxy may know it, and without one nothing connects. A name
    that leads elsewhere when it is connected to is not found out here; the certificate that https asks for is.
    """
    plain = host.strip("[]").rstrip(".").lower()
    found = _addresses(plain)
    if found is None and ("." not in plain or plain.endswith(_LOCAL_NAMES)):
        return False
    return all(map(_is_public, found if found is not None else _resolved(plain)))


def _addresses(host: str) -> list[str] | None:
    """Read an address however it is spelled (127.1, 0x7f000001, 017700000001); None for a name."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    with suppress(OSError, UnicodeError):
        return [socket.inet_ntoa(socket.inet_aton(host))]
    return None


def _resolved(name: str) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if any(found in network for network in _WITH_IPV4):
            return _is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found.sixtofour is not None:
            return _is_public(str(found.sixtofour))
        if found not in _GLOBAL_UNICAST:
            return False
    return found.is_global and not found.is_multicast
