"""What a check found: differences, what could not be told, and counts of what was proved."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")  # of an object: the one thing in a message that no two runs share


@frozen(order=True)
class Difference:
    """One place where the document and the generated code part: a JSON pointer, a file, and what differs."""

    pointer: str
    file: str
    what: str

    def __str__(self) -> str:
        """Write one line: where in the document, where in the code, what."""
        return f"{self.pointer or '-'} · {self.file or '-'} · {self.what}"


@define
class Report:
    """Differences in order of discovery, each once; `unknown`: what could not be told; `counts`: what was proved."""

    differences: list[Difference] = field(factory=list)
    unknown: list[Difference] = field(factory=list)
    counts: Counter[str] = field(factory=Counter)
    _known: set[tuple[int, Difference]] = field(factory=set, init=False, repr=False)
    _about: str = field(default="", init=False, repr=False)

    @contextmanager
    def about(self, pointer: str) -> Generator[None]:
        """Say what is looked at, for differences that are found in the code alone."""
        before, self._about = self._about, pointer
        try:
            yield
        finally:
            self._about = before

    def differ(self, pointer: str, file: str, what: str) -> None:
        """Add a difference."""
        self._add(self.differences, pointer, file, what)

    def puzzle(self, pointer: str, file: str, why: str) -> None:
        """Add a place that could not be told."""
        self._add(self.unknown, pointer, file, why)

    def take(self, other: Report, counts: Mapping[str, str]) -> None:
        """Add another report: what it found, and those of its counts that are named here, under the given names."""
        for one in other.differences:
            self.differ(one.pointer, one.file, one.what)
        for one in other.unknown:
            self.puzzle(one.pointer, one.file, one.what)
        self.counts.update({name: other.counts[key] for key, name in counts.items()})

    def _add(self, found: list[Difference], pointer: str, file: str, what: str) -> None:
        one = Difference(pointer or self._about, file.partition(":")[0], ADDRESS.sub("", what))
        if (id(found), one) not in self._known:
            self._known.add((id(found), one))
            found.append(one)

    def locate(self, places: Mapping[str, str]) -> None:
        """Give the differences that were found in the code alone the pointer of what their file stands for."""
        self.differences = [
            evolve(one, pointer=places.get(one.file, "")) if not one.pointer else one for one in self.differences
        ]

    @property
    def code(self) -> int:
        """Give the exit code: 1 for drift, which outweighs 2 for what could not be told; 0 clean."""
        return 1 if self.differences else 2 if self.unknown else 0
