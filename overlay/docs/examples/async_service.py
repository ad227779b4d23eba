"""A small service: register a candidate, and read the results of an interview.

Set JOBMOJITO_TOKEN, then run `uvicorn async_service:app`. One client serves all requests.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from jobmojito import AsyncJobMojito, NotFoundError, OutcomeUnknownError, RowStatus, ValidationError, value_or


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Open the client as long as the service runs."""
    async with AsyncJobMojito() as app.state.jm:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/interviews/{interview_id}/candidates", status_code=201)
async def register(interview_id: str, name: str, email: str, request: Request) -> dict[str, str]:
    """Register one candidate, and return the link to the interview."""
    jm: AsyncJobMojito = request.app.state.jm
    try:
        run = await jm.register_candidates(interview_id, [{"name": name, "email": email}])
    except ValidationError as error:
        raise HTTPException(422, str(error)) from None
    except OutcomeUnknownError:
        raise HTTPException(502, "it may have been done: look at the list before you try again") from None
    (row,) = run
    if row.status is not RowStatus.OK or row.answer is None:
        raise HTTPException(422, row.message or "not registered")
    return {"interview_url": value_or(row.answer.interview_url, "")}


@app.get("/interviews/{interview_id}/results")
async def results(interview_id: str, request: Request) -> list[dict[str, Any]]:
    """Return the result id and the score of each candidate."""
    jm: AsyncJobMojito = request.app.state.jm
    try:
        rows = [row async for row in jm.items(jm.results.list_interview_results, interview_id=interview_id)]
    except NotFoundError:
        raise HTTPException(404, "no such interview") from None
    return [{"result_id": row.interview_result_id, "score": value_or(row.score, None)} for row in rows]
