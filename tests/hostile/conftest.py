"""Hostile documents: altered copies of the vendored one, checked, corrected, generated and looked at in a folder."""

import copy
from pathlib import Path

import pytest

from scripts import documents, safety
from scripts.correct import effective, load_overlay
from scripts.drift.meaning import meaning
from scripts.failures import Refused
from scripts.generate import build
from scripts.syntax import check_tree

from .corpus import CANARY

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def _sources():
    return documents.load(ROOT / "openapi/jobmojito.openapi.json"), load_overlay(
        ROOT / "openapi/corrections.overlay.yaml"
    )


@pytest.fixture
def published(_sources):
    """The vendored document, to be altered at will."""
    return copy.deepcopy(_sources[0])


@pytest.fixture
def reasons(_sources):
    """What makes a document unsafe, as lines."""
    hosts = safety.hosts(_sources[0])
    return lambda document: [str(found) for found in safety.check(document, accepted_hosts=hosts)]


@pytest.fixture
def refuses(reasons):
    """Whether an altered document is refused before anything is made of it; the reason is one printable line."""

    def refuses(document):
        found = reasons(document)
        assert all(str(Refused(line)).isprintable() for line in found)
        return found

    return refuses


@pytest.fixture
def generated(_sources, tmp_path, monkeypatch):
    """Make the client of a document in a folder where a canary would show."""
    monkeypatch.chdir(tmp_path)

    def generated(document):
        build(effective(document, _sources[1]), tmp_path / "jobmojito_api")
        return tmp_path / "jobmojito_api"

    return generated


@pytest.fixture
def harmless(_sources, generated, tmp_path):
    """Assert that a document's client holds only what templates write, means what it should, and runs nothing."""

    def harmless(document):
        package = generated(document)
        assert check_tree(package) == []
        report = meaning(document, _sources[1], package)
        assert [str(difference) for difference in (*report.differences, *report.unknown)] == []
        assert not (tmp_path / CANARY).exists()
        return package

    return harmless
