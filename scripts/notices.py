"""Writes what an update reports: in the terminal, in the pull request, in CHANGELOG.md, and the next version."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from scripts.changes.entries import MOST_NAMES, entry, name_lines
from scripts.changes.reports import as_json, as_markdown, as_text, code, plain
from scripts.changes.rules import Grade
from scripts.changes.versions import next_version

if TYPE_CHECKING:
    from datetime import date

    from scripts.changes.contracts import Report
    from scripts.changes.impact import Effect, Impact
    from scripts.changes.reports import Style

MOST_MARKDOWN = 55_000  # characters, all documents together: a pull request's body takes 65,536
MOST_PASTED = 400  # characters of an action to be pasted
MOST_WARNINGS = 30  # operations without a name or facts that a pull request names
_UNNAMED = (
    "Warning: {} has no name in the corrections yet, and is called {} until it has."
    " To name it, add {} to openapi/corrections.overlay.yaml."
)
_DERIVED = (
    "Warning: the type at {} has no name of its own yet, and is called {} until it has."
    " To name it, add {} to openapi/corrections.overlay.yaml."
)
_WITHOUT_FACTS = (
    "Warning: openapi/facts.yaml has no facts of {} yet: does it cost credits, send mail, may it be repeated?"
    " Until it has, it counts as costing, as mailing and as not repeatable. To tell them, add {}."
)
# To be pasted, with the words in capitals filled in.
_TITLED = '- { target: "TARGET", description: WHAT IT IS, x-matches: 1, update: { title: NAME } }'
_NAMED = "- { target: \"$.paths['PATH'].METHOD\", description: *unnamed, x-matches: 1, update: { operationId: NAME } }"
_FACT = "{ is: true|false, why: REASON, source: guide|contract }"
_FACTS = f"PLACE: {{ costs: {_FACT}, mails: {_FACT}, repeatable: {_FACT} }}"
_STALE = "To check: openapi/facts.yaml has {}, which is gone from the contract; take it out there."
_AGAIN = "After an edit, `make update ARGS=--since=main` puts client, version, changelog and this text right."


@frozen
class Found:
    """What an update found: the changes of each document that changed, and what is left to a person.

    `unnamed`: each operation without a name in the corrections ("GET /path"), and its derived name.
    `derived`: each type that nobody has named (its pointer), and its derived name.
    `revised`: what became of corrections that did not fit any more, a line each.
    `without_facts`: each operation that is missing in openapi/facts.yaml; `stale_facts`: what is only there.
    """

    reports: tuple[Report, ...]
    unnamed: tuple[tuple[str, str], ...] = ()
    derived: tuple[tuple[str, str], ...] = ()
    revised: tuple[str, ...] = ()
    without_facts: tuple[str, ...] = ()
    stale_facts: tuple[str, ...] = ()


@frozen
class Notice:
    """What an update found, its effect on generated names, and the next version."""

    found: Found
    impact: Impact
    previous: str

    @property
    def reports(self) -> tuple[Report, ...]:
        """The changes of each document."""
        return self.found.reports

    @property
    def grade(self) -> Grade | None:
        """The worst grade of all changes; None if the documents differ in form alone."""
        grades = [*(report.grade for report in self.reports), self.impact.grade]
        return max((grade for grade in grades if grade is not None), default=None)

    @property
    def label(self) -> str:
        """The grade in words; a change of form alone counts as one of wording."""
        return (Grade.DOCUMENTATION if self.grade is None else self.grade).label

    @property
    def version(self) -> str:
        """The next version; the same one if only the form changed."""
        return next_version(self.previous, self.grade)

    @property
    def text(self) -> str:
        """The changelog for a terminal."""
        users = "\n".join(["FOR USERS OF THE PACKAGE", *(f"- {line}" for line in self._users(plain)), ""])
        warnings = "".join(f"{line}\n" for line in self._warnings(plain))
        return "\n".join([*map(as_text, self.reports), users, *([warnings] if warnings else [])])

    @property
    def markdown(self) -> str:
        """The changelog for a pull request: first the effect on users and what is left to do, then the details."""
        blocks = [_listed("For users of the package", self._briefly(code))]
        if warnings := self._warnings(code):
            more = len(warnings) - MOST_WARNINGS
            rest = [f"{more} more operations have no name in the corrections, or no facts."] if more > 0 else []
            blocks.append(_listed("Left to a person", [*warnings[:MOST_WARNINGS], *rest, _AGAIN]))
        room = MOST_MARKDOWN - sum(map(len, blocks))
        return "\n".join([*blocks, *(as_markdown(one, room // max(1, len(self.reports))) for one in self.reports)])

    @property
    def json(self) -> str:
        """Everything, for programs: the changes of each document, and every generated name that is affected."""
        content = {
            "version": {"old": self.previous, "new": self.version},
            "grade": self.label,
            "documents": [json.loads(as_json(report)) for report in self.reports],
            "names": [_row(effect) for effect in self.impact.effects],
            "unnamed": dict(self.found.unnamed),
            "derived": dict(self.found.derived),
            "corrections": list(self.found.revised),
            "without_facts": list(self.found.without_facts),
            "stale_facts": list(self.found.stale_facts),
        }
        return json.dumps(content, indent=2) + "\n"

    def entry(self, day: date) -> str:
        """The entry in CHANGELOG.md: all documents in one, with the warnings below its first sentence."""
        first = self.reports[0]
        changes = tuple(chain.from_iterable(report.changes for report in self.reports))
        text = entry(self.version, day, evolve(first, changes=changes), self.impact)
        head, mark, sections = text.partition("\n### ")
        warnings = "".join(f"{line}\n" for line in self._warnings(code))
        return head + (f"\n{warnings}" if warnings else "") + mark + sections

    def _warnings(self, style: Style) -> list[str]:
        return [
            *(f"To check: {line}" for line in self.found.revised),
            *(
                _DERIVED.format(style(place), style(name), style(_title(place), MOST_PASTED))
                for place, name in self.found.derived
            ),
            *(
                _UNNAMED.format(style(place), style(name), style(_action(place), MOST_PASTED))
                for place, name in self.found.unnamed
            ),
            *(
                _WITHOUT_FACTS.format(style(place), style(_FACTS.replace("PLACE", place), MOST_PASTED))
                for place in self.found.without_facts
            ),
            *(_STALE.format(style(place)) for place in self.found.stale_facts),
        ]

    def _briefly(self, style: Style) -> list[str]:
        """Return the lines for users, with so few names that there is room for the changes."""
        for most in (MOST_NAMES, 20):
            lines = self._users(style, most)
            if sum(map(len, lines)) < MOST_MARKDOWN // 4:
                return lines
        return self._users(style, 4)

    def _users(self, style: Style, most: int = MOST_NAMES) -> list[str]:
        """Write what the update means for users of the package: the version, and the generated names."""
        version = "stays {}" if self.version == self.previous else "becomes {} (it was {})"
        lines = [line for _, _, line in name_lines(self.impact, style, most)]
        return [
            f"The version {version.format(style(self.version), style(self.previous))}.",
            *(lines or ["No generated name appears, changes or vanishes."]),
        ]


def _action(place: str) -> str:
    """Write the correction that would name an operation."""
    method, _, path = place.partition(" ")
    return _NAMED.replace("PATH", path).replace("METHOD", method.lower())


def _title(place: str) -> str:
    """Write the correction that would name a type, given its pointer."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:]]
    return _TITLED.replace("TARGET", "$" + "".join(f"[{step if step.isdecimal() else repr(step)}]" for step in steps))


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([f"### {title}", "", *(f"- {line}" for line in lines), ""])


def _row(effect: Effect) -> dict[str, str | None]:
    return {
        "name": effect.name.written,
        "kind": effect.name.kind,
        "grade": effect.grade.label,
        "old": effect.old.type if effect.old else None,
        "new": effect.new.type if effect.new else None,
    }
