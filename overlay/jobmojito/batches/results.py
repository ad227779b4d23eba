"""The result of a batch: one outcome for every input row, in input order. Pure: no sockets.

    ok        done; `answer` is the typed row (interview_url, profile ids, `result` says what happened)
    skipped   nothing was done: the API had nothing to do, or an earlier row is the same (`duplicate_of`)
    error     not done; `message` says why, `kind` says at which stage (see `RowKind`)
    unknown   its request may have been processed, or its answer cannot be identified with certainty

Interview links are credentials and rows are people: neither is in any repr, nor in the text of an error.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar, overload

import attrs

from jobmojito.atomic_files import write_csv
from jobmojito.errors import BatchError, JobMojitoError
from jobmojito_api.codec import Model

from .rows import EMAIL, CsvRow, readable_fields

Row = TypeVar("Row")
Answer = TypeVar("Answer")


class RowStatus(StrEnum):
    """The four outcomes of a row."""

    OK = "ok"
    SKIPPED = "skipped"
    ERROR = "error"
    UNKNOWN = "unknown"


class RowKind(StrEnum):
    """Why a row is not ok, in more detail than its status. Each equals its text."""

    REJECTED = "rejected"  # error: the API refused this row; `message` has its words
    INVALID = "invalid"  # error: refused before sending
    DUPLICATE = "duplicate"  # error or skipped, by option: the same as an earlier row, never sent
    NOT_SENT = "not_sent"  # error: the run stopped before it was sent
    AUTHENTICATION = "authentication"  # error, as are those below: the whole request failed
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
    INTERRUPTED = "interrupted"  # unknown: in flight when the run was cancelled, or an earlier one killed
    UNREADABLE = "unreadable"  # unknown: processed, but the answer is not JSON or holds no rows
    UNMATCHED = "unmatched"  # unknown: no answered row is certainly its own
    UNRECOGNISED = "unrecognised"  # unknown: its answered row has a result that is not in the contract


@attrs.frozen(repr=False)
class RowOutcome(Generic[Row, Answer]):
    """The outcome of one input row.

    `index` counts from 0 over the whole input; `line` is its line in a CSV file. `input` is the row as it was given.
    `answer` is the API's typed answer for the row; `error` is the exception if the whole request failed.
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
        """The line of the CSV file where the row begins; None if it is not from a CSV file."""
        return self.input.line if isinstance(self.input, CsvRow) else None

    @property
    def email(self) -> str | None:
        """The e-mail of the input row."""
        given = readable_fields(self.input)
        email = given.get(EMAIL, given.get("candidate_email"))
        return email if isinstance(email, str) else None

    @property
    def result(self) -> str | None:
        """The API's word for what it did: "ok", "Invited", "Activated", "Skipped" and so on."""
        return self._said("result")

    @property
    def interview_url(self) -> str | None:
        """The candidate's single-use interview link: a credential."""
        return self._said("interview_url")

    def to_dict(self) -> dict[str, Any]:
        """Return one flat record: number (from 1), line, the row's fields, its outcome, what the API added."""
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
    """Whether a record can hold the value, unlike the bytes of a file or a stream."""
    return value is None or isinstance(value, str | int | float | list | dict | os.PathLike)


def _shown(value: object) -> object:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


@attrs.frozen
class Resend:
    """What is needed to send failed rows again, except the rows: operation, options, journal."""

    operation: str
    options: Mapping[str, Any]
    journal: str | None = None


@attrs.frozen(repr=False)
class BatchResult(Sequence[RowOutcome[Row, Answer]], Generic[Row, Answer]):
    """Every outcome of a batch, in input order: `result[i]` is the outcome of row i."""

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
        """The rows for which nothing had to be done."""
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
            BatchError: with this result; its message counts the failures.
        """
        failed, unknown = len(self.failed), len(self.unknown)
        if failed or unknown:
            more = f", and the outcome of {unknown} is unknown" if unknown else ""
            raise BatchError(f"{failed} of {count(len(self), 'row')} failed{more}", self)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one flat record for each row, for a table or JSON; they hold e-mails and interview links."""
        return [outcome.to_dict() for outcome in self.outcomes]

    def to_csv(self, path: str | os.PathLike[str], *, escape_formulas: bool = True, excel: bool = False) -> None:
        """Write one line for each row; the file is written whole or not at all, and only its owner can read it.

        Interview links are credentials: protect the file like passwords. A text that a spreadsheet would take for a
        formula (it begins with =, +, -, @, a tab or a return) gets an apostrophe before it, unless `escape_formulas` is
        False; the readers (`read_candidates` and others) remove it. `excel=True` begins the file with a byte order
        mark, without which Excel shows wrong letters.
        """
        write_csv(path, self.to_dicts(), escape_formulas=escape_formulas, excel=excel)

    def _with(self, status: RowStatus) -> tuple[RowOutcome[Row, Answer], ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status is status)


def count(number: int, noun: str) -> str:
    """Write a number with its noun: "1 row", "2 rows"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
