"""Limits the size and depth of a document: many times what the vendor publishes, far below what could harm us.

The vendored document has 7,000 values, 14 levels, 65 schemas, 30 operations, and 777 characters in its longest text.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from scripts.corrections.grammar import values, walk
from scripts.safety.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPTH = 64  # levels of nesting; the generator spends about ten Python frames on each
VALUES = 250_000  # objects, lists and scalars together
TEXT = 100_000  # characters in one string
KEY = 300  # characters in one key
MEMBERS = 5_000  # entries of one object or list
OBJECTS = {"operation": 2_000, "schema": 50_000, "parameter": 10_000}
WHOLE = 2**64  # the largest integer, either sign
SIZES = ("minLength", "minItems", "minProperties")
SIZE = 10_000  # the largest minimum size of a value: the sandbox has to make such values


def check(document: dict[str, Any]) -> Iterator[Finding]:
    """Check depth, counts, lengths and numbers; stops at the first finding, because there could be very many."""
    for found in (*_values(document), *_objects(document)):
        yield found
        return


def _values(document: object) -> Iterator[Finding]:
    for seen, (steps, value) in enumerate(values(document)):
        reason = f"is one value too many: the limit is {VALUES}" if seen == VALUES else _too_much(value)
        if len(steps) > DEPTH:
            reason = f"is nested deeper than {DEPTH} levels"
        if reason:
            yield Finding(steps, reason)
            return


def _too_much(value: object) -> str | None:
    if isinstance(value, str):
        return f"is a text of {len(value)} characters, more than {TEXT}" if len(value) > TEXT else None
    if isinstance(value, (dict, list)) and len(value) > MEMBERS:
        return f"has {len(value)} entries, more than {MEMBERS}"
    if isinstance(value, dict) and any(len(key) > KEY for key in value):
        return f"has a key longer than {KEY} characters"
    if isinstance(value, float) and not math.isfinite(value):
        return "is a number too large to represent"
    return "is an integer beyond 64 bits" if isinstance(value, int) and abs(value) > WHOLE else None


def _objects(document: dict[str, Any]) -> Iterator[Finding]:
    counted: Counter[str] = Counter()
    for place in walk(document):
        counted[place.kind] += 1
        limit = OBJECTS.get(place.kind)
        if limit is not None and counted[place.kind] > limit:
            yield Finding(place.steps, f"is one {place.kind} too many: the limit is {limit}")
            return
        for keyword in SIZES if place.kind == "schema" else ():
            size = place.value.get(keyword)
            if isinstance(size, (int, float)) and size > SIZE:
                yield Finding((*place.steps, keyword), f"asks for values of {size} or more: the limit is {SIZE}")
