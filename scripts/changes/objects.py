"""Compares objects of a document other than schemas: their wording, their members, and keys that no rule knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scripts.changes.findings import Change, change, key_change
from scripts.changes.places import Place, label, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

# Keyword that is for people and has no effect on programs: its rule, and its name in messages.
WORDS: Final = {
    "description": ("description-changed", "description"),
    "summary": ("summary-changed", "summary"),
    "title": ("title-changed", "title"),
    "example": ("example-changed", "example"),
    "examples": ("example-changed", "examples"),
    "externalDocs": ("external-docs-changed", "link to documentation"),
    "$comment": ("comment-changed", "comment"),
}


def described(old: Place, new: Place, known: Iterable[str], flags: Iterable[str] = ()) -> Iterator[Change]:
    """Compare the wording of two objects, and every key that is not `known` to another comparison.

    `flags`: keys where false is the same as absent.
    """
    for keyword, (rule, words) in WORDS.items():
        before, after = old.child(keyword), new.child(keyword)
        if not same(before, after):
            verb = "changed" if before and after else "added" if after else "removed"
            yield change(rule, before or old, after or new, f"{words} of {{}} {verb}", label(new))
    yield from leftovers(old, new, {*known, *WORDS}, flags)


def leftovers(old: Place, new: Place, known: Iterable[str], flags: Iterable[str] = ()) -> Iterator[Change]:
    """Compare every key of two objects that is not `known`."""
    for key in sorted({*old.mapping(), *new.mapping()}.difference(known)):
        before, after = old.child(key), new.child(key)
        off = key in flags and not (before and before.value) and not (after and after.value)
        if not off and not same(before, after):
            values = before and before.value, after and after.value
            yield key_change(key, values, (before or old, after or new), label(new))


def one_sided(
    members: tuple[Mapping[str, Place], Mapping[str, Place]],
    holders: tuple[Place, Place],
    gone: tuple[str, str],
    come: tuple[str, str],
    sort: Callable[[str, Place], str] = lambda *_: "",
) -> Iterator[Change]:
    """Report the members that one of two objects has alone.

    `gone` and `come` are the rule and the words for a member of the old and of the new one; `sort` fills in the `{}`
    of a rule.
    """
    before, after = members
    for name in before.keys() - after.keys():
        place = before[name]
        yield change(gone[0].format(sort(name, place)), place, holders[1], gone[1], name)
    for name in after.keys() - before.keys():
        place = after[name]
        yield change(come[0].format(sort(name, place)), holders[0], place, come[1], name)


def turned(
    flags: Iterable[bool], places: tuple[Place, Place], on: tuple[str, str], off: tuple[str, str], *names: str
) -> Iterator[Change]:
    """Report a flag that went from one value to another; `on` and `off` are the rule and the words of each."""
    was, now = flags
    if was != now:
        rule, words = on if now else off
        yield change(rule, *places, words, *names)
