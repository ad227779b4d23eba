"""Writes a report as text, Markdown and JSON.

Text of the document is never trusted: in every form it is one printable line (unprintable characters are escaped, long
text is cut), and in Markdown it is in code spans, where links, mentions, HTML and references have no effect.
"""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Protocol

from attrs import frozen

from scripts.changes.contracts import Report
from scripts.changes.findings import LONGEST_VALUE, Change, visible
from scripts.changes.rules import Grade

# The most operations or places that a group names; JSON has them all.
MOST_NAMED = 6
# A pull request's body may have 65536 characters; this leaves room for its other parts.
MOST_MARKDOWN = 50_000

# The most characters of a pointer in text and Markdown; the contract's longest is far shorter.
LONGEST_POINTER = 300


class Style(Protocol):
    """Quotes untrusted text for one form, and cuts it if it is too long."""

    def __call__(self, text: str, longest: int = LONGEST_VALUE, /) -> str:
        """Return the text quoted, on one line."""
        ...


@frozen
class Group:
    """One change with every operation that it touches; or all changes of wording of one kind."""

    grade: Grade
    rule: str
    lead: Change
    changes: tuple[Change, ...]

    @property
    def operations(self) -> list[str]:
        """Return the operations touched, with our names where they are known."""
        found = {f"{c.operation} ({c.name})" if c.name else c.operation for c in self.changes if c.operation}
        return sorted(found)


def grouped(report: Report) -> list[Group]:
    """Group the changes of the same rule at the same place; changes of wording by their rule alone."""

    def key(item: Change) -> tuple[object, ...]:
        alike = (-item.grade, item.rule)
        return alike if _is_wording(item) else (*alike, item.new, item.old, item.template, item.values)

    groups = (tuple(changes) for _, changes in groupby(sorted(report.changes, key=Change.order), key))
    return [Group(changes[0].grade, changes[0].rule, changes[0], changes) for changes in groups]


def _is_wording(item: Change) -> bool:
    return item.grade is Grade.DOCUMENTATION and item.rule in _WORDING


_WORDING = {f"{what}-changed" for what in ("description", "summary", "title", "example", "external-docs", "comment")}


def plain(text: str, longest: int = LONGEST_VALUE, /) -> str:
    """Quote untrusted text for a terminal."""
    return f"'{visible(text, longest)}'"


def code(text: str, longest: int = LONGEST_VALUE, /) -> str:
    """Quote untrusted text for Markdown: a code span with a fence longer than any run of backticks inside."""
    shown = visible(text, longest)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown[:1] in {"`", " "} or shown[-1:] in {"`", " "} or not shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def said(item: Change, style: Style) -> str:
    """Write a change in one line."""
    return item.template.format(*(style(value) for value in item.values))


def headline(report: Report, style: Style) -> str:
    """Say in one line how much changed."""
    before, after = report.versions
    versions = style(before) if before == after else f"{style(before)} to {style(after)}"
    return f"{style(report.title)} {versions}: {counted(report)}"


def counted(report: Report) -> str:
    """Say how many changes there are of each grade."""
    return ", ".join(f"{count} {grade}" for grade, count in counts(report).items() if count) or "no changes"


def counts(report: Report) -> dict[str, int]:
    """Count the changes of each grade, worst first; a change in several operations counts once."""
    groups = grouped(report)
    return {
        grade.label: sum(len(_places(group)) for group in groups if group.grade is grade)
        for grade in sorted(Grade, reverse=True)
    }


def _places(group: Group) -> list[Change]:
    """Return one change for each place of a group."""
    return list({(item.old, item.new, item.values): item for item in group.changes}.values())


def as_text(report: Report) -> str:
    """Write the report for a terminal."""
    lines = [headline(report, plain)]
    for grade, groups in groupby(grouped(report), lambda group: group.grade):
        lines.extend(["", grade.label.upper()])
        for group in groups:
            lines.append(f"- {subject(group, plain)} [{group.rule}]")
            lines.extend(f"  {place}" for place in [where(group, plain)] if place)
    return "\n".join(lines) + "\n"


def where(group: Group, style: Style) -> str:
    """Return the JSON pointers of a group in both documents; nothing for wording, which has many places."""
    if _is_wording(group.lead):
        return ""
    old, new = (_pointer(text, style) for text in (group.lead.old, group.lead.new))
    return f"at {new}" if old == new else f"old {old}, new {new}"


def _pointer(pointer: str, style: Style) -> str:
    return style(pointer, LONGEST_POINTER) if pointer else "the whole document"


def subject(group: Group, style: Style, most: int = MOST_NAMED) -> str:
    """Write what changed in a group and where, without its grade and rule."""
    if _is_wording(group.lead):
        places = [item.values[0] if item.values else item.new for item in _places(group)]
        what = f"{group.rule.removesuffix('-changed').replace('-', ' ')} changed"
        return f"{what} in {_named(places, style)}"
    words = said(group.lead, style)
    if group.lead.rule in _ITSELF:
        return f"{words} ({style(group.lead.name)})" if group.lead.name else words
    return words + _users(group.lead, group.operations, style, most)


