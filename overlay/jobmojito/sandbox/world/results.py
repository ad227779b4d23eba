"""Interview results: made up at registration; lists, details, another attempt, credit usage.

Nobody takes an interview here, so a candidate's interview is finished and scored at registration: it ends then, and
began earlier by the length of its answers. The same candidate always gets the same scores. An address with the tag
`+draft` (`ann+draft@example.com`) gets an interview that is still in progress.
"""

import hashlib
import io
import secrets
import uuid
import wave
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from jobmojito.sandbox.contract.validation import Refusal

from .calls import Call, flag, handles
from .store import Row, add, change, contains, new_id, ordered, page, shape, timestamp

DRAFT_TAG = "+draft"
ANSWERS = (
    "I started by asking what the result was for, and worked back from that.",
    "We had two weeks. I split the work into pieces that could be shown one by one.",
    "I got it wrong the first time, said so, and changed the plan with the team.",
    "I write down what I understood and send it round before I begin.",
)
SCORES = ("score", "score_sentiment", "score_pronunciation", "score_interview_ai", "score_answer_ai")
INTERVIEWS_HOST = "https://interviews.example.com"
RATE = 8000  # of a recording, in samples per second
ASKING = 50  # duration of a question; all durations are in tenths of a second

# The analysis is the same for every finished interview.
ANALYSES = ("ai_analysis", "ai_analysis_recruiter")
ANALYSIS = "The candidate answered every question and gave examples."
REASONS = {
    "reasons_to_hire": ["Gives examples from practice", "Says what was learned"],
    "reasons_not_to_hire": ["Little said about working under pressure"],
}
RECORDED = frozenset({"audio_first_5_answers", "audio_all", "video_all", "video_first_5_answers"})
FIRST_ANSWERS = 5


def drawn(*parts: str, low: int = 0, high: int = 100) -> int:
    """Return a number from low to high, always the same for the same strings."""
    digest = hashlib.sha256("/".join(parts).encode("utf-8", "surrogatepass")).digest()
    return low + int.from_bytes(digest[:4], "big") % (high - low + 1)


def interview_link(target: str, *, hide_menu: bool = False, hide_iframe: bool = False) -> str:
    """Return a link to an interview or its results with a new token; it leads nowhere."""
    views = ("&view_hm=true" if hide_menu else "") + ("&view_hi=true" if hide_iframe else "")
    return f"{INTERVIEWS_HOST}/interview/take/{target}/?interview_token={secrets.token_urlsafe(24)}{views}"


@cache
def silence() -> bytes:
    """Return the content of every recording: a playable WAV file with a tenth of a second of silence."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setparams((1, 1, RATE, 0, "NONE", "not compressed"))
        writer.writeframes(b"\x80" * (RATE // 10))
    return buffer.getvalue()


def start_result(call: Call, definition: Row, candidate: Row, *, is_test: bool = False) -> Row:
    """Store the result of a candidate's interview; it is finished unless the address has the draft tag."""
    unfinished = candidate["email"].partition("@")[0].endswith(DRAFT_TAG)
    progress = in_progress() if unfinished else finished(candidate["email"], definition.get("questions") or ())
    result = add_result(call, definition, candidate, is_test=is_test, position_step="interview", **progress)
    call.store.participants.add((definition["id"], candidate["id"]))
    latest = result["created_at"]
    count = candidate["interview_count"] + 1
    change(candidate, {"interview_count": count, "interview_last": latest, "status": "active"})
    definition.update(interview_count=definition.get("interview_count", 0) + 1, interview_last=latest)
    return result


def add_result(call: Call, definition: Row, candidate: Row, **values: Any) -> Row:
    """Store a result of a candidate for an interview or position."""
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
        "type": definition.get("type"),
        "mojito_language_code": definition.get("mojito_language_code"),
        "is_multi_stage": definition["is_multistage"],
        "questions": definition.get("questions") or [],  # a later update does not change them
        **values,
    }
    return add(call.store.results, row, key="interview_result_id")


def takes_part(call: Call, definition: Row, candidate: Row | None) -> bool:
    """Whether a candidate is taking or has taken an interview."""
    return candidate is not None and (definition["id"], candidate["id"]) in call.store.participants


def in_progress() -> Row:
    """Return the state of an interview in progress: no score, no duration."""
    return {
        "status": "draft",
        "coach_status": "started",
        "processing_status": None,
        "decision_status": None,
        "interview_started": True,
        "duration_ds": None,
        "pdf_export_url": None,
        **dict.fromkeys((*SCORES, "score_words_per_minute", *ANALYSES)),
    }


def finished(email: str, questions: Sequence[Row]) -> Row:
    """Return the state, duration and scores of a submitted interview."""
    return in_progress() | {
        "status": "active",
        "coach_status": "completed",
        "processing_status": "completed",
        "decision_status": "undecided",
        "duration_ds": sum(ASKING + _time_to_answer(email, question) for question in questions),
        **{name: drawn(email, name, low=45, high=98) for name in SCORES},
        "score_words_per_minute": drawn(email, "pace", low=95, high=165),
        **dict.fromkeys(ANALYSES, ANALYSIS),
    }


def start_and_end(result: Row) -> tuple[str | None, str | None]:
    """Return when an interview began and ended: the end is its submission, the start is earlier by its duration."""
    if result["coach_status"] != "completed":
        return result["created_at"] if result["interview_started"] else None, None
    end = datetime.fromisoformat(result["created_at"])
    return timestamp(end - timedelta(seconds=(result["duration_ds"] or 0) / 10)), timestamp(end)


