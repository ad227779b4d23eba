"""The document, the corrections and the generated package of this checkout, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.correct import load_overlay
from scripts.documents import load
from scripts.drift import loading
from scripts.drift.observation import observe

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def package_dir():
    """Give the committed package."""
    return ROOT / "generated" / "jobmojito_api"


@pytest.fixture(scope="session")
def document():
    """Give the published document."""
    return load(ROOT / "openapi" / "jobmojito.openapi.json")


@pytest.fixture(scope="session")
def corrections():
    """Give the corrections."""
    return load_overlay(ROOT / "openapi" / "corrections.overlay.yaml")


@pytest.fixture(scope="session")
def observation(package_dir):
    """Read the committed package once, for any number of documents to be compared with."""
    with loading.package(package_dir) as package:
        yield observe(package)
