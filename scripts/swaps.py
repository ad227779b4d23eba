"""Puts finished files and folders in place of the old ones: all of them, or none.

Everything is copied beside its target first, so that what can fail for want of space or permission fails before
anything is replaced. Then each target changes by a rename; if one fails, those already done are taken back.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@frozen
class _Replacement:
    """One target with the places beside it for what comes and what goes; both are hidden and on its file system."""

    target: Path
    coming: Path
    going: Path


def replace_all(staged: Mapping[Path, Path]) -> None:
    """Replace each target (key) by a copy of what is staged for it (value), a file or a folder.

    Raises OSError with every target as it was. A target that did not exist appears.
    """
    replacements = [_beside(target, secrets.token_hex(4)) for target in staged]
    done: list[_Replacement] = []
    try:
        for replacement in replacements:
            _copy(staged[replacement.target], replacement)
        for replacement in replacements:
            done.append(replacement)
            _put(replacement)
    except BaseException:  # an interrupt must not leave half of it either
        for replacement in reversed(done):
            _take_back(replacement)
        raise
    finally:
        for replacement in replacements:
            _remove(replacement.coming)
            _remove(replacement.going)


def _beside(target: Path, mark: str) -> _Replacement:
    hidden = f".{target.name}.{mark}"
    return _Replacement(target, target.with_name(f"{hidden}.new"), target.with_name(f"{hidden}.old"))


def _copy(source: Path, replacement: _Replacement) -> None:
    replacement.coming.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, replacement.coming)
        return
    shutil.copyfile(source, replacement.coming)
    if replacement.target.exists():
        shutil.copymode(replacement.target, replacement.coming)
    with replacement.coming.open("rb") as written:
        os.fsync(written.fileno())


def _put(replacement: _Replacement) -> None:
    if replacement.target.is_dir():
        replacement.target.rename(replacement.going)
    elif replacement.target.exists():
        shutil.copy2(replacement.target, replacement.going)
    replacement.coming.replace(replacement.target)


def _take_back(replacement: _Replacement) -> None:
    """Undo `_put`, wherever it stopped: the old one is beside the target, or was never moved."""
    if replacement.going.exists():
        if replacement.going.is_dir():
            _remove(replacement.target)
        replacement.going.replace(replacement.target)
    elif not replacement.coming.exists():
        _remove(replacement.target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
