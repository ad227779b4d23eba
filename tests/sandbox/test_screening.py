"""Pre-screening: outcomes by rule and by resume, the early exit, and what is paid."""

import pytest

from jobmojito.sandbox.world.screening import NOT_APPLICABLE_TAG

from .conftest import CANDIDATE, POSITION

TEXT = "/job-interview-pre-screening-api-resume-text"
RULE = {"id": "form_age", "type": "screening", "action": "reject", "age_min": 18}


def test_applying_twice_is_answered_so(http):
    """The same candidate for the same position is `already-applied`; the position is found by the caller's code."""
    body = {"position_external_id": "JOB-1", **POSITION, "candidate_country_code": "SK",
            "candidate_resume": "ten years of everything", **CANDIDATE}  # fmt: skip

    first, second = (http.post("/job-interview-create-for-candidate-with-token", json=body).json() for _ in range(2))

    assert second["status"] == "already-applied"
    assert first["status"] in ("ai_accept", "ai_reject", "recruiter_action")
    assert first["position_def_set_id"] == second["position_def_set_id"]


LANGUAGE = RULE | {"id": "form_languages", "languages": [{"code": "en", "level": "advanced"}]}


@pytest.mark.parametrize(
    ("rule", "form", "rejected"),
    [
        (RULE, {"age": 17}, True),
        (RULE, {"age": 18}, False),
        (RULE, {}, True),
        (RULE | {"id": "form_nationality", "country_eu": True}, {"nationality": "SK"}, False),
        (RULE | {"id": "form_residency", "country": ["SK"]}, {"residency": "CZ"}, True),
        (RULE | {"id": "form_education", "education": "masters"}, {"education": "bachelors"}, True),
        (LANGUAGE, {"languages": [{"code": "en", "level": "fluent"}]}, False),
        (LANGUAGE, {"languages": [{"code": "en", "level": "beginner"}]}, True),
        (RULE | {"id": "resume_technical_experience", "technical_experience_years": 99}, {}, True),
    ],
)
def test_a_rejecting_rule_decides(http, position, rule, form, rejected):
    """A screening rule whose action is reject turns a candidate away, and is named as the reason."""
    http.post("/pre-screening-create", json={"update_position_def_set_id": position, "assessment_rules": [rule]})
    resume = {"position_id": position, "candidate_resume": "text", "form": form, **CANDIDATE}

    outcome = http.post(TEXT, json=resume).json()

    assert ((outcome["recommendation"], outcome["processing_reason"]) == ("ai_reject", rule["id"])) is rejected


def test_the_same_resume_is_judged_the_same_and_paid_for_twice(http, sandbox, position):
    """Nothing makes a POST repeatable: the second screening spends again, and comes to the same score."""
    body = {"position_id": position, "candidate_resume": "ten years of everything", **CANDIDATE}
    before = sandbox.credits_spent

    scores = {http.post(TEXT, json=body).json()["pre_screening_score"] for _ in range(2)}

    assert (len(scores), round(sandbox.credits_spent - before, 1)) == (1, 1.0)


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("active", {"candidate_resume": "This person is Not Eligible."}),
        ("active", {"candidate_email": f"ann{NOT_APPLICABLE_TAG}@example.com"}),
        ("draft", {}),
    ],
)
def test_the_early_exit_can_be_had(http, sandbox, position, state, change):
    """A marker in the resume, a tagged address or a position that is not active: status and message, nothing paid."""
    http.post("/job-interview-set-state", json={"position_id": position, "status": state})
    before = sandbox.credits_spent

    outcome = http.post(TEXT, json={"position_id": position, "candidate_resume": "text", **CANDIDATE, **change}).json()

    assert (set(outcome), sandbox.credits_spent) == ({"decision_status", "message"}, before)
