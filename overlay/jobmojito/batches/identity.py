"""When two rows are the same, however their e-mails, ids and servers are spelled. Pure: no sockets.

Each e-mail, id and server has one normal form for comparison. It is never sent: the API gets what the caller wrote. A
row's key is a digest of such forms; `KeyTable` maps keys to numbers in little memory.
"""

from __future__ import annotations

import hashlib
import ipaddress
import unicodedata
from contextlib import suppress
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from jobmojito.http import httpx

KEY_SIZE: Final = 16
"""Bytes of a row's key."""

_ENTRY_SIZE: Final = KEY_SIZE + 8
_BUCKETS: Final = 4096
_PORTS: Final = {"https": 443, "http": 80}

# Invisible, though Unicode counts them among letters and marks; so are the categories Cf and Cc.
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0") | {
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
_JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible in mailboxes, but valid in some domains (IDNA 2008 says where)."""


def digest(*parts: str | bytes | None) -> bytes:
    """Return a short hash of some strings: equal for equal ones, and not reversible."""
    # The repr of a tuple of strings and bytes is unambiguous, and escapes lone surrogates.
    return hashlib.blake2b(repr(parts).encode(), digest_size=KEY_SIZE).digest()


def same_email(email: object) -> str | None:
    """Return the form in which e-mails are compared; None if there is no e-mail.

    Case, spaces and invisible characters make no difference, nor whether a letter is composed (NFC). Letters that only
    look alike stay different: `straße` and `strasse` are two mailboxes, and two domains (IDNA 2008).
    """
    if not isinstance(email, str):
        return None
    if email.isascii() and email.isprintable():
        return email.replace(" ", "").lower().rstrip(".") or None
    mailbox, at, domain = _visible(unicodedata.normalize("NFC", email)).replace("\uff20", "@").rpartition("@")
    mailbox = unicodedata.normalize("NFC", "".join(one for one in mailbox if one not in _JOINERS).lower())
    return f"{mailbox}{at}{same_host(domain)}" or None


def same_host(host: str) -> str:
    """Return the form in which host names are compared: the DNS form, in lower case, without a final dot."""
    if not host.isascii():
        written = unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower()
        # Where IDNA refuses a joiner, it is ignored as invisible.
        for form in (written, "".join(one for one in written if one not in _JOINERS)):
            try:
                host = httpx.URL(scheme="https", host=form).raw_host.decode()
                break
            except (httpx.InvalidURL, UnicodeError):
                host = form
    return host.lower().rstrip(".")


def same_server(base_url: str) -> str:
    """Return the form in which base URLs are compared: case of the host, default port, escapes, needless slashes."""
    url = httpx.URL(base_url)
    scheme, host = url.scheme.lower(), same_host(url.host)
    with suppress(ValueError):
        host = str(ipaddress.ip_address(host))
    path = "".join(f"/{part}" for part in unquote(url.path).split("/") if part)
    return f"{scheme}://{host}:{url.port or _PORTS.get(scheme)}{path}"


def same_id(value: object) -> str:
    """Return the form in which ids and flags are compared: any spelling of a UUID is one id; no flag is false."""
    text = "" if value is None or value is False else str(value).strip().lower()
    try:
        return str(UUID(text))
    except ValueError:
        return "" if text == "false" else text


def _visible(text: str) -> str:
    return "".join(
        one
        for one in text
        if one in _JOINERS or not (one in _INVISIBLE or unicodedata.category(one) in {"Cf", "Cc", "Zs", "Zl", "Zp"})
    )


class KeyTable:
    """Maps keys to numbers in 24 bytes an entry: buckets of consecutive entries, searched one by one."""

    def __init__(self) -> None:
        self._buckets = [bytearray() for _ in range(_BUCKETS)]

    def get(self, key: bytes) -> int | None:
        """Return a key's number; None if it has none."""
        bucket, place = self._find(key)
        return None if place < 0 else int.from_bytes(bucket[place + KEY_SIZE : place + _ENTRY_SIZE], "big")

    def setdefault(self, key: bytes, number: int) -> int:
        """Return a key's number; set it first where it has none."""
        bucket, place = self._find(key)
        if place >= 0:
            return int.from_bytes(bucket[place + KEY_SIZE : place + _ENTRY_SIZE], "big")
        bucket += key + number.to_bytes(_ENTRY_SIZE - KEY_SIZE, "big")
        return number

    def put(self, key: bytes, number: int) -> None:
        """Set a key's number."""
        bucket, place = self._find(key)
        entry = key + number.to_bytes(_ENTRY_SIZE - KEY_SIZE, "big")
        if place < 0:
            bucket += entry
        else:
            bucket[place : place + _ENTRY_SIZE] = entry

    def _find(self, key: bytes) -> tuple[bytearray, int]:
        """Return a key's bucket and its place in it; -1 if it is not there."""
        bucket = self._buckets[int.from_bytes(key[:2], "big") % _BUCKETS]
        place = bucket.find(key)
        while place > 0 and place % _ENTRY_SIZE:  # a match across two entries
            place = bucket.find(key, place + 1)
        return bucket, place
