"""The merchant's account: its status and sub-merchants; and the documents of its knowledge bases."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from jobmojito.sandbox.contract.validation import invalid

from .calls import Call, handles
from .store import PRICES, Row, contains, new_id, ordered, page, shape
from .tokens import sub_merchants

# Sub-merchants exist from the start; their times are before all others.
SEEDED_AT = "2026-01-15T09:30:00.000Z"
INVITATIONS_A_CREDIT = 4
DAYS = 14
MONTHLY_LIMIT = 1000  # in tenths of a credit


@handles("get_merchant_status")
def get_merchant_status(call: Call) -> Row:
    """Return balance and counts of the merchant; credits have one decimal."""
    left, spent = call.store.left(call.merchant_id), call.store.spent[call.merchant_id]
    limit = min(left + spent, MONTHLY_LIMIT)
    monthly = max(0, limit - spent)  # monthly credits are used before the extra ones
    definitions, results = call.own(call.store.definitions), call.own(call.store.results)
    candidates = call.own(call.store.candidates)
    done = [row for row in results if row["coach_status"] == "completed"]
    sent = sum(row["event"] == "interview_invitation" for row in call.store.payments
               if row["merchant_id"] == call.merchant_id)  # fmt: skip
    available = left // PRICES["interview_invitation"] // 10 * INVITATIONS_A_CREDIT
    row = {
        "profile_id": call.caller.profile_id,
        "default_merchant_id": call.caller.merchant_id,
        "merchant_id": call.merchant_id,
        "credits_interview_monthly": monthly / 10,
        "credits_interview_monthly_limit": limit / 10,
        "credits_interview_extra": (left - monthly) / 10,
        "definitions_active": sum(row["status"] == "active" for row in definitions),
        "interviews_undecided": sum(row["decision_status"] == "undecided" for row in done),
        "interviews_ongoing": sum(row["coach_status"] == "started" for row in results),
        "interview_results": len(results),
        "candidates": len(candidates),
        "candidates_history": _by_day(candidates),
        "interview_result_history": _by_day(results),
        "subscription_type": "Growth",
        "subscription_status": "active",
        "invitations_sent": sent,
        "invitations_limit": available + sent,
        "invitations_available": available,
    }
    return shape(row, call.answer)


def _by_day(rows: list[Row]) -> list[int]:
    """Count the rows made on each of the past days, today first."""
    counts = Counter(row["created_at"][:10] for row in rows)
    today = datetime.now(UTC).date()
    return [counts[(today - timedelta(days=back)).isoformat()] for back in range(DAYS)]


@handles("list_sub_merchants")
def list_sub_merchants(call: Call) -> Row:
    """Return a page of the merchant's sub-merchants."""
    rows = [_sub_merchant(call, number, key) for number, key in enumerate(sub_merchants(call.merchant_id), start=1)]
    chosen = [row for row in rows if contains(call.query.get("filter_text"), row["name"])]
    return page(ordered(chosen, call.query.get("order_by")), call.answer, call.query)


def _sub_merchant(call: Call, number: int, key: str) -> Row:
    return {
        "id": key,
        "name": f"Sandbox branch {number}",
        "status": "active",
        "contact_email": f"branch{number}@example.com",
        "interview_count": sum(row["merchant_id"] == key for row in call.store.results.values()),
        "credits_used_total": call.store.spent[key] / 10,
        "created_at": SEEDED_AT,
        "updated_at": SEEDED_AT,
    }


@handles("upload_knowledge_base_document")
def upload_document(call: Call) -> Row:
    """Accept a document. No operation reads it back, so it is only counted, like every file."""
    if not (call.body.get("name") or call.files["file"].filename):
        raise invalid("name", "name is required where the file has none")
    return {"knowledge_base_id": new_id()}
