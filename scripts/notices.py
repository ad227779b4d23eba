"""What an update tells people: in the terminal, in the pull request, in CHANGELOG.md, and by the next version."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from scripts.changes.entries import entry
from scripts.changes.reports import as_json, as_markdown, as_text, code, plain
from scripts.changes.rules import Grade
from scripts.changes.versions import next_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from scripts.changes.contracts import Report
    from scripts.changes.impact import Impact

MOST_MARKDOWN = 50_000  # characters, all documents together: a pull request's body takes 65,536


@frozen
class Notice:
    """The changes of each document that changed, what they do to generated names, and what is left to a person.

    `unnamed`: each operation that no correction names ("GET /path"), and the name that it was given.
    """

    reports: tuple[Report, ...]
    impact: Impact
    unnamed: tuple[tuple[str, str], ...]
    previous: str

    @property
    def grade(self) -> Grade | None:
        """The worst of all changes; None for documents that say the same in another form."""
        grades = [*(report.grade for report in self.reports), self.impact.grade]
        return max((grade for grade in grades if grade is not None), default=None)

    @property
    def label(self) -> str:
        """The grade in words; another form of the same is worth as much as another wording."""
        return (Grade.DOCUMENTATION if self.grade is None else self.grade).label

    @property
    def version(self) -> str:
        """The next version; the same where nothing changed for anybody."""
        return next_version(self.previous, self.grade)

    @property
    def text(self) -> str:
        """The changelog for a terminal."""
        warnings = "".join(f"{line}\n" for line in self._warnings(plain))
        return "\n".join([*map(as_text, self.reports), *([warnings] if warnings else [])])

    @property
    def markdown(self) -> str:
        """The changelog for a pull request."""
        most = MOST_MARKDOWN // max(1, len(self.reports))
        warnings = [f"- {line}" for line in self._warnings(code)]
        head = ["### Left to a person", "", *warnings, ""] if warnings else []
        return "\n".join([*(as_markdown(report, most) for report in self.reports), *head])

    @property
    def json(self) -> str:
        """The changelog for programs, one object for each document."""
        return "[\n" + ",\n".join(as_json(report).rstrip() for report in self.reports) + "\n]\n"

    def entry(self, day: date) -> str:
        """The entry in CHANGELOG.md: all documents in one, with the warnings below its first sentence."""
        first = self.reports[0]
        changes = tuple(chain.from_iterable(report.changes for report in self.reports))
        text = entry(self.version, day, evolve(first, changes=changes), self.impact)
        head, mark, sections = text.partition("\n### ")
        warnings = "".join(f"{line}\n" for line in self._warnings(code))
        return head + (f"\n{warnings}" if warnings else "") + mark + sections

    def _warnings(self, style: Callable[[str], str]) -> list[str]:
        words = "Warning: {} has no name in the corrections yet, and is called {} until it has."
        return [words.format(style(operation), style(name)) for operation, name in self.unnamed]
