"""Wording: what a document says to people, which changes nothing for programs."""

from collections.abc import Iterator

from scripts.changes.findings import Change, change
from scripts.changes.labels import label
from scripts.changes.places import Place, same

# Keyword, rule, what it is called.
_KEYWORDS = (
    ("description", "description-changed", "description"),
    ("summary", "summary-changed", "summary"),
    ("title", "title-changed", "title"),
    ("example", "example-changed", "example"),
    ("examples", "example-changed", "examples"),
    ("externalDocs", "external-docs-changed", "link to documentation"),
    ("$comment", "comment-changed", "comment"),
)
KEYWORDS = frozenset(keyword for keyword, _, _ in _KEYWORDS)


def place_wording(old: Place, new: Place) -> Iterator[Change]:
    """Compare what two objects of a document other than schemas say about themselves."""
    yield from wording((old,), (new,), (old, new))


def wording(old: tuple[Place, ...], new: tuple[Place, ...], homes: tuple[Place, Place]) -> Iterator[Change]:
    """Compare what two lists of objects say about one thing, the outermost first."""
    for keyword, rule, words in _KEYWORDS:
        before = [child for part in old if (child := part.child(keyword))]
        after = [child for part in new if (child := part.child(keyword))]
        if _says_same(before, after):
            continue
        verb = "changed" if before and after else "added" if after else "removed"
        places = next(iter(before), homes[0]), next(iter(after), homes[1])
        yield change(rule, *places, f"{words} of {{}} {verb}", label(homes[1]))


def _says_same(before: list[Place], after: list[Place]) -> bool:
    """Compare the outermost words, which are the ones that count; what they override only where both have as many."""
    if len(before) == len(after):
        return all(same(one, other) for one, other in zip(before, after, strict=True))
    return bool(before and after) and same(before[0], after[0])
