"""A multipart/form-data body as a stream of known length (RFC 7578).

Each body has a random boundary, so no content can forge a part; a file name can end neither its quotes nor its line.
Names are sent as raw UTF-8 in `filename=`, because RFC 7578 forbids `filename*`.
"""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_FILE_NAME: Final = 200
"""Bytes of UTF-8; file systems allow 255, and servers often add a prefix."""

_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters, CR and LF among them
    "\u2028\u2029"  # line separators
    "\u202a-\u202e\u2066-\u2069"  # direction overrides: they disguise names ("fdp.exe" is shown as "exe.pdf")
    "\ud800-\udfff"  # lone surrogates: bytes of a file system that are not UTF-8
    "]+"
)
_SEPARATORS: Final = re.compile(r"[/\\]")
_MIME_TYPE: Final = re.compile(
    r"[\w!#$&^.+-]{1,100}/[\w!#$&^.+-]{1,100}(?:; ?[\w!#$&^.+-]{1,60}=[\w!#$&^.+-]{1,60})*", re.ASCII
)


@frozen
class Envelope:
    """The bytes around the file in the body: the other parts, and the head and end of its own part."""

    content_type: str
    head: bytes = field(repr=False)  # it holds the candidate
    tail: bytes = field(repr=False)

    def length(self, size: int | None) -> int | None:
        """Return the body's length in bytes for a file of `size` bytes; None if that is not known."""
        return None if size is None else len(self.head) + size + len(self.tail)


def enclose(fields: Mapping[str, str], *, file_field: str, file_name: str, mime_type: str) -> Envelope:
    """Make the body of text fields and one file, which comes last, with a new boundary.

    Field names are the contract's; `file_name` and `mime_type` must be safe already.
    """
    boundary = secrets.token_hex(16)
    lines = [_text_part(boundary, name, value) for name, value in fields.items()]
    lines.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{file_field}"; filename="{file_name}"\r\n'
        f"Content-Type: {mime_type}\r\n\r\n"
    )
    return Envelope(
        f"multipart/form-data; boundary={boundary}", "".join(lines).encode(), f"\r\n--{boundary}--\r\n".encode()
    )


def _text_part(boundary: str, name: str, value: str) -> str:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


def safe_name(name: str, *, fallback: str) -> str:
    """Make a file name safe to send: its last path part, without quotes, control characters and direction overrides.

    Emoji and letters of any script stay. A name that is too long loses the end of its stem, never its extension; an
    empty one becomes `fallback`.
    """
    last = _SEPARATORS.split(name.rstrip("/\\"))[-1]
    plain = _UNSAFE.sub("_", last).replace('"', "'").strip()
    if not plain.strip(".") or not plain.strip("_"):
        return fallback
    stem, extension = os.path.splitext(plain)  # noqa: PTH122 - a name, not a path
    extension = _cut(extension, 20)
    return _cut(stem, MAX_FILE_NAME - len(extension.encode())) + extension


def _cut(text: str, size: int) -> str:
    """Cut to `size` bytes of UTF-8, at the end of a character."""
    return text.encode()[:size].decode(errors="ignore")


def is_mime_type(text: str) -> bool:
    """Whether a string is a valid Content-Type: type/subtype, perhaps with parameters."""
    return _MIME_TYPE.fullmatch(text) is not None
