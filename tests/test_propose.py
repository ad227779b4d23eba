"""A contract update reaches one pull request: packed without a token, opened or refreshed with one."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts import propose
from scripts.changes.rules import Grade

# Stands for the host's own program: notes what it was asked, and answers what the test has put beside it.
GH = """#!/bin/sh
printf '%s\\t' "$@" >> "$0.asked"
echo >> "$0.asked"
test "$2" = list || exit 0
for word in "$@"; do
    test "$before" = --state && cat "${0%/*}/$1-$word.txt" 2>/dev/null
    before=$word
done
exit 0
"""


NUMBERS = "".join(f"- {number}\n" for number in range(20))


def git(*arguments, cwd="."):
    """Run git and return what it prints."""
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A clone with a contract in it, its origin beside it, a recorded `gh`, and nobody's git settings."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    git("init", "--quiet", "--bare", "origin.git", cwd=tmp_path)
    git("clone", "--quiet", "origin.git", "clone", cwd=tmp_path)
    monkeypatch.chdir(tmp_path / "clone")
    write({"openapi/document.json": "{}\n", ".gitignore": "build/\n", "README.md": "hello\n"})
    write({"openapi/corrections.overlay.yaml": NUMBERS, "CHANGELOG.md": "# Changelog\n\n## [0.1.0] - 2026-01-01\n"})
    commit_as("person@example.com")
    return tmp_path / "clone"


def write(files):
    """Write files of the checkout by path."""
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")


def commit_as(email, branch="main"):
    """Commit everything and push it."""
    git("add", "--all")
    git("-c", "user.name=x", "-c", f"user.email={email}", "commit", "--quiet", "--message", "change")
    git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}")


def update(grade="additive", changelog="## Added\n\n- an operation\n", day="2026-02-02", version="3.1.0"):
    """Leave the tree as `make update` does: the last correction goes, the changelog gets an entry of the day."""
    path, log = Path("openapi/corrections.overlay.yaml"), Path("CHANGELOG.md")
    write({"openapi/document.json": f'{{"openapi": "{version}"}}\n', "generated/jobmojito_api/new.py": "x = 1\n"})
    write({"build/changelog.md": changelog, "build/grade.txt": f"{grade}\n"})
    write({str(path): path.read_text().replace("- 19\n", "")})
    write({str(log): log.read_text().replace("# Changelog\n", f"# Changelog\n\n## [0.1.1] - {day}\n\n- More.\n")})


def run_daily(change=update, **options):
    """Do all steps as the workflow does: the second job starts from a clean checkout of main."""
    git("switch", "--quiet", "main")
    git("fetch", "--quiet", "--prune")
    main = git("rev-parse", "HEAD")
    if (code := propose.main(["start"])) == 0:
        change(**options)
    assert propose.main(["pack"]) == 0
    git("reset", "--quiet", "--hard", main)
    return max(code, propose.main(["open"]))


def pack_and_open():
    """Do both steps as the workflow does: the second starts from a clean checkout."""
    assert propose.main(["pack"]) == 0
    git("reset", "--quiet", "--hard", "HEAD")
    return propose.main(["open"])


def log(spec="origin/main..origin/contract-update"):
    """List the subjects of the branch's commits, the oldest first."""
    return git("log", "--reverse", "--format=%s", spec).splitlines()


BOT = [
    "Vendor the published contract (additive)",
    "Fit corrections and facts to the contract",
    "generate: the client of the new contract",
    "Set the next version and describe the change",
]


def asked(checkout, *command):
    """What the host was asked by commands that begin so."""
    lines = (checkout.parent / "gh.asked").read_text().splitlines()
    return [call for call in (line.split("\t")[:-1] for line in lines) if call[: len(command)] == list(command)]


def test_an_update_arrives_in_commits_of_their_own(checkout):
    """Document, corrections, generated code, and version with changelog; CI is started on the branch."""
    update()

    assert pack_and_open() == 0
    assert log() == BOT
    tip = "origin/contract-update~"
    assert [git("diff", "--name-only", f"{tip}{back}^", f"{tip}{back}") for back in range(4)] == [
        "CHANGELOG.md",
        "generated/jobmojito_api/new.py",
        "openapi/corrections.overlay.yaml",
        "openapi/document.json",
    ]
    assert git("status", "--short") == ""
    started = [["workflow", "run", name, "--ref", "contract-update"] for name in ("ci.yml", "breaking.yml")]
    assert asked(checkout, "workflow") == started


