"""Reads parts of a document, and reports a value of the wrong type with its JSON pointer."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from attrs import frozen

from scripts.files.documents import escaped, resolve
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_REFERENCES: Final = 32


@frozen
class Unreadable(Exception):  # noqa: N818 - reads as what happened
    """The document says something at `pointer` that cannot be read."""

    pointer: str
    why: str


def join(pointer: str, *parts: object) -> str:
    """Extend a JSON pointer (RFC 6901)."""
    return "/".join((pointer, *map(escaped, map(str, parts))))


def table(value: object, pointer: str) -> Mapping[str, Any]:
    """Return the value if it is an object; Unreadable for anything else."""
    if not isinstance(value, dict):
        raise Unreadable(pointer, f"an object belongs here, not {type(value).__name__}")
    return value


def row(value: object, pointer: str) -> Sequence[Any]:
    """Return the value if it is a list; Unreadable for anything else."""
    if not isinstance(value, list):
        raise Unreadable(pointer, f"a list belongs here, not {type(value).__name__}")
    return value


def flag(found: Mapping[str, Any], key: str, pointer: str) -> bool:
    """Return a boolean of an object, False where it is absent; Unreadable for anything else."""
    value = found.get(key, False)
    if not isinstance(value, bool):
        raise Unreadable(join(pointer, key), f"true or false belongs here, not {type(value).__name__}")
    return value


def follow(document: object, reference: object, pointer: str, *, bare: bool = True) -> tuple[Any, str]:
    """Find what a local `$ref` leads to, and its pointer; a chain of references is followed to its end.

    `bare`: the chain ends at a reference with other keys beside it.
    """
    for _ in range(MAX_REFERENCES):
        if not (isinstance(reference, str) and reference.startswith("#/")):
            raise Unreadable(pointer, f"not a local reference: {reference!r}")
        try:
            target = resolve(document, reference)
        except Refused:
            raise Unreadable(pointer, f"refers to nothing: {reference}") from None
        pointer = unquote(reference)[1:]
        if not (isinstance(target, dict) and "$ref" in target and (len(target) == 1 or not bare)):
            return target, pointer
        reference = target["$ref"]
    raise Unreadable(pointer, "references go round in a circle")


def canonical(value: Any) -> str:
    """Write a JSON value so that equal values give equal text: keys sorted, 1.0 as 1, true not as 1."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def is_number(value: object) -> bool:
    """Whether a JSON value is a number; a boolean is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@cache
def plain(name: str) -> str:
    """Reduce a name to its letters and digits in lower case: `PDF export`, `PdfExport` and `pdf_export` become one."""
    return "".join(letter for letter in name if letter.isalnum()).casefold()
