"""The runtime that comes with the tables: the one that is kept beside the templates, where it is tested as ours.

What the tables mean is what the runtime makes of them. Probes see a good deal of that; the rest is proved by the
runtime's own tests, as long as it is the same code.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.drift.loading import Package
    from scripts.drift.reports import Report

KEPT: Final = Path(__file__).parent.parent / "templates" / "runtime"
INDEX: Final = "__init__.py"
# What tells type checkers that the package is typed.
MARKER: Final = "py.typed"


def check(package: Package, report: Report) -> None:
    """Compare the runtime of a package with the one that is kept; comments and layout aside."""
    kept = {path.name for path in KEPT.glob("*.py")}
    for name in sorted(kept - {INDEX}):
        theirs = package.directory / name
        if not theirs.is_file():
            report.differ("", name, "is missing")
        elif not _same(theirs.read_bytes(), (KEPT / name).read_bytes()):
            report.differ("", name, "is not the code that is kept, and tested, in scripts/templates/runtime")
    for name in _strangers(package, kept):
        report.differ("", name, "stands for nothing in the document")
    if not (package.directory / MARKER).is_file():
        report.differ("", MARKER, "is missing, so type checkers take nothing from the package")


def _same(ours: bytes, theirs: bytes) -> bool:
    try:
        return ours == theirs or ast.dump(ast.parse(ours)) == ast.dump(ast.parse(theirs))
    except (SyntaxError, ValueError, RecursionError):
        return False


def _strangers(package: Package, kept: set[str]) -> Iterator[str]:
    """Find modules that are neither an index, nor of the runtime, nor declare anything of the document."""
    for file, module in package.modules.items():
        folder, _, name = file.rpartition("/")
        operation = folder.startswith("api/") and hasattr(module, "OPERATION")
        # Of classes that stand for nothing, `observation` and `resources` tell.
        if name != INDEX and file not in kept and not operation and folder not in ("models", "resources"):
            yield file
