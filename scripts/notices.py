"""Writes what an update reports: in the terminal, in the pull request, in CHANGELOG.md, and the next version."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from attrs import Factory, asdict, evolve, frozen

from scripts.changes.breaks import LABEL
from scripts.changes.entries import MOST_NAMES, entry, name_lines
from scripts.changes.reports import as_json, as_markdown, as_text, code, condensed, fold, plain
from scripts.changes.rules import Grade, next_version
from scripts.corrections.overlays import target_of
from scripts.files.documents import pointer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from scripts.changes.breaks import Breaks
    from scripts.changes.contracts import Report
    from scripts.changes.impact import Effect, Impact
    from scripts.changes.reports import Style
    from scripts.corrections.grammar import Place

MOST_MARKDOWN = 55_000  # characters, all documents together: a pull request's body takes 65,536
MOST_PASTED = 400  # characters of an action to be pasted
MOST_SHOWN = 10  # lines of a part of a pull request before its folds
MOST_WARNINGS = 30  # lines for maintainers that a pull request has, those before the folds too
MOST_BREAKS = 30  # lines about what breaks that a class has, those on the wire apart
MOST_WIRE = 60  # lines about calls and answers, those before the folds too
MOST_TYPES = 6  # types without a name, in the line about them
_UNNAMED = (
    "Warning: {} has no name in the corrections yet, and is called {} until it has."
    " To name it, add {} to openapi/corrections.overlay.yaml."
)
_DERIVED = (
    "Warning: {} {} no name in the corrections yet: {}. To name the first, add {} to openapi/corrections.overlay.yaml."
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
class Notice:
    """What an update found, and the version before.

    `reports`: the changes of each document that changed. `impact`: the effect on generated names.
    `breaks`: what the new client breaks of the old one, as measured. Left to a person:
    `unnamed`: each operation without a name in the corrections ("GET /path"), and its derived name.
    `derived`: each type that nobody has named, by its place, and its derived name.
    `revised`: what became of corrections that did not fit any more, a line each.
    `without_facts`: each operation that is missing in openapi/facts.yaml; `stale_facts`: what is only there.
    """

    reports: tuple[Report, ...]
    impact: Impact
    previous: str
    breaks: Breaks | None = None
    unnamed: Mapping[str, str] = Factory(dict[str, str])
    derived: Mapping[Place, str] = Factory(dict["Place", str])
    revised: Sequence[str] = ()
    without_facts: Sequence[str] = ()
    stale_facts: Sequence[str] = ()

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
        names = [line for _, _, line in name_lines(self.impact, plain, MOST_NAMES)]
        lines = [f"The version {self._becomes(plain)}", *(names or ["No generated name appears, changes or vanishes."])]
        users = "\n".join(["FOR USERS OF THE PACKAGE", *(f"- {line}" for line in lines), ""])
        warnings = "".join(f"{line}\n" for line in self._warnings(plain))
        return "\n".join([*map(as_text, self.reports), users, *([warnings] if warnings else [])])

    @property
    def markdown(self) -> str:
        """The text of a pull request: the verdict, what users and maintainers have to do, and the details folded."""
        breaks = self.breaks.lines(code) if self.breaks else {}
        shown = [f"**{self.label.capitalize()}**: the version {self._becomes(code)}{_classes(breaks)}\n"]
        shown.append(_listed("What users have to do", self._duties() or ["Nothing; calls and code go on working."]))
        folds = [_folded("Generated names", [line for _, _, line in name_lines(self.impact, code, self._most_names())])]
        if wire := self.breaks.wire.lines(code) if self.breaks else []:
            shown.append(_listed("On the wire", [*wire[:MOST_SHOWN], *_rest(len(wire) - MOST_SHOWN, "below")]))
            folds.insert(0, _folded("More on the wire", wire[MOST_SHOWN:MOST_WIRE]))
        for name, lines in reversed(breaks.items()):
            told = [line for line in lines if line not in wire]
            left = _rest(len(told) - MOST_BREAKS, "in the JSON form")
            folds.insert(0, _folded(f"Breaks {name}", [*told[:MOST_BREAKS], *left]))
        if warnings := self._warnings(code):
            rest, more = warnings[MOST_SHOWN:MOST_WARNINGS], len(warnings) - MOST_SHOWN
            shown.append(_listed("Left to a person", [*warnings[:MOST_SHOWN], *_rest(more, "below"), _AGAIN]))
            left = _rest(more - len(rest), "in the JSON form")
            folds.insert(0, _folded("More that is left to a person", [*rest, *left]))
        room = MOST_MARKDOWN - sum(map(len, (*shown, *folds)))
        each = room // max(1, len(self.reports))
        return "\n".join([*shown, *(as_markdown(one, each, folded=True) for one in self.reports), *filter(None, folds)])

    @property
    def json(self) -> str:
        """Everything, for programs: the changes of each document, and every generated name that is affected."""
        content = {
            "version": {"old": self.previous, "new": self.version},
            "grade": self.label,
            "documents": [json.loads(as_json(report)) for report in self.reports],
            "names": [_row(effect) for effect in self.impact.effects],
            "unnamed": self.unnamed,
            "derived": {pointer(*place): name for place, name in self.derived.items()},
            "wire": asdict(self.breaks.wire) if self.breaks else None,
            "breaks": self.breaks.lines(plain) if self.breaks else {},
            "corrections": list(self.revised),
            "without_facts": list(self.without_facts),
            "stale_facts": list(self.stale_facts),
        }
        return json.dumps(content, indent=2) + "\n"

    def entry(self, day: date) -> str:
        """The entry in CHANGELOG.md: all documents in one."""
        first = self.reports[0]
        changes = tuple(chain.from_iterable(report.changes for report in self.reports))
        return entry(self.version, day, evolve(first, changes=changes), self.impact)

    def _duties(self) -> list[str]:
        """Say what may need another line of a user's code: by operation, with the types before and after."""
        types = {effect.name.written.removeprefix("models."): effect for effect in self.impact.effects}
        lines = []
        for line in chain.from_iterable(condensed(report, code, 2) for report in self.reports):
            if line.grade >= Grade.POTENTIALLY_BREAKING:
                named = [group.lead.values[0] for group in line.groups if group.lead.values]
                lines.append(line.text + (_types(types.get(named[0])) if len(named) == 1 else ""))
        lines += [line for _, grade, line in name_lines(self.impact, code, MOST_SHOWN) if grade is Grade.BREAKING]
        if len(lines) <= MOST_SHOWN:
            return lines
        return [*lines[: MOST_SHOWN - 1], *_rest(len(lines) - MOST_SHOWN + 1, "below")]

    def _becomes(self, style: Style) -> str:
        if self.version == self.previous:
            return f"stays {style(self.version)}."
        return f"becomes {style(self.version)}, it was {style(self.previous)}."

    def _warnings(self, style: Style) -> list[str]:
        return [
            *(f"To check: {line}" for line in self.revised),
            *self._derived(style),
            *(
                _UNNAMED.format(style(place), style(name), style(_action(place), MOST_PASTED))
                for place, name in self.unnamed.items()
            ),
            *(
                _WITHOUT_FACTS.format(style(place), style(_FACTS.replace("PLACE", place), MOST_PASTED))
                for place in self.without_facts
            ),
            *(_STALE.format(style(place)) for place in self.stale_facts),
        ]

    def _derived(self, style: Style) -> list[str]:
        """List the types that nobody has named, in one line."""
        derived = list(self.derived.items())
        if not derived:
            return []
        named = ", ".join(f"{style(name)} at {style(pointer(*place))}" for place, name in derived[:MOST_TYPES])
        more = f" and {len(derived) - MOST_TYPES} more" if len(derived) > MOST_TYPES else ""
        action = _TITLED.replace("TARGET", target_of(derived[0][0]))
        some = f"{len(derived)} types have" if len(derived) > 1 else "a type has"
        return [_DERIVED.format(*some.rsplit(" ", 1), named + more, style(action, MOST_PASTED))]

    def _most_names(self) -> int:
        """Return how many names a line may have, so that there is room for the changes."""
        for most in (MOST_NAMES, 20):
            if sum(len(line) for _, _, line in name_lines(self.impact, code, most)) < MOST_MARKDOWN // 4:
                return most
        return 4


def _classes(breaks: Mapping[str, list[str]]) -> str:
    """Say which classes of things break, and what lets them through."""
    if not breaks:
        return ""
    counted = ", ".join(f"{name} ({len(lines)})" for name, lines in breaks.items())
    return f" Breaks {counted}; CI wants the label {code(LABEL)}."


def _action(place: str) -> str:
    """Write the correction that would name an operation."""
    method, _, path = place.partition(" ")
    return _NAMED.replace("PATH", path).replace("METHOD", method.lower())


def _types(effect: Effect | None) -> str:
    """Say the Python types before and after."""
    if effect is None or (effect.old and effect.new and effect.old.type == effect.new.type):
        return ""
    before, after = (code(one.type.replace("_m.", "")) if one else "" for one in (effect.old, effect.new))
    return f" ({before} becomes {after})" if before and after else f" (was {before})" if before else f" ({after})"


def _rest(count: int, where: str) -> list[str]:
    return [f"{count} more are {where}."] if count > 0 else []


def _folded(title: str, lines: list[str]) -> str:
    return "".join([fold(title), *(f"- {line}\n" for line in lines), "\n</details>\n"]) if lines else ""


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
