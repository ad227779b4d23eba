"""Fits the corrections to the next version of the document: each still applies, follows, is left out, or stops.

| its places in the new document | what becomes of the correction |
|---|---|
| as many as it says | nothing |
| none, but the same content has appeared under another name | its target follows |
| fewer or more, and it does not change what is valid | the new number |
| none: what it is about is gone, or needs no correction any more | it is left out |
| none, and something new resembles what it was about, or the document now says only a part of it | the update stops |

What stops is told all at once, each with its lines in the file and an action to be pasted.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, frozen

from scripts.corrections.grammar import copied
from scripts.corrections.lift import is_type
from scripts.corrections.overlays import act, find, target_of
from scripts.corrections.sources import renamed_in, sources
from scripts.files.documents import pointer
from scripts.files.failures import Refused
from scripts.files.staging import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.corrections.grammar import Place

_WORDING: Final = {"description", "summary", "example", "examples"}
_NAMES: Final = {"title", "operationId"}
_ALIKE: Final = 0.5  # the share of content in common from which a new thing may be a renamed one
_LEAST: Final = 4  # so many values have to be the same before two things under different names are taken for one
_PLAIN: Final = re.compile(r"[\w/{}.:-]+|[\w -]+")  # a name that can stand in a target as it is
_SHOWN: Final = 100  # characters of a target in a line
_Leaves = frozenset[tuple[str, str]]


@frozen
class Revision:
    """What becomes of the corrections.

    `overlay`: those that fit the new document. `changed`: the new action by index in the old overlay, None: left out.
    `renames`: names that targets follow, old to new; `moved`: paths and components, followed or not.
    `notes`: what a reviewer has to know, a line each.
    """

    overlay: dict[str, Any]
    changed: dict[int, dict[str, Any] | None]
    renames: dict[str, str]
    moved: dict[str, str]
    notes: tuple[str, ...]


class LostPlacesError(Refused):
    """Corrections that would lose something if they were left out; `details` has each with its ways out."""

    def __init__(self, details: list[str]) -> None:
        lines = "; ".join(one.partition("\n")[0] for one in details)
        super().__init__(f"corrections that lost their place in the document: {len(details)}; {lines}")
        self.details = details


@frozen
class _Fitted:
    """What becomes of one correction: the action (None: left out) and a note on it, or why it stops (`miss`).

    `follows`: the names that its target follows, old to new.
    """

    action: dict[str, Any] | None
    note: str = ""
    miss: str = ""
    follows: dict[str, str] = Factory(dict)


def revise(overlay: dict[str, Any], text: str, old: dict[str, Any], new: dict[str, Any]) -> Revision:
    """Fit an overlay, read from `text`, to a new document; both documents with nullability rewritten.

    Raises:
        LostPlacesError: leaving a correction out would lose what it says.
    """
    before, after = copied(old), copied(new)
    moved = renamed(old, new)
    fits, misses, notes = [], [], []
    for action, source in zip(overlay["actions"], sources(text), strict=True):
        place = f"{CORRECTIONS.as_posix()}, line {source.lines[0] + 1} (`{_cut(action['target'])}`)"
        try:
            fitted = _Correction(action, source.text(text), before, after, moved).fitted()
        except Refused as refusal:
            fitted = _Fitted(action, miss=str(refusal))
        misses += [f"{place}: {fitted.miss}"] if fitted.miss else []
        notes += [f"{place}: {fitted.note}"] if fitted.note else []
        with suppress(Refused):  # an old document that the action of today does not fit any more
            act(before, action)
        if fitted.action and not fitted.miss:
            act(after, fitted.action)
        fits.append(fitted)
    if misses:
        raise LostPlacesError(misses)
    changed = {index: one.action for index, one in enumerate(fits) if one.action is not overlay["actions"][index]}
    renames = {was: now for one in fits for was, now in one.follows.items()}
    for was, now in renames.items():
        notes.append(
            f"{CORRECTIONS.as_posix()}: {was} is {now} now; {sum(was in one.follows for one in fits)} targets follow"
        )
    kept = {**overlay, "actions": [one.action for one in fits if one.action]}
    return Revision(kept, changed, renames, moved, tuple(notes))


def renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Return the paths and components whose whole content is now under another name, and under no second one."""
    found: dict[str, str] = {}
    for before, after in zip(_named(old), _named(new), strict=True):
        gone = {name: _leaves(content, found) for name, content in before.items() if name not in after}
        come = {name: _leaves(content) for name, content in after.items() if name not in before}
        pairs = [(a, b) for a, b in product(gone, come) if gone[a] == come[b] and len(gone[a]) >= _LEAST]
        found |= {
            a: b for a, b in pairs if sum(a == one or b == other for one, other in pairs) == 1 and _PLAIN.fullmatch(b)
        }
    return found


