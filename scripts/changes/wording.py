"""Compares wording: text for people, which has no effect on programs."""

from collections.abc import Iterator

from scripts.changes.findings import Change, change
from scripts.changes.labels import label
from scripts.changes.places import Place, same

# Keyword: its rule, and its name in messages.
WORDS = {
    "description": ("description-changed", "description"),
    "summary": ("summary-changed", "summary"),
    "title": ("title-changed", "title"),
    "example": ("example-changed", "example"),
    "examples": ("example-changed", "examples"),
    "externalDocs": ("external-docs-changed", "link to documentation"),
    "$comment": ("comment-changed", "comment"),
}
KEYWORDS = frozenset(WORDS)


def place_wording(old: Place, new: Place) -> Iterator[Change]:
    """Compare the wording of two objects of a document other than schemas."""
    for keyword, (rule, words) in WORDS.items():
        before, after = old.child(keyword), new.child(keyword)
        if not same(before, after):
            verb = "changed" if before and after else "added" if after else "removed"
            yield change(rule, before or old, after or new, f"{words} of {{}} {verb}", label(new))
