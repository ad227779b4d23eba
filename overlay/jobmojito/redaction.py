"""What keeps tokens, people's addresses and links out of log lines, exceptions and reprs.

`mask` replaces them in a text: error texts of the API quote what was sent, so a message may hold a candidate's e-mail
or an interview link (which is a credential). Names of people cannot be told from other words; they are kept out by
never writing bodies anywhere.

`log` is the logger `jobmojito`; no handler is ever installed. One line a request at DEBUG (operation, status, duration,
attempt), one a repeat at INFO, one for each kind of departure from the contract at WARNING.

The loggers of httpx and httpcore would leak: httpx writes whole URLs at INFO (search texts, signed links), httpcore
writes answer headers at DEBUG, and HTTP/2's header compression writes the request's headers, the token among them. So
inside `quiet`, and only there, a filter on those loggers shortens their lines to the event's name. Requests that a
program sends by itself are logged as ever.
"""

from __future__ import annotations

import logging
import re
import sys
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from .lazy import DeferredModule

if TYPE_CHECKING:
    import html
    import unicodedata
    from collections.abc import Generator, Iterable
    from urllib import parse
else:
    html, parse, unicodedata = map(DeferredModule, ("html", "urllib.parse", "unicodedata"))

log: Final = logging.getLogger("jobmojito")

SHOWN = 500
"""Characters of a message that are kept; an error body can be a whole HTML page."""

_LONG = 8
"""Characters; a secret that is shorter, such as a sandbox takes, is found in ordinary words: there it stays."""

_MOST_CODES = 12
"""Codes within codes that are undone."""

_SCANNED = 4 * SHOWN
"""Characters looked at: the patterns below stay fast on a text of this length, however it was made."""

# Kept as texts: Python compiles them when one is first needed, which takes a millisecond, and keeps them then.
_JWT = r"eyJ[\w-]{5,}(?:\.[\w-]*){1,4}"
_BEARER = r"(?i)\b(bearer|basic):?\s+(?!auth)(?:[\w.~+/=-]{12,}|(?=\S{0,11}\d)[\w.~+/=-]{6,})"
# By its name: a query, a form, a header or JSON; where a blank follows, what has a digit or quotes (sentences have
# colons too). `max_tokens: 4096` counts tokens, and `token=null` is none.
_NAMED = (
    r"(?i)((?<![\w-])[\w-]*(?:token(?!s(?:_\w+)?\W{1,3}\d{1,7}(?![\w-]))|secret|passw(?:or)?d|passphrase|pwd|api_?-?key"
    r"|signature|credential|authorization|session_?id|jwt|cookie)[\w-]*(?:\[\w*\])*"
    r"(?:\\?[\"'])?\s?(?:=(?!\s)|[=:]\s?(?=\\?[\"']|\S{0,40}\d)))"
    r"(?!\[|(?:null|none|true|false|undefined)(?!\w))(?:\\?\"[^\"]*\"|'[^']*'|[^\s&,;)}\]]+)"
)
# With a scheme, its slashes perhaps escaped; a host's name (with a port) and what follows it; a path with a query.
_LINK = (
    r"(?i)\b[a-z][a-z0-9+.-]{1,30}:[\\/]{2,}\S+|\b(?:https?|mailto|tel|sms):\S+|\bwww\.\S+"
    r"|\b(?:[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}|(?:\d{1,3}\.){3}\d{1,3})(?::\d{1,5})?(?:\\?/|[?#])\S+"
    r"|(?:\blocalhost|\b[a-z][a-z0-9-]*:\d{2,5}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?(?:\\?/|[?#])\S+"
    r"|(?<!\w)(?:\\?/[\w.~%-]*){1,8}\?\S+"
)
# What may stand in an address (RFC 5321) without quotes; where one begins with punctuation, that goes with it.
_WORD = r"[^\s@<>\"(),;:]"
# Only from the beginning of a word: trying from its every character would take seconds on a long one.
# A line may have been broken beside the @.
_EMAIL = rf'(?i)(?:"[^"@]{{1,64}}"|(?<!{_WORD}){_WORD}+)(?:(?:@{_WORD}*)+| ?@ ?[\w-]+(?:\.[\w-]+)+)'
_BYTES = r"\bb'(?:\\.|[^'])*'|\bb\"(?:\\.|[^\"])*\""
"""What libraries quote of a header or a line that they could not read."""
_OPAQUE = r"[A-Za-z0-9_-]{24,}"
_PART = r"(?:(?:[A-Za-z]?[a-z]{1,15}|[A-Z]{1,15})\d{0,2}|\d{1,8})"
_READABLE = rf"(?i:[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})|{_PART}(?:[_-]{_PART})+"
"""A UUID, or words and numbers joined."""
# As JSON, Python, C, JavaScript and old browsers write a character.
_ESCAPE = r"\\+x([\da-fA-F]{2})|(?:\\+|%)u([\da-fA-F]{4})|\\+U([\da-fA-F]{8})|\\+[ux]\{0*([\da-fA-F]{1,6})\}"
# Lone surrogates among them: a log in UTF-8 could not be written.
_UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
_INVISIBLE = r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+"


