"""The result of a check of an untrusted document: each reason to refuse it, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from scripts.files.documents import pointer

if TYPE_CHECKING:
    from scripts.corrections.grammar import Place

SHOWN = 60  # characters of the document's own text that a message repeats


@frozen
class Finding:
    """One reason to refuse a document; `reason` continues a sentence that begins with the place."""

    place: Place
    reason: str

    def __str__(self) -> str:
        return f"{pointer(*self.place) or '(the whole document)'} {self.reason}"


def quoted(text: str) -> str:
    """Shorten and quote text of the document for a message; `Refused` escapes what does not print."""
    return f"'{text[:SHOWN]}…'" if len(text) > SHOWN else f"'{text}'"
