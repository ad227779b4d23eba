import pytest

from tests.faults.server import fault_server
from tests.overlay.breaches import assumptions_hold
from tests.overlay.driver import Driver

__all__ = ["assumptions_hold", "fault_server"]


@pytest.fixture(params=["sync", "async"])
def api(request):
    """Every test that takes it runs once with each client."""
    return Driver(request.param)
