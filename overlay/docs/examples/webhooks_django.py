"""Receive webhooks with Django, in one file. Set WEBHOOK_SECRET, then run `python webhooks_django.py runserver`.

In a project of your own, take the view and its line in `urlpatterns`. `webhooks_fastapi.py` shows how to store each
change once and how to catch up after downtime; both work here too.
"""

import logging
import os
import sys

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jobmojito import WebhookError
from jobmojito.webhooks import WebhookEvent, receive

SECRETS = {"X-Webhook-Secret": os.environ["WEBHOOK_SECRET"]}

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost", "127.0.0.1"], SECRET_KEY=os.urandom(32).hex())


def store(event: WebhookEvent) -> None:
    """Put your database here; if it fails, the delivery is answered with 500 and comes again."""
    logging.getLogger(__name__).info("%s of result %s", event.event, event.result_id)


@csrf_exempt
@require_POST
def take(request: HttpRequest, event: str) -> HttpResponse:
    """Answer 204 once a delivery is stored."""
    try:
        received = receive(request.body, request.headers, secrets=SECRETS, event=event)
    except WebhookError as error:
        return HttpResponse(str(error), status=error.status_code)
    store(received)
    return HttpResponse(status=204)


urlpatterns = [re_path("^webhooks/(?P<event>interview_result|interview_collected|interview_failed)$", take)]
application = WSGIHandler()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
