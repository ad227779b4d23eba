"""What the sandbox says in one place agrees with what it says in another, and states forbid what they should."""

from datetime import UTC, datetime, timedelta

import pytest

from .conftest import CANDIDATE, INTERVIEW, POSITION, register
from .test_screening import RULE

DETAILS = "/job-interview-details"
APPLY = "/job-interview-create-for-candidate-with-token"


def details(http, result):
    """A result's details."""
    return http.get(DETAILS, params={"interview_result_id": result}).json()


def listed(http, path="/merchant-result-list", **query):
    """The rows of a list."""
    return http.get(path, params=query).json()["data"]


def test_details_are_the_same_each_time(http, result):
    """Nothing of a result changes from one reading to the next: ids of turns, times, scores; no id comes twice."""
    first, second = details(http, result), details(http, result)

    ids = [turn["id"] for turn in first["transcript"]]
    assert first == second
    assert len(set(ids)) == len(ids) == 16


def test_times_and_lengths_agree(http, result):
    """An interview is as long as its turns, as its row says, and from start to end; its end is not to come."""
    told, (row,) = details(http, result), listed(http)
    start, end = (datetime.fromisoformat(told[name]) for name in ("start", "end"))

    assert told["duration"] == row["duration_ds"] == sum(turn["duration"] for turn in told["transcript"])
    assert (end - start) == timedelta(seconds=told["duration"] / 10)
    assert start < end <= datetime.now(UTC)
    assert told["end"] == row["created_at"]


@pytest.mark.parametrize("unfinished", ["draft", "reopened"])
def test_what_is_not_finished_has_no_end(http, interview, unfinished):
    """A draft and a reopened result have begun, and have neither end, length, score, verdict nor transcript."""
    address = "ann+draft@example.com" if unfinished == "draft" else "ann@example.com"
    result = register(http, interview, {"email": address})
    if unfinished == "reopened":
        http.post("/job-interview-result-request-another-attempt", json={"interview_result_id": result})

    told, (row,) = details(http, result), listed(http)
    missing = ("end", "duration", "score", "score_text", "score_answer", "ai_analysis")
    assert [told[name] for name in missing] == [None] * len(missing)
    assert (told["start"], told["transcript"], row["duration_ds"]) == (row["created_at"], [], None)


def test_a_pre_screening_is_no_interview(http, position):
    """Its result has begun nothing and lasts no time, is in no tab of interviews, and can be reported all the same."""
    resume = {"position_id": position, "candidate_resume": "text", **CANDIDATE}
    screened = http.post("/job-interview-pre-screening-api-resume-text", json=resume).json()

    (row,) = listed(http, step="pre-screening")
    told = details(http, row["interview_result_id"])
    report = {"interview_result_id": row["interview_result_id"], "export_type": "html"}
    html = http.post("/job-interview-pdf", json=report).json()["html_export"]

    missing = ("status", "start", "end", "duration", "score")
    assert [told[name] for name in missing] == [None] * len(missing)
    assert row["interview_result_pre_screening_id"] == screened["interview_result_pre_screening_id"]
    assert (told["transcript"], row["interview_started"], listed(http, tab="incomplete")) == ([], False, [])
    assert "None" not in html


def test_a_transcript_stays_when_the_interview_changes(http, interview, result):
    """What was asked is what was asked then, whatever the interview asks now."""
    before = details(http, result)
    http.post("/job-interview-update", json={"position_id": interview, "questions": [{"question": "New?"}]})

    assert details(http, result) == before


@pytest.mark.parametrize("state", ["archived", "deleted"])
def test_an_interview_put_away_takes_no_candidates(http, interview, result, state):
    """Registration, invitation, application, link and retake are refused, nothing is paid, and nobody is added."""
    http.post("/job-interview-set-state", json={"position_id": interview, "status": state})
    refusal = f"the interview is {state} and takes no candidates"
    before = http.get("/merchant-status").json()
    user = {"email": "bo@example.com", "type": "candidate", "interview_id": interview}
    person = listed(http, "/merchant-candidate-list")[0]["id"]
    refused = {
        "/job-interview-register-users": {"interview_id": interview, "users": [{"email": "bo@example.com"}]},
        APPLY: {
            "position_def_set_id": interview,
            "candidate_resume": "text",
            "candidate_country_code": "SK",
            **CANDIDATE,
        },
        "/job-interview-token": {
            "type": "interview-for-profile",
            "interview_id": interview,
            "interview_profile_id": person,
        },
        "/job-interview-result-request-another-attempt": {"interview_result_id": result},
    }

    answers = [http.post(path, json=body) for path, body in refused.items()]
    (row,) = http.post("/invite-users", json={"users": [user]}).json()

    assert [answer.status_code for answer in answers] == [422] * 4
    assert {answer.json()["error"] for answer in answers} == {refusal}
    assert row["result"] == f"Error: {refusal}"
    assert http.get("/merchant-status").json() == before


