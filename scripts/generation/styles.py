"""Writes the declared style of a parameter as code; refuses a parameter that its style cannot write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.files.failures import Refused
from scripts.templates.runtime.parameters import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.generation.records import Model, Type

_JOINED: Final = ("spaceDelimited", "pipeDelimited")


def style_flags(declared: Mapping[str, Any], type_: Type, models: Mapping[str, Model], pointer: str) -> str:
    """Write a parameter's style and `explode` as keyword arguments, where they are not the default of its place.

    Raises:
        Refused: the location has no such style, or the style cannot write values that the parameter may have.
    """
    location = declared["in"]
    default = STYLES[location][0]
    style = declared.get("style", default)
    explode = declared.get("explode", style == "form")
    kinds = list(dict.fromkeys(_kinds(type_, models)))
    if style not in STYLES[location] or not any(_is_writable(kind, style, location, explode=explode) for kind in kinds):
        how = f"style {style}, explode {str(explode).lower()}"
        what = f"the {location} parameter {declared['name']!r}: {' or '.join(kinds)}"
        raise Refused(f"{pointer}: {what} cannot be written in {how}")
    flags = f", style={style!r}" if style != default else ""
    return flags + (f", explode={explode}" if explode is not (style == "form") else "")


def _kinds(type_: Type, models: Mapping[str, Model]) -> Iterator[str]:
    """Name the kinds of value that a parameter may be."""
    if type_.kind == "Union":
        for one in type_.parts:
            yield from _kinds(one, models)
    elif type_.kind == "Array":
        yield "a list of lists or objects" if all(map(_is_compound, type_.parts)) else "a list"
    elif type_.kind == "Object":
        parts = models[type_.name].properties
        yield "an object of lists or objects" if any(_is_compound(one.type) for one in parts) else "an object"
    elif type_.kind != "NULL":
        yield "any value" if type_.kind == "ANY" else "a value"


def _is_compound(type_: Type) -> bool:
    """Whether a part is certainly a list or an object."""
    if type_.kind == "Union":
        return all(_is_compound(one) for one in type_.parts if one.kind != "NULL")
    return type_.kind in {"Array", "Object"}


def _is_writable(kind: str, style: str, location: str, *, explode: bool) -> bool:
    """Whether a style has a form for a kind of value, by the table of styles in the OpenAPI Specification."""
    if kind == "a value":
        return style not in {*_JOINED, "deepObject"}
    if kind in {"a list", "an object"}:
        apart = explode and (style in _JOINED or location == "cookie")
        return not apart and (kind == "an object" or style != "deepObject")
    return kind == "any value"
