"""Says what this checkout breaks of an earlier commit, by class: `python -m scripts.breaking [--since REF]`.

The classes are WIRE, JSON, SOURCE and BEHAVIOUR (scripts/changes/breaks.py). Generated packages and contracts are
compared, and users' snippets of that commit are checked against the overlay and the package here. Compared is the last
common commit with REF (`origin/main`), so that what others merged in the meantime does not count.

With `--pull-request NUMBER_OR_BRANCH` (or `PULL_REQUEST` in the environment), what breaks is let through if that pull
request has the label `breaking-approved`; `gh` is asked, with the token in its environment.

Exit codes: 0 nothing breaks, or it is approved; 1 something breaks; 2 the comparison was refused (one line on stderr).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.changes.breaks import LABEL, SNIPPETS, measure, try_snippets
from scripts.changes.reports import plain
from scripts.files.failures import Refused, exit_code
from scripts.files.staging import PACKAGE, scratch, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent


def main(argv: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Print what breaks, by class."""
    parser = argparse.ArgumentParser(prog="python -m scripts.breaking", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--since", metavar="REF", default="origin/main", help="compare with this commit (origin/main)")
    parser.add_argument(
        "--pull-request",
        metavar="NUMBER",
        default=os.environ.get("PULL_REQUEST"),
        help=f"let it through if this one is labelled {LABEL}",
    )
    options = parser.parse_args(argv)
    return exit_code("breaking", lambda: _run(options, root.resolve()))


def _run(options: argparse.Namespace, root: Path) -> int:
    base = _output("git", "-C", str(root), "merge-base", options.since, "HEAD").strip()
    with scratch() as folder:
        unpack(root, base, (PACKAGE, SNIPPETS), folder)
        said = try_snippets(folder, root)
        found = measure(folder / PACKAGE, root / PACKAGE, said).lines(plain)
    for name, lines in found.items():
        print(f"{name}\n" + "".join(f"- {line}\n" for line in lines))
    if not found:
        print(f"Nothing breaks of what {base[:12]} had.")
        return 0
    if options.pull_request and LABEL in _labels(options.pull_request):
        print(f"The label {LABEL} is there: it is let through.")
        return 0
    print(f"A pull request with these changes needs the label {LABEL}.")
    return 1


def _labels(request: str) -> list[str]:
    """Return the labels of a pull request."""
    found = json.loads(_output("gh", "pr", "view", "--json", "labels", "--", request))
    return [label["name"] for label in found["labels"]]


def _output(*command: str) -> str:
    """Run a command for what it prints; Refused when it fails."""
    try:
        done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{command[0]}: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        raise Refused(f"{' '.join(command[:3])}: {error.stderr.strip()}") from error
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
