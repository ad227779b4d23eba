"""How arguments become a request: parameters as texts in their places, bodies by content type."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple, cast
from urllib.parse import quote

from .codec import Departure, Model, Type, check, kind_of, pointer, write
from .multipart import parts


class Parameter(NamedTuple):
    """One declared parameter: its name on the wire, the argument that holds it, where it goes, and its type."""

    name: str
    attribute: str
    location: str
    type: Type[Any]
    required: bool = False
    nullable: bool = False


def texts_of(value: object) -> list[str]:
    """Write a parameter as texts, one for each item of a list; flags are "true" and "false"."""
    if isinstance(value, list | tuple | set | frozenset):
        return [text for item in value for text in texts_of(item)]
    if isinstance(value, Enum):
        return [str(value.value)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, dt.date | dt.datetime):
        return [value.isoformat()]
    if isinstance(value, Model | Mapping):
        return [json.dumps(write(value), ensure_ascii=False)]
    return [str(value)] if isinstance(value, str | int | float | uuid.UUID) else []


def parameter_problems(parameter: Parameter, value: object, texts: list[str]) -> list[Departure]:
    """List what the contract refuses in a parameter; a flag may stand for the texts "true" and "false"."""
    where = pointer([parameter.name])
    if not texts and not isinstance(value, list | tuple | set | frozenset):
        return [Departure(where, parameter.type.expected, kind_of(value))]
    flag_as_text = isinstance(value, bool) and check(parameter.type, value) and not check(parameter.type, texts[0])
    found = [Departure(where + p.pointer, p.expected, p.got, p.keyword) for p in check(parameter.type, value)]
    if parameter.location in _ONE_LINE and any(ord(c) < _SPACE or c == "\x7f" for text in texts for c in text):
        found.append(Departure(where, "one line of text", "control characters", "pattern"))
    if parameter.location == "path" and any(text in {"", ".", ".."} for text in texts):
        found.append(Departure(where, "a path segment", "none", "minLength"))
    return [] if flag_as_text else found


_SPACE: Final = 0x20
_ONE_LINE: Final = frozenset({"header", "cookie"})


def _to_query(request: dict[str, Any], name: str, texts: list[str]) -> None:
    request.setdefault("params", {})[name] = texts if len(texts) != 1 else texts[0]


def _to_path(request: dict[str, Any], name: str, texts: list[str]) -> None:
    request["url"] = request["url"].replace(f"{{{name}}}", quote(",".join(texts), safe=""))


def _to_header(request: dict[str, Any], name: str, texts: list[str]) -> None:
    request.setdefault("headers", {})[name] = ",".join(texts)


def _to_cookie(request: dict[str, Any], name: str, texts: list[str]) -> None:
    cookies = request.setdefault("headers", {})
    cookies["Cookie"] = "; ".join([*filter(None, [cookies.get("Cookie")]), f"{name}={quote(','.join(texts))}"])


PLACES: Final = {"query": _to_query, "path": _to_path, "header": _to_header, "cookie": _to_cookie}


def as_json(body: object, content_type: str, request: dict[str, Any], problems: list[Departure]) -> None:
    """Put the body as JSON, for httpx to encode; what JSON cannot say is a problem."""
    value = write(body)
    problems.extend(unwritable(value))
    request["json"] = value
    request.setdefault("headers", {})["Content-Type"] = content_type


def unwritable(value: object) -> list[Departure]:
    """Find what JSON or UTF-8 cannot say: NaN, lone surrogates, objects of other classes, a body within itself."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        reason = "a lone surrogate" if isinstance(error, UnicodeEncodeError) else "a value that JSON cannot hold"
        return [Departure(_place_of(value), "JSON", reason)]
    return []


def _place_of(value: object) -> str:
    """Give the pointer of the first value that cannot be written, one level of nesting after the other."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in cast("Any", items):
        if _unwritable_alone(item):
            return pointer([step]) + _place_of(item)
    return ""


def _unwritable_alone(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        return True
    except RecursionError:
        return False
    return False


def _as_multipart(body: object, _content_type: str, request: dict[str, Any], problems: list[Departure]) -> None:
    if not isinstance(body, Model | Mapping):
        problems.append(Departure("", "a model or a mapping", kind_of(body)))
        return
    request["files"] = parts(body)


def _as_form(body: object, content_type: str, request: dict[str, Any], problems: list[Departure]) -> None:
    value = write(body)
    if not isinstance(value, dict):
        problems.append(Departure("", "a model or a mapping", kind_of(value)))
        return
    request["data"] = {name: texts for name, item in value.items() if (texts := texts_of(item))}
    request.setdefault("headers", {})["Content-Type"] = content_type


def _as_content(body: object, content_type: str, request: dict[str, Any], problems: list[Departure]) -> None:
    content = getattr(body, "payload", body)
    if isinstance(content, Model | Mapping | list | tuple):
        problems.append(Departure("", "a text, bytes or a file", kind_of(body)))
        return
    request["content"] = content
    request.setdefault("headers", {})["Content-Type"] = content_type


_FORMS: Final = {"multipart/form-data": _as_multipart, "application/x-www-form-urlencoded": _as_form}


def encode(body: object, content_type: str, request: dict[str, Any], problems: list[Departure]) -> None:
    """Put a body into a request: a form by its parts, JSON as JSON, anything else as it is."""
    essence = content_type.partition(";")[0].strip().lower()
    if essence in _FORMS:
        _FORMS[essence](body, content_type, request, problems)
    elif essence == "application/json" or essence.endswith("+json"):
        as_json(body, content_type, request, problems)
    else:
        _as_content(body, content_type, request, problems)
