"""Pre-screening: positions, and resumes assessed by rules and by a score that is the same for the same resume.

Some candidates get the contract's early exit (`decision_status` and `message`, nothing paid) instead of a result. In
the sandbox they are: any for a position that is not `active`; an e-mail with the tag `+not-applicable`; or the words
"not applicable" or "not eligible" (any case; space, `-` or `_` between them) in the resume's text, its file name, or
the first 64 KB of the file.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from jobmojito.sandbox.contract.validation import JSON, Refusal, check, invalid, parse_json

from .calls import Call, handles
from .candidates import by_email, enrol, row_problem
from .interviews import created, define, renamed
from .results import add_result, drawn, in_progress, interview_link, start_result, takes_part
from .store import Row, add, change, new_id

NOT_APPLICABLE = re.compile(rb"not[ _-]?(?:applicable|eligible)", re.IGNORECASE)
NOT_APPLICABLE_TAG = "+not-applicable"

EDUCATION = ("primary school", "high school no graduation", "high school", "bachelors", "masters", "doctorate")
LEVELS = ("beginner", "intermediate", "advanced", "fluent")
EU = frozenset(
    ("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
     "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE")
)  # fmt: skip

# Limits for a position without a resume_match rule; scores are 0 to 10.
ACCEPT_FROM, REJECT_BELOW = 7, 3

OF_THE_POSITION = ("candidate_expectations", "candidate_expectations_json", "candidate_video_introduction")
NOT_A_FIELD = ("update_position_def_set_id", "position_def_set_id", "merchant_id", "type")
PREFIX = "position_"  # interviews have the same properties without it

NEEDED_TO_CREATE = ("position_name", "position_location", "position_country_code", "mojito_language_code")


@handles("upsert_pre_screening")
def upsert_pre_screening(call: Call) -> Row:
    """Create or update a pre-screening position."""
    existing = call.body.get("update_position_def_set_id")
    if existing:
        row = change(call.definition("update_position_def_set_id", existing), _position(call.body))
    else:
        row = add(call.store.definitions, _new_position(call) | {"merchant_id": call.merchant_id, "questions": None})
    pre_screening = row.setdefault("interview_pre_screening_id", new_id())
    outcome = {"position_def_set_id": row["id"], "interview_pre_screening_id": pre_screening}
    return {"updated" if existing else "created": True, **outcome}


def _new_position(call: Call) -> Row:
    """Return the fields of a new multi-stage position. Raises a 422 that names a missing one."""
    for name in NEEDED_TO_CREATE:
        if call.lacks(name):
            raise invalid(name, f"{name} is required to make a position")
    defaults = {"status": "active", "visibility": "merchant_invite", "type": "interview", "is_multistage": True}
    return defaults | _position(call.body) | {"interview_pre_screening_id": new_id()}


def _position(body: Mapping[str, Any]) -> Row:
    """Return a position's fields under an interview's names, without those about a candidate."""
    person = [name for name in body if name.startswith("candidate_") and name not in OF_THE_POSITION]
    fields = {k: v for k, v in body.items() if v is not None and k not in (*person, *NOT_A_FIELD)}
    return renamed({name.removeprefix(PREFIX): value for name, value in fields.items()})


@handles("pre_screen_resume_text")
def pre_screen_resume_text(call: Call) -> Row:
    """Assess a resume sent as text."""
    text = call.body["candidate_resume"]
    return screen(call, text, text.encode("utf-8", "surrogatepass"))


@handles("pre_screen_resume_binary")
def pre_screen_resume_binary(call: Call) -> Row:
    """Assess a resume sent as a file."""
    upload = call.files["file"]
    return screen(call, upload.sha256, upload.filename.encode() + b"\n" + upload.head)


def _answers(call: Call) -> Row:
    """Return the form's answers, checked by the text operation's schema; a multipart form has them as JSON."""
    form = call.body.get("form") or {}
    if isinstance(form, str):
        form = parse_json(form, "form")
        schema = call.contract.operations["pre_screen_resume_text"].bodies[JSON]["properties"]["form"]
        try:
            check(schema, form, root="form")
        except Refusal as refusal:
            raise invalid("form", refusal.message) from refusal
    country = call.body.get("candidate_country_code")
    return ({"residency": country, "nationality": country} if country else {}) | form


def screen(call: Call, resume: str, words: bytes) -> Row:
    """Screen a candidate for a position: pay, store candidate and result, return the outcome.

    The score depends on `resume`, its text or digest; the early exit depends on `words`.
    """
    answers = _answers(call)
    position = call.definition("position_id", call.body["position_id"])
    call = call.on_behalf_of(position)
    email, name = _person(call)
    if (exit_ := not_applicable(position, email, words)) is not None:
        return exit_
    call.spend("pre_screening", parent_object_uuid=position["id"], candidate_name=name)
    candidate = enrol(call, email, name, external_id=call.body.get("candidate_external_id"),
                      linked_in=call.body.get("candidate_linkedin_url"))  # fmt: skip
    change(candidate, {"pre_screening_count": candidate["pre_screening_count"] + 1})
    outcome = assess(position, resume, answers)
    result = add_result(call, position, candidate, **{
        **in_progress(),
        "status": "active",
        "coach_status": None,
        "processing_status": "completed",
        "interview_started": False,
        "position_step": "pre-screening",
        "decision_status": outcome["decision_status"],
        "interview_result_pre_screening_id": new_id(),
    })  # fmt: skip
    return {
        "success": True,
        **outcome,
        "profile_interview_id": candidate["id"],
        "interview_result_pre_screening_id": result["interview_result_pre_screening_id"],
        "interview_file_id": new_id(),
    }


def _person(call: Call) -> tuple[str, str]:
    """Return the candidate's e-mail and name. Raises a 422 for an invalid one."""
    email, name = call.body["candidate_email"], call.body["candidate_name"]
    if (problem := row_problem({"email": email, "name": name})) is not None:
        raise invalid(f"candidate_{problem.split()[0]}", f"candidate_{problem}")
    return email, name


