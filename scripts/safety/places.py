"""Walks an untrusted document by the grammar of `scripts.corrections.grammar`, with servers, tags and links added.

References are not followed, so the walk always ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.corrections.grammar import GRAMMAR, LIST, MAP, ONE
from scripts.files.documents import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.corrections.grammar import Place as Steps

_MORE: dict[str, dict[str, tuple[str, str]]] = {
    "document": {"servers": (LIST, "server"), "tags": (LIST, "tag")},
    "components": {"links": (MAP, "link")},
    "path item": {"servers": (LIST, "server")},
    "operation": {"servers": (LIST, "server")},
    "response": {"links": (MAP, "link")},
    "link": {"server": (ONE, "server")},
}
_FIELDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    kind: {**GRAMMAR.get(kind, {}), **_MORE.get(kind, {})} for kind in {*GRAMMAR, *_MORE}
}


@frozen
class Place:
    """One object of the document: what kind it is, and the steps to it."""

    kind: str
    steps: Steps
    value: dict[str, Any]

    @property
    def pointer(self) -> str:
        """The place as an RFC 6901 pointer."""
        return pointer(*self.steps)

    @property
    def is_component(self) -> bool:
        """Whether it is a named component."""
        return self.steps[:1] == ("components",) and len(self.steps) == 3  # noqa: PLR2004 - components/<kind>/<name>


def walk(document: dict[str, Any]) -> Iterator[Place]:
    """Yield every object that the grammar knows, the document itself first, parents before children."""
    waiting = [Place("document", (), document)]
    while waiting:
        place = waiting.pop()
        yield place
        waiting.extend(reversed(list(_children(place))))


def values(document: object) -> Iterator[tuple[Steps, object]]:
    """Yield everything in the document, known to the grammar or not, with the steps to it."""
    waiting: list[tuple[Steps, object]] = [((), document)]
    while waiting:
        steps, value = waiting.pop()
        yield steps, value
        waiting.extend(reversed([((*steps, key), child) for key, child in _entries(value)]))


def _entries(value: object) -> list[tuple[str | int, object]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _children(place: Place) -> Iterator[Place]:
    fields = _FIELDS.get(place.kind, {})
    for key, value in place.value.items():
        arrangement, kind = fields.get(key) or fields.get("*") or ("", "")
        for step, child in [(None, value)] if arrangement == ONE else _entries(value) if arrangement else []:
            if isinstance(child, dict):
                yield Place(kind, (*place.steps, key) if step is None else (*place.steps, key, step), child)
