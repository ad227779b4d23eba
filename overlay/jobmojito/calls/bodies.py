"""Request bodies that are read while they are sent, and whether they can be read a second time."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from typing import Any

from attrs import field, frozen

from .sources import Source


@frozen(eq=False)
class StreamedBody:
    """A body made by the caller in place of the one the call would have.

    `open` is called once for each attempt and gives the bytes, or pieces of them (an async iterable needs the async
    client). `headers` must hold Content-Type, and should hold Content-Length where the length is known. With
    `rewindable=False` the body is sent once and never again, whatever happens.
    """

    open: Callable[[], bytes | Iterable[bytes] | AsyncIterable[bytes]] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    rewindable: bool = True


class OneWayPart:
    """A file part that can be read once: a pipe, a socket."""

    def __init__(self, source: Source) -> None:
        self._source, self._position = source, 0

    def read(self, size: int) -> bytes:
        """Read on; what fails here is the file's fault, not the connection's."""
        block = self._source.at(self._position, size)
        self._position += len(block)
        return block


class FilePart(OneWayPart):
    """A file part whose length httpx can find, and which it can read again: position 0 is where the stream stood."""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move, to the start or to the end."""
        self._position = offset + (self._source.size or 0 if whence == os.SEEK_END else 0)
        return self._position

    def tell(self) -> int:
        """Give the position, counted from the start."""
        return self._position


def open_files(request: Mapping[str, Any]) -> tuple[dict[str, Any], list[Source]]:
    """Make a request's file parts start where their streams stand; gives what has to be closed in the end.

    Raises:
        UploadError: a stream cannot be read.
    """
    sources: list[Source] = []
    if "files" not in request:
        return dict(request), sources
    files = [(name, (part[0], _opened(part[1], sources), *part[2:])) for name, part in request["files"]]
    return {**request, "files": files}, sources


def _opened(payload: Any, sources: list[Source]) -> Any:
    if not hasattr(payload, "read"):
        return payload
    source = Source(payload)
    sources.append(source)
    return OneWayPart(source) if source.size is None else FilePart(source)
