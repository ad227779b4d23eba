"""The same calls and answers through two generated packages: what is sent and read differently, and nothing else."""

import re

import pytest

from scripts.changes import wire
from scripts.changes.reports import plain
from scripts.changes.wire import NOTHING, compare
from scripts.files.failures import Refused


def properties(document, name):
    """Give the properties of a component."""
    return document["components"]["schemas"][name]["properties"]


def changed(document):
    """Change one thing each of what is sent and what is read."""
    paths = document["paths"]
    paths["/tongues"] = paths.pop("/platform-languages-list")
    parameters = paths["/merchant-result-list"]["get"]["parameters"]
    next(one for one in parameters if one["name"] == "limit")["name"] = "most"
    document["components"]["schemas"]["PersonaCreateRequest"]["required"].append("ai_persona_name_new")
    properties(document, "PersonaCreateRequest")["ai_persona_name_new"] = {"type": "string"}
    status = properties(document, "MerchantStatus")
    status["people"] = status.pop("candidates")
    status["credits_interview_extra"] = {"type": "string"}
    document["components"]["schemas"]["MerchantStatus"]["required"].remove("candidates")
    del paths["/merchant-analytics"]


def test_the_same_contract_in_other_words_differs_in_nothing(packages):
    """Another description, and a second build: every operation is called, with dozens of arguments, and read."""

    def reworded(document):
        document["paths"]["/persona-create"]["post"]["description"] = "Other words."

    found = compare(packages("old"), packages("reworded", reworded))

    assert (found.sent, found.read, found.departures) == ((), (), ())
    assert (found.calls > 1000, found.answers > 1000) == (True, True)
    (line,) = found.lines(plain)
    assert re.fullmatch(
        r"\d+ calls and \d+ answers of the contract before were compared; all are .* as they were\.", line
    )


def test_each_change_is_found_with_its_smallest_example(packages):
    """A path, a parameter, a limit, what is required, an operation; and of answers a name and a type."""
    found = compare(packages("old"), packages("new", changed))
    sent = {(one.operation, one.place): one for one in found.sent}
    read = {(one.operation, one.place): (one.old, one.new) for one in found.read}

    moved = sent["list_languages", "/url"]
    assert ("platform-languages-list" in moved.old, "tongues" in moved.new, moved.sample) == (True, True, "{}")
    assert "there is no operation" in sent["get_merchant_analytics", "/refused"].new
    assert "no argument limit" in sent["list_interview_results", "/refused"].new
    assert "required" in sent["create_persona", "/refused"].new
    assert {one.operation for one in found.sent} == {
        "create_persona",
        "get_merchant_analytics",
        "list_interview_results",
        "list_languages",
    }
    assert read["get_merchant_status 200", "/candidates"][1] == NOTHING
    departing = {(one.operation, one.place) for one in found.departures}
    assert ("get_merchant_status 200", "/~1credits_interview_extra: type") in departing
    assert {name.split()[0] for name, _ in departing | read.keys()} <= {"get_merchant_analytics", "get_merchant_status"}
    assert any(
        "refuses a call that was sent" in line and "list_interview_results" in line for line in found.lines(plain)
    )


def test_a_package_that_cannot_be_called_is_refused_in_a_line(packages, tmp_path):
    """It says which, and why."""
    broken = tmp_path / "jobmojito_api"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('broken')")

    with pytest.raises(Refused, match="jobmojito_api: the package cannot be called: ImportError: broken"):
        compare(packages("old"), broken)


def test_a_package_that_hangs_is_refused_in_a_line(packages, tmp_path, monkeypatch):
    """An update must not wait for it for ever."""
    monkeypatch.setattr(wire, "_MOST_SECONDS", 3)
    hanging = tmp_path / "jobmojito_api"
    hanging.mkdir()
    (hanging / "__init__.py").write_text("import time; time.sleep(60)")

    with pytest.raises(Refused, match="cannot be called: it took longer than 3 s"):
        compare(packages("old"), hanging)


def test_a_folder_without_a_package_is_refused(packages, tmp_path):
    """The package that is installed is not called in its place, which would find no difference."""
    with pytest.raises(Refused, match="there is no package in this folder"):
        compare(packages("old"), tmp_path / "none" / "jobmojito_api")
