"""A file on its way to the API: checked before a byte is sent, then read a block at a time, never whole.

A file is a path, bytes, or a binary stream from its current position. What we open we close; what the caller opened
stays open. A stream that can seek is read again when a request is repeated; one that cannot is read once.
"""

from __future__ import annotations

import io
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, Self, cast

from jobmojito.errors import ConfigurationError, UploadError

from . import filetypes
from .multipart import is_mime_type, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterator

FileSource = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]
"""A path, the bytes themselves, or a binary stream."""

MAX_BYTES: Final = 20 * 1024 * 1024
"""The default limit of a file's size; the contract names none, a resume is far smaller."""

BLOCK: Final = 1024 * 1024
"""Bytes read at a time; with 64 KB a thread for each read costs more than the reading."""


class Upload:
    """One file, checked and open: its safe name, MIME type, and size in bytes (None for a stream that cannot say).

    Use it as a context manager: what was opened here is closed at its end.

    Raises:
        UploadError: missing, no regular file, unreadable, empty, too large, opened as text, or no resume.
        ConfigurationError: `max_bytes` is no limit.
    """

    def __init__(
        self,
        file: FileSource,
        *,
        file_name: str | None = None,
        content_type: str | None = None,
        max_bytes: int = MAX_BYTES,
        resume: bool = True,
    ) -> None:
        _check(file_name, content_type, max_bytes)
        self._file, self._owned = _open(file)
        self.max_bytes = max_bytes
        self.size: int | None = None
        self._start = _start_of(self._file)
        self._stamp = _stamp(self._file) if self._owned else None
        self._head = b""
        try:
            head = self._look()
            name = file_name or _name_of(file)
            self.mime_type, extension = self._type(head, name, content_type, resume=resume)
            self.file_name = safe_name(name, fallback=("resume" if resume else "document") + extension)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        """Leave the name out: it is often a person's."""
        return f"<{type(self).__name__} of {self.size} bytes, {self.mime_type}>"

    def close(self) -> None:
        """Close the file if it was opened here."""
        if self._owned:
            self._file.close()

    def rewind(self) -> None:
        """Put a stream of the caller's back to where it stood; what cannot go back stays."""
        if self._start is not None and not self._owned:
            with suppress(UploadError):
                self._seek(self._start)

    @property
    def rewindable(self) -> bool:
        """Whether the file can be read from its start again."""
        return self._start is not None

    @property
    def in_memory(self) -> bool:
        """Whether reading it can never block."""
        return isinstance(self._file, io.BytesIO)

    def blocks(self) -> Iterator[bytes]:
        """Read the file from where it began; a block at a time, of at most `BLOCK` bytes.

        Raises:
            UploadError: it cannot be read, it has become shorter or longer than it was, or is larger than the limit.
        """
        if self._start is None:
            yield from self._once()
            return
        self._seek(self._start)
        left = cast("int", self.size)
        while left:
            block = self._read(min(BLOCK, left))
            left -= len(block)
            # Told before the last block goes out: a body that lacks its end is no request.
            if not block or (left == 0 and self._has_changed()):
                raise UploadError("the file has changed while it was being sent")
            yield block

    def _once(self) -> Iterator[bytes]:
        """Read what cannot be measured: its head, which was looked at already, then the rest, counting."""
        block, self._head, total = self._head, b"", 0
        if not block:
            raise UploadError("the stream can be read only once")
        while block:
            total += len(block)
            if total > self.max_bytes:
                raise UploadError(_too_large(self.max_bytes))
            yield block
            block = self._read(BLOCK)

    def _look(self) -> bytes:
        """Find the size, and give the file's first bytes; those of a stream that cannot go back are kept."""
        if self._start is None:
            head = self._head = self._fill(filetypes.HEAD)
        else:
            self.size = max(self._seek(0, os.SEEK_END) - self._start, 0)
            if self.size > self.max_bytes:
                raise UploadError(_too_large(self.max_bytes))
            head = self._at(0, filetypes.HEAD)
        if not head or self.size == 0:  # a device gives bytes without end, and says that it has none
            raise UploadError("the file is empty, or its stream stands at its end")
        return head

    def _type(self, head: bytes, name: str, content_type: str | None, *, resume: bool) -> tuple[str, str]:
        """Give the MIME type, and the extension for a file without a name."""
        tail = self._at if self._start is not None else None
        try:
            if content_type is not None:
                return content_type, ""
            if not resume:
                return filetypes.guess(head, name, tail), ""
            found = filetypes.sniff(head, name, tail)
        except filetypes.Mismatch as mismatch:
            raise UploadError(f"the file cannot be sent: {mismatch} (content_type= overrules this)") from None
        finally:
            if self._start is not None:
                self._seek(self._start)
        return found.mime_type, found.extension

    def _at(self, offset: int, size: int) -> bytes:
        """Read elsewhere in the file; a negative offset counts from its end."""
        start, end = cast("int", self._start), cast("int", self._start) + cast("int", self.size)
        self._seek(max(start, (end if offset < 0 else start) + offset))
        return self._fill(size)

    def _fill(self, size: int) -> bytes:
        """Read `size` bytes, or up to the end: a pipe gives what it has at the moment."""
        found = bytearray()
        while len(found) < size and (block := self._read(size - len(found))):
            found += block
        return bytes(found)

    def _read(self, size: int) -> bytes:
        try:
            block = cast("Any", self._file.read(size))
        except Exception as error:
            raise UploadError(self._unreadable(error)) from error
        if not isinstance(block, bytes | bytearray | memoryview):
            raise UploadError("the stream must give bytes: open the file in binary mode")
        return bytes(block)

    def _seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            moved = cast("int | None", self._file.seek(offset, whence))
            return self._file.tell() if moved is None else moved
        except Exception as error:
            raise UploadError(self._unreadable(error)) from error

    def _unreadable(self, error: Exception) -> str:
        """Say why; streams are of many makes (gzip, archives, remote files), and so are their exceptions."""
        return f"the file cannot be read: {'it is closed' if getattr(self._file, 'closed', False) else _reason(error)}"

    def _has_changed(self) -> bool:
        return bool(self._read(1)) or (self._stamp is not None and self._stamp != _stamp(self._file))


