"""Lists the operations of a document, and pairs the old with the new ones."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from attrs import define, field

from scripts.changes.findings import Change, Direction, change
from scripts.changes.places import Place

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_FLIPPED: dict[Direction, Direction] = {"request": "response", "response": "request"}


@define(eq=False, slots=False)
class Operation:
    """One operation; for a webhook the API is the caller, so requests and responses are swapped."""

    method: str
    path: str
    place: Place
    item: Place
    webhook: bool = False

    @property
    def key(self) -> str:
        """Name the operation: `POST /job-interview-create`."""
        return f"{self.method.upper()} {'webhook ' if self.webhook else ''}{self.path}"

    def direction(self, written: Direction) -> Direction:
        """Whether our users send or receive a part of the operation."""
        return _FLIPPED[written] if self.webhook else written

    @property
    def id(self) -> str | None:
        """Return the operationId."""
        value = self.place.value.get("operationId")
        return value if isinstance(value, str) else None

    @cached_property
    def parameters(self) -> dict[tuple[str, str], Place]:
        """Return the parameters by location and name; the operation's own replace those of its path."""
        found: dict[tuple[str, str], Place] = {}
        for holder in (self.item, self.place):
            listed = holder.child("parameters")
            for element in listed.elements() if listed else ():
                place = element.followed()
                where, name = str(place.mapping().get("in")), str(place.value.get("name"))
                found[where, name.lower() if where == "header" else name] = place
        return found


def operations(root: Place) -> dict[str, Operation]:
    """Return every operation of a document, webhooks too, by its key and in document order."""
    found = (
        Operation(method, path, place, item, webhook=section == "webhooks")
        for section in ("paths", "webhooks")
        for path, item in path_items(root, section)
        for method in METHODS
        if (place := _shaped(item.child(method)))
    )
    return {operation.key: operation for operation in found}


def _shaped(place: Place | None) -> Place | None:
    if place:
        place.mapping()
    return place


def path_items(root: Place, section: str) -> Iterator[tuple[str, Place]]:
    """Return the paths (or webhooks) of a document with their path items."""
    holder = root.child(section)
    for path, item in holder.entries() if holder else ():
        if not path.startswith("x-"):
            place = item.followed()
            place.mapping()
            yield path, place


@define
class Pairing:
    """Old and new operations: those that are the same one, and those that are only in one document."""

    pairs: list[tuple[Operation, Operation]] = field(factory=list)
    gone: list[Operation] = field(factory=list)
    come: list[Operation] = field(factory=list)


def paired(old: Place, new: Place, equal: Callable[[Operation, Operation], bool]) -> Pairing:
    """Pair operations: by method and path, by a path with other parameter names, by operationId, by equal content."""
    before, after = operations(old), operations(new)
    pairing = Pairing(gone=list(before.values()), come=list(after.values()))
    _pair(pairing, lambda a, b: a.key == b.key)
    _pair(pairing, lambda a, b: _template(a.key) == _template(b.key))
    _pair(pairing, lambda a, b: a.id is not None and a.id == b.id)
    _pair(pairing, lambda a, b: _alike(a, b) and equal(a, b))
    return pairing


def _pair(pairing: Pairing, matches: Callable[[Operation, Operation], bool]) -> None:
    for old in list(pairing.gone):
        found = [new for new in pairing.come if new.webhook == old.webhook and matches(old, new)]
        if len(found) == 1:
            pairing.pairs.append((old, found[0]))
            pairing.gone.remove(old)
            pairing.come.remove(found[0])


def _template(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)


def _alike(old: Operation, new: Operation) -> bool:
    """Whether two operations have the same wording, and have any."""
    words = [(place.value.get("summary"), place.value.get("description")) for place in (old.place, new.place)]
    return words[0] == words[1] != (None, None)


def identity_changes(old: Operation, new: Operation) -> Iterator[Change]:
    """Compare the operationId, path, tags and deprecation of an operation."""
    places = old.place, new.place
    if _template(old.path) != _template(new.path):
        yield change("operation-path-changed", *places, "moved from {} to {}", old.key, new.key)
    if old.method != new.method:
        yield change(
            "operation-method-changed", *places, "method changed from {} to {}", old.method.upper(), new.method.upper()
        )
    for before, after in renamed(old, new).items():
        yield change("path-parameter-renamed", *places, "path parameter {} is now called {}", before, after)
    yield from _ids(old, new)
    if (is_ := new.place.value.get("deprecated") is True) != (old.place.value.get("deprecated") is True):
        rule, words = (
            ("operation-deprecated", "{} is deprecated")
            if is_
            else ("operation-undeprecated", "{} is deprecated no longer")
        )
        yield change(rule, *places, words, new.key)
    yield from _tags(old, new)


def renamed(old: Operation, new: Operation) -> dict[str, str]:
    """Return the path parameters that are only renamed, old to new."""
    if _template(old.path) != _template(new.path):
        return {}
    names = (re.findall(r"\{([^{}]*)\}", operation.path) for operation in (old, new))
    return {before: after for before, after in zip(*names, strict=True) if before != after}


def _ids(old: Operation, new: Operation) -> Iterator[Change]:
    places = old.place, new.place
    if old.id == new.id:
        return
    if old.id is None:
        yield change("operation-id-added", *places, "operationId is now {}", str(new.id))
    elif new.id is None:
        yield change("operation-id-removed", *places, "operationId {} is gone", old.id)
    else:
        yield change("operation-id-changed", *places, "operationId changed from {} to {}", old.id, new.id)


def _tags(old: Operation, new: Operation) -> Iterator[Change]:
    """Compare tags: the first decides the module of the generated code, the others are documentation."""
    before, after = _listed_tags(old), _listed_tags(new)
    places = old.place.child("tags") or old.place, new.place.child("tags") or new.place
    first = [tags[0] if tags else "none" for tags in (before, after)]
    if first[0] != first[1]:
        yield change("operation-tag-changed", *places, "first tag changed from {} to {}", *first)
    for tag in sorted(set(after[1:]) - set(before)):
        yield change("operation-tag-added", *places, "has another tag: {}", tag)
    for tag in sorted(set(before[1:]) - set(after)):
        yield change("operation-tag-removed", *places, "has lost a tag: {}", tag)


def _listed_tags(operation: Operation) -> list[str]:
    tags = operation.place.child("tags")
    return [str(place.value) for place in tags.elements()] if tags else []
