"""`screen`: resumes from a file, a folder or the rows of a CSV file."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

import jobmojito
from jobmojito_api.facts import facts_of

from .bulk import RunOptions, Work
from .credits import Budget, agreed, consequences
from .failures import Exit, UsageError
from .options import Common, Spending
from .output import Output

_EMAIL = re.compile(r"[^\s@<>()\[\],;]+@[^\W_][\w-]*(\.[^\W_]+(-+[^\W_]+)*)+")
_OPERATION = "pre_screen_resume_binary"
_AROUND = " _-,;()[]<>."


def screen_command(
    source: Path,
    /,
    *,
    position: Annotated[str, Parameter(name=("--position", "-p"))],
    name: str | None = None,
    email: str | None = None,
    folder: Path | None = None,
    run: RunOptions = RunOptions(),
    spending: Spending = Spending(),
    common: Common = Common(),
) -> int:
    """Screen candidates for a position by their resumes. Costs credits for each.

    Args:
        source: A resume, a folder of resumes, or a CSV file with the columns file, candidate_name, candidate_email.
            In a folder, each file's name says who it is: "Ann Example ann@example.com.pdf"; for others it asks.
        position: Id of the position.
        name: The candidate's name, for one resume.
        email: The candidate's e-mail address, for one resume.
        folder: Folder of the files in a CSV file; by default that of the CSV file.
    """
    output = Output(common)
    rows = (
        jobmojito.read_resumes(source, folder=folder)
        if source.suffix.lower() == ".csv"
        else resumes(source, name, email)
    )
    count = len(rows)
    if not count:
        raise UsageError(f"{source.name}: there are no files")
    with common.client() as client:
        budget = Budget.of(client, spending, None)
        effect = consequences(facts_of(_OPERATION), None)
        effect += f", and stops at {budget.limit:g} credits" if budget else ""
        if not agreed(spending, output, f"screen {count} resume{'s' if count > 1 else ''}", effect):
            return Exit.OK
        work = Work(_OPERATION, output, count, run, budget)
        return work.do(rows, lambda drawn: client.iter_pre_screen_resumes(drawn, position_id=position, **run.given()))


def resumes(source: Path, name: str | None = None, email: str | None = None) -> "list[jobmojito.Resume]":
    """Return the resumes of a folder or a file; names and e-mails come from the file names, or the user is asked.

    Raises:
        UsageError: there is no terminal to ask on.
    """
    files = sorted(one for one in source.iterdir() if _is_resume(one)) if source.is_dir() else [source]
    if not source.is_dir() and not source.is_file():
        raise UsageError(f"{source.name}: there is no such file or folder")
    found = [(file, *_who(file.stem)) for file in files]
    given = [(file, name or read_name, email or read_email) for file, read_name, read_email in found]
    _refuse_unasked([file for file, *who in given if not all(who)])
    return [_complete(*one) for one in given]


def _is_resume(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.suffix.lower() != ".db"


def _who(stem: str) -> tuple[str, str]:
    """Read name and e-mail address from a file's name: both or neither, as one alone may be wrong."""
    email = _EMAIL.search(stem)
    rest = "" if email is None else f"{stem[: email.start()]} {stem[email.end() :]}"
    name = " ".join(rest.replace("_", " ").strip(_AROUND).split())
    return (name, email.group()) if email is not None and name else ("", "")


def _refuse_unasked(incomplete: Iterable[Path]) -> None:
    missing = list(incomplete)
    if missing and not sys.stdin.isatty():
        raise UsageError(
            f"{len(missing)} of the files do not say whose resume it is; name them like"
            ' "Ann Example ann@example.com.pdf", give --name and --email, or give a CSV file'
        )


def _complete(file: Path, name: str, email: str) -> "jobmojito.Resume":
    who: dict[str, Any] = {
        "candidate_name": name or _asked(f"{file.name}: name of the candidate? "),
        "candidate_email": email or _asked(f"{file.name}: e-mail address? "),
    }
    return jobmojito.Resume(file, **who)


def _asked(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    answer = sys.stdin.readline().strip()
    if not answer:
        raise UsageError("no answer; nothing was sent")
    return answer
