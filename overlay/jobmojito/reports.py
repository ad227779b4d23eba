"""Reports as files: requested, fetched, checked, and written whole or not at all.

The request costs credits, so problems with the target file are found first. A PDF is fetched by a signed link, which is
a credential: without the token, over https from a public address (or from this machine, if the API runs there), without
redirects. The link appears in no log and no error.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast, get_args
from uuid import UUID

from attrs import frozen

from jobmojito_api.codec import write

from .atomic_files import AtomicFile
from .calls import addresses
from .calls import settings as config
from .calls.retries import check_number, parse_time
from .calls.sessions import call_in_form
from .calls.steps import Block
from .errors import ConfigurationError, ResponseDecodeError
from .http import httpx
from .uploads.pdfs import announced_size

if TYPE_CHECKING:
    from jobmojito_api.calls import Call
    from jobmojito_api.codec import Model

    from .calls.sessions import AsyncSession, Session
    from .calls.steps import Steps

OPERATION: Final = "generate_interview_report"
DOWNLOAD: Final = "download_report"

Format = Literal["pdf", "html", "json"]
ResultIds: TypeAlias = UUID | str | Sequence[UUID | str]


@frozen
class Report:
    """A complete report in its file. `valid_until` is when a PDF's link expires; None if the API gave no time."""

    path: Path
    format: str
    size: int
    valid_until: datetime | None = None


def download(
    session: Session | AsyncSession,
    result_id: ResultIds,
    path: str | os.PathLike[str],
    format_: str,
    template: str | None,
    features: Model | Mapping[str, Any] | None,
    *,
    max_bytes: int,
    allow_hosts: Collection[str],
    on_accepted: Callable[[], object] = lambda: None,
) -> Steps[Report]:
    """Request a report and write it to a file; see `JobMojito.download_report`. Once paid, calls `on_accepted`."""
    call = _call(result_id, format_, template, features)
    hosts = _read_hosts(allow_hosts)
    check_number("max_bytes", max_bytes, 1)
    with AtomicFile(path, "the report", state="nothing was asked for") as target:
        target.state = "the report was asked for already"
        value = write((yield from session.steps(call)).value)
        on_accepted()
        facts: dict[str, Any] = value if isinstance(value, dict) else {}
        if format_ == "pdf":
            link = _link(facts.get("pdf_export_url"))
            yield Block(partial(_check_link, link, session.settings, hosts))
            yield from session.download(link, _Pdf(target, max_bytes), DOWNLOAD)
        else:
            yield Block(partial(target.write, _TEXTS[format_](facts)))
        yield Block(target.commit)
    return Report(target.path, format_, target.size, parse_time(facts.get("pdf_export_valid_until")))


def _call(result_id: ResultIds, format_: str, template: str | None, features: Any) -> Call[Any]:
    if format_ not in get_args(Format):
        raise ConfigurationError(f"format must be one of {', '.join(get_args(Format))}")
    if isinstance(result_id, (str, UUID)):
        which: dict[str, Any] = {"interview_result_id": result_id}
    else:
        which = {"interview_result_ids": list(result_id)}
    # Only a stored PDF gets a link (`store_file` in the contract).
    stored = {"store_file": True} if format_ == "pdf" else {}
    chosen = {"template": template, "export_features_result": features}
    body = {"export_type": format_, **which, **stored, **{name: value for name, value in chosen.items() if value}}
    return call_in_form("application/json", OPERATION, body)


def _link(found: object) -> httpx.URL:
    """Read a signed link; errors do not show it."""
    if not isinstance(found, str):
        raise _no_report("it has no link to a PDF")
    link = config.parse_url(found)
    if link is None or link.userinfo:
        raise _no_report("its link is not a plain URL")
    return link


def _check_link(link: httpx.URL, settings: config.Settings, allowed: Collection[str]) -> None:
    """Check where a link leads before it is followed."""
    if not config.is_safe(link, settings.http_hosts):
        raise _no_report("its link is neither https nor to this machine")
    host = link.raw_host.decode().lower()
    at_home = config.is_loopback(host) and config.is_loopback(httpx.URL(settings.base_url).host)
    if not at_home and host not in settings.http_hosts.union(allowed) and not addresses.is_public(host):
        raise _no_report("its link leads to this machine or an internal network (allow_hosts= names hosts that may)")


def _read_hosts(hosts: object) -> frozenset[str]:
    if isinstance(hosts, str) or not isinstance(hosts, Collection):
        raise ConfigurationError("allow_hosts must be a list of host names")
    return frozenset(str(host).lower().strip("[]") for host in cast("Collection[object]", hosts))


def _html(facts: Mapping[str, Any]) -> bytes:
    found = facts.get("html_export")
    if not isinstance(found, str) or not found.strip():
        raise _no_report("it has no HTML")
    # JSON can hold a lone surrogate, a file in UTF-8 cannot.
    return found.encode("utf-8", "xmlcharrefreplace")


def _json(facts: Mapping[str, Any]) -> bytes:
    found = facts.get("json_export")
    if not isinstance(found, dict | list):
        raise _no_report("it has no JSON report")
    try:
        text = json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False)
    except ValueError:
        raise _no_report("its JSON report holds a number that JSON does not have, such as NaN") from None
    return text.encode("utf-8", "backslashreplace") + b"\n"


_TEXTS: Final = {"html": _html, "json": _json}


class _Pdf:
    """Writes a fetched PDF to its file and checks, whatever its content type, that it begins and ends as a PDF."""

    def __init__(self, target: AtomicFile, max_bytes: int) -> None:
        self._target, self._max_bytes = target, max_bytes
        self._size, self._head, self._tail = 0, b"", b""

    def restart(self) -> None:
        """Discard what was received."""
        self._size, self._head, self._tail = 0, b"", b""
        self._target.restart()

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self._size += len(piece)
        if self._size > self._max_bytes:
            raise self._target.error(f"is larger than {self._max_bytes / 1024 / 1024:g} MB (max_bytes= sets the limit)")
        self._head = (self._head + piece[:_MARGIN])[:_MARGIN]
        self._tail = (self._tail + piece[-_MARGIN:])[-_MARGIN:]
        self._target.write(piece)

    def finish(self) -> None:
        """Check the whole file.

        Raises:
            ResponseDecodeError: it is not a PDF.
            httpx.ReadError: it is cut off.
        """
        if b"%PDF-" not in self._head:
            raise _no_report("its link gave something else than a PDF")
        if b"%%EOF" not in self._tail or announced_size(self._head) > self._size:
            raise httpx.ReadError("the PDF has no end")


_MARGIN: Final = 1024
"""A PDF's marks are within this many bytes of its ends (ISO 32000-1, annex H, notes 13 and 18)."""


def _no_report(reason: str) -> ResponseDecodeError:
    return ResponseDecodeError(f"the report was asked for, but the answer cannot be used: {reason}", (), OPERATION)
