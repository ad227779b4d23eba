"""Logging: the logger is `jobmojito`, and no handler is ever installed.

One line a request at DEBUG (operation, status, duration, attempt), one a repeat at INFO, and one a kind of departure
from the contract at WARNING. No line holds a body, a query, a header, an e-mail address, a name or a link.

The loggers of httpx and httpcore are not ours, and would leak: httpx writes whole URLs at INFO (search texts, signed
links), httpcore writes answer headers at DEBUG, and HTTP/2's header compression writes the request's headers, the token
among them. So while one of our requests is under way, and only then, a filter on those loggers shortens their lines to
the event's name. Requests that a program sends by itself are logged as ever.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

log: Final = logging.getLogger("jobmojito")

_ours: ContextVar[bool] = ContextVar("jobmojito_request_under_way", default=False)

# A filter sees only what is logged to its own logger, not to the children: hence all of them by name.
_SHORTENED: Final = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))
_SILENCED: Final = ("hpack.hpack", "hpack.table")


@contextmanager
def quiet() -> Generator[None]:
    """Keep what other libraries log about our request free of what it holds."""
    _install()
    before = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(before)


class _Shorten(logging.Filter):
    """Leaves of a line what names the event: "receive_response_headers.complete", "HTTP Request: POST"."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _ours.get():
            shown = record.args[0] if record.name == "httpx" and isinstance(record.args, tuple) and record.args else ""
            first_word = record.msg.split(maxsplit=1)[0] if isinstance(record.msg, str) and record.msg else ""
            record.msg, record.args = (f"HTTP Request: {shown}" if shown else first_word), ()
        return True


class _Silence(logging.Filter):
    """Drops a line: nothing of it could be kept."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - logging's signature
        return not _ours.get()


_shorten: Final = _Shorten()
_silence: Final = _Silence()


def _install() -> None:
    """Put the filters in place; again for every request, as a program's logging setup may have taken them away."""
    for name in _SHORTENED:
        logging.getLogger(name).addFilter(_shorten)
    for name in _SILENCED:
        logging.getLogger(name).addFilter(_silence)