def mask(text: str, *, secrets: Iterable[str] = (), limit: int = SHOWN) -> str:
    """Show `text` on one line, at most `limit` characters, without tokens, e-mail addresses and links.

    What is written in code (percent signs, entities, escapes, wide letters, one within the other) is looked at in plain
    letters, and is shown in them where something had to be masked. `secrets` are texts known to be secret, however they
    look. Masking a masked text changes nothing, which lets an exception be rebuilt from its own arguments.
    """
    text = re.sub(_UNPRINTABLE, " ", _cut(_without(text, secrets), _SCANNED)).strip()
    plain = _in_plain_letters(text)
    masked = _masked(_without(plain, secrets))
    return _cut(_masked(text) if masked == plain else masked, limit)


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if len(secret) >= _LONG:
            text = text.replace(secret, "[token]")
        else:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "[token]", text)
    return text


def _masked(text: str) -> str:
    text = re.sub(_BYTES, "[bytes]", text)
    text = re.sub(_JWT, "[token]", text)
    text = re.sub(_BEARER, r"\1 [token]", text)
    text = re.sub(_LINK, "[link]", text)
    text = re.sub(_EMAIL, "[email]", text)
    text = re.sub(_NAMED, r"\1[token]", text)
    return re.sub(_OPAQUE, _mask_opaque, text)


def _in_plain_letters(text: str) -> str:
    """Undo every code that a text may be written in, until there is none; "…" where there is no end of it."""
    for _ in range(_MOST_CODES):
        before = text
        if "%" in text:
            text = parse.unquote(re.sub(r"%(?:25)+", "%", text))
        if "&" in text:
            text = html.unescape(re.sub(r"(?i)&(?:amp;|#38;|#x26;)+", "&", text))
        if "\\" in text or "%u" in text:
            text = re.sub(_ESCAPE, _character, text)
        if "=40" in text:  # as mail programs write an @; but not the one in "status=401"
            text = re.sub(r"=40(?=[A-Za-z][\w-]*\.[A-Za-z])", "@", text)
        if not text.isascii():
            text = re.sub(_INVISIBLE, "", unicodedata.normalize("NFKC", text))
        text = re.sub(_UNPRINTABLE, " ", text).strip()
        if text == before:
            return text
    return "…"


def _character(found: re.Match[str]) -> str:
    code = int(found[found.lastindex or 0], 16)
    return chr(code) if code <= sys.maxunicode else "…"


def _mask_opaque(found: re.Match[str]) -> str:
    """Hide what looks drawn at random; ids (UUIDs) and long_names_of_things_2 stay readable."""
    word = found.group()
    random_looking = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return "[token]" if random_looking and not re.fullmatch(_READABLE, word) else word


def _cut(text: str, limit: int) -> str:
    """Shorten at a space: half an address would no longer look like one and slip through."""
    if len(text) <= limit:
        return text
    kept, space, _ = text[: limit - 2].rpartition(" ")
    return f"{kept} …" if space else "…"


class Secret:
    """A token that shows itself nowhere: not in a repr, a str, a pickle or a traceback's local variables."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """Give the text, for the header and for masking."""
        return self.__text

    def __repr__(self) -> str:
        return "<token>"

    def __reduce__(self) -> Any:
        raise TypeError("a token is not pickled; read it where it is needed")


def reason_of(error: Exception) -> str:
    """Give an exception's text, of an error of the system without the path: it is often named after a person."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def harmless(error: Exception, reason: str = "") -> Exception:
    """Copy an exception as far as it is harmless, to be chained: its class and a masked text, no path, no request."""
    if isinstance(error, OSError) and not reason:
        reason = reason_of(error)
    if type(error).__module__.partition(".")[0] in {"builtins", "httpx"}:
        with suppress(TypeError):  # classes that take no text, or more than one
            return type(error)(mask(reason))
    return Exception(type(error).__name__)


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
