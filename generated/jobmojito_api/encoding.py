"""Encodes a body as JSON, as a form or as plain content; refuses values that would not arrive unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from .codec import ANY, BINARY, STRING, Departure, Model, Object, Type, fits, kind_of, pointer, table_of, write
from .multipart import parts
from .parameters import has_fraction_for_integer, has_lone_surrogate, is_header_text, scalars
from .types import UNSET, File

if TYPE_CHECKING:
    from collections.abc import Iterator


class Body(NamedTuple):
    """One declared form of the request body."""

    content_type: str
    type: Type[Any]


_encode: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def quick_json(form: Body, body: object) -> bytes | None:
    """Write a mapping that is plain JSON and fits the contract; None for anything else, which takes longer."""
    if body.__class__ is not dict or not is_json(form.content_type):
        return None
    try:
        return _encode(body).encode() if fits(form.type, body) else None
    except (TypeError, ValueError, RecursionError):
        return None


def is_json(content_type: str) -> bool:
    """Whether a content type is JSON."""
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _as_json(value: object, request: dict[str, Any], problems: list[Departure]) -> None:
    """Put a body that was written as JSON as its text; a value that JSON cannot hold is a problem."""
    try:
        request["content"] = _encode(value).encode()
    except (TypeError, ValueError, RecursionError):
        problems.extend(unwritable(value))


def unwritable(value: object) -> list[Departure]:
    """Find what JSON or UTF-8 cannot hold: NaN, lone surrogates, objects of other classes, a cycle."""
    error = _refusal(value)
    if error is None:
        return []
    reason = "a lone surrogate" if isinstance(error, UnicodeEncodeError) else "a value that JSON cannot hold"
    return [Departure(_place_of(value), "JSON", reason)]


def _place_of(value: object) -> str:
    """Return the pointer of the first value that cannot be written, level by level."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in cast("Any", items):
        if isinstance(_refusal(item), TypeError | ValueError):  # what is nested too deeply has no place of its own
            return pointer([step]) + _place_of(item)
    return ""


def _refusal(value: object) -> Exception | None:
    """Return why JSON or UTF-8 cannot hold a value."""
    try:
        _encode(value).encode()
    except (TypeError, ValueError, RecursionError) as error:
        return error
    return None


def _as_multipart(declared: Type[Any], body: Any, request: dict[str, Any], problems: list[Departure]) -> None:
    problems.extend(_form_problems(declared, body))
    if not problems:
        request["files"] = parts(body)


def _as_form(declared: Type[Any], body: Any, request: dict[str, Any], problems: list[Departure]) -> None:
    problems.extend(_form_problems(declared, body))
    if not problems:
        value = write(body)
        request["data"] = {name: texts for name, item in value.items() if (texts := list(_texts(item)))}


def _texts(value: Any) -> Iterator[str]:
    """Write a value of a form as texts, one for each item of a list; an object is JSON."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _texts(item)
    elif value is not None:
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _form_problems(declared: Type[Any], body: Any) -> Iterator[Departure]:
    """List values that a form cannot hold, or that would arrive as another value."""
    if not isinstance(body, Model | Mapping):
        yield Departure("", "a model or a mapping", kind_of(body))
        return
    model = type(body) if isinstance(body, Model) else declared.python if isinstance(declared, Object) else Model
    types = {field.name: field.type for field in table_of(model).fields}
    items = body.json_items() if isinstance(body, Model) else cast("Mapping[str, object]", body).items()
    for name, value in items:
        type_ = types.get(name, ANY)
        if has_fraction_for_integer(type_, write(value)):
            yield Departure(pointer([name]), type_.expected, "number")
        for item in value if isinstance(value, list | tuple) else [value]:
            refused = _part_refusal(type_, item) or _text_refusal(name)
            if refused:
                yield Departure(pointer([name]), *refused)


def _part_refusal(type_: Type[Any], value: Any) -> tuple[str, str] | None:
    """Return what was expected and what was given if a part of a form cannot be written."""
    if isinstance(value, File):
        if value.mime_type is not None and not (value.mime_type and is_header_text(value.mime_type)):
            return "a MIME type", "another text"
        texts = [one for one in (value.file_name, value.payload) if isinstance(one, str)]
        return next(filter(None, map(_text_refusal, texts)), None)
    written, kinds = write(value), scalars(type_)
    if isinstance(written, str) and BINARY in kinds and STRING not in kinds:
        return BINARY.expected, "string"  # a file name is not content
    return None if hasattr(value, "read") else _text_refusal(written) if isinstance(written, str) else _unheld(written)


def _text_refusal(text: Any) -> tuple[str, str] | None:
    if not isinstance(text, str):
        return STRING.expected, kind_of(text)
    return ("text that UTF-8 can hold", "a lone surrogate") if has_lone_surrogate(text) else None


def _unheld(value: Any) -> tuple[str, str] | None:
    """Say what JSON cannot hold in a part that is written as JSON."""
    if value is UNSET or isinstance(value, bytes | bytearray):
        return None
    found = unwritable(value)
    return (found[0].expected, found[0].got) if found else None


def _as_content(declared: Type[Any], body: Any, request: dict[str, Any], problems: list[Departure]) -> None:
    content = getattr(body, "payload", body)
    refused = None
    if isinstance(content, bytearray):
        content = bytes(content)
    if isinstance(content, str):
        refused = (BINARY.expected, "string") if declared is BINARY else _text_refusal(content)
    elif isinstance(content, Model | Mapping | list | tuple) or not _is_content(content):
        refused = ("a text, bytes or a file", kind_of(body))
    if refused:
        problems.append(Departure("", *refused))
    request["content"] = content


def _is_content(value: object) -> bool:
    return hasattr(value, "__iter__") or hasattr(value, "__aiter__")


_FORMS: Final = {"multipart/form-data": _as_multipart, "application/x-www-form-urlencoded": _as_form}


def encode(form: Body, body: object, written: object, request: dict[str, Any], problems: list[Departure]) -> None:
    """Put a body into a request: a form by its parts, JSON as `written`, anything else as it is."""
    essence = form.content_type.partition(";")[0].strip().lower()
    put = _FORMS.get(essence, _as_content)
    if is_json(form.content_type):
        _as_json(written, request, problems)
    else:
        put(form.type, body, request, problems)
    if put is not _as_multipart:  # whose boundary httpx makes
        request.setdefault("headers", {})["Content-Type"] = form.content_type
