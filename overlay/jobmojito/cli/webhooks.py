"""`jobmojito webhooks serve`: print what arrives, for development."""

import os
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number

import jobmojito
from jobmojito.webhooks import MAX_BYTES, WebhookEvent, change_key, receive, update_key
from jobmojito_api.webhooks import WEBHOOKS

from .failures import Exit, UsageError
from .options import Common, Flag, secret_of
from .output import Output, as_json
from .privacy import visible

_HOST = "127.0.0.1"
_SECRET = "JOBMOJITO_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
_COLUMNS = ("event", "result_id", "news", "departures")

webhooks_command = App(name="webhooks", help="Print webhooks as they arrive, for development.")


@webhooks_command.command
def serve(
    *,
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535))] = 8080,
    header: str = "X-Webhook-Secret",
    secret_file: Path | None = None,
    count: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    json: Flag = False,
    show_links: Flag = False,
    debug: Flag = False,
) -> int:
    """Print each webhook that arrives at this machine, until Ctrl-C; a tunnel can bring them from outside.

    The secret comes from JOBMOJITO_WEBHOOK_SECRET or --secret-file, never from an argument.

    The path of the URL may name the event, as in /interview_result; otherwise it is inferred.

    Nothing is stored: each delivery is answered with 204, so JobMojito does not send it again.

    Args:
        port: The port to listen on, at 127.0.0.1; 0 takes a free one.
        header: The header that holds the secret.
        secret_file: Read the secret from this file.
        count: End after so many deliveries.
        json: Write JSON, a line a delivery.
        show_links: Show names, e-mail addresses, texts and links.
        debug: Show the traceback of an error.
    """
    output = Output(Common(json=json, show_links=show_links, debug=debug))
    printer = _Printer(output, {header: _secret(secret_file)})
    try:
        server = HTTPServer((_HOST, port), _handler(printer))
    except OSError as error:
        raise UsageError(f"--port {port}: {error.strerror}") from None
    with server:
        output.note(f"listening on http://{_HOST}:{server.server_port}/ (Ctrl-C stops it)")
        while count is None or printer.count < count:
            server.handle_request()
    return Exit.OK


def _secret(file: Path | None) -> str:
    found = os.environ.get(_SECRET) if file is None else secret_of(file, option="--secret-file")
    if not found:
        raise UsageError(f"there is no secret: set {_SECRET}, or name a file with --secret-file")
    return found


class _Printer:
    """Prints deliveries; `count` is how many were accepted."""

    def __init__(self, output: Output, secrets: dict[str, str]) -> None:
        self._output, self._secrets = output, secrets
        self._keys: dict[str, str] = {}
        with suppress(jobmojito.WebhookError):
            receive(b"", {}, secrets=secrets)  # raises ConfigurationError for a header or secret that cannot work
        self.count = 0

    def take(self, path: str, body: bytes, headers: Any) -> int:
        """Print a delivery, and return the status to answer."""
        name = path.strip("/")
        try:
            event = receive(body, headers, secrets=self._secrets, event=name if name in WEBHOOKS else None)
        except jobmojito.WebhookError as error:
            print(f"jobmojito: {error.status_code}: {error}", file=sys.stderr)
            return error.status_code
        self._print(event)
        self.count += 1
        return 204

    def _print(self, event: WebhookEvent) -> None:
        key = update_key(known=self._keys.get(event.result_id), key=change_key(event))
        if key is not None:
            self._keys[event.result_id] = key
        record: dict[str, Any] = {
            "event": f"{event.event or 'unknown'}{' (inferred)' if event.is_inferred else ''}",
            "result_id": event.result_id,
            "news": "repeat" if key is None else "new",
            "departures": len(event.departures),
        }
        payload = visible(event.payload, "webhook", everything=self._output.options.show_links)
        if self._output.options.json:
            print(as_json({**record, "payload": payload}))
        else:
            self._output.table([record], _COLUMNS)
            self._output.properties(payload)
        sys.stdout.flush()


def _handler(printer: _Printer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes one delivery."""

        timeout = 10

        def do_POST(self) -> None:
            """Answer a delivery."""
            length = self.headers.get("content-length", "")
            if not length.isdecimal() or int(length) > MAX_BYTES:
                status = 413 if length.isdecimal() else 411
            else:
                status = printer.take(self.path, self.rfile.read(int(length)), self.headers)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing: the printer says what came."""

    return Handler
