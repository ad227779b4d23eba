"""Interviews and positions: create, read, change, list, link."""

import itertools
import secrets
from collections.abc import Mapping
from typing import Any

from jobmojito.sandbox.contract.validation import invalid

from .calls import Call, handles
from .candidates import by_profile
from .results import interview_link
from .store import RECORDING, Row, add, change, contains, new_id, ordered, page, shape

# Request properties whose stored column, which answers show, has another name.
COLUMNS = {
    "location": "interview_location",
    "description_long": "interview_description_long",
    "external_id": "code",
}
NOT_COLUMNS = frozenset({"position_id", "questions", "merchant_id"})
BLANK_IS_NULL = frozenset({"code", "interview_location", "interview_department", "interview_salary"})

# Stored under `creation_parameters`, as job-interview-get shows them.
CREATION = ("interview_type", "interview_tone", "interview_length", "seniority_level", "hiring_for_company",
            "additional_context", "include_rapport_question", "include_closing_prompt")  # fmt: skip

# Properties that are null in a multi-stage position, because they belong to its interviews.
SINGLE_STAGE = ("type", "recording", "recording_full_session", "type_credit", "result_view", "max_duration",
                "candidate_video_introduction", "candidate_expectations", "candidate_expectations_json",
                "result_scoring", "interview_conversation_speed", "max_followups", "questions_random_subset",
                "required_pronunciation", "result_enable_edit_transcript", "knowledge_base_store_id",
                "pdf_export_auto_config", "coach_plan", "speech_language_code", "speech_language_name")  # fmt: skip

DEFAULT_QUESTIONS = 8
MOST_QUESTIONS = 40
DEFAULT_DURATION = 1200
SECONDS_A_QUESTION = 120

PROMPTS = (
    "What draws you to the role of {name}?",
    "Describe a recent piece of work that you are proud of.",
    "Tell us about a problem that you could not solve at first.",
    "How do you decide what to do first when everything is urgent?",
    "When did you last change your mind at work, and why?",
    "How do you make sure that a colleague understood you?",
    "What would your first month as {name} look like?",
    "What would you want to ask us?",
)

LINK_NEEDS = {
    "interview-for-profile": ("interview_profile_id", "interview_id"),
    "results-for-profile": ("interview_profile_id",),
    "interview-result-candidate": ("interview_result_id",),
    "interview-result-talent-seeker": ("interview_result_id",),
    "interview-results-for-position": ("interview_id",),
}


