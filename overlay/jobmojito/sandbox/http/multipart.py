"""Parses multipart bodies as they arrive: a file is hashed and counted, never held in memory whole or on disk.

Starlette's own parser would do, were it as strict: it takes a body that ends before its closing boundary, and reads
text that is not UTF-8 as Latin-1. The form parser of python-multipart is not strict about the end either.
"""

import hashlib
from collections.abc import AsyncIterator

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

from jobmojito.sandbox.contract.validation import invalid
from jobmojito.sandbox.world.calls import Upload

# What is kept of a file's content: enough to look for a marker, little enough for thousands of files.
HEAD_BYTES = 64 * 1024
FIELD_BYTES = 1024 * 1024
PART_LIMIT = 100

EVENTS = ("part_begin", "header_field", "header_value", "header_end", "part_data", "part_end", "end")


async def read_form(chunks: AsyncIterator[bytes], boundary: bytes) -> tuple[dict[str, list[str]], dict[str, Upload]]:
    """Read a body to its end: every value of each field, and the last file of each name.

    Raises a 422 for one that is not well-formed multipart.
    """
    reader = _Reader()
    parser = MultipartParser(boundary, {f"on_{event}": getattr(reader, event) for event in EVENTS})  # type: ignore[arg-type]
    try:
        async for chunk in chunks:
            parser.write(chunk)
        parser.finalize()
    except MultipartParseError as error:
        raise invalid("body", f"the multipart body cannot be read: {error}") from error
    if not reader.ended:
        raise invalid("body", "the multipart body ends before its closing boundary")
    return reader.fields, reader.files


class _Reader:
    """Collects what the parser calls back with: a method for each of its events."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}
        self.files: dict[str, Upload] = {}
        self.ended, self.parts = False, 0
        self.name, self.value = bytearray(), bytearray()

    def part_begin(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.size, self.head, self.digest = 0, bytearray(), hashlib.sha256()
        self.parts += 1
        if self.parts > PART_LIMIT:
            raise invalid("body", f"the multipart body has more than {PART_LIMIT} parts")

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header_end(self) -> None:
        self.headers[bytes(self.name).lower()] = bytes(self.value)
        self.name.clear()
        self.value.clear()

    def part_data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        self.size += len(piece)
        self.digest.update(piece)
        self.head += piece[: max(0, FIELD_BYTES - len(self.head))]

    def part_end(self) -> None:
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if not name:
            raise invalid("body", "a part of the multipart body has no name")
        if b"filename" in options:
            media_type = self.headers.get(b"content-type", b"text/plain").decode("latin-1")
            filename, head = options[b"filename"].decode("utf-8", "replace"), bytes(self.head[:HEAD_BYTES])
            self.files[name] = Upload(filename, media_type, self.size, self.digest.hexdigest(), head)
        else:
            self.fields.setdefault(name, []).append(self._text(name))

    def end(self) -> None:
        self.ended = True

    def _text(self, name: str) -> str:
        if self.size > FIELD_BYTES:
            raise invalid(name, f"{name} must have {FIELD_BYTES} bytes or fewer")
        try:
            return self.head.decode("utf-8")
        except UnicodeDecodeError as error:
            raise invalid(name, f"{name} is not UTF-8") from error
