"""The file in which departures are counted: SQLite, readable by its owner alone, shared by many processes."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import frozen

from jobmojito.errors import ConfigurationError
from jobmojito.lazy import DeferredModule

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator, Mapping
    from datetime import date
    from pathlib import Path
else:
    sqlite3 = DeferredModule("sqlite3")  # some Pythons are built without it

MOST_DEPARTURES: Final = 10_000
"""Kinds of departures that a process, and a file, keep."""
_KIND: Final = 0x4A4D4346
"""Marks the file as one of ours."""
_WAIT: Final = 0.2
"""Seconds to wait for another process; a call waits for this."""
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS answers (
        operation TEXT, status INTEGER, count INTEGER, first TEXT, last TEXT,
        PRIMARY KEY (operation, status)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS departures (
        operation TEXT, status INTEGER, place TEXT, keyword TEXT, expected TEXT, got TEXT, value TEXT,
        count INTEGER, first TEXT, last TEXT,
        PRIMARY KEY (operation, status, place, keyword, expected, got, value)
    ) WITHOUT ROWID;
"""
_ADD_ANSWERS: Final = """
    INSERT INTO answers VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, last = max(last, excluded.last)
"""
_ADD_DEPARTURES: Final = """
    INSERT INTO departures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, last = max(last, excluded.last)
"""


class Departed(NamedTuple):
    """One kind of departure.

    `operation`: its name; `status`: the declared one; `place`: a JSON pointer by the contract's names (`*`: an item, or
    a name that the contract does not have; `|1`: the second variant); `keyword`: of JSON Schema; `expected` and `got`:
    in words, without values; `value`: an unknown enum value that is a plain word, else nothing.
    """

    operation: str
    status: int
    place: str
    keyword: str
    expected: str
    got: str
    value: str = ""


@frozen
class Seen:
    """How often something was seen, and on which days (UTC) first and last."""

    count: int
    first: str
    last: str


class Store:
    """Reads and writes one file; every use opens and closes it, so that a fork or a thread shares nothing."""

    def __init__(self, path: Path) -> None:
        """Remember the path; nothing is opened."""
        self.path = path

    def make(self) -> None:
        """Make the file, or check that it is one.

        Raises:
            ConfigurationError: it cannot be made, or is another kind of file.
        """
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with self._opened(5.0) as database:
                (kind,) = database.execute("PRAGMA application_id").fetchone()
                (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
                if kind != _KIND and tables:
                    raise ConfigurationError(f"{self.path.name} is a database of something else")
                database.execute(f"PRAGMA application_id = {_KIND}")
                database.executescript(_TABLES)
            self.path.chmod(0o600)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigurationError(f"{self.path.name} cannot hold what is observed: {reason}") from None

    def add(
        self, answers: Mapping[tuple[str, int], int], departures: Mapping[Departed, int], day: date, wait: float = _WAIT
    ) -> None:
        """Add counts of one day, all or none.

        Raises:
            OSError: the file is locked, gone, full or damaged.
        """
        if not self.path.exists():
            raise FileNotFoundError(f"{self.path.name} is gone")
        today = day.isoformat()
        with self._opened(wait) as database, database:
            database.execute("BEGIN IMMEDIATE")
            database.executemany(_ADD_ANSWERS, [(*key, count, today, today) for key, count in answers.items()])
            (kept,) = database.execute("SELECT count(*) FROM departures").fetchone()
            rows = [(*one, count, today, today) for one, count in departures.items()]
            database.executemany(_ADD_DEPARTURES, rows if kept < MOST_DEPARTURES else [])

    def read(self) -> tuple[dict[tuple[str, int], Seen], dict[Departed, Seen]]:
        """Return how many answers were seen by operation and status, and each kind of departure, both sorted.

        Raises:
            ConfigurationError: there is no such file, or it is another kind of file.
        """
        if not self.path.is_file():
            raise ConfigurationError(f"{self.path.name}: there is no such file")
        try:
            with self._opened(5.0) as database:
                if database.execute("PRAGMA application_id").fetchone() != (_KIND,):
                    raise ConfigurationError(f"{self.path.name} was not made by an Observer")
                answers = database.execute("SELECT * FROM answers ORDER BY 1, 2").fetchall()
                departures = database.execute("SELECT * FROM departures ORDER BY 1, 2, 3, 4, 5, 6, 7").fetchall()
        except OSError as error:
            raise ConfigurationError(f"{self.path.name} cannot be read: {error}") from None
        return (
            {(row[0], row[1]): Seen(*row[2:]) for row in answers},
            {Departed(*row[:7]): Seen(*row[7:]) for row in departures},
        )

    @contextmanager
    def _opened(self, wait: float) -> Generator[sqlite3.Connection]:
        """Open the file; what SQLite raises is an OSError that names no path."""
        try:
            connect, error_class = sqlite3.connect, sqlite3.Error
        except ImportError:
            raise ConfigurationError("this Python was built without SQLite, which an Observer needs") from None
        try:
            with closing(connect(self.path, timeout=wait)) as database:
                yield database
        except error_class as error:
            raise OSError(str(error)) from None
