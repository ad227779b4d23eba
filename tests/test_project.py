"""The repository is what DESIGN says: its top level, its commands, its locks, and what the wheel holds."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import wheel

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = {".ci", ".github", "generated", "openapi", "overlay", "scripts", "tests"}
TARGETS = {"help", "setup", "demo", "test", "drift", "generate", "sync", "update", "bench", "build", "clean"}
LOCKS = ("requirements-demo.txt", "requirements-dev.txt")


def ignored_folders():
    """Folders that git leaves out: a machine's business, not the project's."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return {line.removesuffix("/") for line in lines if line.endswith("/")}


def make(*arguments):
    """Run make on the project as a person would, whatever make runs these tests."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def locked(name):
    """Read a lock as {package: (version, hashes)}."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line.split() for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    packages = {}
    for entry in entries:
        package, _, number = entry[0].partition("==")
        packages[package] = (number, {word for word in entry if word.startswith("--hash=")})
    return packages


def declared():
    """Every requirement that pyproject.toml declares, of whatever group."""
    project = PROJECT["project"]
    groups = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    ]
    return [Requirement(text) for group in groups for text in group]


def test_top_level_has_no_other_folder():
    """The top level is fixed: whoever knows the design finds everything, and nothing else grows beside it."""
    present = {path.name for path in ROOT.iterdir() if path.is_dir()} - ignored_folders()

    assert present >= FOLDERS
    assert {name for name in present - FOLDERS if not name.startswith(".")} == set()


def test_help_is_the_default_and_lists_every_target():
    """`make` alone prints each target with what it does."""
    listed = dict(line.split(maxsplit=1) for line in make().stdout.splitlines())

    assert set(listed) >= TARGETS
    assert all(len(text) > 10 for text in listed.values())


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_target_has_a_recipe(target):
    """Each promised target exists, and make knows what it would run for it."""
    done = make("--dry-run", "--always-make", target)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_every_module_that_make_runs_is_there():
    """A target's logic lives in a module of ours, and that module can be run."""
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r" -m ((?:scripts|tests|jobmojito)[\w.]*)", recipes))
    packages = {name for name in named if (spec := find_spec(name)) and spec.submodule_search_locations}

    assert named >= {"scripts.update", "scripts.propose", "tests.bench", "jobmojito.sandbox.demo"}
    assert [name for name in sorted(named) if not find_spec(f"{name}.__main__" if name in packages else name)] == []


def test_missing_python_is_one_clear_line(tmp_path):
    """Without a Python that is new enough, make says so and how to name one, and makes nothing."""
    done = make("setup", f"VENV={tmp_path / 'venv'}", "PYTHON=/nowhere/python3")

    assert done.returncode == 2
    assert re.fullmatch(r"Makefile:\d+: \*\*\* No Python 3\.11 or newer .*/nowhere/python3.*Stop\.\n", done.stderr)
    assert not (tmp_path / "venv").exists()


def test_ci_runs_make_test():
    """CI and a person run the same thing."""
    script = ROOT / ".ci" / "run"

    assert script.read_text(encoding="utf-8").splitlines()[-1] == "exec make test </dev/null"
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_everything_by_hash(name):
    """A lock names exact versions and hashes, and no index, host or option."""
    text = (ROOT / name).read_text(encoding="utf-8")
    packages = locked(name)

    assert packages
    assert [package for package, (number, hashes) in packages.items() if not (number and hashes)] == []
    assert not re.search(r"^\s*-(?!-hash=)|://", re.sub(r"^\s*#.*", "", text, flags=re.MULTILINE), re.MULTILINE)


def test_locks_agree():
    """What the demo installs is what the developers and CI install."""
    demo, everything = locked(LOCKS[0]), locked(LOCKS[1])

    assert {package: entry for package, entry in demo.items() if everything.get(package) != entry} == {}


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_lock_meets_what_is_declared(requirement):
    """Each declared requirement is locked, at a version that meets it, with its hashes."""
    number, _ = locked("requirements-dev.txt")[canonicalize_name(requirement.name)]

    assert requirement.specifier.contains(number)


@pytest.mark.parametrize("tool", ["openapi-python-client", "ruff"])
def test_tools_that_shape_generated_bytes_are_pinned(tool):
    """Generator and formatter are exact in pyproject.toml, and installed so: other versions make other bytes."""
    (pin,) = [str(requirement) for requirement in declared() if requirement.name == tool]

    assert pin == f"{tool}=={version(tool)}"


def test_version_opens_the_changelog():
    """The newest entry of the changelog is the version that would be released."""
    newest = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert newest
    assert newest[1] == PROJECT["project"]["version"]


@pytest.fixture(scope="module")
def built_wheel(tmp_path_factory):
    """The wheel, built once through its sdist."""
    return wheel.build(tmp_path_factory.mktemp("dist"))


@pytest.mark.slow
def test_wheel_holds_both_packages_and_nothing_else(built_wheel):
    """The wheel is the two packages of the tree, with the contract and both typing markers."""
    assert list(wheel.content_problems(built_wheel)) == []


@pytest.mark.slow
def test_sdist_builds_the_same_wheel_contents(built_wheel):
    """The sdist carries what the wheel is made from, and no tests, scripts or contract tooling."""
    (sdist,) = built_wheel.parent.glob("*.tar.gz")
    names = subprocess.run(["tar", "-tzf", str(sdist)], capture_output=True, text=True, check=True).stdout.split()

    assert {name.split("/")[1] for name in names} <= {
        *("overlay", "generated", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "PKG-INFO", ".gitignore"),
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("jobmojito_api/contract.json", None, "jobmojito_api/contract.json is missing"),
        ("jobmojito_api/facts.json", None, "jobmojito_api/facts.json is missing"),
        ("jobmojito_api/py.typed", None, "jobmojito_api/py.typed is missing"),
        ("tests/conftest.py", b"", "tests/conftest.py does not belong"),
        ("jobmojito/__init__.py", b"import os\n", "jobmojito/__init__.py differs from the tree"),
    ],
)
def test_wheel_check_names_what_is_wrong(built_wheel, tmp_path, name, content, problem):
    """A file left out, smuggled in or changed is one named problem."""
    tampered = tmp_path / built_wheel.name
    with zipfile.ZipFile(built_wheel) as source, zipfile.ZipFile(tampered, "w") as target:
        for entry in source.namelist():
            if entry != name:
                target.writestr(entry, source.read(entry))
        if content is not None:
            target.writestr(name, content)

    assert list(wheel.content_problems(tampered)) == [problem]


def test_release_tag_must_name_the_version():
    """A tag of another version is refused before anything is built."""
    wheel.check_tag(f"v{PROJECT['project']['version']}")

    with pytest.raises(wheel.Refused, match="the version is"):
        wheel.check_tag("v99.0.0")


def test_a_module_that_is_no_command_says_so(capsys):
    """And names those that are, each of which answers `--help` under the words that are typed."""
    for name in ("scripts.notices", "scripts.files.lock"):
        done = subprocess.run([sys.executable, "-m", name], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith(f"{name} is not a command")
    commands = done.stderr.partition("those that there are: ")[2].strip().split(", ")

    assert len(commands) >= 9
    for command in commands:
        with pytest.raises(SystemExit, match="0"):
            import_module(command).main(["--help"])
        assert capsys.readouterr().out.startswith(f"usage: python -m {command} ")
