"""What the sandbox says in one place agrees with what it says in another, and states forbid what they should."""

from datetime import UTC, datetime, timedelta

import pytest

from .conftest import CANDIDATE, INTERVIEW, POSITION, create, details, got, listed, refusal, register
from .test_screening import RULE, TEXT
from .test_state import INTERVIEWS, STATE, UPDATE

CANDIDATES = "/merchant-candidate-list"
RETAKE = "/job-interview-result-request-another-attempt"


def test_details_are_the_same_each_time(http, interview, result):
    """Nothing of a result changes from one reading to the next, not even when its interview does; no id comes twice."""
    first, second = details(http, result), details(http, result)
    http.post(UPDATE, json={"position_id": interview, "questions": [{"question": "New?"}]})

    ids = [turn["id"] for turn in first["transcript"]]
    assert first == second == details(http, result)
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
    result = register(http, interview, {"email": f"ann{'+draft' if unfinished == 'draft' else ''}@example.com"})
    if unfinished == "reopened":
        http.post(RETAKE, json={"interview_result_id": result})

    told, (row,) = details(http, result), listed(http)
    missing = ("end", "duration", "score", "score_text", "score_answer", "ai_analysis")
    assert [told[name] for name in missing] == [None] * len(missing)
    assert (told["status"], told["start"], told["transcript"]) == ("started", row["created_at"], [])
    assert row["duration_ds"] is None
    assert [len(listed(http, tab=tab)) for tab in ("incomplete", "completed", "")] == [1, 0, 1]


def test_a_pre_screening_is_no_interview(http, position):
    """Its result has begun nothing and lasts no time, is in no tab of interviews, and can be reported all the same."""
    screened = http.post(TEXT, json={"position_id": position, "candidate_resume": "text", **CANDIDATE}).json()

    (row,) = listed(http, step="pre-screening")
    told = details(http, row["interview_result_id"])
    report = {"interview_result_id": row["interview_result_id"], "export_type": "html"}
    html = http.post("/job-interview-pdf", json=report).json()["html_export"]

    missing = ("status", "start", "end", "duration", "score")
    assert [told[name] for name in missing] == [None] * len(missing)
    assert row["interview_result_pre_screening_id"] == screened["interview_result_pre_screening_id"]
    assert (told["transcript"], row["interview_started"], listed(http, tab="incomplete")) == ([], False, [])
    assert "None" not in html


@pytest.mark.parametrize("state", ["draft", "preparing", "completed", "archived", "deleted"])
def test_an_interview_that_is_not_active_takes_no_candidates(http, interview, result, state):
    """Registration, invitation, application, link and retake are refused, nothing is paid, and nobody is added."""
    http.post(STATE, json={"position_id": interview, "status": state})
    before = http.get("/merchant-status").json()
    user = {"email": "bo@example.com", "type": "candidate", "interview_id": interview}
    application = {"candidate_resume": "text", "candidate_country_code": "SK", **CANDIDATE}
    person = {"interview_profile_id": listed(http, CANDIDATES)[0]["id"]}
    refused = {
        "/job-interview-register-users": {"interview_id": interview, "users": [{"email": "bo@example.com"}]},
        "/job-interview-create-for-candidate-with-token": {"position_def_set_id": interview, **application},
        "/job-interview-token": {"type": "interview-for-profile", "interview_id": interview, **person},
        RETAKE: {"interview_result_id": result},
    }

    answers = [http.post(path, json=body) for path, body in refused.items()]
    (row,) = http.post("/invite-users", json={"users": [user]}).json()

    error = f"the interview is {state} and takes no candidates"
    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(422, error)] * 4
    assert row["result"] == f"Error: {error}"
    assert http.get("/merchant-status").json() == before


@pytest.mark.parametrize(("state", "status"), [("draft", 200), ("preparing", 422), ("archived", 422)])
def test_a_test_opens_drafts_and_nothing_else(http, state, status):
    """`is_test` registers for a draft, as the contract says, and marks the result, which can be taken again."""
    interview = create(http)
    http.post(STATE, json={"position_id": interview, "status": state})
    body = {"interview_id": interview, "users": [{"email": "bo@example.com"}], "is_test": "true"}

    assert http.post("/job-interview-register-users", json=body).status_code == status
    assert [row["is_test"] for row in listed(http)] == [True] * (status == 200)
    for row in listed(http):
        assert http.post(RETAKE, json={"interview_result_id": row["interview_result_id"]}).status_code == 200


