"""Real-looking next versions of the baseline document: each a few edits, and the changelog they must give.

An edit puts a value at a JSON pointer, or takes away what stands there (GONE). `versions` are the version of the
package before and after, by the grade of the contract alone; the generated names can only make it worse.
"""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from attrs import Factory, frozen

from scripts.corrections.grammar import schemas
from tests.changes.cases import GONE, put

EXPECTED = Path(__file__).parent / "expected"
SCHEMAS = "/components/schemas"


@frozen
class Evolution:
    """One next version of the document.

    `enums` are lists of values that become others wherever they stand: the vendor has each once, and publishes copies.
    """

    name: str
    edits: Mapping[str, Any]
    versions: tuple[str, str]
    enums: Mapping[tuple[str, ...], tuple[str, ...]] = Factory(dict)

    @property
    def changelog(self) -> str:
        """Give the changelog that it must give, as text without the headline."""
        return (EXPECTED / f"{self.name.replace(' ', '-')}.txt").read_text(encoding="utf-8")

    def apply(self, document: dict[str, Any]) -> dict[str, Any]:
        """Make the next version of a document, which is left as it is."""
        made = deepcopy(document)
        for _, schema in schemas(made):
            if tuple(schema.get("enum", ())) in self.enums:
                schema["enum"] = list(self.enums[tuple(schema["enum"])])
        for pointer, value in self.edits.items():
            put(made, pointer, value)
        return made


def _answer(schema: str) -> dict[str, Any]:
    return {"description": "Done.", "content": {"application/json": {"schema": {"$ref": f"#{SCHEMAS}/{schema}"}}}}


def _operation(tag: str, summary: str, **parts: Any) -> dict[str, Any]:
    return {"tags": [tag], "summary": summary, "description": f"{summary}.", "security": [{"bearerAuth": []}], **parts}


