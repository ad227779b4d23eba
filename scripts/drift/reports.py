"""The result of a drift check: differences, what cannot be checked, and counts of what is equal."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")  # of an object: differs from run to run


@frozen(order=True)
class Difference:
    """One difference between document and generated code: a JSON pointer, a file, and what differs."""

    pointer: str
    file: str
    what: str

    def __str__(self) -> str:
        """Write one line: where in the document, where in the code, what."""
        return f"{self.pointer or '-'} · {self.file or '-'} · {self.what}"


@define
class Report:
    """Differences in order of discovery, each once; `unknown`: what cannot be checked; `counts`: what is equal."""

    differences: list[Difference] = field(factory=list)
    unknown: list[Difference] = field(factory=list)
    counts: Counter[str] = field(factory=Counter)

    def differ(self, pointer: str, file: str, what: str) -> None:
        """Add a difference."""
        _add(self.differences, pointer, file, what)

    def puzzle(self, pointer: str, file: str, why: str) -> None:
        """Add a place that cannot be checked."""
        _add(self.unknown, pointer, file, why)

    def locate(self, place: Callable[[str], str]) -> None:
        """Set the pointer of each difference that has only a file: the part of the document that `place` gives."""
        self.differences = [one if one.pointer else evolve(one, pointer=place(one.file)) for one in self.differences]

    @property
    def code(self) -> int:
        """Return the exit code: 1 for drift, which outweighs 2 for what cannot be checked; 0 clean."""
        return 1 if self.differences else 2 if self.unknown else 0


def _add(found: list[Difference], pointer: str, file: str, what: str) -> None:
    one = Difference(pointer, file, _ADDRESS.sub("", what))
    if one not in found:
        found.append(one)
