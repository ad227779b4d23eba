"""What an Observer has found: `python -m jobmojito.conformance report FILE`, and `propose FILE`.

`report` prints each kind of departure with how often it came. `propose` writes two files: `conformance.overlay.yaml`,
an OpenAPI Overlay whose actions would correct the document (to be reviewed, and appended to the corrections), and
`conformance.md`, a report of the bugs for the vendor. The document is the published one, as JSON: in a checkout
openapi/jobmojito.openapi.json, elsewhere that of `--document`.

Exit codes: 0 done; 2 a file cannot be read or written (one line on stderr).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobmojito.errors import ConfigurationError

from .proposals import as_overlay, propose
from .reports import as_bug_report, as_json, as_text, evidence
from .store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

DOCUMENT = Path("openapi/jobmojito.openapi.json")
OVERLAY, BUG_REPORT = "conformance.overlay.yaml", "conformance.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(
        prog="python -m jobmojito.conformance", description="What an Observer has found of the live API."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    report = commands.add_parser("report", help="print each kind of departure, how often it came and when")
    report.add_argument("--json", action="store_true", help="everything, for programs")
    proposal = commands.add_parser("propose", help=f"write {OVERLAY} and {BUG_REPORT}")
    proposal.add_argument(
        "--document", type=Path, default=DOCUMENT, help=f"the published document, as JSON ({DOCUMENT})"
    )
    proposal.add_argument("--output", type=Path, default=Path(), help="the folder to write into (here)")
    for command in (report, proposal):
        command.add_argument("file", type=Path, help="what an Observer was given")
    options = parser.parse_args(argv)
    try:
        return (_report if options.command == "report" else _propose)(options)
    except ConfigurationError as error:
        reason = str(error)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    sys.stderr.write(f"conformance: {reason}\n")
    return 2


def _report(options: argparse.Namespace) -> int:
    write = as_json if options.json else as_text
    sys.stdout.write(write(*evidence(Store(options.file))))
    return 0


def _propose(options: argparse.Namespace) -> int:
    document = _read(options.document)
    found, answers = evidence(Store(options.file))
    proposals = propose(document, found)
    title = "Corrections that observed answers ask for"
    (options.output / OVERLAY).write_text(as_overlay(proposals, title), encoding="utf-8")
    (options.output / BUG_REPORT).write_text(as_bug_report(document, proposals, answers), encoding="utf-8")
    actions = sum(len(one.actions) for one in proposals.proposed)
    lines = [f"departures: {len(found)}; actions in {OVERLAY}: {actions}; left to a person: {len(proposals.left)}"]
    lines += [f"- {one.where}: {one.what}: {why}" for one, why in proposals.left]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise ConfigurationError(f"{path.name} is not an OpenAPI document in JSON")
    return document


if __name__ == "__main__":
    sys.exit(main())