def test_first_update_opens_a_request_with_the_changelog(checkout):
    """The request's body is the Markdown changelog, its labels say what it is and how grave."""
    update(grade="potentially breaking")
    pack_and_open()

    (call,) = asked(checkout, "pr", "create")
    assert Path(call[call.index("--body-file") + 1]).read_text() == "## Added\n\n- an operation\n"
    assert call[call.index("--title") + 1] == "Contract update: potentially breaking"
    assert call[call.index("--label") + 1] == "contract update,potentially breaking"
    assert asked(checkout, "pr", "edit") == []


def test_next_update_refreshes_the_open_request(checkout):
    """There is one request: it gets the new text and exactly the new grade."""
    (checkout.parent / "pr-open.txt").write_text("7\n")
    update(grade="breaking")
    pack_and_open()

    (call,) = asked(checkout, "pr", "edit")
    assert call[2] == "7"
    assert call[call.index("--add-label") + 1] == "contract update,breaking"
    assert call[call.index("--remove-label") + 1] == "potentially breaking,additive,documentation,breaking-approved"
    assert asked(checkout, "pr", "create") == []


def test_update_replaces_the_one_before(checkout):
    """A second update starts from main again: its branch has the commits of one, not of two."""
    assert run_daily() == 0
    assert run_daily(version="3.1.1") == 0

    assert log() == BOT
    assert "3.1.1" in git("show", "origin/contract-update:openapi/document.json")


def test_the_same_proposal_is_not_pushed_again(checkout):
    """The next day nothing moves, though the entry would have another date: approvals stay, CI does not run again."""
    assert run_daily() == 0
    tip = git("rev-parse", "origin/contract-update")
    (checkout.parent / "pr-open.txt").write_text("7\n")
    (checkout.parent / "pr-all.txt").write_text("7\n")
    write({"README.md": "main has moved on\n"})
    git("switch", "--quiet", "main")
    commit_as("person@example.com")

    assert run_daily(day="2026-02-03") == 0
    assert git("rev-parse", "refs/heads/contract-update", cwd=checkout.parent / "origin.git") == tip
    assert (len(asked(checkout, "pr", "create")), len(asked(checkout, "workflow"))) == (1, 2)
    assert asked(checkout, "pr", "edit") == []


def test_a_proposal_without_a_request_gets_one(checkout):
    """A repository that did not allow it yesterday does today: the branch is there, and only the request is made."""
    assert run_daily() == 0
    assert run_daily(day="2026-02-03") == 0

    assert (len(asked(checkout, "pr", "create")), len(asked(checkout, "workflow"))) == (2, 2)


def by_person(files, message="Name it", base="origin/contract-update"):
    """Commit something on the branch as a person."""
    git("switch", "--quiet", "--force-create", "theirs", base)
    write(files)
    git("add", "--all")
    git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "--message", message)
    git("push", "--quiet", "origin", "HEAD:refs/heads/contract-update")
    return git("rev-parse", "HEAD")


NAMED = NUMBERS.replace("- 2\n", "- two\n").replace("- 19\n", "")


def test_what_people_commit_is_taken_along_and_kept_on_top(checkout):
    """The update is made with their corrections; with another document their commits stand on the new ones."""
    assert run_daily() == 0
    files = {"openapi/corrections.overlay.yaml": NAMED, "tests/test_new.py": "pass\n"}
    by_person({**files, "generated/jobmojito_api/new.py": "y\n"})
    seen = []

    def change(**options):
        seen.append(Path("openapi/corrections.overlay.yaml").read_text())
        update(**options)

    assert run_daily(change, version="3.1.1") == 0
    assert ["- two\n" in text for text in seen] == [True]
    assert log() == [BOT[0], *BOT[2:], "Name it", BOT[1]]
    assert git("log", "-1", "--format=%ae", "origin/contract-update~") == "ada@example.com"
    assert git("show", "origin/contract-update:openapi/corrections.overlay.yaml") + "\n" == NAMED
    assert git("show", "origin/contract-update:tests/test_new.py") == "pass"
    assert git("show", "origin/contract-update:generated/jobmojito_api/new.py") == "x = 1"

    tip = git("rev-parse", "origin/contract-update")
    assert run_daily(version="3.1.1", day="2026-03-03") == 0
    assert git("rev-parse", "origin/contract-update") == tip


