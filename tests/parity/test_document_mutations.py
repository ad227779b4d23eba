"""Every change of the published document is caught by the meaning check alone."""

from __future__ import annotations

import pytest

from tests.mutations import Mutation, drawn, mutations, without
from tests.parity.catching import is_caught

EACH = 3  # of every kind
SHARDS = 3


def tried(document):
    """Draw mutations of every kind, evenly over all places of the document."""
    kinds = {}
    for mutation in mutations(document):
        kinds.setdefault(mutation.kind, []).append(mutation)
    return [one for found in kinds.values() for one in drawn(found, EACH)]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_change_of_the_document_is_caught(document, corrections, observation, shard):
    """Changes of every kind, drawn over every place: not one goes unnoticed."""
    some = tried(document)[shard::SHARDS]

    missed = [str(one) for one in some if not is_caught(one.apply(document), corrections, observation)]

    assert len(some) > 50
    assert missed == []


def test_the_document_as_published_is_no_change(document, corrections, observation):
    """What the mutations are measured against is clean, or catching them would prove nothing."""
    assert not is_caught(document, corrections, observation)


def test_each_mutation_changes_something(document):
    """A mutation that makes the same document again would prove nothing by being caught."""
    assert all(one.apply(document) != document for one in tried(document))


def test_nullable_on_a_typeless_schema_means_nothing(document, corrections, observation):
    """The one change that may pass: a schema without a type takes null whether it says so or not."""
    place = ("components", "schemas", "JobInterviewGetResponse", "properties", "calc_definition_json")

    mutated = Mutation("nullable dropped", place, without("nullable")).apply(document)

    assert mutated != document
    assert not is_caught(mutated, corrections, observation)
