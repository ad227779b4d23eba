"""Reads from the corrections which differences between published document and generated code are declared.

This does not use `scripts.correct`. These differences can be declared, and nothing else:

- a name for an operation (`operationId`), and a name for a tag's resource (`x-resource-name`);
- an encoding of a text (`contentEncoding`, `contentMediaType`) where the document states none;
- an object that describes a tag which the published document leaves undescribed;
- an operation that the published document does not have, if it is marked `x-source`, and schemas it does not have;
- a change of meaning, only where its action says `x-changes-meaning: true`; then exactly that change is expected.

Everything else in the file (titles, one order for equal enum sets, wording, another notation for the same) must leave
the meaning as published. So it is not applied here, and a correction that changes the meaning by mistake is drift.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import jsonpath_rfc9535
from attrs import evolve, field, frozen

from scripts.contract.differences import Comparison
from scripts.contract.documents import METHODS
from scripts.contract.schemas import Schemas
from scripts.contract.values import Unreadable, follow, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.contract.schemas import Form

Place = tuple[int | str, ...]
ENCODING: Final = frozenset({"contentEncoding", "contentMediaType"})
FLAG: Final = "x-changes-meaning"


@frozen
class Declared:
    """The expected document, and what is declared about it. `resources`: tag -> name; `titles`: schema pointer -> name.

    `misfits`: actions that cannot be read, each by its pointer in the corrections file and why.
    """

    document: Mapping[str, Any]
    resources: Mapping[str, str] = field(factory=dict)
    titles: Mapping[str, str] = field(factory=dict)
    misfits: tuple[tuple[str, str], ...] = ()


def declared(document: Mapping[str, Any], corrections: Mapping[str, Any]) -> Declared:
    """Read the corrections against a published document; neither is changed."""
    known = Declared(document)
    for index, action in enumerate(corrections.get("actions", [])):
        try:
            for found in _query(str(action["target"])).find(known.document):  # type: ignore[arg-type]
                known = _take(known, action, found.location, found.value)
        except (jsonpath_rfc9535.JSONPathError, KeyError, TypeError, AttributeError, RecursionError) as problem:
            misfit = (f"/actions/{index}", f"cannot be read against the published document: {type(problem).__name__}")
            known = evolve(known, misfits=(*known.misfits, misfit))
    return known


def names_of_types(known: Declared) -> dict[str, str]:
    """Return the titles of types that have one content; where a title's places differ, it names none for sure."""
    read = Schemas(known.document)
    forms: dict[str, list[Form]] = {}
    components = {join("/components/schemas", title): title for title in known.titles.values()}
    for pointer, title in {**known.titles, **components}.items():
        with suppress(Unreadable):  # reading the whole document reports it; a component of that name may not exist
            forms.setdefault(title, []).append(read.read(follow(known.document, f"#{pointer}", pointer)[0], pointer))
    read.complete()
    alike = Comparison(lambda *_: None)
    apart = {
        title
        for title, places in forms.items()
        if not all(alike.same(places[0]["options"], one["options"]) for one in places)
    }
    return {pointer: title for pointer, title in known.titles.items() if title not in apart}


@cache
def _query(target: str) -> jsonpath_rfc9535.JSONPathQuery:
    return jsonpath_rfc9535.compile(target)


def _take(known: Declared, action: Mapping[str, Any], place: Place, value: object) -> Declared:
    """Add what one action declares about one place."""
    document, update = known.document, action.get("update")
    if action.get(FLAG) is True:
        return evolve(known, document=_changed(document, place, action))
    if place == ("tags",):  # an object that describes a tag, and may name its resource
        return evolve(known, document=_changed(document, place, {"update": update}))
    if not isinstance(update, dict):
        return known
    resources, titles = dict(known.resources), dict(known.titles)
    additions = [*_names(update, value, place), *_additions(update, value, place)]
    if "x-resource-name" in update and isinstance(value, dict):
        resources[str(value.get("name"))] = str(update["x-resource-name"])
        additions.append((place, {"x-resource-name": update["x-resource-name"]}))
    if isinstance(update.get("title"), str):
        titles[join("", *place)] = update["title"]
    for there, addition in additions:
        document = _changed(document, there, {"update": addition})
    return evolve(known, document=document, resources=resources, titles=titles)


def _names(update: Mapping[str, Any], value: object, place: Place) -> Iterator[tuple[Place, Form]]:
    """Find the operation name and the encoding of a text that an update declares, each with the object it goes into."""
    if not isinstance(value, dict):
        return
    if "operationId" in update and place[:1] == ("paths",):
        yield place, {"operationId": update["operationId"]}
    for keyword in sorted(ENCODING & update.keys() - value.keys()):
        yield place, {keyword: update[keyword]}


def _additions(update: object, value: object, place: Place) -> Iterator[tuple[Place, Form]]:
    """Find what an update adds: operations marked with their source, and components; nothing inside existing ones."""
    if not isinstance(update, dict) or not isinstance(value, dict):
        return
    for key, new in update.items():
        there = (*place, key)
        if key in value:
            yield from _additions(new, value[key], there)
        elif _addable(there, new):
            yield place, {key: new}


def _addable(place: Place, new: object) -> bool:
    if not isinstance(new, dict):
        return False
    match place:
        case ("paths", _):
            return all(isinstance(part, dict) and "x-source" in part for key, part in new.items() if key in METHODS)
        case ("paths", _, method):
            return method in METHODS and "x-source" in new
        case ("components",) | ("components", _) | ("components", _, _):
            return True
        case _:
            return False


def _changed(document: Any, place: Place, action: Mapping[str, Any]) -> Any:
    """Copy the document with an action applied at a place: removed, or merged as Overlay 1.0 says."""
    if not place:
        return _merged(document, action.get("update"))
    head, *rest = place
    if isinstance(document, list):
        entries = [_changed(v, tuple(rest), action) if i == head else v for i, v in enumerate(document)]
        return [v for i, v in enumerate(entries) if not (i == head and not rest and action.get("remove") is True)]
    if not rest and action.get("remove") is True:
        return {key: value for key, value in document.items() if key != head}
    return {**document, head: _changed(document[head], tuple(rest), action)}


def _merged(value: Any, update: Any) -> Any:
    if isinstance(value, dict) and isinstance(update, dict):
        return {**value, **{key: _merged(value[key], new) if key in value else new for key, new in update.items()}}
    if isinstance(value, list):
        return [*value, *update] if isinstance(update, list) else [*value, update]
    return update
