"""What became of each row of a batch: one outcome for every input row, in input order. Pure: no sockets.

    ok        done; `answer` is the typed row (interview_url, profile ids, `result` says what happened)
    skipped   nothing was done for it: the API says so, or an earlier row has the same e-mail (`duplicate_of`)
    error     not done; `message` says why, `kind` says at which stage (see `RowKind`)
    unknown   its request may or may not have been processed, or its answer cannot be told for certain

Interview links are credentials and rows are people: neither is in any repr, nor in the text of an error.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import attrs

from jobmojito.atomic_files import write_csv
from jobmojito.errors import BatchError
from jobmojito_api.codec import Model

from .rows import EMAIL, CsvRow, readable_fields

if TYPE_CHECKING:
    from jobmojito.errors import JobMojitoError

Row = TypeVar("Row")
Answer = TypeVar("Answer")


class RowStatus(StrEnum):
    """The four things that can become of a row."""

    OK = "ok"
    SKIPPED = "skipped"
    ERROR = "error"
    UNKNOWN = "unknown"


class RowKind(StrEnum):
    """Why a row is not ok, finer than its status. Each equals its text."""

    REJECTED = "rejected"  # error: the API refuses this row, in its own words
    INVALID = "invalid"  # error: refused here, never sent
    DUPLICATE = "duplicate"  # error or skipped, by option: the same as an earlier row, never sent
    NOT_SENT = "not_sent"  # error: the run was stopped before its turn
    AUTHENTICATION = "authentication"  # error, from here on: the API refused the whole request
    PERMISSION = "permission"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    VALIDATION = "validation"
    RATE_LIMIT = "rate_limit"
    SERVER = "server"
    API = "api"
    CONNECTION = "connection"  # error: nothing was sent
    CONFIGURATION = "configuration"  # error: nothing was sent
    UPLOAD = "upload"  # error: the file cannot be sent
    ALREADY = "already"  # skipped: the API had nothing to do
    NOT_APPLICABLE = "not_applicable"  # skipped: the candidate is past pre-screening
    OUTCOME_UNKNOWN = "outcome_unknown"  # unknown: no usable answer came
    INTERRUPTED = "interrupted"  # unknown: a journal shows it was in flight when an earlier run was killed
    UNREADABLE = "unreadable"  # unknown: processed, but the answer is not JSON or holds no rows
    UNMATCHED = "unmatched"  # unknown: no answered row is certain to be its own
    UNRECOGNISED = "unrecognised"  # unknown: its answered row says nothing that the contract knows


@attrs.frozen(repr=False)
class RowOutcome(Generic[Row, Answer]):
    """What became of one input row.

    `index` counts from 0 over the whole input; `line` is its line in a CSV file. `input` is the row as it was given.
    `answer` is what the API said of the row, typed; `error` is the exception where its whole request failed.
    """

    index: int
    input: Row
    status: RowStatus
    kind: RowKind | None = None
    message: str | None = None
    answer: Answer | None = None
    error: JobMojitoError | None = None
    duplicate_of: int | None = None

    def __repr__(self) -> str:
        """Show no person and no link."""
        why = "" if self.kind is None else f", kind={self.kind.value!r}"
        return f"<{type(self).__name__} {self.index}: {self.status.value}{why}>"

    @property
    def line(self) -> int | None:
        """The line of the CSV file that the row begins on; None where it came from elsewhere."""
        return self.input.line if isinstance(self.input, CsvRow) else None

    @property
    def email(self) -> str | None:
        """The e-mail of the input row."""
        given = readable_fields(self.input)
        email = given.get(EMAIL, given.get("candidate_email"))
        return email if isinstance(email, str) else None

    @property
    def result(self) -> str | None:
        """What the API says happened: "ok", "Invited", "Activated", "Skipped" and so on."""
        return self._said("result")

    @property
    def interview_url(self) -> str | None:
        """The candidate's single-use interview link: a credential."""
        return self._said("interview_url")

    def to_dict(self) -> dict[str, Any]:
        """Give one flat record: number (from 1), line, the row's fields, what became of it, what the API added."""
        record: dict[str, Any] = {"row": self.index + 1}
        if self.line is not None:
            record["line"] = self.line
        record |= {name: _shown(value) for name, value in readable_fields(self.input).items() if _is_shown(value)}
        record |= {"status": self.status.value, "kind": self.kind and self.kind.value, "message": self.message}
        said = self.answer.to_dict() if isinstance(self.answer, Model) else {}
        return record | {name: value for name, value in said.items() if name not in record}

    def _said(self, name: str) -> str | None:
        value = getattr(self.answer, name, None)
        return value if isinstance(value, str) else None


