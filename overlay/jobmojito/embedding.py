"""The signed URL of an interview for an iframe, so that a candidate needs no login.

**Unconfirmed.** The vendor documents that `embed_id` and `embed_signing_key` exist (in the answers of creating an
interview with `is_embedded`, and of `set_interview_state`), but not how to sign, and gives no test vector. The scheme
here is known from one public integrator only (2026-11-26): try it on your own interview before you build on it.

**It never expires.** No time and no nonce is signed, so whoever has such a URL can take the interview as this
candidate, any number of times and for ever. Make it when the page is shown, give it to nobody else, do not store or
log it, and keep the signing key on the server. The only way to revoke it is a new embed key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from .errors import ConfigurationError

_PORTAL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PAGE: Final = "https://{}.interviewmojito.com/embed?{}"


class UnconfirmedEmbedUrl:
    """A URL that only `reveal()` shows. Whether the vendor accepts it is not confirmed."""

    __slots__ = ("__url",)

    def __init__(self, url: str) -> None:
        self.__url = url

    def reveal(self) -> str:
        """Return the URL, for the `src` of the iframe (escape it as HTML there). It is a credential."""
        return self.__url

    def __repr__(self) -> str:
        return "<embed URL>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an embed URL is not pickled; make it where it is shown")


def sign_embed_url(portal: str, embed_id: str, signing_key: str, *, name: str, email: str) -> UnconfirmedEmbedUrl:
    """Make the URL at which one candidate takes an embedded interview without a login.

    Unconfirmed by the vendor, and it never expires: read the module's docstring before you use it.
    `signature = hex(HMAC-SHA256(signing_key, embed_id + name + email))`, in UTF-8 and without separators; `name` and
    `email` are in the query as base64 of UTF-8. They are signed exactly as given.

    Args:
        portal: the name before `.interviewmojito.com`, in lower case.
        embed_id: `embed_id` of the interview.
        signing_key: `embed_signing_key` of the interview.
        name: the candidate's name.
        email: the candidate's e-mail address.

    Raises:
        ConfigurationError: an argument is empty, not a string or not valid Unicode, or `portal` is not a host's name.
    """
    if not _PORTAL.fullmatch(_bytes("portal", portal).decode()):
        raise ConfigurationError("portal must be the part of the host's name before .interviewmojito.com")
    signed = [_bytes("embed_id", embed_id), _bytes("name", name), _bytes("email", email)]
    signature = hmac.new(_bytes("signing_key", signing_key), b"".join(signed), hashlib.sha256).hexdigest()
    query = {
        "embed_id": embed_id,
        "name": base64.b64encode(signed[1]).decode(),
        "email": base64.b64encode(signed[2]).decode(),
        "signature": signature,
    }
    return UnconfirmedEmbedUrl(_PAGE.format(portal, urlencode(query)))


def _bytes(name: str, value: Any) -> bytes:
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f"{name} must be a string that is not empty")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise ConfigurationError(f"{name} holds a lone surrogate, which UTF-8 cannot write") from None
