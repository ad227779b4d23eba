"""Opens, refreshes or closes the one pull request of an update, in steps for two jobs of CI.

    python -m scripts.propose start      before `make update`: take along what people have committed to the proposal
    python -m scripts.propose pack       after it: write its change, or why it was refused, into build/proposal/
    python -m scripts.propose open       with a token: bring branch, pull request and issue in line with that
    python -m scripts.propose describe   for a person, after `make update`: refresh the text of the pull request

`start`, `pack` and `open` are meant for a clean checkout in CI. They are apart because the first job handles an
untrusted document and so has no token that can write; the second has one, and runs this file alone
(.github/workflows/update.yml). All need only git, the last two also `gh`.

| what `make update` found | what becomes of the proposal |
|---|---|
| a change that is not proposed yet | the branch starts from main again, with the commits of people on top |
| the change that is proposed | nothing is pushed |
| no change | an open pull request is closed with a word |
| a reason to refuse | one issue has the reason, until an update goes through |
"""

# Over 300 lines: the job with the token runs this one file, so that it is all there is to read.

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.files.failures import Refused, exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

BRANCH = "contract-update"
LABEL = "contract update"
REFUSAL = "contract update refused"
GRADES = {"breaking": "b60205", "potentially breaking": "d93f0b", "additive": "0e8a16", "documentation": "0075ca"}
# A person's word that what breaks may break (scripts/breaking.py); taken away when another change is pushed.
APPROVED = "breaking-approved"
LABELS = {LABEL: "5319e7", REFUSAL: "b60205", APPROVED: "b60205", **GRADES}
# The commits of a proposal: what each says, and its paths.
WRITTEN = ("openapi/corrections.overlay.yaml", "openapi/facts.yaml")
COMMITS = {
    "Vendor the published contract": ("openapi/*.json", ":(exclude)openapi/lock.json"),
    "Fit corrections and facts to the contract": WRITTEN,
    "generate: the client of the new contract": ("generated/jobmojito_api/", "openapi/lock.json"),
    "Set the next version and describe the change": ("CHANGELOG.md", "pyproject.toml"),
}
# All that an update may touch; any other change was not caused by a document.
TOUCHED = ("CHANGELOG.md", "generated/jobmojito_api/", "openapi/", "pyproject.toml")
# What nobody writes by hand: made anew, whatever a person has committed to the proposal.
MADE = ("generated", "openapi/*.json")
DATED = ("CHANGELOG.md", "pyproject.toml")
PROPOSAL = Path("build/proposal")
PATCH, CHANGELOG, GRADE, REASON, STARTED = "changes.patch", "changelog.md", "grade.txt", "refused.txt", "started.txt"
# A pull request's body may have 65,536 characters; the changelog in the branch is complete.
BODY_LIMIT = 60_000
AUTHOR = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
IDENTITY = ("-c", f"user.name={AUTHOR[0]}", "-c", f"user.email={AUTHOR[1]}", "-c", "core.hooksPath=/dev/null")
TAKEN_BACK = "The published contract is what main has; nothing is left to propose."
_HEADING = re.compile(rb"[-+]## \[[^\]]+\] - \d{4}-\d\d-\d\d")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one step; exit code 0 done or nothing to do, 2 refused."""
    steps: dict[str, Callable[[], int]] = {"start": start, "pack": pack, "open": propose, "describe": describe}
    parser = argparse.ArgumentParser(prog="python -m scripts.propose", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("step", choices=sorted(steps))
    step = steps[parser.parse_args(argv).step]
    return exit_code("propose", step, interrupted="`git status` says how far it came")


def start() -> int:
    """Commit what people have written by hand on the open proposal, so that the update is made with it."""
    tip = output("git", "for-each-ref", "--format=%(objectname)", f"refs/remotes/origin/{BRANCH}").decode().strip()
    try:
        for commit in people(tip):
            again(commit, without=(*MADE, *DATED))
    except Refused as refusal:
        write(Path("build") / REASON, f"{refusal}\n")
        raise
    write(Path("build") / STARTED, tip)
    return 0


def pack() -> int:
    """Write the working tree's change beside its changelog and grade, or the reason that `make update` left."""
    shutil.rmtree(PROPOSAL, ignore_errors=True)
    if (Path("build") / REASON).exists():
        write(PROPOSAL / REASON, (Path("build") / REASON).read_text(encoding="utf-8"))
        tell_workflow("changed", "refused")
        say("the update was refused")
        return 0
    run("git", "add", "--all")
    changed = staged()
    if changed:
        read_grade(Path("build"))
        PROPOSAL.mkdir(parents=True)
        (PROPOSAL / PATCH).write_bytes(output("git", "diff", "--cached", "--binary", "HEAD"))
        for name in (CHANGELOG, GRADE, STARTED):
            if (Path("build") / name).exists():
                shutil.copyfile(Path("build") / name, PROPOSAL / name)
    tell_workflow("changed", "true" if changed else "false")
    say(f"{len(changed)} files changed" if changed else "nothing changed")
    return 0


