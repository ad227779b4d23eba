"""Every edit of the generated code is caught: of what can be seen by the meaning check, of what is done on the wire.

Edits of many files are tried at once, one a file: each has to be told of in its own file. An edit of the runtime shows
in the comparison of bytes alone; what the runtime does has its own tests.
"""

from __future__ import annotations

import shutil

import pytest

from scripts.drift import loading
from scripts.drift.meaning import meaning
from tests.mutations import drawn
from tests.parity.code_mutations import Source, edits, of_bodies
from tests.wire.exchanges import Client

EACH = 2  # edits of every file
MOST = 300  # of a file that is edited alone
TRIED = {"models": 250, "api": 60, "resources": 12}


@pytest.fixture
def copy(package_dir, tmp_path):
    """Copy the committed package to where it can be edited."""
    target = tmp_path / package_dir.name
    shutil.copytree(package_dir, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def edits_of(package_dir, pattern, make=edits, most=None):
    """Draw edits of every file that a pattern names and that has any: file -> edits."""
    found = {}
    for path in sorted(package_dir.glob(pattern)):
        file, text = path.relative_to(package_dir).as_posix(), path.read_text()
        found[file] = drawn([one for one in make(file, text) if one.text != text], EACH, most)
    return {file: some for file, some in found.items() if some}


def missed(found, package_dir, copy, caught):
    """Try the edits, those of one rank in all files at once; give those whose file is not among those `caught`."""
    slipped = []
    for rank in range(max(map(len, found.values()))):
        batch = {file: some[rank] for file, some in found.items() if rank < len(some)}
        for file, edit in batch.items():
            (copy / file).write_text(edit.text)
        files = caught(copy, batch)
        slipped += [f"{file}:{edit.line} {edit.kind}" for file, edit in batch.items() if file not in files]
        for file in batch:
            shutil.copyfile(package_dir / file, copy / file)
    return slipped


@pytest.fixture
def seen(document, corrections):
    """Give the files of the differences that the meaning check finds, each with a pointer."""
    return lambda copy, _: {one.file for one in meaning(document, corrections, copy).differences if one.pointer}


@pytest.mark.parametrize("folder", TRIED)
def test_every_edit_of_what_can_be_seen_is_caught(seen, package_dir, copy, folder):
    """Tables, annotations, members, defaults, signatures: an edit of any of them is told of in its own file."""
    found = edits_of(package_dir, f"{folder}/**/[a-z]*.py")

    slipped = missed(found, package_dir, copy, seen)

    assert sum(map(len, found.values())) >= TRIED[folder]
    assert slipped == []


@pytest.mark.parametrize(
    "file", ["__init__.py", "models/__init__.py", "resources/__init__.py", "webhooks.py", "inputs.py", "ids.py"]
)
def test_every_edit_of_an_index_is_caught(document, corrections, package_dir, copy, file):
    """What a lazy package offers, and under which name, is part of what people see; so is the table of webhooks."""

    def seen(copy, batch):
        return batch if any(one.pointer for one in meaning(document, corrections, copy).differences) else ()

    found = edits_of(package_dir, file, most=MOST)

    assert len(found[file]) >= EACH
    assert missed(found, package_dir, copy, seen) == []


def fails_on_the_wire(copy, batch):
    """Give the files of which an operation does not send or read what the contract declares."""
    with loading.package(copy) as package:
        client = Client.of(package.name)
        return {
            file for file in batch if any(fails(client, name) for name in operations_of(package.modules[file], file))
        }


def operations_of(module, file):
    """Name the operations of a module: its own, or those of its resources."""
    if file.startswith("api/"):
        return [module.OPERATION.name]
    classes = [found for found in vars(module).values() if getattr(found, "__module__", "") == module.__name__]
    return sorted({name for found in classes for name in vars(found) if not name.startswith("_")})


def fails(client, name):
    """Tell whether calling an operation goes wrong, in whatever way."""
    try:
        client.check(name)
    except Exception:  # noqa: BLE001 - edited code may raise anything, and that is what is asked
        return True
    return False


@pytest.mark.parametrize("pattern", ["api/*/[a-z]*.py", "resources/[a-z]*.py"])
def test_every_edit_of_what_functions_do_is_caught(package_dir, copy, pattern):
    """An argument that is not passed on, or passed to another operation, shows on the wire alone."""
    found = edits_of(package_dir, pattern, lambda _, text: of_bodies(Source(text)))

    slipped = missed(found, package_dir, copy, fails_on_the_wire)

    assert sum(map(len, found.values())) >= 14
    assert slipped == []


@pytest.mark.parametrize("file", ["models/language_code.py", "api/admin/invite_users.py", "resources/admin.py"])
def test_a_missing_file_is_caught(document, corrections, copy, file):
    """A file that is gone takes its meaning with it."""
    (copy / file).unlink()

    assert meaning(document, corrections, copy).code == 1


ELSEWHERE = [
    ('"minLength": 1', '"minLength": 2'),
    ('"operationId": "create_interview"', '"operationId": "make_interview"'),
    ('"x-resource-name": "pre_screening"', '"x-resource-name": "screening"'),
    ('"format": "uri"', '"format": "url"'),
    ('"https://cool.jobmojito.com', '"https://hot.jobmojito.com'),
]


@pytest.mark.parametrize(("old", "new"), ELSEWHERE)
def test_an_edit_of_the_contract_file_is_caught(document, corrections, copy, old, new):
    """The contract that ships cannot change unseen, in what the tables hold nothing of either."""
    text = (copy / "contract.json").read_text()
    assert old in text

    (copy / "contract.json").write_text(text.replace(old, new, 1))

    found = meaning(document, corrections, copy).differences
    assert [one for one in found if one.file == "contract.json" and one.pointer]


@pytest.mark.parametrize("file", ["api/admin/extra.py", "models/extra.py", "resources/extra.py"])
def test_code_that_stands_for_nothing_is_caught(document, corrections, copy, file):
    """A module that the document has no use for does not hide in the package."""
    (copy / file).write_text("class Extra:\n    pass\n")

    assert file in {one.file for one in meaning(document, corrections, copy).differences}
