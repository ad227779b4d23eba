"""What the corrections may declare, and how exactly the meaning check takes them."""

from __future__ import annotations

import pytest

from scripts.correct import effective
from scripts.drift.declared import declared
from scripts.drift.meaning import meaning
from scripts.generate import build

ANSWER = {"responses": {"200": {"description": "It.", "content": {"application/json": {"schema": {"type": "string"}}}}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1"},
    "tags": [{"name": "It"}],
    "paths": {"/it": {"get": {"tags": ["It"], **ANSWER}}},
    "components": {
        "schemas": {"Thing": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"enum": ["x"]}}}}
    },
}
A = "$.components.schemas.Thing.properties.a"


def overlay(*updates, **rest):
    """Make corrections of pairs of target and update."""
    actions = [
        {"target": target, "description": "Tries it.", "x-matches": 1, "update": update, **rest}
        for target, update in updates
    ]
    return {"overlay": "1.0.0", "info": {"title": "Tried", "version": "1"}, "actions": actions}


def drift(corrections, folder):
    """Generate the corrected document and give what the meaning check says of it."""
    target = folder / "jobmojito_api"
    build(effective(DOCUMENT, corrections), target)
    return meaning(DOCUMENT, corrections, target)


def test_names_titles_and_wording_are_no_drift(tmp_path):
    """A name for an operation, a resource and a type, and better wording, change nothing that goes over the wire."""
    corrections = overlay(
        ("$.paths['/it'].get", {"operationId": "fetch_it"}),
        ("$.tags[0]", {"x-resource-name": "things", "description": "Better."}),
        ("$.components.schemas.Thing.properties.b", {"title": "Letter", "description": "Better."}),
    )

    report = drift(corrections, tmp_path)

    assert report.differences == report.unknown == []


def test_a_change_of_meaning_is_drift_unless_it_is_declared(tmp_path):
    """A correction that slips (here: another type) shows as drift, in the code and in the contract file."""
    report = drift(overlay((A, {"type": "integer"})), tmp_path)

    assert [(one.pointer, one.file) for one in report.differences] == [
        ("/components/schemas/Thing/properties/a", "models/thing.py"),
        ("/components/schemas/Thing/properties/a", "contract.json"),
    ]


def test_a_declared_change_of_meaning_is_expected_exactly(tmp_path):
    """With `x-changes-meaning` exactly that change is expected, so the code without it would be drift."""
    corrections = overlay((A, {"type": "integer"}), **{"x-changes-meaning": True})

    report = drift(corrections, tmp_path)

    assert report.differences == report.unknown == []


@pytest.mark.parametrize("source", [{}, {"x-source": "guide"}])
def test_an_added_operation_has_to_say_its_source(tmp_path, source):
    """An operation beside the document's own is drift, unless it says where it is from."""
    report = drift(overlay(("$.paths['/it']", {"post": {"tags": ["It"], **ANSWER, **source}})), tmp_path)

    assert ("operation POST /it is in the code alone" in {one.what for one in report.differences}) is (not source)
    assert (report.counts["operations"], len(report.differences) > 0) == ((2, False) if source else (1, True))


def test_a_renamed_operation_is_drift(tmp_path):
    """The name that the corrections give is the name that the code has to have."""
    first = overlay(("$.paths['/it'].get", {"operationId": "fetch_it"}))
    second = overlay(("$.paths['/it'].get", {"operationId": "get_it"}))
    target = tmp_path / "jobmojito_api"
    build(effective(DOCUMENT, first), target)

    assert meaning(DOCUMENT, first, target).differences == []
    told = meaning(DOCUMENT, second, target).differences
    assert [(one.pointer, one.file.rpartition("/")[2]) for one in told] == [
        ("/paths/~1it/get", "fetch_it.py"),
        ("/paths/~1it/get", "contract.json"),
    ]


@pytest.mark.parametrize("action", [{"target": "$[", "update": {}}, {"update": {}}, {"target": 3}])
def test_an_action_that_cannot_be_read_cannot_be_checked(action):
    """It is reported as a misfit, by its place in the corrections file."""
    assert [pointer for pointer, _ in declared(DOCUMENT, {"actions": [action]}).misfits] == ["/actions/0"]
