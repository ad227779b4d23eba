"""Results: lists, details, another attempt, and the merchant's figures."""

from jobmojito.sandbox.contract.validation import Refusal

from .calls import Call, flag, handles
from .simulation import in_progress, silence, start_and_end, transcript
from .store import Row, change, contains, ordered, page, shape

# The analyses of a finished interview are the same for everybody: the sandbox assesses nobody.
ANALYSIS = "The candidate answered every question and gave examples."
REASONS = {
    "reasons_to_hire": ["Gives examples from practice", "Says what was learned"],
    "reasons_not_to_hire": ["Little said about working under pressure"],
}
RECORDED = frozenset({"audio_first_5_answers", "audio_all", "video_all", "video_first_5_answers"})
FIRST_ANSWERS = 5


@handles("get_interview_result_details", "get_interview_result_details_by_post")
def get_interview_result_details(call: Call) -> Row:
    """One result with its transcript, recordings signed on request."""
    result = call.result("interview_result_id", call.given["interview_result_id"])
    return details(call, result, signed=flag(call.given.get("get_signed_recordings")))


def details(call: Call, result: Row, *, signed: bool = False) -> Row:
    """A result as the details operation answers it, which reports repeat."""
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
        "ai_analysis": ANALYSIS if done else None,
        "ai_analysis_recruiter": ANALYSIS if done else None,
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
    """Reopen a submitted result; one that is unknown or not submitted is a 422, as the contract words it."""
    name = "interview_result_id"
    result = call.result(name, call.body[name], status=422)
    if (result["status"], result["coach_status"]) != ("active", "completed"):
        raise Refusal(409, "the result is not submitted", name)
    call.open_definition(name, result["definition_id"], is_test=bool(result.get("is_test")))
    change(result, in_progress())
    return {}


@handles("list_interview_results")
def list_results(call: Call) -> Row:
    """A page of the merchant's results."""
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
    """Whether a result is under a tab; nobody decides on anybody here, so most tabs but these stay empty."""
    states = {"undecided": "completed", "completed": "completed", "incomplete": "started"}
    return not tab or row["coach_status"] == states.get(tab, "")


@handles("get_merchant_credit_usage")
def get_merchant_credit_usage(call: Call) -> Row:
    """What credits were spent on, the latest first."""
    wanted = call.query.get("interview_id")
    rows = [
        {**row, "stats": {"credit_amount": row["credit_amount"]}}
        for row in reversed(call.store.payments)
        if row["merchant_id"] == call.merchant_id
        and wanted in (None, row.get("object_uuid"), row.get("parent_object_uuid"))
    ]
    return page(rows, call.answer, call.query)
