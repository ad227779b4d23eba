"""The two batch operations of the API, behind an httpx transport: what is under test decides what they answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx

INTERVIEW = "04e09fa5-3fb8-4236-b37d-fca2bcd1cb66"
LINK = "https://talk.example.org/i/s3cret-link"

Row = dict[str, Any]


def ok(row: Row) -> Row:
    """Answer a row as the API does when it worked."""
    return {**row, "result": "ok", "interview_url": f"{LINK}?{row['email']}"}


class RowsApi(httpx.MockTransport):
    """Answers each request by `respond(rows)`: rows to be sent back, or a whole response; keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(self._handle)
        self.respond: Callable[[list[Row]], Any] = lambda rows: [ok(row) for row in rows]
        self.bodies: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    @property
    def sent(self) -> list[Row]:
        """Every row of every request, in the order of arrival."""
        return [row for body in self.bodies for row in body["users"]]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        with self._lock:
            self.bodies.append(body)
        answer = self.respond(body["users"])
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def people(count: int) -> list[Row]:
    """Make rows with e-mails of their own."""
    return [{"email": f"person{number}@example.org", "name": f"Person {number}"} for number in range(count)]


def register(rows: Any, **options: Any) -> Callable[[Any], Any]:
    """Register rows; for `Driver.call`."""
    return lambda jm: jm.register_candidates(INTERVIEW, rows, **options)


def statuses(outcomes: Any) -> list[str]:
    """The status of each outcome."""
    return [outcome.status.value for outcome in outcomes]


def kinds(outcomes: Any) -> list[str | None]:
    """The kind of each outcome."""
    return [outcome.kind and outcome.kind.value for outcome in outcomes]
