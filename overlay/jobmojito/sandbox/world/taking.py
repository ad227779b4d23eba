"""How an interview goes in the sandbox: at once, and the same way for the same candidate.

Nobody sits an interview here, so a registered candidate's interview is taken and scored in the same moment, from the
e-mail address alone. An address with the tag `+draft` (`ann+draft@example.com`) is still in the middle of it.
"""

import hashlib
from typing import Any

from .calls import Call
from .store import Row, add, change, new_id

DRAFT_TAG = "+draft"

ANSWERS = (
    "I started by asking what the result was for, and worked back from that.",
    "We had two weeks. I split the work into pieces that could be shown one by one.",
    "I got it wrong the first time, said so, and changed the plan with the team.",
    "I write down what I understood and send it round before I begin.",
)


def luck(*parts: str, low: int = 0, high: int = 100) -> int:
    """A number from low to high that is always the same for the same text."""
    digest = hashlib.sha256("/".join(parts).encode("utf-8", "surrogatepass")).digest()
    return low + int.from_bytes(digest[:4], "big") % (high - low + 1)


def start_result(call: Call, definition: Row, candidate: Row, *, is_test: bool = False) -> Row:
    """Store the result of a candidate's interview, finished unless the address is tagged as a draft."""
    unfinished = candidate["email"].partition("@")[0].endswith(DRAFT_TAG)
    row = {
        "interview_result_id": new_id(),
        "merchant_id": call.merchant_id,
        "definition_id": definition["id"],
        "profile_id": candidate["profile_id"],
        "profile_interview_id": candidate["id"],
        "candidate_name": candidate.get("name"),
        "candidate_email": candidate["email"],
        "external_id": candidate.get("external_id"),
        "position_name": name if isinstance(name := definition.get("name"), str) else None,
        "position_step": "interview",
        "type": definition.get("type"),
        "mojito_language_code": definition.get("mojito_language_code"),
        "is_multi_stage": definition["is_multistage"],
        "is_test": is_test,
        **(in_progress() if unfinished else finished(candidate["email"])),
    }
    result = add(call.store.results, row, key="interview_result_id")
    change(candidate, {"interview_count": candidate["interview_count"] + 1, "interview_last": result["created_at"]})
    definition.update(interview_count=definition.get("interview_count", 0) + 1, interview_last=result["created_at"])
    call.store.record(call.merchant_id, "interview", object_uuid=row["interview_result_id"],
                      parent_object_uuid=definition["id"], profile_interview_id=candidate["id"])  # fmt: skip
    return result


def in_progress() -> Row:
    """The state of an interview that has begun and not ended."""
    return {
        "status": "draft",
        "coach_status": "started",
        "processing_status": None,
        "decision_status": None,
        "interview_started": True,
    }


def finished(email: str) -> Row:
    """The state and scores of a submitted interview."""
    return {
        "status": "active",
        "coach_status": "completed",
        "processing_status": "completed",
        "decision_status": "undecided",
        "interview_started": True,
        "duration_ds": luck(email, "duration", low=3000, high=11000),
        **{
            f"score{part}": luck(email, part, low=45, high=98)
            for part in ("", "_sentiment", "_pronunciation", "_interview_ai", "_answer_ai")
        },
        "score_words_per_minute": luck(email, "pace", low=95, high=165),
    }


def transcript(definition: Row, result: Row) -> list[Row]:
    """The turns of a finished interview: each question of the definition, then its answer."""
    if result["coach_status"] != "completed":
        return []
    turns: list[Row] = []
    for question in definition.get("questions") or []:
        answer = ANSWERS[luck(result["candidate_email"], question["question"], high=len(ANSWERS) - 1)]
        turns += [_turn(result, question), _turn(result, question, answer)]
    return turns


def _turn(result: Row, question: Row, answer: str | None = None) -> Row:
    turn: dict[str, Any] = {
        "id": new_id(),
        "is_answer": answer is not None,
        "view": "with listening",
        "question_original_id": question["id"],
        "question_original": question["question"],
        "question_asked": question["question"],
        "mojito_language_code": question.get("mojito_language_code") or result["mojito_language_code"],
        "external_id": question.get("external_id"),
        "external_data": question.get("external_data"),
    }
    if answer is not None:
        turn |= {
            "answer": answer,
            "ai_analysis": "A clear answer with an example from practice.",
            "ai_analysis_recruiter": "Concrete; says what was done and why.",
            "score": luck(result["candidate_email"], question["question"], "score", low=45, high=98),
            "duration": luck(result["candidate_email"], question["question"], "time", low=150, high=900),
        }
    return turn
