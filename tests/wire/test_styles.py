"""The table that requests are judged by says what the OpenAPI specification says in its own examples."""

from __future__ import annotations

import pytest

from tests.wire.styles import pairs, piece

# Of "Style Examples" in the OpenAPI Specification 3.1.1 (3.1.0 has other labels): a parameter `color`, as these values.
TEXT, ARRAY, OBJECT = "blue", ["blue", "black", "brown"], {"R": 100, "G": 200, "B": 150}
IN_PATHS = [
    ("matrix", False, ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
    ("matrix", True, ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
    ("label", False, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
    ("label", True, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
    ("simple", False, "blue", "blue,black,brown", "R,100,G,200,B,150"),
    ("simple", True, "blue", "blue,black,brown", "R=100,G=200,B=150"),
]
IN_QUERIES = [
    ("form", False, "color=blue,black,brown", "color=R,100,G,200,B,150"),
    ("form", True, "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    ("spaceDelimited", False, "color=blue black brown", "color=R 100 G 200 B 150"),
    ("pipeDelimited", False, "color=blue|black|brown", "color=R|100|G|200|B|150"),
]


@pytest.mark.parametrize(("style", "explode", "text", "array", "members"), IN_PATHS)
def test_a_path_is_written_as_the_specification_shows(style, explode, text, array, members):
    """A text, an array and an object, in each style of a path."""
    assert [piece("color", value, style, explode=explode) for value in (TEXT, ARRAY, OBJECT)] == [text, array, members]


@pytest.mark.parametrize(("style", "explode", "array", "members"), IN_QUERIES)
def test_a_query_is_written_as_the_specification_shows(style, explode, array, members):
    """An array and an object, in each style of a query that takes both."""
    shown = ["&".join(map("=".join, pairs("color", value, style, explode=explode))) for value in (ARRAY, OBJECT)]

    assert shown == [array, members]


def test_a_text_in_a_query_and_an_object_written_deeply_are_as_the_specification_shows():
    """`color=blue`, and `color[R]=100` for each member."""
    assert pairs("color", TEXT) == [("color", "blue")]
    assert pairs("color", OBJECT, "deepObject") == [("color[R]", "100"), ("color[G]", "200"), ("color[B]", "150")]


def test_flags_and_null_are_written_as_json_writes_them():
    """`true` and not Python's `True`."""
    assert pairs("a", [True, False, None, 1.5]) == [("a", "true"), ("a", "false"), ("a", ""), ("a", "1.5")]
