"""A Celery task that registers candidates, and neither loses nor repeats one.

Set JOBMOJITO_TOKEN, then run `celery --app celery_task worker`. The client is made once; each worker process opens its
own connections.
"""

from celery import Celery

from jobmojito import ConnectionFailedError, JobMojito, RateLimitError, RequestTimeoutError

app = Celery("celery_task", broker="redis://localhost")
jm = JobMojito()


@app.task(
    autoretry_for=(ConnectionFailedError, RateLimitError, RequestTimeoutError),  # nothing was done
    retry_backoff=True,
    max_retries=5,
    acks_late=False,  # a worker that is killed may have registered them: do not start the task again
)
def register(interview_id: str, rows: list[dict[str, str]]) -> dict[str, list[str | None]]:
    """Register candidates; return the e-mail addresses by outcome. A person has to look at those that are unknown."""
    run = jm.register_candidates(interview_id, rows)
    outcomes = {"ok": run.succeeded, "error": run.failed, "skipped": run.skipped, "unknown": run.unknown}
    return {status: [row.email for row in found] for status, found in outcomes.items()}
