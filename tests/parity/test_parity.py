"""What `python -m scripts.parity` tells a person and a shell."""

from __future__ import annotations

import compileall
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jobmojito_api.resources import OPERATIONS
from scripts import parity
from scripts.files import lock
from scripts.files.documents import dump, load

ROOT = Path(__file__).parent.parent.parent
PACKAGE = "generated/jobmojito_api"
MODEL = f"{PACKAGE}/models/pagination.py"


@pytest.fixture
def checkout(tmp_path):
    """Copy what drift looks at."""
    for folder in ("openapi", "generated", "scripts/templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "generator-config.yml", tmp_path / "generator-config.yml")
    return tmp_path


def run(root, capsys, *options):
    """Run the command; give its exit code and its lines."""
    code = parity.main(["--root", str(root), *options])
    return code, capsys.readouterr().out.splitlines()


def test_a_clean_checkout_says_what_was_proved(checkout, capsys):
    """Exit 0, a line of counts for each part, and a verdict; what running code leaves behind is nobody's edit."""
    compileall.compile_dir(checkout / "generated", quiet=1)
    compileall.compile_dir(checkout / "generated", quiet=1, legacy=True)
    (checkout / PACKAGE / ".mypy_cache").mkdir()
    (checkout / PACKAGE / ".mypy_cache" / "3.11.json").write_text("{}")
    code, lines = run(checkout, capsys)

    assert code == 0
    assert re.match(r"bytes: +\d{3} files", lines[0])
    assert re.match(r"meaning: [1-9]\d* properties, [1-9]\d* values, [1-9]\d* required, ", lines[1])
    assert f" {len(OPERATIONS)} operations, " in lines[1]
    assert lines[2:] == [f"lock:    {len(lock.compute(ROOT))} entries", "drift:   no drift"]


def test_an_edited_file_shows_in_every_part(checkout, capsys):
    """Exit 1; the meaning of the edit is told with its pointer and its file, beside the bytes and the stamp."""
    path = checkout / MODEL
    path.write_text(re.sub(r'(_c\.Field\("has_more", "has_more", )_c\.\w+', r"\1_c.STRING", path.read_text()))

    code, lines = run(checkout, capsys)

    said = "\n".join(lines)
    assert code == 1
    assert (
        "DRIFT - · generated/jobmojito_api/models/pagination.py · differs from what the generator makes, first in line"
        in said
    )
    assert re.search(r"/has_more · \S+/models/pagination\.py · the document says .+, the code string", said)
    assert "DRIFT - · openapi/lock.json · generated does not match" in said


def test_an_edited_annotation_shows_with_the_place_it_stands_for(checkout, capsys):
    """What is wrong within the code alone is told with the pointer of the schema or operation that the file is for."""
    for file in ("models/pagination.py", "api/admin/list_avatars.py"):
        path = checkout / "generated/jobmojito_api" / file
        path.write_text(path.read_text().replace(": int", ": str"))

    _, lines = run(checkout, capsys, "--only", "meaning")

    places = {tuple(line.split(" · ")[:2]) for line in lines if "DRIFT" in line}
    assert places == {
        ("  DRIFT /components/schemas/Pagination", f"{PACKAGE}/models/pagination.py"),
        ("  DRIFT /paths/~1merchant-avatar-list/get", f"{PACKAGE}/api/admin/list_avatars.py"),
    }


def test_an_edited_document_shows_by_meaning_alone(checkout, capsys):
    """Exit 1 with the pointer of what the code does not have, without generating anything."""
    path = checkout / "openapi" / "jobmojito.openapi.json"
    document = load(path)
    document["paths"]["/merchant-status"]["get"]["parameters"] = [
        {"name": "new", "in": "query", "schema": {"type": "string"}}
    ]
    path.write_bytes(dump(document))

    code, lines = run(checkout, capsys, "--only", "meaning")

    assert code == 1
    file = f"{PACKAGE}/api/admin/get_merchant_status.py"
    said = f"/paths/~1merchant-status/get/parameters/0 · {file} · query parameter 'new'"
    assert any(said in line for line in lines)


def test_whatever_differs_from_what_the_generator_makes_is_drift(checkout, tmp_path, capsys):
    """Nothing may be added by hand or left by a killed run: no module, folder, link or compiled file of no source.

    What a link points to today need not be there tomorrow, or in another clone. An editor that writes CRLF changes
    every line, and the first is named.
    """
    package = checkout / PACKAGE
    for stray in ("models/by_hand.py", "models/compiled.pyc", "notes.txt", "../.new-x/half.py"):
        (package / stray).parent.mkdir(exist_ok=True)
        (package / stray).write_text("")
    (package / "models/extra.py").symlink_to(tmp_path / "gone.py")
    (package / "models/error.py").rename(tmp_path / "moved.py")
    (package / "models/error.py").symlink_to(tmp_path / "moved.py")
    (checkout / MODEL).write_bytes((checkout / MODEL).read_bytes().replace(b"\n", b"\r\n"))

    code, lines = run(checkout, capsys, "--only", "bytes")

    told = dict(re.findall(r"· (\S+) · (.*)", "\n".join(lines)))
    assert code == 1
    assert {file for file, what in told.items() if "does not belong" in what} == {
        "generated/.new-x",
        *(f"{PACKAGE}/{name}" for name in ("models/by_hand.py", "models/compiled.pyc", "models/extra.py", "notes.txt")),
    }
    assert f"{PACKAGE}/models/error.py" in told
    assert told[MODEL] == "differs from what the generator makes, first in line 1"


def test_a_missing_stamp_is_drift(checkout, capsys):
    """Without the stamp nobody knows what the code was made of."""
    (checkout / "openapi" / "lock.json").unlink()

    code, lines = run(checkout, capsys, "--only", "lock")

    assert (code, lines) == (
        1,
        ["lock:    0 entries", "  DRIFT - · openapi/lock.json · is missing", "drift:   drift, 1 difference"],
    )


@pytest.mark.parametrize("file", ["jobmojito.openapi.json", "corrections.overlay.yaml"])
def test_an_unreadable_input_cannot_be_checked(checkout, capsys, file):
    """Exit 2 and one line that names the file: nothing was compared, so nothing was found either."""
    (checkout / "openapi" / file).write_text('{"openapi": ')

    code, lines = run(checkout, capsys, "--only", "meaning", "--only", "bytes")

    assert code == 2
    assert [file in line for line in lines if "  ? " in line] == [True, True]
    assert lines[-1] == "drift:   cannot check"


def test_drift_outweighs_what_cannot_be_checked(checkout, capsys):
    """Exit 1: the stamp differs from a document that can be read no more."""
    (checkout / "openapi" / "jobmojito.openapi.json").write_text("[")

    assert run(checkout, capsys)[0] == 1


def test_two_runs_print_the_same(checkout, capsys):
    """No addresses, no order of sets: what is told of a broken package is the same each time."""
    (checkout / "generated/jobmojito_api/models/error.py").write_text("class Error:\n    pass\n")

    first, second = (run(checkout, capsys, "--only", "meaning") for _ in range(2))

    assert first == second
    assert first[0] == 1


@pytest.mark.parametrize("missing", ["codec.py", "types.py", "."])
def test_a_package_without_a_runtime_is_drift(checkout, capsys, missing):
    """There is nothing to read the tables with, and that is said instead of a traceback."""
    path = checkout / "generated/jobmojito_api" / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    code, lines = run(checkout, capsys, "--only", "meaning")

    assert code == 1
    assert any("is missing or does not import" in line for line in lines)


def test_a_package_that_is_a_symbolic_link_is_drift(checkout, tmp_path, capsys):
    """A clone would have the link alone."""
    (checkout / PACKAGE).rename(tmp_path / "moved")
    (checkout / PACKAGE).symlink_to(tmp_path / "moved")

    code, lines = run(checkout, capsys, "--only", "bytes")

    assert code == 1
    assert [line for line in lines if f" · {PACKAGE} · " in line]


def test_generated_code_that_ends_the_process_is_reported(checkout, capsys):
    """Exit 2, not the 0 that the code would like to see."""
    (checkout / MODEL).write_text("import os\n\nos._exit(0)\n")

    code, lines = run(checkout, capsys, "--only", "meaning")

    assert (code, lines[-1]) == (2, "drift:   cannot check")
    assert "the generated code ended the process" in lines[1]


def test_generated_code_does_not_speak_for_the_check(checkout, capfd):
    """What it prints when it is imported does not get among what the check says."""
    with (checkout / MODEL).open("a") as file:
        file.write("print('drift:   no drift')\n")

    parity.main(["--root", str(checkout), "--only", "bytes", "--only", "meaning"])

    assert capfd.readouterr().out.count("no drift") == 0


@pytest.mark.parametrize("text", ["{", "[]", '"x"', ""])
def test_a_stamp_that_is_none_cannot_be_checked(checkout, capsys, text):
    """Exit 2 and one line that names it."""
    (checkout / "openapi" / "lock.json").write_text(text)

    code, lines = run(checkout, capsys, "--only", "lock")

    assert (code, len(lines)) == (2, 3)
    assert "lock.json" in lines[1]


def test_any_folder_will_do(checkout, tmp_path):
    """A copy of the repository looks at its own packages, wherever it is called from and whatever is installed."""
    shutil.copytree(ROOT / "scripts", checkout / "scripts", dirs_exist_ok=True)
    path = checkout / MODEL
    path.write_text(re.sub(r'(_c\.Field\("has_more", "has_more", )_c\.\w+', r"\1_c.STRING", path.read_text()))
    (tmp_path / "elsewhere").mkdir()

    codes = [
        subprocess.run(
            [sys.executable, "-m", "scripts.parity", "--only", "meaning"],
            cwd=tmp_path / "elsewhere",
            env={**os.environ, "PYTHONPATH": str(root)},
            capture_output=True,
            check=False,
        ).returncode
        for root in (ROOT, checkout)
    ]

    assert codes == [0, 1]
