"""Keeps tokens, people's addresses and links out of log lines, exceptions and reprs.

`mask` replaces them in a text: the API's error messages quote the request, so they may hold a candidate's e-mail or an
interview link, which is a credential. Names of people cannot be recognised, so bodies are never written anywhere.

`log` is the logger `jobmojito`; no handler is ever installed. It writes one line for each request at DEBUG (operation,
status, duration, attempt), for each repeat at INFO, and for each kind of departure from the contract at WARNING.

The loggers of httpx and httpcore would leak: httpx writes whole URLs at INFO (search texts, signed links), httpcore
writes answer headers at DEBUG, and HTTP/2's header compression writes request headers with the token. So inside
`quiet`, and only there, a filter on those loggers shortens their lines to the event's name. A program's own requests
are logged as usual.
"""

from __future__ import annotations

import logging
import re
import sys
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
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
"""Longest message, in characters; an error body can be a whole HTML page."""

_LONG = 8
"""Characters; a shorter secret, such as a sandbox allows, is masked only as a whole word."""

_MOST_CODES = 12
"""Nested encodings that are decoded."""

_SCANNED = 4 * SHOWN
"""Characters examined: the patterns below are fast on any text of this length."""

# Strings, not compiled: Python compiles and caches each at first use, which takes a millisecond.
_JWT = r"eyJ[\w-]{5,}(?:\.[\w-]*){1,4}"
_BEARER = r"(?i)\b(bearer|basic):?\s+(?!auth)(?:[\w.~+/=-]{12,}|(?=\S{0,11}\d)[\w.~+/=-]{6,})"
# A named value in a query, a form, a header or JSON. After a space it needs a digit or quotes, because sentences have
# colons too. `max_tokens: 4096` and `token=null` are not secrets.
_NAMED = (
    r"(?i)((?<![\w-])[\w-]*(?:token(?!s(?:_\w+)?\W{1,3}\d{1,7}(?![\w-]))|secret|passw(?:or)?d|passphrase|pwd|api_?-?key"
    r"|signature|credential|authorization|session_?id|jwt|cookie)[\w-]*(?:\[\w*\])*"
    r"(?:\\?[\"'])?\s?(?:=(?!\s)|[=:]\s?(?=\\?[\"']|\S{0,40}\d)))"
    r"(?!\[|(?:null|none|true|false|undefined)(?!\w))(?:\\?\"[^\"]*\"|'[^']*'|[^\s&,;)}\]]+)"
)
# A URL with a scheme (slashes may be escaped), a host name (with a port) and a path, or a path with a query.
_LINK = (
    r"(?i)\b[a-z][a-z0-9+.-]{1,30}:[\\/]{2,}\S+|\b(?:https?|mailto|tel|sms):\S+|\bwww\.\S+"
    r"|\b(?:[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}|(?:\d{1,3}\.){3}\d{1,3})(?::\d{1,5})?(?:\\?/|[?#])\S+"
    r"|(?:\blocalhost|\b[a-z][a-z0-9-]*:\d{2,5}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?(?:\\?/|[?#])\S+"
    r"|(?<!\w)(?:\\?/[\w.~%-]*){1,8}\?\S+"
)
# Characters of an unquoted address (RFC 5321); punctuation before it is masked too.
_WORD = r"[^\s@<>\"(),;:]"
# Starts only at the beginning of a word, or a long word would take seconds. A line may be broken beside the @.
_EMAIL = rf'(?i)(?:"[^"@]{{1,64}}"|(?<!{_WORD}){_WORD}+)(?:(?:@{_WORD}*)+| ?@ ?[\w-]+(?:\.[\w-]+)+)'
_BYTES = r"\bb'(?:\\.|[^'])*'|\bb\"(?:\\.|[^\"])*\""
"""Bytes that libraries quote when they cannot parse a header or a line."""
_OPAQUE = r"[A-Za-z0-9_-]{24,}"
_PART = r"(?:(?:[A-Za-z]?[a-z]{1,15}|[A-Z]{1,15})\d{0,2}|\d{1,8})"
_READABLE = rf"(?i:[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})|{_PART}(?:[_-]{_PART})+"
"""A UUID, or words and numbers joined."""
# As JSON, Python, C, JavaScript and old browsers write a character.
_ESCAPE = r"\\+x([\da-fA-F]{2})|(?:\\+|%)u([\da-fA-F]{4})|\\+U([\da-fA-F]{8})|\\+[ux]\{0*([\da-fA-F]{1,6})\}"
# With lone surrogates, which a log in UTF-8 cannot hold.
_UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
_INVISIBLE = r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+"


