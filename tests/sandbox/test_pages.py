"""Every block of the docs is run in order, as a reader would paste it, against a sandbox; so are the examples."""

import asyncio
import importlib.util
import os
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement

from jobmojito import JobMojito
from jobmojito.sandbox import Sandbox
from jobmojito_api.resources import OPERATIONS
from scripts.docs import ROOT, write_pages
from tests.bodies import body_for
from tests.helpers.conftest import POSITION
from tests.overlay.breaches import assumptions_hold  # noqa: F401 - a fixture

DOCS = ROOT / "overlay/docs"
README = "../../../README.md"
PAGES = sorted(path.relative_to(DOCS / "pages").as_posix() for path in (DOCS / "pages").rglob("*.md"))
BLOCK = re.compile(r'^```(\w*)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
BIN = Path(sys.executable).parent


@pytest.fixture
def place(tmp_path, monkeypatch, jobmojito_sandbox):
    """An empty folder and an environment as the tutorial sets it, with a sandbox behind it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBMOJITO_TOKEN", jobmojito_sandbox.token)
    monkeypatch.setenv("JOBMOJITO_API_BASE_URL", jobmojito_sandbox.base_url)
    return tmp_path


def run_command(line, monkeypatch, started):
    """Run one line of a shell: an export, a server in the background, an installation that only has to be possible."""
    words = shlex.split(line, comments=True)
    if words[:1] == ["export"]:
        monkeypatch.setenv(*words[1].split("=", 1))
    elif words[:2] == ["pip", "install"]:
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        assert Requirement(words[2].replace(".", "jobmojito", 1)).extras <= extras.keys()
    elif words[:2] == ["jobmojito", "sandbox"]:
        started.append(subprocess.Popen([BIN / words[0], *words[1:]], stdout=subprocess.PIPE, text=True))
        assert "Ctrl-C" in started[-1].stdout.readline()
    elif words[:1] == ["make"]:
        assert f"\n{words[1]}: " in (ROOT / "Makefile").read_text()
    elif words:
        path = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(words, env=path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"


def assert_printed(recorded):
    """What the demo printed is what it prints, but for ids."""
    command = [sys.executable, "-m", "jobmojito.sandbox.demo"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"})
    shown, printed = (re.sub(r"[0-9a-f-]{36}", "ID", text).splitlines() for text in (recorded, done.stdout))
    assert [line for line in shown if line not in printed] == []


@pytest.mark.usefixtures("assumptions_hold")
@pytest.mark.parametrize("page", [README, *PAGES])
def test_every_block_of_a_page_runs(page, place, monkeypatch):
    """Python in one namespace a page, commands in one shell, files where the page says."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    text = (DOCS / "pages" / page).read_text(encoding="utf-8").replace("8000", port)
    names, started = {}, []
    try:
        for language, title, block in BLOCK.findall(text):
            if title:
                Path(title).parent.mkdir(exist_ok=True)
                Path(title).write_text(block)
            elif language == "python":
                exec(compile(block, page, "exec"), names)  # noqa: S102 - our own pages
            elif language == "text":
                assert_printed(block)
            else:  # a drawing has no language
                assert language in {"bash", ""}, "a block that nothing runs"
                for line in block.splitlines() if language else ():
                    run_command(line, monkeypatch, started)
    finally:
        for client in (one for one in names.values() if isinstance(one, JobMojito)):
            client.close()  # a program ends there, and with it its connections
        for server in started:
            server.terminate()
            server.communicate(timeout=20)
    assert text.count("```") == 2 * len(BLOCK.findall(text))


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path):
    """With the pages that are made of the contract; every page is in the navigation."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.docs", "--out", tmp_path / "docs"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    config = tomllib.loads((DOCS / "zensical.toml").read_text())
    listed = re.findall(r"[\w/]+\.md", str(config["project"]["nav"]))

    assert (done.returncode, "No issues found" in done.stdout + done.stderr) == (0, True), done.stdout + done.stderr
    assert sorted(listed) == sorted([*PAGES, "reference/operations.md"])
    assert "register_candidates" in (tmp_path / "docs/site/reference/client/index.html").read_text()
    assert "create_interview" in (tmp_path / "docs/site/llms.txt").read_text()
    methods = (tmp_path / "docs/site/reference/operations/index.html").read_text()
    assert all(f">{name}<" in methods for name in OPERATIONS)


def test_links_of_the_pages_lead_somewhere(tmp_path):
    """To a page, and to a heading of it."""
    write_pages(ROOT, tmp_path / "docs")
    pages = tmp_path / "docs/pages"
    for path in pages.rglob("*.md"):
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", path.read_text()):
            file = (path.parent / target).resolve() if target else path
            assert file.exists(), (path, target)
            assert not anchor or f"# {anchor}" in file.read_text().lower(), (path, anchor)


def example(name):
    """Load an example."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"examples/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_nightly_import_goes_on_where_it_stopped(place, jobmojito, jobmojito_sandbox, capsys):
    """Run twice, it registers once; rows that fail make its exit code; a file that is no table is named."""
    made = jobmojito.interviews.create_interview(body=body_for("create_interview", status="active"))
    Path("people.csv").write_text("email,name\nann@example.com,Ann\nbad,Bad\n")
    run = example("nightly_import").import_candidates
    spent = jobmojito_sandbox.credits_spent

    assert run(made.interview_def_set_id, Path("people.csv")) == 1
    once = jobmojito_sandbox.credits_spent
    assert run(made.interview_def_set_id, Path("people.csv")) == 1
    assert spent < once == jobmojito_sandbox.credits_spent
    assert capsys.readouterr().out == "1 registered, 1 failed, 0 unknown\n" * 2
    assert Path("people.csv.outcomes.csv").read_text().count("\n") == 3
    assert run(made.interview_def_set_id, Path("missing.csv")) == 1
    assert "missing.csv: " in capsys.readouterr().err


