"""Decompression of a body in pieces of limited size: a few kilobytes can hold gigabytes.

httpx unpacks whatever arrives in one go, nested compression included. Here each step gives one piece at a time, so the
reader can stop at any piece.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from jobmojito.http import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED: Final = "gzip, deflate"
"""Encodings that requests ask for; others are not unpacked."""

_PIECE: Final = 256 * 1024
_MOST_STEPS: Final = 2
_EITHER: Final = zlib.MAX_WBITS | 32
"""Tells zlib to detect gzip or zlib by the first bytes."""
_GZIP: Final = b"\x1f"
"""First byte of a gzip part: another part may follow the first. Anything else after the end is ignored."""


class Decoder:
    """Undoes the encodings that `Content-Encoding` names, the last one first."""

    def __init__(self, encodings: str) -> None:
        names = [name.strip().lower() for name in encodings.split(",")]
        self._steps = [_Inflated() for name in names if name in {"gzip", "x-gzip", "deflate"}]

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Unpack `data`; a piece may be empty.

        Raises:
            httpx.DecodingError: the data is damaged, or compressed more than twice.
        """
        if len(self._steps) > _MOST_STEPS:
            raise httpx.DecodingError("the answer is compressed again and again")
        return self._unpacked(data, len(self._steps))

    def _unpacked(self, data: bytes, steps: int) -> Iterator[bytes]:
        if steps == 0:
            yield data
            return
        for piece in self._steps[steps - 1].pieces(data):
            yield from self._unpacked(piece, steps - 1)

    def finish(self) -> None:
        """Check that the end of the data has arrived.

        Raises:
            httpx.DecodingError: the data was cut off.
        """
        if any(step.is_cut_off for step in self._steps):
            raise httpx.DecodingError("the answer's compression is cut off")


class _Inflated:
    """One step: gzip, zlib, or the raw deflate that some servers send as "deflate"."""

    def __init__(self) -> None:
        self._made = zlib.decompressobj(_EITHER)
        self._begun = False

    @property
    def is_cut_off(self) -> bool:
        return self._begun and not self._made.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        more = bool(data)
        while more:
            if self._made.eof:
                if not data.startswith(_GZIP):
                    return
                self._made = zlib.decompressobj(_EITHER)
            piece = self._inflate(data)
            data = self._made.unused_data or self._made.unconsumed_tail
            more = bool(data) or (len(piece) == _PIECE and not self._made.eof)
            yield piece

    def _inflate(self, data: bytes) -> bytes:
        first, self._begun = not self._begun, True
        try:
            return self._made.decompress(data, _PIECE)
        except zlib.error:
            if not first:
                raise httpx.DecodingError("the answer's compression is damaged") from None
        self._made = zlib.decompressobj(-zlib.MAX_WBITS)
        return self._inflate(data)
