"""The sandbox on the contract in use, whatever version that is: import these fixtures to have them for a module.

Its records are made by requests as the baseline words them, so that they are there even where the contract in use has
come to word those requests otherwise.
"""

import json
from importlib import resources

import httpx
import pytest

from jobmojito.sandbox import Sandbox

from .conftest import TRUST, Judge, records

__all__ = ["judge", "sandbox", "scene", "teller"]


@pytest.fixture(scope="module")
def judge():
    """The shipped contract."""
    return Judge(json.loads(resources.files("jobmojito_api").joinpath("contract.json").read_bytes()))


@pytest.fixture(scope="module")
def sandbox():
    """A server that speaks the shipped contract."""
    with Sandbox() as server:
        yield server


@pytest.fixture(scope="module")
def teller(sandbox, contract):
    """A server of the same records that speaks the baseline."""
    with Sandbox(contract=contract) as server:
        server.app.world = sandbox.app.world
        yield server


@pytest.fixture
def scene(http, teller):
    """An environment in which everything that a request may name exists."""
    headers = {"Authorization": http.headers["Authorization"]}
    with httpx.Client(base_url=teller.base_url, headers=headers, verify=TRUST) as client:
        return records(client)
