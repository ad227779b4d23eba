"""A file to upload: checked before a byte is sent, then read in blocks, never whole.

A file is a path, bytes, or a binary stream from its current position. Files opened here are closed here; the caller's
streams stay open. A stream that can seek is read again when a request is repeated; any other can be read only once.
"""

from __future__ import annotations

import io
import os
import stat
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final, Self, cast

from jobmojito.calls.retries import check_number
from jobmojito.calls.sources import Source, reason
from jobmojito.errors import UploadError, at_path

from . import filetypes, pdfs
from .multipart import is_mime_type, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator

FileSource = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]
"""A path, the bytes themselves, or a binary stream."""

MAX_BYTES: Final = 20 * 1024 * 1024
"""The default limit of a file's size. The contract has no limit; resumes are far smaller."""

BLOCK: Final = 1024 * 1024
"""Bytes read at a time; with 64 KB, a thread for each read would cost more than the read."""


class Upload:
    """One checked, open file: its safe name, MIME type, and size in bytes (None for a stream that cannot seek).

    `title` is used as the name of a file without one.

    Use it as a context manager: at its end a file opened here is closed, and a caller's stream that can seek is back at
    its position.

    Raises:
        UploadError: missing, not a regular file, unreadable, empty, too large, in text mode, in use, or not a resume.
        ConfigurationError: `max_bytes` cannot be a limit.
    """

    def __init__(
        self,
        file: FileSource,
        *,
        file_name: str | None = None,
        content_type: str | None = None,
        max_bytes: int = MAX_BYTES,
        resume: bool = True,
        title: str | None = None,
    ) -> None:
        _check(file_name, content_type, max_bytes)
        self.max_bytes = max_bytes
        self._head = b""
        self._given = file
        with at_path(file), ExitStack() as opened:
            self._file = _open(file, opened)
            self._source = opened.enter_context(Source(self._file))
            self.size = self._source.size
            head = self._look()
            name = file_name or _name_of(file, title or "")
            self.mime_type, extension = self._type(head, name, content_type, resume=resume)
            self.file_name = safe_name(name, fallback=("resume" if resume else "document") + extension)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        """Leave the name out: it is often a person's."""
        return f"<{type(self).__name__} of {self.size} bytes, {self.mime_type}>"

    def close(self) -> None:
        """Close the file if it was opened here."""
        self._opened.close()

    @property
    def rewindable(self) -> bool:
        """Whether the file can be read from its start again."""
        return self.size is not None

    @property
    def in_memory(self) -> bool:
        """Whether reading never blocks."""
        return self._source.in_memory

    def blocks(self) -> Iterator[bytes]:
        """Yield the file from its starting position in blocks of at most `BLOCK` bytes.

        Raises:
            UploadError: it cannot be read, has changed since it was opened, or is larger than the limit.
        """
        with at_path(self._given):
            yield from self._once() if self.size is None else self._blocks(self.size)

    def _blocks(self, size: int) -> Iterator[bytes]:
        offset = 0
        while offset < size:
            block = self._source.at(offset, min(BLOCK, size - offset))
            offset += len(block)
            # Checked before the last block is sent: the server ignores a body without its end.
            if not block or (offset == size and self._source.has_changed()):
                raise UploadError("the file has changed while it was being sent")
            yield block

    def _once(self) -> Iterator[bytes]:
        """Yield a stream of unknown size: first the head, which was read already, then the rest, within the limit."""
        block, self._head, total = self._head, b"", 0
        if not block:
            raise UploadError("the stream can be read only once")
        while block:
            total += len(block)
            if total > self.max_bytes:
                raise UploadError(_too_large(self.max_bytes))
            yield block
            block = self._source.at(total, BLOCK)

    def _look(self) -> bytes:
        """Check the size, and return the file's first bytes; for a stream that cannot seek, store them."""
        if self.size is not None and self.size > self.max_bytes:
            raise UploadError(_too_large(self.max_bytes))
        # An endless device reports size 0.
        head = b"" if self.size == 0 else self._source.at(0, filetypes.HEAD)
        if not head:
            raise UploadError("the file is empty, or its stream is at its end")
        if self.size is None:
            self._head = head
        return head

    def _type(self, head: bytes, name: str, content_type: str | None, *, resume: bool) -> tuple[str, str]:
        """Return the MIME type, and the extension for a file without a name."""
        if content_type is not None:
            return content_type, ""
        tail = None if self.size is None else self._at
        try:
            if resume:
                found = filetypes.sniff(head, name, tail)
                mime_type, extension = found.mime_type, found.extension
            else:
                mime_type, extension = filetypes.guess(head, name, tail), ""
            if mime_type == filetypes.PDF.mime_type and self.size is not None:
                self._check_pdf(self.size)
        except filetypes.Mismatch as mismatch:
            raise UploadError(f"the file cannot be sent: {mismatch} (content_type= overrules this)") from None
        return mime_type, extension

    def _check_pdf(self, size: int) -> None:
        flaw = pdfs.flaw_of(self._source.at, size)
        if flaw is not None:
            raise filetypes.Mismatch(flaw)

    def _at(self, offset: int, size: int) -> bytes:
        """Read at an offset; a negative one counts from the end of the file."""
        whole = self.size or 0
        start = max(0, offset + whole if offset < 0 else offset)
        return self._source.at(start, max(min(size, whole - start), 0))


def _check(file_name: object, content_type: object, max_bytes: object) -> None:
    if not isinstance(file_name, str | None):
        raise UploadError("file_name must be a string")
    if content_type is not None and not (isinstance(content_type, str) and is_mime_type(content_type)):
        raise UploadError("content_type must be a MIME type, such as application/pdf")
    check_number("max_bytes", max_bytes, 1)


def _open(file: FileSource, opened: ExitStack) -> BinaryIO:
    """Return a binary stream; `opened` closes it if it is opened here."""
    if isinstance(file, memoryview) and not file.c_contiguous:
        file = bytes(file)
    if isinstance(file, bytes | bytearray | memoryview):
        return io.BytesIO(file)
    if isinstance(file, str | os.PathLike):
        return opened.enter_context(_open_path(Path(file)))
    return cast("BinaryIO", file)


def _open_path(path: Path) -> BinaryIO:
    try:
        # Checked before opening: opening a pipe would wait for its other end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise UploadError("the path is a directory" if path.is_dir() else "the path is not a regular file")
        return path.open("rb", buffering=0)
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        raise UploadError(
            "the file does not exist" if missing else f"the file cannot be read: {reason(error)}"
        ) from None  # the path may name a person


def _name_of(file: FileSource, title: str) -> str:
    """Return the name of the path or stream; `title` if that has no known extension."""
    # A web framework's upload has the file's name in `filename`, and may have the form field's in `name`.
    where = "name" if isinstance(file, io.IOBase) or not hasattr(file, "filename") else "filename"
    name = os.fspath(file) if isinstance(file, str | os.PathLike) else getattr(file, where, "")
    if not isinstance(name, str) or name.startswith("<"):
        name = ""  # the number of a descriptor, or <stdin>
    return name if filetypes.has_known_extension(name) or not title else title


def _too_large(limit: int) -> str:
    return f"the file is larger than {limit / 1024 / 1024:g} MB (max_bytes= sets the limit)"
