"""What the sandbox tells a receiver: the event that a result's state stands for, and its payload."""

from typing import Any

from jobmojito.sandbox.contract.document import Schema

from .results import REASONS
from .store import Row, shape

# By the vendor's guide: what is still a draft has answers, but no score.
COLLECTED, RESULT, FAILED = "interview_collected", "interview_result", "interview_failed"
# Webhooks are sent for these kinds alone.
KINDS = ("interview", "assessment")


def event_of(result: Row) -> str | None:
    """Return the event of a result's state; None while its interview goes on, and for other kinds."""
    state = str(result["coach_status"])
    if result.get("type") not in KINDS:
        return None
    if state.startswith(("failed", "abandoned")):
        return FAILED
    if not state.startswith("completed"):
        return None
    return RESULT if (result["status"], result["processing_status"]) == ("active", "completed") else COLLECTED


def payload_of(result: Row, schema: Schema) -> dict[str, Any]:
    """Return the payload of a result, with the properties that the contract declares."""
    is_scored = event_of(result) == RESULT
    decision = {"selected": True, "rejected": False}.get(str(result["decision_status"]))
    row = {
        "id": result["interview_result_id"],
        "interview_id": result["definition_id"],
        "question_set_id": result["definition_id"],
        "interview_status": result["coach_status"],
        "ai_analysis_recruiter_score": result["score"],
        "ai_analysis_recruiter_why_hire": REASONS["reasons_to_hire"] if is_scored else None,
        "ai_analysis_recruiter_why_not_hire": REASONS["reasons_not_to_hire"] if is_scored else None,
        "recruiter_go_next_round": decision,
        "candidate_external_id": result["external_id"],
    }
    return shape(result | row, schema)
