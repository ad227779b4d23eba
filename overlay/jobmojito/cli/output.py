"""The output of commands: tables on a terminal, plain lines in a pipe, JSON if requested."""

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .options import Common
from .privacy import HIDDEN, visible

_STYLES = {
    "active": "green", "ok": "green", "completed": "green", "skipped": "yellow", "draft": "yellow", "error": "red",
    "failed": "red", "unknown": "magenta", "yes": "yellow",
}  # fmt: skip


class Output:
    """Writes to stdout as the options and the terminal require; notes go to stderr."""

    def __init__(self, options: Common) -> None:
        self.options = options
        self.terminal = sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
        self.notes = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())
        self._hidden = False

    @cached_property
    def console(self) -> Console:
        """Stdout for tables."""
        return Console(highlight=False)

    def document(self, value: object, operation: str, *, title: str = "") -> None:
        """Show one value: an answer's properties, a line each."""
        if self._wrote(value):
            return
        shown = visible(value, operation, everything=self.options.show_links)
        if self.options.json:
            print(as_json(shown, indent=2))
        else:
            self.properties(shown, title=title)
        self._note_hidden(shown)

    def properties(self, shown: Any, *, title: str = "") -> None:
        """Show JSON as names and values; nested names are joined as `a.b`."""
        if not self.terminal:
            for name, value in _flat(shown):
                print(f"{name}\t{one_line(value)}")
            return
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), title=title or None, title_justify="left")
        table.add_column(style="cyan", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in _flat(_brief(shown)):
            if value not in (None, HIDDEN, [], {}):
                table.add_row(name, _cell(value))
        self.console.print(table)

    def rows(self, rows: Iterable[object], operation: str, columns: Sequence[str]) -> int:
        """Show a list as a table with these columns, or as JSON with every property; return its length."""
        rows = self._saved(rows)
        if self.options.output is not None:
            return sum(1 for _ in rows)
        if self.options.json:
            count = 0
            for count, row in enumerate(rows, 1):  # noqa: B007 - returned below
                print(as_json(visible(row, operation, everything=self.options.show_links)))
            return count
        shown = [visible(row, operation, everything=self.options.show_links) for row in rows]
        self.table(shown, columns)
        self._note_hidden(shown)
        return len(shown)

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
        """Show records as a table; in a pipe, as lines of cells separated by tabs, without a header.

        A column without visible values is left out on a terminal, but kept in a pipe, where programs count cells.
        """
        if not self.terminal:
            for row in rows:
                print("\t".join(one_line(row.get(name)) for name in columns))
            return
        cells = {name: [_cell(row.get(name)) for row in rows] for name in columns}
        seen = [name for name in columns if any(one.plain not in {"", HIDDEN} for one in cells[name])]
        kept = self._fitting(seen, cells)
        table = Table(box=None, header_style="bold", padding=(0, _GAP, 0, 0), pad_edge=False)
        for name in kept:
            table.add_column(_heading(name), justify="right" if _is_numeric(rows, name) else "left",
                             no_wrap=name != kept[-1], overflow="fold")  # fmt: skip
        for line in zip(*(cells[name] for name in kept), strict=True):
            table.add_row(*line)
        if kept:
            self.console.print(table)
        if left_out := [_heading(name) for name in seen if name not in kept]:
            self.note(f"Left out, for the terminal is narrow: {', '.join(left_out)}.")

    def _fitting(self, names: Sequence[str], cells: Mapping[str, Sequence[Text]]) -> list[str]:
        """Return the first columns that fit; the last one may wrap, down to a readable width."""
        room, kept = self.console.width, list[str]()
        for name in names:
            widest = max(len(_heading(name)), *(one.cell_len for one in cells[name]))
            if min(widest, _READABLE) > room:
                break
            kept.append(name)
            room -= widest + _GAP
        return kept

    def note(self, text: str) -> None:
        """Print a note on stderr."""
        self.notes.print(Text(text))

    def _wrote(self, value: object) -> bool:
        """Write the whole document to `--output`, if given; return whether it was."""
        if self.options.output is None:
            return False
        write_private(self.options.output, [json.dumps(visible(value, "", everything=True), indent=2) + "\n"])
        self.note(f"written to {self.options.output.name}, readable by you alone")
        return True

    def _saved(self, rows: Iterable[object]) -> Iterable[object]:
        """Write a list to `--output`, if given, one line for each row."""
        if self.options.output is None:
            return rows
        kept = list(rows)
        write_private(self.options.output, [json.dumps(visible(one, "", everything=True)) + "\n" for one in kept])
        self.note(f"{len(kept)} written to {self.options.output.name}, readable by you alone")
        return kept

    def _note_hidden(self, shown: Any) -> None:
        if not self._hidden and not self.options.json and self.terminal and _holds_hidden(shown):
            self._hidden = True
            self.note(
                "Names, e-mail addresses, links and other texts about people are hidden; --show-links shows them."
            )


def as_json(value: Any, indent: int | None = None) -> str:
    """Return readable JSON; escape it if a terminal would obey a character or no encoding can write it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return text if text.replace("\n", "").isprintable() else json.dumps(value, indent=indent, default=str)


def write_private(path: Path, lines: Iterable[str]) -> None:
    """Write a file that only its owner can read: whole, or not at all."""
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, made with mode 600
            file.writelines(lines)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def _flat(value: Any, prefix: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping) and (value or not prefix):
        for name, one in value.items():
            yield from _flat(one, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        for number, one in enumerate(value, 1):
            yield from _flat(one, f"{prefix}.{number}" if prefix else str(number))
    else:
        yield prefix, value


def _brief(value: Any) -> Any:
    """Replace lists of objects with hidden values by their length."""
    if isinstance(value, Mapping):
        return {name: _brief(one) for name, one in value.items()}
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value) and _holds_hidden(value):
        return f"{len(value)} entries"
    return value


def one_line(value: Any) -> str:
    """Return a value on one line, without control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{round(value, 4):g}" if isinstance(value, float) else str(value)
    text = value if isinstance(value, str) else as_json(value)
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _cell(value: Any) -> Text:
    text = one_line(value)
    if len(text) == _TIMESTAMP and text[10] == "T":
        text = text[:16].replace("T", " ")
    return Text(text, style="dim" if text == HIDDEN else _STYLES.get(text, ""))


_TIMESTAMP = 24  # 2026-11-26T01:40:43.000Z
_GAP = 2
_READABLE = 24


def _heading(name: str) -> str:
    return name.replace("_", " ")


def _is_numeric(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    values = [row[name] for row in rows if row.get(name) is not None]
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)


def _holds_hidden(shown: Any) -> bool:
    if isinstance(shown, Mapping):
        return any(map(_holds_hidden, shown.values()))
    return any(map(_holds_hidden, shown)) if isinstance(shown, list) else shown == HIDDEN
