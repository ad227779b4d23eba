"""Commands that need no API: `journal` and `sandbox`."""

import runpy
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

import jobmojito

from .credits import agreed
from .failures import Exit
from .options import Careful, Common, Flag
from .output import Output, as_json
from .privacy import without_people

_PASSED = Parameter(allow_leading_hyphen=True, show=False)
_COLUMNS = ("row", "status", "kind", "ended", "message")

journal_command = App(name="journal", help="Show the journal of a run, or remove a person from it.")
Json = Annotated[bool, Parameter(help="Write JSON, a line a row.", negative="", show_default=False)]


@journal_command.command
def show(
    file: Path,
    /,
    *,
    json: Json = False,
    show_links: Flag = False,
    debug: Flag = False,
) -> int:
    """Show a run's rows with their outcomes.

    Args:
        file: The journal.
        show_links: Show e-mail addresses, files and answers.
    """
    output = Output(Common(json=json, show_links=show_links, debug=debug))
    rows = sorted(jobmojito.read_journal(file), key=lambda row: row.row or 0)
    _print([_record(row, everything=show_links) for row in rows], output)
    counts = Counter(row.status.value for row in rows)
    output.note(", ".join([f"{len(rows)} rows", *(f"{number} {status}" for status, number in counts.items())]))
    return Exit.OK


@journal_command.command
def forget(
    file: Path,
    /,
    *,
    email: str,
    careful: Careful = Careful(),
    debug: Flag = False,
) -> int:
    """Remove all rows of a person from a journal, for good.

    A later run with this journal sends the rows again, and pays for them again, if its input still has them.

    Args:
        file: The journal.
        email: The person's e-mail address; case and spaces make no difference.
    """
    output = Output(Common(debug=debug))
    if not agreed(careful, output, "forget all rows of this person", "cannot be taken back"):
        return Exit.OK
    count = jobmojito.forget_person(file, email)
    output.note(f"{count} row{'' if count == 1 else 's'} forgotten")
    return Exit.OK


def _record(row: "jobmojito.JournalRow", *, everything: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "row": row.row,
        "status": row.status.value,
        "kind": row.kind,
        "begun": _written(row.begun),
        "ended": _written(row.ended),
        "message": row.message if everything else without_people(row.message),
    }
    return {**shown, "email": row.email, "file": row.file, "answer": row.answer} if everything else shown


def _written(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


def _print(records: list[dict[str, Any]], output: Output) -> None:
    if not output.options.json:
        output.table(records, (*_COLUMNS, "email") if output.options.show_links else _COLUMNS)
        return
    for record in records:
        print(as_json(record))


def _sandbox(*options: Annotated[str, _PASSED]) -> int:
    """Run a local server that speaks the contract, until Ctrl-C; `jobmojito sandbox --help` lists its options."""
    sys.argv = ["jobmojito sandbox", *options]
    # By name, because the client must not import the sandbox.
    runpy.run_module("jobmojito.sandbox", run_name="__main__", alter_sys=True)
    return 0


sandbox_command = App(name="sandbox", help_flags=(), version_flags=(), default_command=_sandbox)
