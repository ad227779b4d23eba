"""Claims of `scripts.generate`: the same bytes everywhere, complete or not at all, and a message that says where."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts import generate
from scripts.files import lock
from scripts.files.documents import dump, load
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what generation reads and writes."""
    root = tmp_path / "elsewhere"
    for folder in ("openapi", "generated", "scripts"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "generator-config.yml", root / "generator-config.yml")
    return root


def edit(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the vendored document of a checkout."""
    path = root / "openapi" / "jobmojito.openapi.json"
    document = load(path)
    change(document)
    path.write_bytes(dump(document))


def snapshot(root: Path) -> dict[str, bytes]:
    """Give every generated file and the stamp."""
    files = [*(root / "generated").rglob("*"), root / "openapi" / "lock.json"]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files if path.is_file()}


def refusal(root: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Generate, expecting a refusal that leaves everything as it was, and give its one line."""
    before = snapshot(root)

    assert generate.main(["--root", str(root)]) == 2
    assert snapshot(root) == before
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_generation_gives_the_same_bytes_in_another_directory(checkout: Path) -> None:
    """What is committed is what anybody's machine makes, stamp included."""
    shutil.rmtree(checkout / "generated")
    (checkout / "openapi" / "lock.json").unlink()

    assert generate.main(["--root", str(checkout)]) == 0
    committed = {name: content for name, content in snapshot(ROOT).items() if "__pycache__" not in name}
    assert snapshot(checkout) == committed


def test_operation_that_cannot_be_generated_is_named_with_its_pointer(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The parser drops an operation with a warning; here that is a failure that says which."""

    def break_body(document: dict[str, Any]) -> None:
        content = document["paths"]["/persona-create"]["post"]["requestBody"]["content"]
        content["application/xml"] = content.pop("application/json")

    edit(checkout, break_body)

    line = refusal(checkout, capsys)
    assert line.startswith("generate: /paths/~1persona-create/post: ")
    assert "application/xml" in line


# Runs a script, and sends it and what it has started a signal when the given event comes the first time.
INTERRUPTED = """
import os, sys
from importlib import import_module
root, event, number, script = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
main = import_module(f"scripts.{script}").main
left = [number]

def interrupt(found, _):
    if found == event and left:
        os.killpg(0, left.pop())

sys.addaudithook(interrupt)
raise SystemExit(main(["--root", root]))
"""


def interrupted(root: Path, folder: Path, event: str, number: int, script: str = "generate") -> tuple[int, str]:
    """Run a script that gets a signal with all it has started, its temporary files in a folder; how it ended."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(root), event, str(int(number)), script],
        cwd=ROOT,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(("event", "number"), [("subprocess.Popen", signal.SIGTERM), ("os.rename", signal.SIGINT)])
def test_an_interrupt_leaves_everything_as_it_was(checkout: Path, tmp_path: Path, event: str, number: int) -> None:
    """Ctrl-C or a request to end, while code is made or while it is put in place: one line, and no trace of it."""
    before = snapshot(checkout)

    assert interrupted(checkout, tmp_path / "tmp", event, number) == (
        130,
        "generate: interrupted; nothing was changed\n",
    )
    assert snapshot(checkout) == before
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_interrupted_check_is_one_line(tmp_path: Path) -> None:
    """Ctrl-C during `make drift` reaches its two processes, and only one of them has something to say."""
    assert interrupted(ROOT, tmp_path / "tmp", "subprocess.Popen", signal.SIGINT, "parity") == (
        130,
        "drift: interrupted; nothing was changed\n",
    )
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("event", ["subprocess.Popen", "os.rename"])
def test_the_next_run_clears_what_a_killed_one_left(checkout: Path, tmp_path: Path, event: str) -> None:
    """Killed while code is made or put in place: afterwards all is as if that run had never been."""
    before, folder = snapshot(checkout), tmp_path / "tmp"
    (checkout / "generator-config.yml").write_text("no_such_setting: 1\n")
    assert interrupted(checkout, folder, event, signal.SIGKILL)[0] in (2, -signal.SIGKILL)
    shutil.copyfile(ROOT / "generator-config.yml", checkout / "generator-config.yml")
    assert interrupted(checkout, folder, event, signal.SIGKILL)[0] == -signal.SIGKILL
    assert snapshot(checkout) != before or list(folder.iterdir()) != []

    assert interrupted(checkout, folder, "no event", signal.SIGKILL)[0] == 0
    assert snapshot(checkout) == before
    assert list(folder.iterdir()) == []


def test_check_tells_what_differs_and_writes_nothing(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` makes everything anew elsewhere: 0 the same, 1 with each file that differs, 2 cannot check."""
    check = ["--root", str(checkout), "--check"]
    assert generate.main(check) == 0
    model = checkout / "generated" / "jobmojito_api" / "models" / "error.py"
    model.write_text(f"{model.read_text('utf-8')}\n", encoding="utf-8")
    before = snapshot(checkout)
    capsys.readouterr()

    assert generate.main(check) == 1
    assert snapshot(checkout) == before
    assert [line.partition(": ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "generated/jobmojito_api/models/error.py"
    ]
    (checkout / "openapi" / "jobmojito.openapi.json").write_text("{")
    assert generate.main(check) == 2


def contacts(folder: Path) -> list[str]:
    """List the modules of a folder that import the generator, whether they do so when they run or for types alone."""
    found = []
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "openapi_python_client" for name in names):
                found.append(path.relative_to(folder).as_posix())
    return sorted(set(found))


def test_one_module_knows_the_generator(tmp_path: Path) -> None:
    """Its makers change it without notice: a new version may touch that one module, and another contact is found."""
    assert contacts(ROOT / "scripts") == ["generation/parser.py"]

    (tmp_path / "one.py").write_text("if x:\n    from openapi_python_client.schema import Schema\n")
    (tmp_path / "other.py").write_text("def f():\n    import openapi_python_client as generator\n")
    assert contacts(tmp_path) == ["one.py", "other.py"]


def test_unknown_setting_is_refused(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt key of generator-config.yml would be ignored in silence by the generator."""
    path = checkout / "generator-config.yml"
    path.write_text(path.read_text("utf-8") + "literal_enum: true\n", encoding="utf-8")

    assert refusal(checkout, capsys) == "generate: generator-config.yml: unknown key 'literal_enum'"


def test_another_version_of_the_generator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pins are checked before anything is made, so that bytes never depend on the machine."""
    monkeypatch.setattr(lock, "version", lambda _name: "0.0.1")

    with pytest.raises(Refused, match=r"openapi-python-client is 0\.0\.1, but 0\.29\.1 is pinned"):
        lock.refuse_other_versions()


def test_every_file_is_formatted_whatever_its_folder_is_called(tmp_path: Path) -> None:
    """A tag may be called as a folder that formatters pass over."""
    tags, answers = ["Build", "Dist", "venv"], {"204": {"description": "Done."}}
    paths = {f"/{tag}": {"get": {"operationId": f"get_{tag}", "tags": [tag], "responses": answers}} for tag in tags}
    generate.build(
        {"openapi": "3.1.0", "info": {"title": "Small", "version": "1"}, "paths": paths}, tmp_path / "jobmojito_api"
    )

    made = [tmp_path / f"jobmojito_api/api/{tag.lower()}/get_{tag.lower()}.py" for tag in tags]
    assert ["return OPERATION.call({})" in path.read_text("utf-8") for path in made] == [True] * 3
