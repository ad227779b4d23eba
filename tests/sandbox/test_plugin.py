"""The fixtures that users get: a fresh sandbox a test, faults by marker, both clients, and no cost for anybody else."""

import subprocess
import sys

import pytest

from tests.bodies import body_for

TESTS = """
import asyncio, os, sys
import pytest
from jobmojito import ServerError, RetryPolicy

BODY = {body}

@pytest.mark.parametrize("number", range(4))
def test_fresh(jobmojito, jobmojito_sandbox, number):
    jobmojito.interviews.create_interview(body=BODY)
    assert jobmojito_sandbox.requests["create_interview"] == 1
    assert len(jobmojito.interviews.list_interviews().data) == 1

@pytest.mark.jobmojito_fault("list_interviews: status=500", "create_interview: latency=0")
def test_faults(jobmojito):
    with pytest.raises(ServerError):
        jobmojito.with_options(retry=RetryPolicy.none()).interviews.list_interviews()

def test_no_fault_is_left(jobmojito):
    assert jobmojito.interviews.list_interviews().data == []

def test_async(async_jobmojito):
    async def main():
        return await async_jobmojito.interviews.list_interviews()
    assert asyncio.run(main()).data == []
"""


def pytest_in(folder, *options):
    """Run pytest there as a user does."""
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_users_tests_run_with_workers_and_without_warnings(tmp_path):
    """Each worker has a sandbox; the marker is declared; nothing is left open."""
    (tmp_path / "test_mine.py").write_text(TESTS.format(body=body_for("create_interview").to_dict()))
    done = pytest_in(tmp_path, "-n", "2", "--strict-markers")

    assert "7 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_who_does_not_use_it_loads_nothing_of_it(tmp_path):
    """Neither httpx nor the sandbox; only the module with the fixtures."""
    (tmp_path / "test_other.py").write_text(
        "import sys\ndef test_it():\n    assert {'httpx', 'jobmojito.client', 'uvicorn'}.isdisjoint(sys.modules)\n"
    )
    done = pytest_in(tmp_path)

    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.jobmojito_fault("list_interviews: status=503; retry-after=0; times=1")
def test_the_projects_own_tests_use_it(jobmojito, jobmojito_sandbox):
    """A fault, a repeat, an answer."""
    assert jobmojito.interviews.list_interviews().data == []
    assert jobmojito_sandbox.requests["list_interviews"] == 2