def transcript(result: Row) -> list[Row]:
    """Return the turns of a finished interview: each question, then its answer, with constant ids."""
    if result["coach_status"] != "completed":
        return []
    asked = [question for question in result["questions"] for _ in range(2)]
    return [_turn(result, question, number) for number, question in enumerate(asked)]


def _turn(result: Row, question: Row, number: int) -> Row:
    email, asked = result["candidate_email"], question["question"]
    is_answer = number % 2 == 1
    turn: Row = {
        "id": str(uuid.uuid5(uuid.UUID(result["interview_result_id"]), str(number))),
        "is_answer": is_answer,
        "view": "with listening",
        "question_original_id": question["id"],
        "question_original": asked,
        "question_asked": asked,
        "duration": ASKING,
        "mojito_language_code": question.get("mojito_language_code") or result["mojito_language_code"],
        "external_id": question.get("external_id"),
        "external_data": question.get("external_data"),
    }
    if is_answer:
        turn |= {
            "answer": ANSWERS[drawn(email, asked, high=len(ANSWERS) - 1)],
            "ai_analysis": "A clear answer with an example from practice.",
            "ai_analysis_recruiter": "Concrete; says what was done and why.",
            "score": drawn(email, asked, "score", low=45, high=98),
            "duration": _time_to_answer(email, question),
        }
    return turn


def _time_to_answer(email: str, question: Row) -> int:
    return drawn(email, question["question"], "time", low=150, high=900)


@handles("get_interview_result_details", "get_interview_result_details_by_post")
def get_interview_result_details(call: Call) -> Row:
    """Return one result with its transcript; recordings are signed on request."""
    result = call.result("interview_result_id", call.given["interview_result_id"])
    return details(call, result, signed=flag(call.given.get("get_signed_recordings")))


def details(call: Call, result: Row, *, signed: bool = False) -> Row:
    """Return a result as in the answer of the details operation; reports use it too."""
    definition = call.store.definitions[result["definition_id"]]
    done = result["coach_status"] == "completed"
    start, end = start_and_end(result)
    row: Row = {
        **result,
        "status": result["coach_status"],
        "start": start,
        "end": end,
        "duration": result["duration_ds"],
        "score_answer": result["score_answer_ai"],
        "score_text": _verdict(result["score"]) if done else None,
        "ai_interview_coverage_percentage": 100 if done else 0,
        "ai_completion_reason": "all questions answered" if done else None,
        "ai_analysis_other": {"hiring_reasons": REASONS} if done else None,
        "recording_is_video": str(definition.get("recording") or "").startswith("video"),
        "transcript": transcript(result),
    }
    if done:
        _add_recordings(call, definition, row, signed=signed)
    return shape(row, call.contract.operations["get_interview_result_details"].answer)


def _add_recordings(call: Call, definition: Row, row: Row, *, signed: bool) -> None:
    mode = definition.get("recording") or ""
    answers = [turn for turn in row["transcript"] if turn["is_answer"]] if mode in RECORDED else []
    recorded = [row] if definition.get("recording_full_session") in RECORDED else []
    for target in recorded + answers[: FIRST_ANSWERS if "first" in mode else None]:
        path = f"recordings/{row['interview_result_id']}/{target.get('id')}.wav"
        target["recording_local_path"] = path
        if signed:
            target["recording_url"] = call.sign(path, silence())


def _verdict(score: int) -> str:
    return "strong" if score >= 80 else "good" if score >= 60 else "mixed"  # noqa: PLR2004 - a scale of our own


@handles("request_another_interview_attempt")
def request_another_attempt(call: Call) -> Row:
    """Reopen a submitted result; an unknown one is a 422, one that is not submitted a 409 if declared."""
    name = "interview_result_id"
    result = call.result(name, call.body[name], status=422)
    if (result["status"], result["coach_status"]) != ("active", "completed"):
        raise Refusal(409, "the result is not submitted", name)
    call.open_definition(name, result["definition_id"], is_test=bool(result.get("is_test")))
    change(result, in_progress())
    return {}


@handles("list_interview_results")
def list_results(call: Call) -> Row:
    """Return a page of the merchant's results."""
    query = call.query
    columns = {"type": "type", "step": "position_step", "interview_id": "definition_id",
               "profile_interview_id": "profile_interview_id", "risks": "risks", "filter_emoji": "emoji"}  # fmt: skip
    rows = [
        row
        for row in call.own(call.store.results, **columns)
        if contains(query.get("filter_text"), row["candidate_name"], row["candidate_email"])
        and _in_tab(row, query.get("tab"))
    ]
    order = query.get("order_by")
    best_first = sorted(rows, key=lambda row: row["score"] or 0, reverse=True)
    return page(best_first if order == "score" else ordered(rows, order), call.answer, query)


def _in_tab(row: Row, tab: str | None) -> bool:
    """Whether a result is in a tab; there are no decisions here, so all other tabs are empty."""
    states = {"undecided": "completed", "completed": "completed", "incomplete": "started"}
    return not tab or row["coach_status"] == states.get(tab, "")


@handles("get_merchant_credit_usage")
def get_merchant_credit_usage(call: Call) -> Row:
    """Return what credits were spent on, the latest first."""
    wanted = call.query.get("interview_id")
    rows = [
        {**row, "stats": {"credit_amount": row["credit_amount"]}}
        for row in reversed(call.store.payments)
        if row["merchant_id"] == call.merchant_id
        and wanted in (None, row.get("object_uuid"), row.get("parent_object_uuid"))
    ]
    return page(rows, call.answer, call.query)
