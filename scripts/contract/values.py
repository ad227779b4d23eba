"""Parts of a document, read with their place: what does not belong there is named by its JSON pointer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_REFERENCES: Final = 32


@frozen
class Unreadable(Exception):  # noqa: N818 - says what is wrong with the place, and is caught by its name
    """The document says something at `pointer` that cannot be read."""

    pointer: str
    why: str


def join(pointer: str, *parts: object) -> str:
    """Extend a JSON pointer (RFC 6901)."""
    return "/".join((pointer, *(str(part).replace("~", "~0").replace("/", "~1") for part in parts)))


def table(value: object, pointer: str) -> Mapping[str, Any]:
    """Give an object of the document; anything else there is unreadable."""
    if not isinstance(value, dict):
        raise Unreadable(pointer, f"an object belongs here, not {type(value).__name__}")
    return value


def row(value: object, pointer: str) -> Sequence[Any]:
    """Give a list of the document; anything else there is unreadable."""
    if not isinstance(value, list):
        raise Unreadable(pointer, f"a list belongs here, not {type(value).__name__}")
    return value


def flag(found: Mapping[str, Any], key: str, pointer: str) -> bool:
    """Give a flag of the document, false where it is not there; anything but a boolean is unreadable."""
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
    """Reduce a name to what survives every naming style: `PDF export`, `PdfExport` and `pdf_export` are one."""
    return "".join(letter for letter in name if letter.isalnum()).casefold()
