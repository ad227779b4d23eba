"""Writes arguments into a request's path, query, headers and cookies, in the styles that OpenAPI declares.

The styles are those of RFC 6570, and three more for a query. A value that a style cannot write (a list within a list,
an item with a separator that cannot be escaped) is refused, and so is a value that the contract refuses: nothing is
converted to the declared type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from .codec import (
    ANY,
    NUMBER,
    Array,
    Const,
    Departure,
    Enumeration,
    Limited,
    Object,
    Type,
    Union,
    check,
    examine,
    kind_of,
    pointer,
    table_of,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Entries = list[tuple[str, str]]


class Parameter(NamedTuple):
    """One declared parameter: its name in the request, its Python argument, location, type and style.

    `style` and `explode` are those of OpenAPI, set only if they are not the default of the location.
    """

    name: str
    attribute: str
    location: str
    type: Type[Any]
    required: bool = False
    nullable: bool = False
    style: str = ""
    explode: bool | None = None

    @property
    def form(self) -> tuple[str, bool]:
        """The style and `explode` that apply, with defaults filled in."""
        style = self.style or _DEFAULTS[self.location]
        return style, style == "form" if self.explode is None else self.explode


class _Rule(NamedTuple):
    """A row of RFC 6570: first text, separator, whether parts are named, and what follows an empty value's name."""

    first: str
    between: str
    named: bool
    if_empty: str = ""


_DEFAULTS: Final = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_RULES: Final = {
    "simple": _Rule("", ",", named=False),
    "label": _Rule(".", ".", named=False),
    "matrix": _Rule(";", ";", named=True),
    "form": _Rule("", "&", named=True, if_empty="="),
}
# Separators of a list in a query that is written as one parameter, percent-encoded where a URL cannot hold them.
_SEPARATORS: Final = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}
STYLES: Final = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}


class _Refused(Exception):  # noqa: N818 - caught where it is raised
    """A value that cannot be written: what was expected, and what was given."""


class Findings:
    """Where the arguments of one call depart from the contract: `refused`, or only `noted`, if `allowed`.

    `allowed`: the keywords of departures that are sent all the same.
    """

    def __init__(self, allowed: frozenset[str]) -> None:
        """Start without any."""
        self.allowed = allowed
        self.refused: list[Departure] = []
        self.noted: list[Departure] = []

    def add(self, found: Iterable[Departure], where: str = "") -> bool:
        """Add departures, under a pointer; return whether one of them is refused."""
        before = len(self.refused)
        for one in found:
            kept = self.noted if one.keyword in self.allowed else self.refused
            kept.append(Departure(where + one.pointer, one.expected, one.got, one.keyword))
        return len(self.refused) > before


def add_parameter(parameter: Parameter, value: object, request: dict[str, Any], findings: Findings) -> None:
    """Write an argument into a request, unless the contract or the location refuses it."""
    where = pointer([parameter.name])
    try:
        written = _as_word(parameter.type, write(value))
        if not findings.add(examine(parameter.type, written), where):
            _put(parameter, written, request)
    except _Refused as problem:
        expected, got = problem.args
        findings.add([Departure(where, expected, got)])
    except (ValueError, RecursionError):
        findings.add([Departure(where, parameter.type.expected, "a value that is too long, too deep or holds itself")])


def _put(parameter: Parameter, written: object, request: dict[str, Any]) -> None:
    """Write a value of the declared type as its style says."""
    if has_fraction_for_integer(parameter.type, written):
        raise _Refused("integer", "number")
    entries = list(_entries(written))
    if entries:
        _PLACES[parameter.location](parameter, written, entries, request)
    elif parameter.required:
        raise _Refused(parameter.type.expected, "nothing in it")


def finish_query(request: dict[str, Any]) -> None:
    """Move the query into the url if httpx would encode a part of it differently."""
    written = request.pop("query", [])
    if written:
        params = request.pop("params", {})
        plain = [(k, one) for k, v in params.items() for one in (v if isinstance(v, list) else [v])]
        pairs = [f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in plain]
        request["url"] += "?" + "&".join([*pairs, *written])


def scalars(type_: Type[Any]) -> set[Type[Any]]:
    """Return the types that a value, or the items or properties within it, may have; not deeper ones."""
    match type_:
        case Limited():
            return scalars(type_.base)
        case Array():
            return scalars(type_.item)
        case Union():
            return {one for branch in type_.branches for one in scalars(branch)}
        case Object():
            table = table_of(type_.python)
            parts = [*(field.type for field in table.fields), *([table.extra] if table.extra else [])]
            return {one for part in parts if not isinstance(part, Object) for one in scalars(part)}
        case _:
            return {type_}


def _as_word(type_: Type[Any], value: Any) -> Any:
    """Write a boolean as the declared text "true" or "false"; not for a text without declared values."""
    word = "true" if value else "false"
    if not isinstance(value, bool) or not check(type_, value):
        return value
    return word if any(_has_word(one, word) for one in scalars(type_)) else value


