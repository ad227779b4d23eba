"""The members of an object keep the order that they had, wherever they are."""

from __future__ import annotations

import json

import pytest

from scripts.files.orders import in_order_of

CASES = [
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 2}),
    ({"a": 1, "b": 2}, {"b": 2, "new": 3, "a": 1}, {"a": 1, "b": 2, "new": 3}),
    ({"a": 1, "b": 2}, {"new": 3, "b": 2, "a": 1}, {"new": 3, "a": 1, "b": 2}),
    ({"a": 1, "gone": 0, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 2}),
    ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3, "x": 1}}, {"a": {"x": 1, "y": 3}}),
    ([{"x": 1, "y": 2}, {"z": 1}], [{"z": 1}, {"y": 2, "x": 1}, 5], [{"z": 1}, {"x": 1, "y": 2}, 5]),
    ([{"x": 1, "y": 2}], [{"y": 3, "x": 1}], [{"x": 1, "y": 3}]),
    (["b", "a"], ["a", "b"], ["a", "b"]),
    (None, {"b": 1, "a": 2}, {"b": 1, "a": 2}),
]


@pytest.mark.parametrize(("old", "new", "merged"), CASES)
def test_what_is_there_keeps_its_place_and_what_is_new_comes_after_its_neighbour(old, new, merged):
    """Objects are ordered, lists are not touched, and no value changes."""
    assert json.dumps(in_order_of(old, new)) == json.dumps(merged)