def _check(file_name: object, content_type: object, max_bytes: object) -> None:
    if not isinstance(file_name, str | None):
        raise UploadError("file_name must be a text")
    if content_type is not None and not (isinstance(content_type, str) and is_mime_type(content_type)):
        raise UploadError("content_type must be a MIME type, such as application/pdf")
    check_limit(max_bytes)


def check_limit(max_bytes: object) -> None:
    """Refuse a limit that is none.

    Raises:
        ConfigurationError: it is no number above 0.
    """
    if not isinstance(max_bytes, int | float) or isinstance(max_bytes, bool) or not max_bytes > 0:
        raise ConfigurationError("max_bytes must be a number above 0")


def _open(file: FileSource) -> tuple[BinaryIO, bool]:
    """Give a binary stream, and whether it is ours to close."""
    if isinstance(file, memoryview) and not file.c_contiguous:
        file = bytes(file)
    if isinstance(file, bytes | bytearray | memoryview):
        return io.BytesIO(file), True
    if isinstance(file, str | os.PathLike):
        return _open_path(Path(file)), True
    stream: Any = file
    if isinstance(stream, io.TextIOBase) or not hasattr(stream, "read"):
        raise UploadError("the file must be a path, bytes, or a stream opened in binary mode")
    return cast("BinaryIO", stream), False


def _open_path(path: Path) -> BinaryIO:
    try:
        # Looked at before it is opened: opening a pipe would wait for its other end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise UploadError("the path is a directory" if path.is_dir() else "the path is no regular file")
        return path.open("rb", buffering=0)
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        raise UploadError(
            "the file does not exist" if missing else f"the file cannot be read: {_reason(error)}"
        ) from error


def _start_of(file: BinaryIO) -> int | None:
    """Give the position that a stream stands at; None where it cannot go back there."""
    try:
        return file.tell() if file.seekable() else None
    except Exception:  # noqa: BLE001 - as `Upload._unreadable` says; reading tells what is wrong
        return None


def _stamp(file: BinaryIO) -> tuple[int, int] | None:
    """Give what changes when a file is written to."""
    try:
        found = os.fstat(file.fileno())
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _name_of(file: FileSource) -> str:
    """Find a name: the path's, or the one a stream carries; a stream's number or <stdin> is no name."""
    if isinstance(file, bytes | bytearray | memoryview):
        return ""
    name = os.fspath(file) if isinstance(file, str | os.PathLike) else getattr(file, "name", "")
    return name if isinstance(name, str) and not name.startswith("<") else ""


def _reason(error: Exception) -> str:
    """Say what the system says, without the path, which may name a person."""
    return getattr(error, "strerror", None) or type(error).__name__


def _too_large(limit: int) -> str:
    return f"the file is larger than {limit / 1024 / 1024:g} MB (max_bytes= sets the limit)"
