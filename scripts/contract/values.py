"""Reads parts of a document, and reports a value of the wrong type with its JSON pointer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from attrs import frozen

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
    return "/".join((pointer, *map(_escaped, map(str, parts))))


@cache
def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


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


def follow(document: object, reference: object, pointer: str) -> tuple[Any, str]:
    """Find what a local `$ref` leads to, and its pointer; a chain of references is followed to its end."""
    for _ in range(MAX_REFERENCES):
        target = _find(document, reference, pointer)
        pointer = unquote(str(reference))[1:]
        if not (isinstance(target, dict) and "$ref" in target and len(target) == 1):
            return target, pointer
        reference = target["$ref"]
    raise Unreadable(pointer, "references go round in a circle")


def _find(document: Any, reference: object, pointer: str) -> Any:
    if not (isinstance(reference, str) and reference.startswith("#/")):
        raise Unreadable(pointer, f"not a local reference: {reference!r}")
    for part in unquote(reference)[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and name.isdecimal() and int(name) < len(document):
            document = document[int(name)]
        elif isinstance(document, dict) and name in document:
            document = document[name]
        else:
            raise Unreadable(pointer, f"refers to nothing: {reference}")
    return document


@cache
def plain(name: str) -> str:
    """Reduce a name to its letters and digits in lower case: `PDF export`, `PdfExport` and `pdf_export` become one."""
    return "".join(letter for letter in name if letter.isalnum()).casefold()
