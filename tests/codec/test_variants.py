"""Claims of answers that come in variants: which class an answer becomes, also when it departs from all of them."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from jobmojito_api.codec import Model, Object, Union, read
from jobmojito_api.resources import operation
from tests.codec.answers import answering, places, resolve, sample, success_schema

VARIANTS = [
    (name, branch)
    for name in answering()
    if isinstance(success := operation(name).success, Union)
    for branch in success.plain
    if isinstance(branch, Object)
]


def answers(name: str, branch: Object) -> list[dict[str, Any]]:
    """Give valid answers of one variant."""
    declared, rng = operation(name), random.Random(f"{name} {branch.name}")
    schema = resolve(success_schema(declared.path, declared.method))
    (variant,) = (one for one in schema["anyOf"] if one["$ref"].endswith(f"/{branch.name}"))
    return [sample(variant, rng) for _ in range(20)]


def read_as(name: str, answer: Any) -> type:
    """Name the class that an answer becomes."""
    return type(read(operation(name).success, answer).value)


@pytest.mark.parametrize(("name", "branch"), VARIANTS, ids=str)
def test_valid_answer_becomes_its_own_variant(name: str, branch: Object) -> None:
    """Reports by their kind, a set state or its credentials, screened or not applicable, from a text or a file."""
    assert {read_as(name, answer) for answer in answers(name, branch)} == {branch.python}


@pytest.mark.parametrize(("name", "branch"), VARIANTS, ids=str)
def test_answer_keeps_its_variant_however_much_is_wrong_within_its_properties(name: str, branch: Object) -> None:
    """Nulls inside a report count once: another variant, without any report, is no better a reading."""
    for answer in answers(name, branch):
        spoilt = copy.deepcopy(answer)
        for value in spoilt.values():
            for container, key in places(value):
                container[key] = None

        assert read_as(name, spoilt) is branch.python


@pytest.mark.parametrize("name", sorted({name for name, _ in VARIANTS}))
def test_answer_of_no_variant_is_read_as_one_of_them_all_the_same(name: str) -> None:
    """Nothing known in it, it becomes a model that keeps what came; what is no object stays what it is."""
    reading = read(operation(name).success, {"new": [1]})

    assert isinstance(reading.value, Model)
    assert reading.value.to_dict() == {"new": [1]}
    assert reading.departures
    assert [read(operation(name).success, other).value for other in ([], "x", 7, None)] == [[], "x", 7, None]