@frozen
class _Gone:
    """What a correction was about and is not there any more: where, its name, and what resembles it (True: equals)."""

    within: str
    name: str
    successors: dict[str, bool]


@frozen
class _Correction:
    """One correction, its text in the file, and the two documents with the corrections before it applied."""

    action: dict[str, Any]
    source: str
    before: dict[str, Any]
    after: dict[str, Any]
    moved: dict[str, str]

    def fitted(self) -> _Fitted:
        expected, places = self.action["x-matches"], find(self.after, self.action["target"])
        found = len(places)
        if found == expected:
            return self._in_place(places)
        follows = self._following(self.moved)
        if follows.action and follows.action["x-matches"] > found:
            return follows
        if found and self.action.get("x-changes-meaning"):
            return _Fitted(self.action, miss=f"it changes what is valid, at {found} places now instead of {expected}")
        if found:
            return _Fitted({**self.action, "x-matches": found}, f"applies at {found} places, not at {expected}")
        return self._without_place()

    def _in_place(self, places: list[tuple[Place, Any]]) -> _Fitted:
        """Keep the correction, unless it gives a name to what has become neither an enum nor an object."""
        if "title" not in self.action.get("update", {}):
            return _Fitted(self.action)
        already = {place for place, schema in find(self.before, self.action["target"]) if not is_type(schema)}
        idle = [place for place, schema in places if not is_type(schema)]
        told = [pointer(*place) for place in idle if place not in already]
        note = f"not a type to be named any more, neither an enum nor an object: {', '.join(told)}" if told else ""
        return _Fitted(None if len(idle) == len(places) else self.action, note)

    def _following(self, names: Mapping[str, str]) -> _Fitted:
        """Fit the target with new names in it."""
        target = self.action["target"]
        used = {was: now for was, now in names.items() if renamed_in(target, {was: now}) != target}
        target = renamed_in(target, used)
        action = {**self.action, "target": target, "x-matches": len(find(self.after, target))}
        return _Fitted(action if used else None, follows=used)

    def _without_place(self) -> _Fitted:
        """Leave the correction out, unless that loses something."""
        places = find(self.before, self.action["target"])
        if not places:
            return _Fitted(
                self.action, miss="there is no such place in either document; correct the target, or delete it"
            )
        ends = [self._end(place) for place, _ in places]
        (first, *others) = ends
        if isinstance(first, _Gone) and not others and list(first.successors.values()) == [True]:
            return self._following({first.name: next(iter(first.successors))})
        ways = dict.fromkeys(way for place, end in zip(places, ends, strict=True) for way in self._ways(place[0], end))
        if not ways:
            return _Fitted(None, "left out: what it corrects is gone, or needs no correction any more")
        return _Fitted(self.action, miss="\n".join(ways))

    def _end(self, place: Place) -> Any:
        """Follow an old place into the new document: to what is there now, or to where it ends."""
        other, node = self.before, self.after
        for index, step in enumerate(place):
            at = _counterpart(other, node, step, self.moved)
            if at is None:
                return _Gone(pointer(*place[:index]), _name(other, step), self._successors(other, node, step))
            other, node = other[step], node[at]  # type: ignore[index]
        return node

    def _successors(self, other: Any, node: Any, step: str | int) -> dict[str, bool]:
        """Find what is new beside something that is gone, and resembles it; True where its content is the same."""
        known = {_name(other, one) for one in _steps(other)}
        come = {_name(node, one): node[one] for one in _steps(node) if _name(node, one) not in known}
        content, words, found = _leaves(other[step], self.moved), _leaves(other[step], self.moved, wording=True), {}
        for name, value in come.items():
            leaves = _leaves(value, wording=True)
            if _PLAIN.fullmatch(name) and leaves and len(words & leaves) >= _ALIKE * len(words | leaves):
                found[name] = _leaves(value) == content and len(content) >= _LEAST
        return found

    def _ways(self, place: Place, end: Any) -> Iterator[str]:
        """Yield the ways out, where leaving the correction out loses something: the first line says what."""
        if isinstance(end, _Gone):
            for name in end.successors:
                yield f"{end.within} has no {end.name} any more"
                yield f"  if {end.name} is {name} now, put this in its place; else delete it"
                yield renamed_in(self.source, {end.name: name}).rstrip("\n")
        elif not self.action.get("remove") and (lacking := _lacking(self.action["update"], end)):
            action = {"target": target_of(place), "description": self.action["description"], "x-matches": 1}
            yield f"{pointer(*place)} is there, but is not what its target asks for"
            yield "  put this in its place, which is what the document does not say itself; or delete it"
            yield f"  - {json.dumps({**action, 'update': lacking}, ensure_ascii=False)}"


