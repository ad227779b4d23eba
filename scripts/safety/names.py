"""Checks each name that becomes a file, class, attribute or URL.

Unusual names pass: enum values with spaces or colons, properties with dashes or a leading digit, tags with `&`.
`scripts.safety.collisions` finds names that are safe alone but equal in code.
"""

from __future__ import annotations

import re
import unicodedata
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from scripts.corrections.grammar import Part, walk
from scripts.generation.parser import class_name, identifier
from scripts.safety.findings import Finding, quoted
from scripts.safety.texts import invisible, line_break

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.corrections.grammar import Place

    Rule = Callable[[str], str | None]

# RFC 3986 path characters without the quote; no encoded slash, dot, backslash or NUL; the generator's path parameters.
SEGMENT = re.compile(
    r"(?:[A-Za-z0-9._~!$&()*+,;=:@-]"
    r"|%(?!2[EeFf]|5[Cc]|00)[0-9A-Fa-f]{2}"
    r"|\{[A-Za-z_][A-Za-z0-9_-]*\})+"
)
BREAKING_OUT = frozenset('"\\`{}<>')  # could end a literal, open a template, or be read as markup
OURS = {"x-resource-name", "x-source"}
LENGTH = 120  # characters; file systems allow 255 bytes to a name
# Windows reserves these names for devices, so no file can have them. Source: Microsoft, "Naming Files".
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))}


def check(document: dict[str, Any]) -> Iterator[Finding]:
    """Check every name of the document by the rule of its kind."""
    for place in walk(document):
        for steps, name, rule in _names(place):
            if not isinstance(name, str):
                if steps[-1] != "const" and steps[-2:-1] != ("enum",):
                    yield Finding(steps, "is not a string, where a name belongs")
            elif reason := rule(name):
                yield Finding(steps, f"{reason}: {quoted(name)}")


def check_ours(document: dict[str, Any]) -> Iterator[Finding]:
    """Refuse the keys by which our own corrections control the generator: no published document may have them."""
    for place in walk(document):
        for word in OURS & place.value.keys() if place.kind in {"tag", "operation"} else ():
            yield Finding((*place.steps, word), "is a word of our own corrections, which no published document may use")


def _names(place: Part) -> Iterator[tuple[Place, object, Rule]]:
    """Yield the names that an object defines: its own key, and those in its fields."""
    steps, value = place.steps, place.value
    key_rule = _KEYS.get((place.kind, *steps[-2:-1]))
    if place.is_component:
        key_rule = COMPONENT if place.kind == "schema" else SHARED
    if key_rule:
        yield steps, steps[-1], key_rule
    for field, rule in _FIELDS.get(place.kind, {}).items():
        if field in value and (field != "title" or _MAKE_CLASSES & value.keys() or value.get("type") == "object"):
            yield (*steps, field), value[field], rule
    if place.kind == "parameter" and value.get("in") in ("header", "cookie"):  # not a set: the value may be unhashable
        yield (*steps, "name"), value.get("name"), HEADER
    for field, rule in _LISTS.get(place.kind, {}).items():
        entries = value.get(field)
        yield from (
            ((*steps, field, i), one, rule) for i, one in enumerate(entries if isinstance(entries, list) else [])
        )


def _path(name: str) -> str | None:
    """Refuse what is not a plain path: a host (`//`), dots, an encoded slash, a query or a fragment."""
    segments = name.removesuffix("/").split("/")[1:]
    plain = name.startswith("/") and all(SEGMENT.fullmatch(segment) for segment in segments)
    return None if name == "/" or (plain and not {".", ".."} & set(segments)) else "is not a plain URL path"


def _unlike(pattern: str, reason: str) -> Rule:
    """Make the rule that refuses what a pattern does not match as a whole."""
    compiled = re.compile(pattern, re.ASCII)
    return lambda name: None if compiled.fullmatch(name) else reason


def _each(*rules: Rule) -> Rule:
    """Make a rule of several; the first that refuses gives the reason."""
    return lambda name: next(filter(None, (rule(name) for rule in rules)), None)


def _plain(name: str) -> str | None:
    """Refuse characters that no name needs and that could break out of the code around a name."""
    breaking = next((character for character in name if character in BREAKING_OUT), None)
    return invisible(name) or line_break(name) or (f"holds the character {breaking}" if breaking else None)


