"""Every row of the table of rules, and its mirror."""

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.changes.contracts import compare
from scripts.changes.rules import RULES
from tests.changes.cases import CASES, GRADES, SCHEMA_CASES, document, with_schema

SIDES = ("request", "response")


def _found(old: dict[str, Any], new: dict[str, Any]) -> set[tuple[str, str]]:
    return {(change.rule, change.grade.label) for change in compare(old, new).changes}


def _rows() -> Iterator[tuple[str, str, Any, Any]]:
    """Give each case both ways round: rule, grade, the document before and after; of a schema for each side."""
    for rule, grade, mirror, mirror_grade, before, after in CASES:
        yield rule, grade, document(before), document(after)
        yield mirror, mirror_grade, document(after), document(before)
    for rule, grades, mirror, mirror_grades, before, after in SCHEMA_CASES:
        for index, side in enumerate(SIDES):
            old, new = with_schema(before, side), with_schema(after, side)
            yield f"{side}-{rule}", grades[index], old, new
            yield f"{side}-{mirror}", mirror_grades[index], new, old


@pytest.mark.parametrize(("rule", "grade", "old", "new"), [*_rows()])
def test_a_change_gives_its_rule_with_its_grade_and_nothing_else(rule, grade, old, new):
    """A change of one kind is found by one rule alone, in the direction in which it goes."""
    assert _found(old, new) == {(rule, GRADES[grade])}


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
    assert {rule for rule, *_ in _rows()} == RULES.keys()
