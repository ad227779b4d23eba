"""Rows from a CSV file: a header row with the contract's field names, then a record for each row.

The whole file is read once when it is opened, so that a wrong header, a byte outside the encoding or an unclosed quote
is found before anything is sent. It is read again, a record at a time, when rows are sent.
"""

# Over 300 lines: one reader of one format, from its first bytes to its rows.

from __future__ import annotations

import codecs
import csv
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from jobmojito.atomic_files import FORMULA
from jobmojito.errors import ConfigurationError, TableError, at_path

from .results import count
from .rows import CsvRow, RowType, quoted

CANDIDATE: Final = RowType("RegisterUser")
INVITATION: Final = RowType("InviteUser")

_UTF8: Final = "utf-8-sig"  # with or without a byte order mark
_UTF16: Final = {0: "utf-16-be", 1: "utf-16-le"}
"""By the place of the first zero byte: a Latin letter has one in UTF-16."""

_WORKBOOKS: Final = {b"PK\x03\x04": "a workbook (.xlsx, .ods or .numbers)", b"\xd0\xcf\x11\xe0": "a workbook (.xls)"}
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
"""The first line that tells Excel the separator of cells."""


class CsvRows(Collection[CsvRow]):
    """The records of a CSV file, each with its line; `len` counts them, iterating reads them from the file.

    Outer spaces of cells are removed. An empty cell is left out, as if it had no column; a record of empty cells is
    left out too. An empty e-mail, or a record with more or fewer cells than the header, is not an error of the file:
    the row fails on its own, with its line and all its cells. The apostrophe that `to_csv` puts before a formula is
    removed.

    Raises:
        TableError: unreadable, in another encoding, no header, unknown or repeated columns, or broken quotes.
        ConfigurationError: an option cannot work.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        columns: Collection[str],
        *,
        required: Collection[str] = ("email",),
        delimiter: str | None = None,
        encoding: str | None = None,
        rename: Mapping[str, str] | None = None,
        ignore: Collection[str] = (),
    ) -> None:
        self.path = Path(path)
        self.columns, self.required = tuple(columns), tuple(required)
        self._delimiter, self._given = _one_character(delimiter), _known(encoding)
        try:
            self._renamed = {
                _plain(old): (place, str.strip(new)) for place, (old, new) in enumerate((rename or {}).items())
            }
            self._ignored = frozenset(map(_plain, [ignore] if isinstance(ignore, str) else ignore))
        except (AttributeError, TypeError):
            raise ConfigurationError("rename must map names of columns to names, and ignore list names") from None
        self._count = sum(1 for _ in self)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, row: object) -> bool:
        return any(row == own for own in self)

    def __iter__(self) -> Iterator[CsvRow]:
        with at_path(self.path):
            yield from self._rows()

    def _rows(self) -> Iterator[CsvRow]:
        try:
            if not self.path.is_dir() and self.path.exists() and not self.path.is_file():
                # A pipe would wait for its other end, and could be read only once.
                raise TableError(f"{self.path.name}: it is not a regular file")
            with self.path.open(encoding=self._recognise(), newline="") as file:
                yield from self._records(file)
        except OSError as error:
            raise TableError(f"{self.path.name}: cannot be read: {error.strerror or type(error).__name__}") from None

    def _recognise(self) -> str:
        """Return the encoding: the given one, else UTF-16 if the first bytes show it, else UTF-8."""
        with self.path.open("rb") as file:
            head = file.read(4)
        for mark, what in _WORKBOOKS.items():
            if head.startswith(mark):
                raise TableError(f"{self.path.name}: it is {what}, not a CSV file: save it as CSV UTF-8")
        if self._given is not None:
            return self._given
        if head[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
        zeros = head.find(b"\0") if len(head) > 1 else -1
        return _UTF16.get(zeros, _UTF8)

    def _records(self, file: Any) -> Iterator[CsvRow]:
        fields: dict[str, list[int]] | None = None
        width = 0
        for line, cells in self._lines(file):
            while len(cells) > width and not cells[-1]:  # beyond the header, or at its own end
                cells.pop()
            if not any(cells):
                continue
            if fields is None:
                fields, width = self._header(cells), len(cells)
            else:
                yield self._row(fields, width, cells, line)
        if fields is None:
            raise TableError(f"{self.path.name}: there is no header row")

    def _lines(self, file: Any) -> Iterator[tuple[int, list[str]]]:
        """Yield each record's first line and its stripped cells; errors name their line."""
        line = 1
        try:
            first = file.readline().lstrip("\ufeff")  # a named encoding keeps the mark; two programs may each add one
            separator = _SEPARATOR.fullmatch(first)
            skipped = 0 if separator is None else 1
            line += skipped
            delimiter = self._delimiter or (separator[1] if separator else ",")
            reader = csv.reader(file if separator else chain([first], file), delimiter=delimiter, strict=True)
            for cells in reader:
                # MS-DOS ends a file with Ctrl-Z.
                yield line, [cell.strip("\x1a").strip() for cell in cells]
                line = reader.line_num + 1 + skipped
        except UnicodeError:
            raise TableError(f"{self.path.name}: {self._undecodable(file.encoding)}") from None
        except csv.Error as error:
            raise TableError(f"{self.path.name}: line {line}: {error}") from None

    def _undecodable(self, encoding: str) -> str:
        """Say which line is not in the encoding, and which encoding the file may have."""
        if encoding != _UTF8:
            return f"it is not {encoding}"
        with self.path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            lines = enumerate(file, 1)
            bad = next((number for number, line in lines if any("\udc80" <= one <= "\udcff" for one in line)), 1)
        return f"line {bad} is not UTF-8; if Excel saved it, it may be of encoding='windows-1252'"

    def _header(self, cells: list[str]) -> dict[str, list[int]]:
        """Return each field's columns: one, or several that `rename` joins, in its order."""
        plain = [_plain(cell) for cell in cells]
        fields: dict[str, list[int]] = {}
        for column, cell in enumerate(cells):
            name = self._field(cell)
            if name is not None:
                fields.setdefault(name, []).append(column)
        unknown = [name for name in fields if name not in self.columns]
        if any("@" in name for name in unknown):
            raise TableError(f"{self.path.name}: the first line holds an address, so there is no header row")
        if unknown:
            raise TableError(f"{self.path.name}: unknown column {quoted(unknown)}; {self._advice(unknown)}")
        for name, columns in fields.items():
            renamed = self._renamed.keys() & {plain[column] for column in columns}
            if len(columns) > max(len(renamed), 1):
                raise TableError(f"{self.path.name}: the column {name!r} appears twice")
            columns.sort(key=lambda column: self._renamed.get(plain[column], (0, ""))[0])
        missing = [name for name in self.required if name not in fields]
        if missing:
            raise TableError(f"{self.path.name}: there is no column {quoted(missing)}")
        return fields

    def _field(self, cell: str) -> str | None:
        """Return a column's field; None if the column is ignored, its own name if it is unknown."""
        plain = _plain(cell)
        if plain in self._renamed:
            return self._renamed[plain][1]
        if plain in self._ignored:
            return None
        known = next((name for name in self.columns if _plain(name) == plain), None)
        return known or (None if "*" in self._ignored else cell)

    def _advice(self, unknown: list[str]) -> str:
        for delimiter in (";", "\t", "|"):
            if any(delimiter in name for name in unknown):
                return f"if the cells are separated by {delimiter!r}, give delimiter={delimiter!r}"
        return f"the columns are {', '.join(self.columns)} (`rename` and `ignore` make others fit)"

    def _row(self, fields: Mapping[str, list[int]], width: int, cells: list[str], line: int) -> CsvRow:
        texts = [cell[1:] if cell[:1] == "'" and FORMULA.match(cell) else cell for cell in cells]
        given = {column: text for column, text in enumerate(texts) if text}
        row = {name: " ".join(given[one] for one in own if one in given) for name, own in fields.items()}
        row |= {f"column {place + 1}": texts[place] for place in range(width, len(texts))}
        row = {name: text for name, text in row.items() if text}
        if len(cells) != width:
            return CsvRow(row, line, f"line {line}: {count(len(cells), 'cell')} under {count(width, 'column')}")
        empty = [name for name in self.required if name not in row]
        return CsvRow(row, line, f"line {line}: {empty[0]} is empty" if empty else None)


