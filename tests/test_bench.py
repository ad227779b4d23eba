"""The bench tells medians with their spread and says where a goal is missed; no figure is tested here."""

import json

import pytest

from scripts.contract.documents import read_document
from tests.bench.__main__ import HEAD, PARTS, Line, ratios
from tests.bench.growth import repeated
from tests.bench.texts import CONTRACT, request_body, result_details, result_list


def test_a_line_has_the_median_the_spread_and_the_goal():
    """One busy moment moves the spread and not the median."""
    line = Line("work", "other work", (1.0, 9.0, 1.2), 1.25)

    assert str(line).split() == ["work", "other", "work", "1.20", "x", "1.00-9.00", "<=", "1.25", "ok"]
    assert len(str(line)) - len(" ok") == len(HEAD)
    assert line.row() == {
        "what": "work",
        "against": "other work",
        "values": (1.0, 9.0, 1.2),
        "unit": "x",
        "most": True,
        "goal": 1.25,
        "median": 1.2,
        "kept": True,
    }
    assert json.loads(json.dumps(line.row()))["values"] == [1.0, 9.0, 1.2]


@pytest.mark.parametrize(
    ("values", "goal", "most", "mark"),
    [
        ((1.3,), 1.25, True, "MISSED"),
        ((0.9,), 0.95, False, "MISSED"),
        ((0.96,), 0.95, False, "ok"),
        ((9.0,), None, True, ""),
    ],
)
def test_a_missed_goal_is_told(values, goal, most, mark):
    """At most, at least, and no goal at all."""
    line = Line("a", "b", values, goal, most)

    assert line.kept is (mark != "MISSED")
    assert str(line).endswith(mark)


def test_ratios_go_round_by_round():
    """Each round is compared with itself."""
    assert ratios([{"seconds": 2.0}, {"seconds": 6.0}], [{"seconds": 1.0}, {"seconds": 2.0}]) == (2.0, 3.0)


def test_texts_are_of_their_size_and_all_parts_have_a_sentence():
    """What is decoded and sent is as large as its name says."""
    for text, size in ((result_list(), 680_000), (result_details(), 240_000), (json.dumps(request_body()), 200_000)):
        assert 0.9 * size < len(text) < 1.1 * size
    assert all(part.__doc__ for part in PARTS.values())


def test_a_repeated_contract_has_everything_so_many_times():
    """Operations and schemas, and each copy refers to its own."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    contract.pop("webhooks", None)
    forms = [read_document(repeated(contract, times)).form for times in (1, 3)]

    assert len(forms[1]["operations"]) == 3 * len(forms[0]["operations"])
