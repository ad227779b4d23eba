import pytest

from jobmojito.sandbox import Sandbox
from tests.bodies import body_for
from tests.faults.server import fault_server
from tests.helpers.fakes import RowsApi
from tests.overlay.breaches import assumptions_hold
from tests.overlay.driver import Driver

__all__ = ["assumptions_hold", "fault_server"]

POSITION = body_for(
    "upsert_pre_screening",
    position_name="Developer",
    position_location="Prague",
    position_country_code="CZ",
    mojito_language_code="en",
)


@pytest.fixture(autouse=True)
def _as_assumed(assumptions_hold):
    """Helpers are built on what the overlay assumes of the contract."""


@pytest.fixture(params=["sync", "async"])
def api(request):
    """Every test that takes it runs once with each client."""
    return Driver(request.param)


@pytest.fixture
def rows_api():
    """An API that answers batches of rows as told."""
    return RowsApi()


@pytest.fixture(scope="session")
def shared_sandbox():
    """One sandbox for the session: starting it takes longer than a test."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(shared_sandbox):
    """The sandbox, empty."""
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def position_id(sandbox):
    """An active position of the sandbox."""
    made = Driver("sync").call(
        lambda jm: jm.pre_screening.upsert_pre_screening(body=POSITION), sandbox.token, base_url=sandbox.base_url
    )
    return made.position_def_set_id
