"""Makes the parts of a multipart body; httpx makes a random boundary each time, so no content can forge a part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from .codec import Model, write
from .types import UNSET, File, FileTypes, RequestFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def parts(body: Model | Mapping[str, Any]) -> RequestFiles:
    """Return the properties of a body for `files=` of httpx: files as files, texts as they are, others as JSON.

    A list becomes one part an item; what is `UNSET` or null is left out, because a form cannot hold null.
    """
    items = body.json_items() if isinstance(body, Model) else body.items()
    return [(name, part) for name, value in items for part in _parts_of(name, value)]


def _parts_of(name: str, value: object) -> Iterator[FileTypes]:
    if value is UNSET or value is None:
        return
    if isinstance(value, list | tuple):
        for item in cast("list[object]", value):
            yield from _parts_of(name, item)
    elif isinstance(value, File):
        payload: Any = value.payload
        yield value.file_name or name, bytes(payload) if isinstance(payload, bytearray) else payload, value.mime_type
    elif isinstance(value, bytes | bytearray):
        yield name, bytes(value), None
    elif hasattr(value, "read"):
        yield name, cast("Any", value), None
    else:
        yield _text_part(write(value))


def _text_part(value: object) -> FileTypes:
    if isinstance(value, str):
        return None, value.encode(), None
    return None, json.dumps(value, ensure_ascii=False).encode(), "application/json" if isinstance(value, dict) else None
