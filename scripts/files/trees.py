"""Compares folders of files: one hash for a folder, and the files in which two folders differ."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SKIPPED: Final = frozenset({"__pycache__", ".ruff_cache", ".mypy_cache"})
LINK: Final = "is a symbolic link, and the generator makes none"


def files(root: Path) -> Iterator[str]:
    """List the files of a folder in order, without caches and compiled modules."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if (path.is_file() or path.is_symlink()) and not SKIPPED & set(relative.parts) and not _compiled(path):
            yield relative.as_posix()


def _compiled(path: Path) -> bool:
    """Whether a file is a compiled module beside its source; one without a source is code of its own."""
    return path.suffix == ".pyc" and path.with_suffix(".py").is_file()


def file_hash(path: Path) -> str:
    """Return the sha256 of a file's bytes; Refused where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        message = f"{path.name}: cannot be read: {error.strerror}"
        raise Refused(message) from None


def tree_hash(folder: Path) -> str:
    """Return one sha256 of the names and bytes of a folder's files."""
    digest = hashlib.sha256()
    for name in sorted(files(folder)):
        digest.update(f"{name}\0{file_hash(folder / name)}\n".encode())
    return digest.hexdigest()


def compare(committed: Path, fresh: Path) -> Iterator[tuple[str, str]]:
    """Yield each file that differs, and how: in one of the folders alone, or with other bytes."""
    ours, theirs = set(files(committed)), set(files(fresh))
    for name in sorted(ours | theirs):
        if name not in theirs:
            yield name, "is not made by the generator; it does not belong here"
        elif name not in ours:
            yield name, "is missing; the generator makes it"
        elif (committed / name).is_symlink():
            yield name, LINK
        elif (committed / name).read_bytes() != (fresh / name).read_bytes():
            yield name, _first(committed / name, fresh / name)


def _first(committed: Path, fresh: Path) -> str:
    """Name the first line in which two files differ."""
    ours, theirs = committed.read_bytes().splitlines(keepends=True), fresh.read_bytes().splitlines(keepends=True)
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False), 1):
        if one != other:
            return f"differs from what the generator makes, first in line {number}"
    return f"differs from what the generator makes: {len(ours)} lines, not {len(theirs)}"


def strays(folder: Path, package: str) -> Iterator[str]:
    """List what is beside the package in its folder, where nothing else belongs."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name != package and path.name not in SKIPPED:
            yield path.name
