"""Reports as files: asked for, fetched and put in place whole or not at all.

Asking costs credits, so everything that can be wrong with the target is found before. A PDF comes behind a signed link,
which is a credential: it is fetched without the token, over https (or from this machine), without redirects, and is
written to no log and no error.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias, get_args
from uuid import UUID

from attrs import frozen

from jobmojito_api.codec import write

from .calls import settings as config
from .calls.retries import parse_time
from .calls.sessions import call_in_form
from .calls.steps import Block
from .errors import ConfigurationError, DownloadError, ResponseDecodeError

if TYPE_CHECKING:
    import io
    from collections.abc import Generator, Mapping, Sequence
    from datetime import datetime

    import httpx

    from jobmojito_api.calls import Call
    from jobmojito_api.codec import Model

    from .calls.responses import Detailed
    from .calls.sessions import AsyncSession, Session
    from .calls.steps import Steps

OPERATION: Final = "generate_interview_report"
DOWNLOAD: Final = "download_report"

Format = Literal["pdf", "html", "json"]
ResultIds: TypeAlias = "UUID | str | Sequence[UUID | str]"


@frozen
class Report:
    """A report that is complete and in place. `valid_until` is when a PDF's link ends, None where none was given."""

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
) -> Steps[Report]:
    """Ask for a report and write it to its file; see `JobMojito.download_report`."""
    call = _call(result_id, format_, template, features)
    with Target(path) as target:
        asked = _Asked((yield from session.steps(call)), format_)
        if asked.link is None:
            yield Block(partial(target.write, asked.text))
        else:
            yield from session.download(asked.link, target, DOWNLOAD)
        yield Block(target.commit)
    return Report(target.path, format_, target.size, asked.valid_until)


def _call(result_id: ResultIds, format_: str, template: str | None, features: Any) -> Call[Any]:
    if format_ not in get_args(Format):
        raise ConfigurationError(f"format must be one of {', '.join(get_args(Format))}")
    if isinstance(result_id, (str, UUID)):
        which: dict[str, Any] = {"interview_result_id": result_id}
    else:
        which = {"interview_result_ids": list(result_id)}
    # Only a stored PDF gets a link (`store_file` in the contract).
    kept = {"store_file": True} if format_ == "pdf" else {}
    chosen = {"template": template, "export_features_result": features}
    body = {"export_type": format_, **which, **kept, **{name: value for name, value in chosen.items() if value}}
    return call_in_form("application/json", OPERATION, body)


class _Asked:
    """What asking for a report gave: a link to fetch, or the text of the report itself."""

    def __init__(self, detailed: Detailed[Any], format_: str) -> None:
        facts = write(detailed.value)
        found = facts.get(_HOLDERS[format_]) if isinstance(facts, dict) else None
        self.link: httpx.URL | None = None
        self.text = b""
        self.valid_until: datetime | None = None
        if format_ == "pdf":
            self.link = _link(found)
            self.valid_until = parse_time(facts.get("pdf_export_valid_until"))
        else:
            self.text = _TEXTS[format_](found)


_HOLDERS: Final = {"pdf": "pdf_export_url", "html": "html_export", "json": "json_export"}


def _link(found: object) -> httpx.URL:
    """Check a signed link; what is wrong with it is said without showing it."""
    if not isinstance(found, str):
        raise _no_report("it has no link to a PDF")
    link = config.parse_url(found)
    if link is None or link.userinfo:
        raise _no_report("its link is no plain URL")
    if not config.is_safe(link):
        raise _no_report("its link is neither https nor to this machine")
    return link


def _html(found: object) -> bytes:
    if not isinstance(found, str):
        raise _no_report("it has no HTML")
    # JSON can hold half a character (a lone surrogate), a file in UTF-8 cannot.
    return found.encode("utf-8", "xmlcharrefreplace")


def _json(found: object) -> bytes:
    if found is None:
        raise _no_report("it has no JSON report")
    return json.dumps(found, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"


_TEXTS: Final = {"html": _html, "json": _json}


def _no_report(reason: str) -> ResponseDecodeError:
    return ResponseDecodeError(f"the report was asked for, but the answer cannot be used: {reason}", (), OPERATION)


class Target:
    """A file that appears whole or not at all: written beside its place, put there by `commit`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.size = 0
        with _told("nothing was asked for"):
            # A link keeps pointing where it points; the file behind it is replaced.
            self._place = Path(os.path.realpath(self.path))
        self._part = self._place.with_name(f".{self._place.name[:100]}.{secrets.token_hex(6)}.part")
        self._file: io.FileIO | None = None

    def __enter__(self) -> Self:
        with _told("nothing was asked for"):
            if self._place.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            self._file = self._part.open("xb", buffering=0)
        return self

    def restart(self) -> None:
        """Forget what was written."""
        with _told(_PAID):
            self._open.seek(0)
            self._open.truncate()

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        with _told(_PAID):
            rest = memoryview(piece)
            while rest:
                rest = rest[self._open.write(rest) :]

    def commit(self) -> None:
        """Make sure that all of it is on the disk, then put it in its place."""
        with _told(_PAID):
            self.size = self._open.tell()
            os.fsync(self._open.fileno())
            self._open.close()
            self._part.replace(self._place)
        self._file = None
        with suppress(OSError):
            _sync_folder(self._place.parent)

    @property
    def _open(self) -> io.FileIO:
        assert self._file is not None  # noqa: S101 - between `with` and `commit`
        return self._file

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)


_PAID: Final = "the report was asked for already"


@contextmanager
def _told(state: str) -> Generator[None]:
    """Turn what the file system refuses into our error; paths stay out of it, they often hold names."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such name is possible"
        raise DownloadError(f"the report cannot be written: {reason} ({state})") from error


def _sync_folder(folder: Path) -> None:
    """Make the new name last, where the system can (Windows cannot open a folder)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
