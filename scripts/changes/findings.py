"""One change between two documents, and its wording."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, TypeAlias

from attrs import frozen

from scripts.changes.places import Place
from scripts.changes.rules import RULES, Grade
from scripts.contract.values import canonical

Direction: TypeAlias = Literal["request", "response"]
LONGEST_VALUE = 100
# Extensions that the generator reads for names: of enum members, and of a tag's resource.
_NAMING = frozenset({"x-enum-varnames", "x-resource-name"})


@frozen
class Change:
    """One change. `old` and `new` are JSON pointers that resolve in their document.

    If one side lacks the thing, its pointer is that of the nearest place that would hold it.
    `template` is ours, with a `{}` for each of `values`, which are untrusted text of the document.
    """

    rule: str
    old: str
    new: str
    template: str
    values: tuple[str, ...] = ()
    direction: Direction | None = None
    operation: str | None = None
    name: str | None = None
    unstable: bool = False

    @property
    def grade(self) -> Grade:
        """Return the grade that the table of rules has; what is announced as unstable breaks nobody."""
        return min(RULES[self.rule], Grade.ADDITIVE) if self.unstable else RULES[self.rule]

    def order(self) -> tuple[Any, ...]:
        """Return the sort key in a report: the worst first, then by rule and place."""
        where = (self.rule, self.new, self.old, self.template, self.values)
        return (-self.grade, *where, self.operation or "", self.direction or "")

    @property
    def text(self) -> str:
        """Write the change in one printable line."""
        return self.template.format(*(f"'{visible(value)}'" for value in self.values))


def change(rule: str, old: Place, new: Place, template: str, *values: str) -> Change:
    """Make a change between two places."""
    return Change(rule, old.pointer, new.pointer, template, values)


def key_change(
    key: str, values: tuple[object, object], places: tuple[Place, Place], name: str, side: str = ""
) -> Change:
    """Make the change of a key that no other rule knows, or of an extension; `side` begins the rule of the former."""
    if rule := extension(key, *values):
        return change(rule, *places, "{} of {} changed", key, name)
    return change(f"{side}unclassified", *places, "{} of {} changed, which no rule knows", key, name)


def extension(key: str, old: object, new: object) -> str | None:
    """Return the rule for an extension (`x-...`) that went from one value to another, or None for a key of OpenAPI.

    `x-sunset` is the day from which a deprecated operation may be gone, `x-stability-level` is draft, alpha, beta or
    stable; both as oasdiff reads them.
    """
    if not key.startswith("x-"):
        return None
    if key == "x-sunset":
        return "sunset-removed" if new is None else "sunset-earlier" if str(new) < str(old or "") else "sunset-set"
    if key == "x-stability-level":
        was, now = (_LEVELS.index(one) if one in _LEVELS else len(_LEVELS) for one in (old, new))
        return "stability-lowered" if now < was else "stability-raised"
    return "naming-extension-changed" if key in _NAMING else "extension-changed"


# From least to most stable; an operation without a level is stable.
_LEVELS = ("draft", "alpha", "beta", "stable")


def is_unstable(operation: Mapping[str, Any]) -> bool:
    """Whether an operation is a draft or alpha, which may change in any way."""
    return operation.get("x-stability-level") in _LEVELS[:2]


def is_over(operation: Mapping[str, Any], today: date) -> bool:
    """Whether an operation is deprecated and its sunset has come."""
    return operation.get("deprecated") is True and "x-sunset" in operation and str(operation["x-sunset"]) <= str(today)


def shown(value: Any) -> str:
    """Write a value of the document: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else canonical(value)


def visible(text: str, longest: int = LONGEST_VALUE) -> str:
    """Make untrusted text one printable line: what does not print is escaped, what is too long is cut."""
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(char if _prints(char) else _escape(char) for char in text)


def _prints(char: str) -> bool:
    # C*: control, format (bidirectional ones too), surrogates, private, unassigned; Z* but the space: line ends and
    # odd spaces; M*: marks that pile up on their neighbours.
    return char == " " or unicodedata.category(char)[0] not in "CZM"


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if char <= "\uffff" else f"\\U{ord(char):08x}"
