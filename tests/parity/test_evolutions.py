"""The next versions of the published document: each is drift until it is generated, and none is afterwards."""

from __future__ import annotations

import pytest

from scripts.correct import effective
from scripts.drift.meaning import meaning
from scripts.generate import build
from tests import baseline
from tests.evolutions.evolutions import EVOLUTIONS
from tests.parity.catching import is_caught

WORDING = {"wording", "written differently"}


@pytest.mark.parametrize("evolution", [one for one in EVOLUTIONS if one.name not in WORDING], ids=lambda one: one.name)
def test_a_version_that_was_not_generated_is_drift(document, corrections, observation, evolution):
    """A document that says more or other than the code is caught, whatever the change is."""
    assert is_caught(evolution.apply(document), corrections, observation)


def test_other_wording_is_no_drift(document, corrections, observation):
    """Descriptions and examples say nothing about what goes over the wire."""
    evolution = next(one for one in EVOLUTIONS if one.name == "wording")

    assert not is_caught(evolution.apply(document), corrections, observation)


def test_the_next_versions_regenerated_have_no_drift(document, corrections, tmp_path):
    """New operations, tags, variants, content types and nulls: the new code is proved equal to the new document."""
    for one in EVOLUTIONS:
        document = one.apply(document)
    corrections, target = baseline.fitted(document), tmp_path / "jobmojito_api"
    build(effective(document, corrections), target)

    report = meaning(document, corrections, target)

    assert report.differences == report.unknown == []
    assert report.counts["operations"] > 31