# Rules whose text names the operation already.
_ITSELF = {
    f"operation-{what}"
    for what in ("added", "removed", "removed-after-sunset", "deprecated", "undeprecated", "path-changed")
}
_WAYS = {"request": "sent to", "response": "received from", None: "in"}


def _users(lead: Change, operations: list[str], style: Style, most: int) -> str:
    """Say which operations send or receive what changed."""
    return f", {_WAYS[lead.direction]} {_named(operations, style, most)}" if operations else ""


def _named(names: list[str], style: Style, most: int = MOST_NAMED) -> str:
    shown = ", ".join(style(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


@frozen
class Line:
    """One line about one change, or about alike changes of several members of one type in the same operations."""

    grade: Grade
    text: str
    groups: tuple[Group, ...]

    @property
    def rule(self) -> str:
        """Return the rule of all of them."""
        return self.groups[0].rule


def condensed(report: Report, style: Style, most: int = MOST_NAMED) -> list[Line]:
    """Write the changes in few lines: twelve new properties of one answer are one, and one new value in five places.

    `most`: the operations that a line names.
    """
    lines: dict[tuple[object, ...], list[Group]] = {}
    for group in grouped(report):
        lines.setdefault(_shared(group, by_holder=True), []).append(group)
    merged: dict[tuple[object, ...], list[Group]] = {}
    for some in lines.values():
        merged.setdefault(_shared(some[0], by_holder=False) if len(some) == 1 else (id(some),), []).extend(some)
    return [Line(some[0].grade, _together(some, style, most), tuple(some)) for some in merged.values()]


def _shared(group: Group, *, by_holder: bool) -> tuple[object, ...]:
    """Say what groups that are told in one line have in common: the type, or the name of the member."""
    lead = group.lead
    if not lead.values or not lead.template.startswith("{} ") or "." not in lead.values[0]:
        return (id(group),)
    holder, _, member = lead.values[0].rpartition(".")
    own = (holder, *group.operations) if by_holder else ("", member)
    return (group.rule, lead.template, lead.direction, lead.values[1:], *own)


def _together(groups: list[Group], style: Style, most: int) -> str:
    lead = groups[0].lead
    if len(groups) == 1:
        return subject(groups[0], style, most)
    holders, members = ([group.lead.values[0].rpartition(".")[part] for group in groups] for part in (0, 2))
    values = [style(value) for value in lead.values[1:]]
    operations = sorted({name for group in groups for name in group.operations})
    where = _users(lead, operations, style, most)
    verb = lead.template.removeprefix("{} ")
    if len(set(holders)) > 1:
        return f"{style(members[0])} {verb.format(*values)}, in {len(groups)} places: {_named(holders, style)}{where}"
    verb = re.sub(r"^has\b", "have", re.sub(r"^is\b", "are", verb))
    return f"{len(groups)} properties of {style(holders[0])} {verb.format(*values)}: {_named(members, style)}{where}"


def as_markdown(report: Report, most: int = MOST_MARKDOWN, *, folded: bool = False) -> str:
    """Write the report in Markdown, in no more than `most` characters: the worst first, the rest counted.

    `folded`: each grade is a part that a reader opens.
    """
    blocks = list(_blocks(report, folded=folded))
    text, left = f"{headline(report, code)}\n", sum(1 for block in blocks if block.startswith("- "))
    is_open = False
    for block in blocks:
        if len(text) + len(block) > most - 150:
            rest = f"\n{left} more lines do not fit here; the JSON form of the changelog has everything.\n"
            return text + (_FOLD_END if is_open else "") + rest
        text += block
        is_open = (is_open or block.startswith("\n<details>")) and block != _FOLD_END
        left -= block.startswith("- ")
    return text


_FOLD_END = "\n</details>\n"


def _blocks(report: Report, *, folded: bool) -> Iterator[str]:
    for grade, lines in groupby(condensed(report, code), lambda line: line.grade):
        some, title = list(lines), grade.label.capitalize()
        yield fold(f"{title}: {len(some)} lines") if folded else f"\n### {title}\n\n"
        for line in some:
            place = where(line.groups[0], code) if len(line.groups) == 1 and not folded else ""
            yield f"- {line.text} ({', '.join(filter(None, (code(line.rule), place)))})\n"
        if folded:
            yield _FOLD_END


def fold(title: str) -> str:
    """Begin a part that a reader opens; the title is our own text."""
    return f"\n<details>\n<summary>{title}</summary>\n\n"


def as_json(report: Report) -> str:
    """Write every change by itself, in ASCII; changes with the same `group` are one change in several operations."""
    places = {id(item): number for number, group in enumerate(grouped(report)) for item in group.changes}
    content = {
        "title": report.title,
        "versions": {"old": report.versions[0], "new": report.versions[1]},
        "grade": report.grade.label if report.grade is not None else None,
        "counts": counts(report),
        "changes": [{**_row(item), "group": places[id(item)]} for item in report.changes],
    }
    return json.dumps(content, indent=2) + "\n"


def _row(item: Change) -> dict[str, str | None]:
    return {
        "id": item.rule,
        "grade": item.grade.label,
        "operation": item.operation,
        "name": item.name,
        "direction": item.direction,
        "old": item.old,
        "new": item.new,
        "text": item.text,
    }
