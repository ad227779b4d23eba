"""Nothing is reported where nothing changed, and nothing that changed goes unreported."""

from functools import cache, reduce
from itertools import islice
from typing import Any

import pytest

from scripts.changes.contracts import compare
from scripts.correct import lift, normalise
from tests import baseline
from tests.changes.mutations import excerpt, mutants, mutated, reachable
from tests.changes.rewrites import REWRITES

# One mutant in this many: some 300 in a few seconds. All of them take minutes, and were noticed when this was written.
STRIDE = 67

_published = cache(baseline.published)


@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES)
def test_other_ways_to_write_a_document_are_no_change(rewrite):
    """Writing the baseline document differently changes nothing, in either direction."""
    other = rewrite(_published())

    assert other != _published() or list(other) != list(_published())
    assert compare(_published(), other).changes == ()
    assert compare(other, _published()).changes == ()


def test_normalising_and_lifting_are_no_change():
    """The project's own steps before generation, corrections aside, leave the meaning of the document alone."""
    assert compare(_published(), lift(normalise(_published()))).changes == ()


def test_all_rewritings_together_are_no_change():
    """Rewritings on top of each other change nothing either."""
    other = reduce(lambda document, rewrite: rewrite(document), REWRITES.values(), _published())

    assert compare(_published(), other).changes == ()


def test_every_mutant_is_noticed():
    """Any single change of meaning in the baseline document gives at least one change."""
    chosen = list(islice(mutants(_published()), 0, None, STRIDE))
    missed = [edits for edits in chosen if not _changes(edits)]

    assert len(chosen) > 300
    assert missed == []


def _changes(edits: dict[str, Any]) -> tuple[Any, ...]:
    document = _excerpt(edits)
    return compare(document, mutated(document, edits)).changes


def _excerpt(edits: dict[str, Any]) -> dict[str, Any]:
    return excerpt(_published(), next(iter(edits)), _reachable())


@cache
def _reachable() -> dict[str, set[str]]:
    return reachable(_published())


def test_rewriting_hides_no_change():
    """A change is found by the same rules in the same operations, however the old document is written."""
    chosen = islice(mutants(_published()), 11, None, 900)
    for edits in chosen:
        document = _excerpt(edits)
        found, again = (_kinds(old, mutated(document, edits)) for old in (document, REWRITES["lifted"](document)))

        assert found == again, edits


def _kinds(old: dict[str, Any], new: dict[str, Any]) -> set[tuple[str, str | None]]:
    return {(change.rule, change.operation) for change in compare(old, new).changes}