def mask(text: str, *, secrets: Iterable[str] = (), limit: int = SHOWN) -> str:
    """Return `text` on one line, of at most `limit` characters, without tokens, e-mail addresses and links.

    Encoded text (percent signs, entities, escapes, wide letters, also nested) is decoded first; the result is decoded
    only if something in it had to be masked. `secrets` are masked whatever they look like. Masking twice changes
    nothing, so an exception can be rebuilt from its own arguments.
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
    """Decode a text until nothing is encoded any more; return "…" if that takes too many rounds."""
    for _ in range(_MOST_CODES):
        before = text
        if "%" in text:
            text = parse.unquote(re.sub(r"%(?:25)+", "%", text))
        if "&" in text:
            text = html.unescape(re.sub(r"(?i)&(?:amp;|#38;|#x26;)+", "&", text))
        if "\\" in text or "%u" in text:
            text = re.sub(_ESCAPE, _character, text)
        if "=40" in text:  # quoted-printable @, but not in "status=401"
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
    """Mask words that look random; UUIDs and long_names_of_things_2 stay readable."""
    word = found.group()
    random_looking = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return "[token]" if random_looking and not re.fullmatch(_READABLE, word) else word


def _cut(text: str, limit: int) -> str:
    """Shorten at a space: half an address would not be recognised and masked."""
    if len(text) <= limit:
        return text
    kept, space, _ = text[: limit - 2].rpartition(" ")
    return f"{kept} …" if space else "…"


class Secret:
    """A token that only `reveal()` shows: no repr, str, pickle or traceback with local variables does."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """Return the token, for the header and for masking."""
        return self.__text

    def __repr__(self) -> str:
        return "<token>"

    def __reduce__(self) -> Any:
        raise TypeError("a token is not pickled; read it where it is needed")


def reason_of(error: Exception) -> str:
    """Return an exception's message, without the path of an `OSError`, which often names a person."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def harmless(error: Exception, reason: str = "") -> Exception:
    """Copy an exception, for chaining, with only its class and a masked message: no path, no request."""
    if isinstance(error, OSError) and not reason:
        reason = reason_of(error)
    if type(error).__module__.partition(".")[0] in {"builtins", "httpx", "httpx2"}:
        with suppress(TypeError):  # classes that do not take exactly one string
            return type(error)(mask(reason))
    return Exception(type(error).__name__)


_ours: ContextVar[bool] = ContextVar("jobmojito_request_under_way", default=False)

# A filter does not apply to child loggers, so each is named.
_LIBRARIES: Final = ("httpx", "httpx2")
_PARTS: Final = ("connection", "http11", "http2", "proxy", "socks")
_SHORTENED: Final = (*_LIBRARIES, *(f"{core}.{part}" for core in ("httpcore", "httpcore2") for part in _PARTS))
_SILENCED: Final = ("hpack.hpack", "hpack.table")


@contextmanager
def quiet() -> Generator[None]:
    """Keep the content of our request out of other libraries' log lines."""
    _install()
    before = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(before)


class _Shorten(logging.Filter):
    """Shortens a line to the event's name: "receive_response_headers.complete", "HTTP Request: POST"."""

    def filter(self, record: logging.LogRecord) -> bool:
        if _ours.get():
            shown = (
                record.args[0] if record.name in _LIBRARIES and isinstance(record.args, tuple) and record.args else ""
            )
            first_word = record.msg.split(maxsplit=1)[0] if isinstance(record.msg, str) and record.msg else ""
            record.msg, record.args = (f"HTTP Request: {shown}" if shown else first_word), ()
        return True


class _Silence(logging.Filter):
    """Drops a line, because all of it may be secret."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - logging's signature
        return not _ours.get()


_shorten: Final = _Shorten()
_silence: Final = _Silence()


def _install() -> None:
    """Add the filters; again for every request, as a program's logging setup may have removed them."""
    for logger, added in _filtered():
        if added not in logger.filters:
            logger.addFilter(added)


@cache
def _filtered() -> list[tuple[logging.Logger, logging.Filter]]:
    """Pair each logger with its filter."""
    pairs = [(name, _shorten) for name in _SHORTENED] + [(name, _silence) for name in _SILENCED]
    return [(logging.getLogger(name), added) for name, added in pairs]