def test_the_folder_is_screened_once(place, jobmojito, jobmojito_sandbox):
    """A table, the best first; a second run asks for nothing."""
    position = jobmojito.pre_screening.upsert_pre_screening(body=POSITION)
    Path("resumes").mkdir()
    for name in ("Ann Example ann@example.com", "Bo Example bo@example.com", "scan0001"):
        Path(f"resumes/{name}.txt").write_text(f"Resume of {name}. Ten years.")
    screen = example("screen_folder").screen
    for _ in range(2):
        screen(position.position_def_set_id, Path("resumes"), Path("ranking.csv"))

    lines = Path("ranking.csv").read_text().splitlines()
    assert len(lines) == 3
    assert float(lines[1].split(",")[0]) >= float(lines[2].split(",")[0])
    assert sum(one for name, one in jobmojito_sandbox.requests.items() if "resume" in name) == 2


def test_the_service_registers_and_lists(place, jobmojito):
    """Over its own routes; what the API refuses is refused."""
    made = jobmojito.interviews.create_interview(body=body_for("create_interview", status="active"))
    module = example("async_service")

    async def main():
        async with (
            module.lifespan(module.app),
            httpx.AsyncClient(transport=httpx.ASGITransport(module.app), base_url="http://service") as http,
        ):
            path = f"/interviews/{made.interview_def_set_id}"
            good = await http.post(f"{path}/candidates", params={"name": "Ann", "email": "ann@example.com"})
            bad = await http.post(f"{path}/candidates", params={"name": "Ann", "email": "nobody"})
            return good, bad, await http.get(f"{path}/results")

    good, bad, results = asyncio.run(main())
    assert (good.status_code, bad.status_code, results.status_code) == (201, 422, 200)
    assert good.json()["interview_url"].startswith("https://")
    assert [row["result_id"] for row in results.json()]


def test_the_celery_task_registers(place, jobmojito):
    """Called as a worker calls it, in a process of its own; it is retried only for what surely was not done."""
    made = jobmojito.interviews.create_interview(body=body_for("create_interview", status="active"))
    module = example("celery_task")
    rows = [{"email": "ann@example.com", "name": "Ann"}, {"email": "bad", "name": "Bad"}]
    done = module.register.apply(args=(made.interview_def_set_id, rows)).get()
    module.jm.close()

    assert done == {"ok": ["ann@example.com"], "error": ["bad"], "skipped": [], "unknown": []}
    assert "OutcomeUnknownError" not in {one.__name__ for one in module.register.autoretry_for}


def test_the_examples_are_all_run():
    """Here, or in tests/webhooks."""
    tested = (Path(__file__).read_text(), (ROOT / "tests/webhooks/test_examples.py").read_text())

    assert len(list((DOCS / "examples").glob("*.py"))) == 7
    assert all(any(f'"{path.stem}"' in text for text in tested) for path in (DOCS / "examples").glob("*.py"))
    assert Sandbox