@handles("create_interview")
def create_interview(call: Call) -> Row:
    """Create an interview; the contract caps the number of questions at one for each two minutes."""
    duration = call.body.get("max_duration") or DEFAULT_DURATION
    wanted = _length(call.body.get("interview_length"))
    count = max(1, min(wanted, int(duration) // SECONDS_A_QUESTION))
    prompts = itertools.islice(itertools.cycle(PROMPTS), count)
    questions = [{"question": prompt.format(name=call.body.get("name") or "the role")} for prompt in prompts]
    row = define(call, call.body, questions, max_duration=duration)
    return created(call, row, questions_generated=count, max_duration=duration)


@handles("create_interview_from_questions")
def create_interview_from_questions(call: Call) -> Row:
    """Create an interview of the caller's own questions, in their order."""
    return created(call, define(call, call.body, call.body["questions"]))


@handles("create_persona")
def create_persona(call: Call) -> Row:
    """Create a role-play; `portal` decides between a coaching persona and an interview."""
    kind = "persona_interview" if call.body.get("portal") == "interview" else "persona"
    opening = {"question": call.body.get("opening_line") or "Hello"}
    return created(call, define(call, call.body, [opening], type=kind, is_voice_only=False))


def define(call: Call, fields: Mapping[str, Any], questions: list[Row], **values: Any) -> Row:
    """Store a new definition with the given fields and pay for it."""
    body = renamed(fields)
    surcharge = RECORDING.get(body.get("recording_full_session") or "", 0)
    row: Row = {
        "type": "interview",
        "status": "active",
        "is_multistage": False,
        "interview_count": 0,
        "interview_template_type": "interactive_heygen",
        "is_voice_only": False,
        **body,
        "merchant_id": call.merchant_id,
        "questions": [{"id": new_id(), **question} for question in questions],
        "creation_parameters": {name: body[name] for name in CREATION if name in body},
        "result_scoring": {"max_retries": body.get("interview_attempts"), **(body.get("custom_scoring") or {})},
        "id": new_id(),
        **values,
    }
    call.spend("interview_created", surcharge=surcharge, object_uuid=row["id"], parent_object_uuid=row["id"])
    return add(call.store.definitions, row)


def created(call: Call, row: Row, **values: Any) -> Row:
    """Return the answer of a create operation: the new id, and embed credentials if requested."""
    return {"interview_def_set_id": row["id"], **values, **embed(row, wanted=call.body.get("is_embedded"))}


def embed(row: Row, *, wanted: Any) -> Row:
    """Return a definition's embed credentials, made at the first request; `wanted=False` deletes them."""
    if not wanted:
        for name in ("embed_id", "embed_signing_key") if wanted is False else ():
            row.pop(name, None)
        return {}
    if "embed_id" not in row:
        row.update(embed_id=new_id(), embed_signing_key=secrets.token_urlsafe(24))
    return {"embed_id": row["embed_id"], "embed_signing_key": row["embed_signing_key"]}


def renamed(body: Mapping[str, Any]) -> Row:
    """Rename request properties to stored columns."""
    return {COLUMNS.get(name, name): value for name, value in body.items()}


@handles("get_interview_definition", "get_interview_definition_by_post")
def get_interview_definition(call: Call) -> Row:
    """Return an interview or position."""
    name = "position_id" if "position_id" in call.given else "interview_id"
    row = call.definition(name, call.given[name])
    hidden = dict.fromkeys(SINGLE_STAGE) if row["is_multistage"] else {}
    return shape({**row, **hidden}, call.answer)


@handles("update_interview")
def update_interview(call: Call) -> Row:
    """Update an interview or position; sent questions are compared with the stored ones."""
    row = call.definition("position_id", call.body["position_id"])
    sent = renamed({k: v for k, v in call.body.items() if k not in NOT_COLUMNS})
    values = {k: None if k in BLANK_IS_NULL and not str(v or "").strip() else v for k, v in sent.items()}
    answer: Row = {"position_id": row["id"], "is_multistage": row["is_multistage"], "updated_fields": sorted(values)}
    if "questions" in call.body:
        values["questions"], difference = compare(row["questions"] or [], call.body["questions"])
        difference["reactivated"] = row["status"] == "active"
        answer["updated_fields"].append("questions")
        answer["questions_diff"] = difference
    change(row, values)
    return answer


def compare(stored: list[Row], sent: list[Row]) -> tuple[list[Row], Row]:
    """Match sent questions with stored ones, by external id, id, then wording; an edited one gets a new id."""
    left, result = list(stored), []
    difference: Row = {"kept": [], "added": [], "removed": [], "replaced": []}
    for question in sent:
        match = _match(left, question)
        if match is None:
            result.append({**question, "id": new_id()})
            difference["added"].append(result[-1]["id"])
            continue
        left.remove(match)
        if all(match.get(name) == value for name, value in question.items() if name != "id"):
            result.append(match)
            difference["kept"].append(match["id"])
        else:
            result.append({**match, **question, "id": new_id()})
            difference["replaced"].append({"from": match["id"], "to": result[-1]["id"]})
    difference["removed"] = [question["id"] for question in left]
    difference["question_ids"] = [question["id"] for question in result]
    return result, difference


def _match(stored: list[Row], sent: Row) -> Row | None:
    names = [name for name in ("external_id", "id", "question") if sent.get(name) is not None]
    return next((known for name in names for known in stored if known.get(name) == sent[name]), None)


@handles("set_interview_state")
def set_interview_state(call: Call) -> Row:
    """Set the lifecycle status, the embedding, or both; the contract has a 500 for an unknown id."""
    row = call.definition("position_id", call.body["position_id"], status=500)
    if call.body.get("status") is not None:
        change(row, {"status": call.body["status"]})
    return embed(row, wanted=call.body.get("is_embedded")) or {"success": True}


@handles("generate_interview_url")
def generate_interview_url(call: Call) -> str:
    """Return a signed link to an interview or its results; the type decides which ids are required."""
    for name in LINK_NEEDS.get(call.body["type"], ()):
        if call.lacks(name):
            raise invalid(name, f"{name} is required for this type")
        _known(call, name)
    target = next((call.body[name] for name in ("interview_id", "interview_result_id") if name in call.body), "all")
    return interview_link(str(target), hide_menu=str(call.body.get("hide_menu", True)).lower() != "false")


def _known(call: Call, name: str) -> None:
    if name == "interview_id":
        find = call.open_definition if call.body["type"] == "interview-for-profile" else call.definition
        find(name, call.body[name], status=422)
    elif name == "interview_result_id":
        call.result(name, call.body[name], status=422)
    elif by_profile(call, call.body[name]) is None:
        raise invalid(name, "no such candidate")


@handles("list_interviews")
def list_interviews(call: Call) -> Row:
    """Return a page of the merchant's definitions, the last changed first."""
    rows = [
        {
            **row,
            "is_multi_stage": row["is_multistage"],
            "environment": call.caller.environment,
            "type_avatar": row.get("interview_template_type"),
        }
        for row in call.own(call.store.definitions, type="type", status="status", filter_emoji="emoji")
        if contains(call.query.get("filter_text"), row.get("name"))
    ]
    return page(ordered(rows, "updated_at_newest"), call.answer, call.query)


def _length(wanted: Any) -> int:
    """Return the requested number of questions, from a number or a string of one; refuse anything else."""
    if wanted is None:
        return DEFAULT_QUESTIONS
    try:
        count = int(float(wanted)) if not isinstance(wanted, bool) else 0
    except (TypeError, ValueError, OverflowError):
        count = 0
    if not 1 <= count <= MOST_QUESTIONS:
        raise invalid("interview_length", f"interview_length must be a number from 1 to {MOST_QUESTIONS}")
    return count