def test_a_commit_of_a_persons_that_does_not_apply_stops(checkout, capsys):
    """Main has changed the same line: the branch stays, and the issue says which commit it is."""
    assert run_daily() == 0
    theirs = by_person({"README.md": "theirs\n"})
    git("switch", "--quiet", "main")
    write({"README.md": "ours\n"})
    commit_as("person@example.com")

    assert run_daily(version="3.1.1") == 2
    assert f"commit {theirs[:12]} does not apply to main any more" in capsys.readouterr().err
    assert git("rev-parse", "refs/heads/contract-update", cwd=checkout.parent / "origin.git") == theirs
    assert theirs[:12] in refusal(checkout, "create")


def test_a_push_in_the_meantime_is_not_overwritten(checkout, capsys):
    """What a person pushes while the update is made is taken along by the next run."""
    assert run_daily() == 0
    theirs = []

    def change(**options):
        update(**options)
        run = ["git", "clone", "--quiet", "--branch", "contract-update", "../origin.git", "../other"]
        subprocess.run(run, check=True)
        other = checkout.parent / "other"
        (other / "README.md").write_text("theirs\n")
        identity = ("-c", "user.name=x", "-c", "user.email=ada@example.com")
        git(*identity, "commit", "--quiet", "--all", "--message", "Meanwhile", cwd=other)
        git("push", "--quiet", cwd=other)
        theirs.append(git("rev-parse", "HEAD", cwd=other))

    assert run_daily(change, version="3.1.1") == 2
    assert "somebody has pushed to it in the meantime" in capsys.readouterr().err
    assert [git("rev-parse", "refs/heads/contract-update", cwd=checkout.parent / "origin.git")] == theirs


def nothing(**_):
    """An update that has nothing to do."""


def test_a_change_taken_back_closes_the_request_with_a_word(checkout):
    """The branch goes too; without a request nothing is asked for."""
    assert run_daily() == 0
    assert run_daily(nothing) == 0
    assert asked(checkout, "pr", "close") == []

    (checkout.parent / "pr-open.txt").write_text("7\n")
    assert run_daily(nothing) == 0
    (call,) = asked(checkout, "pr", "close")
    assert call[2:] == ["7", "--comment", propose.TAKEN_BACK, "--delete-branch"]


def test_a_branch_with_commits_of_people_is_kept(checkout):
    """The request is closed, and says why the branch is still there."""
    assert run_daily() == 0
    by_person({"README.md": "theirs\n"})
    (checkout.parent / "pr-open.txt").write_text("7\n")

    assert run_daily(nothing) == 0
    (call,) = asked(checkout, "pr", "close")
    assert ("--delete-branch" in call, "is kept, because people have committed to it" in call[4]) == (False, True)


def refusal(checkout, action):
    """Give the text of the issue that was created or edited."""
    (call,) = asked(checkout, "issue", action)
    assert call[call.index("--title") + 1] == "The published contract cannot be taken over"
    return Path(call[call.index("--body-file") + 1]).read_text()


def test_a_refused_update_has_one_issue_until_one_goes_through(checkout):
    """Opened, then refreshed, then closed; the reason is quoted, so that nothing in it is Markdown or a mention."""

    def refused(reason):
        return lambda: write({"build/refused.txt": reason})

    assert run_daily(refused("generate: /paths: ``` @everyone <script>\n")) == 0
    assert refusal(checkout, "create").endswith("\n\n``````text\ngenerate: /paths: ``` @everyone <script>\n``````\n")

    (checkout.parent / "issue-open.txt").write_text("3\n")
    assert run_daily(refused("drift: another\n")) == 0
    assert "drift: another" in refusal(checkout, "edit")

    Path("build/refused.txt").unlink()
    assert run_daily() == 0
    assert asked(checkout, "issue", "close") == [["issue", "close", "3", "--comment", "An update went through."]]


