"""Whether a PDF opens with the empty password, by its standard security handler (ISO 32000-2, 7.6.4).

No content is decrypted. A PDF with only an owner's password, which restricts printing or copying, opens.
"""

from __future__ import annotations

from functools import cache
from hashlib import md5, sha256, sha384, sha512
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMPTY: Final = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
"""The padding that stands for the empty password up to revision 4."""


def needs_password(encryption: Mapping[bytes, Any], first_id: bytes) -> bool:
    """Whether the empty password is refused, or a certificate is needed.

    `encryption` is the PDF's encryption dictionary: names and numbers as bytes, strings unescaped.

    Raises:
        ArithmeticError, LookupError, TypeError, ValueError: the dictionary is not understood.
    """
    if encryption[b"/Filter"] != b"/Standard":
        return True
    if int(encryption[b"/V"]) >= 4 and encryption.get(b"/StmF", b"/Identity") == b"/Identity":  # noqa: PLR2004
        return False  # streams, and so the pages, are not encrypted
    revision, user = int(encryption[b"/R"]), encryption[b"/U"]
    if revision in _HASHES:
        return bool(_HASHES[revision](user[32:40]) != user[:32])
    if revision not in {2, 3, 4} or len(user) < 32:  # noqa: PLR2004 - the standard's length
        raise ValueError
    # Some writers leave the length out, or write it in bytes.
    lengths = {5} if revision == 2 else {5, 16, int(encryption.get(b"/Length", 40)) // 8}  # noqa: PLR2004
    return all(_check(encryption, first_id, revision, length) != user[:16] for length in lengths)


def _check(encryption: Mapping[bytes, Any], first_id: bytes, revision: int, length: int) -> bytes:
    """Compute the first 16 bytes of the user entry for the empty password (algorithms 2, 4 and 5)."""
    permissions = (int(encryption[b"/P"]) & 0xFFFFFFFF).to_bytes(4, "little")
    hidden = revision >= 4 and encryption.get(b"/EncryptMetadata") == b"false"  # noqa: PLR2004
    key = _md5(_EMPTY + encryption[b"/O"][:32] + permissions + first_id + b"\xff" * 4 * hidden)
    if revision == 2:  # noqa: PLR2004
        return _rc4(key[:length], _EMPTY)[:16]
    for _ in range(50):
        key = _md5(key[:length])
    found = _md5(_EMPTY + first_id)
    for number in range(20):
        found = _rc4(bytes(one ^ number for one in key[:length]), found)
    return found


def _md5(data: bytes) -> bytes:
    return md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    found, j = bytearray(), 0
    for i, byte in enumerate(data, 1):
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        found.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(found)


def _hash_5(salt: bytes) -> bytes:
    return sha256(salt).digest()


def _hash_6(salt: bytes) -> bytes:
    """Hash the empty password (algorithm 2.B); it takes about 0.3 s, being slow on purpose."""
    key, number, last = sha256(salt).digest(), 0, 255
    while number < 64 or last > number - 32:  # noqa: PLR2004 - the standard's
        number += 1
        made = _aes_cbc(key[:16], key[16:32], key * 64)
        key, last = (sha256, sha384, sha512)[sum(made[:16]) % 3](made).digest(), made[-1]
    return key[:32]


_HASHES: Final = {5: _hash_5, 6: _hash_6}


def _aes_cbc(key: bytes, start: bytes, data: bytes) -> bytes:
    """Encrypt with AES-128 in CBC mode, without padding (FIPS 197)."""
    box, tables = _tables()
    keys = _words(key)
    for at in range(4, 44):
        word = keys[at - 1]
        if at % 4 == 0:
            word = sum(box[word >> shift & 255] << up for shift, up in ((16, 24), (8, 16), (0, 8), (24, 0)))
            word ^= (1, 2, 4, 8, 16, 32, 64, 128, 27, 54)[at // 4 - 1] << 24
        keys.append(keys[at - 4] ^ word)
    (t0, t1, t2, t3), state, found = tables, _words(start), bytearray()
    for at in range(0, len(data), 16):
        block = _words(data[at : at + 16])
        a, b, c, d = (one ^ other ^ word for one, other, word in zip(state, block, keys, strict=False))
        for k in range(4, 40, 4):
            a, b, c, d = (
                t0[a >> 24] ^ t1[b >> 16 & 255] ^ t2[c >> 8 & 255] ^ t3[d & 255] ^ keys[k],
                t0[b >> 24] ^ t1[c >> 16 & 255] ^ t2[d >> 8 & 255] ^ t3[a & 255] ^ keys[k + 1],
                t0[c >> 24] ^ t1[d >> 16 & 255] ^ t2[a >> 8 & 255] ^ t3[b & 255] ^ keys[k + 2],
                t0[d >> 24] ^ t1[a >> 16 & 255] ^ t2[b >> 8 & 255] ^ t3[c & 255] ^ keys[k + 3],
            )
        rows = ((a, b, c, d), (b, c, d, a), (c, d, a, b), (d, a, b, c))
        state = [
            (box[e >> 24] << 24 | box[f >> 16 & 255] << 16 | box[g >> 8 & 255] << 8 | box[h & 255]) ^ last
            for (e, f, g, h), last in zip(rows, keys[40:], strict=True)
        ]
        found += b"".join(word.to_bytes(4, "big") for word in state)
    return bytes(found)


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[at : at + 4], "big") for at in range(0, 16, 4)]


@cache
def _tables() -> tuple[list[int], list[list[int]]]:
    """Make the S-box, and the tables of what a byte of each row adds to its column."""
    powers = [1]
    for _ in range(254):
        powers.append(powers[-1] ^ _doubled(powers[-1]))
    inverse = {power: powers[-at % 255] for at, power in enumerate(powers)} | {0: 0}
    box = []
    for byte in range(256):
        found = inverse[byte] * 0x101
        box.append((found ^ found >> 4 ^ found >> 5 ^ found >> 6 ^ found >> 7) & 255 ^ 0x63)
    first = [_doubled(one) << 24 | one << 16 | one << 8 | (one ^ _doubled(one)) for one in box]
    return box, [[(word >> turn | word << 32 - turn) & 0xFFFFFFFF for word in first] for turn in (0, 8, 16, 24)]


def _doubled(byte: int) -> int:
    return byte << 1 ^ (0x11B if byte & 0x80 else 0)
