"""Fixtures for tests of programs that use `jobmojito`: a sandbox and clients of it; pytest finds them by itself.

    def test_nurses_are_registered(jobmojito, jobmojito_sandbox):
        register_nurses(jobmojito)
        assert jobmojito_sandbox.requests["register_users_for_interview"] == 1

    @pytest.mark.jobmojito_fault("create_interview: status=503; times=2")
    def test_a_busy_api_is_no_problem(jobmojito): ...

The server is started once a session (under xdist, once a worker), and emptied before each test; each worker has data of
its own. Nothing is loaded before a fixture is used. It needs the extra `sandbox`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobmojito import AsyncJobMojito, JobMojito
    from jobmojito.sandbox import Sandbox

_FAULT = "jobmojito_fault"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        f"{_FAULT}(*faults): how the sandbox misbehaves in this test: 'create_interview: status=503; times=2'",
    )


@pytest.fixture(scope="session")
def _jobmojito_server() -> Iterator[Sandbox]:
    from jobmojito.sandbox import Sandbox  # noqa: PLC0415 - loaded only where it is used

    with Sandbox() as server:
        yield server


@pytest.fixture
def jobmojito_sandbox(request: pytest.FixtureRequest, _jobmojito_server: Sandbox) -> Iterator[Sandbox]:
    """A running sandbox without data, with the faults of the test's marker."""
    from jobmojito.sandbox import Fault  # noqa: PLC0415

    _jobmojito_server.reset()
    for marker in request.node.iter_markers(_FAULT):
        for text in marker.args:
            _jobmojito_server.faults.add(Fault.parse(text))
    yield _jobmojito_server
    _jobmojito_server.reset()


@pytest.fixture
def jobmojito(jobmojito_sandbox: Sandbox) -> Iterator[JobMojito]:
    """A client of the sandbox."""
    from jobmojito import JobMojito  # noqa: PLC0415

    with JobMojito(jobmojito_sandbox.token, base_url=jobmojito_sandbox.base_url) as client:
        yield client


@pytest.fixture
def async_jobmojito(jobmojito_sandbox: Sandbox) -> AsyncJobMojito:
    """An async client of the sandbox; its connections are closed when the test's event loop ends."""
    from jobmojito import AsyncJobMojito  # noqa: PLC0415

    return AsyncJobMojito(jobmojito_sandbox.token, base_url=jobmojito_sandbox.base_url)
