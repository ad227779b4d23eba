"""Reads a request's parameters, JSON and forms, and checks them against the contract.

Multipart is parsed as it arrives: a file is hashed and counted, never stored whole, in memory or on disk. Starlette's
own parser is not strict enough: it accepts a body that ends before its closing boundary, and reads text that is not
UTF-8 as Latin-1. The form parser of python-multipart is not strict about the end either.
"""

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from attrs import frozen
from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from jobmojito.sandbox.contract.document import Operation, Parameter, Schema
from jobmojito.sandbox.contract.validation import check, invalid, is_valid, kind, parse_json
from jobmojito.sandbox.world.calls import Upload

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
BODY = "body"

# A number in a parameter, short enough for any column of the API.
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")

# Bytes kept of each file: enough to find a marker, few enough for thousands of files.
HEAD_BYTES = 64 * 1024
FIELD_BYTES = 1024 * 1024
PART_LIMIT = 100

EVENTS = ("part_begin", "header_field", "header_value", "header_end", "part_data", "part_end", "end")


@frozen
class Body:
    """A request's body: the JSON object or the form's plain fields, and the files."""

    values: Mapping[str, Any]
    files: Mapping[str, Upload]


def read_parameters(operation: Operation, request: Request, path: Mapping[str, str]) -> dict[str, Any]:
    """Return the declared parameters, converted, with defaults filled in. Raises a 422 that names a bad one."""
    values: dict[str, Any] = {}
    for parameter in operation.parameters:
        name, schema = parameter.name, parameter.schema
        if sent := _sent(parameter, request, path):
            values[name] = coerce(schema, sent)
            check(schema, values[name], root=name)
        elif parameter.required:
            raise invalid(name, f"{name} is required")
        elif "default" in schema:
            values[name] = schema["default"]
    return values


def _sent(parameter: Parameter, request: Request, path: Mapping[str, str]) -> Sequence[str]:
    name = parameter.name
    if parameter.location == "query":
        return request.query_params.getlist(name)
    if parameter.location == "header":
        return request.headers.getlist(name)
    single = path if parameter.location == "path" else request.cookies
    return [single[name]] if name in single else []


def coerce(schema: Schema, sent: Sequence[str]) -> Any:
    """Convert strings to the schema's type; one that cannot be converted stays a string, which it refuses."""
    if kind(schema) == "array":
        return [coerce(schema.get("items", {}), [text]) for text in sent]
    text = sent[-1]
    if is_valid(schema, text):
        return text
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return {"true": True, "false": False, "": None}.get(text, text)


async def read_body(operation: Operation, request: Request, limit: int) -> Body:
    """Read the body and check it against its schema. Raises a 422 if it is missing, unreadable or refused."""
    if not operation.bodies:
        await drain(request, limit)
        return Body({}, {})
    declared, options = parse_options_header(request.headers.get("content-type", ""))
    media = declared.decode("latin-1")
    if (schema := operation.bodies.get(media)) is None:
        return _without_schema(operation, media, await drain(request, limit))
    chunks = _bounded(request, limit)
    if media == MULTIPART:
        if not options.get(b"boundary"):
            raise invalid("Content-Type", "multipart/form-data needs a boundary")
        return _form(schema, *await read_form(chunks, options[b"boundary"]))
    content = b"".join([chunk async for chunk in chunks])
    if media == URLENCODED:
        return _form(schema, parse_qs(content.decode("utf-8", "replace"), keep_blank_values=True), {})
    return _json(schema, content) if "json" in media else Body({}, {})


def _without_schema(operation: Operation, media: str, size: int) -> Body:
    if size == 0 and not operation.body_required:
        return Body({}, {})
    if size == 0 and not media:
        raise invalid(BODY, "a body is required")
    raise invalid("Content-Type", f"Content-Type must be {' or '.join(operation.bodies)}")


async def drain(request: Request, limit: int) -> int:
    """Read and discard the rest of a body, so that the answer reaches a client that is still sending."""
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                break
    except (RuntimeError, ClientDisconnect):  # already read, or nobody left to answer
        pass
    return size


async def _bounded(request: Request, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise invalid(BODY, f"the body must have {limit} bytes or fewer")
        yield chunk


def _json(schema: Schema, content: bytes) -> Body:
    if not content:
        raise invalid(BODY, "a body is required")
    value = parse_json(content, BODY)
    check(schema, value, root=BODY)
    values = value if isinstance(value, dict) else {BODY: value}
    properties = schema.get("properties", {})
    encoded = [name for name, part in properties.items() if part.get("contentEncoding") == "base64" and name in values]
    files = {name: _decoded(name, values[name], str(values.get("name") or "")) for name in encoded}
    return _body(schema, {name: value for name, value in values.items() if name not in files}, files)


def _decoded(name: str, text: str, filename: str) -> Upload:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise invalid(name, f"{name} is not base64") from error
    digest = hashlib.sha256(content).hexdigest()
    return Upload(filename, "application/octet-stream", len(content), digest, content[:HEAD_BYTES])


def _form(schema: Schema, fields: Mapping[str, Sequence[str]], files: Mapping[str, Upload]) -> Body:
    properties = schema.get("properties", {})
    binary = {name for name, part in properties.items() if part.get("format") == "binary" or "contentMediaType" in part}
    for name in fields.keys() & binary:
        raise invalid(name, f"{name} must be a file")
    for name in files.keys() - binary:
        raise invalid(name, f"{name} must not be a file")
    values = {name: coerce(properties.get(name, {}), sent) for name, sent in fields.items()}
    check(schema, values | dict.fromkeys(files, "file"), root=BODY)
    return _body(schema, values, files)


def _body(schema: Schema, values: Mapping[str, Any], files: Mapping[str, Upload]) -> Body:
    """Return the properties that the schema has; unknown ones are dropped."""
    for name, upload in files.items():
        if upload.size == 0:
            raise invalid(name, f"{name} is empty")
    known = schema.get("properties")
    return Body({name: value for name, value in values.items() if name in known} if known else values, files)


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
    """The parser's callbacks, one method for each event; they collect fields and files."""

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
