"""Moves each titled inline type to one component, so that one concept is one class.

The generator prefixes an inline enum or object with its parent's name, whatever its title says, so that a concept
spelled out in ten places becomes ten classes. Here every inline enum or object whose title is a type name moves to
`components/schemas` under that title, once; its places refer to it:

| the place had | it becomes |
|---|---|
| the type alone | `$ref` |
| the type, and notes (`description`, `default`, `example`, ...) | `allOf: [$ref]` and the notes |
| the type or null | `anyOf: [$ref, type: null]` and the notes |

All places with one title must have the same content: the same limits and properties, and for an enum the same *set* of
values (the vendor writes some lists in two orders; the first order found is kept). Notes inside an object may differ,
except defaults; the notes of the first place are kept. A component that the document already has under that title is
used, if it has the same content. An untitled inline type takes the title of an equal type under the same property or
parameter name, so a new version that uses a known type in one more place gets no second class. Any other untitled type
stays inline, with the class name that the generator derives; an inline enum with null is then written as
`anyOf: [enum, null]`, because the generator would make three classes of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scripts.corrections.grammar import Place, copied, rewrite, rewrite_schema, schemas
from scripts.corrections.naming import is_type_name
from scripts.corrections.nullability import NULL, allows_null, is_annotation, or_null, without_null
from scripts.files.documents import pointer
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPONENTS = ("components", "schemas")


class NotOneTypeError(Refused):
    """Two places have one title and differ; `place` is the later of them."""

    def __init__(self, title: str, where: Place, place: Place) -> None:
        super().__init__(f"{title} is not one type: {pointer(*where)} and {pointer(*place)} differ in content")
        self.place = place


def lift(document: dict[str, Any]) -> dict[str, Any]:
    """Copy the document with titled inline types moved to components; Refused names two places that differ."""
    titled = _with_known_titles(rewrite(document, lambda schema, _: _folded(schema)))
    found = _concepts(titled)
    result = rewrite(titled, _moved(found))
    if found:
        components = result.setdefault("components", {}).setdefault("schemas", {})
        components.update({title: schema for title, schema in found.items() if title not in components})
    return result


def idle_titles(document: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield inline titles that look like a type's name but are not on a type: a stale correction, if one set them."""
    for place, schema in schemas(document):
        if is_type_name(title := schema.get("title")) and not is_type(_folded(schema)) and not _is_component(place):
            yield place, title


def type_names(document: dict[str, Any]) -> list[str]:
    """List the components that are enums or objects, sorted."""
    return sorted(name for name, schema in _components(document).items() if is_type(schema))


def _folded(schema: dict[str, Any]) -> dict[str, Any]:
    """Write a titled union of one type and null as that type with null; leave any other schema as it is."""
    content = {key: value for key, value in schema.items() if not is_annotation(key)}
    branches = content.get("anyOf", content.get("oneOf"))
    if len(content) != 1 or not is_type_name(schema.get("title")) or not isinstance(branches, list):
        return schema
    types = [branch for branch in branches if branch != NULL]
    if len(branches) != len(types) + 1 or len(types) != 1 or not is_type(types[0]):
        return schema
    notes = {key: value for key, value in schema.items() if is_annotation(key)}
    return {**or_null(copied(types[0])), **notes}


def _with_known_titles(document: dict[str, Any]) -> dict[str, Any]:
    """Return an untitled inline type the title that the same content has elsewhere under the same name."""
    keys = {place: (_known_as(document, place), _content(schema)) for place, schema in _inline_types(document)}
    titles: dict[tuple[str, str], set[str]] = {}
    for place, schema in _inline_types(document):
        if is_type_name(title := schema.get("title")):
            titles.setdefault(keys[place], set()).add(title)
    known = {key: found.pop() for key, found in titles.items() if len(found) == 1 and key[0]}

    def change(schema: dict[str, Any], place: Place) -> dict[str, Any]:
        title = known.get(keys[place]) if place in keys and "title" not in schema else None
        return {"title": title, **schema} if title else schema

    return rewrite(document, change)


