"""Request bodies that are read while they are sent, and whether they can be read a second time."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen

from jobmojito.errors import UploadError

if TYPE_CHECKING:
    from typing import BinaryIO


@frozen
class StreamedBody:
    """A body made by the caller in place of the one the call would have.

    `open` is called once for each attempt and gives the bytes, or pieces of them (an async iterable needs the async
    client). `headers` must hold Content-Type, and should hold Content-Length where the length is known. With
    `rewindable=False` the body is sent once and never again, whatever happens.
    """

    open: Callable[[], bytes | Iterable[bytes] | AsyncIterable[bytes]]
    headers: Mapping[str, str] = field(repr=False)
    rewindable: bool = True


class OneShot:
    """A file part that cannot be rewound: a pipe, a socket."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Read on; what fails here is the file's fault, not the connection's."""
        try:
            piece = cast("object", self._stream.read(size))
        except (OSError, ValueError) as error:
            raise UploadError(f"the file could not be read: {type(error).__name__}") from error
        if not isinstance(piece, bytes):
            raise UploadError(f"the file gives {type(piece).__name__} where bytes are needed: open it in binary mode")
        return piece


class Window(OneShot):
    """A file part from where its stream stands, so that position 0 is what the caller meant.

    httpx rewinds to 0 and takes the length of the whole file; here, both are relative to the start.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._start = stream.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move; never before the start."""
        moved = self._start + offset if whence == os.SEEK_SET else offset
        return max(self._stream.seek(moved, whence) - self._start, 0)

    def tell(self) -> int:
        """Give the position, counted from the start."""
        return self._stream.tell() - self._start


def wrap_files(request: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Make a request's file parts start where their streams stand; tell whether all of them can be sent again."""
    resendable = not hasattr(request.get("content"), "read")
    if "files" not in request:
        return dict(request), resendable
    files = [(name, (part[0], _wrap(part[1]), *part[2:])) for name, part in request["files"]]
    resendable = resendable and not any(type(part[1]) is OneShot for _, part in files)
    return {**request, "files": files}, resendable


def _wrap(payload: Any) -> Any:
    if not hasattr(payload, "read"):
        return payload
    try:
        return Window(payload)
    except (AttributeError, OSError, io.UnsupportedOperation):
        return OneShot(payload)
    except ValueError as error:
        raise UploadError("the file is closed") from error
