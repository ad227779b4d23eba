"""Lists the operations of a document, and pairs the old with the new ones."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from attrs import define, field

from scripts.changes.findings import Change, Direction, change
from scripts.changes.objects import turned
from scripts.changes.places import Place
from scripts.contract.documents import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FLIPPED: Final[dict[Direction, Direction]] = {"request": "response", "response": "request"}


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
        for element in (*self.item.elements("parameters"), *self.place.elements("parameters")):
            place = element.followed()
            where, name = str(place.mapping().get("in")), str(place.value.get("name"))
            found[where, name.lower() if where == "header" else name] = place
        return found

    @property
    def tags(self) -> list[str]:
        """Return the tags; the first decides the module of the generated code, the others are documentation."""
        return [str(place.value) for place in self.place.elements("tags")]


def operations(root: Place) -> dict[str, Operation]:
    """Return every operation of a document, webhooks too, by its key."""
    found: dict[str, Operation] = {}
    for section in ("paths", "webhooks"):
        for path, item in path_items(root, section).items():
            for method in METHODS:
                if place := item.child(method):
                    place.mapping()  # anything else cannot be read
                    operation = Operation(method, path, place, item, webhook=section == "webhooks")
                    found[operation.key] = operation
    return found


def path_items(root: Place, section: str) -> dict[str, Place]:
    """Return the paths (or webhooks) of a document with their path items."""
    items = root.entries(section).items()
    found = {path: item.followed() for path, item in items if not path.startswith("x-")}
    for item in found.values():
        item.mapping()  # anything else cannot be read
    return found


@define
class Pairing:
    """Old and new operations: those that are the same one, and those that are only in one document."""

    gone: list[Operation]
    come: list[Operation]
    pairs: list[tuple[Operation, Operation]] = field(factory=list)


def paired(old: Place, new: Place, equal: Callable[[Operation, Operation], bool]) -> Pairing:
    """Pair operations: by method and path, by a path with other parameter names, by operationId, by equal content."""
    pairing = Pairing([*operations(old).values()], [*operations(new).values()])
    for matches in (
        lambda a, b: a.key == b.key,
        lambda a, b: _template(a.key) == _template(b.key),
        lambda a, b: a.id is not None and a.id == b.id,
        lambda a, b: _alike(a, b) and equal(a, b),
    ):
        _pair(pairing, matches)
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
        methods = old.method.upper(), new.method.upper()
        yield change("operation-method-changed", *places, "method changed from {} to {}", *methods)
    for before, after in renamed(old, new).items():
        yield change("path-parameter-renamed", *places, "path parameter {} is now called {}", before, after)
    if old.id != new.id:
        yield _id_change(old, new)
    yield from turned(
        (place.is_true("deprecated") for place in places),
        places,
        ("operation-deprecated", "{} is deprecated"),
        ("operation-undeprecated", "{} is deprecated no longer"),
        new.key,
    )
    yield from _tag_changes(old, new)


def renamed(old: Operation, new: Operation) -> dict[str, str]:
    """Return the path parameters that are only renamed, old to new."""
    if _template(old.path) != _template(new.path):
        return {}
    names = (re.findall(r"\{([^{}]*)\}", operation.path) for operation in (old, new))
    return {before: after for before, after in zip(*names, strict=True) if before != after}


def _id_change(old: Operation, new: Operation) -> Change:
    places = old.place, new.place
    if old.id is None:
        return change("operation-id-added", *places, "operationId is now {}", str(new.id))
    if new.id is None:
        return change("operation-id-removed", *places, "operationId {} is gone", old.id)
    return change("operation-id-changed", *places, "operationId changed from {} to {}", old.id, new.id)


def _tag_changes(old: Operation, new: Operation) -> Iterator[Change]:
    before, after = old.tags, new.tags
    places = old.place.or_holder("tags"), new.place.or_holder("tags")
    first = [next(iter(tags), "none") for tags in (before, after)]
    if first[0] != first[1]:
        yield change("operation-tag-changed", *places, "first tag changed from {} to {}", *first)
    for tag in {*after[1:]} - {*before}:
        yield change("operation-tag-added", *places, "has another tag: {}", tag)
    for tag in {*before[1:]} - {*after}:
        yield change("operation-tag-removed", *places, "has lost a tag: {}", tag)
