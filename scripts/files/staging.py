"""A copy of the repository to try things in, and the way back: everything that an update may replace, or nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.files import swaps
from scripts.files.failures import Refused, reason

if TYPE_CHECKING:
    from collections.abc import Generator

# What an update may replace; whatever else happens to the copy, it never comes back.
REPLACED = (
    Path("openapi/jobmojito.openapi.json"),
    Path("openapi/webhooks.openapi.json"),
    Path("openapi/lock.json"),
    Path("generated/jobmojito_api"),
    Path("pyproject.toml"),
    Path("CHANGELOG.md"),
)
# What it leaves for the pull request; of no interest once that is open, so not in the repository.
LEFT = (Path("build/changelog.md"), Path("build/grade.txt"), Path("build/changelog.json"))
NOT_COPIED = (".git", ".venv", "build", "dist", "node_modules", "__pycache__", "*.egg-info", ".*_cache", ".hypothesis")


class Staging:
    """A copy of a checkout in a folder that goes away."""

    def __init__(self, root: Path, copy: Path) -> None:
        """Remember how the files to be replaced looked when the copy was made."""
        self.root, self.copy = root, copy
        self._before = self._looks()

    @property
    def environment(self) -> dict[str, str]:
        """The environment for a program that shall import the copy's packages, not those that are installed."""
        folders = (self.copy / "overlay", self.copy / "generated", self.copy)
        return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTHONDONTWRITEBYTECODE": "1"}

    def changed(self) -> list[Path]:
        """List what differs between the copy and the checkout, of all that may be replaced."""
        return [path for path in REPLACED if _look(self.copy / path) != _look(self.root / path)]

    def commit(self) -> list[Path]:
        """Replace in the checkout what is different in the copy, all or none.

        Raises:
            Refused: somebody has changed these files in the meantime, or they cannot be written.
        """
        if self._looks() != self._before:
            raise Refused("somebody has changed the contract or the client in the meantime; nothing was replaced")
        changed = self.changed()
        left = [path for path in LEFT if (self.copy / path).exists()]
        try:
            swaps.replace_all({self.root / path: self.copy / path for path in (*changed, *left)})
        except OSError as error:
            raise Refused(f"cannot be replaced: {reason(error)}") from error
        return changed

    def _looks(self) -> dict[Path, str]:
        return {path: _look(self.root / path) for path in REPLACED}


def recover(root: Path) -> bool:
    """Put right what an update that was killed left half done; tell whether there was anything."""
    return swaps.recover(root / path for path in (*REPLACED, *LEFT))


@contextmanager
def staging(root: Path) -> Generator[Staging]:
    """Copy a checkout without its history, environment, builds and caches."""
    with tempfile.TemporaryDirectory(prefix="jobmojito-update-") as folder:
        copy = Path(folder) / "repository"
        try:
            shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
        except (OSError, shutil.Error) as error:
            raise Refused(f"{root}: cannot be copied: {reason(error)}") from error
        yield Staging(root, copy)


def _look(path: Path) -> str:
    """Give a hash of a file, or of the names and contents of a folder's files; "" where there is nothing."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    files = sorted(one for one in path.rglob("*") if one.is_file() and "__pycache__" not in one.parts)
    named = "".join(f"{one.relative_to(path).as_posix()} {_look(one)}\n" for one in files)
    return hashlib.sha256(named.encode()).hexdigest() if named else ""
