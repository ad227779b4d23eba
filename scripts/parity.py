"""Compares the contract with the generated client, offline: by bytes, by meaning, and with the stamp.

    python -m scripts.parity [--root DIR] [--only bytes|meaning|lock]

1. bytes: the package is generated again in a temporary folder and compared file by file.
2. meaning: an independent reader (`scripts.drift`) compares the published document with the imported code.
3. lock: `openapi/lock.json` matches what is on disk.

Each difference is a line: a JSON pointer into the document, a file of the checkout, and what differs.

Exit codes: 0 clean, 1 drift, 2 cannot check (drift that was found outweighs a part that cannot be checked).
"""

from __future__ import annotations

import argparse
import posixpath
import signal
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve

from scripts.correct import load_overlay
from scripts.drift.meaning import meaning
from scripts.drift.reports import Report
from scripts.files import lock, trees
from scripts.files.failures import Refused, exit_code, one_line
from scripts.files.published import published
from scripts.files.staging import CORRECTIONS, PACKAGE
from scripts.generate import build, corrected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from scripts.drift.reports import Difference

ROOT: Final = Path(__file__).parent.parent
PARTS: Final = ("bytes", "meaning", "lock")


def check_bytes(root: Path) -> Report:
    """Generate the package again and compare every file."""
    report = Report()
    if (root / PACKAGE).is_symlink():
        report.differ("", ".", trees.LINK)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / PACKAGE.name
        build(corrected(root), fresh, root=root)
        for name, what in trees.compare(root / PACKAGE, fresh):
            report.differ("", name, what)
        report.counts["files"] = sum(1 for _ in trees.files(fresh))
    for name in trees.strays(root / PACKAGE.parent, PACKAGE.name):
        report.differ("", f"../{name}", "does not belong in generated/")
    return report


def check_meaning(root: Path) -> Report:
    """Compare the published document, with its declared differences, with the imported code."""
    overlay = load_overlay(root / CORRECTIONS)
    return meaning(published(root), overlay, root / PACKAGE)


def check_lock(root: Path) -> Report:
    """Compare the stamp with what is on disk."""
    report = Report()
    for what in lock.differences(root):
        report.differ("", f"../../{lock.FILE}", what.removeprefix(f"{lock.FILE}: "))
    agreeing = len(lock.compute(root)) - len(report.differences)
    report.counts["entries"] = agreeing if (root / lock.FILE).is_file() else 0
    return report


CHECKS: Final[Mapping[str, Callable[[Path], Report]]] = {
    "bytes": check_bytes,
    "meaning": check_meaning,
    "lock": check_lock,
}


def report_of(part: str, root: Path) -> Report:
    """Run one part; if its input is refused, or the check itself fails, the report says that it cannot check."""
    report = Report()
    try:
        with redirect_stdout(sys.stderr):  # what generated code prints is not output of the check
            return CHECKS[part](root)
    except Refused as refusal:
        report.puzzle("", "", str(refusal))
    except Exception as problem:  # noqa: BLE001 - whatever the trees hold, the other parts are still checked
        report.puzzle("", "", f"the check itself failed: {type(problem).__name__}: {problem}")
    return report


def parity(root: Path, parts: Sequence[str] = PARTS) -> dict[str, Report]:
    """Run the parts; `meaning` in a separate process, because the code that it imports may end the process.

    `bytes` takes about as long as `meaning`, so the two run at the same time.
    """
    # Ctrl-C reaches every process of a terminal; only the parent handles it.
    with ProcessPoolExecutor(1, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        looking = pool.submit(report_of, "meaning", root) if "meaning" in parts else None
        reports = {part: report_of(part, root) for part in parts if part != "meaning"}
        if looking is not None:
            reports["meaning"] = _result(looking)
    return {part: reports[part] for part in PARTS if part in reports}


def _result(looking: Future[Report]) -> Report:
    try:
        return looking.result()
    except BrokenProcessPool:
        report = Report()
        report.puzzle("", "", "the generated code ended the process that looked at it")
        return report


def show(reports: Mapping[str, Report]) -> None:
    """Print the counts of each part, and a line for each difference: pointer, file, what differs."""
    for part, report in reports.items():
        proved = ", ".join(f"{count} {name}" for name, count in report.counts.items())
        print(f"{part + ':':9}{proved or 'nothing proved'}")
        for mark, found in (("DRIFT", report.differences), ("?", report.unknown)):
            for one in sorted(found):
                print(f"  {mark} {one_line(str(_placed(one)))}")
    verdict = {0: "no drift", 1: "drift", 2: "cannot check"}[code(reports)]
    count = sum(len(report.differences) for report in reports.values())
    print(f"drift:   {verdict}" + (f", {count} difference{'s'[: count != 1]}" if count else ""))


def _placed(one: Difference) -> Difference:
    """Return the difference with the path of its file in the checkout."""
    return evolve(one, file=posixpath.normpath(posixpath.join(PACKAGE.as_posix(), one.file))) if one.file else one


def code(reports: Mapping[str, Report]) -> int:
    """Return the exit code of several reports: drift outweighs what cannot be checked."""
    codes = {report.code for report in reports.values()}
    return 1 if 1 in codes else max(codes)


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.parity", description="Compare contract and generated code."
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to look at (this one)")
    parser.add_argument("--only", choices=PARTS, action="append", help="run this part alone (all three)")
    arguments = parser.parse_args(argv)
    return exit_code("drift", lambda: _run(arguments.root.resolve(), arguments.only or PARTS))


def _run(root: Path, parts: Sequence[str]) -> int:
    reports = parity(root, parts)
    show(reports)
    return code(reports)


if __name__ == "__main__":
    sys.exit(main())
