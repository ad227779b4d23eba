"""Parses multipart bodies as they arrive: a file is hashed and counted, never held in memory whole."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

from attrs import define, field, frozen
from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from jobmojito.sandbox.refusals import invalid
from jobmojito.sandbox.world.calls import Upload

# What is kept of a file's content: enough to look for a marker, little enough for thousands of files.
HEAD_BYTES = 64 * 1024
FIELD_BYTES = 1024 * 1024
PART_LIMIT = 100


@frozen
class Form:
    """A multipart body: plain fields as text (every value of a repeated one), and files."""

    fields: dict[str, list[str]]
    files: dict[str, list[Upload]]


@define
class _Part:
    disposition: bytes = b""
    content_type: str = "text/plain"
    size: int = 0
    head: bytearray = field(factory=bytearray)
    digest: Any = field(factory=hashlib.sha256)


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
        self.form = Form({}, {})
        self.ended = False
        self._part = _Part()
        self._parts = 0
        self._header = (bytearray(), bytearray())

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > PART_LIMIT:
            raise invalid("body", f"the multipart body has more than {PART_LIMIT} parts")
        self._part, self._header = _Part(), (bytearray(), bytearray())

    def _end_header(self) -> None:
        name, value = bytes(self._header[0]).lower(), bytes(self._header[1])
        if name == b"content-disposition":
            self._part.disposition = value
        elif name == b"content-type":
            self._part.content_type = value.decode("latin-1")
        self._header = (bytearray(), bytearray())

    def _data(self, data: bytes, start: int, end: int) -> None:
        part, piece = self._part, memoryview(data)[start:end]
        part.size += len(piece)
        part.digest.update(piece)
        if (room := FIELD_BYTES - len(part.head)) > 0:
            part.head.extend(piece[:room])

    def _end(self) -> None:
        part = self._part
        _, options = parse_options_header(part.disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if not name:
            raise invalid("body", "a part of the multipart body has no name")
        if b"filename" in options:
            self.form.files.setdefault(name, []).append(_upload(name, options[b"filename"], part))
        else:
            self.form.fields.setdefault(name, []).append(_text(name, part))

    def _finish(self) -> None:
        self.ended = True


def _upload(name: str, filename: bytes, part: _Part) -> Upload:
    text, head = filename.decode("utf-8", "replace"), bytes(part.head[:HEAD_BYTES])
    return Upload(name, text, part.content_type, part.size, part.digest.hexdigest(), head)


def _text(name: str, part: _Part) -> str:
    if part.size > FIELD_BYTES:
        raise invalid(name, f"{name} must have {FIELD_BYTES} bytes or fewer")
    try:
        return part.head.decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid(name, f"{name} is not UTF-8") from error
