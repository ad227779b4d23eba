"""Receive webhooks with FastAPI, store each change once, and catch up on what was missed.

Set JOBMOJITO_TOKEN and WEBHOOK_SECRET, then run `uvicorn webhooks_fastapi:app`. At JobMojito, configure the URLs
https://YOUR-HOST/webhooks/interview_result, .../interview_collected and .../interview_failed, and the header
X-Webhook-Secret with the same secret.
"""

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal

from fastapi import FastAPI, HTTPException, Request

from jobmojito import AsyncJobMojito, JobMojitoError, WebhookError
from jobmojito.webhooks import change_key, is_older, receive, update_key

SECRETS = {"X-Webhook-Secret": os.environ["WEBHOOK_SECRET"]}
SWEEP_SECONDS = float(os.environ.get("SWEEP_SECONDS", "300"))
BEGINNING = "2026-01-01T00:00:00+00:00"
log = logging.getLogger(__name__)

store = sqlite3.connect(os.environ.get("STORE", "results.db"), isolation_level=None)
store.execute("CREATE TABLE IF NOT EXISTS results (id TEXT PRIMARY KEY, key TEXT)")
store.execute("CREATE TABLE IF NOT EXISTS changes (id TEXT, score REAL)")
store.execute("CREATE TABLE IF NOT EXISTS swept (until TEXT)")


def known(result_id: str) -> str | None:
    """Return the key stored for a result."""
    row = store.execute("SELECT key FROM results WHERE id = ?", [result_id]).fetchone()
    return row[0] if row else None


def save(result_id: str, key: str, score: object) -> None:
    """Store a change, once: a repeat changes nothing."""
    new = update_key(known=known(result_id), key=key)
    if new is not None:
        store.execute("BEGIN")
        store.execute("INSERT OR REPLACE INTO results VALUES (?, ?)", [result_id, new])
        store.execute(
            "INSERT INTO changes VALUES (?, ?)", [result_id, score if isinstance(score, int | float) else None]
        )
        store.execute("COMMIT")


async def sweep() -> None:
    """Read what changed since the last sweep; this finds what was missed while the receiver was down."""
    row = store.execute("SELECT max(until) FROM swept").fetchone()
    since = row[0] or BEGINNING
    latest = since
    async with AsyncJobMojito() as jm:
        async for found in jm.changed_results(since):
            save(str(found.row.interview_result_id), change_key(found.row, found.details), found.row.score)
            latest = max(latest, str(found.updated_at))
    store.execute("INSERT INTO swept VALUES (?)", [latest])


async def sweep_now_and_then() -> None:
    """Sweep at the start, and every few minutes."""
    while True:
        try:
            await sweep()
        except JobMojitoError as error:
            log.warning("the next sweep begins where this one did: %s", error)
        await asyncio.sleep(SWEEP_SECONDS)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    """Sweep as long as the application runs."""
    task = asyncio.create_task(sweep_now_and_then())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks/{event}", status_code=204)
async def take(event: Literal["interview_result", "interview_collected", "interview_failed"], request: Request) -> None:
    """Answer 204 once a delivery is stored; otherwise JobMojito sends it again."""
    try:
        received = receive(await request.body(), request.headers, secrets=SECRETS, event=event)
    except WebhookError as error:
        raise HTTPException(error.status_code, str(error)) from None
    if not is_older(received, known(received.result_id)):
        save(received.result_id, change_key(received), received.payload.score)
