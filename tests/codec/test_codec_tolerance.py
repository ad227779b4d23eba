"""Claims of the tolerant reader, proved over thousands of mutated answers against an independent validator."""

from __future__ import annotations

import copy
import pickle
import random

import pytest

from jobmojito_api import codec
from jobmojito_api.resources import operation
from tests.codec.answers import answering, mutate, objections, sample, success_schema, validator

CASES = 150


@pytest.mark.parametrize("name", answering())
def test_valid_answers_read_without_a_departure_and_write_back_the_same(name: str) -> None:
    """What the contract allows is read in silence, and `to_dict` gives it back."""
    declared, rng = operation(name), random.Random(name)
    for _ in range(20):
        answer = sample(success_schema(declared.path, declared.method), rng)
        reading = codec.read(declared.success, answer)

        assert reading.departures == ()
        assert codec.write(reading.value) == answer


@pytest.mark.parametrize("name", answering())
def test_mutated_answers_are_read_exactly_as_far_as_a_validator_objects(name: str) -> None:
    """Departures exist exactly when JSON Schema objects, at pointers that are among the validator's own."""
    declared, rng = operation(name), random.Random(name)
    schema, check = success_schema(declared.path, declared.method), validator(declared.path, declared.method)
    for _ in range(CASES):
        answer = mutate(sample(schema, rng), rng)
        told = {departure.pointer for departure in codec.read(declared.success, answer).departures}
        objected = objections(check, answer)

        assert bool(told) == bool(objected), answer
        assert told <= objected, answer


@pytest.mark.parametrize("name", answering())
def test_mutated_answers_survive_writing_pickle_and_deepcopy(name: str) -> None:
    """Whatever was read is kept as received, and can be written, pickled and copied."""
    declared, rng = operation(name), random.Random(f"{name} again")
    for _ in range(CASES // 3):
        answer = mutate(sample(success_schema(declared.path, declared.method), rng), rng)
        value = codec.read(declared.success, copy.deepcopy(answer)).value

        assert codec.write(value) == answer
        assert pickle.loads(pickle.dumps(value)) == value
        assert copy.deepcopy(value) == value
