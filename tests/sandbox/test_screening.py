"""Pre-screening: outcomes by rule and by resume, the early exit, and what is paid."""

import pytest

from jobmojito.sandbox.world.screening import NOT_APPLICABLE_TAG

from .conftest import CANDIDATE


def test_applying_twice_is_answered_so(http):
    """The same candidate for the same position is `already-applied`; the position is found by the caller's code."""
    body = {"position_external_id": "JOB-1", "position_name": "Engineer", "position_location": "remote",
            "position_country_code": "SK", "mojito_language_code": "en", "candidate_country_code": "SK",
            "candidate_resume": "ten years of everything", **CANDIDATE}  # fmt: skip

    first, second = (http.post("/job-interview-create-for-candidate-with-token", json=body).json() for _ in range(2))

    assert second["status"] == "already-applied"
    assert first["status"] in ("ai_accept", "ai_reject", "recruiter_action")
    assert first["position_def_set_id"] == second["position_def_set_id"]


RULE = {"id": "form_age", "type": "screening", "action": "reject", "age_min": 18}


@pytest.mark.parametrize(("age", "rejected"), [(17, True), (18, False), (None, True)])
def test_a_rejecting_rule_decides(http, position, age, rejected):
    """A screening rule whose action is reject turns a candidate away, and is named as the reason."""
    rules = {"update_position_def_set_id": position, "assessment_rules": [RULE]}
    http.post("/pre-screening-create", json=rules)
    resume = {"position_id": position, "candidate_resume": "text", "form": {} if age is None else {"age": age}}

    outcome = http.post("/job-interview-pre-screening-api-resume-text", json={**resume, **CANDIDATE}).json()

    assert (outcome["recommendation"] == "ai_reject" and outcome["processing_reason"] == "form_age") is rejected


def test_the_same_resume_is_judged_the_same_and_paid_for_twice(http, sandbox, position):
    """Nothing makes a POST repeatable: the second screening spends again, and comes to the same score."""
    body = {"position_id": position, "candidate_resume": "ten years of everything", **CANDIDATE}
    before = sandbox.credits_spent

    scores = {http.post("/job-interview-pre-screening-api-resume-text", json=body).json()["pre_screening_score"]
              for _ in range(2)}  # fmt: skip

    assert (len(scores), round(sandbox.credits_spent - before, 1)) == (1, 1.0)


@pytest.mark.parametrize(
    "change",
    [
        {"candidate_resume": "This person is Not Eligible."},
        {"candidate_email": f"ann{NOT_APPLICABLE_TAG}@example.com"},
        "draft position",
    ],
)
def test_the_early_exit_can_be_had(http, sandbox, position, change):
    """A marker in the resume, a tagged address or a position that is not active: status and message, nothing paid."""
    if change == "draft position":
        http.post("/job-interview-set-state", json={"position_id": position, "status": "draft"})
    body = {
        "position_id": position,
        "candidate_resume": "text",
        **CANDIDATE,
        **(change if change != "draft position" else {}),
    }
    before = sandbox.credits_spent

    outcome = http.post("/job-interview-pre-screening-api-resume-text", json=body).json()

    assert (set(outcome), sandbox.credits_spent) == ({"decision_status", "message"}, before)