def propose() -> int:
    """Bring the branch, its pull request and the issue in line with what was packed."""
    if (PROPOSAL / REASON).exists():
        return tell_refusal((PROPOSAL / REASON).read_text(encoding="utf-8"))
    if not (PROPOSAL / PATCH).exists():
        take_back()
    else:
        grade = read_grade(PROPOSAL)
        run("gh", "auth", "setup-git")
        tip = fetched()
        commit(grade, people(tip))
        if tip and is_same_as(tip):
            say("the same change is proposed already; nothing is pushed")
            if not requests("all"):
                request(PROPOSAL, grade)
        else:
            lease = f"--force-with-lease={BRANCH}:{tip}"
            run("git", "push", "--quiet", lease, "origin", f"HEAD:refs/heads/{BRANCH}")
            request(PROPOSAL, grade, without=(APPROVED,))
            for workflow in ("ci.yml", "breaking.yml"):
                run("gh", "workflow", "run", workflow, "--ref", BRANCH)
    for number in issues():
        run("gh", "issue", "close", number, "--comment", "An update went through.")
    return 0


def describe() -> int:
    """Refresh title, text and labels of the pull request from what `make update` left in build/."""
    request(Path("build"), read_grade(Path("build")))
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


def fetched() -> str:
    """Fetch the branch of the proposal and return its commit, "" where there is none.

    Raises:
        Refused: somebody has pushed to it since the update started.
    """
    run("git", "fetch", "--quiet", "--prune", "origin", f"+refs/heads/{BRANCH}*:refs/remotes/origin/{BRANCH}*")
    tip = output("git", "for-each-ref", "--format=%(objectname)", f"refs/remotes/origin/{BRANCH}").decode().strip()
    path = PROPOSAL / STARTED
    if (path.read_text(encoding="utf-8") if path.exists() else tip) != tip:
        raise Refused(f"{BRANCH}: somebody has pushed to it in the meantime; the next run takes that along")
    return tip


def people(tip: str) -> list[str]:
    """List the commits of people on a proposal that are not in this one, the oldest first."""
    if not tip:
        return []
    words = ("git", "log", "--reverse", "--no-merges", "--format=%H %ae", tip, "--not", "HEAD")
    commits = [line.split() for line in output(*words).decode().splitlines()]
    return [name for name, email in commits if email != AUTHOR[1]]


def again(name: str, without: Iterable[str]) -> None:
    """Make a person's commit once more, without what a machine makes; it stays, even if nothing is left of it.

    Raises:
        Refused: it does not apply to main any more.
    """
    excluded = [f":(exclude,glob){path}" if "*" in path else f":(exclude){path}" for path in without]
    patch = output("git", "diff", "--binary", f"{name}^", name, "--", ".", *excluded)
    try:
        if patch:
            run("git", "apply", "--3way", "--whitespace=nowarn", "-", given=patch)
    except Refused as refusal:
        raise Refused(f"{BRANCH}: commit {name[:12]} does not apply to main any more; rebase it by hand") from refusal
    run("git", "add", "--all")
    run("git", *IDENTITY, "commit", "--quiet", "--allow-empty", "--reuse-message", name)


def commit(grade: str, theirs: Sequence[str]) -> None:
    """Make the commits of the proposal on the branch, starting from here; those of people come on top."""
    run("git", "switch", "--quiet", "--force-create", BRANCH)
    patch = str(PROPOSAL / PATCH)
    later = WRITTEN if theirs else ()  # the patch was made with what people wrote in these
    run("git", "apply", "--index", "--whitespace=nowarn", *(f"--exclude={path}" for path in later), patch)
    staged()
    for message, paths in COMMITS.items():
        record(f"{message} ({grade})" if message.startswith("Vendor") else message, paths)
    for name in theirs:
        again(name, without=MADE)
    if theirs:
        run("git", "apply", "--index", "--whitespace=nowarn", *(f"--include={path}" for path in later), patch)
        record("Fit corrections and facts to the contract", WRITTEN)