NULLABLE_TEXT = {"type": "string", "nullable": True}
ARCHIVE = _operation(
    *("Candidates", "Archive a candidate"),
    requestBody={
        "required": True,
        "content": {"application/json": {"schema": {"$ref": f"#{SCHEMAS}/CandidateArchiveRequest"}}},
    },
    responses={"200": _answer("CandidateArchiveResponse"), "401": _answer("Error"), "422": _answer("Error")},
)
HOOKS = _operation(
    *("Notifications", "List webhook subscriptions"),
    parameters=[{"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1}}],
    responses={"200": _answer("NotificationListResponse"), "401": _answer("Error"), "500": _answer("Error")},
)
SCREEN = "/paths/~1job-interview-pre-screening-api-resume-text/post"
STATE = f"{SCHEMAS}/JobInterviewSetStateResponse"

STATUSES = ("draft", "active", "archived", "deleted", "preparing", "completed")

EVOLUTIONS = (
    Evolution(
        "new operation",
        {
            "/paths/~1candidate-archive": {"post": ARCHIVE},
            f"{SCHEMAS}/CandidateArchiveRequest": {
                "type": "object",
                "properties": {
                    "profile_interview_id": {"type": "string", "format": "uuid", "description": "The candidate."},
                    "reason": {**NULLABLE_TEXT, "enum": ["withdrawn", "hired_elsewhere", "other"]},
                },
                "required": ["profile_interview_id"],
            },
            f"{SCHEMAS}/CandidateArchiveResponse": {
                "type": "object",
                "properties": {"success": {"type": "boolean"}, "archived_at": NULLABLE_TEXT},
                "required": ["success"],
            },
            "/info/version": "1.1.0",
        },
        ("0.1.0", "0.1.1"),
    ),
    Evolution(
        "renamed property",
        {
            f"{SCHEMAS}/RegisterUser/properties/external_id": GONE,
            f"{SCHEMAS}/RegisterUser/properties/external_reference": {**NULLABLE_TEXT, "description": "Your own id."},
            f"{SCHEMAS}/PlatformLanguage/properties/flag_emoji": GONE,
            f"{SCHEMAS}/PlatformLanguage/properties/emoji": {"type": "string"},
            f"{SCHEMAS}/PlatformLanguage/required": [
                *("code", "name_english", "name_local", "flag_image", "emoji", "flag_unicode"),
                *("coaching_interface", "interview_interface", "admin_interface", "accents"),
            ],
        },
        ("0.1.0", "0.2.0"),
    ),
    Evolution(
        "string became object",
        {
            f"{SCHEMAS}/PersonaCreateRequest/properties/candidate_expectations": {
                "type": "object",
                "nullable": True,
                "properties": {"must": {"type": "string"}, "nice": {"type": "string"}},
                "required": ["must"],
            },
        },
        ("0.1.0", "0.2.0"),
    ),
    Evolution(
        "required dropped",
        {
            f"{SCHEMAS}/PersonaCreateRequest/required": ["name", "mojito_language_code", "status", "visibility"],
            f"{SCHEMAS}/Pagination/required": ["limit", "offset", "has_more"],
        },
        ("1.2.3", "2.0.0"),
    ),
    Evolution(
        "required without a property",
        {
            f"{SCHEMAS}/RequestAnotherAttemptRequest/required": ["interview_result_id", "reason"],
            f"{SCHEMAS}/LanguageAccent/required": ["code", "name", "region"],
        },
        ("1.2.3", "2.0.0"),
    ),
    Evolution(
        "enum widened and narrowed",
        {
            f"{SCHEMAS}/PreScreeningResumeTextResponse/properties/processing_reason/enum": ["credits", "language"],
        },
        ("0.1.0", "0.2.0"),
        enums={
            ("draft", "active"): ("draft", "active", "scheduled"),
            ("slower", "normal", "faster"): ("normal", "faster"),
        },
    ),
    Evolution(
        "response enum widened",
        {},
        ("1.2.3", "1.3.0"),
        enums={
            ("ai_accept", "ai_reject", "recruiter_action"): (
                *("ai_accept", "ai_reject", "recruiter_action", "second_opinion"),
            ),
            STATUSES: (*STATUSES, "paused"),
        },
    ),
    Evolution(
        "response boolean became number",
        {
            f"{SCHEMAS}/CatalogueTagGetResponse/properties/matched_sessions_truncated/type": "number",
            f"{SCHEMAS}/MerchantStatus/properties/definitions_active/type": "integer",
        },
        ("0.4.2", "0.5.0"),
    ),
    Evolution(
        "new variant",
        {
            f"{SCHEMAS}/JobInterviewSetStateScheduled": {
                "type": "object",
                "title": "Scheduled",
                "properties": {"scheduled_for": {"type": "string"}},
                "required": ["scheduled_for"],
            },
            f"{STATE}/anyOf/2": {"$ref": f"#{SCHEMAS}/JobInterviewSetStateScheduled"},
            f"{SCREEN}/responses/200/content/application~1json/schema": {
                "$ref": f"#{SCHEMAS}/PreScreeningResumeTextResponse"
            },
        },
        ("0.1.0", "0.2.0"),
    ),
    Evolution(
        "new tag",
        {
            "/tags/7": {"name": "Notifications", "description": "Who is told what, and where."},
            "/paths/~1notification-list": {"get": HOOKS},
            f"{SCHEMAS}/NotificationListResponse": {
                "type": "object",
                "properties": {
                    "data": {"type": "array", "items": {"type": "object", "properties": {"url": {"type": "string"}}}},
                    "pagination": {"$ref": f"#{SCHEMAS}/Pagination"},
                },
                "required": ["data", "pagination"],
            },
        },
        ("1.0.0", "1.1.0"),
    ),
    Evolution(
        "content type added",
        {
            f"{SCREEN}/requestBody/content/multipart~1form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"position_id": {"type": "string"}, "resume": {"type": "string", "format": "binary"}},
                    "required": ["position_id", "resume"],
                }
            },
            "/paths/~1invite-users/post/responses/429": _answer("Error"),
        },
        ("0.1.0", "0.1.1"),
    ),
    Evolution(
        "parameters tightened",
        {
            "/paths/~1merchant-result-list/get/parameters/10/schema/maximum": 500,
            "/paths/~1merchant-result-list/get/parameters/7/schema/default": "score",
            "/paths/~1merchant-status/get/parameters/0/required": True,
            "/paths/~1merchant-analytics/get/parameters/4": GONE,
            "/paths/~1merchant-candidate-list/get/parameters/8": {
                "schema": {"type": "string", "description": "Keep only candidates of this country."},
                "required": False,
                "name": "country",
                "in": "query",
            },
        },
        ("0.1.0", "0.2.0"),
    ),
    Evolution(
        "nulls and additions in answers",
        {
            f"{SCHEMAS}/Error/properties/error/nullable": True,
            f"{SCHEMAS}/Error/properties/trace_id": {"type": "string", "format": "uuid"},
            f"{SCHEMAS}/MerchantStatus/properties/invitations_pending": {"type": "number"},
            f"{SCHEMAS}/MerchantStatus/properties/invitations_sent": GONE,
            f"{SCHEMAS}/MerchantStatus/required": [
                *("profile_id", "default_merchant_id", "merchant_id", "credits_interview_monthly"),
                *("credits_interview_monthly_limit", "credits_interview_extra", "credits_interview_single"),
                *("definitions_active", "interviews_without_credits", "interviews_undecided", "interviews_ongoing"),
                *("interview_results", "candidates", "candidates_history", "interview_result_history"),
                *("subscription_type", "subscription_status", "invitations_limit", "invitations_available"),
                "invitations_pending",
            ],
        },
        ("0.1.0", "0.2.0"),
    ),
    Evolution(
        "operation retired",
        {
            "/paths/~1persona-create/post/deprecated": True,
            "/paths/~1platform-languages-list": GONE,
        },
        ("1.9.9", "2.0.0"),
    ),
    Evolution(
        "wording",
        {
            "/info/description": "The public HTTP API of JobMojito.",
            f"{SCHEMAS}/Error/properties/error/description": "What went wrong, for people.",
            f"{SCHEMAS}/RegisterUser/properties/email/example": "ada@example.com",
            "/paths/~1persona-create/post/summary": "Make a persona",
            "/paths/~1persona-create/post/description": "Makes a persona.",
        },
        ("1.2.3", "1.2.4"),
    ),
    Evolution(
        "written differently",
        {
            f"{SCHEMAS}/RegisterUser/properties/name": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "Candidate's display name.",
            },
            f"{SCHEMAS}/Failure": {
                "required": ["error"],
                "properties": {
                    "name": {"example": "interview_result_id", "type": ["string"]},
                    "error": {"allOf": [{"type": "string"}]},
                },
                "type": "object",
            },
            "/paths/~1persona-create/post/responses/500/content/application~1json/schema": {
                "oneOf": [{"$ref": f"#{SCHEMAS}/Failure"}]
            },
        },
        ("0.1.0", "0.1.0"),
    ),
)
