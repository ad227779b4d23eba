"""The parts of a multipart body. The boundary is httpx's, random for each request, so no content can forge a part."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from .codec import Model, write
from .types import UNSET, File, FileTypes, RequestFiles


def parts(body: Model | Mapping[str, Any]) -> RequestFiles:
    """Give a body's properties as httpx's `files=`: files as files, texts as they are, the rest as JSON.

    A list becomes one part an item; what is `UNSET` or null is left out, for a form cannot say null.
    """
    return [(name, part) for name, value in _properties(body) for part in _parts_of(name, value)]


def _properties(body: Model | Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    if not isinstance(body, Model):
        yield from body.items()
        return
    for field in body._table.fields:  # noqa: SLF001 - a model's own table
        yield field.name, getattr(body, field.attribute, UNSET)
    yield from body.additional_properties.items()


def _parts_of(name: str, value: object) -> Iterator[FileTypes]:
    if value is UNSET or value is None:
        return
    if isinstance(value, list | tuple):
        for item in cast("list[object]", value):
            yield from _parts_of(name, item)
    elif isinstance(value, File):
        yield value.file_name or name, value.payload, value.mime_type
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


__all__ = ["parts"]