def _plain(name: str) -> str:
    """Return a column's name in the form used to compare names (NFC, because macOS decomposes letters)."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def _one_character(delimiter: Any) -> str | None:
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"'):
        raise ConfigurationError("delimiter must be one character: ',', ';', '\\t' or another")
    return delimiter


def _known(encoding: str | None) -> str | None:
    try:
        "".encode(_UTF8 if encoding is None else encoding)
    except (LookupError, TypeError, ValueError):
        raise ConfigurationError(
            "encoding must be one that Python knows: 'windows-1252', 'utf-16' or another"
        ) from None
    return _UTF8 if encoding is not None and codecs.lookup(encoding).name == "utf-8" else encoding


class TableOptions(TypedDict, total=False):
    """Options of the readers.

    `delimiter` of cells: a comma, unless a first line such as `sep=;` names another.
    `encoding`: UTF-8 and UTF-16 are recognised; any other, such as "windows-1252", has to be named.
    `rename` maps the file's column names to the contract's. Columns renamed to the same name are joined by a space,
        in the order of the mapping: `{"First name": "name", "Last name": "name"}`.
    `ignore` names columns that are not read; "*" means all that are not the contract's.
    Names of columns are compared without case.
    """

    delimiter: str | None
    encoding: str | None
    rename: Mapping[str, str] | None
    ignore: Collection[str]


def read_candidates(path: str | os.PathLike[str], **options: Unpack[TableOptions]) -> CsvRows:
    """Read rows for `register_candidates` from a CSV file: columns email, name, external_id."""
    return CsvRows(path, CANDIDATE.declared(), **options)


def read_invitations(path: str | os.PathLike[str], **options: Unpack[TableOptions]) -> CsvRows:
    """Read rows for `invite_users` from a CSV file: columns email, name, type, interview_id."""
    return CsvRows(path, INVITATION.declared(), **options)


class ResumeRows(CsvRows):
    """The records of a CSV file of resumes: the column `file` names a file inside `folder`."""

    def __init__(self, path: str | os.PathLike[str], folder: Path, **options: Unpack[TableOptions]) -> None:
        self.folder = folder.resolve()
        self._listed: dict[Path, dict[str, str]] = {}
        super().__init__(path, RESUME_COLUMNS, required=RESUME_COLUMNS[:3], **options)

    def _row(self, fields: Mapping[str, list[int]], width: int, cells: list[str], line: int) -> CsvRow:
        row = super()._row(fields, width, cells, line)
        if row.problem is None:
            file = self._find(row["file"])
            if file is None:
                row.problem = f"line {line}: file is outside the folder"
            else:
                row["file"] = str(file)
        return row

    def _find(self, name: str) -> Path | None:
        """Return the path of a file in the folder, existing or not; None if it is outside.

        macOS writes accented letters of file names as two characters (NFD), tables as one (NFC). If no file has
        exactly this name, one whose name is equal in NFC is used.
        """
        try:
            file = (self.folder / name).resolve()
        except ValueError:  # a NUL character
            return None
        if not file.is_relative_to(self.folder):
            return None
        if not os.path.exists(file):  # noqa: PTH110 - Path.exists raises for a name that is too long
            parts, file = file.relative_to(self.folder).parts, self.folder
            for part in parts:
                file /= self._names_in(file).get(unicodedata.normalize("NFC", part), part)
            file = file.resolve()
        return file if file.is_relative_to(self.folder) else None

    def _names_in(self, folder: Path) -> dict[str, str]:
        if folder not in self._listed:
            try:
                names = os.listdir(folder)  # noqa: PTH208 - names are needed, not paths
            except OSError:
                names = []
            self._listed[folder] = {unicodedata.normalize("NFC", name): name for name in names}
        return self._listed[folder]


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
    """Read rows for `pre_screen_resumes` from a CSV file and a folder (by default, the folder of the CSV file).

    Columns: file, candidate_name and candidate_email are required; candidate_country_code, candidate_external_id,
    candidate_linkedin_url and form (a JSON object) are optional.
    """
    return ResumeRows(path, Path(folder) if folder is not None else Path(path).parent, **options)