def not_applicable(position: Row, email: str, words: bytes) -> Row | None:
    """Return the early exit, if there is one (see the module's docstring)."""
    if position["status"] != "active":
        return {"decision_status": "unknown", "message": f"The position is {position['status']}"}
    tagged = email.strip().partition("@")[0].casefold().endswith(NOT_APPLICABLE_TAG)
    if tagged or NOT_APPLICABLE.search(words):
        return {"decision_status": "recruiter_action", "message": "The candidate is not up for pre-screening"}
    return None


def assess(position: Row, resume: str, answers: Row) -> Row:
    """Assess a resume: rejected by a rule or by its score, accepted, or left to a recruiter."""
    score, years = drawn(resume, "score", high=10), drawn(resume, "years", low=1, high=15)
    education = EDUCATION[drawn(resume, "education", low=2, high=len(EDUCATION) - 1)]
    facts = answers | {"resume_education": education, "resume_years": years}
    rules = [rule for rule in position.get("assessment_rules") or [] if rule.get("type", "screening") == "screening"]
    failed = [rule for rule in rules if not _passes(rule, facts)]
    match: Row = next((rule for rule in rules if rule["id"] == "resume_match"), {})
    recommendation = _recommend(score, match, failed)
    reason = ", ".join(rule["id"] for rule in failed) or ("resume_match" if recommendation == "ai_reject" else None)
    return {
        "decision_status": recommendation,
        "recommendation": recommendation,
        "pre_screening_score": score,
        "resume_ai_analysis": f"Match of {score} out of 10 with the position.",
        "resume_ai_education": education,
        "resume_ai_technical_experience": years,
        "resume_ai_is_switching_profession": years < 3,  # noqa: PLR2004 - an arbitrary limit
        "processing_reason": reason,
    }


def _recommend(score: int, match: Mapping[str, Any], failed: list[Row]) -> str:
    rejected = any(rule.get("action") == "reject" for rule in failed)
    if rejected or score < match.get("resume_score_reject", REJECT_BELOW):
        return "ai_reject"
    accepted = not failed and score >= match.get("resume_score_accept", ACCEPT_FROM)
    return "ai_accept" if accepted else "recruiter_action"


def _country(rule: Row, country: Any) -> bool:
    accepted = {str(code).upper() for code in rule.get("country", ())} | (EU if rule.get("country_eu") else set())
    return str(country or "").upper() in accepted


def _education(rule: Row, reached: Any) -> bool:
    wanted = rule.get("education")
    if wanted not in EDUCATION or reached not in EDUCATION:
        return bool(wanted == reached)
    return EDUCATION.index(reached) >= EDUCATION.index(wanted)


def _languages(rule: Row, known: Any) -> bool:
    spoken = {entry.get("code"): entry.get("level") for entry in known or ()}
    return all(
        spoken.get(wanted["code"]) in LEVELS[LEVELS.index(wanted["level"]) :] for wanted in rule.get("languages", ())
    )


# For each screening rule, the answer or fact that it checks, and the check.
RULES: Mapping[str, tuple[str, Callable[[Row, Any], Any]]] = {
    "form_nationality": ("nationality", _country),
    "form_residency": ("residency", _country),
    "form_languages": ("languages", _languages),
    "form_education": ("education", _education),
    "form_visa": ("visa", lambda rule, visa: visa in rule.get("visa", ())),
    "form_gender": ("gender", lambda rule, gender: gender in rule.get("gender", ())),
    "form_age": ("age", lambda rule, age: rule.get("age_min", 0) <= (age or 0) <= rule.get("age_max", 999)),
    "resume_education": ("resume_education", _education),
    "resume_technical_experience": (
        "resume_years",
        lambda rule, years: years >= rule.get("technical_experience_years", 0),
    ),
}


def _passes(rule: Row, facts: Row) -> bool:
    name, asks = RULES.get(rule["id"], ("", lambda _rule, _value: True))
    return bool(asks(rule, facts.get(name)))


@handles("create_interview_for_candidate")
def create_interview_for_candidate(call: Call) -> Row:
    """Find or create the position, screen the resume for it, enrol the candidate, return the link."""
    body = call.body
    email, name = _person(call)
    position = _found(call) or define(call, _new_position(call), [])
    known = by_email(call, email)
    if known is not None and takes_part(call, position, known):
        return _applied(call, position, known["id"], "already-applied", "applied before")
    outcome = assess(position, body["candidate_resume"], _answers(call))
    candidate = enrol(call, email, name, external_id=body.get("candidate_external_id"))
    start_result(call, position, candidate)
    reason = outcome["processing_reason"] if outcome["recommendation"] == "ai_reject" else None
    return _applied(call, position, candidate["id"], outcome["recommendation"], reason)


def _found(call: Call) -> Row | None:
    name, code = "position_def_set_id", call.body.get("position_external_id")
    known = (row["id"] for row in call.own(call.store.definitions) if code and row.get("code") == code)
    wanted = call.body.get(name) or next(known, None)
    return wanted and call.open_definition(name, wanted)


def _applied(call: Call, position: Row, candidate_id: str, status: str, reason: str | None) -> Row:
    answer: Row = {
        "status": status,
        "position_def_set_id": position["id"],
        "profile_interview_id": candidate_id,
        "interview_url": interview_link(position["id"]),
        **created(call, position),
    }
    return answer if reason is None else answer | {"reason": reason}
