"""Collects the departures of a value while it is read, in time linear in the size of the value.

Faults are kept as a tree like the value: each level adds its own step once, and pointers are written at the end. At
most ten thousand are kept, or a million characters of pointers; all are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .types import Departure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST: Final = 10_000
_MOST_CHARACTERS: Final = 1_000_000


class Doubt(Exception):  # noqa: N818 - no error of anybody's
    """A value that was read quickly has to be read again."""


class Faults(list[Any]):
    """The faults of one level: an entry for each fault of the value itself, and one for each part that departs.

    An entry is (expected, got, JSON Schema keyword), or (step, entries of that part), or None where no more are kept.
    `total` counts faults, those within parts too. `readings` caches what unions have read of a value: nested
    unions would read the same parts many times otherwise. In a value that is to be sent (`is_request`), unknown enum
    values take no room, and a text that is no UUID is a fault. The objects of a value that nobody else has (`is_ours`)
    may become models. Of a value that was read quickly (`is_quick`, see `loading`) nothing may stay in doubt.
    A value to be sent may be read as it was given (`is_raw`). `has_more` notes undeclared properties.
    """

    __slots__ = ("has_more", "is_ours", "is_quick", "is_raw", "is_request", "readings", "total")

    def __init__(
        self,
        readings: dict[tuple[int, int], Any] | None = None,
        *,
        is_request: bool = False,
        is_ours: bool = False,
        is_quick: bool = False,
        is_raw: bool = False,
    ) -> None:
        """Start without faults."""
        super().__init__()
        self.total, self.readings, self.is_request = 0, readings, is_request
        self.is_ours, self.is_quick, self.is_raw, self.has_more = is_ours, is_quick, is_raw, False

    def doubt(self) -> None:
        """Note that a value may not be what the text says.

        Raises:
            Doubt: it was read quickly, and has to be read again.
        """
        if self.is_quick:
            raise Doubt

    def like(self) -> Faults:
        """Begin the faults of another reading of the same value."""
        return Faults(self.readings, is_request=self.is_request, is_quick=self.is_quick, is_raw=self.is_raw)

    def add(self, expected: str, got: str, keyword: str = "type") -> None:
        """Add a fault of the value itself."""
        if keyword != "enum" or not self.is_request:
            self.total += 1
        self.append((expected, got, keyword) if self.total <= MOST else None)

    def put_under(self, mark: int, step: str | int) -> None:
        """Put everything found since there were `mark` entries under a step, as one part with departures."""
        inner = [one for one in self[mark:] if one is not None]
        self[mark:] = [(step, inner) if inner else None]

    def merge(self, other: Faults) -> None:
        """Add the entries of another reading of the same value."""
        self.extend(other if self.total < MOST else [None] * len(other))
        self.total += other.total

    def at_root(self) -> list[tuple[str, str, str]]:
        """Return the faults of the value itself."""
        return [one for one in self if one is not None and len(one) == 3]  # noqa: PLR2004 - not the pair of a part

    def departures(self, *, without: str = "", only: str = "") -> tuple[Departure, ...]:
        """Write the kept faults as departures with their pointers, except those of one keyword, or only those."""
        found: list[Departure] = []
        size = 0
        for path, (expected, got, keyword) in _leaves(self):
            if keyword == without or (only and keyword != only):
                continue
            where = pointer(path)
            size += len(where)
            if len(found) == MOST or (found and size > _MOST_CHARACTERS):
                break
            found.append(Departure(where, expected, got, keyword))
        return tuple(found)


def pointer(path: Iterable[str | int]) -> str:
    """Join the steps of a path as an RFC 6901 JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _leaves(entries: list[Any]) -> Iterator[tuple[list[str | int], tuple[str, str, str]]]:
    """Walk the tree in order, without recursion; the path is the same list each time."""
    path: list[str | int] = []
    work = [iter(entries)]
    while work:
        entry = next(work[-1], ...)
        if entry is ...:
            work.pop()
            del path[-1:]
        elif entry is not None and len(entry) == 3:  # noqa: PLR2004 - a fault, not the pair of a part
            yield path, entry
        elif entry is not None:
            path.append(entry[0])
            work.append(iter(entry[1]))