def record(message: str, paths: Iterable[str]) -> None:
    """Commit what is staged at some paths, if anything is."""
    found = output("git", "diff", "--cached", "--name-only", "-z", "HEAD", "--", *paths).decode().split("\0")[:-1]
    if found:
        run("git", *IDENTITY, "commit", "--quiet", "--message", message, "--", *found)


def is_same_as(tip: str) -> bool:
    """Whether a commit has the same files as this one where an update writes, but for the date of its entry."""
    changed = output("git", "diff", "--unified=0", "--no-color", tip, "HEAD", "--", *TOUCHED).splitlines()
    lines = [line for line in changed if line[:1] in {b"+", b"-"} and line[:4] not in {b"+++ ", b"--- "}]
    files = [line for line in changed if line.startswith(b"diff --git ")]
    return files in ([], [b"diff --git a/CHANGELOG.md b/CHANGELOG.md"]) and all(map(_HEADING.fullmatch, lines))


def request(folder: Path, grade: str, without: Sequence[str] = ()) -> None:
    """Open the pull request, or refresh the open one: title, body, exactly one grade label, none of `without`."""
    make_labels()
    text = ("--title", f"Contract update: {grade}", "--body-file", str(write_body(folder)))
    if numbers := requests("open"):
        others = ",".join([*(label for label in GRADES if label != grade), *without])
        run("gh", "pr", "edit", numbers[0], *text, "--add-label", f"{LABEL},{grade}", "--remove-label", others)
    else:
        run("gh", "pr", "create", "--head", BRANCH, *text, "--label", f"{LABEL},{grade}")


def take_back() -> None:
    """Close the open pull request; its branch goes too, unless people have committed to it."""
    for number in requests("open"):
        run("gh", "auth", "setup-git")
        kept = people(fetched())
        more = f" The branch {BRANCH} is kept, because people have committed to it." if kept else ""
        run("gh", "pr", "close", number, "--comment", TAKEN_BACK + more, *(() if kept else ("--delete-branch",)))


def tell_refusal(text: str) -> int:
    """Open the issue that says why updates are refused, or refresh the open one."""
    make_labels()
    fence = "`" * (max((len(found) for found in re.findall("`+", text)), default=0) + 3)
    body, quoted = PROPOSAL / "body.md", f"{fence}text\n{text[:BODY_LIMIT].rstrip()}\n{fence}\n"
    write(body, f"`make update` refuses the published contract:\n\n{quoted}")
    words = ("--title", "The published contract cannot be taken over", "--body-file", str(body))
    if numbers := issues():
        run("gh", "issue", "edit", numbers[0], *words)
    else:
        run("gh", "issue", "create", *words, "--label", REFUSAL)
    return 0


def requests(state: str) -> list[str]:
    """List the pull requests of the branch."""
    return listed("pr", "--head", BRANCH, "--state", state)


def issues() -> list[str]:
    """List the open issues about a refused update."""
    return listed("issue", "--label", REFUSAL, "--state", "open")


def listed(kind: str, *words: str) -> list[str]:
    """List the numbers of pull requests or issues."""
    return output("gh", kind, "list", *words, "--json", "number", "--jq", ".[].number").decode().split()


def make_labels() -> None:
    """Make the labels of pull requests and issues, or put their colours right."""
    for label, colour in LABELS.items():
        run("gh", "label", "create", label, "--color", colour, "--force")


def write_body(folder: Path) -> Path:
    """Write the changelog as the request's body, cut at the end of a line if it is too long."""
    text = (folder / CHANGELOG).read_text(encoding="utf-8")
    if len(text) > BODY_LIMIT:
        text = (
            text[:BODY_LIMIT].rpartition("\n")[0] + "\n\nThe list goes on in CHANGELOG.md and in the files changed.\n"
        )
    write(folder / "body.md", text)
    return folder / "body.md"


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


def write(path: Path, text: str) -> None:
    """Write a text file, in a folder that may not exist yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(*command: str, given: bytes = b"") -> None:
    """Run a command, its output shown; Refused when it fails."""
    try:
        subprocess.run(command, check=True, input=given)
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
