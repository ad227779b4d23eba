"""A body's compression undone, a bounded piece at a time: a few kilobytes can stand for gigabytes.

httpx unpacks whatever arrives at one go, nested compression included. Here every step gives at most a piece, so whoever
takes the pieces can stop at any time.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED: Final = "gzip, deflate"
"""What is asked for; other encodings are not unpacked."""

_PIECE: Final = 256 * 1024
_MOST_STEPS: Final = 2
_EITHER: Final = zlib.MAX_WBITS | 32
"""zlib's word for: gzip or zlib, by the first bytes."""
_GZIP: Final = b"\x1f"
"""How gzip begins: it may go on after its end, with another part. Anything else after the end is left out."""


class Decoder:
    """Undoes what `Content-Encoding` names, the last one first."""

    def __init__(self, encodings: str) -> None:
        names = [name.strip().lower() for name in encodings.split(",")]
        self._steps = [_Inflated() for name in names if name in {"gzip", "x-gzip", "deflate"}]

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Give what `data` stands for; a piece may be empty.

        Raises:
            httpx.DecodingError: it is damaged, or compressed again and again.
        """
        if len(self._steps) > _MOST_STEPS:
            raise httpx.DecodingError("the answer is compressed again and again")
        return self._undone(data, len(self._steps))

    def _undone(self, data: bytes, steps: int) -> Iterator[bytes]:
        if steps == 0:
            yield data
            return
        for piece in self._steps[steps - 1].pieces(data):
            yield from self._undone(piece, steps - 1)

    def finish(self) -> None:
        """Make sure that nothing is missing at the end.

        Raises:
            httpx.DecodingError: it was cut off.
        """
        if any(step.is_cut_off for step in self._steps):
            raise httpx.DecodingError("the answer's compression is cut off")


class _Inflated:
    """One step: gzip, zlib, or the bare deflate that some servers send under that name."""

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
