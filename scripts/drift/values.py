"""Values of a document, read with their place: what does not belong there is told by its JSON pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@frozen
class Unreadable(Exception):  # noqa: N818 - says what is wrong with the place, and is caught by its name
    """The document says something at `pointer` that this reader cannot make sense of."""

    pointer: str
    why: str


def join(pointer: str, *parts: object) -> str:
    """Extend a JSON pointer (RFC 6901)."""
    return "/".join((pointer, *map(_escaped, map(str, parts))))


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1") if "/" in part or "~" in part else part


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
    """Give a flag of the document, false where it is not said; anything but a boolean is unreadable."""
    value = found.get(key, False)
    if not isinstance(value, bool):
        raise Unreadable(join(pointer, key), f"true or false belongs here, not {type(value).__name__}")
    return value
