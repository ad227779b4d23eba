"""Every change of the published document is caught by the meaning check alone."""

from __future__ import annotations

import os

import pytest

from tests.mutations import Mutation, mutations, without
from tests.parity.catching import is_caught

# One in so many of each kind, and at least so many; MUTATIONS=all takes every one, a few minutes.
STEP, LEAST = 70, 5
SHARDS = 4


def drawn(document):
    """Draw mutations of every kind, evenly over all places of the document."""
    kinds = {}
    for mutation in mutations(document):
        kinds.setdefault(mutation.kind, []).append(mutation)
    if os.environ.get("MUTATIONS") == "all":
        return [one for found in kinds.values() for one in found]
    return [one for found in kinds.values() for one in found[:: max(1, min(STEP, len(found) // LEAST))]]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_change_of_the_document_is_caught(document, corrections, observation, shard):
    """Hundreds of changes, of every kind and drawn over every place: not one goes unnoticed."""
    tried = drawn(document)[shard::SHARDS]

    missed = [str(one) for one in tried if not is_caught(one.apply(document), corrections, observation)]

    assert len(tried) > 70
    assert missed == []


def test_the_document_as_published_is_no_change(document, corrections, observation):
    """What the mutations are measured against is clean, or catching them would prove nothing."""
    assert not is_caught(document, corrections, observation)


def test_each_mutation_changes_something(document):
    """A mutation that makes the same document again would prove nothing by being caught."""
    assert all(one.apply(document) != document for one in drawn(document))


def test_nullable_on_a_typeless_schema_means_nothing(document, corrections, observation):
    """The one change that may pass: a schema without a type takes null whether it says so or not."""
    place = ("components", "schemas", "JobInterviewGetResponse", "properties", "calc_definition_json")

    mutated = Mutation("nullable dropped", place, without("nullable")).apply(document)

    assert mutated != document
    assert not is_caught(mutated, corrections, observation)
