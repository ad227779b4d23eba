"""Files that appear whole or not at all: written under a temporary name, renamed when complete."""

from __future__ import annotations

import codecs
import csv
import json
import os
import re
import secrets
import stat
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from .errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

FORMULA: Final = re.compile("'*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")
"""What spreadsheets take for a formula, also in wide letters (OWASP, "CSV injection") or already escaped."""


class AtomicFile:
    """A file to write: `commit` puts it in its place; without it, an existing file stays unchanged.

    A symbolic link stays; the file it points to is replaced and keeps its permissions. A new file gets those that the
    umask leaves; a `private` file is for its owner only. Error messages call the file `what` and add `state`.

    Raises:
        DownloadError: it cannot be written, or the path is not a regular file.
    """

    def __init__(self, path: str | os.PathLike[str], what: str, *, private: bool = False, state: str = "") -> None:
        self.path = Path(path)
        self.size = 0
        self.state = state
        self._what, self._private = what, private
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        with self._explained():
            place = Path(os.path.realpath(self.path))
            kept = self._permissions()
            if self._private:
                kept = 0o600
            # Without the file's own name, which can be a person's, and of the greatest length.
            self._part = place.with_name(f".jobmojito-{secrets.token_hex(8)}.part")
            self._place = place
            mode = 0o666 if kept is None else kept
            self._file = open(self._part, "xb", opener=partial(os.open, mode=mode))
        if kept is not None:
            with suppress(OSError):  # a disk without permissions
                self._part.chmod(kept)  # whatever the umask takes away
        return self

    def _permissions(self) -> int | None:
        """Return the permissions of the existing file; None if there is none.

        Raises:
            OSError: it is not a regular file: a pipe or a device would be replaced.
        """
        try:
            found = self.path.stat().st_mode
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(found):
            raise OSError(0, "it is a directory" if stat.S_ISDIR(found) else "it is not a regular file")
        return stat.S_IMODE(found) & 0o777

    def restart(self) -> None:
        """Forget what was written."""
        with self._explained():
            self._open.seek(0)
            self._open.truncate()

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        with self._explained():
            self._open.write(piece)

    def commit(self) -> None:
        """Sync the file to disk, then put it in its place."""
        with self._explained():
            self._open.flush()
            self.size = self._open.tell()
            os.fsync(self._open.fileno())
            self._open.close()
            self._permissions()
            self._part.replace(self._place)
        self._file = None
        with suppress(OSError):
            sync_folder(self._place.parent)

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()  # writes the rest, and the disk may be full
            with suppress(OSError):  # must not hide the error that is being raised
                self._part.unlink()

    @property
    def _open(self) -> IO[bytes]:
        assert self._file is not None  # noqa: S101 - between `with` and `commit`
        return self._file

    @contextmanager
    def _explained(self) -> Generator[None]:
        """Turn errors of the file system into ours, without the path, which often names a person."""
        try:
            yield
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no such name is possible"
            raise self.error(f"cannot be written: {reason}") from None  # its own text has the path

    def error(self, reason: str) -> DownloadError:
        """Return an error about this file."""
        error = DownloadError(f"{self._what} {reason}" + (f" ({self.state})" if self.state else ""))
        error.path = str(self.path)
        return error


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that a new file's name is on disk; only POSIX can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_csv(
    path: str | os.PathLike[str],
    records: Iterable[Mapping[str, Any]],
    *,
    escape_formulas: bool = True,
    excel: bool = False,
) -> None:
    """Write records as UTF-8, readable by the owner only, with a header of every key in order of appearance.

    `excel` begins the file with a byte order mark, without which Excel reads UTF-8 as a local encoding.

    Raises:
        DownloadError: it cannot be written; an existing file stays unchanged.
    """
    records = list(records)
    columns = list(dict.fromkeys(name for record in records for name in record))
    with AtomicFile(path, f"the CSV file {os.fspath(path)}", private=True) as file:
        if excel:
            file.write(codecs.BOM_UTF8)
        writer = csv.writer(_Lines(file))
        writer.writerow([_cell(name, escape_formulas) for name in columns])
        writer.writerows([_cell(record.get(name), escape_formulas) for name in columns] for record in records)
        file.commit()


class _Lines:
    """The file object that `csv.writer` writes to."""

    def __init__(self, file: AtomicFile) -> None:
        self._file = file

    def write(self, line: str) -> None:
        """Write a line; a lone surrogate, which JSON can hold, is escaped."""
        self._file.write(line.encode("utf-8", "backslashreplace"))


def _cell(value: object, escape: bool) -> str:  # noqa: FBT001 - private
    if value is None:
        return ""
    if isinstance(value, str):
        # An escaped formula gets one more apostrophe, so that a reader can always remove exactly one.
        return f"'{value}" if escape and FORMULA.match(value) else value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except Exception:  # noqa: BLE001 - the caller's value; the other rows must still be written
        return f"({type(value).__name__})"