def test_an_interview_taken_out_of_the_archive_takes_candidates_again(http, interview):
    """Being archived is a state and no end."""
    for status in ("archived", "active"):
        http.post(STATE, json={"position_id": interview, "status": status})

    assert register(http, interview, {"email": "bo@example.com"})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/job-interview-create", {**INTERVIEW, "max_duration": -600}, "max_duration"),
        ("/job-interview-create", {**INTERVIEW, "interview_length": -1}, "interview_length"),
        (UPDATE, {"max_duration": -0.5}, "max_duration"),
        (
            "/pre-screening-create",
            {**POSITION, "assessment_rules": [RULE | {"age_min": -1}]},
            "assessment_rules.0.age_min",
        ),
    ],
)
def test_numbers_below_zero_are_refused(http, interview, path, body, field):
    """No amount of the API is negative: such a number is a 422 on its name, though the contract sets no minimum."""
    body = body | ({"position_id": interview} if path == UPDATE else {})

    assert refusal(http.post(path, json=body)) == (422, field)


def test_free_values_may_be_below_zero(http):
    """Where the contract declares no number, any JSON may stand."""
    question = {"question": "Why?", "external_data": {"offset": -1}}
    body = {**INTERVIEW, "description": "An interview", "questions": [question]}

    assert http.post("/job-interview-create-from-array", json=body).status_code == 200


def test_counts_agree_with_the_lists(http, interview, position):
    """The status counts what the lists hold, and each candidate and interview counts its own results."""
    register(http, interview, {"email": "ann@example.com"}, {"email": "bo+draft@example.com"})
    http.post(TEXT, json={"position_id": position, "candidate_resume": "text", **CANDIDATE})

    status, rows, people = http.get("/merchant-status").json(), listed(http), listed(http, CANDIDATES)
    (ann,) = (person for person in people if person["email"] == "ann@example.com")
    definitions = {row["id"]: row for row in listed(http, INTERVIEWS)}

    assert (status["interview_results"], status["candidates"]) == (len(rows), len(people)) == (3, 2)
    assert (status["interviews_ongoing"], status["definitions_active"]) == (1, len(definitions))
    assert (ann["interview_count"], ann["pre_screening_count"], ann["status"]) == (1, 1, "active")
    assert definitions[interview]["interview_count"] == 2


def test_a_candidate_can_be_invited_to_a_second_interview(http, interview):
    """Who takes part in one interview is skipped there, and invited to another."""
    other, user = create(http), {"email": "ann@example.com", "type": "candidate"}
    register(http, interview, {"email": "ann@example.com"})

    outcomes = [
        http.post("/invite-users", json={"users": [user | {"interview_id": known}]}).json()[0]["result"]
        for known in (interview, other, other)
    ]

    assert outcomes == ["Skipped", "Invited", "Skipped"]
    assert len(listed(http, interview_id=other)) == 1


def test_undeclared_properties_reach_no_record(http, interview):
    """What the contract does not know of a body is dropped: nobody chooses ids or moves records by it."""
    chosen = "11111111-2222-4333-8444-555555555555"
    created = create(http, id=chosen)
    update = {"position_id": interview, "name": "Lead", "is_multistage": True, "id": chosen, "interview_count": 9}
    answer = http.post(UPDATE, json=update).json()

    rows = {row["id"]: row for row in listed(http, INTERVIEWS)}
    assert answer["updated_fields"] == ["name"]
    assert set(rows) == {created, interview}
    assert (rows[interview]["is_multi_stage"], rows[interview]["interview_count"]) == (False, 0)


def test_a_position_can_be_given_questions(http, position):
    """A new position has none; the first ones are added, and are asked of the next candidate."""
    before = got(http, position)["questions"]
    update = {"position_id": position, "questions": [{"question": "Why?"}]}
    added = http.post(UPDATE, json=update).json()["questions_diff"]["added"]

    result = register(http, position, {"email": "ann@example.com"})

    assert not before
    assert [turn["question_original_id"] for turn in details(http, result)["transcript"]] == added * 2
