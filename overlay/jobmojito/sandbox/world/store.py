"""The sandbox's state: records (JSON objects from which answers are made), credits, and files."""

import math
import secrets
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import define, field
from attrs.validators import ge, lt

from jobmojito.sandbox.contract.document import Schema
from jobmojito.sandbox.contract.samples import blank
from jobmojito.sandbox.contract.validation import Refusal

# The default initial balance of each merchant.
CREDITS = 1_000_000.0

# Prices in tenths of a credit, so that sums stay exact. The vendor's guide says what costs credits, and the surcharges
# for translation and for recording the full session; the base prices are the sandbox's own.
PRICES = {
    "interview_created": 10,
    "pre_screening": 5,
    "interview_invitation": 1,
    "report": 2,
    "report_translation": 1,
}
RECORDING = {"audio_all": 2, "video_all": 4}

# Links to files: path, validity in seconds, and number of files kept (the oldest are dropped first).
FILES = "/storage/v1/object/sign/"
VALID_FOR = 3600.0
MOST_FILES = 2000

Row = dict[str, Any]
Table = dict[str, Row]


@define
class Store:
    """The records of one environment, of all its merchants; ids are the keys of every table."""

    credits: float
    definitions: Table = field(factory=dict)
    candidates: Table = field(factory=dict)
    results: Table = field(factory=dict)
    payments: list[Row] = field(factory=list)
    members: dict[str, dict[str, str]] = field(factory=dict)  # e-mail -> merchant -> profile
    by_email: dict[tuple[str, str], str] = field(factory=dict)  # merchant, e-mail -> candidate
    participants: set[tuple[str, str]] = field(factory=set)  # definition and candidate of every interview taken
    spent: Counter[str] = field(factory=Counter)  # tenths of a credit, by merchant

    def left(self, merchant_id: str) -> int:
        """Return what a merchant can still spend, in tenths of a credit."""
        return round(self.credits * 10) - self.spent[merchant_id]

    def spend(self, merchant_id: str, tenths: int) -> None:
        """Spend credits. Raises a 422 without a field, and spends nothing, if there are too few."""
        if tenths > (left := self.left(merchant_id)):
            raise Refusal(422, f"Not enough credits: {tenths / 10:g} needed, {left / 10:g} left")
        self.spent[merchant_id] += tenths


@define
class World:
    """All environments of one sandbox, and its files. Hold `lock` while reading or changing records."""

    credits: float = field(default=CREDITS, validator=[ge(0), lt(math.inf)])
    stores: dict[str, Store] = field(factory=dict)
    files: dict[str, tuple[bytes, str, float]] = field(factory=dict, repr=False)  # content, token, end (Unix time)
    revoked: set[str] = field(factory=set)  # fingerprints of tokens
    lock: threading.RLock = field(factory=threading.RLock)

    def store(self, environment: str) -> Store:
        """Return the records of an environment; a new one is empty."""
        return self.stores.setdefault(environment, Store(self.credits))

    def spent(self) -> float:
        """Return the credits spent in all environments."""
        with self.lock:
            return sum(store.spent.total() for store in self.stores.values()) / 10

    def sign(self, path: str, content: bytes) -> str:
        """Store a file and return the path and query that fetch it."""
        token = secrets.token_urlsafe(24)
        with self.lock:
            self.files[path] = content, token, time.time() + VALID_FOR
            if len(self.files) > MOST_FILES:
                del self.files[next(iter(self.files))]
        return f"{FILES}{path}?token={token}"

    def fetch(self, path: str, token: str | None) -> bytes:
        """Return the file of a link. Raises 404 for an unknown path, 401 for a wrong or expired token."""
        if (file := self.files.get(path)) is None:
            raise Refusal(404, "no such object")
        content, known, until = file
        if token != known or until < time.time():
            raise Refusal(401, "the signature is not valid or has expired", "token")
        return content

    def clear(self) -> None:
        """Forget everything; no earlier link works any more."""
        with self.lock:
            for part in (self.stores, self.files, self.revoked):
                part.clear()


def new_id() -> str:
    """Return a new record id."""
    return str(uuid.uuid4())


def timestamp(moment: datetime) -> str:
    """Write a time as the API does: ISO 8601, UTC, milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """Return the current time as the API writes it."""
    return timestamp(datetime.now(UTC))


def add(table: Table, row: Mapping[str, Any], *, key: str = "id") -> Row:
    """Store a new record with its times and, unless given, an id; `key` names the field used as its key."""
    moment = now()
    stored = {"id": new_id(), "created_at": moment, "updated_at": moment, **row}
    table[stored[key]] = stored
    return stored


def change(row: Row, values: Mapping[str, Any]) -> Row:
    """Set fields of a record, and its `updated_at`."""
    row.update(values, updated_at=now())
    return row


def page(rows: Iterable[Row], schema: Schema, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of rows, shaped by the answer's schema, with its `pagination`."""
    every, limit, offset = list(rows), int(query.get("limit") or 50), int(query.get("offset") or 0)
    item = schema["properties"]["data"]["items"]
    chosen = every[offset : offset + limit]
    return {
        "data": [shape(row, item) for row in chosen],
        "pagination": {
            "total": len(every),
            "limit": limit,
            "offset": offset,
            "has_more": offset + len(chosen) < len(every),
        },
    }


def shape(row: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """Return a record with the properties that the schema declares; required ones that it lacks are blank."""
    properties = schema.get("properties", {})
    return blank(schema) | {name: row[name] for name in properties if name in row}


def ordered(rows: Iterable[Row], order: str | None) -> list[Row]:
    """Sort rows by one of the contract's orders, newest first by default (`accending` is the contract's spelling)."""
    if order in ("name", "name_accending", "name_decending"):
        return sorted(rows, key=lambda row: str(row.get("name") or "").casefold(), reverse=order == "name_decending")
    key = "updated_at" if order == "updated_at_newest" else "created_at"
    oldest_first = sorted(rows, key=lambda row: row[key])  # a stable sort: rows of one instant stay in order
    return oldest_first if order == "created_at_oldest" else oldest_first[::-1]


def contains(text: str | None, *values: Any) -> bool:
    """Whether a search text is empty or part of any of the values, ignoring case."""
    return not text or any(text.casefold() in str(value).casefold() for value in values if value)