def _is_shown(value: object) -> bool:
    """Leave out what no record can hold: the bytes of a file, or a stream."""
    return value is None or isinstance(value, str | int | float | list | dict | os.PathLike)


def _shown(value: object) -> object:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


@attrs.frozen
class Resend:
    """What a result needs to know to send its failed rows again: the operation and everything but the rows."""

    operation: str
    options: Mapping[str, Any]
    journal: str | None = None


@attrs.frozen(repr=False)
class BatchResult(Sequence[RowOutcome[Row, Answer]], Generic[Row, Answer]):
    """Every outcome of a batch, in input order: `result[i]` is row i's."""

    outcomes: tuple[RowOutcome[Row, Answer], ...]
    resend: Resend | None = attrs.field(default=None, eq=False)

    def __len__(self) -> int:
        return len(self.outcomes)

    def __iter__(self) -> Iterator[RowOutcome[Row, Answer]]:
        return iter(self.outcomes)

    @overload
    def __getitem__(self, index: int) -> RowOutcome[Row, Answer]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[RowOutcome[Row, Answer], ...]: ...
    def __getitem__(self, index: int | slice) -> RowOutcome[Row, Answer] | tuple[RowOutcome[Row, Answer], ...]:
        return self.outcomes[index]

    def __repr__(self) -> str:
        """Show counts only."""
        return f"<{type(self).__name__} of {count(len(self), 'row')}: {self.summary()}>"

    @property
    def succeeded(self) -> tuple[RowOutcome[Row, Answer], ...]:
        """The rows that were done."""
        return self._with(RowStatus.OK)

    @property
    def skipped(self) -> tuple[RowOutcome[Row, Answer], ...]:
        """The rows for which there was nothing to do."""
        return self._with(RowStatus.SKIPPED)

    @property
    def failed(self) -> tuple[RowOutcome[Row, Answer], ...]:
        """The rows that were certainly not done, each with its input, message and kind."""
        return self._with(RowStatus.ERROR)

    @property
    def unknown(self) -> tuple[RowOutcome[Row, Answer], ...]:
        """The rows that may or may not have been done."""
        return self._with(RowStatus.UNKNOWN)

    def summary(self) -> str:
        """Count the outcomes in words."""
        counts = Counter(outcome.status for outcome in self.outcomes)
        return ", ".join(f"{counts[status]} {status.value}" for status in RowStatus)

    def raise_for_failures(self) -> None:
        """Raise unless every row is ok or skipped.

        Raises:
            BatchError: with this result, and how many of how many in words.
        """
        failed, unknown = len(self.failed), len(self.unknown)
        if failed or unknown:
            more = f", and the outcome of {unknown} is unknown" if unknown else ""
            raise BatchError(f"{failed} of {count(len(self), 'row')} failed{more}", self)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Give one flat record for each row, for a table or for JSON; they hold e-mails and interview links."""
        return [outcome.to_dict() for outcome in self.outcomes]

    def to_csv(self, path: str | os.PathLike[str], *, escape_formulas: bool = True, excel: bool = False) -> None:
        """Write one line for each row; the file appears whole or not at all, readable by its owner alone.

        Interview links are credentials: keep the file as you would keep passwords. A text that a spreadsheet would
        take for a formula (it begins with =, +, -, @, a tab or a return) gets an apostrophe before it, unless
        `escape_formulas` is False; the readers (`read_candidates` and others) take it away again. `excel=True` puts a
        byte order mark first, without which Excel shows other letters.
        """
        write_csv(path, self.to_dicts(), escape_formulas=escape_formulas, excel=excel)

    def _with(self, status: RowStatus) -> tuple[RowOutcome[Row, Answer], ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status is status)


def count(number: int, noun: str) -> str:
    """Put a number and its noun into words."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
