"""Every row of the table of rules, and its mirror."""

from typing import Any

import pytest

from scripts.changes.contracts import compare
from scripts.changes.rules import RULES
from tests.changes.cases import CASES, GRADES, SCHEMA_CASES, document, with_schema

SIDES = ("request", "response")
SIDED = [(*case, side) for case in SCHEMA_CASES for side in SIDES]


def _found(old: dict[str, Any], new: dict[str, Any]) -> set[tuple[str, str]]:
    return {(change.rule, change.grade.label) for change in compare(old, new).changes}


@pytest.mark.parametrize(("rule", "grade", "mirror", "mirror_grade", "before", "after"), CASES)
def test_rule_finds_its_change_and_nothing_else(rule, grade, mirror, mirror_grade, before, after):
    """A change of one kind gives that rule's id, with that grade, alone."""
    assert _found(document(before), document(after)) == {(rule, GRADES[grade])}


@pytest.mark.parametrize(("rule", "grade", "mirror", "mirror_grade", "before", "after"), CASES)
def test_opposite_change_gives_the_mirror_rule(rule, grade, mirror, mirror_grade, before, after):
    """The same change backwards gives the mirror rule, with its own grade, alone."""
    assert _found(document(after), document(before)) == {(mirror, GRADES[mirror_grade])}


@pytest.mark.parametrize(("rule", "grades", "mirror", "mirror_grades", "before", "after", "side"), SIDED)
def test_schema_rule_finds_its_change_and_nothing_else(rule, grades, mirror, mirror_grades, before, after, side):
    """A change of a schema gives the rule of its side, with the grade of its side, alone."""
    found = _found(with_schema(before, side), with_schema(after, side))

    assert found == {(f"{side}-{rule}", GRADES[grades[SIDES.index(side)]])}


@pytest.mark.parametrize(("rule", "grades", "mirror", "mirror_grades", "before", "after", "side"), SIDED)
def test_opposite_change_of_a_schema_gives_the_mirror_rule(rule, grades, mirror, mirror_grades, before, after, side):
    """A change of a schema backwards gives the mirror rule of its side, alone."""
    found = _found(with_schema(after, side), with_schema(before, side))

    assert found == {(f"{side}-{mirror}", GRADES[mirror_grades[SIDES.index(side)]])}


@pytest.mark.parametrize(("flag", "silent"), [("readOnly", "request"), ("writeOnly", "response")])
def test_what_is_never_sent_or_never_received_does_not_count(flag, silent):
    """A read-only property may change and come without a word where it is sent, a write-only one where it is read."""
    before = {"type": "object", "properties": {"a": {"type": "string", flag: True}}}
    after = {
        "type": "object",
        "required": ["b"],
        "properties": {"a": {"type": "integer", flag: True}, "b": {"type": "string", flag: True}},
    }
    found = {side: _found(with_schema(before, side), with_schema(after, side)) for side in SIDES}

    assert [side for side in SIDES if not found[side]] == [silent]


def test_a_variant_that_takes_away_from_another_is_no_addition_alone():
    """Where two variants of `oneOf` allow a value, it is refused, and somebody may have sent it."""
    before, after = {"type": "string"}, {"oneOf": [{"type": "string"}, {"type": "string", "maxLength": 3}]}

    assert _found(with_schema(before, "request"), with_schema(after, "request")) == {
        ("request-variant-added", "additive"),
        ("request-variants-exclusive", "potentially breaking"),
    }


def test_what_is_announced_as_unstable_breaks_nobody():
    """A draft or alpha operation may change in any way, as long as it stays one; a beta may not."""

    def required(level, schema):
        return document(
            {
                "/paths/~1things/post/x-stability-level": level,
                "/paths/~1things/post/parameters/0/schema": schema,
            }
        )

    for level, grade in {"draft": "additive", "alpha": "additive", "beta": "breaking", "stable": "breaking"}.items():
        found = compare(required(level, {"type": "string"}), required(level, {"type": "integer"})).changes
        assert {change.grade.label for change in found} == {grade}


def test_every_rule_has_a_case():
    """No row of the table of rules goes untested."""
    tested = {rule for case in CASES for rule in (case[0], case[2])}
    tested |= {f"{side}-{rule}" for case in SCHEMA_CASES for rule in (case[0], case[2]) for side in SIDES}

    assert tested == RULES.keys()