def test_a_person_refreshes_the_text(checkout):
    """After an edit on the branch and an update since main, title, body and labels follow, and nothing is pushed."""
    (checkout.parent / "pr-open.txt").write_text("7\n")
    update(grade="breaking", changelog="- renamed\n")

    assert propose.main(["describe"]) == 0
    (call,) = asked(checkout, "pr", "edit")
    assert Path(call[call.index("--body-file") + 1]).read_text() == "- renamed\n"
    assert call[call.index("--title") + 1] == "Contract update: breaking"
    assert git("ls-remote", "origin", "contract-update") == ""


def test_no_change_packs_nothing(checkout, tmp_path, monkeypatch):
    """Without a change there is no proposal, and the workflow is told so."""
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))

    assert propose.main(["pack"]) == 0
    assert (tmp_path / "output").read_text() == "changed=false\n"
    assert not propose.PROPOSAL.exists()


def test_change_is_told_to_the_workflow(checkout, tmp_path, monkeypatch):
    """A change is packed as three files, and the workflow is told so."""
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    update()

    assert propose.main(["pack"]) == 0
    assert (tmp_path / "output").read_text() == "changed=true\n"
    assert sorted(path.name for path in propose.PROPOSAL.iterdir()) == ["changelog.md", "changes.patch", "grade.txt"]


@pytest.mark.parametrize("path", ["README.md", ".github/workflows/ci.yml", "generated/other.py", "scripts/sync.py"])
def test_change_elsewhere_is_refused(checkout, capsys, path):
    """A document may change only what is made from it: anything else stops before it is packed."""
    update()
    write({path: "changed\n"})

    assert propose.main(["pack"]) == 2
    assert capsys.readouterr().err.startswith(f"propose: {path}: changed, but an update touches only")
    assert not propose.PROPOSAL.exists()


@pytest.mark.parametrize(
    ("grade", "spoil", "told"),
    [
        # It would let later writes land elsewhere.
        (
            "additive",
            lambda: Path("generated/jobmojito_api/link.py").symlink_to("/etc/passwd"),
            "link.py: not a plain file",
        ),
        # Nothing is proposed without one.
        ("additive", Path("build/changelog.md").unlink, "propose: build/changelog.md: cannot be read"),
        # A grade becomes a label, so only the four known words pass.
        *[
            (grade, Path.cwd, "is none of breaking, potentially breaking, additive, documentation")
            for grade in ("", "harmless", "breaking,admin")
        ],
    ],
)
def test_what_no_update_makes_is_refused(checkout, capsys, grade, spoil, told):
    """A symbolic link, a change without a changelog, and a grade that is none."""
    update(grade=grade)
    spoil()

    assert propose.main(["pack"]) == 2
    assert told in capsys.readouterr().err


def test_forged_patch_is_refused_where_the_token_is(checkout, capsys):
    """The second job trusts the artifact no more than the first: the same paths are refused again."""
    update()
    assert propose.main(["pack"]) == 0
    patch = propose.PROPOSAL / propose.PATCH
    patch.write_bytes(patch.read_bytes().replace(b"generated/jobmojito_api/new.py", b".github/workflows/new.yml"))
    git("reset", "--quiet", "--hard", "HEAD")

    assert propose.main(["open"]) == 2
    assert ".github/workflows/new.yml: changed" in capsys.readouterr().err
    assert git("ls-remote", "origin", "contract-update") == ""


def test_grades_are_those_of_the_changelog():
    """Every grade that a changelog can have has its label."""
    assert set(propose.GRADES) == {grade.label for grade in Grade}


def test_long_changelog_is_cut_at_a_line(checkout):
    """A body that the host would refuse is cut after a whole line, and says where the rest is."""
    update(changelog="- one more operation\n" * 10_000)
    pack_and_open()

    body = (propose.PROPOSAL / "body.md").read_text()
    assert len(body) < 65_536
    assert set(body.splitlines()[:-2]) == {"- one more operation"}
    assert body.splitlines()[-1].startswith("The list goes on in CHANGELOG.md")
