"""Opens or refreshes the one pull request of an update, in two steps for two jobs of CI.

    python -m scripts.propose pack    after `make update`: write the change, if there is one, into build/proposal/
    python -m scripts.propose open    push build/proposal/ on its branch, and open or refresh its pull request

Meant for a clean checkout in CI: `pack` stages the whole tree, `open` moves to the branch. There are two
steps because the first job handles an untrusted document and so has no token that can write; the second has one, and
runs this file alone (.github/workflows/update.yml). Both need only git, the second also `gh`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.files.failures import Refused, exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BRANCH = "contract-update"
LABEL = "contract update"
GRADES = {"breaking": "b60205", "potentially breaking": "d93f0b", "additive": "0e8a16", "documentation": "0075ca"}
# All that an update may touch; any other change was not caused by a document.
TOUCHED = ("CHANGELOG.md", "generated/jobmojito_api/", "openapi/", "pyproject.toml")
PROPOSAL = Path("build/proposal")
PATCH, CHANGELOG, GRADE = "changes.patch", "changelog.md", "grade.txt"
# A pull request's body may have 65,536 characters; the changelog in the branch is complete.
BODY_LIMIT = 60_000
AUTHOR = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one step; exit code 0 done or nothing to do, 2 refused."""
    steps: dict[str, Callable[[], int]] = {"pack": pack, "open": propose}
    parser = argparse.ArgumentParser(prog="python -m scripts.propose", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("step", choices=sorted(steps))
    step = steps[parser.parse_args(argv).step]
    return exit_code("propose", step, interrupted="`git status` says how far it came")


def pack() -> int:
    """Write the working tree's change beside its changelog and grade, which `make update` left in build/."""
    shutil.rmtree(PROPOSAL, ignore_errors=True)
    run("git", "add", "--all")
    changed = staged()
    if changed:
        read_grade(Path("build"))
        PROPOSAL.mkdir(parents=True)
        (PROPOSAL / PATCH).write_bytes(output("git", "diff", "--cached", "--binary", "HEAD"))
        for name in (CHANGELOG, GRADE):
            shutil.copyfile(Path("build") / name, PROPOSAL / name)
    tell_workflow("changed", "true" if changed else "false")
    say(f"{len(changed)} files changed" if changed else "nothing changed")
    return 0


def propose() -> int:
    """Push the packed change as one commit on its branch, and open or refresh its pull request."""
    grade = read_grade(PROPOSAL)
    run("git", "switch", "--quiet", "--force-create", BRANCH)
    run("git", "apply", "--index", "--whitespace=nowarn", str(PROPOSAL / PATCH))
    staged()
    name, email = AUTHOR
    identity = ("-c", f"user.name={name}", "-c", f"user.email={email}", "-c", "core.hooksPath=/dev/null")
    run("git", *identity, "commit", "--quiet", "--message", f"Update the contract ({grade})")
    run("gh", "auth", "setup-git")
    push()
    request(grade)
    run("gh", "workflow", "run", "ci.yml", "--ref", BRANCH)
    return 0


def staged() -> list[str]:
    """List the staged paths; Refused for one that an update must not touch, or that is not a plain file."""
    records = output("git", "diff", "--cached", "--raw", "-z", "--no-renames", "HEAD").decode().split("\0")
    changes = list(zip(records[0::2], records[1::2], strict=False))
    for record, path in changes:
        if not path.startswith(TOUCHED):
            raise Refused(f"{path}: changed, but an update touches only {', '.join(TOUCHED)}")
        if record.split()[1] not in {"100644", "000000"}:
            raise Refused(f"{path}: not a plain file")
    return [path for _, path in changes]


def push() -> None:
    """Replace the branch, unless a person has committed to it."""
    found = output("git", "ls-remote", "origin", f"refs/heads/{BRANCH}")
    if found:
        run("git", "fetch", "--quiet", "--depth=1", "origin", BRANCH)
        author = output("git", "log", "-1", "--format=%ae", "FETCH_HEAD").decode().strip()
        if author != AUTHOR[1]:
            raise Refused(f"{BRANCH}: somebody has committed to it; merge or delete the branch first")
    run("git", "push", "--quiet", "--force", "origin", BRANCH)


def request(grade: str) -> None:
    """Open the pull request, or refresh the open one: title, body and exactly one grade label."""
    for label, colour in {LABEL: "5319e7", **GRADES}.items():
        run("gh", "label", "create", label, "--color", colour, "--force")
    text = ("--title", f"Contract update: {grade}", "--body-file", str(write_body()))
    listed = output("gh", "pr", "list", "--head", BRANCH, "--state", "open", "--json", "number", "--jq", ".[].number")
    numbers = listed.decode().split()
    if numbers:
        others = ",".join(label for label in GRADES if label != grade)
        run("gh", "pr", "edit", numbers[0], *text, "--add-label", f"{LABEL},{grade}", "--remove-label", others)
    else:
        run("gh", "pr", "create", "--head", BRANCH, *text, "--label", f"{LABEL},{grade}")


def write_body() -> Path:
    """Write the changelog as the request's body, cut at the end of a line if it is too long."""
    text = (PROPOSAL / CHANGELOG).read_text(encoding="utf-8")
    if len(text) > BODY_LIMIT:
        text = (
            text[:BODY_LIMIT].rpartition("\n")[0] + "\n\nThe list goes on in CHANGELOG.md and in the files changed.\n"
        )
    body = PROPOSAL / "body.md"
    body.write_text(text, encoding="utf-8")
    return body


def read_grade(folder: Path) -> str:
    """Read the grade that the changelog gave; it becomes a label, so only the four known ones pass."""
    try:
        grade = (folder / GRADE).read_text(encoding="utf-8").strip()
        (folder / CHANGELOG).read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{error.filename}: cannot be read: {error.strerror}; run `make update` first") from error
    if grade not in GRADES:
        raise Refused(f"{folder / GRADE}: {grade!r} is none of {', '.join(GRADES)}")
    return grade


def tell_workflow(name: str, value: str) -> None:
    """Set an output of the running workflow step; outside a workflow do nothing."""
    path = os.environ.get("GITHUB_OUTPUT")
    if path:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(f"{name}={value}\n")


def run(*command: str) -> None:
    """Run a command, its output shown; Refused when it fails."""
    try:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refused(f"{' '.join(command[:3])}: {error}") from error


def output(*command: str) -> bytes:
    """Run a command for what it prints; Refused when it fails."""
    try:
        return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refused(f"{' '.join(command[:3])}: {error}") from error


def say(message: str) -> None:
    """Print a message on stderr."""
    print(f"propose: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
