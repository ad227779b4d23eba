"""Makes sample values of a type in the canonical form: the smallest value, and values that differ from it in one place.

The smallest value comes first; the others have an edge value (null, empty, a limit, Unicode) or an optional property
more, and the last one of an object has all its properties. Every sample is one that the type allows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.contract.schemas import Form

# So deep edge values are made; further in, a value is the smallest one.
DEPTH: Final = 3
FILE: Final = "content of a file"
_TEXTS: Final[Mapping[str, str]] = {
    "uuid": "5a6d9c1e-0b1f-4c53-9d55-0c2f6a1e7b10",
    "date": "2026-01-15",
    "date-time": "2026-01-15T09:30:00Z",
    "email": "sample@example.com",
    "uri": "https://example.com/sample",
}
_PATTERN_TRIES: Final = (*_TEXTS.values(), "sample", "SAMPLE", "en", "123456", "+15550100", "")
_LONG: Final = 2000  # characters; longer texts than that are not made
_UNICODE: Final = "Zoë Ŕ 漢 🙂 &=+%/"


def smallest(type_: Form, depth: int = 0) -> Any:
    """Return the smallest value of a type."""
    return _smallest(type_["options"][0], depth) if type_["options"] else None


def variations(type_: Form, depth: int = 0) -> Iterator[Any]:
    """Return the smallest value of each alternative, then values that differ from it in one place."""
    if type_["null"]:
        yield None
    for option in type_["options"]:
        first = _smallest(option, depth)
        yield first
        if depth < DEPTH:
            yield from (value for value in _variations(option, first, depth) if value != first)


def whole(type_: Form, depth: int = 0) -> Any:
    """Return a value of the first alternative with all properties."""
    option: Form = type_["options"][0] if type_["options"] else {"type": "any", "limits": {}}
    content = option.get("content", {})
    if option["type"] == "array":
        return [whole(content["items"], depth + 1)] if depth <= DEPTH else _smallest(option, depth)
    if option["type"] != "object" or depth > DEPTH:
        return smallest(type_, depth)
    return {name: whole(inner, depth + 1) for name, inner in content.get("properties", {}).items()}


def _smallest(option: Form, depth: int) -> Any:
    kind, content = option["type"], option.get("content", {})
    if kind == "enum":
        return next(iter(option["values"].values()))
    if kind == "object":
        properties = content.get("properties", {})
        needed = content.get("required", {}) if depth <= 2 * DEPTH else {}
        return {name: smallest(properties[name], depth + 1) if name in properties else "sample" for name in needed}
    if kind == "array":
        return [smallest(content["items"], depth + 1)] * min(int(_limits(option).get("minItems", 0)), 10)
    if kind in ("integer", "number"):
        return next(_numbers(option))
    return True if kind == "boolean" else {"$file": FILE} if kind in ("binary", "bytes") else next(_texts(option))


def _variations(option: Form, first: Any, depth: int) -> Iterator[Any]:
    kind, content = option["type"], option.get("content", {})
    if kind == "enum":
        yield list(option["values"].values())[-1]
    elif kind in ("boolean", "integer", "number"):
        yield from [False] if kind == "boolean" else _numbers(option)
    elif kind == "array":
        yield from ([*first[1:], value] for value in variations(content["items"], depth + 1))
    elif kind == "object":
        yield from _objects(option, first, depth)
    elif kind not in ("binary", "bytes"):
        yield from (None, 1, [], {}) if kind == "any" else _texts(option)


def _objects(option: Form, first: Mapping[str, Any], depth: int) -> Iterator[Any]:
    content = option["content"]
    for name, inner in content.get("properties", {}).items():
        yield from ({**first, name: value} for value in variations(inner, depth + 1))
    if content.get("open") and content["extra"]:
        yield {**first, "undeclared": smallest(content["extra"], depth + 1)}
    yield whole({"options": [option]}, depth)


def _limits(option: Form) -> Form:
    return {**option.get("inherited", {}), **option["limits"]}


def _numbers(option: Form) -> Iterator[int | float]:
    limits = _limits(option)
    low, high = limits.get("minimum", float("-inf")), limits.get("maximum", float("inf"))
    under, over = limits.get("exclusiveMinimum", float("-inf")), limits.get("exclusiveMaximum", float("inf"))
    step = limits.get("multipleOf", 1)
    tries = [1, low, high, under + step, over - step, 0, -1, step, 2**53]
    tries += [0.5] if option["type"] == "number" else []
    fit = [one for one in tries if low <= one <= high and under < one < over and abs(one) != float("inf")]
    yield from dict.fromkeys([one for one in fit if "multipleOf" not in limits or one % step == 0] or [1])


def _texts(option: Form) -> Iterator[str]:
    limits = _limits(option)
    least, most = int(limits.get("minLength", 0)), int(limits.get("maxLength", _LONG))
    form = option["type"] if option["type"] in _TEXTS else str(limits.get("format"))
    if "pattern" in limits:
        yield next((text for text in _PATTERN_TRIES if _matches(limits["pattern"], text)), "sample")
    elif form in _TEXTS:
        yield _TEXTS[form]
    else:
        tries = ["sample".ljust(min(least, _LONG), "x")[:most], "", _UNICODE, *(["x" * most] if most < _LONG else [])]
        yield from (text for text in tries if least <= len(text) <= most)


def _matches(pattern: Any, text: str) -> bool:
    try:
        return re.search(str(pattern), text) is not None
    except re.error:
        return False
