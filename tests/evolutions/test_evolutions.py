"""Next versions of the baseline document as the vendor could publish them, each with the changelog it must give."""

from functools import cache
from itertools import permutations

import pytest

from scripts.changes.contracts import compare
from scripts.changes.reports import as_text
from scripts.changes.versions import next_version
from scripts.correct import effective
from tests import baseline
from tests.changes.walks import at
from tests.evolutions.evolutions import EVOLUTIONS

_published = cache(baseline.published)
each = pytest.mark.parametrize("evolution", EVOLUTIONS, ids=lambda evolution: evolution.name)


@each
def test_changelog_is_exactly_the_expected_one(evolution):
    """An evolution gives its changelog, word for word, and nothing else."""
    assert as_text(compare(_published(), evolution.apply(_published()))) == evolution.changelog


@each
def test_grade_decides_the_next_version(evolution):
    """The worst change of an evolution decides the version."""
    before, after = evolution.versions

    assert next_version(before, compare(_published(), evolution.apply(_published())).grade) == after


@each
def test_corrections_fit_every_evolution(evolution):
    """Those whose place is gone are taken out, the others stay in force."""
    document = evolution.apply(_published())

    assert effective(document, baseline.fitted(document))["paths"]


@each
def test_pointers_lead_somewhere(evolution):
    """Both pointers of every change resolve in their document, forwards and backwards."""
    for old, new in permutations((_published(), evolution.apply(_published()))):
        for change in compare(old, new).changes:
            at(old, change.old)
            at(new, change.new)


@each
def test_going_back_changes_as_many_operations(evolution):
    """Backwards, an evolution touches the operations that it touched forwards."""
    there = compare(_published(), evolution.apply(_published()))
    back = compare(evolution.apply(_published()), _published())

    assert {change.operation for change in there.changes} == {change.operation for change in back.changes}
