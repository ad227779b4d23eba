"""Results: lists, details, another attempt, and the merchant's figures."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from jobmojito.sandbox.refusals import invalid

from .calls import Call, handles
from .candidates import ordered
from .links import flag
from .recordings import RECORDING_MODES, silence
from .store import Row, change, contains, page, shape
from .taking import in_progress, luck, transcript

# A recorded result's analyses, said the same of everybody: the sandbox judges nobody.
ANALYSIS = "The candidate answered every question and gave examples."
REASONS = {
    "reasons_to_hire": ["Gives examples from practice", "Says what was learned"],
    "reasons_not_to_hire": ["Little said about working under pressure"],
}


@handles("get_interview_result_details", "get_interview_result_details_by_post")
def get_interview_result_details(call: Call) -> Row:
    """One result with its transcript, recordings signed on request."""
    result = call.result("interview_result_id", call.given["interview_result_id"])
    return details(call, result, signed=flag(call.given.get("get_signed_recordings")))


def details(call: Call, result: Row, *, signed: bool = False) -> Row:
    """A result as the details operation answers it."""
    definition = call.store.definitions[result["definition_id"]]
    done = result["coach_status"] == "completed"
    row: Row = {
        **result,
        "status": result["coach_status"],
        "start": result["created_at"],
        "end": result["created_at"] if done else None,
        "duration": result.get("duration_ds"),
        "score_answer": result.get("score_answer_ai"),
        "score_text": _verdict(result["score"]) if done else None,
        "ai_interview_coverage_percentage": 100 if done else luck(result["candidate_email"], "coverage", high=60),
        "ai_completion_reason": "all questions answered" if done else None,
        "ai_analysis": ANALYSIS if done else None,
        "ai_analysis_recruiter": ANALYSIS if done else None,
        "ai_analysis_other": {"hiring_reasons": REASONS} if done else None,
        "recording_is_video": str(definition.get("recording") or "").startswith("video"),
        "transcript": transcript(definition, result),
    }
    if done:
        _add_recordings(call, definition, row, signed=signed)
    return shape(row, _schema(call))


def _schema(call: Call) -> Mapping[str, Any]:
    schema = call.answer
    declared = "transcript" in schema.get("properties", {})
    return schema if declared else {"properties": {name: {} for name in _DETAIL_NAMES}}


# For reports, whose own answer does not declare the details.
_DETAIL_NAMES = ("score", "score_text", "score_sentiment", "score_words_per_minute", "score_pronunciation",
                 "score_answer", "status", "start", "end", "duration", "ai_analysis_recruiter", "ai_analysis_other",
                 "transcript")  # fmt: skip


def _add_recordings(call: Call, definition: Row, row: Row, *, signed: bool) -> None:
    session = definition.get("recording_full_session") in RECORDING_MODES
    answers = definition.get("recording") in RECORDING_MODES
    recorded = [row] if session else []
    recorded += [turn for turn in row["transcript"] if turn["is_answer"]] if answers else []
    for number, target in enumerate(recorded):
        path = f"recordings/{row['interview_result_id']}/{number}.wav"
        target["recording_local_path"] = path
        if signed:
            target["recording_url"] = call.sign(path, silence())


def _verdict(score: int) -> str:
    return "strong" if score >= 80 else "good" if score >= 60 else "mixed"  # noqa: PLR2004 - a scale of our own


@handles("request_another_interview_attempt")
def request_another_attempt(call: Call) -> Row:
    """Reopen a submitted result; one that is unknown or not submitted is a 422, as the contract words it."""
    result = call.result("interview_result_id", call.body["interview_result_id"], status=422)
    if (result["status"], result["coach_status"]) != ("active", "completed"):
        raise invalid("interview_result_id", "the result is not submitted")
    change(result, {**dict.fromkeys([k for k in result if k.startswith("score")]), **in_progress()})
    return {}


@handles("list_interview_results")
def list_results(call: Call) -> Row:
    """A page of the merchant's results."""
    query = call.query
    rows = [
        row
        for row in _sorted(call.own(call.store.results), query.get("order_by"))
        if row["type"] == query.get("type", row["type"])
        and row["position_step"] == query.get("step", row["position_step"])
        and row["definition_id"] == query.get("interview_id", row["definition_id"])
        and row["profile_interview_id"] == query.get("profile_interview_id", row["profile_interview_id"])
        and contains(query.get("filter_text"), row["candidate_name"], row["candidate_email"])
        and _in_tab(row, query.get("tab"))
        and not query.get("risks")
        and not query.get("filter_emoji")
    ]
    return page(rows, call.answer, query)


def _sorted(rows: list[Row], order: str | None) -> list[Row]:
    if order == "score":
        return sorted(rows, key=lambda row: row.get("score") or 0, reverse=True)
    return ordered(rows, order)


def _in_tab(row: Row, tab: str | None) -> bool:
    """Whether a result is under a tab; nobody decides on anybody here, so most tabs but these stay empty."""
    done = row["coach_status"] == "completed"
    return not tab or {"undecided": done, "completed": done, "incomplete": not done}.get(tab, False)


@handles("get_merchant_analytics")
def get_merchant_analytics(call: Call) -> Row:
    """Events a day in a range of days; a day and event with no count has no row."""
    first, last = (_day(name, call.query[name]) for name in ("date_from", "date_to"))
    counts = Counter(
        (row["event_date"][:10], row["event"])
        for row in _events(call)
        if first <= date.fromisoformat(row["event_date"][:10]) <= last
    )
    rows = [{"day": day, "event": event, "event_number": count} for (day, event), count in sorted(counts.items())]
    return page(rows, call.answer, call.query)


@handles("get_merchant_credit_usage")
def get_merchant_credit_usage(call: Call) -> Row:
    """What credits were spent on, the latest first."""
    rows = [
        {**row, "stats": {"credit_amount": row["credit_amount"]}}
        for row in reversed(_events(call))
        if row.get("credit_amount")
    ]
    return page(rows, call.answer, call.query)


def _events(call: Call) -> list[Row]:
    wanted = call.query.get("interview_id")
    return [
        row
        for row in call.store.events
        if row["merchant_id"] == call.merchant_id
        and wanted in (None, row.get("object_uuid"), row.get("parent_object_uuid"))
    ]


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid(name, f"{name} must be a day of the calendar") from error


def days_back(rows: list[Row], days: int = 14) -> list[int]:
    """How many rows were made on each of the past days, today first."""
    counts = Counter(row["created_at"][:10] for row in rows)
    today = datetime.now(UTC).date()
    return [counts[(today - timedelta(days=back)).isoformat()] for back in range(days)]