def test_an_interview_taken_out_of_the_archive_takes_candidates_again(http, interview):
    """Being archived is a state and no end."""
    for status in ("archived", "active"):
        http.post("/job-interview-set-state", json={"position_id": interview, "status": status})

    assert register(http, interview, {"email": "bo@example.com"})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/job-interview-create", {**INTERVIEW, "max_duration": -600}, "max_duration"),
        ("/job-interview-create", {**INTERVIEW, "interview_length": -1}, "interview_length"),
        ("/job-interview-update", {"max_duration": -0.5}, "max_duration"),
        (
            "/pre-screening-create",
            {**POSITION, "assessment_rules": [RULE | {"age_min": -1}]},
            "assessment_rules.0.age_min",
        ),
    ],
)
def test_numbers_below_zero_are_refused(http, interview, path, body, field):
    """No amount of the API is negative: such a number is a 422 on its name, though the contract sets no minimum."""
    body = body | ({"position_id": interview} if "update" in path else {})

    answer = http.post(path, json=body)

    assert (answer.status_code, answer.json()["name"]) == (422, field)


def test_free_values_may_be_below_zero(http):
    """Where the contract declares no number, any JSON may stand."""
    question = {"question": "Why?", "external_data": {"offset": -1}}
    body = {**INTERVIEW, "description": "An interview", "questions": [question]}

    assert http.post("/job-interview-create-from-array", json=body).status_code == 200


def test_counts_agree_with_the_lists(http, interview, position):
    """The status counts what the lists hold, and each candidate and interview counts its own results."""
    register(http, interview, {"email": "ann@example.com"}, {"email": "bo+draft@example.com"})
    resume = {"position_id": position, "candidate_resume": "text", **CANDIDATE}
    http.post("/job-interview-pre-screening-api-resume-text", json=resume)

    status, rows, people = http.get("/merchant-status").json(), listed(http), listed(http, "/merchant-candidate-list")
    (ann,) = (person for person in people if person["email"] == "ann@example.com")
    definitions = {row["id"]: row for row in listed(http, "/merchant-interview-list")}

    assert (status["interview_results"], status["candidates"]) == (len(rows), len(people)) == (3, 2)
    assert (status["interviews_ongoing"], status["definitions_active"]) == (1, len(definitions))
    assert (ann["interview_count"], ann["pre_screening_count"], ann["status"]) == (1, 1, "active")
    assert definitions[interview]["interview_count"] == 2
    assert len(listed(http, tab="completed")) == len(listed(http, tab="incomplete")) == 1


def test_a_candidate_can_be_invited_to_a_second_interview(http, interview):
    """Who takes part in one interview is skipped there, and invited to another."""
    other = http.post("/job-interview-create", json=INTERVIEW).json()["interview_def_set_id"]
    register(http, interview, {"email": "ann@example.com"})
    user = {"email": "ann@example.com", "type": "candidate"}

    outcomes = [
        http.post("/invite-users", json={"users": [user | {"interview_id": known}]}).json()[0]["result"]
        for known in (interview, other, other)
    ]

    assert outcomes == ["Skipped", "Invited", "Skipped"]
    assert len(listed(http, interview_id=other)) == 1


def test_embed_credentials_can_be_deleted(http, interview):
    """`is_embedded` false deletes the keys; the next ones are others."""
    answers = [
        http.post("/job-interview-set-state", json={"position_id": interview, "is_embedded": wanted}).json()
        for wanted in (True, False, True)
    ]

    assert answers[1] == {"success": True}
    assert not set(answers[0].values()) & set(answers[2].values())


def test_undeclared_properties_reach_no_record(http, interview):
    """What the contract does not know of a body is dropped: nobody chooses ids or moves records by it."""
    chosen = "11111111-2222-4333-8444-555555555555"
    created = http.post("/job-interview-create", json={**INTERVIEW, "id": chosen}).json()["interview_def_set_id"]
    update = {"position_id": interview, "name": "Lead", "is_multistage": True, "id": chosen, "interview_count": 9}
    answer = http.post("/job-interview-update", json=update).json()

    rows = {row["id"]: row for row in listed(http, "/merchant-interview-list")}
    assert answer["updated_fields"] == ["name"]
    assert set(rows) == {created, interview}
    assert (chosen in rows, rows[interview]["is_multi_stage"], rows[interview]["interview_count"]) == (False, False, 0)


def test_a_position_can_be_given_questions(http, position):
    """A new position has none; the first ones are added, and are asked of the next candidate."""
    update = {"position_id": position, "questions": [{"question": "Why?"}]}
    added = http.post("/job-interview-update", json=update).json()["questions_diff"]["added"]

    result = register(http, position, {"email": "ann@example.com"})

    assert [turn["question_original_id"] for turn in details(http, result)["transcript"]] == added * 2
