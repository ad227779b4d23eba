"""Rows from a CSV file: UTF-8 (a byte order mark is fine), a header row with the contract's field names.

The whole file is read through once when it is opened, so that a wrong header, a byte that is no UTF-8 or a quote that
never closes is told before anything is sent. It is read again, a record at a time, when the rows are sent.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from jobmojito.errors import TableError

from .results import count
from .rows import CsvRow, RowType, quoted

if TYPE_CHECKING:
    import os

CANDIDATE: Final = RowType("RegisterUser")
INVITATION: Final = RowType("InviteUser", open=True)  # the contract declares that these rows may carry more


class CsvRows(Collection[CsvRow]):
    """The records of a CSV file, each with its line; `len` counts them, iterating reads them from the file.

    Cells lose outer spaces; an empty cell is left out, as if the column were not there. An empty e-mail, or a record
    with more or fewer cells than the header, is no error of the file: the row comes back as failed, with its line.
    `rename` maps the file's column names to the contract's; the columns in `ignore` are not read.

    Raises:
        TableError: unreadable, no UTF-8, no header, unknown or repeated columns, or broken quoting.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        columns: Collection[str],
        *,
        required: Collection[str] = ("email",),
        delimiter: str = ",",
        rename: Mapping[str, str] | None = None,
        ignore: Collection[str] = (),
    ) -> None:
        self.path = Path(path)
        self.columns, self.required, self.delimiter = tuple(columns), tuple(required), delimiter
        self.rename, self.ignore = dict(rename or {}), frozenset(ignore)
        self._count = sum(1 for _ in self)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, row: object) -> bool:
        return any(row == own for own in self)

    def __iter__(self) -> Iterator[CsvRow]:
        try:
            if not self.path.is_dir() and self.path.exists() and not self.path.is_file():
                # A pipe would wait for its other end, and could be read only once.
                raise TableError(f"{self.path.name}: it is no regular file")
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                yield from self._records(csv.reader(file, delimiter=self.delimiter, strict=True))
        except OSError as error:
            raise TableError(f"{self.path.name}: cannot be read: {error.strerror or type(error).__name__}") from None

    def _records(self, reader: Any) -> Iterator[CsvRow]:
        header: list[str] | None = None
        for line, cells in self._lines(reader):
            if not cells:
                continue
            if header is None:
                header = self._header(cells)
            else:
                yield self._row(header, cells, line)
        if header is None:
            raise TableError(f"{self.path.name}: there is no header row")

    def _lines(self, reader: Any) -> Iterator[tuple[int, list[str]]]:
        """Give each record with the line it begins on, and every error its line."""
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError:
                raise TableError(f"{self.path.name}: line {self._undecodable()} is not UTF-8") from None
            except csv.Error as error:
                raise TableError(f"{self.path.name}: line {line}: {error}") from None
            yield line, cells

    def _undecodable(self) -> int:
        """Find the line that is no UTF-8; the decoder, which works on blocks, stops before or after it."""
        with self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            lines = enumerate(file, 1)
            return next((number for number, line in lines if any("\udc80" <= one <= "\udcff" for one in line)), 1)

    def _header(self, cells: list[str]) -> list[str]:
        names = [self.rename.get(cell.strip(), cell.strip()) for cell in cells]
        used = [name for name in names if name not in self.ignore]
        unknown = [name for name in used if name not in self.columns]
        if any("@" in name for name in unknown):
            raise TableError(f"{self.path.name}: the first line holds an address, so there is no header row")
        if unknown:
            raise TableError(f"{self.path.name}: unknown column {quoted(unknown)}; {self._advice(unknown)}")
        repeated = [name for name in dict.fromkeys(used) if used.count(name) > 1]
        if repeated:
            raise TableError(f"{self.path.name}: the column {quoted(repeated)} stands twice")
        missing = [name for name in self.required if name not in used]
        if missing:
            raise TableError(f"{self.path.name}: there is no column {quoted(missing)}")
        return names

    def _advice(self, unknown: list[str]) -> str:
        for delimiter in (";", "\t", "|"):
            if any(delimiter in name for name in unknown):
                return f"if the cells are separated by {delimiter!r}, give delimiter={delimiter!r}"
        return f"the columns are {', '.join(self.columns)} (`rename` and `ignore` make others fit)"

    def _row(self, header: list[str], cells: list[str], line: int) -> CsvRow:
        if len(cells) != len(header):
            return CsvRow({}, line, f"line {line}: {count(len(cells), 'cell')} under {count(len(header), 'column')}")
        texts = {name: text for name, cell in zip(header, cells, strict=True) if (text := cell.strip())}
        row = {name: text for name, text in texts.items() if name not in self.ignore}
        empty = [name for name in self.required if name not in row]
        return CsvRow(row, line, f"line {line}: {empty[0]} is empty" if empty else None)


class TableOptions(TypedDict, total=False):
    """Options of the readers.

    `delimiter` of cells (","); `rename` maps the file's column names to the contract's; `ignore` names columns that are
    not read.
    """

    delimiter: str
    rename: Mapping[str, str] | None
    ignore: Collection[str]


def read_candidates(path: str | os.PathLike[str], **options: Unpack[TableOptions]) -> CsvRows:
    """Read rows for `register_candidates` from a CSV file: columns email, name, external_id."""
    return CsvRows(path, CANDIDATE.declared(), **options)


def read_invitations(path: str | os.PathLike[str], **options: Unpack[TableOptions]) -> CsvRows:
    """Read rows for `invite_users` from a CSV file: columns email, name, type, interview_id."""
    return CsvRows(path, INVITATION.declared(), **options)


class ResumeRows(CsvRows):
    """The same for resumes: the column `file` names a file of `folder`, and nothing outside it."""

    def __init__(self, path: str | os.PathLike[str], folder: Path, **options: Unpack[TableOptions]) -> None:
        self.folder = folder.resolve()
        super().__init__(path, RESUME_COLUMNS, required=RESUME_COLUMNS[:3], **options)

    def _row(self, header: list[str], cells: list[str], line: int) -> CsvRow:
        row = super()._row(header, cells, line)
        if row.problem is None:
            file = (self.folder / row["file"]).resolve()
            if not file.is_relative_to(self.folder):
                return CsvRow({}, line, f"line {line}: file is outside the folder")
            row["file"] = str(file)
        return row


RESUME_COLUMNS: Final = (
    "file",
    "candidate_name",
    "candidate_email",
    "candidate_country_code",
    "candidate_external_id",
    "candidate_linkedin_url",
    "form",
)


def read_resumes(
    path: str | os.PathLike[str], *, folder: str | os.PathLike[str] | None = None, **options: Unpack[TableOptions]
) -> ResumeRows:
    """Read rows for `pre_screen_resumes` from a CSV file and a folder (without it, the one that the CSV file is in).

    Columns: file, candidate_name and candidate_email, which must be there, candidate_country_code,
    candidate_external_id, candidate_linkedin_url, and form (a JSON object).
    """
    return ResumeRows(path, Path(folder) if folder is not None else Path(path).parent, **options)
