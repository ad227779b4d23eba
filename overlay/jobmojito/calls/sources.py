"""A binary stream as the source of a body: read by position, from where it stood, whoever else reads it meanwhile.

Several requests may send one stream at once, so none of them trusts the stream's own position. Memory is taken as it
was at the start. A regular file is read at an offset (`pread`). Any other stream that can seek is read in turns, a
block each, and put back when its last reader closes. A stream that cannot seek is read once, by one reader.
"""

# Over 300 lines: every kind of stream and how it is read, to be compared with each other.

from __future__ import annotations

import inspect
import io
import os
import stat
import threading
import weakref
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Self, cast

from jobmojito.errors import UploadError

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable
    from typing import BinaryIO


class Source:
    """A stream from where it stands: `size` bytes, or None where it cannot go back and is read once.

    Use it as a context manager, or close it; the stream itself stays open.

    Raises:
        UploadError: it cannot be read, gives no bytes, was read once already, or somebody else moves it.
    """

    _is_open = False

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = _synchronous(stream)
        with self._reading():
            self._reader = _reader(self._stream)
        self._is_open = True
        end = self._reader.end
        self.size = None if end is None else max(end - self._reader.start, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the stream."""
        if self._is_open:
            self._is_open = False
            self._reader.close()

    def __del__(self) -> None:
        """Let go of it too where a task was cancelled while a thread opened it."""
        self.close()

    @property
    def in_memory(self) -> bool:
        """Whether reading it can never block."""
        return isinstance(self._reader, _Memory)

    def at(self, offset: int, size: int) -> bytes:
        """Read `size` bytes at an offset from the start, fewer at the end; the next ones of what cannot go back."""
        position = self._reader.start + offset
        with self._reading():
            found = block = self._reader.read(position, size)
            while block and len(found) < size:  # a pipe gives what it has at the moment
                block = self._reader.read(position + len(found), size - len(found))
                found += block
        return found

    def has_changed(self) -> bool:
        """Whether the stream was written to since it was opened here, as far as that can be seen."""
        with self._reading():
            return self._reader.has_changed()

    @contextmanager
    def _reading(self) -> Generator[None]:
        """Turn what a stream raises into our error: streams are of many makes, and so are their exceptions."""
        try:
            yield
        except UploadError:
            raise
        except Exception as error:
            closed = getattr(self._stream, "closed", False) is True
            raise UploadError(f"the file cannot be read: {'it is closed' if closed else reason(error)}") from error


def reason(error: Exception) -> str:
    """Say what the system says, without the path, which may name a person."""
    return getattr(error, "strerror", None) or type(error).__name__


class _Reader:
    """How one kind of stream is read; `end` is None where it cannot be known."""

    start: int = 0
    end: int | None = None

    def read(self, position: int, size: int) -> bytes:
        """Read at most `size` bytes there; none at the end."""
        raise NotImplementedError

    def has_changed(self) -> bool:
        return False

    def close(self) -> None:
        pass


def _synchronous(stream: Any) -> BinaryIO:
    """Give what can be read without `await`: the upload of a web framework (Starlette, FastAPI) has it in `file`."""
    if _is_binary(stream):
        return cast("BinaryIO", stream)
    file = getattr(stream, "file", None)
    if hasattr(stream, "filename") and _is_binary(file):
        return cast("BinaryIO", file)
    if hasattr(stream, "read") and not isinstance(stream, io.TextIOBase):
        raise UploadError("the stream is read with await: give the path, the bytes, or the file beneath it")
    raise UploadError("the file must be a path, bytes, or a stream opened in binary mode")


def _is_binary(stream: Any) -> bool:
    read = getattr(stream, "read", None)
    return read is not None and not inspect.iscoroutinefunction(read) and not isinstance(stream, io.TextIOBase)


def _reader(stream: BinaryIO) -> _Reader:
    if type(stream) is io.BytesIO:
        return _Memory(stream)
    if _is_regular_file(stream):
        return _RegularFile(stream)
    return _Turns.join(stream) if _can_seek(stream) else _OneWay(stream)


def _can_seek(stream: BinaryIO) -> bool:
    try:
        if hasattr(stream, "seekable"):
            return stream.seekable()
        stream.seek(stream.tell())  # such as a mapped file
    except Exception:  # noqa: BLE001 - streams are of many makes; reading tells what is wrong
        return False
    return True


def _is_regular_file(stream: BinaryIO) -> bool:
    """Tell whether the stream is a file as `open` gives it: what wraps one may give other bytes than the file has."""
    raw = cast("Any", stream).raw if type(stream) in (io.BufferedReader, io.BufferedRandom) else stream
    if type(raw) is not io.FileIO or not stream.readable() or not hasattr(os, "pread"):
        return False
    return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)


class _Memory(_Reader):
    """A `BytesIO`, as it was at the start."""

    def __init__(self, stream: io.BytesIO) -> None:
        self._stream, self._content, self.start = stream, stream.getvalue(), stream.tell()
        self.end = len(self._content)

    def read(self, position: int, size: int) -> bytes:
        return self._content[position : position + size]

    def has_changed(self) -> bool:
        return self._stream.getvalue() != self._content


class _RegularFile(_Reader):
    """A file on a disk; its own position is neither trusted nor moved."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        if stream.writable():
            stream.flush()
        self.start = stream.tell()
        self._stamp = self._look()
        self.end = self._stamp[0]

    def read(self, position: int, size: int) -> bytes:
        return os.pread(self._stream.fileno(), size, position)

    def has_changed(self) -> bool:
        return self._look() != self._stamp

    def _look(self) -> tuple[int, int]:
        """Give what changes when a file is written to."""
        found = os.fstat(self._stream.fileno())
        return found.st_size, found.st_mtime_ns


class _Turns(_Reader):
    """A stream that seeks, and its readers, who take turns at it; `left` is where the last turn ended."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.key = stream, id(_innermost(stream))
        self.readers, self.lock = 0, threading.RLock()
        self.start = stream.tell()
        self.end = self.left = self._move(0, os.SEEK_END)

    @classmethod
    def join(cls, stream: BinaryIO) -> _Turns:
        """Give the stream's reader; who comes while others read starts where they did."""
        with _guard:
            turns = _in_turns.get(id(_innermost(stream))) or cls(stream)
            with turns.lock:
                if turns.stream is not stream or stream.tell() != turns.left:
                    raise UploadError("the stream is in use by another upload, and was moved or wrapped meanwhile")
            turns.readers += 1
            _in_turns[turns.key] = turns
        return turns

    def read(self, position: int, size: int) -> bytes:
        with self.lock:
            if self.stream.tell() != position:
                self._move(position)
            block = _bytes(self.stream.read(size))
            self.left = self.stream.tell()
            if self.left != position + len(block):
                raise UploadError("the stream was moved by somebody else while it was being sent")
        return block

    def has_changed(self) -> bool:
        return self.end is not None and bool(self.read(self.end, 1))

    def close(self) -> None:
        """Put the stream back after the last reader."""
        with _guard, self.lock:
            self.readers -= 1
            if not self.readers:
                _in_turns.pop(self.key, None)
                with suppress(Exception):  # it may be closed, or of any make
                    self._move(self.start)

    def _move(self, offset: int, whence: int = os.SEEK_SET) -> int:
        moved = cast("int | None", self.stream.seek(offset, whence))
        return self.stream.tell() if moved is None else moved


class _OneWay(_Reader):
    """A pipe, a socket, or a stream of any make that cannot go back: whoever comes second would get the rest of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._key = stream, _pipe(stream)
        with _guard:
            if self._key in _one_way or self._is_spent():
                raise UploadError("the stream can be read only once, and another upload has begun to")
            _one_way.add(self._key)

    def _is_spent(self) -> bool:
        with suppress(TypeError):  # what cannot be weakly referenced is not remembered
            return self._stream in _spent
        return False

    def read(self, position: int, size: int) -> bytes:
        if not position:
            with suppress(TypeError):
                _spent.add(self._stream)
        return _bytes(self._stream.read(size))

    def close(self) -> None:
        _one_way.discard(self._key)


def _forget() -> None:
    """Start anew in a forked process: whoever read or held the lock there is not part of it."""
    _in_turns.clear()
    _one_way.clear()
    _guard.release()


_guard: Final = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_guard.acquire, after_in_parent=_guard.release, after_in_child=_forget)
_in_turns: Final[dict[int, _Turns]] = {}
"""The streams that are being read in turns, by the id of the innermost stream that each of them reads."""
_one_way: Final[set[Hashable]] = set()
"""The pipes that are being read, however many descriptors and objects stand for one."""
_spent: Final[weakref.WeakSet[Any]] = weakref.WeakSet()
"""The streams that can be read only once, and were."""


def _innermost(stream: Any) -> Any:
    """Find what is read in the end: two objects around one stream move each other."""
    for _ in range(10):
        inner = next((found for name in _INNER if hasattr(found := getattr(stream, name, None), "read")), None)
        if inner is None:
            break
        stream = inner
    return stream


_INNER: Final = ("raw", "file", "stream", "fileobj")


def _pipe(stream: Any) -> Hashable:
    """Tell one pipe from the other by what the system says of it; a stream without a descriptor by itself."""
    try:
        found = os.fstat(stream.fileno())
    except Exception:  # noqa: BLE001 - streams are of many makes; most have none
        return id(_innermost(stream))
    return found.st_dev, found.st_ino


def _bytes(block: Any) -> bytes:
    if not isinstance(block, bytes | bytearray | memoryview):
        with suppress(AttributeError):
            block.close()  # a coroutine: Python would warn that it was never awaited
        raise UploadError(f"the file gives {type(block).__name__} where bytes are needed: open it in binary mode")
    return bytes(block)
