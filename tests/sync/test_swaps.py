import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.files.swaps import recover, replace_all

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("file", "folder", "appearing")
# Replaces, and is killed before the given change of the file system; one that it does not reach kills nothing.
KILLED = f"""
import os, signal, sys
from pathlib import Path
from scripts.files.swaps import replace_all
tree, left = Path(sys.argv[1]), int(sys.argv[2])

def count(event, arguments):
    global left
    changes = event in {{"os.rename", "os.remove", "os.rmdir", "os.mkdir"}} or event.startswith("shutil.")
    if changes or (event == "open" and "old" in str(arguments[0]) and arguments[1] in {{"wb", None}}):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
replace_all({{tree / "old" / name: tree / "new" / name for name in {NAMES}}})
"""


@pytest.fixture
def tree(tmp_path):
    """An old file and an old folder, and new ones staged elsewhere."""
    for side in ("old", "new"):
        (tmp_path / side / "folder").mkdir(parents=True)
        (tmp_path / side / "file").write_text(f"{side} file")
        (tmp_path / side / "folder" / side).write_text(side)
    return tmp_path


def content(folder):
    """The files below a folder, hidden ones too, with their texts."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def staged(tree, *names):
    """What is to be replaced, and by what."""
    return {tree / "old" / name: tree / "new" / name for name in names}


def test_files_and_folders_are_replaced_whole(tree):
    """A folder loses what the new one does not have, and nothing is left beside the targets."""
    replace_all(staged(tree, "file", "folder"))

    assert content(tree / "old") == {"file": "new file", "folder/new": "new"}


def test_a_target_that_did_not_exist_appears(tree):
    """A new file gets its folder, too."""
    replace_all({tree / "old" / "deep" / "file": tree / "new" / "file"})

    assert (tree / "old" / "deep" / "file").read_text() == "new file"


def test_nothing_changes_when_a_copy_fails(tree):
    """What is not there to be copied is found out before anything is replaced."""
    before = content(tree / "old")

    with pytest.raises(OSError, match="missing"):
        replace_all({**staged(tree, "file", "folder"), tree / "old" / "x": tree / "new" / "missing"})
    assert content(tree / "old") == before


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("failing", ["file", "folder", "appearing"])
def test_everything_is_taken_back_when_a_replacement_fails(tree, monkeypatch, failing, error):
    """Wherever it stops, and be it by an interrupt, the old files and folders are there again."""
    (tree / "new" / "appearing").write_text("appearing")
    before = content(tree / "old")
    path_type = type(tree)
    replace = path_type.replace

    def break_off(self, target):
        if target.name == failing and self.name.endswith(".new"):
            raise error
        return replace(self, target)

    monkeypatch.setattr(path_type, "replace", break_off)
    with pytest.raises(error):
        replace_all(staged(tree, *NAMES))

    assert content(tree / "old") == before
    assert not (tree / "old" / "appearing").exists()


def test_a_killed_process_leaves_all_or_nothing_once_recovered(tree):
    """Wherever it is killed, what it leaves is told apart and put right: the old ones or the new ones, and no rest."""
    (tree / "new" / "appearing").write_text("appearing")
    before = content(tree / "old")
    after = {"file": "new file", "folder/new": "new", "appearing": "appearing"}
    outcomes, kept = [], shutil.copytree(tree / "old", tree / "kept")
    for moment in range(1, 100):
        shutil.rmtree(tree / "old")
        shutil.copytree(kept, tree / "old")
        if not _is_killed(tree, moment):
            break
        recover(tree / "old" / name for name in NAMES)
        outcomes.append(content(tree / "old"))

    assert len(outcomes) > 10
    assert [outcome for outcome in outcomes if outcome not in (before, after)] == []
    assert (outcomes[0], outcomes[-1]) == (before, after)


def _is_killed(tree, moment):
    """Replace in a process of its own that is killed at a moment; tell whether it came to that."""
    command = [sys.executable, "-c", KILLED, str(tree), str(moment)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode != 0


def test_what_a_living_process_is_at_is_left_alone(tree):
    """Only what a dead process left is put right: another run may be in the middle of it."""
    mine = tree / "old" / f".file.{os.getpid()}-01234567.new"
    mine.write_text("coming")

    assert not recover([tree / "old" / "file"])
    assert mine.read_text() == "coming"
