"""One test body for both clients: `api.call(lambda jm: jm.admin.list_languages())` runs it, awaited or not."""

from __future__ import annotations

import asyncio
import inspect
from functools import partial
from typing import Any

import httpx

from jobmojito import AsyncJobMojito, JobMojito, RetryPolicy
from jobmojito_api.types import File
from tests.bodies import MULTIPART, body_for, required_of

TOKEN = "test-token-0123456789"
QUICK = RetryPolicy(base=0.001, cap=0.002, max_attempts=3)
ID = "28106cba-1c27-4e53-b149-32113e5e8e31"

# What the shortest operation has to be asked with: nothing, until the contract says otherwise.
ASKED = required_of("list_languages")
# One call of every class of operation that repeating tells apart.
READ = ("list_languages", lambda jm: jm.admin.list_languages(**ASKED))
SETTER = (
    "set_interview_state",
    lambda jm: jm.interviews.set_interview_state(body=body_for("set_interview_state", position_id=ID, status="active")),
)
READ_BY_POST = (
    "get_interview_definition_by_post",
    lambda jm: jm.interviews.get_interview_definition_by_post(
        body=body_for("get_interview_definition_by_post", interview_id=ID)
    ),
)
REPORT = {"export_type": "html", "interview_result_id": ID}
SPENDING = (
    "generate_interview_report",
    lambda jm: jm.results.generate_interview_report(body=body_for("generate_interview_report", **REPORT)),
)
INVITING = (
    "invite_users",
    lambda jm: jm.admin.invite_users(
        body=body_for("invite_users", users=[{"email": "a@example.org", "name": "A"}]),
    ),
)


def upload_of(payload):
    """A call that sends a payload as a file."""
    file = File(payload, "cv.txt", "text/plain")
    body = body_for("upload_knowledge_base_document", MULTIPART, knowledge_base_store_id=ID, files={"file": file})
    return lambda jm: jm.knowledge_base.upload_knowledge_base_document(body=body)


class Driver:
    """Makes a client of one kind, calls, and closes it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def client(self, token: Any = TOKEN, **options: Any) -> Any:
        options.setdefault("retry", QUICK)
        if "base_url" in options and "http_client" not in options:
            # Loading the machine's certificates takes longer than a test does; loopback needs none.
            plain = httpx.AsyncHTTPTransport if self.kind == "async" else httpx.HTTPTransport
            options.setdefault("transport", plain(verify=False))
        return (AsyncJobMojito if self.kind == "async" else JobMojito)(token, **options)

    def call(self, work: Any, token: Any = TOKEN, **options: Any) -> Any:
        """Run `work(client)` with a client of its own."""
        return self.use(self.client(token, **options), work)

    def own(self, handle: Any, hooks: Any = None, **options: Any) -> Any:
        """Make an httpx client of the caller's; `hooks` are plain functions, by the event they are called at."""

        async def awaited(hook: Any, about: Any) -> None:
            hook(about)

        asynchronous = self.kind == "async"
        calls = {event: [partial(awaited, hook) if asynchronous else hook] for event, hook in (hooks or {}).items()}
        kind = httpx.AsyncClient if asynchronous else httpx.Client
        return kind(transport=httpx.MockTransport(handle), event_hooks=calls, **options)

    def use(self, client: Any, work: Any) -> Any:
        """Run `work(client)`, which may be async for either kind, then close the client."""
        if self.kind == "async":
            return asyncio.run(self._awaited(client, work))
        with client:
            result = work(client)
            return asyncio.run(result) if inspect.iscoroutine(result) else result

    async def _awaited(self, client: Any, work: Any) -> Any:
        async with client:
            result = work(client)
            if hasattr(result, "__aiter__"):
                return [item async for item in result]
            return await result if inspect.isawaitable(result) else result
