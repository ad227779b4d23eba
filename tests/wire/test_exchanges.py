"""What the generated client does on the wire: requests as the contract declares them, answers read as they came."""

from __future__ import annotations

import pytest

from jobmojito_api.resources import OPERATIONS
from tests.wire.exchanges import Client, through_overlay


@pytest.fixture(scope="module")
def client():
    """Give the installed client with its contract."""
    return Client.of()


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_sends_and_reads_what_the_contract_declares(client, name):
    """Every function and resource, every form of the body, every declared status; judged by JSON Schema."""
    assert client.check(name) >= 12


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_through_the_overlay_what_was_answered(client, name):
    """`jm.interviews.create_interview(...)` and the like read a success as it came."""
    through_overlay(client, name)
