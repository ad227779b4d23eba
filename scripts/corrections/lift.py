"""Moves each inline type to one component, so that one concept is one class with one name.

The generator prefixes an inline enum or object with its parent's name, whatever its title says, so that a concept
spelled out in ten places becomes ten classes. Here every inline enum or object moves to `components/schemas` under its
title, once; its places refer to it:

| the place had | it becomes |
|---|---|
| the type alone | `$ref` |
| the type, and notes (`description`, `default`, `example`, ...) | `allOf: [$ref]` and the notes |
| the type or null | `anyOf: [$ref, type: null]` and the notes |

Places with one title are one type if they have the same content: the same limits and properties, and for an enum the
same *set* of values (the vendor writes some lists in two orders; the first order found is kept). Notes inside an object
may differ, except defaults; the notes of the first place are kept. Where contents differ, the title stays with the
component that the document has under that name, else with the content of most places; the others get a number after it,
until they are the same again.

A type without a title takes the name of an equal type, if there is just one; so a new version that uses a known type in
one more place gets no second class. Any other gets a name from the place where it is: its parent's name and its own, as
the generator would call it, but without a leading part where it is longer than 40 characters.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain, count
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import frozen

from scripts.corrections.grammar import Place, alter, copied, references, rewrite_schema, schemas
from scripts.corrections.naming import derived_name, is_type_name
from scripts.corrections.nullability import NULL, allows_null, is_annotation, or_null, parted, without_null
from scripts.files.documents import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Types: TypeAlias = "dict[Place, dict[str, Any]]"
_COMPONENTS = ("components", "schemas")
# Keywords whose schemas the generator makes nothing of.
_ALONE = {"not", "if", "then", "else", "contains", "propertyNames", "$defs", "definitions"}


@frozen
class Lifted:
    """A document with one component for each type, and the names that nobody chose, by place.

    `apart`: types that differ from the others of their title; `derived`: types without a title.
    """

    document: dict[str, Any]
    apart: dict[Place, str]
    derived: dict[Place, str]


def lift(document: dict[str, Any]) -> Lifted:
    """Copy the document with each inline type moved to a component, and tell which names nobody chose."""
    made: dict[str, Any] = copied(document)
    alter(made, lambda schema, _: _folded(schema))
    types = {place: schema for place, schema in schemas(made) if is_type(schema) and not _is_component(place)}
    contents = {place: _content(schema) for place, schema in types.items()}
    _title(types, _known(made, types, contents))
    _title(types, apart := _apart(made, types, contents))
    _title(types, derived := _derived(made, types))
    found = _concepts(types)
    places = {pointer(*place): schema["title"] for place, schema in types.items() if schema.get("title") in found}
    alter(made, _moved(found))
    if found:
        components = made.setdefault("components", {}).setdefault("schemas", {})
        components.update({title: schema for title, schema in found.items() if title not in components})
    alter(made, lambda schema, _: _redirected(schema, places))
    idle = _drop_unused(made, set(derived.values()))
    return Lifted(made, apart, {place: name for place, name in derived.items() if name not in idle})


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
    content, notes = parted(schema)
    branches = content.get("anyOf", content.get("oneOf"))
    if len(content) != 1 or not is_type_name(schema.get("title")) or not isinstance(branches, list):
        return schema
    types = [branch for branch in branches if branch != NULL]
    if len(branches) != len(types) + 1 or len(types) != 1 or not is_type(types[0]):
        return schema
    return {**or_null(copied(types[0])), **notes}


def _known(document: dict[str, Any], types: Types, contents: Mapping[Place, str]) -> dict[Place, str]:
    """Give an untitled inline type the name of the one equal type that has one."""
    names: dict[str, set[str]] = {}
    for name, component in _components(document).items():
        names.setdefault(_component_content(component), set()).add(name)
    for place, schema in types.items():
        if is_type_name(title := schema.get("title")):
            names.setdefault(contents[place], set()).add(title)
    known = {content: found.pop() for content, found in names.items() if len(found) == 1 and content}
    return {
        place: known[contents[place]]
        for place, schema in types.items()
        if contents[place] in known and "title" not in schema and (schema.get("enum") or schema.get("properties"))
    }


def _title(types: Types, titles: Mapping[Place, str]) -> None:
    for place, title in titles.items():
        types[place]["title"] = title


def _apart(document: dict[str, Any], types: Types, contents: Mapping[Place, str]) -> dict[Place, str]:
    """Number the types whose content is not that of their title."""
    titled: dict[str, dict[Place, str]] = {}
    for place, schema in types.items():
        if is_type_name(title := schema.get("title")):
            titled.setdefault(title, {})[place] = contents[place]
    taken, found = {*titled, *_components(document)}, dict[Place, str]()
    for title, places in titled.items():
        component = _components(document).get(title)
        counts = Counter(places.values())
        kept = max(counts, key=lambda content: counts[content]) if component is None else _component_content(component)
        numbered = {content: _free(title, taken) for content in counts if content != kept}
        found |= {place: numbered[content] for place, content in places.items() if content != kept}
    return found


def _derived(document: dict[str, Any], types: Types) -> dict[Place, str]:
    """Name the types without a title by their places."""
    titles = {place: schema["title"] for place, schema in types.items() if is_type_name(schema.get("title"))}
    taken, found = {*titles.values(), *_components(document)}, dict[Place, str]()
    for place, schema in types.items():  # parents before children
        is_part = "allOf" in place[-2:] or _ALONE & set(map(str, place))
        if "title" not in schema and not is_part and _is_class(schema):
            name = derived_name(document, place, {**titles, **found})
            if is_type_name(name):
                found[place] = _free(name, taken)
    return found


def _is_class(schema: dict[str, Any]) -> bool:
    """Whether the generator makes a class of a type: not of an enum of fractions, booleans or several types."""
    return {type(value) for value in schema.get("enum", ()) if value is not None} in (set(), {str}, {int})


def _free(name: str, taken: set[str]) -> str:
    """Return the name, or if it is taken, the name with the first free number from 2 on; it is taken then."""
    free = next(one for one in chain([name], (f"{name}{number}" for number in count(2))) if one not in taken)
    taken.add(free)
    return free


def _concepts(types: Types) -> dict[str, dict[str, Any]]:
    """Start the component of each title: with the description of its places, if they all have the same."""
    notes: dict[str, list[Any]] = {}
    for schema in types.values():
        if is_type_name(title := schema.get("title")):
            notes.setdefault(title, []).append(schema.get("description"))
    shared = {title: said[0] if said.count(said[0]) == len(said) else None for title, said in notes.items()}
    return {title: {"description": said} if said else {} for title, said in shared.items()}


def _moved(found: dict[str, dict[str, Any]]) -> Any:
    """Make the change that puts each type's content into `found` and a reference in its place."""
    filled: set[str] = set()

    def change(schema: dict[str, Any], place: Place) -> dict[str, Any]:
        if not is_type(schema) or _is_component(place):
            return schema
        title = schema.get("title")
        if title not in found:
            return _beside_notes(_type_alone(schema), schema) if "enum" in schema and _takes_null(schema) else schema
        if title not in filled:
            filled.add(title)
            found[title] = {**_type_alone(schema), **found[title]}
        return _beside_notes({"$ref": f"#{pointer(*_COMPONENTS, title)}"}, schema)

    return change


def _drop_unused(document: dict[str, Any], derived: set[str]) -> set[str]:
    """Take out the derived types that nothing refers to, and name them: inside a type that joined an equal one."""
    dropped: set[str] = set()
    while idle := derived - dropped - {ref.rpartition("/")[2] for _, ref in references(document)}:
        for name in idle:
            del _components(document)[name]
        dropped |= idle
    return dropped


def _redirected(schema: dict[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """Let a reference to something inside a type that has moved follow it."""
    target = schema.get("$ref")
    steps = str(target).removeprefix("#").split("/") if isinstance(target, str) else []
    for length in range(len(steps) - 1, 1, -1):
        if title := places.get("/".join(steps[:length])):
            return {**schema, "$ref": "/".join(["#", *_COMPONENTS, title, *steps[length:]])}
    return schema


def _beside_notes(content: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Replace a schema by a type or a reference to it, with the notes and the null of the schema."""
    notes = {key: value for key, value in schema.items() if is_annotation(key) and key != "title"}
    if _takes_null(schema):
        return {"anyOf": [content, dict(NULL)], **notes}
    return {"allOf": [content], **notes} if notes else content


def _type_alone(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the type without its notes and its null."""
    return without_null(copied(parted(schema)[0]))


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
