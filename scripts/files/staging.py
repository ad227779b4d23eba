"""Temporary folders and copies of the checkout for scripts to work in, and the one way to put results in place.

An update replaces everything that it made, or nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.files import swaps
from scripts.files.failures import Refused, reason
from scripts.files.trees import file_hash, tree_hash

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

CONTRACT = Path("openapi/jobmojito.openapi.json")
WEBHOOKS = Path("openapi/webhooks.openapi.json")
STAMP = Path("openapi/lock.json")
PACKAGE = Path("generated/jobmojito_api")
# What people write, and an update only fits to another document.
CORRECTIONS = Path("openapi/corrections.overlay.yaml")
FACTS = Path("openapi/facts.yaml")
WRITTEN = (CORRECTIONS, FACTS)
# All that a script may replace in a checkout; other changes in a copy are thrown away.
REPLACED = (CONTRACT, WEBHOOKS, *WRITTEN, STAMP, PACKAGE, Path("pyproject.toml"), Path("CHANGELOG.md"))
# What an update leaves for the pull request; not in the repository.
LEFT = (Path("build/changelog.md"), Path("build/grade.txt"), Path("build/changelog.json"))
NOT_COPIED = (".git", ".venv", "build", "dist", "node_modules", "__pycache__", "*.egg-info", ".*_cache", ".hypothesis")
_PREFIX = "jobmojito-"


class Staging:
    """A copy of a checkout in a temporary folder."""

    def __init__(self, root: Path, copy: Path) -> None:
        """Remember the hashes of the files to be replaced, as they are when the copy is made."""
        self.root, self.copy = root, copy
        self._before = self._looks()

    @property
    def environment(self) -> dict[str, str]:
        """The environment for a program that imports the packages of the copy, not those that are installed."""
        folders = (self.copy / "overlay", self.copy / "generated", self.copy)
        return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTHONDONTWRITEBYTECODE": "1"}

    def commit(self) -> list[Path]:
        """Replace the files of the checkout that differ in the copy, all or none.

        Raises:
            Refused: somebody has changed these files in the meantime, or they cannot be written.
        """
        if self._looks() != self._before:
            raise Refused("somebody has changed the contract or the client in the meantime; nothing was replaced")
        changed = [path for path in REPLACED if _look(self.copy / path) != self._before[path]]
        left = [path for path in LEFT if (self.copy / path).exists()]
        replace({self.root / path: self.copy / path for path in (*changed, *left)})
        return changed

    def _looks(self) -> dict[Path, str]:
        return {path: _look(self.root / path) for path in REPLACED}


def replace(staged: Mapping[Path, Path]) -> None:
    """Replace each target (key) by what is staged for it (value), all or none; Refused where that cannot be done."""
    try:
        swaps.replace_all(staged)
    except OSError as error:
        raise Refused(f"cannot be replaced: {reason(error)}") from error


def recover(root: Path) -> bool:
    """Finish or undo the replacement that a killed script left unfinished; True if there was one."""
    return swaps.recover(root / path for path in (*REPLACED, *LEFT))


@contextmanager
def scratch() -> Generator[Path]:
    """Make a temporary folder, after removing those that killed processes left behind."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        process = left.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not swaps.is_running(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        yield Path(folder)


@contextmanager
def staging(root: Path) -> Generator[Staging]:
    """Copy a checkout without its history, environment, builds and caches."""
    with scratch() as folder:
        copy = folder / "repository"
        try:
            shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
        except (OSError, shutil.Error) as error:
            raise Refused(f"{root}: cannot be copied: {reason(error)}") from error
        yield Staging(root, copy)


def _look(path: Path) -> str:
    """Hash a file, or the files of a folder; "" where there is nothing."""
    if path.is_file():
        return file_hash(path)
    return tree_hash(path) if path.is_dir() else ""


def unpack(root: Path, commit: str, paths: Sequence[str | Path], folder: Path) -> None:
    """Put some paths of a commit of a checkout, which a command was given as `--since`, into a folder.

    Raises:
        Refused: there is no such commit, or it lacks one of the paths.
    """
    command = ["git", "-C", str(root), "archive", commit, "--", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise Refused(f"--since {commit}: {done.stderr.decode(errors='replace').strip()}; nothing was changed")
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
