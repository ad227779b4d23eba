"""Read a journal's rows, or remove a person from it; not while a run is using it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from jobmojito.errors import JournalError, at_path

from .identity import same_email
from .journal_files import JournalFile, explain
from .results import RowStatus

_EMAILS = ("email", "candidate_email")


@frozen(repr=False)
class JournalRow:
    """One row of a journal. `row` is its number, from 1, in the latest input that had it.

    `status` is unknown if no outcome is recorded: the row was in flight when its run ended. `begun` and
    `ended` are UTC; `answer` is the API's answer for the row, as JSON.
    """

    row: int | None
    email: str | None
    file: str | None
    status: RowStatus
    kind: str | None = None
    message: str | None = None
    begun: datetime | None = None
    ended: datetime | None = None
    answer: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        """Show no person and no link."""
        return f"<{type(self).__name__} {self.row}: {self.status.value}>"


def read_journal(path: str | os.PathLike[str]) -> list[JournalRow]:
    """Return the rows of a journal (`journal=` of the helpers) in the order in which they were first sent.

    Raises:
        JournalError: there is no such file, a run is using it, or it is not a journal.
    """
    with at_path(path), closing(_open(Path(path))) as file:
        return [_row(entry) for entry in _rows(file).values()]


def forget_person(path: str | os.PathLike[str], email: str) -> int:
    """Remove all rows of a person from a journal, by e-mail as the helpers compare it; return their number.

    The file is rewritten and replaces the old one. A later run with this journal sends the rows again, and pays for
    them again, if its input still has them.

    Raises:
        JournalError: as `read_journal`, or the new file cannot be written (the old one is unchanged).
    """
    place, person = Path(path), same_email(email)
    with at_path(place), closing(_open(place)) as file:
        forgotten = {key for key, entry in _rows(file).items() if person is not None and _email(entry) == person}
        if forgotten:
            _write_anew(place, file, forgotten)
    return len(forgotten)


def _open(path: Path) -> JournalFile:
    if not path.exists():
        raise JournalError("the journal cannot be opened: there is no such file")
    return JournalFile(path)


def _rows(file: JournalFile) -> dict[bytes, dict[str, Any]]:
    """Merge the entries of each key: whom the row is about, and its latest outcome."""
    rows: dict[bytes, dict[str, Any]] = {}
    try:
        for key, entry in file.entries():
            known = rows.setdefault(key, {})
            if "begun" in entry:
                known.clear()
            known.update(entry)
    except OSError as error:
        raise explain(error) from error
    return rows


def _write_anew(place: Path, file: JournalFile, forgotten: set[bytes]) -> None:
    """Write the journal without some rows to a new file, which then replaces the old one."""
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}.") as folder:
        new = Path(folder) / place.name
        try:
            with closing(JournalFile(new)) as written:
                written.add(entry for entry in file.entries() if entry[0] not in forgotten)
            new.replace(place)
        except OSError as error:
            raise explain(error) from error


def _row(entry: Mapping[str, Any]) -> JournalRow:
    return JournalRow(
        row=entry.get("row"),
        email=_given(entry),
        file=entry.get("file"),
        status=RowStatus(entry.get("status", RowStatus.UNKNOWN)),
        kind=entry.get("kind") if "status" in entry else "interrupted",
        message=entry.get("message"),
        begun=_time(entry.get("begun")),
        ended=_time(entry.get("ended")),
        answer=entry.get("answer"),
    )


def _given(entry: Mapping[str, Any]) -> str | None:
    return next((entry[name] for name in _EMAILS if isinstance(entry.get(name), str)), None)


def _email(entry: Mapping[str, Any]) -> str | None:
    return same_email(_given(entry))


def _time(seconds: object) -> datetime | None:
    with suppress(OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
    return None
