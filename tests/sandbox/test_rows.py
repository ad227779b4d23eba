"""The two batch operations answer row by row, and credits are spent for what was done and no more."""

import httpx
import pytest

from jobmojito.sandbox import Sandbox

from .conftest import INTERVIEW, create, listed

REGISTER, INVITE = "/job-interview-register-users", "/invite-users"


@pytest.fixture
def rows(http, interview):
    """Register rows for the interview: their outcomes."""
    return lambda users, **body: http.post(REGISTER, json={"interview_id": interview, "users": users, **body}).json()


def invited(http, *users, **body):
    """Invite users: their outcomes."""
    return http.post(INVITE, json={"users": users, **body}).json()


def test_each_row_has_its_own_outcome_in_input_order(rows):
    """Good rows are ok, bad rows say what is wrong, and all echo what was sent."""
    outcomes = [
        ({"email": "ann@example.com", "name": "Ann", "external_id": "x-1"}, "ok"),
        ({"email": "not an address", "name": "Ben", "external_id": "x-2"}, "Error: email is not valid"),
        ({"name": "No Address"}, "Error: email is required"),
        ({"email": "cy@example.com", "name": "   "}, "Error: name is empty"),
        ({"email": "ANN@example.com", "name": "Ann again"}, "Error: duplicate email in this request"),
        ({"email": "dee@example.com", "name": None}, "ok"),
        ({"email": None}, "Error: email is required"),
    ]

    answer = rows([user for user, _ in outcomes])

    assert [row.pop("result") for row in answer] == [result for _, result in outcomes]
    assert [{k: v for k, v in row.items() if k != "interview_url"} for row in answer] == [
        {k: v for k, v in user.items() if k != "email" or v is not None} for user, _ in outcomes
    ]
    assert rows([]) == []


def test_interview_links_are_single_use_credentials(rows):
    """Every good row has a link of its own, also for the same candidate again; a bad row has none."""
    answers = [rows([{"email": "ann@example.com"}, {"email": "ben@example.com"}, {"email": "bad"}]) for _ in range(2)]

    links = [row["interview_url"] for answer in answers for row in answer[:2]]
    assert len(set(links)) == 4
    assert all("interview_token=" in link for link in links)
    assert "interview_url" not in answers[0][2]


@pytest.mark.parametrize(("value", "views"), [(True, 2), ("true", 2), (False, 0), ("no", 0), (None, 0)])
def test_view_options_reach_the_link(rows, value, views):
    """`hide_menu` and `hide_iframe` are on for true and "true", as the contract words it."""
    (row,) = rows([{"email": "a@example.com"}], hide_menu=value, hide_iframe=value)

    assert row["interview_url"].count("&view_") == views


def test_invitations_have_outcomes_by_kind(http, interview):
    """Members are Invited once, Skipped after, Invited if forced; candidates need an interview; bad rows say why."""
    users = {
        "Invited": {"email": "m@example.com", "type": "merchant"},
        "Invited ": {"email": "c@example.com", "type": "candidate", "interview_id": interview},
        "Error: interview_id is required for type candidate": {"email": "d@example.com", "type": "candidate"},
        "Error: type is not known": {"email": "e@example.com", "type": "pirate"},
        "Error: email is not valid": {"email": "nowhere"},
        "Error: email is required": {"name": "No Address"},
    }

    first, second, forced = (invited(http, *users.values(), **options) for options in ({}, {}, {"force_invite": True}))

    expected = [outcome.strip() for outcome in users]
    assert [row["result"] for row in first] == [row["result"] for row in forced] == expected
    assert [row["result"] for row in second] == ["Skipped", "Skipped", *expected[2:]]


@pytest.mark.parametrize(("kind", "outcome"), [("merchant", "SubMerchantAdded"), ("mentor", "CoachingAccessAdded")])
def test_a_member_of_another_merchant_is_added(http, kind, outcome):
    """Somebody who is a member of one merchant gets access to its sub-merchant, under the same profile."""
    branch, user = listed(http, "/merchant-sub-merchant-list")[0]["id"], {"email": "m@example.com", "type": kind}

    (first,), (second,) = invited(http, user), invited(http, user, merchant_id=branch)

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
    assert len(listed(poor, "/merchant-interview-list")) == 1


def test_rows_that_cannot_be_paid_for_fail_alone(poor):
    """Credits for five invitations register five rows; the sixth says so, and the request is still a 200."""
    users = [{"email": f"u{number}@example.com"} for number in range(6)]

    response = poor.post(REGISTER, json={"interview_id": create(poor), "users": users})

    outcomes = [*["ok"] * 5, "Error: Not enough credits: 0.1 needed, 0 left"]
    assert (response.status_code, [row["result"] for row in response.json()]) == (200, outcomes)


def test_the_balance_tells_what_was_spent(http, sandbox, rows):
    """Invitations, a recorded interview and a translated report cost what the manual says; the status shows it."""
    rows([])  # makes the interview
    before, spent = balance(http), sandbox.credits_spent
    rows([{"email": "a@example.com"}, {"email": "bad"}])
    create(http, recording_full_session="video_all")
    report = {"interview_result_id": listed(http)[0]["interview_result_id"], "export_type": "json"}
    http.post("/job-interview-pdf", json={**report, "export_features_result": {"mojito_language_code": "de"}})

    events = listed(http, "/merchant-analytics-credits-used")

    assert [row["credit_amount"] for row in events[:3]] == [0.3, 1.4, 0.1]
    assert round(before - balance(http), 1) == round(sandbox.credits_spent - spent, 1) == 1.8


def balance(http):
    """All credits that the merchant has left."""
    status = http.get("/merchant-status").json()
    return status["credits_interview_monthly"] + status["credits_interview_extra"]
