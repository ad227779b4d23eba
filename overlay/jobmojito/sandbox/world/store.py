"""What the sandbox remembers: one store for each environment, records as the JSON objects that answers are cut from."""

import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import define, field

from jobmojito.sandbox.contract.document import Schema
from jobmojito.sandbox.contract.samples import blank
from jobmojito.sandbox.refusals import Refusal, unknown

from .credits import Account

# Each merchant's balance to begin with, where nothing else is asked for.
CREDITS = 1_000_000.0

Row = dict[str, Any]
Table = dict[str, Row]


@define
class Store:
    """The records of one environment, of all its merchants; ids are the keys of every table."""

    credits: float
    definitions: Table = field(factory=dict)
    candidates: Table = field(factory=dict)
    results: Table = field(factory=dict)
    directories: Table = field(factory=dict)
    documents: Table = field(factory=dict)
    events: list[Row] = field(factory=list)
    members: dict[str, dict[str, str]] = field(factory=dict)  # e-mail -> merchant -> profile
    by_email: dict[tuple[str, str], str] = field(factory=dict)  # merchant, e-mail -> candidate
    accounts: dict[str, Account] = field(factory=dict)

    def account(self, merchant_id: str) -> Account:
        """The credit account of a merchant, opened with the configured balance."""
        return self.accounts.setdefault(merchant_id, Account.opened(self.credits))

    def record(self, merchant_id: str, event: str, **details: Any) -> None:
        """Note something that happened, for the analytics."""
        row = {"id": new_id(), "merchant_id": merchant_id, "event": event, "event_date": now(), **details}
        self.events.append(row)


@define
class World:
    """All environments of one sandbox. Hold `lock` while reading or changing any of them."""

    credits: float = CREDITS
    stores: dict[str, Store] = field(factory=dict)
    lock: threading.RLock = field(factory=threading.RLock)

    def store(self, environment: str) -> Store:
        """The records of an environment, empty when it is first seen."""
        return self.stores.setdefault(environment, Store(self.credits))

    def spent(self) -> float:
        """Credits spent in all environments."""
        with self.lock:
            return sum(account.spent for store in self.stores.values() for account in store.accounts.values()) / 10

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.stores.clear()


def new_id() -> str:
    """A fresh record id."""
    return str(uuid.uuid4())


def now() -> str:
    """The time as the API writes it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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


def find(table: Table, key: Any, merchants: Callable[[str], bool], *, name: str, what: str, status: int = 404) -> Row:
    """A record that the caller may see. Raises `status` for an unknown id, and for another merchant's alike."""
    row = table.get(str(key).lower())
    if row is None or not merchants(row["merchant_id"]):
        raise unknown(name, what, status)
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


def newest_first(rows: Iterable[Row], key: str = "created_at") -> list[Row]:
    """Rows by time, the latest first; of rows of one instant, the one made last."""
    return sorted(rows, key=lambda row: row[key])[::-1]


def contains(text: str | None, *values: Any) -> bool:
    """Whether a search text is empty or stands in any of the values, ignoring case."""
    return not text or any(text.casefold() in str(value).casefold() for value in values if value)


def conflict(name: str, message: str) -> Refusal:
    """A 409: the request contradicts what is stored."""
    return Refusal(409, message, name)
