"""Writes the entry of an update in CHANGELOG.md, in the form of Keep a Changelog 1.1.0, newest first."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product

from scripts.changes.contracts import Report
from scripts.changes.impact import Effect, Impact
from scripts.changes.reports import Group, Style, code, condensed, counted
from scripts.changes.rules import Grade
from scripts.files.failures import Refused

SECTIONS = ("Added", "Changed", "Deprecated", "Removed")
_THING = (
    r"(operation|parameter|property|variant|server|header|body|enum-value|content-type|status|security-alternative)"
)
# The section of a rule: of the first pattern that matches, else "Changed".
_BY_RULE = (
    (re.compile(rf"(^|.*-){_THING}-added(-required|-optional)?"), "Added"),
    (re.compile(rf"(^|.*-){_THING}-removed(-required|-optional|-from-closed)?"), "Removed"),
    (re.compile(r"(.*-)?deprecated"), "Deprecated"),
)
# What the entry calls each kind of name; an operation's module appears as its method.
_MET = {
    "resource": "resources",
    "method": "operations",
    **dict.fromkeys(("model", "enum", "type alias"), "models"),
    "field": "fields",
    "enum member": "enum members",
    "parameter": "parameters",
}
# The most names in a line; the JSON form of an update's changelog has them all.
MOST_NAMES = 50
_BREAKING = {Grade.BREAKING: "**Breaking:** ", Grade.POTENTIALLY_BREAKING: "**Potentially breaking:** "}


def entry(version: str, day: date, report: Report, impact: Impact) -> str:
    """Write the entry of an update: what changed in the contract, and which generated names that touches."""
    lines: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for line in condensed(report, code):
        if line.grade is not Grade.DOCUMENTATION or "deprecated" in line.rule:
            lines[_section(line.groups[0])].append(f"- {_BREAKING.get(line.grade, '')}{_sentence(line.text)}")
    for section, grade, said in name_lines(impact, code):
        lines[section].append(f"- {_BREAKING[grade] if grade is Grade.BREAKING else ''}{said}")
    before, after = (code(text) for text in report.versions)
    versions = before if before == after else f"{before} to {after}"
    head = f"## [{version}] - {day.isoformat()}\n\nThe contract of JobMojito changed ({versions}): {counted(report)}.\n"
    return head + "".join(f"\n### {section}\n\n" + "\n".join(found) + "\n" for section, found in lines.items() if found)


def _section(group: Group) -> str:
    return next((section for pattern, section in _BY_RULE if pattern.fullmatch(group.rule)), "Changed")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def name_lines(impact: Impact, style: Style, most: int = MOST_NAMES) -> Iterator[tuple[str, Grade, str]]:
    """Say which generated names are added, changed and removed: a section, the worst grade, and a line for each kind.

    Breaking names have lines of their own.
    """
    for section, words, effects in (
        ("Added", "New {}", impact.appeared),
        ("Changed", "{} that changed", impact.changed),
        ("Removed", "{} that are gone", impact.vanished),
    ):
        named = list(shown(effects))
        for breaks, kind in product((True, False), dict.fromkeys(_MET.values())):
            alike = [one for one in named if _MET[one.name.kind] == kind and (one.grade is Grade.BREAKING) is breaks]
            if names := list(dict.fromkeys(style(one.name.written.removeprefix("models.")) for one in alike)):
                more = f" and {len(names) - most} more" if len(names) > most else ""
                line = f"{words.format(kind)}: {', '.join(names[:most])}{more}."
                yield section, max(one.grade for one in alike), f"{line[:1].upper()}{line[1:]}"


def shown(effects: Iterable[Effect]) -> Iterator[Effect]:
    """Leave out names inside a model or method that is added or removed too, and names that users never see."""
    listed = [effect for effect in effects if effect.name.kind in _MET]
    whole = {one.name.written for one in listed if not (one.old and one.new) and one.name.kind != "resource"}
    for effect in listed:
        written = effect.name.written
        if re.split(r"[.(](?=[^.(]*$)", written)[0] not in whole - {written}:
            yield effect


def without(text: str, version: str) -> str:
    """Take the entry of a version out."""
    return re.sub(rf"(?ms)^## \[{re.escape(version)}\].*?(?=^## |^\[[^\]]+\]: |\Z)", "", text)


def insert(text: str, new: str) -> str:
    """Put an entry above the newest one, but below `Unreleased`; Refused if the version has an entry already."""
    heading = new.partition("\n")[0].partition("]")[0] + "]"
    starts = [match.start() for match in re.finditer(r"^## .*$", text, re.MULTILINE)]
    if any(text.startswith(heading, start) for start in starts):
        raise Refused(f"CHANGELOG.md has an entry {heading.removeprefix('## ')} already")
    released = [start for start in starts if not text[start:].lower().startswith("## [unreleased]")]
    links = re.search(r"^\[[^\]]+\]: ", text, re.MULTILINE)
    end = links.start() if links and not released else len(text)
    place = released[0] if released else end
    before, after = text[:place].rstrip("\n"), text[place:]
    return (f"{before}\n\n" if before else "") + new.rstrip("\n") + "\n" + (f"\n{after}" if after else "")
