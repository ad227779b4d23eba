"""Makes `generated/jobmojito_api` and its stamp from the vendored contract: offline, complete, or not at all.

    python -m scripts.generate [--root DIR]

Exit codes: 0 generated, 2 refused (one line says which operation, schema or setting, and the tree is as it was),
130 interrupted (the tree is as it was).
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scripts.correct import effective, load_overlay
from scripts.files import lock
from scripts.files.documents import load
from scripts.files.failures import Refused, exit_code, reason
from scripts.generation.parsing import load_config, parse
from scripts.generation.rendering import render
from scripts.generation.syntax import check_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT: Final = Path(__file__).parent.parent
# Isolated: no PYTHONPATH and no working folder, whose `types.py` could stand before the standard library's.
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


def build(document: Mapping[str, Any], out: Path, *, root: Path = ROOT) -> None:
    """Make the package of an effective document in `out`, which must not exist; formatted and proved to import.

    Raises:
        Refused: something would be missing, or what came out does not import.
    """
    lock.refuse_other_versions()
    parsed = parse(document, load_config(root / "generator-config.yml"))
    render(parsed, document, out)
    _format(out)
    _refuse_what_does_not_import(out)


def corrected(root: Path) -> dict[str, Any]:
    """Give the effective document of a checkout."""
    api = root / "openapi"
    return effective(load(api / "jobmojito.openapi.json"), load_overlay(api / "corrections.overlay.yaml"))


def _format(folder: Path) -> None:
    """Format with the pinned ruff, every file, whatever settings and lists of ignored files lie around."""
    command = [*_PYTHON, "-m", "ruff", "format", "--isolated", "--no-cache", "--no-respect-gitignore"]
    # By default it passes over folders called `build` or `dist`, which a tag may be called too.
    command += ["--config=exclude = []", "--line-length=120", "--target-version=py311", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"ruff cannot format the generated code: {_last_line(done.stderr)}"
        raise Refused(message)


def _refuse_what_does_not_import(package: Path) -> None:
    """Import every module in a process of its own, under the name it will have."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "jobmojito_api").symlink_to(package.resolve(), target_is_directory=True)
        command = [*_PYTHON, "-B", "-c", _IMPORT_EVERYTHING, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"the generated code does not import: {_last_line(done.stderr)}"
        raise Refused(message)


def _last_line(text: str) -> str:
    """Give what a program said last, where it says why it stopped."""
    return (text.strip().splitlines() or ["no reason given"])[-1][:300]


def generate(root: Path = ROOT) -> int:
    """Replace the generated package and its stamp, both or neither; gives the number of files."""
    document = corrected(root)
    target = root / "generated" / "jobmojito_api"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as folder:
        made = Path(folder) / "jobmojito_api"
        build(document, made, root=root)
        _refuse_foreign_code(made)
        _swap(made, target, root)
    return sum(path.is_file() for path in target.rglob("*.*"))


def _refuse_foreign_code(package: Path) -> None:
    """Refuse code that the templates cannot have produced: the document is not to be trusted, nor is the parser."""
    findings = check_tree(package)
    if findings:
        message = f"the generated code holds what no template makes: {findings[0]}"
        raise Refused(message)


def _swap(made: Path, target: Path, root: Path) -> None:
    """Put the new package in the old one's place and stamp it; put the old one back if the stamp fails."""
    old = made.parent / "old"
    try:
        if target.exists():
            target.rename(old)
        made.rename(target)
        lock.write(root)
    except BaseException:
        if old.exists() or not made.exists():
            shutil.rmtree(target, ignore_errors=True)
        if old.exists():
            old.rename(target)
        raise


def main(argv: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.generate", description="Make the low-level client.")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to work in (this one)")
    arguments = parser.parse_args(argv)

    def action() -> int:
        try:
            files = generate(arguments.root.resolve())
        except OSError as error:
            raise Refused(reason(error)) from error
        print(f"generated/jobmojito_api: {files} files, stamped in openapi/lock.json", file=sys.stderr)
        return 0

    # A request to end becomes an exception, so that what is half made or half replaced is taken back.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return exit_code("generate", action)
    except KeyboardInterrupt:
        print("generate: interrupted; nothing was changed", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    raise SystemExit(main())
