"""Candidates and members: the two batch operations, with an outcome for each row, and the candidate list."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jobmojito.sandbox.contract.validation import Refusal

from .calls import Call, flag, handles
from .results import interview_link, start_result, takes_part
from .store import Row, add, change, contains, new_id, ordered, page

EMAIL = re.compile(r"[^@\s<>\"(),;:]+@[^@\s<>\"(),;:.]+(\.[^@\s<>\"(),;:.]+)+")
LONGEST_EMAIL = 254

TEAM = frozenset({"merchant_owner", "merchant", "merchant_selection"})
PORTAL = frozenset({"user", "mentor"})
CANDIDATE = "candidate"


@handles("register_users_for_interview")
def register_users(call: Call) -> list[Row]:
    """Enrol candidates; each row gets `ok` with a single-use link, or `Error: <message>`."""
    is_test = flag(call.body.get("is_test"))
    definition = call.open_definition("interview_id", call.body["interview_id"], status=422, is_test=is_test)
    call = call.on_behalf_of(definition)
    views = {name: flag(call.body.get(name)) for name in ("hide_menu", "hide_iframe")}

    def register(row: Row) -> Row:
        call.spend("interview_invitation", parent_object_uuid=definition["id"])
        candidate = enrol(call, row["email"], row.get("name"), external_id=row.get("external_id"))
        start_result(call, definition, candidate, is_test=is_test)
        return {"result": "ok", "interview_url": interview_link(definition["id"], **views)}

    rows = zip(call.body["users"], outcomes(call.body["users"], register), strict=True)
    return [{k: v for k, v in row.items() if k != "email" or v is not None} | outcome for row, outcome in rows]


def outcomes(rows: Sequence[Row], act: Callable[[Row], Row]) -> Iterator[Row]:
    """Yield the outcome of each row: of `act`, or an error; an e-mail may occur only once in a request."""
    seen: set[str] = set()
    for row in rows:
        address = (row.get("email") or "").strip().casefold()
        problem = row_problem(row) or ("duplicate email in this request" if address in seen else None)
        seen.add(address)
        try:
            yield act(row) if problem is None else {"result": f"Error: {problem}"}
        except Refusal as refusal:
            yield {"result": f"Error: {refusal.message}"}


def row_problem(row: Row) -> str | None:
    """Return what is wrong with a row; its name may be absent or null (the contract), but here not blank."""
    address = (row.get("email") or "").strip()
    if not address:
        return "email is required"
    if len(address) > LONGEST_EMAIL or not EMAIL.fullmatch(address):
        return "email is not valid"
    if isinstance(row.get("name"), str) and not row["name"].strip():
        return "name is empty"
    return None


def by_email(call: Call, email: str) -> Row | None:
    """Return the merchant's candidate with this e-mail; there is one for each e-mail."""
    return call.store.candidates.get(call.store.by_email.get((call.merchant_id, email.strip().lower()), ""))


def by_profile(call: Call, key: str) -> Row | None:
    """Return a candidate by its own id or its profile's."""
    wanted = key.lower()
    return next((row for row in call.own(call.store.candidates) if wanted in (row["id"], row["profile_id"])), None)


def enrol(call: Call, email: str, name: str | None, **values: Any) -> Row:
    """Create the merchant's candidate with this e-mail, or update it, with the given values."""
    given = {k: v for k, v in {"name": name, **values}.items() if v is not None}
    if (known := by_email(call, email)) is not None:
        return change(known, given)
    address = email.strip().lower()
    row = {
        "profile_id": new_id(),
        "merchant_id": call.merchant_id,
        "email": address,
        "email_auth": address,
        "status": "invited",
        "interview_count": 0,
        "pre_screening_count": 0,
        "public_avatar_count": 0,
        **given,
    }
    candidate = add(call.store.candidates, row)
    call.store.by_email[call.merchant_id, address] = candidate["id"]
    return candidate


@handles("list_candidates")
def list_candidates(call: Call) -> Row:
    """Return a page of the merchant's candidates."""
    query = call.query
    rows = [
        row
        for row in call.own(call.store.candidates, filter_emoji="emoji")
        if contains(query.get("filter_text"), row.get("name"), row["email"])
        and _in_tab(row, query.get("tab"))
        and query.get("source", "invited") == "invited"
    ]
    return page(ordered(rows, query.get("order_by")), call.answer, query)


def _in_tab(row: Row, tab: str | None) -> bool:
    counts = {"interview": row["interview_count"], "pre-screening": row["pre_screening_count"], "leads": 0}
    return not tab or bool(counts.get(tab, not any(counts.values())))


@handles("invite_users")
def invite_users(call: Call) -> list[Row]:
    """Invite team members, coaching users or candidates, each row with its own outcome."""
    users = call.body["users"]
    rows = zip(users, outcomes(users, lambda row: _invite(call, row)), strict=True)
    return [{**row, "email": row.get("email") or "", **outcome} for row, outcome in rows]


def _invite(call: Call, row: Row) -> Row:
    kind = row.get("type") or "user"
    if kind == CANDIDATE:
        return _invite_candidate(call, row)
    if kind not in TEAM | PORTAL:
        return {"result": "Error: type is not known"}
    memberships = call.store.members.setdefault(row["email"].strip().lower(), {})
    if (profile := memberships.get(call.merchant_id)) is not None:
        return {"result": "Invited" if call.body.get("force_invite") else "Skipped", "profile_id": profile}
    elsewhere = next(iter(memberships.values()), None)
    memberships[call.merchant_id] = profile = elsewhere or new_id()
    added = "SubMerchantAdded" if kind in TEAM else "CoachingAccessAdded"
    return {"result": added if elsewhere else "Invited", "profile_id": profile}


def _invite_candidate(call: Call, row: Row) -> Row:
    if not row.get("interview_id"):
        return {"result": "Error: interview_id is required for type candidate"}
    definition = call.open_definition("interview_id", row["interview_id"], status=422)
    call = call.on_behalf_of(definition)
    invited = takes_part(call, definition, by_email(call, row["email"]))
    skipped = invited and not call.body.get("force_invite")
    if not skipped:
        call.spend("interview_invitation", parent_object_uuid=definition["id"])
    candidate = enrol(call, row["email"], row.get("name"))
    if not invited:
        start_result(call, definition, candidate)
    result = "Skipped" if skipped else "Invited"
    return {"result": result, "profile_id": candidate["profile_id"], "profile_interview_id": candidate["id"]}
