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
MARKER: Final = "py.typed"


def check(package: Package, report: Report) -> None:
    """Compare the runtime of a package with the one that is kept; comments and layout aside."""
    for name in files():
        theirs = package.directory / name
        if not theirs.is_file():
            report.differ("", name, "is missing")
        elif name != MARKER and not _same(theirs.read_bytes(), (KEPT / name).read_bytes()):
            report.differ("", name, "is not the code that is kept, and tested, in scripts/templates/runtime")
    for name in _strangers(package):
        report.differ("", name, "stands for nothing in the document")


def _same(ours: bytes, theirs: bytes) -> bool:
    try:
        return ours == theirs or ast.dump(ast.parse(ours)) == ast.dump(ast.parse(theirs))
    except (SyntaxError, ValueError, RecursionError):
        return False


def files() -> list[str]:
    """List what a package has beside what is made of the document, `py.typed` included: it makes type checkers look."""
    return [MARKER, *sorted(path.name for path in KEPT.glob("*.py") if path.name != INDEX)]


def _strangers(package: Package) -> Iterator[str]:
    """Find modules that are neither an index, nor of the runtime, nor declare anything of the document."""
    kept = files()
    for file, module in package.modules.items():
        folder, _, name = file.rpartition("/")
        operation = folder.startswith("api/") and hasattr(module, "OPERATION")
        # Of classes that stand for nothing, `observation` and `resources` tell.
        if name != INDEX and file not in kept and not operation and folder not in ("models", "resources"):
            yield file
