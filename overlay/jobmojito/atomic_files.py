"""Records as a CSV file that is there whole or not at all, for its owner alone."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the start of a formula (OWASP, "CSV injection")."""


def write_csv(
    path: str | os.PathLike[str], records: Iterable[Mapping[str, Any]], *, escape_formulas: bool = True
) -> None:
    """Write records as UTF-8 with a header of every key, in order of appearance; mode 0600.

    Raises:
        OSError: it cannot be written; a file that was there stays as it was.
    """
    records = list(records)
    columns = list(dict.fromkeys(name for record in records for name in record))
    target = Path(path)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        # Half a character, which JSON can hold, is written as its escape.
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:  # noqa: PTH123 - a descriptor
            writer = csv.writer(file)
            writer.writerow([_cell(name, escape_formulas) for name in columns])
            writer.writerows([_cell(record.get(name), escape_formulas) for name in columns] for record in records)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)  # noqa: PTH105 - the temporary path is a text
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _cell(value: object, escape: bool) -> str:  # noqa: FBT001 - private
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return f"'{text}" if escape and isinstance(value, str) and text.startswith(_FORMULA) else text
