"""Generates `generated/jobmojito_api` and its stamp from the vendored contract, offline; all of it or nothing.

    python -m scripts.generate [--root DIR] [--check]

Exit codes: 0 generated, 2 refused (one line says which operation, schema or setting), 130 interrupted; only 0 changes
anything. With `--check`, which writes nothing: 0 the same, 1 something differs, 2 cannot check.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scripts.correct import effective, load_overlay
from scripts.corrections.facts import FILE as FACTS
from scripts.corrections.facts import join, load_facts
from scripts.files import lock, trees
from scripts.files.documents import dump
from scripts.files.failures import Refused, exit_code, one_line, reason
from scripts.files.published import published
from scripts.files.staging import CORRECTIONS, PACKAGE, STAMP, recover, replace, scratch
from scripts.generation.dialect import read
from scripts.generation.fence import check_tree
from scripts.generation.parser import load_config
from scripts.generation.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).parent.parent
# Isolated: no PYTHONPATH and no working folder, whose `types.py` could shadow the standard library's.
_PYTHON: Final = (sys.executable, "-I")
_IMPORT_EVERYTHING: Final = """
import importlib, pathlib, sys
sys.path.insert(0, sys.argv[1])
root = pathlib.Path(sys.argv[1])
for path in sorted(root.rglob("*.py")):
    parts = path.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    try:
        module = importlib.import_module(name)
        for exported in getattr(module, "__all__", ()):
            getattr(module, exported)
    except BaseException as error:
        sys.exit(f"{path.relative_to(root).as_posix()}: {type(error).__name__}: {error}")
from jobmojito_api import models
from jobmojito_api.codec import Model, table_of
for name in models.__all__:
    made = getattr(models, name)
    if isinstance(made, type) and issubclass(made, Model):
        for field in table_of(made).fields:
            getattr(field.type, "python", None)
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.generate", description="Make the low-level client.")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to work in (this one)")
    parser.add_argument("--check", action="store_true", help="only compare; exit 0 the same, 1 differs, 2 cannot check")
    arguments = parser.parse_args(argv)
    return exit_code("generate", lambda: _run(arguments.root.resolve(), check=arguments.check))


def _run(root: Path, *, check: bool) -> int:
    try:
        if check:
            found = [one_line(f"{file}: {what}") for file, what in differences(root)]
            print("\n".join(found) or f"{PACKAGE.as_posix()} and {STAMP.as_posix()}: up to date")
            return 1 if found else 0
        files = generate(root)
    except OSError as error:
        raise Refused(reason(error)) from error
    print(f"{PACKAGE.as_posix()}: {files} files, stamped in {STAMP.as_posix()}", file=sys.stderr)
    return 0


def corrected(root: Path) -> dict[str, Any]:
    """Return the effective document of a checkout."""
    return effective(published(root), load_overlay(root / CORRECTIONS))


def generate(root: Path = ROOT, document: Mapping[str, Any] | None = None) -> int:
    """Replace the generated package and its stamp, both or neither; gives the number of files.

    `document`: the checkout's effective document, if the caller has it already.
    """
    recover(root)
    with scratch() as folder:
        made, stamp = folder / PACKAGE.name, folder / STAMP.name
        build(document or corrected(root), made, root=root)
        stamp.write_bytes(dump(lock.compute(root, made)))
        replace({root / PACKAGE: made, root / STAMP: stamp})
        return sum(1 for _ in trees.files(made))


def differences(root: Path) -> Iterator[tuple[str, str]]:
    """Generate into a temporary folder, and yield each file of the checkout that differs, and how."""
    with scratch() as folder:
        made = folder / PACKAGE.name
        build(corrected(root), made, root=root)
        yield from ((f"{PACKAGE.as_posix()}/{name}", what) for name, what in trees.compare(root / PACKAGE, made))
        yield from ((STAMP.as_posix(), what.removeprefix(f"{lock.FILE}: ")) for what in lock.differences(root, made))


def build(document: Mapping[str, Any], out: Path, *, root: Path = ROOT) -> None:
    """Make the package of an effective document in `out`, which must not exist: formatted, checked and imported once.

    Raises:
        Refused: something would be missing, or the code is not what templates write, or does not import.
    """
    lock.refuse_other_versions()
    actions = load_overlay(root / CORRECTIONS)["actions"]
    counts = {"actions": len(actions), "places": sum(action["x-matches"] for action in actions)}
    facts = {**join(document, load_facts(root / FACTS)), "corrections": counts}
    render(read(document, load_config(root / "generator-config.yml")), document, out, facts)
    _format(out)
    _refuse_foreign_code(out)
    _refuse_what_does_not_import(out)


def _refuse_foreign_code(package: Path) -> None:
    """Refuse code that the templates cannot have produced, before it is imported: the document is untrusted."""
    findings = check_tree(package)
    if findings:
        message = f"the generated code holds what no template makes: {findings[0]}"
        raise Refused(message)


def _format(folder: Path) -> None:
    """Format every file with the pinned ruff, whatever its settings and ignore files in the parent folders.

    A template imports all that its modules may need: what one of them does not use is removed, and the rest is sorted.
    Each `__init__.py` imports what it declares, in the order of its index.
    """
    settings = ["--isolated", "--no-cache", "--no-respect-gitignore", "--line-length=120", "--target-version=py311"]
    sorting = ["check", "--fix", "--select=F401,I001", '--config=exclude = ["__init__.py"]']
    # By default ruff leaves out folders named `build` or `dist`, which may be names of tags.
    for action in (sorting, ["format", "--config=exclude = []"]):
        command = [*_PYTHON, "-m", "ruff", *action, *settings, "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"ruff cannot format the generated code: {_last_line(done.stderr or done.stdout)}"
            raise Refused(message)


def _refuse_what_does_not_import(package: Path) -> None:
    """Import every module in a separate process, under its final name."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "jobmojito_api").symlink_to(package.resolve(), target_is_directory=True)
        command = [*_PYTHON, "-B", "-c", _IMPORT_EVERYTHING, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"the generated code does not import: {_last_line(done.stderr)}"
        raise Refused(message)


def _last_line(text: str) -> str:
    """Return the last line of a program's output, which has the reason why it stopped."""
    return (text.strip().splitlines() or ["no reason given"])[-1][:300]


if __name__ == "__main__":
    raise SystemExit(main())
