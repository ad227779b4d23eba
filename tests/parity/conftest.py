"""The baseline document, its corrections and the package that is generated from them, read once.

What the check catches is a matter of the check, not of the contract in use: `make drift` itself looks at that one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.correct import load_overlay
from scripts.drift import loading
from scripts.drift.observation import observe
from scripts.files.published import published
from scripts.generate import build
from tests import baseline

OPENAPI = Path(__file__).parent.parent.parent / "openapi"


@pytest.fixture(scope="session")
def document():
    """Give the published document, with its webhooks."""
    return baseline.both()


@pytest.fixture(scope="session")
def corrections():
    """Give the corrections."""
    return baseline.corrections()


@pytest.fixture(scope="session")
def package_dir(tmp_path_factory):
    """Give the package: the committed one as long as that is made from the baseline."""
    in_use = (published(OPENAPI.parent), load_overlay(OPENAPI / baseline.CORRECTIONS.name))
    if in_use == (baseline.both(), baseline.corrections()):
        return OPENAPI.parent / "generated" / "jobmojito_api"
    target = tmp_path_factory.mktemp("baseline") / "jobmojito_api"
    build(baseline.effective(), target)
    return target


@pytest.fixture(scope="session")
def observation(package_dir):
    """Read the package once, for any number of documents to be compared with."""
    with loading.package(package_dir) as package:
        yield observe(package)
