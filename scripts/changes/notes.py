"""What a schema notes beside what it allows: defaults, read-only and write-only, deprecation, wording."""

from collections.abc import Iterator

from scripts.changes.branches import Branch
from scripts.changes.findings import Change, shown
from scripts.changes.labels import label
from scripts.changes.pairs import Pair, site
from scripts.changes.places import Place, canonical
from scripts.changes.variants import own_parts
from scripts.changes.wording import wording

Parts = tuple[Place, ...]


def notes(pair: Pair) -> Iterator[Change]:
    """Compare the notes of two schemas."""
    if not _split(pair):
        yield from _notes(pair, pair.old.common, pair.new.common, pair.homes)
    if len(pair.old.asides) == len(pair.new.asides):
        for old, new in zip(pair.old.asides, pair.new.asides, strict=True):
            yield from _notes(pair, (old,), (new,), (old, new))


def variant_notes(pair: Pair, old: Branch, new: Branch) -> Iterator[Change]:
    """Compare the notes that two variants have of their own; or all of them, if one side is no union."""
    parts = (old.parts, new.parts) if _split(pair) else _own(pair, old, new)
    homes = next(iter(parts[0]), pair.old_node.home), next(iter(parts[1]), pair.new_node.home)
    if any(parts):
        yield from _notes(pair, *parts, homes)


def _split(pair: Pair) -> bool:
    """Tell whether a schema became a union of several, or the other way round: what was said of all is said of one."""
    return (len(pair.old.branches) > 1) != (len(pair.new.branches) > 1)


def _own(pair: Pair, old: Branch, new: Branch) -> tuple[Parts, Parts]:
    return own_parts(old, pair.old.common), own_parts(new, pair.new.common)


def _notes(pair: Pair, old: Parts, new: Parts, homes: tuple[Place, Place]) -> Iterator[Change]:
    yield from _default(pair, old, new, homes)
    yield from _settings(pair, old, new, homes)
    yield from wording(old, new, homes)


def _default(pair: Pair, old: Parts, new: Parts, homes: tuple[Place, Place]) -> Iterator[Change]:
    places = site(old, "default", homes[0]), site(new, "default", homes[1])
    before, after = ([c for part in parts if (c := part.child("default"))] for parts in (old, new))
    texts = [shown(values[0].value) for values in (before, after) if values]
    name = label(homes[1])
    if before and after and canonical(before[0].value) != canonical(after[0].value):
        yield pair.change("default-changed", places, "default of {} changed from {} to {}", name, *texts)
    elif after and not before:
        yield pair.change("default-added", places, "{} has a default: {}", name, *texts)
    elif before and not after:
        yield pair.change("default-removed", places, "{} has no default any more: {}", name, *texts)


# A setting, the rule when it comes, the rule when it goes, and how each reads.
_SETTINGS = (
    ("readOnly", "read-only-added", "read-only-removed", "{} is read-only", "{} is read-only no longer"),
    ("writeOnly", "write-only-added", "write-only-removed", "{} is write-only", "{} is write-only no longer"),
    ("deprecated", "deprecated", "undeprecated", "{} is deprecated", "{} is deprecated no longer"),
)


def _settings(pair: Pair, old: Parts, new: Parts, homes: tuple[Place, Place]) -> Iterator[Change]:
    for keyword, comes, goes, coming, going in _SETTINGS:
        was, is_ = (any(part.value.get(keyword) is True for part in parts) for parts in (old, new))
        if was != is_:
            rule, words = (comes, coming) if is_ else (goes, going)
            places = site(old, keyword, homes[0]), site(new, keyword, homes[1])
            yield pair.change(rule, places, words, label(homes[1]))
