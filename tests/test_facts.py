import copy
import json
import shutil
from pathlib import Path

import pytest

from jobmojito_api.facts import facts_of, prices
from scripts.corrections.facts import FILE, join, load_facts, sentences, stale, unknown
from scripts.files import lock
from scripts.files.failures import Refused
from scripts.generate import corrected
from tests import baseline
from tests.checkouts import ROOT

DOCUMENT = corrected(ROOT)
TABLE = load_facts(ROOT / FILE)
# What the table says is known for this contract, whatever the one in use has become.
KNOWN = baseline.effective()


def test_every_entry_is_about_something_of_the_contract():
    """Facts of an operation or a warning about a property that is gone would only mislead."""
    assert stale(KNOWN, TABLE) == []


def test_an_entry_whose_operation_or_property_is_gone_is_found():
    """By method and path: the same path with another method is another operation. An update lists them."""
    document = copy.deepcopy(KNOWN)
    document["paths"]["/merchant-status"]["post"] = document["paths"]["/merchant-status"].pop("get")
    del document["components"]["schemas"]["PersonaCreateRequest"]["properties"]["portal"]

    assert stale(document, TABLE) == ["GET /merchant-status", "POST /persona-create, care, portal"]
    assert unknown(document, TABLE) == ["POST /merchant-status"]
    assert "portal" not in join(document, TABLE)["operations"]["POST /persona-create"]["care"]
    assert "portal" in join(KNOWN, TABLE)["operations"]["POST /persona-create"]["care"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_operation_without_facts_counts_as_costing_mailing_and_not_repeatable(method):
    """Whatever its method: nobody has looked at it yet."""
    document = {"paths": {"/new": {method: {"operationId": "new"}}}}

    (entry,) = join(document, TABLE)["operations"].values()

    assert (entry["costs"], entry["mails"], entry["repeatable"], entry["known"]) == (True, True, False, False)
    assert "repeatable: no - not in openapi/facts.yaml yet" in sentences(entry)


def test_an_answer_that_nobody_knows_counts_against_the_caller():
    """Whether a second attempt is charged is not published: it is confirmed like one that is."""
    facts = facts_of("request_another_interview_attempt")

    assert TABLE["operations"]["POST /job-interview-result-request-another-attempt"]["costs"]["is"] == "unknown"
    assert (facts.costs, facts.mails, facts.repeatable, facts.known) == (True, True, False, True)


def test_prices_name_values_and_properties_of_the_contract():
    """An estimate looks these values up in bodies and definitions."""
    price = TABLE["prices"]["interview"]
    schemas = KNOWN["components"]["schemas"]
    definition = schemas["JobInterviewGetResponse"]["properties"]

    assert {price["kind"], price["duration"], *price["add_ons"]} <= set(definition)
    assert set(price["base"]) == set(schemas["AvatarType"]["enum"])
    assert set(price["add_ons"]["recording"]) == set(schemas["RecordingMode"]["enum"])
    assert set(price["add_ons"]["recording_full_session"]) == set(schemas["SessionRecordingMode"]["enum"])


def test_the_two_forms_of_the_guide_are_the_guides_alone():
    """They are read off the contract, where a correction marks them, and not listed a second time."""
    joined = join(KNOWN, TABLE)["operations"]

    assert {place for place, entry in joined.items() if entry["guide_only"]} == {
        "POST /job-interview-get",
        "POST /job-interview-details",
    }


def test_what_ships_is_what_the_table_says():
    """The package's JSON is this table, joined with the contract."""
    shipped = json.loads((ROOT / "generated/jobmojito_api/facts.json").read_text("utf-8"))

    assert list(shipped["operations"].values()) == list(join(DOCUMENT, TABLE)["operations"].values())
    assert prices() == shipped["prices"] == json.loads(json.dumps(TABLE["prices"]))


def test_every_method_says_its_facts():
    """What an editor shows before a call is written."""
    from jobmojito_api.resources.interviews import AsyncInterviews, Interviews  # noqa: PLC0415

    for made in (Interviews, AsyncInterviews):
        said = " ".join(made.create_persona.__doc__.split())
        assert "costs: yes - creating an interview costs credits (guide, 2026-11-26)" in said
        assert "mind portal: without it the role-play is for coaching" in said


def test_a_changed_table_is_drift(tmp_path):
    """The stamp holds its hash, so facts that were not generated do not pass unnoticed."""
    shutil.copytree(ROOT / "openapi", tmp_path / "openapi")
    for part in ("scripts", "generated", "generator-config.yml"):
        (tmp_path / part).symlink_to(ROOT / part)
    assert lock.differences(tmp_path) == []

    with (tmp_path / FILE).open("a") as table:
        table.write("# changed\n")

    assert lock.differences(tmp_path) == ["openapi/lock.json: facts does not match"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("why: creating an interview costs credits", "why: ''", "costs needs a reason and one of the sources"),
        ("is: unknown, source: contract", "is: perhaps, source: contract", "mails is true, false or unknown"),
        ("is: true, source: guide", "is: true, source: hearsay", "costs needs a reason and one of the sources"),
        ("read: 2026-11-26", "read: lately", "the source guide needs a title and the date it was read"),
        ("    price: interview\n", "    price: report\n", "prices has no report"),
        ("    costs: *creation\n", "", "needs costs, mails, repeatable"),
        ("    care:\n", "    beware:\n", "needs costs, mails, repeatable"),
        ("operations:\n", "facts:\n", "expected sources, prices, ids and operations"),
        ("operations:\n", "operations: [\n", "not valid YAML"),
        ("    costs: *creation\n", "    costs: true\n", "not the form of a table of facts"),
    ],
)
def test_a_table_that_cannot_be_trusted_is_refused(tmp_path: Path, old, new, message):
    """Each fact has an answer, a reason and a dated source, and no key goes unread."""
    text = (ROOT / FILE).read_text("utf-8")
    assert old in text
    path = tmp_path / "facts.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(Refused, match=message):
        load_facts(path)
