"""The command line against a running sandbox, in this process, with what it says."""

import json
from typing import NamedTuple

import pytest

from jobmojito.cli import main
from jobmojito_api.codec import write
from tests.bodies import body_for
from tests.helpers.conftest import POSITION

INTERVIEW = {**write(body_for("create_interview", status="active", mojito_language_code="en")), "name": "Night nurse"}


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def sandbox(jobmojito_sandbox):
    """The sandbox of the plugin that users have too."""
    return jobmojito_sandbox


@pytest.fixture
def run(sandbox, monkeypatch, capsys):
    """Run a command against the sandbox; nobody sits at the terminal."""
    monkeypatch.setenv("JOBMOJITO_TOKEN", sandbox.token)
    monkeypatch.setenv("JOBMOJITO_API_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("COLUMNS", "100")

    def run_(*words, answer=None):
        with monkeypatch.context() as patched:
            if answer is not None:
                patched.setattr("sys.stdin", _Answers(answer))
            code = main([str(word) for word in words])
        return Ran(code, *capsys.readouterr())

    return run_


class _Answers:
    """A terminal on which somebody has typed this."""

    def __init__(self, text):
        self._lines = iter(text.splitlines(keepends=True))

    def isatty(self):
        return True

    def readline(self):
        return next(self._lines, "")


@pytest.fixture
def jm(jobmojito):
    """A client of the same account."""
    return jobmojito


@pytest.fixture
def interview(jm):
    """The id of an interview."""
    return jm.interviews.create_interview(body=INTERVIEW).interview_def_set_id


@pytest.fixture
def position(jm):
    """The id of a position with pre-screening."""
    return jm.pre_screening.upsert_pre_screening(body=POSITION).position_def_set_id


@pytest.fixture
def people(tmp_path):
    """Three rows, of which one cannot be registered."""
    path = tmp_path / "people.csv"
    path.write_text("email,name\nann@example.com,Ann Example\nnot-an-address,Carl\nbob@example.com,Bob Example\n")
    return path


@pytest.fixture
def resumes(tmp_path):
    """A folder of two resumes, named by whose they are."""
    folder = tmp_path / "resumes"
    folder.mkdir()
    for who in ("Ann Example ann@example.com", "bob@example.com_Bob_Example"):
        (folder / f"{who}.txt").write_text(f"{who}: ten years of nursing.")
    return folder
