"""Compares the notes of two types: defaults, flags, wording and extensions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from scripts.changes.findings import Change, change, key_change, shown
from scripts.changes.objects import WORDS
from scripts.changes.pairs import Branch, Pair
from scripts.changes.places import Place, label
from scripts.contract.values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.contract.schemas import Form


def _is_split(pair: Pair) -> bool:
    """Whether a type became a union of several, or the reverse: then notes of the whole became those of one."""
    return (len(pair.before) > 1) != (len(pair.after) > 1)


def notes_of_whole(pair: Pair) -> Iterator[Change]:
    """Compare what two types say of themselves as a whole."""
    if not _is_split(pair):
        yield from _notes(pair, _said(pair.old), _said(pair.new), lambda: pair.homes)
    asides = pair.old.get("asides", []), pair.new.get("asides", [])
    if len(asides[0]) == len(asides[1]):
        for old, new in zip(*asides, strict=True):
            yield from _notes(pair, old, new, lambda: pair.homes)


def notes_of_variants(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    """Compare what two alternatives say of themselves."""
    own = [branch.option.get("about", {}) for branch in (old, new)]
    if _is_split(pair):
        own = [{**_said(one), **more} for one, more in zip((pair.old, pair.new), own, strict=True)]
    yield from _notes(pair, own[0], own[1], lambda: pair.within(old, new, ""))


def _said(type_: Form) -> Form:
    return {**type_["about"], **type_["notes"]}


# A setting, the rules when it is added and removed, and the text of each.
_SETTINGS: Final = (
    ("readOnly", "read-only-added", "read-only-removed", "{} is read-only", "{} is read-only no longer"),
    ("writeOnly", "write-only-added", "write-only-removed", "{} is write-only", "{} is write-only no longer"),
    ("deprecated", "deprecated", "undeprecated", "{} is deprecated", "{} is deprecated no longer"),
)
_TOLD: Final = frozenset({"exactly one", "branches", "default", *(row[0] for row in _SETTINGS)})


def _notes(pair: Pair, old: Form, new: Form, places: Callable[[], tuple[Place, Place]]) -> Iterator[Change]:
    """Compare the notes of two schemas; most are equal, and then their places are not looked up."""
    if json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True):
        return
    homes = places()
    name = label(homes[1])
    yield from _default(pair, old, new, homes)
    for keyword, comes, goes, coming, going in _SETTINGS:
        was, now = (one.get(keyword) is True for one in (old, new))
        if was != now:
            yield pair.change(comes if now else goes, _at(pair, keyword, homes), coming if now else going, name)
    for keyword in sorted((old.keys() | new.keys()) - _TOLD):
        if keyword not in old or keyword not in new or canonical(old[keyword]) != canonical(new[keyword]):
            yield from _note(pair, keyword, (old, new), _at(pair, keyword, homes), name)


def _note(
    pair: Pair, keyword: str, notes: tuple[Form, Form], places: tuple[Place, Place], name: str
) -> Iterator[Change]:
    """Report a keyword that differs."""
    old, new = (one.get(keyword) for one in notes)
    if keyword in WORDS:
        rule, words = WORDS[keyword]
        verb = "changed" if all(keyword in one for one in notes) else "added" if keyword in notes[1] else "removed"
        yield change(rule, *places, f"{words} of {{}} {verb}", name)
    elif keyword == "discriminator":
        yield pair.change("discriminator-changed", places, "how variants of {} are told apart changed", name)
    elif keyword == "x-extensible-enum":
        known = [{canonical(one): one for one in some} if isinstance(some, list) else {} for some in (old, new)]
        yield from pair.values(("known-value", "known value"), places, *known)
    else:
        yield key_change(keyword, (old, new), places, name, f"{pair.direction}-")


_DEFAULTS: Final = {  # whether there was one, and is one
    (True, True): ("default-changed", "default of {} changed from {} to {}"),
    (False, True): ("default-added", "{} has a default: {}"),
    (True, False): ("default-removed", "{} has no default any more: {}"),
}


def _default(pair: Pair, old: Form, new: Form, homes: tuple[Place, Place]) -> Iterator[Change]:
    values = [one["default"] for one in (old, new) if "default" in one]
    if len({canonical(value) for value in values}) == len(values) > 0:
        rule, words = _DEFAULTS["default" in old, "default" in new]
        yield pair.change(rule, _at(pair, "default", homes), words, label(homes[1]), *map(shown, values))


def _at(pair: Pair, keyword: str, homes: tuple[Place, Place]) -> tuple[Place, Place]:
    return pair.at(keyword, homes[0].pointer, homes[1].pointer)
