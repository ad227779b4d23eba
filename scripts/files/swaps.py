"""Puts finished files and folders in place of the old ones: all of them, or none.

Everything is copied beside its target first, so that a lack of space or permission shows before anything is
replaced. Then each target is replaced by a rename; if one fails, those already done are undone. A process that is
killed cannot undo anything, but the files it leaves beside the targets show how far it got: the next script begins
with `recover`, which finishes or undoes the replacement.
"""

from __future__ import annotations

import glob
import os
import re
import secrets
import shutil
from contextlib import suppress
from os.path import lexists
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

# A hidden name beside a target: process id, a random part for one call of `replace_all`, and the role of the file.
_LEFT = re.compile(r"\.((\d+)-[0-9a-f]{8})\.(?:new|old|none)")


class _Replacement(NamedTuple):
    """One target, and the files beside it: the new one, the old one, or a mark that there was none."""

    target: Path
    coming: Path
    going: Path
    absent: Path


def _replacement(target: Path, mark: str) -> _Replacement:
    beside = (target.with_name(f".{target.name}.{mark}.{role}") for role in ("new", "old", "none"))
    return _Replacement(target, *beside)


def replace_all(staged: Mapping[Path, Path]) -> None:
    """Replace each target (key) by a copy of what is staged for it (value), a file or a folder.

    Raises OSError with every target as it was. A target that did not exist appears.
    """
    mark = f"{os.getpid()}-{secrets.token_hex(4)}"
    replacements = [_replacement(target, mark) for target in staged]
    try:
        for replacement in replacements:
            _copy(staged[replacement.target], replacement)
        for replacement in replacements:
            _put(replacement)
    except BaseException:  # an interrupt must not leave half of it either
        _take_back(replacements)
        raise
    _tidy(replacements)


def recover(targets: Iterable[Path]) -> bool:
    """Finish or undo what a killed process left of replacing these targets; True if there was anything.

    If it had replaced all of them, only its leftovers are removed; otherwise every replacement is undone.
    """
    unfinished: dict[str, dict[Path, _Replacement]] = {}
    for target in targets:
        for path in target.parent.glob(f".{glob.escape(target.name)}.*"):
            match = _LEFT.fullmatch(path.name.removeprefix(f".{target.name}"))
            if match and not is_running(int(match[2])):
                unfinished.setdefault(match[1], {})[target] = _replacement(target, match[1])
    for found in unfinished.values():
        replacements = list(found.values())
        complete = not any(lexists(replacement.coming) for replacement in replacements)
        (_tidy if complete else _take_back)(replacements)
    return bool(unfinished)


def is_running(process: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process, 0)  # signal 0 only asks
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def _copy(source: Path, replacement: _Replacement) -> None:
    """Copy the new one beside the target, and the old one too if it is a file; mark a target that does not exist."""
    target, coming = replacement.target, replacement.coming
    coming.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, coming)
    else:
        shutil.copyfile(source, coming)
        if target.exists():
            shutil.copymode(target, coming)
        with coming.open("rb") as written:
            os.fsync(written.fileno())
    if not lexists(target):
        replacement.absent.touch()
    elif not target.is_dir():
        shutil.copy2(target, replacement.going)


def _put(replacement: _Replacement) -> None:
    if replacement.target.is_dir():
        replacement.target.rename(replacement.going)
    replacement.coming.replace(replacement.target)


def _take_back(replacements: list[_Replacement]) -> None:
    """Undo `_put` for each replacement that got that far, and remove the leftovers."""
    for replacement in reversed(replacements):
        is_put = not lexists(replacement.coming)
        if replacement.going.is_dir():
            _remove(replacement.target)
            replacement.going.rename(replacement.target)
        elif is_put and lexists(replacement.going):
            replacement.going.replace(replacement.target)
        elif is_put and lexists(replacement.absent):
            _remove(replacement.target)
    _tidy(replacements)


def _tidy(replacements: list[_Replacement]) -> None:
    """Remove the files beside the targets, the new ones last: as long as one is there, `recover` undoes."""
    for replacement in replacements:
        _remove(replacement.going)
        _remove(replacement.absent)
    for replacement in replacements:
        _remove(replacement.coming)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