def _traversal(name: str) -> str | None:
    parts = re.split(r"[/\\]", name)
    leaves = {".", "..", ""} & set(parts) or re.match(r"[A-Za-z]:", name)
    return "looks like a path out of its folder" if leaves else None


def _class(name: str) -> str | None:
    made = class_name(name)
    if not made.isascii():
        return "makes a class whose name is not ASCII, and may look like another's"
    return _identifier(made) or _module(identifier(made))


def _module(made: str) -> str | None:
    return _identifier(made) or _too_long(made) or ("makes a file name that Windows keeps" if made in DEVICES else None)


def _too_long(name: str) -> str | None:
    return f"is longer than {LENGTH} characters" if len(name) > LENGTH else None


def _attribute(name: str) -> str | None:
    made = identifier(name)
    nothing = made == identifier("") and not any(character.isalnum() for character in name)
    return "leaves nothing to name it by" if nothing else _identifier(made)


def _identifier(made: str) -> str | None:
    """Refuse what is not an identifier, or what Python reads as another one, because it normalises them to NFKC."""
    if not made.isidentifier():
        return "makes no identifier"
    if unicodedata.normalize("NFKC", made) != made:
        return f"makes the identifier {made}, which Python reads as {unicodedata.normalize('NFKC', made)}"
    return None if _is_free(made) else "is a word of Python's"


def _is_free(name: str) -> bool:
    return not iskeyword(name) and not name.startswith("__")


def _resource_of(tag: str) -> str | None:
    # A Python keyword gets an underscore: the attribute of the tag Import is `import_`.
    made = identifier(tag, "tag_")
    return _module(made) or _RESOURCE(made.rstrip("_"))


_RESOURCE = _unlike(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", "is not a name for a resource")
COMPONENT = _each(_unlike(r"[A-Za-z][A-Za-z0-9._-]*", "is not a name for a class"), _class)
# The name of a component that makes no class: OpenAPI 3.1, Components Object.
SHARED = _unlike(r"[A-Za-z0-9][A-Za-z0-9._-]*", "is not a name for a component")
TITLE = _each(line_break, _traversal, _class)
TAG = _each(_plain, _traversal, _class, _resource_of)
OPERATION = _each(
    _unlike(r"[A-Za-z][A-Za-z0-9_.:/ ()\[\],+-]*", "is not a name for a function"),
    *(_traversal, _attribute, lambda name: _module(identifier(name))),
)
# It is an attribute, and stands in a literal that it could break out of.
PROPERTY = _each(_plain, _too_long, _attribute)
# The generator would strip invisible characters from a value.
VALUE = _each(invisible, line_break)
# The generator takes these names from the document unchanged.
MEMBER = _unlike(r"[A-Za-z][A-Za-z0-9_]*", "is not a name for a member of an enum")
# An HTTP field name (RFC 9110); anything else could forge another field.
HEADER = _unlike(r"[A-Za-z0-9!#$%&*+.^_|~-]+", "is not a name for a header")

# (kind, key of the map that it is in) -> rule of its own key
_KEYS: dict[tuple[object, ...], Rule] = {
    ("schema", "properties"): PROPERTY,
    ("schema", "$defs"): COMPONENT,
    ("media type", "content"): _unlike(r"[\w.+*-]+/[\w.+*-]+(?:; ?[\w.-]+=[\w.+-]+)*", "is not a media type"),
    ("response", "responses"): _unlike(r"[1-5](?:\d\d|XX)|default", "is not a status"),
    ("path item", "paths"): _path,
    ("path item", "webhooks"): OPERATION,
    ("parameter", "headers"): HEADER,
}
_FIELDS: dict[str, dict[str, Rule]] = {
    "operation": {"operationId": OPERATION},
    "parameter": {"name": PROPERTY},
    "schema": {"title": TITLE, "const": VALUE},
    "tag": {"name": TAG, "x-resource-name": _each(_RESOURCE, _module)},
}
# A title names a class only beside one of these, or in an object.
_MAKE_CLASSES = {"properties", "additionalProperties", "allOf", "enum"}
_LISTS: dict[str, dict[str, Rule]] = {
    "operation": {"tags": TAG},
    "schema": {"enum": VALUE, "x-enum-varnames": MEMBER, "required": PROPERTY},
}
