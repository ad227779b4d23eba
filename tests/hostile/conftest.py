"""Hostile documents: altered copies of the baseline one, checked, corrected, generated and looked at in a folder."""

import pytest

from scripts.correct import effective
from scripts.drift.meaning import meaning
from scripts.files.failures import Refused
from scripts.generate import build
from scripts.generation.fence import check_tree
from scripts.safety import checks as safety
from tests import baseline

from .corpus import CANARY


@pytest.fixture(scope="session")
def corrections():
    """The corrections that are made in every document here."""
    return baseline.corrections()


@pytest.fixture
def published():
    """The baseline document, to be altered at will."""
    return baseline.published()


@pytest.fixture
def refuses():
    """What makes an altered document unsafe, as printable lines; it is refused before anything is made of it."""
    hosts = safety.hosts(baseline.published())

    def refuses(document):
        found = [str(one) for one in safety.check(document, accepted_hosts=hosts)]
        assert all(str(Refused(line)).isprintable() for line in found)
        return found

    return refuses


@pytest.fixture
def generated(corrections, tmp_path, monkeypatch):
    """Make the client of a document in a folder where a canary would show."""
    monkeypatch.chdir(tmp_path)

    def generated(document):
        build(effective(document, corrections), tmp_path / "jobmojito_api")
        return tmp_path / "jobmojito_api"

    return generated


@pytest.fixture
def harmless(corrections, generated, tmp_path):
    """Assert that a document's client holds only what templates write, means what it should, and runs nothing."""

    def harmless(document):
        package = generated(document)
        assert check_tree(package) == []
        report = meaning(document, corrections, package)
        assert [str(difference) for difference in (*report.differences, *report.unknown)] == []
        assert not (tmp_path / CANARY).exists()
        return package

    return harmless