def _concepts(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the component of each title, the first place's content; Refused if a later place differs."""
    places: dict[str, Place] = {name: (*_COMPONENTS, name) for name in _components(document)}
    contents = {name: _component_content(schema) for name, schema in _components(document).items()}
    notes: dict[str, list[Any]] = {}
    for place, schema in _inline_types(document):
        if not is_type_name(title := schema.get("title")):
            continue
        where, content = places.setdefault(title, place), _content(schema)
        if contents.setdefault(title, content) != content:
            raise NotOneTypeError(title, where, place)
        notes.setdefault(title, []).append(schema.get("description"))
    return {title: _noted(said) for title, said in notes.items()}


def _noted(descriptions: list[Any]) -> dict[str, Any]:
    """Start a component: with the description of its places, if they all have the same."""
    first = descriptions[0]
    return {"description": first} if first and all(said == first for said in descriptions) else {}


def _moved(found: dict[str, dict[str, Any]]) -> Any:
    """Make the change that puts each type's content into `found` and a reference in its place."""
    filled: set[str] = set()

    def change(schema: dict[str, Any], place: Place) -> dict[str, Any]:
        if not is_type(schema):
            return schema
        title = schema.get("title")
        if _is_component(place):
            return schema
        if title not in found:
            return _split_null(schema) if "enum" in schema else schema
        if title not in filled:
            filled.add(title)
            found[title] = {**_type_alone(schema), **found[title]}
        return _beside_notes({"$ref": f"#{pointer(*_COMPONENTS, title)}"}, schema)

    return change


def _beside_notes(content: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Replace a schema by a type or a reference to it, with the notes and the null of the schema."""
    notes = {key: value for key, value in schema.items() if is_annotation(key) and key != "title"}
    if _takes_null(schema):
        return {"anyOf": [content, dict(NULL)], **notes}
    return {"allOf": [content], **notes} if notes else content


def _split_null(schema: dict[str, Any]) -> dict[str, Any]:
    return _beside_notes(_type_alone(schema), schema) if _takes_null(schema) else schema


def _type_alone(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the type without its notes and its null."""
    return without_null({key: copied(value) for key, value in schema.items() if not is_annotation(key)})


def _takes_null(schema: dict[str, Any]) -> bool:
    by_type = allows_null(schema) or "type" not in schema
    return None in schema["enum"] and by_type if "enum" in schema else allows_null(schema)


def _content(schema: dict[str, Any]) -> str:
    """Write a type as text for comparison: without its null and notes, but with inner defaults, and enums as sets."""

    def bare(inner: dict[str, Any], _: Place) -> dict[str, Any]:
        kept = {key: value for key, value in inner.items() if key == "default" or not is_annotation(key)}
        for key in kept.keys() & {"enum", "required"}:
            kept[key] = sorted(kept[key], key=_text)
        return kept

    return _text(rewrite_schema(_type_alone(schema), bare))


def _component_content(schema: Any) -> str:
    """Write a component as text for comparison; "", equal to none, if it is not a type or allows null."""
    return _content(schema) if is_type(schema) and not _takes_null(schema) else ""


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _inline_types(document: dict[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    return ((place, schema) for place, schema in schemas(document) if is_type(schema) and not _is_component(place))


def is_type(schema: Any) -> bool:
    """Whether the generator would make a class of a schema: an enum, or an object."""
    if not isinstance(schema, dict):
        return False
    enum = schema.get("enum")
    if isinstance(enum, list):
        return any(value is not None for value in enum)
    types = schema.get("type", "object" if "properties" in schema else None)
    return types == "object" or (isinstance(types, list) and set(types) == {"object", "null"})


def _is_component(place: Place) -> bool:
    return place[:-1] == _COMPONENTS


def _components(document: dict[str, Any]) -> dict[str, Any]:
    components: dict[str, Any] = document.get("components", {}).get("schemas", {})
    return components


def _known_as(document: dict[str, Any], place: Place) -> str:
    """Name the property or parameter that a schema describes, with the steps below it; "" where there is none."""
    if "properties" in place:
        after = len(place) - place[::-1].index("properties")
        return pointer(*place[after:])
    if "parameters" not in place or "schema" not in place:
        return ""
    parameter: Any = document
    for step in place[: place.index("schema", place.index("parameters"))]:
        parameter = parameter[step]
    return pointer(parameter.get("name", ""), *place[place.index("schema") + 1 :])
