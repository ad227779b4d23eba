"""Prints what changed between two published documents, by meaning: `python -m scripts.changelog OLD NEW`.

Exit codes: 0 done; 1 a change is as bad as `--fail-on` or worse; 2 a document or an argument cannot be read (one line
on stderr).
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.changes.contracts import compare
from scripts.changes.reports import as_json, as_markdown, as_text
from scripts.changes.rules import Grade
from scripts.corrections.grammar import operations
from scripts.files.documents import load
from scripts.files.failures import exit_code

FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}
GRADES = {grade.label.replace(" ", "-"): grade for grade in Grade}
# The generated contract has our names of the operations; without it the report has none.
CONTRACT = Path("generated/jobmojito_api/contract.json")


def operation_names(contract: Mapping[str, Any]) -> dict[str, str]:
    """Return our name of each operation by `METHOD /path`, from an effective contract."""
    return {
        f"{method.upper()} {path}": operation["operationId"]
        for path, method, operation in operations(contract)
        if "operationId" in operation
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print the changelog of two documents."""
    options = _arguments(argv)
    return exit_code("changelog", lambda: _run(options))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.changelog", description="What changed between two published documents."
    )
    parser.add_argument("old", type=Path, help="the document as it was")
    parser.add_argument("new", type=Path, help="the document as it is")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--fail-on", choices=GRADES, help="exit with 1 if a change is this bad or worse")
    return parser.parse_args(argv)


def _run(options: argparse.Namespace) -> int:
    names = operation_names(load(CONTRACT)) if CONTRACT.is_file() else {}
    report = compare(load(options.old), load(options.new), names)
    sys.stdout.write(FORMATS[options.format](report))
    if options.fail_on is None or report.grade is None:
        return 0
    return int(report.grade >= GRADES[options.fail_on])


if __name__ == "__main__":
    raise SystemExit(main())
