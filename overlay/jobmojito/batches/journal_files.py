"""The file of a journal: one locked file to which lines are appended; checksums cover every byte of it.

    jobmojito journal 2 00000000000000001234 9f...      how many bytes of the file are committed
    5b... 7e... {"row": 1, "email": ...}                checksum, key and entry of a row; the latest entry counts

A line's checksum covers the line before it too, so a line that was changed, lost, added or moved is found when the file
is opened. If the end was cut off, the committed size in the first line shows it. Such a file is refused and left as it
is. Lines after the committed part come from a process that was killed while it wrote: whole ones count, the last one,
if it is incomplete, is removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import threading
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from jobmojito.atomic_files import sync_folder
from jobmojito.errors import JournalError

from .identity import KeyTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_LOCKS: Final[Any] = import_module("fcntl" if os.name == "posix" else "msvcrt")
_LOCKED_BYTE: Final = 1 << 40
"""The byte that is locked on Windows, beyond the end of any journal."""

_VERSION: Final = 2
_FIRST: Final = re.compile(rb"jobmojito journal (\d+) (\d{20}) ([0-9a-f]{16})\n")
_FIRST_SIZE: Final = 58
_LINE: Final = re.compile(rb"[0-9a-f]{16} ([0-9a-f]{32}) .*\n", re.DOTALL)
_SQLITE: Final = b"SQLite format 3\0"

Entry = tuple[bytes, "Mapping[str, Any]"]
"""A row's key, and the data recorded for it."""


class JournalFile:
    """An open journal file, locked until it is closed or its process ends.

    Raises:
        JournalError: it cannot be opened, or is in use, damaged, of another version or of another program.
    """

    def __init__(self, path: Path) -> None:
        self._turn = threading.Lock()  # all threads share the file position
        self._places = KeyTable()
        self._path, self.process = path.absolute(), os.getpid()
        self._descriptor, new = _open(path)
        try:
            _lock(self._descriptor)
            self._check_place()
            self._end, self._checksum = self._begin() if new else self._verify()
            self._sync()
            self._write(0, _first_line(self._end))
            if new:
                with suppress(OSError):  # not every file system can
                    sync_folder(path.parent)
        except BaseException as error:
            if new:
                with suppress(OSError):
                    path.unlink()  # without a first line it would always be refused
            self.close()
            if isinstance(error, OSError):
                raise explain(error) from error
            raise

    def add(self, entries: Iterable[Entry]) -> None:
        """Append entries; when this returns, they are on disk.

        Raises:
            OSError: they could not be written; or they are on disk, but the next run would not find the file there.
        """
        end, checksum, places, lines = self._end, self._checksum, list[tuple[bytes, int]](), list[bytes]()
        for key, entry in entries:
            places.append((key, end))
            lines.append(_line(checksum, key, entry))
            checksum = lines[-1][:16]
            end += len(lines[-1])
        try:
            self._write(self._end, b"".join(lines))
            self._sync()
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._end)
            raise
        self._end, self._checksum = end, checksum
        self._write(0, _first_line(end))
        self._check_place()
        for key, place in places:
            self._places.put(key, place)

    def find(self, key: bytes) -> dict[str, Any] | None:
        """Return the latest entry of a key; None if there is none.

        Raises:
            OSError: it cannot be read.
        """
        place = self._places.get(key)
        if place is None:
            return None
        line = b""
        while not line.endswith(b"\n"):
            with self._turn:
                os.lseek(self._descriptor, place + len(line), os.SEEK_SET)
                piece = os.read(self._descriptor, 4096)
            if not piece:
                raise OSError(None, "it was cut off meanwhile")
            line += piece.partition(b"\n")[0] + (b"\n" if b"\n" in piece else b"")
        entry: dict[str, Any] = json.loads(line.split(b" ", 2)[2])
        return entry

    def entries(self) -> Iterator[Entry]:
        """Yield every entry in the order of writing, replaced ones included.

        Raises:
            OSError: it cannot be read.
        """
        with open(self._descriptor, "rb", closefd=False) as file:
            file.seek(_FIRST_SIZE)
            for line in file:
                _, key, entry = line.split(b" ", 2)
                yield bytes.fromhex(key.decode()), json.loads(entry)

    def close(self) -> None:
        """Unlock and close the file; a forked child shares the lock, so closing alone might not release it."""
        if os.getpid() == self.process:
            with suppress(OSError):
                _lock(self._descriptor, free=True)
        descriptor, self._descriptor = self._descriptor, -1  # whoever comes late must not use another file's
        os.close(descriptor)

    def _check_place(self) -> None:
        """Check that the path still leads to this file, so that the next run finds these rows.

        Raises:
            OSError: it was moved, deleted or replaced.
        """
        if not (self._path.exists() and os.path.samestat(os.fstat(self._descriptor), self._path.stat())):
            raise OSError(None, "it was moved, deleted or replaced meanwhile")

    def _begin(self) -> tuple[int, bytes]:
        first = _first_line(_FIRST_SIZE)
        self._write(0, first)
        return len(first), _START

    def _verify(self) -> tuple[int, bytes]:
        """Check every line and index the latest of each key; return the end and the last line's checksum."""
        place, checksum = _FIRST_SIZE, _START
        with open(self._descriptor, "rb", closefd=False) as file:
            committed = _committed(file.read(_FIRST_SIZE))
            for line in file:
                found = _LINE.fullmatch(line)
                if found is None or line[:16] != _checksum(checksum, line[17:-1]):
                    if place < committed or line.endswith(b"\n"):
                        raise _damaged(f"the line at byte {place} is not as it was written")
                    break  # incomplete: the process was killed while it wrote
                self._places.put(bytes.fromhex(found[1].decode()), place)
                place, checksum = place + len(line), line[:16]
        if place < committed:
            raise _damaged("its end is missing")
        os.ftruncate(self._descriptor, place)
        return place, checksum

    def _write(self, place: int, data: bytes) -> None:
        with self._turn:
            os.lseek(self._descriptor, place, os.SEEK_SET)
            while data:
                data = data[os.write(self._descriptor, data) :]

    def _sync(self) -> None:
        getattr(os, "fdatasync", os.fsync)(self._descriptor)


