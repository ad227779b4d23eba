"""`python -m jobmojito.sandbox`: serve until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from jobmojito import sandbox

DESCRIPTION = "A local server that speaks the JobMojito contract. Any token will do; nothing leaves this machine."


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m jobmojito.sandbox", description=DESCRIPTION)
    made.add_argument("--port", type=int, default=0, help="port to listen on; 0, the default, takes a free one")
    made.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    made.add_argument("--credits", type=float, default=1_000_000, help="balance of each merchant (default: a million)")
    made.add_argument(
        "--fault", action="append", default=[], metavar="TEXT", dest="faults",
        help='misbehave, such as "create_interview: status=503; times=2"; may be given more than once',
    )  # fmt: skip
    made.add_argument(
        "--webhook", action="append", default=[], metavar="NAME=URL", dest="urls", type=_pair,
        help="post this event, such as interview_result, to a URL of this machine; may be given more than once",
    )  # fmt: skip
    made.add_argument(
        "--webhook-header", action="append", default=[], metavar="NAME=VALUE", dest="headers", type=_pair,
        help="send this header with each webhook, such as X-Webhook-Secret=test",
    )  # fmt: skip
    made.add_argument("--log-requests", action="store_true", help="print each request's operation and status")
    made.add_argument("--contract", type=Path, help="effective contract to serve in the place of the shipped one")
    return made


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not name or not value:
        raise argparse.ArgumentTypeError("not of the form NAME=VALUE")
    return name, value


def main(argv: Sequence[str] | None = None) -> int:
    """Serve; 0 when stopped, 1 when it cannot start, 2 for a bad command line."""
    options = parser().parse_args(argv)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        sandbox.require()
        options.faults = [sandbox.Fault.parse(text) for text in options.faults]
        settings = vars(options)
        settings["webhooks"] = sandbox.Webhooks(dict(settings.pop("urls")), dict(settings.pop("headers")))
        running = sandbox.Sandbox(**settings).start()
    except ImportError as error:
        return _fail(str(error), 1)
    except ValueError as error:
        return _fail(str(error), 2)
    except (sandbox.SandboxError, sandbox.ContractError) as error:
        return _fail(str(error), 1)
    print(f"JobMojito sandbox on {running.base_url} (any token; Ctrl-C stops it)", flush=True)
    while not stopped.wait(0.5):
        pass
    running.stop()
    return 0


def _fail(message: str, code: int) -> int:
    print(f"sandbox: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
