"""Coaching catalogue directories."""

from collections.abc import Mapping
from typing import Any

from jobmojito.sandbox.refusals import conflict, invalid, unknown

from .calls import Call, handles
from .store import Row, add, change, contains, page, shape

CATALOGUE_HOST = "https://coaching.example.com"
MOST_SESSIONS = 200
DEFAULTS = {"mojito_language_code": "en", "visibility": "merchant_public", "status": "active"}


@handles("create_catalogue_directory")
def create_directory(call: Call) -> Row:
    """Make a directory. A taken id is a 409; `public` belongs to platform admins."""
    body = {**DEFAULTS, **{name: value for name, value in call.body.items() if value is not None}}
    _check_visibility(call, body)
    key = _key(call.merchant_id, body["id"])
    if key in call.store.directories:
        raise conflict("id", "a directory with this id exists")
    parent = _directory(call, "parent_tag", body["parent_tag"], 422) if "parent_tag" in body else None
    directory = add(call.store.directories, {**body, "merchant_id": call.merchant_id, "key": key}, key="key")
    if parent is not None:
        change(parent, {"tags_sub": [*(parent.get("tags_sub") or []), body["id"]]})
    return shape({"parent_tag": None, **directory, "catalogue_url": _url(directory)}, call.answer)


@handles("update_catalogue_directory")
def update_directory(call: Call) -> Row:
    """Change the fields sent."""
    directory = _directory(call, "id", call.body["id"])
    _check_visibility(call, call.body)
    values = {name: value for name, value in call.body.items() if name != "id"}
    change(directory, values)
    return {"id": directory["id"], "updated_fields": sorted(values), "catalogue_url": _url(directory)}


@handles("get_catalogue_directory")
def get_directory(call: Call) -> Row:
    """One directory with its children and the sessions whose tags match its filter."""
    directory = _directory(call, "id", call.query["id"])
    properties = call.answer["properties"]
    known = call.store.directories
    children = [known.get(_key(directory["merchant_id"], tag)) for tag in directory.get("tags_sub") or []]
    sessions = _sessions(call, directory)
    session = properties["matched_sessions"]["items"]
    return shape(
        {
            **directory,
            "catalogue_url": _url(directory),
            "is_start_directory": False,
            "sub_directories": [shape(row, properties["sub_directories"]["items"]) for row in children if row],
            "matched_sessions": [shape(row, session) for row in sessions[:MOST_SESSIONS]],
            "matched_sessions_truncated": len(sessions) > MOST_SESSIONS,
        },
        call.answer,
    )


@handles("list_catalogue_directories")
def list_directories(call: Call) -> Row:
    """A page of directories by id, or one directory's children in their own order."""
    query = call.query
    rows = sorted(call.own(call.store.directories), key=lambda row: row["id"])
    if parent_tag := query.get("parent_tag"):
        order = call.store.directories.get(_key(call.merchant_id, parent_tag), {}).get("tags_sub") or []
        rows = sorted((row for row in rows if row["id"] in order), key=lambda row: order.index(row["id"]))
    chosen = [
        {**row, "has_content_page": row.get("content_md") is not None, "is_start_directory": False}
        for row in rows
        if all(row.get(name) == query.get(name, row.get(name)) for name in DEFAULTS)
        and contains(query.get("filter_text"), row["id"], row["name"], row.get("description"))
    ]
    return page(chosen, call.answer, query)


def _directory(call: Call, name: str, directory_id: str, status: int = 404) -> Row:
    for merchant_id in call.family():
        if (row := call.store.directories.get(_key(merchant_id, directory_id))) is not None:
            return row
    raise unknown(name, "directory", status)


def _key(merchant_id: str, directory_id: str) -> str:
    """Directory ids are the merchant's own words: two merchants may use the same one."""
    return f"{merchant_id}/{directory_id}"


def _url(directory: Row) -> str:
    return f"{CATALOGUE_HOST}/catalogue/{directory['id']}"


def _check_visibility(call: Call, body: Mapping[str, Any]) -> None:
    if body.get("visibility") == "public" and call.caller.role != "admin":
        raise invalid("visibility", "public directories belong to the platform's admins")


def _sessions(call: Call, directory: Row) -> list[Row]:
    wanted = set(directory.get("tags_interview_set_filter") or [])
    return [
        row
        for row in call.own(call.store.definitions)
        if wanted
        and wanted <= set(row.get("tags") or [])
        and row["status"] == "active"
        and row.get("type") in ("coaching", "persona")
        and row.get("visibility") in ("public", "merchant_public")
    ]
