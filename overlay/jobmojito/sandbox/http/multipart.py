"""Parses multipart bodies as they arrive: a file is hashed and counted, never held in memory whole or on disk.

Starlette's own parser would do, were it as strict: it takes a body that ends before its closing boundary, and reads
text that is not UTF-8 as Latin-1.
"""

import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from attrs import define, field
from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from jobmojito.sandbox.refusals import invalid
from jobmojito.sandbox.world.calls import Upload

# What is kept of a file's content: enough to look for a marker, little enough for thousands of files.
HEAD_BYTES = 64 * 1024
FIELD_BYTES = 1024 * 1024
PART_LIMIT = 100


@define
class Form:
    """A form as it arrives: plain fields as text (every value of a repeated one), and files, by name."""

    fields: dict[str, list[str]] = field(factory=dict)
    files: dict[str, list[Upload]] = field(factory=dict)


@define
class _Part:
    headers: dict[bytes, bytes] = field(factory=dict)
    size: int = 0
    head: bytearray = field(factory=bytearray)
    digest: Any = field(factory=hashlib.sha256)

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        self.digest.update(piece)
        self.head.extend(piece[: max(0, FIELD_BYTES - len(self.head))])


async def read_form(chunks: AsyncIterator[bytes], boundary: bytes) -> Form:
    """Read a body to its end. Raises a 422 for one that is not well-formed multipart."""
    reader = _Reader()
    parser = MultipartParser(boundary, reader.callbacks())
    try:
        async for chunk in chunks:
            parser.write(chunk)
        parser.finalize()
    except MultipartParseError as error:
        raise invalid("body", f"the multipart body cannot be read: {error}") from error
    if not reader.ended:
        raise invalid("body", "the multipart body ends before its closing boundary")
    return reader.form


class _Reader:
    """Collects what the parser calls back with."""

    def __init__(self) -> None:
        self.form, self.ended, self.parts = Form(), False, 0
        self.part, self.name, self.value = _Part(), bytearray(), bytearray()

    def callbacks(self) -> Any:
        def piecewise(add: Callable[[bytes], None]) -> Callable[[bytes, int, int], None]:
            return lambda data, start, end: add(data[start:end])

        return {
            "on_part_begin": self._begin,
            "on_header_field": piecewise(self.name.extend),
            "on_header_value": piecewise(self.value.extend),
            "on_header_end": self._end_header,
            "on_part_data": piecewise(self._data),
            "on_part_end": self._end,
            "on_end": lambda: setattr(self, "ended", True),
        }

    def _begin(self) -> None:
        self.part, self.parts = _Part(), self.parts + 1
        if self.parts > PART_LIMIT:
            raise invalid("body", f"the multipart body has more than {PART_LIMIT} parts")

    def _data(self, piece: bytes) -> None:
        self.part.add(piece)

    def _end_header(self) -> None:
        self.part.headers[bytes(self.name).lower()] = bytes(self.value)
        self.name.clear()
        self.value.clear()

    def _end(self) -> None:
        _, options = parse_options_header(self.part.headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if not name:
            raise invalid("body", "a part of the multipart body has no name")
        if b"filename" in options:
            self.form.files.setdefault(name, []).append(_upload(name, options[b"filename"], self.part))
        else:
            self.form.fields.setdefault(name, []).append(_text(name, self.part))


def _upload(name: str, filename: bytes, part: _Part) -> Upload:
    media_type = part.headers.get(b"content-type", b"text/plain").decode("latin-1")
    head = bytes(part.head[:HEAD_BYTES])
    return Upload(name, filename.decode("utf-8", "replace"), media_type, part.size, part.digest.hexdigest(), head)


def _text(name: str, part: _Part) -> str:
    if part.size > FIELD_BYTES:
        raise invalid(name, f"{name} must have {FIELD_BYTES} bytes or fewer")
    try:
        return part.head.decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid(name, f"{name} is not UTF-8") from error
