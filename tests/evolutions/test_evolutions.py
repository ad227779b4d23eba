"""Next versions of the baseline document as the vendor could publish them, each with the changelog it must give."""

from functools import cache

import pytest

from scripts.changes.contracts import compare
from scripts.changes.reports import as_text
from scripts.changes.rules import next_version
from scripts.correct import effective
from scripts.files.documents import resolve
from tests import baseline
from tests.evolutions.evolutions import EVOLUTIONS

_published = cache(baseline.published)
each = pytest.mark.parametrize("evolution", EVOLUTIONS, ids=lambda evolution: evolution.name)


@each
def test_an_evolution_gives_its_changelog_and_version(evolution):
    """Its changelog, word for word, and nothing else; the worst change decides the next version."""
    report = compare(_published(), evolution.apply(_published()))
    before, after = evolution.versions

    assert as_text(report) == evolution.changelog
    assert next_version(before, report.grade) == after


@each
def test_corrections_fit_every_evolution(evolution):
    """Those whose place is gone are taken out, the others stay in force."""
    document = evolution.apply(_published())

    assert effective(document, baseline.fitted(document))["paths"]


@each
def test_going_back_touches_the_same_operations_and_all_pointers_resolve(evolution):
    """Both pointers of every change lead somewhere in their document, forwards and backwards."""
    new = evolution.apply(_published())
    there, back = compare(_published(), new), compare(new, _published())

    for before, after, report in ((_published(), new, there), (new, _published(), back)):
        for change in report.changes:
            resolve(before, change.old)
            resolve(after, change.new)
    assert {change.operation for change in there.changes} == {change.operation for change in back.changes}
