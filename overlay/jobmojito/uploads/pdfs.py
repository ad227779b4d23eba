"""Whether a PDF is complete and opens without a password. Pure; section numbers are those of ISO 32000-2.

A PDF is refused only for a certain flaw. Anything not understood here passes, such as a PDF that readers can repair; so
does a PDF that is cut off in its first object, or right after an uncompressed PDF inside it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from .pdf_passwords import needs_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Read = Callable[[int, int], bytes]

_BLOCK: Final = 1024 * 1024
_OVERLAP: Final = 64
_FEW: Final = 1000
_DICTIONARY: Final = 8 * 1024
"""Bytes of a dictionary that are examined; a trailer with its encryption entry has a few hundred."""

_OBJECT: Final = re.compile(rb"\d\s+\d{1,5}\s+obj\s*[<(\[/\d]")
_NUMBERED: Final = re.compile(rb"\s{0,9}\d{1,10}\s+\d{1,5}\s+obj\b")
_LINEARIZED: Final = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+(\d{1,12})\b")
_STARTXREF: Final = re.compile(rb"startxref\s+(\d{1,12})")
_TOKEN: Final = re.compile(
    rb"<<|>>|[\[\]]|/[^\s\0()<>\[\]{}/%]*+|<[0-9A-Fa-f\s]*+>"
    rb"|\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*+\))*+\)"  # parentheses in a string, one level deep
    rb"|[^\s\0()<>\[\]{}/%]++",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_CONTINUED: Final = (b"\n", b"\r", b"\r\n")


def flaw_of(read: Read, size: int) -> str | None:
    """Say why a PDF of `size` bytes cannot be read; None if that is not certain. `read` takes offset and size."""
    if _is_cut_off(read, size):
        return "it is a PDF that is cut off"
    with suppress(ArithmeticError, LookupError, TypeError, ValueError, RecursionError):  # not understood: not certain
        trailer = _dictionary(_section(read, size))
        if b"/Encrypt" in trailer and needs_password(_encryption(trailer[b"/Encrypt"], read, size), _first_id(trailer)):
            return "it is a PDF that needs a password to open"
    return None


def announced_size(head: bytes) -> int:
    """Return the size that a linearized PDF announces (annex F), else 0; it has an end mark near its start too."""
    found = _LINEARIZED.search(head)
    return int(found[1]) if found else 0


def _is_cut_off(read: Read, size: int) -> bool:
    """Whether the file ends in an object, not in the end of a revision (7.5.5), whose last line may be missing."""
    # A line end may be lost at the end. A size that does not fit means: not linearized (annex F); then its end counts.
    if announced_size(read(0, 1024)) > size + _OVERLAP and not _section(read, size):
        return True
    for _, block in _backwards(read, size):
        end = max(block.rfind(b"startxref"), block.rfind(b"%%EOF"))
        if _has_object(block, max(end, 0)):
            return True
        if end >= 0:
            return block.startswith(b"startxref", end) and not _section(read, size)
    return False


def _has_object(block: bytes, start: int) -> bool:
    """Whether an object begins in a block; looking for its last word first is 40 times as fast as the pattern."""
    if block.count(b"obj", start) > _FEW:
        return bool(_OBJECT.search(block, start))
    at = block.find(b"obj", start)
    while at >= 0:
        if _OBJECT.search(block, max(start, at - _OVERLAP), at + _OVERLAP):
            return True
        at = block.find(b"obj", at + 1)
    return False


def _backwards(read: Read, size: int) -> Iterator[tuple[int, bytes]]:
    for end in range(size, 0, -_BLOCK):
        start = max(end - _BLOCK, 0)
        yield start, read(start, end - start + _OVERLAP)


def _section(read: Read, size: int) -> bytes:
    """Read from the newest trailer on: after a table, or in a stream's dictionary (7.5.5, 7.5.8); b"" if not found."""
    found = _STARTXREF.findall(read(max(size - _BLOCK, 0), _BLOCK))
    offset = int(found[-1]) if found else size
    for start in (offset, offset + read(0, 1024).find(b"%PDF-")):  # the standard counts from the mark
        section = read(start, _BLOCK)
        if section.lstrip().startswith(b"xref"):
            return section[section.find(b"trailer") :]
        if _NUMBERED.match(section):
            return section
    return b""


def _encryption(value: object, read: Read, size: int) -> dict[bytes, Any]:
    """Return the encryption dictionary: direct, or the last object of its number (7.5.7: never compressed)."""
    if isinstance(value, dict):
        return cast("dict[bytes, Any]", value)
    number, generation, _ = cast("list[bytes]", value)
    begin = re.compile(rb"(?<!\d)%d\s+%d\s+obj\b" % (int(number), int(generation)))
    for start, block in _backwards(read, size):
        found = [one.start() for one in begin.finditer(block)]
        if found:
            return _dictionary(read(start + found[-1], _DICTIONARY))
    raise ValueError


def _first_id(trailer: dict[bytes, Any]) -> bytes:
    return cast("bytes", trailer[b"/ID"][0]) if b"/ID" in trailer else b""


def _dictionary(text: bytes) -> dict[bytes, Any]:
    """Parse the first dictionary; strings are unescaped, a reference is a list of three."""
    begin = text.index(b"<<")
    tokens = (found[0] for found in _TOKEN.finditer(text, begin + 2, begin + _DICTIONARY))
    return _pairs(_items(tokens, b">>"))


def _items(tokens: Iterator[bytes], end: bytes) -> list[Any]:
    found: list[Any] = []
    for token in tokens:
        if token == end:
            return found
        if token == b"<<":
            found.append(_pairs(_items(tokens, b">>")))
        elif token == b"[":
            found.append(_items(tokens, b"]"))
        else:
            found.append(_string(token) if token[:1] in b"<(" else token)
    raise ValueError


def _pairs(items: list[Any]) -> dict[bytes, Any]:
    """Pair names with values; several values, as of a reference, become a list."""
    values: dict[bytes, list[Any]] = {}
    name = b""
    for item in items:
        if isinstance(item, bytes) and item[:1] == b"/" and values.get(name) != []:
            name = item
            values[name] = []
        else:
            values[name].append(item)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _string(token: bytes) -> bytes:
    """Parse a string in either form (7.3.4)."""
    if token.startswith(b"<"):
        digits = b"".join(token[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    return _ESCAPE.sub(_unescaped, token[1:-1])


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    if what[:1] in b"01234567":
        return bytes([int(what, 8) & 255])
    return b"" if what in _CONTINUED else _ESCAPED.get(what, what)
