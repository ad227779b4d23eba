"""Receive webhooks with Flask. Set WEBHOOK_SECRET, then run `flask --app webhooks_flask run`.

`webhooks_fastapi.py` shows how to store each change once and how to catch up after downtime; both work here too.
"""

import os

from flask import Flask, abort, request

from jobmojito import WebhookError
from jobmojito.webhooks import MAX_BYTES, WebhookEvent, receive

SECRETS = {"X-Webhook-Secret": os.environ["WEBHOOK_SECRET"]}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES


def store(event: WebhookEvent) -> None:
    """Put your database here; if it fails, the delivery is answered with 500 and comes again."""
    app.logger.info("%s of result %s", event.event, event.result_id)


@app.post("/webhooks/<any(interview_result, interview_collected, interview_failed):event>")
def take(event: str) -> tuple[str, int]:
    """Answer 204 once a delivery is stored."""
    try:
        received = receive(request.get_data(), request.headers, secrets=SECRETS, event=event)
    except WebhookError as error:
        abort(error.status_code, str(error))
    store(received)
    return "", 204
