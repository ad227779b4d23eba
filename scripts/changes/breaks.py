"""Sorts what two clients break into four classes, in the manner of buf, and measures where that can be done.

| class | what a user meets | where it comes from |
|---|---|---|
| WIRE | a call sends something else, is refused, or has nowhere to go | the same calls made by both; contract |
| JSON | an answer or delivery is read differently | the same answers read by both; contract |
| SOURCE | code does not import, run or type-check any more | names, griffe's signatures, mypy over users' snippets |
| BEHAVIOUR | a call may be repeated, costs or mails where it did not, or has another default | facts.json; contract |

The contract is the effective one, so that a change of the corrections counts like one of the document.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Final

import griffe
from attrs import frozen

from scripts.changes.contracts import Report, compare
from scripts.changes.entries import shown
from scripts.changes.impact import Impact, impact
from scripts.changes.reports import grouped, subject
from scripts.changes.rules import Grade
from scripts.changes.wire import WireDifference, read_line, sent_line
from scripts.changes.wire import compare as compare_wire
from scripts.files.documents import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from scripts.changes.findings import Change
    from scripts.changes.reports import Style

LABEL: Final = "breaking-approved"
SNIPPETS: Final = "tests/typing"
# Changes of the contract that no class has by their direction alone.
_BY_RULE: Final = {
    "server-default-changed": "WIRE",
    "stability-lowered": "BEHAVIOUR",
    "request-default-changed": "BEHAVIOUR",
    "request-default-removed": "BEHAVIOUR",
}
_FACTS: Final = {
    "costs": ("costs credits now", "costs no credits any more"),
    "mails": ("sends mail now", "sends no mail any more"),
    "repeatable": ("is repeated now after a failure", "is not repeated any more after a failure"),
}
_LONGEST: Final = 300  # characters of what mypy says
_HARMLESS: Final = {("costs", False), ("mails", False)}


@frozen(slots=False)
class Breaks:
    """What breaks between two generated packages (folders named `jobmojito_api`).

    `signatures`: what griffe finds broken, by name. `snippets`: what mypy says of users' code that was right before.
    """

    old: Path
    new: Path
    wire: WireDifference
    impact: Impact
    signatures: Mapping[str, str]
    snippets: tuple[str, ...] = ()

    def lines(self, style: Style) -> dict[str, list[str]]:
        """Return each class in which something breaks, and what, a line each."""
        measured = {
            # A body of the same properties in another order is another text, and breaks nothing.
            "WIRE": [sent_line(one, style) for one in self.wire.sent if one.place != "/bytes"],
            "JSON": [read_line(one, style) for one in self.wire.read],
            "SOURCE": [*self._names(style), *(style(line, _LONGEST) for line in self.snippets)],
            "BEHAVIOUR": [*self._facts(style)],
        }
        found = {name: [*lines, *self._by_contract(name, style)] for name, lines in measured.items()}
        return {name: lines for name, lines in found.items() if lines}

    @cached_property
    def _report(self) -> Report:
        """The changes of the effective contract: of the document and of its corrections."""
        return compare(*(load(package / "contract.json") for package in (self.old, self.new)))

    def _by_contract(self, name: str, style: Style) -> Iterator[str]:
        """Tell what breaks by contract."""
        yield from (subject(group, style) for group in grouped(self._report) if _class(group.lead) == name)

    def _names(self, style: Style) -> Iterator[str]:
        """Tell the names that are gone or have another type, and what griffe sees beside them."""
        told = {effect.name.written for effect in self.impact.effects}
        for effect in shown(self.impact.effects):
            if effect.grade >= Grade.POTENTIALLY_BREAKING:
                before, after = (one.type.replace("_m.", "") if one else "" for one in (effect.old, effect.new))
                if effect.old is None or effect.new is None:
                    yield f"{style(effect.name.written)} {'is gone' if effect.old else 'must be given'}"
                else:
                    yield f"{style(effect.name.written)} was {style(before)} and is {style(after)}"
        for place, what in self.signatures.items():
            if not any(place == one or place.startswith(f"{one}.") or one.startswith(f"{place}(") for one in told):
                yield f"{style(place)}: {what}"

    def _facts(self, style: Style) -> Iterator[str]:
        """Tell what of the facts of operations is another now."""
        before, after = (load(package / "facts.json")["operations"] for package in (self.old, self.new))
        for operation in sorted(before.keys() & after.keys()):
            for fact, (gained, lost) in _FACTS.items():
                now = after[operation][fact]
                if now != before[operation][fact] and (fact, now) not in _HARMLESS:
                    yield f"{style(operation)} {gained if now else lost}"


def measure(old: Path, new: Path, snippets: Sequence[str] = ()) -> Breaks:
    """Compare two generated packages in every way.

    Raises:
        Refused: a package cannot be read or imported.
    """
    with ThreadPoolExecutor(1) as beside:  # it mostly waits for the processes that call the packages
        wire = beside.submit(compare_wire, old, new)
        names, found = impact(old, new), signatures(old, new)
        return Breaks(old, new, wire.result(), names, found, tuple(snippets))


def _class(change: Change) -> str | None:
    """Return the class of a change of the contract; None for one that breaks nothing."""
    if change.rule in _BY_RULE:
        return _BY_RULE[change.rule] if change.grade >= Grade.POTENTIALLY_BREAKING else None
    if change.grade is not Grade.BREAKING:
        return None
    return "JSON" if change.direction == "response" else "WIRE"


def signatures(old: Path, new: Path) -> dict[str, str]:
    """Return what griffe finds broken in the source of a package, by the name that users write.

    Modules of the runtime count too. A model is written without its module, the functions of an operation and its
    awaited method as its method.
    """
    found: dict[str, str] = {}
    for path in sorted(old.rglob("*.py")):
        before, after = ((package / path.relative_to(old)) for package in (old, new))
        name = ".".join((old.name, *path.relative_to(old).with_suffix("").parts)).removesuffix(".__init__")
        if not after.exists():
            found[_written(name)] = "module was removed"
        elif before.read_bytes() != after.read_bytes():
            modules = [griffe.visit(name, one, one.read_text(encoding="utf-8")) for one in (before, after)]
            broken = griffe.find_breaking_changes(*modules)
            found |= {_written(one.obj.path): one.kind.value.lower() for one in broken}
    return found


def _written(path: str) -> str:
    """Return a name as users write it, from its path in the package."""
    match path.split(".")[1:]:
        case ["models", _, *inside] if inside:
            return ".".join(["models", *inside])
        case ["api", tag, operation, *_]:
            return f"{tag}.{operation}"
        case ["resources", resource, _, *inside] if inside:
            return ".".join([resource, *inside])
        case parts:
            return ".".join(parts)


def try_snippets(folder: Path, root: Path) -> tuple[str, ...]:
    """Check users' snippets (`tests/typing` in `folder`) against overlay and generated package of a checkout.

    Returns what mypy finds, a line each, with file and line of the snippet; a defect of mypy's run is a line too.
    """
    command = [sys.executable, "-m", "mypy", "--config-file", str(root / "pyproject.toml"), "--cache-dir=/dev/null"]
    done = subprocess.run(
        [*command, "--no-error-summary", "--hide-error-context", SNIPPETS],
        cwd=folder,
        env={**os.environ, "MYPYPATH": os.pathsep.join(str(root / name) for name in ("overlay", "generated"))},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if ": note: " not in line]
    return tuple(lines or done.stderr.splitlines()[-1:]) if done.returncode else ()
