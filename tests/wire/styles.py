"""How a parameter is written into a request: the style table of the OpenAPI specification, which follows RFC 6570.

Values are written before anything is percent-encoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Pairs = list[tuple[str, str]]

_STARTS = {"simple": "", "label": ".", "matrix": ";"}
_JOINED = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


def text(value: Any) -> str:
    """Write a scalar as JSON does, a text without its quotes."""
    return {True: "true", False: "false", None: ""}[value] if value is None or isinstance(value, bool) else str(value)


def pairs(name: str, value: Any, style: str = "form", *, explode: bool = True) -> Pairs:
    """Write a parameter of a query or a cookie as names and values."""
    members = [(key, text(one)) for key, one in value.items()] if isinstance(value, Mapping) else []
    if style == "deepObject":
        return [(f"{name}[{key}]", one) for key, one in members]
    if isinstance(value, Mapping):
        flat = _JOINED[style].join(part for member in members for part in member)
        return members if explode else [(name, flat)]
    if isinstance(value, list):
        words = [text(one) for one in value]
        return [(name, word) for word in words] if explode else [(name, _JOINED[style].join(words))]
    return [(name, text(value))]


def piece(name: str, value: Any, style: str = "simple", *, explode: bool = False) -> str:
    """Write a parameter of a path or a header."""
    words, start = _words(value, explode=explode), _STARTS[style]
    if style != "matrix":
        return start + ((start if explode else "") or ",").join(words)
    if isinstance(value, Mapping) and explode:
        return start + start.join(words)
    return start + (start.join(f"{name}={word}" for word in words) if explode else f"{name}={','.join(words)}")


def _words(value: Any, *, explode: bool) -> list[str]:
    if isinstance(value, Mapping):
        members = [(key, text(one)) for key, one in value.items()]
        return [f"{k}={v}" for k, v in members] if explode else [part for member in members for part in member]
    return [text(one) for one in value] if isinstance(value, list) else [text(value)]
