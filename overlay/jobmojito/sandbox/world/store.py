"""What the sandbox remembers: records as the JSON objects that answers are cut from, credits, and files."""

import math
import secrets
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import define, field, frozen

from jobmojito.sandbox.contract.document import Schema
from jobmojito.sandbox.contract.samples import blank
from jobmojito.sandbox.contract.validation import Refusal

# Each merchant's balance to begin with, where no other is asked for.
CREDITS = 1_000_000.0

# What things cost, in tenths of a credit, so that sums stay exact. The vendor's guide says what costs credits, and the
# surcharges for translation and for recording the full session; the base prices are the sandbox's own.
PRICES = {
    "interview_created": 10,
    "pre_screening": 5,
    "interview_invitation": 1,
    "report": 2,
    "report_translation": 1,
}
RECORDING = {"audio_all": 2, "video_all": 4}

# Seconds that a link to a file works, and how many files are kept; the oldest go first.
FILES = "/storage/v1/object/sign/"
VALID_FOR = 3600.0
MOST_FILES = 2000

Row = dict[str, Any]
Table = dict[str, Row]


@define
class Account:
    """A merchant's credits in tenths."""

    balance: int
    spent: int = 0

    @property
    def left(self) -> int:
        """What can still be spent."""
        return self.balance - self.spent

    def spend(self, tenths: int) -> None:
        """Take credits. Raises a 422 without a field, and takes nothing, if there are too few."""
        if tenths > self.left:
            raise Refusal(422, f"Not enough credits: {tenths / 10:g} needed, {self.left / 10:g} left")
        self.spent += tenths


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
    accounts: dict[str, Account] = field(factory=dict)

    def account(self, merchant_id: str) -> Account:
        """The credit account of a merchant, opened with the configured balance."""
        return self.accounts.setdefault(merchant_id, Account(round(self.credits * 10)))


@frozen
class SignedFile:
    """A stored file: what its link's token must be, and until when (Unix time)."""

    content: bytes = field(repr=False)
    token: str = field(repr=False)
    until: float


def _check_credits(_world: object, _attribute: object, value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"credits must be a number of 0 or more, not {value}")


@define
class World:
    """All environments of one sandbox, and its files. Hold `lock` while reading or changing records."""

    credits: float = field(default=CREDITS, validator=_check_credits)
    stores: dict[str, Store] = field(factory=dict)
    files: OrderedDict[str, SignedFile] = field(factory=OrderedDict, repr=False)
    revoked: set[str] = field(factory=set)  # fingerprints of tokens
    lock: threading.RLock = field(factory=threading.RLock)

    def store(self, environment: str) -> Store:
        """The records of an environment, empty when it is first seen."""
        return self.stores.setdefault(environment, Store(self.credits))

    def spent(self) -> float:
        """Credits spent in all environments."""
        with self.lock:
            return sum(account.spent for store in self.stores.values() for account in store.accounts.values()) / 10

    def sign(self, path: str, content: bytes) -> str:
        """Keep a file and give the path and query that fetch it."""
        file = SignedFile(content, secrets.token_urlsafe(24), time.time() + VALID_FOR)
        with self.lock:
            self.files[path] = file
            while len(self.files) > MOST_FILES:
                self.files.popitem(last=False)
        return f"{FILES}{path}?token={file.token}"

    def fetch(self, path: str, token: str | None) -> bytes:
        """The file of a link. Raises 404 for an unknown path, 401 for a wrong or expired token."""
        if (file := self.files.get(path)) is None:
            raise Refusal(404, "no such object")
        if token != file.token or file.until < time.time():
            raise Refusal(401, "the signature is not valid or has expired", "token")
        return file.content

    def clear(self) -> None:
        """Forget everything: no link that was given works any more."""
        with self.lock:
            for part in (self.stores, self.files, self.revoked):
                part.clear()


def new_id() -> str:
    """A fresh record id."""
    return str(uuid.uuid4())


def timestamp(moment: datetime) -> str:
    """A time as the API writes it: ISO 8601, UTC, milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """The present as the API writes it."""
    return timestamp(datetime.now(UTC))


def add(table: Table, row: Mapping[str, Any], *, key: str = "id") -> Row:
    """Keep a new record, with an id unless it has one, and its times; `key` names the field it is found by."""
    moment = now()
    kept = {"id": new_id(), "created_at": moment, "updated_at": moment, **row}
    table[kept[key]] = kept
    return kept


def change(row: Row, values: Mapping[str, Any]) -> Row:
    """Set fields of a record and its time of change."""
    row.update(values, updated_at=now())
    return row


def page(rows: Iterable[Row], schema: Schema, query: Mapping[str, Any]) -> dict[str, Any]:
    """One page of rows, cut to the answer's schema, with its `pagination`."""
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
    """A record as the answer's schema words it: its declared properties, the required ones at least as null."""
    properties = schema.get("properties", {})
    return blank(schema) | {name: row[name] for name in properties if name in row}


def ordered(rows: Iterable[Row], order: str | None) -> list[Row]:
    """Rows in one of the contract's orders, the newest first by default (`accending` is the contract's spelling)."""
    if order in ("name", "name_accending", "name_decending"):
        return sorted(rows, key=lambda row: str(row.get("name") or "").casefold(), reverse=order == "name_decending")
    key = "updated_at" if order == "updated_at_newest" else "created_at"
    oldest_first = sorted(rows, key=lambda row: row[key])  # of rows of one instant, the one made last comes last
    return oldest_first if order == "created_at_oldest" else oldest_first[::-1]


def contains(text: str | None, *values: Any) -> bool:
    """Whether a search text is empty or part of any of the values, ignoring case."""
    return not text or any(text.casefold() in str(value).casefold() for value in values if value)
