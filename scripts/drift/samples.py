"""Makes JSON values that fit a node of the published document, the same ones every time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from scripts.drift.nodes import Array, Enumeration, Node, Option, Scalar, Structure
from scripts.drift.published import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEEP: Final = 6
TEXTS: Final = {
    "uuid": "93c98d21-e04d-4a84-9afa-ed154cf73636",
    "date": "2024-02-29",
    "date-time": "2024-02-29T12:30:00+00:00",
}
# Tried in turn for a text that has a pattern and no example of its own.
WORDS: Final = ("a", "1", "A1", "abc", "2024-02-29", "+420123456789", "a@example.org", "https://example.org/")


class Unsampled(Exception):  # noqa: N818 - says what happened; the caller leaves the place out
    """No value that fits is known here."""


def samples(node: Node, *, full: bool) -> Iterator[Any]:
    """Yield a value for each option of a node; `full` sets every property, otherwise the required ones alone."""
    for option in node.options:
        yield _option(option, node, full=full, depth=0)
    if node.nullable:
        yield None


def sample(node: Node, *, full: bool, depth: int = 0) -> Any:
    """Make a value of a node's first option."""
    for option in node.options:
        return _option(option, node, full=full, depth=depth)
    return None


def _option(option: Option, node: Node, *, full: bool, depth: int) -> Any:
    if depth > DEEP:
        raise Unsampled
    if isinstance(option, Enumeration):
        return option.values[-1]
    if isinstance(option, Array):
        count = max(1, int(_number(option.limits, "minItems", 1)))
        return [sample(option.item, full=full, depth=depth + 1) for _ in range(count)]
    if isinstance(option, Structure):
        return _object(option, full=full, depth=depth)
    return _scalar(option, node)


def _object(structure: Structure, *, full: bool, depth: int) -> dict[str, Any]:
    members = structure.read()
    made: dict[str, Any] = {}
    for name, found in members.properties.items():
        if not (full or found.required):
            continue
        try:
            made[name] = sample(found.node, full=full, depth=depth + 1)
        except Unsampled:
            if found.required:
                raise
    if full and members.additional is not None:
        made["never heard of"] = sample(members.additional, full=full, depth=depth + 1)
    return made


def _scalar(option: Scalar, node: Node) -> Any:
    if option.kind in ("integer", "number"):
        return _figure(option)
    if option.kind in ("boolean", "any"):
        return {"boolean": True, "any": {"any": ["value", 1, None]}}[option.kind]
    text = TEXTS.get(option.kind)
    return text or _text(option.limits, node.notes.get(EXAMPLE))


def _text(limits: Mapping[str, object], example: object) -> str:
    low, high = int(_number(limits, "minLength", 0)), int(_number(limits, "maxLength", 1_000_000))
    given = [example] if isinstance(example, str) else []
    words = [*given, *WORDS, *(word * low for word in WORDS)]
    pattern = re.compile(str(limits.get("pattern", "")) if is_readable(limits.get("pattern", "")) else "")
    for word in words:
        if low <= len(word) <= high and pattern.search(word):
            return word
    raise Unsampled


def is_readable(pattern: object) -> bool:
    """Tell whether Python can read a regular expression; the document's are ECMAScript's."""
    try:
        re.compile(str(pattern))
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _figure(option: Scalar) -> float:
    limits = option.limits
    step = _number(limits, "multipleOf", 1)
    low = _number(limits, "minimum", _number(limits, "exclusiveMinimum", -step) + step)
    high = _number(limits, "maximum", _number(limits, "exclusiveMaximum", low + 3 * step) - step)
    if option.kind == "integer" or (low == int(low) and high >= low + 1):
        return int(-(-low // step) * step)
    return min(low + (high - low) / 2, high) if high > low else low


def _number(limits: Mapping[str, object], key: str, default: float) -> float:
    found = limits.get(key, default)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else default
