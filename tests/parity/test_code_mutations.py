"""Every edit of the generated code that changes its meaning is caught by the meaning check alone.

Edits of many files are tried at once, one a file: each has to be told of in its own file.
"""

from __future__ import annotations

import os
import shutil

import pytest

from scripts.drift import loading
from scripts.drift.allowances import allow
from scripts.drift.meaning import agree, compare, meaning, places, read
from scripts.drift.observation import observe
from scripts.drift.reports import Report
from tests.parity.code_mutations import Source, edits, of_bodies

# So many edits of each file, drawn evenly over it; MUTATIONS=all takes every one, a quarter of an hour.
EACH = 4
TRIED = {"models": 500, "api": 120, "resources": 24}


@pytest.fixture
def copy(package_dir, tmp_path):
    """Copy the committed package to where it can be edited."""
    target = tmp_path / package_dir.name
    shutil.copytree(package_dir, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def drawn(package_dir, pattern, draw):
    """Draw edits of every file that a pattern names: file -> edits."""
    found = {}
    for path in sorted(package_dir.glob(pattern)):
        file, text = path.relative_to(package_dir).as_posix(), path.read_text()
        all_ = [one for one in draw(file, text) if one.text != text]
        count = len(all_) if os.environ.get("MUTATIONS") == "all" else min(EACH, len(all_))
        found[file] = [all_[index * len(all_) // count] for index in range(count)]
    return found


def missed(found, package_dir, copy, check):
    """Try the edits, those of one rank in all files at once; give those that nothing shows by file and pointer."""
    slipped = []
    for rank in range(max(map(len, found.values()))):
        batch = {file: some[rank] for file, some in found.items() if rank < len(some)}
        for file, edit in batch.items():
            (copy / file).write_text(edit.text)
        told = {one.file for one in check(copy).differences if one.pointer}
        slipped += [f"{file}:{edit.line} {edit.kind}" for file, edit in batch.items() if file not in told]
        for file in batch:
            shutil.copyfile(package_dir / file, copy / file)
    return slipped


def seen(document, corrections):
    """Make the check of what can be seen without calling anything: tables, annotations, signatures."""

    def check(package):
        report = Report()
        with loading.package(package) as loaded:
            allowances, observation = allow(document, corrections), observe(loaded)
            comparison = compare(read(allowances, report), observation, report)
            agree(observation, allowances, report, comparison.places)
            report.locate(places(loaded, comparison.places))
        return report

    return check


@pytest.mark.parametrize("folder", TRIED)
def test_every_edit_of_what_can_be_seen_is_caught(document, corrections, package_dir, copy, folder):
    """Tables, annotations, members, defaults, signatures: an edit of any of them is told of in its own file."""
    found = drawn(package_dir, f"{folder}/**/[a-z]*.py", edits)
    found = {file: some for file, some in found.items() if some}

    slipped = missed(found, package_dir, copy, seen(document, corrections))

    assert sum(map(len, found.values())) >= TRIED[folder]
    assert slipped == []


@pytest.mark.parametrize("file", ["__init__.py", "models/__init__.py", "resources/__init__.py"])
def test_every_edit_of_an_index_is_caught(document, corrections, package_dir, copy, file):
    """What a lazy package offers, and under which name, is part of what people see."""
    found = drawn(package_dir, file, edits)

    assert len(found[file]) >= EACH
    assert missed(found, package_dir, copy, seen(document, corrections)) == []


@pytest.mark.parametrize("pattern", ["api/*/[a-z]*.py", "resources/[a-z]*.py"])
def test_every_edit_of_what_functions_do_is_caught(document, corrections, package_dir, copy, pattern):
    """An argument that is not passed on, or passed to another operation, shows on the wire alone: probes see it."""
    found = drawn(package_dir, pattern, lambda _, text: of_bodies(Source(text)))
    found = {file: some for file, some in found.items() if some}

    slipped = missed(found, package_dir, copy, lambda package: meaning(document, corrections, package))

    assert sum(map(len, found.values())) >= 24
    assert slipped == []


@pytest.mark.parametrize("file", ["models/language_code.py", "api/admin/invite_users.py", "resources/admin.py"])
def test_a_missing_file_is_caught(document, corrections, copy, file):
    """A file that is gone takes its meaning with it."""
    (copy / file).unlink()

    assert meaning(document, corrections, copy).code == 1


ELSEWHERE = [
    ("contract.json", '"minLength": 1', '"minLength": 2'),
    ("contract.json", '"operationId": "create_interview"', '"operationId": "make_interview"'),
    ("contract.json", '"x-resource-name": "pre_screening"', '"x-resource-name": "screening"'),
    ("contract.json", '"format": "uri"', '"format": "url"'),
    ("contract.json", '"https://cool.jobmojito.com', '"https://hot.jobmojito.com'),
    ("client.py", 'prefix: str = "Bearer"', 'prefix: str = "Basic"'),
    ("kinds.py", 'Scalar("integer", int)', 'Scalar("integer", str)'),
    ("codec.py", "def read(", "def reed("),
    ("types.py", "def __reduce__", "def def"),
    # What no probe sees, for it shows with answers and requests that are not as declared.
    ("enums.py", "        return member\n", "        return None\n"),
    ("tables.py", "                extra[name] = value\n", "                pass\n"),
    ("calls.py", 'or answers.get("default")', ""),
    ("limits.py", "isinstance(value, int)", "isinstance(value, str)"),
    ("multipart.py", "if value is UNSET or value is None:", "if value is UNSET:"),
]


@pytest.mark.parametrize(("file", "old", "new"), ELSEWHERE)
def test_an_edit_of_the_runtime_or_the_contract_file_is_caught(document, corrections, copy, file, old, new):
    """What every model and operation is read and sent with cannot change unseen; nor can the contract that ships."""
    text = (copy / file).read_text()
    assert old in text

    (copy / file).write_text(text.replace(old, new, 1))

    told = meaning(document, corrections, copy).differences
    assert [one for one in told if one.file == file and one.pointer]


@pytest.mark.parametrize("file", ["extra.py", "api/admin/extra.py", "models/extra.py", "resources/extra.py"])
def test_code_that_stands_for_nothing_is_caught(document, corrections, copy, file):
    """A module that the document has no use for does not hide in the package."""
    (copy / file).write_text("class Extra:\n    pass\n")

    assert file in {one.file for one in meaning(document, corrections, copy).differences}


def test_other_comments_in_the_runtime_are_no_change_of_meaning(document, corrections, copy):
    """Layout and comments are what the comparison of bytes is for."""
    (copy / "codec.py").write_text("# A note.\n" + (copy / "codec.py").read_text())

    assert meaning(document, corrections, copy).code == 0


def test_a_missing_marker_is_caught(document, corrections, copy):
    """Without `py.typed` nobody's type checker looks at the annotations."""
    (copy / "py.typed").unlink()

    assert [one.file for one in meaning(document, corrections, copy).differences] == ["py.typed"]
