"""Who may import whom, as far as the contracts in pyproject.toml cannot say it, and what an import loads."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("overlay", "generated", "scripts")
RUNTIME = {"attr", "attrs", "dateutil", "httpx", "httpcore"}  # httpx is made of httpcore
SANDBOX_FOLDER = "overlay/jobmojito/sandbox"
CLI = {"cyclopts", "rich"}
SANDBOX = {"fpdf", "jsonschema", "python_multipart", "starlette", "uvicorn"}


@pytest.fixture(scope="module")
def graph():
    """Every import in the three packages, those for types alone included."""
    return grimp.build_graph("jobmojito", "jobmojito_api", "scripts", include_external_packages=True, cache_dir=None)


@pytest.fixture
def copy(tmp_path):
    """A copy of the code to break, with the contracts and a cache of its own."""
    root = tmp_path / "copy"
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", root / "pyproject.toml")
    return root


def check_contracts(root):
    """Run the contracts on a copy; the broken ones by name."""
    path = os.pathsep.join(str(root / folder) for folder in ("overlay", "generated", "."))
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return [line.removesuffix(" BROKEN") for line in done.stdout.splitlines() if line.endswith(" BROKEN")]


def third_party(graph, package, *, without=()):
    """The outside packages that a package imports."""
    modules = {package, *graph.find_descendants(package)}
    for part in without:
        modules -= {part, *graph.find_descendants(part)}
    imported = {
        target.partition(".")[0] for module in modules for target in graph.find_modules_directly_imported_by(module)
    }
    return imported - sys.stdlib_module_names - {"jobmojito", "jobmojito_api", "scripts"}


# A wrong import for each contract, and how the contract's name begins.
WRONG = [
    ("generated/jobmojito_api/types.py", "import jobmojito", "The generated client imports nothing of ours"),
    (
        "generated/jobmojito_api/codec.py",
        "import scripts.files.failures",
        "The generated client imports nothing of ours",
    ),
    (
        "overlay/jobmojito/errors.py",
        "import scripts.files.failures",
        "Scripts and overlay do not import each other",
    ),
    ("scripts/files/documents.py", "from jobmojito import errors", "Scripts and overlay do not import each other"),
    ("scripts/files/documents.py", "import jobmojito_api", "Scripts make the generated client and do not use it"),
    ("overlay/jobmojito/calls/settings.py", "import jobmojito.sandbox", "Nothing imports the sandbox"),
    ("overlay/jobmojito/client.py", "import jobmojito.cli", "Nothing imports the command line"),
    ("overlay/jobmojito/cli/output.py", "import jobmojito.redaction", "The command line uses only what every"),
    ("overlay/jobmojito/cli/output.py", "import jobmojito.cli.bulk", "The command line: "),
    ("overlay/jobmojito/redaction.py", "from jobmojito import client", "No cycles among the modules"),
    ("overlay/jobmojito/errors.py", "from jobmojito.calls import retries", "Errors are the foundation"),
    ("overlay/jobmojito/calls/settings.py", "from jobmojito import batches", "Errors are the foundation"),
    ("overlay/jobmojito/calls/retries.py", "from jobmojito.calls import settings", "A call: "),
    ("overlay/jobmojito/uploads/files.py", "from jobmojito.uploads import requests", "A file: "),
    ("overlay/jobmojito/batches/rows.py", "from jobmojito.batches import journal", "Many rows: "),
    ("overlay/jobmojito/conformance/store.py", "from jobmojito.conformance import reports", "Conformance: "),
    ("overlay/jobmojito/calls/retries.py", "import socket", "Deciding is pure"),
    ("overlay/jobmojito/calls/attempts.py", "import time", "Deciding is pure"),
    (
        "overlay/jobmojito/batches/results.py",
        "from jobmojito.calls import transport",
        "One module sends",
    ),
    ("scripts/generation/prose.py", "import scripts.contract.values", "What makes the client does not know"),
    ("scripts/contract/values.py", "import scripts.corrections.naming", "What proves the client does not know"),
    ("scripts/drift/loading.py", "import openapi_python_client", "What proves the client does not know"),
    (f"{SANDBOX_FOLDER}/world/pdf.py", "from jobmojito.sandbox import faults", "In the sandbox, http serves"),
    (f"{SANDBOX_FOLDER}/faults.py", "import jobmojito.sandbox.world.store", "In the sandbox, http serves"),
    (f"{SANDBOX_FOLDER}/contract/samples.py", "import jobmojito.sandbox.faults", "In the sandbox, http serves"),
    (f"{SANDBOX_FOLDER}/http/server.py", "import jobmojito.sandbox.demo", "In the sandbox, http serves"),
]


@pytest.mark.slow
def test_every_contract_can_fail(copy):
    """With one wrong import for each, every contract in pyproject.toml is broken; `make test` runs them on the code."""
    for module, line, _ in WRONG:
        with (copy / module).open("a", encoding="utf-8") as stream:
            stream.write(f"\n{line}\n")
    broken = check_contracts(copy)

    assert [name for _, _, name in WRONG if not any(one.startswith(name) for one in broken)] == []
    contracts = tomllib.loads((copy / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    assert len(broken) == len(contracts)


def test_packages_import_what_they_declare(graph):
    """Users get what is imported: three packages, and an extra's own where the extra is used alone."""
    assert third_party(graph, "jobmojito_api") <= RUNTIME
    optional = {"pytest_plugin": {"pytest"}, "telemetry": {"opentelemetry"}}
    apart = [f"jobmojito.{name}" for name in ("sandbox", "cli", *optional)]
    assert third_party(graph, "jobmojito", without=apart) <= RUNTIME
    for name, needed in optional.items():
        assert third_party(graph, f"jobmojito.{name}") == needed
    assert third_party(graph, "jobmojito.cli") <= RUNTIME | CLI
    assert third_party(graph, "jobmojito.sandbox") <= RUNTIME | SANDBOX


