"""The two batch operations answer row by row, and credits are spent for what was done and no more."""

import httpx
import pytest

from jobmojito.sandbox import Sandbox

from .conftest import INTERVIEW

REGISTER = "/job-interview-register-users"


def test_each_row_has_its_own_outcome_in_input_order(http, interview):
    """Good rows are ok with a link of their own, bad rows say what is wrong, and all echo what was sent."""
    users = [
        {"email": "ann@example.com", "name": "Ann", "external_id": "x-1"},
        {"email": "not an address", "name": "Ben", "external_id": "x-2"},
        {"name": "No Address"},
        {"email": "cy@example.com", "name": "   "},
        {"email": "ANN@example.com", "name": "Ann again"},
        {"email": "dee@example.com", "name": None},
        {"email": None},
    ]

    rows = http.post(REGISTER, json={"interview_id": interview, "users": users}).json()

    assert [row["result"] for row in rows] == [
        "ok",
        "Error: email is not valid",
        "Error: email is required",
        "Error: name is empty",
        "Error: duplicate email in this request",
        "ok",
        "Error: email is required",
    ]
    echoed = [{k: row[k] for k in ("email", "name", "external_id") if k in row} for row in rows]
    assert echoed == [{k: v for k, v in user.items() if k != "email" or v is not None} for user in users]


def test_interview_links_are_single_use_credentials(http, interview):
    """Every good row has a link of its own, also for the same candidate again; a bad row has none."""
    users = [{"email": "ann@example.com"}, {"email": "ben@example.com"}, {"email": "bad"}]

    answers = [http.post(REGISTER, json={"interview_id": interview, "users": users}).json() for _ in range(2)]

    links = [row["interview_url"] for rows in answers for row in rows[:2]]
    assert len(set(links)) == 4
    assert all("interview_token=" in link for link in links)
    assert "interview_url" not in answers[0][2]


def test_no_rows_are_an_empty_answer(http, interview):
    """An empty list of users is answered with an empty list."""
    response = http.post(REGISTER, json={"interview_id": interview, "users": []})

    assert (response.status_code, response.json()) == (200, [])


@pytest.mark.parametrize(("value", "views"), [(True, 2), ("true", 2), (False, 0), ("no", 0), (None, 0)])
def test_view_options_reach_the_link(http, interview, value, views):
    """`hide_menu` and `hide_iframe` are on for true and "true", as the contract words it."""
    body = {"interview_id": interview, "users": [{"email": "a@example.com"}], "hide_menu": value, "hide_iframe": value}

    link = http.post(REGISTER, json=body).json()[0]["interview_url"]

    assert link.count("&view_") == views


def test_invitations_have_outcomes_by_kind(http, interview):
    """Members are Invited once and Skipped after, candidates need an interview, and bad rows say why."""
    users = [
        {"email": "m@example.com", "type": "merchant"},
        {"email": "c@example.com", "type": "candidate", "interview_id": interview},
        {"email": "d@example.com", "type": "candidate"},
        {"email": "e@example.com", "type": "pirate"},
        {"email": "nowhere"},
        {"name": "No Address"},
    ]

    first, second = (http.post("/invite-users", json={"users": users}).json() for _ in range(2))

    errors = [
        "Error: interview_id is required for type candidate",
        "Error: type is not known",
        "Error: email is not valid",
        "Error: email is required",
    ]
    assert [row["result"] for row in first] == ["Invited", "Invited", *errors]
    assert [row["result"] for row in second] == ["Skipped", "Skipped", *errors]


def test_an_invitation_can_be_forced(http):
    """`force_invite` sends it again."""
    body = {"users": [{"email": "m@example.com"}], "force_invite": True}

    answers = [http.post("/invite-users", json=body).json()[0]["result"] for _ in range(2)]

    assert answers == ["Invited", "Invited"]


@pytest.mark.parametrize(("kind", "outcome"), [("merchant", "SubMerchantAdded"), ("mentor", "CoachingAccessAdded")])
def test_a_member_of_another_merchant_is_added(http, kind, outcome):
    """Somebody who is a member of one merchant gets access to its sub-merchant, under the same profile."""
    branch = http.get("/merchant-sub-merchant-list").json()["data"][0]["id"]
    body = {"users": [{"email": "m@example.com", "type": kind}]}

    first = http.post("/invite-users", json=body).json()[0]
    second = http.post("/invite-users", json={**body, "merchant_id": branch}).json()[0]

    assert (first["result"], second["result"]) == ("Invited", outcome)
    assert first["profile_id"] == second["profile_id"]


@pytest.fixture
def poor(contract):
    """A client of a sandbox whose merchants have one credit and a half."""
    with Sandbox(contract=contract, credits=1.5) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        with httpx.Client(base_url=sandbox.base_url, headers=headers) as client:
            yield client


def test_exhausted_credits_are_a_422_and_create_nothing(poor):
    """What cannot be paid for is refused without a field, and is not there afterwards."""
    first, second = (poor.post("/job-interview-create", json=INTERVIEW) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 422)
    assert second.json() == {"error": "Not enough credits: 1 needed, 0.5 left"}
    assert poor.get("/merchant-interview-list").json()["pagination"]["total"] == 1


def test_rows_that_cannot_be_paid_for_fail_alone(poor):
    """Credits for five invitations register five rows; the sixth says so, and the request is still a 200."""
    interview = poor.post("/job-interview-create", json=INTERVIEW).json()["interview_def_set_id"]
    users = [{"email": f"u{number}@example.com"} for number in range(6)]

    rows = poor.post(REGISTER, json={"interview_id": interview, "users": users}).json()

    assert [row["result"] for row in rows[:5]] == ["ok"] * 5
    assert rows[5]["result"] == "Error: Not enough credits: 0.1 needed, 0 left"


def test_the_balance_tells_what_was_spent(http, sandbox, interview):
    """Invitations, a recorded interview and a translated report cost what the manual says; the status shows it."""
    before, spent = balance(http), sandbox.credits_spent
    http.post(REGISTER, json={"interview_id": interview, "users": [{"email": "a@example.com"}, {"email": "bad"}]})
    http.post("/job-interview-create", json={**INTERVIEW, "recording_full_session": "video_all"})
    result = http.get("/merchant-result-list").json()["data"][0]["interview_result_id"]
    features = {"mojito_language_code": "de"}
    report = {"interview_result_id": result, "export_type": "json", "export_features_result": features}
    http.post("/job-interview-pdf", json=report)

    events = http.get("/merchant-analytics-credits-used").json()["data"]

    assert [row["credit_amount"] for row in events[:3]] == [0.3, 1.4, 0.1]
    assert round(before - balance(http), 1) == round(sandbox.credits_spent - spent, 1) == 1.8


def balance(http):
    """All credits that the merchant has left."""
    status = http.get("/merchant-status").json()
    return status["credits_interview_monthly"] + status["credits_interview_extra"]
