"""Whatever a document or the code holds, the meaning check ends with a report."""

from __future__ import annotations

import shutil

import pytest

from scripts.contract.differences import Comparison
from scripts.drift import meaning as drift
from tests.mutations import at, drawn, places
from tests.parity.catching import is_caught

GARBAGE = [None, 1, "x", [], {}, True, ["a"], {"a": 1}, [{}], {"$ref": "#/components/schemas/Error"}, {"$ref": "x"}]
WORDING = {"description", "example", "summary", "title"}


def test_garbage_anywhere_in_the_document_is_told_and_never_raises(document, corrections, observation):
    """A value of another kind, at places drawn over the whole document, is drift or no change, and no exception."""
    found = [(*place, key) for place, found in places(document) for key in found]
    some = drawn([place for place in found if place[0] in ("paths", "components")], 91)
    unseen = []
    for number, place in enumerate(some):
        garbage = GARBAGE[number % len(GARBAGE)]
        mutated = at(document, place, lambda _, garbage=garbage: garbage)
        caught = is_caught(mutated, corrections, observation)
        if not caught and mutated != document and not WORDING & set(place) and "securitySchemes" not in place:
            unseen.append((place, garbage))

    assert len(some) > 90
    assert unseen == []


@pytest.mark.parametrize(
    "text", ["", "raise SystemExit", "class Error", "def __getattr__(name):\n    return name\n", "\0"]
)
def test_a_module_that_is_no_module_is_told_and_never_raises(document, corrections, package_dir, tmp_path, text):
    """A file that is empty, leaves, does not parse or answers to every name is drift."""
    copy = tmp_path / "jobmojito_api"
    shutil.copytree(package_dir, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "models" / "error.py").write_text(text)

    report = drift.meaning(document, corrections, copy)

    assert report.code == 1
    assert any(one.file == "models/error.py" or one.what == "Error is in the index alone" for one in report.differences)


@pytest.mark.parametrize("document", [{}, {"paths": []}, {"paths": {"/a": 1}}, {"components": {"schemas": []}}])
def test_a_document_that_is_none_is_drift(document, corrections, package_dir):
    """Everything that the code has is then in the code alone."""
    report = drift.meaning(document, corrections, package_dir)

    assert report.code == 1
    assert len([one for one in report.differences if "is in the code alone" in one.what]) > 32


def test_parts_that_a_look_makes_are_never_taken_for_earlier_ones():
    """A difference is found though equal parts, made by `look` and gone again, came before it."""
    found = []
    comparison = Comparison(
        lambda *difference: found.append(difference), lambda form: {key: dict(value) for key, value in form.items()}
    )
    wanted = [{"required": {"x": True}} for _ in range(100)]
    comparison.same(wanted, [*({"required": {"x": True}} for _ in range(99)), {"required": {}}])

    assert found == [("", "", "'x' as a required property is in the document alone")]