_START: Final = b"0" * 16


def _checksum(before: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(before + content, digest_size=8).hexdigest().encode()


def _line(before: bytes, key: bytes, entry: Mapping[str, Any]) -> bytes:
    content = f"{key.hex()} {json.dumps(entry, default=str)}".encode()
    return b"%s %s\n" % (_checksum(before, content), content)


def _first_line(committed: int) -> bytes:
    content = b"jobmojito journal %d %020d" % (_VERSION, committed)
    return b"%s %s\n" % (content, _checksum(b"", content))


def _committed(first: bytes) -> int:
    """Return the number of committed bytes, from the first line."""
    found = _FIRST.fullmatch(first)
    if found is not None and int(found[1]) > _VERSION:
        raise JournalError(f"the journal was made by a newer version of this package (format {int(found[1])})")
    if found is not None and first == _first_line(int(found[2])):
        return int(found[2])
    if first.startswith(_SQLITE):
        raise JournalError(
            "the journal is a database, made by another program or by an earlier version of this package. Such a"
            " journal tells rows apart by their spelling and may lack what lay beside it: finish its run with that"
            " version, or name a new file and give only the rows that are not done"
        )
    if not first:
        raise JournalError(
            "the journal is empty: if a run has written to it, what it knew is lost, and all its rows would be paid"
            " again; name a file that is not there yet"
        )
    if first.startswith(b"jobmojito journal "):
        raise _damaged("its first line is not as it was written")
    raise JournalError("the journal cannot be used: it is not a journal (the file is something else)")


def _damaged(how: str) -> JournalError:
    return JournalError(
        f"the journal is damaged: {how}. Put a copy in its place, or name a new file and give only the rows that are"
        " not done"
    )


def _open(path: Path) -> tuple[int, bool]:
    """Return a descriptor, and whether the file is new. Only its owner can read it; an older file is changed so."""
    flags = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600), True
    except FileExistsError:
        pass
    except (OSError, ValueError) as error:
        raise _unopened(error) from None
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise _unopened(error) from None
    try:
        _make_private(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, False


def _unopened(error: Exception) -> JournalError:
    return JournalError(f"the journal cannot be opened: {getattr(error, 'strerror', None) or error}")


def _make_private(descriptor: int) -> None:
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        raise JournalError("the journal cannot be opened: it is not a regular file")
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        try:
            os.fchmod(descriptor, 0o600)
        except OSError as error:
            raise JournalError("the journal can be read by others, and that cannot be changed") from error


def _lock(descriptor: int, *, free: bool = False) -> None:
    """Lock the file against other processes and other runs of this process, or `free` it.

    Raises:
        JournalError: it is locked already.
        OSError: the file system does not support locks.
    """
    try:
        if os.name == "posix":
            _LOCKS.flock(descriptor, _LOCKS.LOCK_UN if free else _LOCKS.LOCK_EX | _LOCKS.LOCK_NB)
        else:
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            _LOCKS.locking(descriptor, _LOCKS.LK_UNLCK if free else _LOCKS.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError):
        raise JournalError("the journal cannot be used: another process is using it") from None


def explain(error: Exception) -> JournalError:
    """Turn an exception into a `JournalError`, without the path, which may name a person."""
    explained = JournalError(f"the journal cannot be used: {getattr(error, 'strerror', None) or type(error).__name__}")
    explained.__cause__ = error if not isinstance(error, OSError) else OSError(error.errno, error.strerror)
    return explained