def test_sandbox_uses_the_public_package_only(graph):
    """As a program of a user would, it imports `jobmojito`, its door to httpx, and models alone."""
    modules = {"jobmojito.sandbox", *graph.find_descendants("jobmojito.sandbox")}
    imported = {target for module in modules for target in graph.find_modules_directly_imported_by(module)}
    ours = {target for target in imported - modules if target.partition(".")[0] in {"jobmojito", "jobmojito_api"}}

    assert ours <= {"jobmojito", "jobmojito.http", "jobmojito_api.models"}


@pytest.mark.product
def test_client_works_without_the_extra():
    """Every module outside the sandbox imports where nothing of the extra is installed."""
    code = f"""
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys({sorted(SANDBOX)}))
import jobmojito
for module in pkgutil.iter_modules(jobmojito.__path__, "jobmojito."):
    if module.name != "jobmojito.sandbox":
        importlib.import_module(module.name)
for name in jobmojito.__all__:
    getattr(jobmojito, name)
"""
    run_python(code)


@pytest.mark.product
def test_import_alone_loads_nothing_heavy():
    """`import jobmojito` costs next to nothing: no httpx, no model, until a name is used."""
    run_python("""
import sys
import jobmojito
loaded = sorted(name for name in sys.modules if name.partition(".")[0] in {"httpx", "attrs", "jobmojito_api"})
assert loaded == [], loaded
""")


@pytest.mark.product
def test_a_sync_call_loads_no_more_than_it_needs():
    """The client and a call bring in httpx, attrs and the call's models: no event loop, database, CSV or helper."""
    run_python("""
import sys, httpx
before = set(sys.modules)
from jobmojito import JobMojito
jm = JobMojito("token", base_url="http://127.0.0.1", transport=httpx.MockTransport(print))
jm.with_options(strict=False)._session.call("list_interviews", limit=5).request
heavy = {"asyncio", "concurrent.futures", "csv", "dateutil", "importlib.metadata", "sqlite3"}
heavy |= {f"jobmojito.{name}" for name in ("batches", "pages", "raw", "reports", "uploads")}
assert not heavy & (set(sys.modules) - before), heavy & (set(sys.modules) - before)
""")


def run_python(code):
    """Run code in a new interpreter that sees the packages as this one does."""
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
