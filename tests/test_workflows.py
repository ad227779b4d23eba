"""The workflows are thin and careful, as far as zizmor cannot say it: they call make, and few jobs may write."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
# The one use of each permission that writes; everything else only reads.
WRITERS = {
    ("update.yml", "propose"): {"contents", "pull-requests", "issues", "actions"},
    ("release.yml", "publish"): {"id-token"},
}


# More time for the weekly run with every mutation alone.
WEEKLY = "${{ github.event_name == 'schedule' && 90 || 30 }}"


def load(path):
    """Read a workflow; YAML 1.1 reads the key `on` as true."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps():
    """Every step of every job, with a name for the test's report."""
    cases = []
    for path in FILES:
        for job, body in load(path)["jobs"].items():
            for index, step in enumerate(body["steps"]):
                cases.append(pytest.param(step, id=f"{path.stem}-{job}-{index}"))
    return cases


def jobs():
    """Every job, with its file's name."""
    cases = []
    for path in FILES:
        for name, body in load(path)["jobs"].items():
            cases.append(pytest.param(path.name, name, body, id=f"{path.stem}-{name}"))
    return cases


def test_the_workflows_are_there():
    """What breaks, CI, the release and the scheduled update: no more, no less."""
    assert [path.name for path in FILES] == ["breaking.yml", "ci.yml", "release.yml", "update.yml"]


def test_a_label_starts_the_check_that_it_decides_about_and_no_tests():
    """Skipped tests would count as passed ones, and a restart would end those that run."""
    breaking, ci = (load(path)[True] for path in FILES[:2])

    assert {"opened", "synchronize", "reopened", "labeled", "unlabeled"} == {*breaking["pull_request"]["types"]}
    assert ci["pull_request"] is None


@pytest.mark.parametrize("step", steps())
def test_step_calls_make_or_a_pinned_action(step):
    """A step is `make TARGET` without anything put into its text, or an action by commit; logic lives in scripts."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    if "run" in step:
        words = step["run"].split()
        assert words[0] == "make"
        assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE)
        assert "${{" not in step["run"]
    else:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pinned_action_says_its_version(path):
    """Beside each commit stands the version a person can look up, and one action has one commit everywhere."""
    uses = re.findall(r"uses: (\S+)@(\S+)(.*)", path.read_text(encoding="utf-8"))
    everywhere = {match for other in FILES for match in re.findall(r"uses: (\S+)@(\S+)", other.read_text("utf-8"))}

    assert all(re.fullmatch(r" # v\d+\.\d+\.\d+", comment) for _, _, comment in uses)
    assert len({action for action, _ in everywhere}) == len(everywhere)


@pytest.mark.parametrize(("file", "name", "body"), jobs())
def test_job_writes_only_what_is_its_purpose(file, name, body):
    """Each permission to write is on the list above, and the job has a time limit."""
    writes = {scope for scope, level in body.get("permissions", {}).items() if level != "read"}

    assert writes == WRITERS.get((file, name), set())
    assert body["timeout-minutes"] == WEEKLY or body["timeout-minutes"] <= 30


def test_update_and_its_token_are_apart():
    """The job that handles a document from outside can't write; the one that can runs nothing generated."""
    job = load(ROOT / ".github/workflows/update.yml")["jobs"]
    commands = [step["run"] for step in job["propose"]["steps"] if "run" in step]

    assert job["update"]["permissions"] == {"contents": "read"}
    assert commands == ["make propose ARGS=open"]


def test_every_supported_python_gets_the_wheel():
    """The wheel is tested on exactly the Pythons that the package says it supports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = re.findall(r":: (3\.\d+)$", "\n".join(project["classifiers"]), re.MULTILINE)
    job = load(ROOT / ".github/workflows/ci.yml")["jobs"]["wheel"]

    assert job["strategy"]["matrix"]["python"] == promised
    assert project["requires-python"] == f">={promised[0]}"
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make build", "make test AGAINST=wheel"]
