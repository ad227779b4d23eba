"""JSON documents: strict reading, canonical writing, and places inside them as JSON pointers (RFC 6901)."""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

from scripts.files.failures import Refused

_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


def load(path: Path | str) -> dict[str, Any]:
    """Read a JSON object strictly; Refused names the file and where in it.

    Stricter than the standard library: a repeated key, NaN and Infinity (also by overflow), invalid UTF-8, a lone
    surrogate and a top level that is not an object are all refused. A byte order mark is ignored (RFC 8259).
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    return parse(content, name=str(path))


def parse(content: bytes, *, name: str) -> dict[str, Any]:
    """Read the bytes of a JSON object as `load` does; messages call the file `name`."""
    try:
        document = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_Object, parse_constant=_no_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise Refused(f"{name}: not valid UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise Refused(f"{name}: not valid JSON at line {error.lineno} column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        # Versions of Python read to different depths; the message is the one that `_plain` gives too.
        raise Refused(f"{name}: nested too deeply") from error
    except (_NotJSONError, ValueError) as error:
        raise Refused(f"{name}: not acceptable JSON: {error}") from error
    if not isinstance(document, dict):
        raise Refused(f"{name}: the top level is {_TYPES.get(type(document), 'null')}, not an object")
    plain: dict[str, Any] = _plain(document, name)
    return plain


def dump(document: Any) -> bytes:
    """Write JSON in the form that the repository keeps: UTF-8, two-space indent, same order of keys, final newline."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are written alike: the order of keys counts, and 1, 1.0 and true are three values."""
    return json.dumps(one) == json.dumps(other)


def pointer(*parts: str | int) -> str:
    """Make the JSON pointer to a place; no parts is the whole document."""
    return "".join("/" + escaped(str(part)) for part in parts)


@cache
def escaped(step: str) -> str:
    """Write one step of a pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def steps(place: str) -> list[str]:
    """Take a pointer apart; the index of a list is a string too."""
    return [step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:]]


def resolve(document: Any, ref: str) -> Any:
    """Follow a local reference (`#/components/schemas/X`) or a bare pointer; Refused when nothing is there."""
    if ref and ref[0] not in "#/":
        raise Refused(f"{ref}: points outside the document")
    node = document
    for step in steps(unquote(ref[1:]) if ref.startswith("#") else ref):
        node = _child(node, step, ref)
    return node


def _child(node: Any, key: str, ref: str) -> Any:
    if isinstance(node, dict) and key in node:
        return node[key]
    if isinstance(node, list) and key.isdecimal() and int(key) < len(node):
        return node[int(key)]
    raise Refused(f"{ref}: nothing is there")


class _NotJSONError(Exception):
    """A value that Python's `json` reads and that is not JSON, such as NaN."""


class _Object(dict[str, Any]):
    """An object as read; `repeated` is a key that it has twice, if there is one."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated: str | None = None
        if len(self) < len(pairs):
            self.repeated = Counter(key for key, _ in pairs).most_common(1)[0][0]


def _plain(root: Any, name: str) -> Any:
    """Copy into ordinary containers; refuse repeated keys and lone surrogates, whose pointer is only known here."""
    try:
        return _plain_node(root, name, ())
    except RecursionError as error:
        raise Refused(f"{name}: nested too deeply") from error


def _plain_node(node: Any, name: str, place: tuple[str | int, ...]) -> Any:
    if isinstance(node, _Object):
        if node.repeated is not None:
            raise Refused(f'{name}: the key "{node.repeated}" stands twice in "{pointer(*place)}"')
        return {_whole_text(key, name, place): _plain_node(value, name, (*place, key)) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain_node(value, name, (*place, index)) for index, value in enumerate(node)]
    return _whole_text(node, name, place) if isinstance(node, str) else node


def _whole_text(text: str, name: str, place: tuple[str | int, ...]) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused(f'{name}: lone surrogate in a text at "{pointer(*place)}"') from error
    return text


def _no_constant(text: str) -> NoReturn:
    raise _NotJSONError(f"{text} is not a JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _NotJSONError(f"the number {text} is out of range")
    return number