def _has_word(type_: Type[Any], word: str) -> bool:
    if isinstance(type_, Enumeration):
        return word in type_.kinds[0]
    return isinstance(type_, Const) and type_.value == word


def has_fraction_for_integer(type_: Type[Any], value: Any) -> bool:
    """Whether 5.0 was given for an integer: JSON accepts it, the text of a parameter or form does not."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return any(isinstance(one, float) for one in parts) and {NUMBER, ANY}.isdisjoint(scalars(type_))


def _entries(value: Any) -> Iterator[tuple[str, str]]:
    """Return each part as a text, with its name if it is an object's; null is left out, as in RFC 6570."""
    if isinstance(value, dict):
        yield from ((_text(name), _text(part)) for name, part in value.items() if part is not None)
    elif isinstance(value, list):
        yield from (("", _text(part)) for part in value if part is not None)
    else:
        yield "", _text(value)


def _text(value: object) -> str:
    """Write one value.

    Raises:
        _Refused: it is a list, an object or null, or a text that UTF-8 cannot hold.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise _Refused("a text, a number or a flag", kind_of(value))
    if has_lone_surrogate(text := str(value)):
        raise _Refused("text that UTF-8 can hold", "a lone surrogate")
    return text


def has_lone_surrogate(text: str) -> bool:
    """Whether UTF-8 cannot hold a text; Python's own error would show the text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _expanded(parameter: Parameter, written: object, entries: Entries, encode: Callable[[str], str]) -> str:
    """Expand a value as RFC 6570 does."""
    style, explode = parameter.form
    rule, name = _RULES[style], encode(parameter.name)
    pairs = [(encode(key), encode(text)) for key, text in entries]
    if isinstance(written, dict) and explode:
        return rule.first + rule.between.join(f"{key}={text}" for key, text in pairs)
    texts = [text for _, text in pairs]
    if isinstance(written, dict):
        texts = [one for pair in pairs for one in pair]
    if not explode:
        texts = [",".join(texts)]
    if rule.named:
        texts = [f"{name}={text}" if text else f"{name}{rule.if_empty}" for text in texts]
    return rule.first + rule.between.join(texts)


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _to_query(parameter: Parameter, written: object, entries: Entries, request: dict[str, Any]) -> None:
    style, explode = parameter.form
    name, several = parameter.name, isinstance(written, dict | list)
    if style == "deepObject" and not isinstance(written, dict):
        raise _Refused("object", kind_of(written))
    if several and not explode and style != "deepObject":
        request.setdefault("query", []).append(_joined(parameter, written, entries, _SEPARATORS[style]))
        return
    form = "{name}[{key}]" if style == "deepObject" else "{key}" if isinstance(written, dict) else "{name}"
    texts: dict[str, list[str]] = {}
    for key, text in entries:
        texts.setdefault(form.format(name=name, key=key), []).append(text)
    params = request.setdefault("params", {})
    if not texts.keys().isdisjoint(params):
        raise _Refused("names that no other parameter has", "one that another has")
    params.update({key: found if len(found) != 1 else found[0] for key, found in texts.items()})


def _joined(parameter: Parameter, written: object, entries: Entries, separator: str) -> str:
    """Write a list or an object as one parameter of a query."""
    if separator != "," and any(separator in _encoded(one) for entry in entries for one in entry):
        raise _Refused("parts without the separator", "a part that holds it")
    plain = parameter._replace(style="form", explode=False)
    return _expanded(plain, written, entries, _encoded).replace(",", separator)


def _to_path(parameter: Parameter, written: object, entries: Entries, request: dict[str, Any]) -> None:
    text = _expanded(parameter, written, entries, _encoded)
    if text in {"", ".", ".."}:
        raise _Refused("a path segment", "none")
    request["url"] = request["url"].replace(f"{{{parameter.name}}}", text)


def _to_header(parameter: Parameter, written: object, entries: Entries, request: dict[str, Any]) -> None:
    if isinstance(written, dict | list) and any("," in one for entry in entries for one in entry):
        raise _Refused("parts without the separator", "a part that holds it")
    text = _expanded(parameter, written, entries, str)
    if not is_header_text(text):
        raise _Refused("one line of ASCII text", "other characters")
    request.setdefault("headers", {})[parameter.name] = text


def is_header_text(text: str) -> bool:
    """Whether a text can be a header's value: printable ASCII, no blank at either end."""
    return text.isascii() and text.isprintable() and text == text.strip()


def _to_cookie(parameter: Parameter, written: object, entries: Entries, request: dict[str, Any]) -> None:
    if isinstance(written, dict | list) and parameter.form[1]:
        raise _Refused("one value", kind_of(written))
    headers = request.setdefault("headers", {})
    value = _expanded(parameter._replace(name=""), written, entries, _encoded)  # a path has no names
    headers["Cookie"] = "; ".join([*filter(None, [headers.get("Cookie")]), parameter.name + value])


_PLACES: Final = {"query": _to_query, "path": _to_path, "header": _to_header, "cookie": _to_cookie}
