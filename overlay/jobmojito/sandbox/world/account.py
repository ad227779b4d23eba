"""The merchant's account: status, sub-merchants, avatar templates, and the platform's languages."""

import uuid
from collections.abc import Sequence

from .calls import Call, handles
from .candidates import ordered
from .credits import PRICES
from .languages import LANGUAGES, flag_emoji
from .results import days_back
from .store import Row, contains, page
from .tokens import NAMESPACE, sub_merchants

# Templates and sub-merchants are there from the start, as on a new account; their times are before everything else.
SEEDED_AT = "2026-01-15T09:30:00.000Z"
TEMPLATES = (
    ("Ada", "interactive_heygen", "active", "en"),
    ("Bruno", "interactive_elevenlabs", "active", "en"),
    ("Clara", "offline_heygen", "active", "de"),
    ("Daniel", "offline_synthesia", "archived", "en"),
)
INVITATIONS_A_CREDIT = 4


@handles("get_merchant_status")
def get_merchant_status(call: Call) -> Row:
    """Balance and counts of the merchant, credits in whole and tenths."""
    account = call.store.account(call.merchant_id)
    definitions, results = call.own(call.store.definitions), call.own(call.store.results)
    candidates = call.own(call.store.candidates)
    done = [row for row in results if row["coach_status"] == "completed"]
    sent = sum(row["event"] == "interview_invitation" for row in call.store.events
               if row["merchant_id"] == call.merchant_id)  # fmt: skip
    available = account.left // PRICES["interview_invitation"] // 10 * INVITATIONS_A_CREDIT
    return {
        "profile_id": call.caller.profile_id,
        "default_merchant_id": call.caller.merchant_id,
        "merchant_id": call.merchant_id,
        "credits_interview_monthly": account.monthly / 10,
        "credits_interview_monthly_limit": account.monthly_limit / 10,
        "credits_interview_extra": account.extra / 10,
        "credits_interview_single": 0,
        "definitions_active": sum(row["status"] == "active" for row in definitions),
        "interviews_without_credits": 0,
        "interviews_undecided": sum(row["decision_status"] == "undecided" for row in done),
        "interviews_ongoing": sum(row["coach_status"] == "started" for row in results),
        "interview_results": len(results),
        "candidates": len(candidates),
        "candidates_history": days_back(candidates),
        "interview_result_history": days_back(results),
        "subscription_type": "Growth",
        "subscription_status": "active",
        "invitations_sent": sent,
        "invitations_limit": available + sent,
        "invitations_available": available,
    }


@handles("list_sub_merchants")
def list_sub_merchants(call: Call) -> Row:
    """A page of the merchant's sub-merchants."""
    rows = [_sub_merchant(call, number, key) for number, key in enumerate(sub_merchants(call.merchant_id), start=1)]
    chosen = [row for row in rows if contains(call.query.get("filter_text"), row["name"])]
    return page(ordered(chosen, call.query.get("order_by")), call.answer, call.query)


def _sub_merchant(call: Call, number: int, key: str) -> Row:
    account = call.store.account(key)
    return {
        "id": key,
        "name": f"Sandbox branch {number}",
        "status": "active",
        "contact_email": f"branch{number}@example.com",
        "interview_count": sum(row["merchant_id"] == key for row in call.store.results.values()),
        "credits_used_total": account.spent / 10,
        "created_at": SEEDED_AT,
    }


@handles("list_avatars")
def list_avatars(call: Call) -> Row:
    """A page of avatar templates; archived ones only when asked for."""
    query = call.query
    rows = [
        row
        for row in _templates(call.merchant_id)
        if all(row[name] == query.get(name, row[name]) for name in ("type", "status", "mojito_language_code"))
        and (row["status"] != "archived" or query.get("include_archived") == "true" or "status" in query)
        and contains(query.get("filter_text"), row["name"], row["video_voice_language_name"])
    ]
    return page(rows, call.answer, query)


def _templates(merchant_id: str) -> Sequence[Row]:
    return [
        {
            "id": str(uuid.uuid5(NAMESPACE, f"template/{merchant_id}/{name}")),
            "merchant_id": merchant_id,
            "name": name,
            "type": kind,
            "status": status,
            "visibility": "merchant_public",
            "mojito_language_code": language,
            "video_voice_language_name": LANGUAGES[language].english,
            "created_at": SEEDED_AT,
            "updated_at": SEEDED_AT,
        }
        for name, kind, status, language in TEMPLATES
    ]


@handles("list_languages")
def list_languages(call: Call) -> Row:  # noqa: ARG001 - every handler takes the call
    """The platform's languages by their English names."""
    return {
        "languages": [
            {
                "code": code,
                "name_english": language.english,
                "name_local": language.local,
                "flag_image": f"https://example.com/flags/{language.country.lower()}.svg",
                "flag_emoji": flag_emoji(language.country),
                "flag_unicode": " ".join(f"U+{ord(letter):X}" for letter in flag_emoji(language.country)),
                "coaching_interface": True,
                "interview_interface": True,
                "admin_interface": code in ("en", "de", "sk"),
                "accents": [{"code": f"{code}-{language.country}", "name": f"{language.english} ({language.country})"}],
            }
            for code, language in sorted(LANGUAGES.items(), key=lambda item: item[1].english)
        ]
    }
