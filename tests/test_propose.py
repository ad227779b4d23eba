"""A contract update reaches one pull request: packed without a token, opened or refreshed with one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import propose
from scripts.changes.rules import Grade

# Stands for the host's own program: notes what it was asked, and answers what the test has put beside it.
GH = f"""#!{sys.executable}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with (here / "asked.jsonl").open("a") as stream:
    stream.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["pr", "list"]:
    print((here / "open.txt").read_text(), end="")
"""


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
    (tmp_path / "open.txt").write_text("")
    git("init", "--quiet", "--bare", "origin.git", cwd=tmp_path)
    git("clone", "--quiet", "origin.git", "clone", cwd=tmp_path)
    monkeypatch.chdir(tmp_path / "clone")
    write({"openapi/document.json": "{}\n", ".gitignore": "build/\n", "README.md": "hello\n"})
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


def update(grade="additive", changelog="## Added\n\n- an operation\n"):
    """Leave the tree as `make update` does."""
    write({"openapi/document.json": '{"openapi": "3.1.0"}\n', "generated/jobmojito_api/new.py": "x = 1\n"})
    write({"build/changelog.md": changelog, "build/grade.txt": f"{grade}\n"})


def pack_and_open():
    """Do both steps as the workflow does: the second starts from a clean checkout."""
    assert propose.main(["pack"]) == 0
    git("reset", "--quiet", "--hard", "HEAD")
    return propose.main(["open"])


def asked(checkout, *command):
    """What the host was asked by commands that begin so."""
    lines = (checkout.parent / "asked.jsonl").read_text().splitlines()
    return [call for call in map(json.loads, lines) if call[: len(command)] == list(command)]


def test_update_becomes_one_commit_on_its_branch(checkout):
    """New and changed files arrive on the branch, as one commit over main; CI is started there."""
    update()

    assert pack_and_open() == 0
    assert git("rev-list", "--count", "origin/main..origin/contract-update") == "1"
    changed = git("diff", "--name-only", "origin/main", "origin/contract-update").split()
    assert changed == ["generated/jobmojito_api/new.py", "openapi/document.json"]
    assert asked(checkout, "workflow") == [["workflow", "run", "ci.yml", "--ref", "contract-update"]]


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
    (checkout.parent / "open.txt").write_text("7\n")
    update(grade="breaking")
    pack_and_open()

    (call,) = asked(checkout, "pr", "edit")
    assert call[2] == "7"
    assert call[call.index("--add-label") + 1] == "contract update,breaking"
    assert call[call.index("--remove-label") + 1] == "potentially breaking,additive,documentation"
    assert asked(checkout, "pr", "create") == []


def test_update_replaces_the_one_before(checkout):
    """A second update starts from main again: its branch has one commit, not two."""
    update()
    pack_and_open()
    git("switch", "--quiet", "main")
    update()
    write({"openapi/document.json": '{"openapi": "3.1.1"}\n'})

    assert pack_and_open() == 0
    assert git("rev-list", "--count", "origin/main..origin/contract-update") == "1"
    assert "3.1.1" in git("show", "origin/contract-update:openapi/document.json")


def test_commit_of_a_person_is_not_overwritten(checkout, capsys):
    """A branch that somebody has worked on is left as it is, and the run fails saying so."""
    write({"openapi/document.json": "[]\n"})
    commit_as("person@example.com", branch="contract-update")
    theirs = git("rev-parse", "HEAD")
    git("reset", "--quiet", "--hard", "HEAD~")
    update()

    assert pack_and_open() == 2
    assert "somebody has committed to it" in capsys.readouterr().err
    assert git("rev-parse", "refs/heads/contract-update", cwd=checkout.parent / "origin.git") == theirs


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
