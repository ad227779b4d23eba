"""The type of a document, by its content, or by its extension if the content does not decide. Pure.

A resume may be PDF, DOCX, DOC, ODT, RTF or plain text (the contract: "pdf, doc, docx, txt or similar"). Content that
contradicts the extension is a `Mismatch` only if the server certainly could not read it.
"""

from __future__ import annotations

import mimetypes
import re
import struct
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD: Final = 64 * 1024
"""Bytes at the start that are examined."""

_MAX_DIRECTORY: Final = 1024 * 1024
"""Bytes of a ZIP's list of files that are examined; a document's list has a few thousand."""


@frozen
class FileType:
    """A type of document: its name for people, its MIME type, and its extension."""

    label: str
    mime_type: str
    extension: str


PDF: Final = FileType("a PDF", "application/pdf", ".pdf")
DOCX: Final = FileType("a DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
DOC: Final = FileType("a DOC", "application/msword", ".doc")
ODT: Final = FileType("an ODT", "application/vnd.oasis.opendocument.text", ".odt")
RTF: Final = FileType("an RTF", "application/rtf", ".rtf")
TXT: Final = FileType("a text", "text/plain", ".txt")

RESUME_TYPES: Final = {one.extension: one for one in (PDF, DOCX, DOC, ODT, RTF, TXT)}


class Mismatch(Exception):  # noqa: N818 - a finding, turned into an UploadError by whoever knows the file's name
    """The content cannot be read as a resume, or not as the type that the extension names."""


def sniff(head: bytes, name: str, tail: Callable[[int, int], bytes] | None = None) -> FileType:
    """Return the type of a resume by its first `HEAD` bytes and its name.

    `tail(offset, size)` reads anywhere in the file (negative offsets count from its end). It is None for a stream that
    cannot seek: a ZIP is then judged by its head and its extension.

    Raises:
        Mismatch: it cannot be a resume.
    """
    extension = PurePosixPath(name).suffix.lower()
    # Checked before PDF: a ZIP with an uncompressed PDF in it has the PDF mark too, and so may a web page.
    for mark, judge in _CONTAINERS.items():
        if head.startswith(mark):
            return judge(head, extension, tail)
    if head.lstrip().startswith(b"{\\rtf"):
        return RTF
    if b"%PDF-" in head[:1024] and not _MARKUP.match(head):  # the format allows 1,024 bytes of anything before it
        return PDF
    return _text(head, extension)


def guess(head: bytes, name: str, tail: Callable[[int, int], bytes] | None = None) -> str:
    """Return the MIME type of any document: resume types by content, others by extension, else octet-stream.

    Raises:
        Mismatch: the name says PDF, DOCX, DOC, ODT or RTF, and the content is certainly something else.
    """
    by_name = mimetypes.guess_type(name)[0]
    try:
        found = sniff(head, name, tail)
    except Mismatch:
        if PurePosixPath(name).suffix.lower() in RESUME_TYPES:
            raise
        return by_name or "application/octet-stream"
    return by_name or found.mime_type if found is TXT else found.mime_type


def has_known_extension(name: str) -> bool:
    """Whether the extension of a name has a known MIME type."""
    return mimetypes.guess_type(name)[0] is not None


def _zip(head: bytes, extension: str, tail: Callable[[int, int], bytes] | None) -> FileType:
    said = _first_entry(head, b"mimetype")
    if said.startswith(ODT.mime_type.encode()):
        return ODT
    listed = head if tail is None else _zip_directory(tail)
    if _lists(listed, rb"word[/\\]"):
        return DOCX
    # The main part may have another name, and the list of a stream that cannot seek is not read.
    whole = tail is None or _lists(listed, rb"\[Content_Types\]\.xml")
    if extension == ".docx" and whole and not _lists(listed, rb"(?:xl|ppt)[/\\]"):
        return DOCX
    if extension == ".odt" and not said and _lists(listed, rb"content\.xml"):
        return ODT  # though its first entry is not the uncompressed type, as it should be
    raise Mismatch("it is a ZIP archive that holds no Word document")


def _lists(listed: bytes, name: bytes) -> bool:
    """Whether a ZIP's list of files, or its head, has an entry whose name begins with `name`."""
    return re.search(rb"(?:PK\x01\x02.{42}|PK\x03\x04.{26})" + name, listed, re.DOTALL | re.IGNORECASE) is not None


def _first_entry(head: bytes, name: bytes) -> bytes:
    """Return the first bytes of a ZIP's first entry, if it has this name and is not compressed."""
    method, length, extra = struct.unpack_from("<8xH16xHH", head.ljust(30, b"\0"))
    start = 30 + length
    return head[start + extra : start + extra + 100] if method == 0 and head[30:start] == name else b""


def _zip_directory(tail: Callable[[int, int], bytes]) -> bytes:
    """Read the list of files at the end of a ZIP (of ZIP64, the end alone); without it, the ZIP is cut off."""
    end = tail(-(22 + 65535), 22 + 65535)
    mark = end.rfind(b"PK\x05\x06")
    if mark < 0 or len(end) < mark + 22:
        raise Mismatch("it is a ZIP archive (or DOCX, or ODT) that is cut off")
    size, offset = struct.unpack_from("<II", end, mark + 12)
    return end + tail(offset, min(size, _MAX_DIRECTORY))


def _compound(head: bytes, extension: str, tail: Callable[[int, int], bytes] | None) -> FileType:
    """Judge an OLE file, which may be old Word, but also old Excel, an Outlook mail or an encrypted DOCX."""
    listed = head if tail is None else head + tail(-HEAD, HEAD)
    if _utf16("EncryptedPackage") in listed:
        raise Mismatch("it is protected by a password")
    if _utf16("WordDocument") in listed or extension == ".doc":
        return DOC
    raise Mismatch("it is an Office file, but no Word document")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


_CONTAINERS: Final = {b"PK\x03\x04": _zip, b"PK\x05\x06": _zip, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _compound}

_MARKUP: Final = re.compile(rb"\s*<(?:!--|(?:!doctype\s+html|html|head|body|\?xml|script)\b)", re.IGNORECASE)
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # not ESC: old texts have it


def _text(head: bytes, extension: str) -> FileType:
    """Accept content without control characters as text, in any encoding; markup only if it is named .txt."""
    claimed = RESUME_TYPES.get(extension)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        found = None  # UTF-16, by its byte order mark
    elif _NO_TEXT.search(head):
        found = "no known kind of document"
    else:
        found = None if claimed is TXT else _markup(head.removeprefix(b"\xef\xbb\xbf"))
    if found is None and claimed in {None, TXT}:
        return TXT
    if claimed is None:
        raise Mismatch(f"it is {found}; a resume is PDF, DOCX, DOC, ODT, RTF or plain text")
    raise Mismatch(f"it is named {extension} but is {found or 'plain text'}")


def _markup(head: bytes) -> str | None:
    if not _MARKUP.match(head):
        return None
    return "XML" if head.lstrip().startswith(b"<?xml") else "a web page"