def _cut(target: str) -> str:
    return target if len(target) <= _SHOWN else f"{target[:_SHOWN]}..."


def _counterpart(other: Any, node: Any, step: str | int, moved: Mapping[str, str]) -> str | int | None:
    """Find the step into the new document that leads to what an old step led to; None where that is gone."""
    if type(other) is not type(node):
        return None
    names = (_name(other, step), moved.get(str(step)))
    return next((one for one in _steps(node) if _name(node, one) in names), None)


def _steps(holder: Any) -> Iterator[str | int]:
    yield from holder if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()


def _name(holder: Any, step: str | int) -> str:
    """Name what is in an object or list: by its key, or by its `name`, or by its content."""
    if isinstance(holder, dict):
        return str(step)
    entry = holder[step]
    return str(entry["name"]) if isinstance(entry, dict) and "name" in entry else json.dumps(entry, sort_keys=True)


def _lacking(update: Any, node: Any) -> Any:
    """Return the part of an update that a node does not say yet, wording aside; None if it says everything."""
    if not isinstance(update, dict) or not isinstance(node, dict):
        return None if update == node or isinstance(node, list) else update
    parts = {key: _lacking(value, node[key]) if key in node else value for key, value in update.items()}
    return {key: part for key, part in parts.items() if part is not None and key not in _WORDING} or None


def _named(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return document.get("components", {}).get("schemas", {}), document.get("paths", {})


def _leaves(node: Any, moved: Mapping[str, str] | None = None, *, wording: bool = False) -> _Leaves:
    """Return all values in a node with their places; references under their new names, wording and names on demand."""
    ignored = set() if wording else _WORDING | _NAMES

    def walk(node: Any, place: str) -> Iterator[tuple[str, str]]:
        for step in _steps(node):
            inner = node[step]
            if isinstance(inner, dict | list):
                yield from walk(inner, f"{place}/{step}")
            elif step == "$ref":
                holder, _, name = str(inner).rpartition("/")
                yield f"{place}/{step}", f"{holder}/{(moved or {}).get(name, name)}"
            elif step not in ignored and (place or step != "name"):
                yield f"{place}/{step}", json.dumps(inner)

    return frozenset(walk(node, ""))
