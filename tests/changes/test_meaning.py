"""Nothing is reported where nothing changed, and nothing that changed goes unreported."""

from functools import cache, reduce
from itertools import chain
from operator import getitem

import pytest

from scripts.changes.contracts import compare
from scripts.correct import normalise
from scripts.corrections.lift import lift
from scripts.files.failures import Refused
from tests import baseline
from tests.changes.rewrites import REWRITES
from tests.mutations import drawn, excerpt, mutations, reachable, remarks

# Changes for generated code that are none for callers: a name, "exactly one" of what cannot be two, and a type that the
# values of an enum have anyway.
NO_CHANGE = ("component renamed", "union became exclusive", "type left out of an enum")

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
    changes = compare(_published(), lift(normalise(_published())).document).changes

    assert [change for change in changes if change.rule != "example-changed"] == []  # equal types share their wording


def test_all_rewritings_together_are_no_change():
    """Rewritings on top of each other change nothing either."""
    other = reduce(lambda document, rewrite: rewrite(document), REWRITES.values(), _published())

    assert compare(_published(), other).changes == ()


@cache
def _mutants():
    document = _published()
    return [one for one in chain(mutations(document), remarks(document)) if not _is_no_change(document, one)]


def _is_no_change(document, mutant):
    """Whether a mutant means the same to callers: by its kind, or null in one branch more of a union that has it."""
    *above, _ = mutant.place or ("",)
    in_union = mutant.kind == "nullable flipped" and above[-1] in ("anyOf", "oneOf")
    return mutant.kind in NO_CHANGE or (in_union and {"nullable": True} in reduce(getitem, above, document))


def test_every_mutant_is_noticed():
    """Any single change in the baseline document gives at least one change, or is refused where it leads nowhere."""
    chosen = drawn(_mutants(), 301)
    missed = [str(one) for one in chosen if not _is_noticed(*_sides(one))]

    assert len(chosen) > 300
    assert missed == []


def _sides(mutant):
    document = excerpt(_published(), mutant.place, _reachable())
    return document, mutant.apply(document)


def _is_noticed(old, new):
    try:
        return old == new or compare(old, new).changes != ()
    except Refused:
        return True


@cache
def _reachable():
    return reachable(_published())


def test_rewriting_hides_no_change():
    """A change is found by the same rules in the same operations, however the old document is written."""
    for mutant in [one for one in _mutants() if not one.kind.startswith(("reference", "component"))][11::900]:
        document, changed = _sides(mutant)
        found, again = (_kinds(old, changed) for old in (document, REWRITES["lifted"](document)))

        assert found == again, str(mutant)


def _kinds(old, new):
    return {(change.rule, change.operation) for change in compare(old, new).changes}
