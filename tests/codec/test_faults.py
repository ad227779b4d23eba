"""Claims of reading answers that depart a lot, or at numbers that are none: exact, counted, and never without end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobmojito_api.codec import (
    ANY,
    INTEGER,
    NUMBER,
    STRING,
    Array,
    Const,
    Enumeration,
    Field,
    Model,
    Object,
    Table,
    Type,
    Union,
    check,
    read,
    write,
)
from jobmojito_api.resources import operation
from tests.codec.made import Given, model

PLACES: list[tuple[Type[Any], str]] = [
    (NUMBER, "{}"),
    (INTEGER, "{}"),
    (STRING, "{}"),
    (ANY, "{}"),
    (ANY, '{{"a": [1, {{"b": {}}}]}}'),
    (Const(1), "{}"),
    (Enumeration("LanguageCode"), "{}"),
    (NUMBER.where(minimum=1, multiple_of=0.5), "{}"),
    (NUMBER.where(exclusive_maximum=9), "{}"),
    (Array(NUMBER), "[1, {}]"),
    (Union(NUMBER, STRING), "{}"),
    (Union(STRING, Array(ANY)), "[{}]"),
    (Object("Error"), '{{"error": "no", "more": {}}}'),
    (Object("Error"), '{{"error": "no", "more": [[{}]]}}'),
]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize(("type_", "form"), PLACES)
def test_number_that_is_not_finite_departs_wherever_a_number_can_be(type_: Type[Any], form: str, text: str) -> None:
    """Python's `json` takes NaN and Infinity, and reads 1e999 as Infinity; JSON has no such numbers."""
    departing = json.loads(form.format(text))

    assert "NaN or Infinity" in {one.got for one in read(type_, departing).departures}
    assert repr(write(read(type_, departing).value)) == repr(departing)
    assert check(type_, departing)


def test_place_of_a_number_that_is_not_finite_is_told() -> None:
    """The pointers go to the numbers themselves, in the order of the answer."""
    answer = {"a/b": [1, float("nan"), {"c": float("inf")}], "d": {"e": 2.5}, "f": float("-inf")}

    assert [one.pointer for one in read(ANY, answer).departures] == ["/a~1b/1", "/a~1b/2/c", "/f"]


def test_client_tells_a_number_that_is_not_finite() -> None:
    """So it comes out of a call: an answer with NaN is read and departs."""
    reading = operation("get_merchant_status").call({}).read(200, b'{"candidates": NaN, "new": [Infinity]}')

    assert {"/candidates", "/new/0"} <= {one.pointer for one in reading.departures}


@pytest.mark.parametrize(
    ("number", "multiple", "departs"),
    [
        (10**400, 2, False),
        (10**400 + 1, 2, True),
        (10**400, 0.5, False),
        (1e308, 0.1, False),
        (0.25, 0.1, True),
        (1, 0.1, False),
    ],
)
def test_multiples_of_numbers_of_any_size_are_judged(number: float, multiple: float, *, departs: bool) -> None:
    """No number that JSON can hold is too large for the limit."""
    assert bool(read(NUMBER.where(multiple_of=multiple), number).departures) is departs


def test_departures_that_are_kept_have_an_end_and_the_count_goes_on() -> None:
    """A million numbers where objects belong: ten thousand departures are kept, a million counted, all values kept."""
    numbers = [1] * 1_000_000

    reading = read(Array(Object("Error")), numbers)

    assert reading.value == numbers
    assert reading.total == 1_000_000
    assert [one.pointer for one in reading.departures] == [f"/{index}" for index in range(10_000)]


@pytest.mark.parametrize(
    "type_", [Array(Union(Object("Error"), STRING)), Array(Array(INTEGER)), Array(INTEGER.where(minimum=5)), Array(ANY)]
)
def test_departures_in_choices_lists_and_limits_have_an_end_too(type_: Type[Any]) -> None:
    """However a fault is found, it is counted once."""
    spoilt: Any = float("nan") if type_.__dict__["item"] is ANY else 1

    reading = read(type_, [spoilt] * 30_000)

    assert (reading.total, len(reading.departures)) == (30_000, 10_000)


def test_pointers_that_are_kept_have_an_end() -> None:
    """A name of a megabyte above ten thousand faults would be ten gigabytes of pointers."""
    reading = read(Given(model("Map", **{"x" * 2_000_000: Array(INTEGER)})), {"x" * 2_000_000: ["a"] * 10_000})

    assert (reading.total, len(reading.departures)) == (10_000, 1)


def test_unknown_enum_values_hide_no_fault_that_stops_sending() -> None:
    """A request may hold any number of enum values that are new; what is refused behind them is found."""
    values: list[Any] = ["new"] * 20_000

    assert check(Array(Enumeration("LanguageCode")), values) == ()
    assert [one.pointer for one in check(Array(Enumeration("LanguageCode")), [*values, 7])] == ["/20000"]


def tree() -> Union:
    """Declare a value of two kinds, each of which holds such values: every branch may be read within every branch."""
    left, right = model("Left"), model("Right")
    either = Union(Given(left), Given(right))
    for one, mark in ((left, "a"), (right, "b")):
        table = Table(Field("mark", "mark", Const(mark)), Field("below", "below", Union(Given(left), Given(right))))
        one._table = table  # round in a circle, so it can't be declared at once
    return either


def test_choices_within_choices_do_not_multiply() -> None:
    """Eighty levels of two branches each would be read 2**80 times if each branch read what is below anew."""
    answer: dict[str, Any] = {"mark": "b"}
    for level in range(80):
        answer = {"mark": "ab"[level % 2], "below": answer}

    value: Any = (reading := read(tree(), answer)).value
    names = []
    while isinstance(value, Model):
        names.append(type(value).__name__)
        value = getattr(value, "below", None)

    assert reading.departures == ()
    assert names == ["Right", "Left"] * 40 + ["Right"]
    assert write(reading.value) == answer


def test_departures_deep_in_choices_are_told_once_with_their_place() -> None:
    """What was read once for several branches is told for the one that was chosen."""
    answer: dict[str, Any] = {"mark": "?"}
    for _ in range(40):
        answer = {"mark": "a", "below": answer}

    reading = read(tree(), answer)

    assert [(one.pointer, one.keyword) for one in reading.departures] == [("/below" * 40 + "/mark", "const")]
    assert reading.total == 1
