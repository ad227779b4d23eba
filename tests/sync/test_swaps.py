import pytest

from scripts.swaps import replace_all


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
        replace_all(staged(tree, "file", "folder", "appearing"))

    assert content(tree / "old") == before
    assert not (tree / "old" / "appearing").exists()
