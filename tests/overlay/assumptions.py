"""What the overlay takes for granted of the contract, in one table.

What a helper sends has to be valid and declared; what it reads of an answer has to be declared, as one of the types
that it can read; an operation that it names has to be there.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from jobmojito.batches.row_requests import INVITATION, REGISTRATION
from jobmojito.batches.rows import EMAIL
from jobmojito.reports import OPERATION as REPORT
from jobmojito.result_runs import DETAILS as RESULT_DETAILS
from jobmojito.result_runs import RESULTS
from jobmojito.uploads.requests import DOCUMENT, RESUME, TEXT, CandidateDetails
from tests.bodies import JSON, MULTIPART

ID = "28106cba-1c27-4e53-b149-32113e5e8e31"
TEXTS, FLAGS, COUNTS = frozenset({"string"}), frozenset({"boolean"}), frozenset({"integer", "number"})
WEBHOOK = "webhook:"
OBJECTS, LISTS, ANYTHING = frozenset({"object"}), frozenset({"array"}), frozenset[str]()


@frozen
class Sends:
    """A helper sends this body of an operation; every property of it is meant to be understood."""

    operation: str
    media: str
    body: dict[str, Any]


@frozen
class Reads:
    """A helper reads the value at these steps of an operation's success ("[]" are the entries of a list).

    An operation `webhook:NAME` is a webhook, and its body is what is read.
    """

    operation: str
    steps: tuple[str, ...]
    types: frozenset[str]


@frozen
class Calls:
    """An operation is named in the overlay."""

    operation: str


Assumption = Sends | Reads | Calls


OPTIONS = {
    "interview_id": ID,
    "merchant_id": ID,
    "send_email": True,
    "hide_menu": True,
    "hide_iframe": "true",
    "is_test": True,
    "force_invite": True,
    "mojito_language_code": "en",
    "message_from_recruiter": "Welcome.",
}
ROW = {"email": "ann@example.org", "name": "Ann", "external_id": "7"}
INVITED = {"email": "ann@example.org", "name": "Ann", "type": "candidate", "interview_id": ID}
CANDIDATE = {"position_id": ID, "candidate_name": "Ann", "candidate_email": "ann@example.org"}
DETAILS = dict.fromkeys(sorted(CandidateDetails.__optional_keys__ - {"form"}), "XX")
STORED = {"knowledge_base_store_id": ID, "file": "the content"}
ONE, SEVERAL = {"interview_result_id": ID}, {"interview_result_ids": [ID, ID]}

SENT = (
    Sends(REGISTRATION.operation, JSON, {"interview_id": ID, "users": [{"email": "ann@example.org"}]}),
    Sends(
        REGISTRATION.operation,
        JSON,
        {"users": [ROW], **{name: OPTIONS[name] for name in ("interview_id", *REGISTRATION.options.__annotations__)}},
    ),
    Sends(INVITATION.operation, JSON, {"users": [{"email": "ann@example.org"}]}),
    Sends(
        INVITATION.operation,
        JSON,
        {"users": [INVITED], **{name: OPTIONS[name] for name in INVITATION.options.__annotations__}},
    ),
    Sends(RESUME, MULTIPART, {**CANDIDATE, "file": "the content"}),
    Sends(RESUME, MULTIPART, {**CANDIDATE, **DETAILS, "file": "the content", "form": '{"age": 30}'}),
    Sends(TEXT, JSON, {**CANDIDATE, "candidate_resume": "Ten years."}),
    Sends(TEXT, JSON, {**CANDIDATE, **DETAILS, "candidate_resume": "Ten years.", "form": {"age": 30}}),
    Sends(DOCUMENT, MULTIPART, STORED),
    Sends(DOCUMENT, MULTIPART, {**STORED, "name": "handbook.pdf", "merchant_id": ID}),
    Sends(REPORT, JSON, {"export_type": "pdf", "store_file": True, **ONE, "template": "modern"}),
    Sends(REPORT, JSON, {"export_type": "html", **SEVERAL, "export_features_result": {"transcript": False}}),
    Sends(REPORT, JSON, {"export_type": "json", **ONE}),
)
ROWS = ("[]",)
SCREENED = ("decision_status", "recommendation", "pre_screening_score", "resume_ai_analysis")
LISTED = {
    **dict.fromkeys(
        ("interview_result_id", "status", "coach_status", "processing_status", "decision_status", "updated_at"), TEXTS
    ),
    "score": COUNTS,
}
EVENTS = ("interview_result", "interview_collected", "interview_failed")
POSTED = {
    **dict.fromkeys(("id", "status", "interview_status", "processing_status", "pdf_export_url"), TEXTS),
    **dict.fromkeys(("ai_analysis", "ai_analysis_recruiter"), TEXTS),
    **dict.fromkeys(("ai_analysis_recruiter_why_hire", "ai_analysis_recruiter_why_not_hire"), ANYTHING),
    **dict.fromkeys(("score", "ai_analysis_recruiter_score"), COUNTS),
    "recruiter_go_next_round": FLAGS,
}
READ = (
    *(Reads(REGISTRATION.operation, (*ROWS, name), TEXTS) for name in (EMAIL, "result", "interview_url")),
    *(Reads(INVITATION.operation, (*ROWS, name), TEXTS) for name in (EMAIL, "type", "interview_id", "result")),
    *(Reads(name, ("success",), FLAGS) for name in (RESUME, TEXT)),
    *(Reads(RESUME, (name,), TEXTS) for name in ("decision_status", "message")),
    # A file's answer is given as the type of a text's.
    *(Reads(name, (field,), ANYTHING) for name in (RESUME, TEXT) for field in SCREENED),
    *(Reads(REPORT, (name,), TEXTS) for name in ("pdf_export_url", "pdf_export_valid_until", "html_export")),
    Reads(REPORT, ("json_export",), ANYTHING),
    Reads(RESULT_DETAILS, ("status",), TEXTS),
    Reads(RESULT_DETAILS, ("score",), COUNTS),
    *(Reads(RESULT_DETAILS, (name,), TEXTS) for name in ("ai_analysis", "ai_analysis_recruiter")),
    *(Reads(RESULTS, ("data", "[]", name), types) for name, types in LISTED.items()),
    *(Reads(f"{WEBHOOK}{event}", (name,), types) for event in EVENTS for name, types in POSTED.items()),
)
CALLED = (
    *(Calls(one.operation) for one in (REGISTRATION, INVITATION)),
    *(Calls(name) for name in (RESUME, TEXT, DOCUMENT, REPORT, RESULT_DETAILS, RESULTS)),
)
ASSUMPTIONS: tuple[Assumption, ...] = (*CALLED, *SENT, *READ)
