"""Compares bodies by content type, and the keys of an object that no other comparison covers."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from attrs import frozen

from scripts.changes.findings import Change, Direction, change, extension
from scripts.changes.labels import label
from scripts.changes.places import Place, same
from scripts.changes.wording import KEYWORDS, place_wording


@frozen
class Carried:
    """Two objects of a document that may hold a schema each, which are to be compared."""

    old: Place
    new: Place
    direction: Direction


# A comparison finds changes, and schemas to compare.
Found: TypeAlias = Change | Carried
_MEDIA = KEYWORDS | {"schema", "encoding"}


def media(holder: Place) -> dict[str, Place]:
    """Return the content of a body, answer or parameter by content type; case, spaces and utf-8 make no difference."""
    content = holder.child("content")
    return {_media_type(name): place for name, place in content.entries()} if content else {}


def _media_type(name: str) -> str:
    parts = [part.strip() for part in name.lower().split(";")]
    return "; ".join(part for part in parts if part.replace('"', "") != "charset=utf-8")


def content_changes(old: Place, new: Place, side: Direction) -> Iterator[Found]:
    """Compare bodies by content type."""
    before, after = media(old), media(new)
    for name, place in before.items():
        if name not in after:
            yield change(f"{side}-content-type-removed", place, new.child("content") or new, "no {} any more", name)
    for name, place in after.items():
        if name not in before:
            yield change(f"{side}-content-type-added", old.child("content") or old, place, "{} as well", name)
        else:
            yield from _one_type(before[name], place, side)


def _one_type(old: Place, new: Place, side: Direction) -> Iterator[Found]:
    old.mapping()
    new.mapping()
    yield from place_wording(old, new)
    yield from leftovers(old, new, _MEDIA)
    if not same(old.child("encoding"), new.child("encoding")):
        places = old.child("encoding") or old, new.child("encoding") or new
        yield change(f"{side}-encoding-changed", *places, "how the parts of {} are encoded changed", label(new))
    yield Carried(old, new, side)


def leftovers(
    old: Place, new: Place, known: AbstractSet[str], flags: AbstractSet[str] = frozenset()
) -> Iterator[Change]:
    """Report every other key of an object that differs; false is the same as absent."""
    for key in sorted((old.mapping().keys() | new.mapping().keys()) - known):
        before, after = old.child(key), new.child(key)
        off = key in flags and not (before and before.value) and not (after and after.value)
        if not off and not same(before, after):
            rule = extension(key, before and before.value, after and after.value)
            words = "{} of {} changed" if rule else "{} of {} changed, which no rule knows"
            yield change(rule or "unclassified", before or old, after or new, words, key, label(new))
