"""Builds sdist and wheel into dist/, after checking their content and that the wheel works by itself.

    python -m scripts.wheel

The wheel is built from the sdist, so that everybody can build the same one. It is tried in a new environment with only
its own locked requirements: every operation imports, and the demo runs. RELEASE_TAG, if set, must be `v` and the
version that is built. If anything fails, dist/ is not changed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from scripts.files import swaps
from scripts.files.failures import Refused, exit_code
from scripts.files.staging import replace, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"jobmojito": ROOT / "overlay/jobmojito", "jobmojito_api": ROOT / "generated/jobmojito_api"}
NEEDED = ("jobmojito/py.typed", "jobmojito_api/py.typed", "jobmojito_api/contract.json", "jobmojito_api/facts.json")
TRIAL = """
import importlib, pkgutil, jobmojito, jobmojito_api.api
names = [m.name for m in pkgutil.walk_packages(jobmojito_api.api.__path__, "jobmojito_api.api.") if not m.ispkg]
assert names, "no operations"
for name in names: importlib.import_module(name)
print(len(names), "operations import from", jobmojito.__file__)
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Build, check and try; exit code 0 for a good wheel in dist/, 2 for a refusal."""
    parser = argparse.ArgumentParser(prog="python -m scripts.wheel", description=(__doc__ or "").partition("\n")[0])
    parser.parse_args(argv)
    return exit_code("wheel", release)


def release() -> int:
    """Run every step in a temporary folder, and replace dist/ at the end."""
    check_tag(os.environ.get("RELEASE_TAG", ""))
    swaps.recover([ROOT / "dist"])
    with scratch() as folder:
        wheel = build(folder / "dist")
        problems = list(content_problems(wheel))
        if problems:
            raise Refused(f"{wheel.name}: {'; '.join(problems)}")
        try_out(wheel, folder / "environment")
        replace({ROOT / "dist": wheel.parent})
    for path in sorted((ROOT / "dist").iterdir()):
        say(f"dist/{path.name}: {path.stat().st_size:,} bytes")
    return 0


def check_tag(tag: str) -> None:
    """Refuse a release tag that names another version than the project does."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if tag and tag != f"v{version}":
        raise Refused(f"tag {tag}: the version is {version}, so its tag is v{version}")


def build(out: Path) -> Path:
    """Build sdist and wheel into `out` with the locked backend, offline, and return the wheel."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT))
    return next(out.glob("*.whl"))


def content_problems(wheel: Path) -> Iterator[str]:
    """Compare a wheel with the two packages in the checkout: the same files, byte for byte, and no others."""
    expected = {
        str(PurePosixPath(package, path.relative_to(folder).as_posix())): path
        for package, folder in PACKAGES.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.partition("/")[0].endswith(".dist-info")}
        yield from (f"{name} is missing" for name in sorted({*expected, *NEEDED} - names))
        yield from (f"{name} does not belong" for name in sorted(names - expected.keys()))
        for name in sorted(names & expected.keys()):
            if archive.read(name) != expected[name].read_bytes():
                yield f"{name} differs from the tree"


def try_out(wheel: Path, environment: Path) -> None:
    """Install the wheel with its locked requirements alone, import every operation, run the demo."""
    venv.create(environment, with_pip=True)
    python = str(environment / ("Scripts" if os.name == "nt" else "bin") / "python")
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--quiet")
    run(*pip, "--require-hashes", "--requirement", str(ROOT / "requirements-demo.txt"))
    run(*pip, "--no-deps", "--no-index", str(wheel))
    run(python, "-m", "pip", "check", cwd=environment)
    run(python, "-I", "-c", TRIAL, cwd=environment)
    run(python, "-I", "-m", "jobmojito.sandbox.demo", cwd=environment)


def run(*command: str, cwd: Path = ROOT) -> None:
    """Run a command quietly; where it fails, show what it printed and refuse."""
    done = subprocess.run(
        command, check=False, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        raise Refused(f"{' '.join(command[1:4])}: exit code {done.returncode}")


def say(message: str) -> None:
    """Print a message on stderr."""
    print(f"wheel: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
