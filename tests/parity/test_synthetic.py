"""A later version of the document may hold anything OpenAPI knows: no false alarm there, and no change unseen."""

from __future__ import annotations

import pytest

from scripts.correct import effective
from scripts.drift import loading
from scripts.drift.meaning import meaning
from scripts.drift.observation import observe
from scripts.generate import build
from tests.mutations import drawn, mutations
from tests.parity.catching import is_caught
from tests.parity.synthetic import DOCUMENT, OVERLAY
from tests.wire.exchanges import Client


@pytest.fixture(scope="module")
def package_dir(tmp_path_factory):
    """Generate the made-up document."""
    target = tmp_path_factory.mktemp("synthetic") / "jobmojito_api"
    build(effective(DOCUMENT, OVERLAY), target)
    return target


def test_a_freshly_generated_document_of_any_kind_has_no_drift(package_dir):
    """oneOf, const, allOf, recursion, maps, forms, headers, cookies, 204, 4XX and default: all proved, none doubted."""
    report = meaning(DOCUMENT, OVERLAY, package_dir)

    assert report.differences == report.unknown == []
    assert report.counts["operations"] == 6
    assert report.counts["parameters"] == 11
    assert report.counts["answers"] == 13
    with loading.package(package_dir) as package:
        listed = package.modules["models/__init__.py"]._MODULES
    assert {*DOCUMENT["components"]["schemas"]} <= listed.keys()


def test_every_operation_of_such_a_document_sends_and_reads_what_it_declares(package_dir):
    """Parameters of every place and style, forms, families of statuses: judged by the contract, not by the tables."""
    with loading.package(package_dir) as package:
        client = Client.of(package.name)

        assert sum(map(client.check, client.operations)) > 60


def test_every_change_of_such_a_document_is_caught(package_dir):
    """Nothing of what the published document does not use yet goes unchecked."""
    tried = [one for one in mutations(DOCUMENT) if one.apply(DOCUMENT) != DOCUMENT]
    with loading.package(package_dir) as package:
        observation = observe(package)
        missed = [str(one) for one in drawn(tried, 300) if not is_caught(one.apply(DOCUMENT), OVERLAY, observation)]

    assert len(tried) > 700
    assert missed == []
