"""Changes, drawn systematically over every place of an OpenAPI document: one changed copy at a time.

`mutations` change what a document means to programs; `remarks` what it says beside that, to people and of versions. A
copy shares everything but the path to its change, so thousands are cheap. Left out is what says nothing: `nullable`
on a schema without a type.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

Step = str | int
Path = tuple[Step, ...]
METHODS = ("get", "post", "put", "patch", "delete")
OTHER_TYPE = {"string": "integer", "integer": "string", "number": "boolean", "boolean": "string", "object": "string"}
OTHER_LIMIT = ("minimum", "maximum", "minLength", "maxLength", "minItems")


@frozen
class Mutation:
    """One change: its kind, where it is, and how to make it on a copy."""

    kind: str
    place: Path
    change: Callable[[Any], Any]

    def apply(self, document: Any) -> Any:
        """Give the changed copy."""
        return at(document, self.place, self.change)

    def __str__(self) -> str:
        """Name the change for a test report."""
        return f"{self.kind} {'/'.join(map(str, self.place))}"


def drawn(found: Sequence[Any], count: int, most: int | None = None) -> list[Any]:
    """Draw so many, evenly over all that were found.

    With MUTATIONS=all, as in the weekly run of CI, every one is taken, or at most `most` where each takes a second.
    """
    count = min(len(found), (most or len(found)) if os.environ.get("MUTATIONS") == "all" else count)
    return [found[index * len(found) // count] for index in range(count)]


def at(value: Any, place: Path, change: Callable[[Any], Any]) -> Any:
    """Copy a value with the part at a place changed; what is not on the way there is shared."""
    if not place:
        return change(value)
    head, rest = place[0], place[1:]
    if isinstance(value, list):
        return [at(item, rest, change) if index == head else item for index, item in enumerate(value)]
    return {key: at(item, rest, change) if key == head else item for key, item in value.items()}


def setting(key: Step, value: Any) -> Callable[[Any], Any]:
    """Make the change that sets a key."""
    return lambda found: {**found, key: value}


def without(key: Step) -> Callable[[Any], Any]:
    """Make the change that drops a key or an index."""
    return lambda found: (
        [item for index, item in enumerate(found) if index != key]
        if isinstance(found, list)
        else {name: item for name, item in found.items() if name != key}
    )


def renaming(old: str, new: str) -> Callable[[Any], Any]:
    """Make the change that renames a key and keeps the order."""
    return lambda found: {new if name == old else name: item for name, item in found.items()}


def mutations(document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Yield every mutation of every place."""
    yield from of_whole(document)
    for name, schema in document["components"]["schemas"].items():
        yield from of_component(document, name)
        yield from of_schema(schema, ("components", "schemas", name), document)
    for kind in ("parameters", "requestBodies", "responses"):
        for name, part in document["components"].get(kind, {}).items():
            yield from of_part(part, ("components", kind, name), document)
    for section in ("paths", "webhooks"):
        for path, item in document.get(section, {}).items():
            for method in METHODS:
                if method in item:
                    yield from of_operation(item[method], (section, path, method), document)


def remarks(document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Yield every change of what is said beside the meaning, which a changelog tells of all the same."""
    yield from (Mutation("said otherwise", ("info",), setting(key, "other")) for key in ("title", "version"))
    yield Mutation("said otherwise", (), setting("openapi", "3.0.0"))
    for index in range(len(document.get("tags", []))):
        yield Mutation("said otherwise", ("tags", index), setting("description", "other"))
    for place, found in places(document):
        above, last = ("", "", *place)[-2:]
        if place[:2] not in (("components", "schemas"), ("paths", *place[1:2])):
            continue
        if last in ("schema", "items") or above in ("properties", "schemas"):
            yield from _said(found, place, ("description", "title", "example", "x-mutant"))
        elif last in METHODS or above == "parameters":
            yield from _said(found, place, ("description", "x-mutant", *(["summary"] if last in METHODS else [])))
        elif above == "responses":
            yield from _said(found, place, ("description",))
            yield Mutation("header added", place, setting("headers", {"X-Mutant": {"schema": {"type": "string"}}}))


def _said(found: Mapping[str, Any], place: Path, keywords: Iterable[str]) -> Iterator[Mutation]:
    for keyword in keywords:
        yield Mutation("said otherwise", place, setting(keyword, "mutant"))
        if keyword in found:
            yield Mutation("said no more", place, without(keyword))


def places(value: Any, place: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Walk every object of a document, with its place."""
    if isinstance(value, dict):
        yield place, value
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*place, key))


def excerpt(document: dict[str, Any], place: Path, reached: Mapping[str, set[str]]) -> dict[str, Any]:
    """Keep only the first path that a place in the document matters to, and what it uses: quick to compare."""
    kept = next(iter(document["paths"]))
    if place[:1] == ("paths",) and len(place) > 1:
        kept = str(place[1])
    elif place[:2] == ("components", "schemas") and len(place) > 2:
        kept = next(path for path, names in reached.items() if place[2] in names)
    elif len(place) < 3:
        return document
    used = {name: document["components"]["schemas"][name] for name in sorted(reached[kept])}
    components = {**document["components"], "schemas": used}
    return {**document, "paths": {kept: document["paths"][kept]}, "components": components}


def reachable(document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Give the names of the schemas that each path leads to."""
    return {path: _reached(document, path) for path in document["paths"]}


def _reached(document: Mapping[str, Any], path: str) -> set[str]:
    reached: set[str] = set()
    texts = [json.dumps(document["paths"][path])]
    while texts:
        names = {part.split('"')[0] for part in texts.pop().split('"#/components/schemas/')[1:]} - reached
        reached |= names
        texts.extend(json.dumps(document["components"]["schemas"][name]) for name in names)
    return reached


def of_whole(document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Change what is said of the document as a whole: where it is served, how to log in, which tags there are."""
    yield Mutation("server changed", (), setting("servers", [{"url": "https://never.example"}]))
    for index, tag in enumerate(document.get("tags", [])):
        yield Mutation("tag object renamed", ("tags", index), setting("name", f"{tag['name']} too"))
        yield Mutation("tag object dropped", ("tags",), without(index))
    for name in document["components"].get("securitySchemes", {}):
        place = ("components", "securitySchemes")
        yield Mutation("login changed", (*place, name), setting("type", "apiKey"))
        yield Mutation("login renamed", place, renaming(name, f"{name}Too"))


def of_part(part: Mapping[str, Any], place: Path, document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Yield the mutations of a parameter, body or answer that operations refer to."""
    if "schema" in part:
        yield Mutation("parameter moved", place, setting("in", "header"))
        yield from of_schema(part["schema"], (*place, "schema"), document)
    else:
        yield from of_content(part, place, document)


def of_component(document: Mapping[str, Any], name: str) -> Iterator[Mutation]:
    """Add a component, drop one, rename one with everything that refers to it."""
    place = ("components", "schemas")
    yield Mutation("component dropped", place, without(name))
    yield Mutation(
        "component added", place, setting(f"{name}Too", {"type": "object", "properties": {"a": {"type": "string"}}})
    )
    yield Mutation("component renamed", (), lambda found: renamed(found, name, f"{name}Renamed"))


def renamed(value: Any, old: str, new: str) -> Any:
    """Rename a component and every reference to it."""
    if isinstance(value, list):
        return [renamed(item, old, new) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("$ref") == f"#/components/schemas/{old}":
        return {**value, "$ref": f"#/components/schemas/{new}"}
    return {
        (new if key == old and "title" not in value else key): renamed(item, old, new) for key, item in value.items()
    }


def of_schema(schema: Mapping[str, Any], place: Path, document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Yield the mutations of a schema and of everything in it."""
    yield from of_type(schema, place)
    yield from of_values(schema, place)
    yield from of_object(schema, place)
    yield from of_union(schema, place)
    if "$ref" in schema:
        yield from of_reference(schema, place, document)
    for part, found in parts(schema):
        yield from of_schema(found, (*place, *part), document)


def parts(schema: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the schemas right below a schema."""
    for name, found in schema.get("properties", {}).items():
        yield ("properties", name), found
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield (keyword,), schema[keyword]
    for keyword in ("anyOf", "oneOf", "allOf"):
        for index, found in enumerate(schema.get(keyword, [])):
            yield (keyword, index), found


def of_type(schema: Mapping[str, Any], place: Path) -> Iterator[Mutation]:
    """Change the type, nullability, format and items of a place."""
    kind = schema.get("type")
    for note, value in (("default", "never heard of"), ("deprecated", True)):
        other = without(note) if note in schema else setting(note, value)
        yield Mutation(f"{note} flipped", place, other)
    if isinstance(kind, str):
        yield Mutation("retyped", place, setting("type", OTHER_TYPE.get(kind, "string")))
        yield Mutation(
            "type dropped", place, lambda found: {k: v for k, v in found.items() if k in ("description", "nullable")}
        )
        if place[-2] != "allOf":  # where another part still says the type, and every part has to allow null
            yield Mutation(f"type left out{' of an enum' * ('enum' in schema)}", place, without("type"))
            yield Mutation("nullable flipped", place, setting("nullable", schema.get("nullable") is not True))
    if kind == "string" and "enum" not in schema:
        other = "date" if schema.get("format") == "uuid" else "uuid"
        yield Mutation("format changed", place, setting("format", other))
    if "format" in schema:
        yield Mutation("format dropped", place, without("format"))
    if kind == "array":
        yield Mutation("items retyped", place, setting("items", {"type": "boolean"}))
        yield Mutation("items dropped", place, without("items"))
        yield Mutation("items wrapped", place, setting("items", {"type": "array", "items": schema["items"]}))


def of_values(schema: Mapping[str, Any], place: Path) -> Iterator[Mutation]:
    """Change enum values and limits."""
    values = schema.get("enum")
    if values:
        yield Mutation(
            "enum value dropped", (*place, "enum"), without(len(values) // 2) if len(values) > 1 else setting_list
        )
        yield Mutation("enum value added", (*place, "enum"), lambda found: [*found, "never heard of"])
        yield Mutation("enum value changed", (*place, "enum"), lambda found: [*found[:-1], f"{found[-1]}_"])
        yield Mutation("enum dropped", place, without("enum"))
        yield Mutation("enum became const", place, lambda found: {**without("enum")(found), "const": values[0]})
    for limit in OTHER_LIMIT:
        if limit in schema and "enum" not in schema:
            yield Mutation("limit changed", place, setting(limit, schema[limit] + 1))
            yield Mutation("limit dropped", place, without(limit))
    if "pattern" in schema:
        yield Mutation("pattern changed", place, setting("pattern", "^x$"))


def setting_list(found: list[Any]) -> list[Any]:
    """Replace the one value of an enum."""
    return [f"{found[0]}!"]


def of_object(schema: Mapping[str, Any], place: Path) -> Iterator[Mutation]:
    """Drop, rename and add properties; flip what is required; close what is open."""
    for name in schema.get("properties", {}):
        there = (*place, "properties")
        yield Mutation("property dropped", place, lambda found, name=name: without_property(found, name))
        yield Mutation("property renamed", there, renaming(name, f"{name}_renamed"))
        yield Mutation("required flipped", place, lambda found, name=name: flipped(found, name))
        if schema["properties"][name].keys() - {"nullable", "description", "deprecated"}:
            yield Mutation("property became any value", (*there, name), lambda _: {})
    if schema.get("type") == "object":
        yield Mutation("property added", place, with_property)
        yield Mutation("closed", place, setting("additionalProperties", False))
        yield Mutation("undeclared properties typed", place, setting("additionalProperties", {"type": "integer"}))


def with_property(found: Mapping[str, Any]) -> Any:
    """Add an optional property."""
    return {**found, "properties": {**found.get("properties", {}), "never_heard_of": {"type": "string"}}}


def without_property(found: Mapping[str, Any], name: str) -> Any:
    """Drop a property, from the list of required ones too."""
    rest = without(name)(found["properties"])
    required = [one for one in found.get("required", []) if one != name]
    return {**found, "properties": rest, "required": required}


def flipped(found: Mapping[str, Any], name: str) -> Any:
    """Make a required property optional, or the reverse."""
    required = found.get("required", [])
    return {**found, "required": [one for one in required if one != name] if name in required else [*required, name]}


def of_union(schema: Mapping[str, Any], place: Path) -> Iterator[Mutation]:
    """Drop, retype, repeat and reorder the branches of a union."""
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword, [])
        for index in range(len(branches)):
            yield Mutation("branch dropped", (*place, keyword), without(index))
            yield Mutation("branch replaced", (*place, keyword, index), lambda _: {"type": "array", "items": {}})
        if branches:
            yield Mutation("branch added", (*place, keyword), lambda found: [{"type": "integer"}, *found])
        if len([branch for branch in branches if branch.keys() != {"nullable"}]) > 1:
            other = "oneOf" if keyword == "anyOf" else "anyOf"
            yield Mutation("union became exclusive", place, renaming(keyword, other))


def of_reference(schema: Mapping[str, Any], place: Path, document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Refer to another component, to nothing, to any value."""
    names = list(document["components"]["schemas"])
    index = names.index(schema["$ref"].rpartition("/")[2])
    yield Mutation("reference moved", place, setting("$ref", f"#/components/schemas/{names[index - 1]}"))
    yield Mutation("reference broken", place, setting("$ref", "#/components/schemas/NeverHeardOf"))
    # No component is a list of numbers; a plain text would be what JobInterviewTokenResponse is.
    yield Mutation("reference dropped", place, lambda _: {"type": "array", "items": {"type": "number"}})


def of_operation(operation: Mapping[str, Any], place: Path, document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Yield the mutations of an operation and of everything in it."""
    section, path, method = place
    item = document[section][path]
    free = next(name for name in METHODS if name not in item)
    yield Mutation("operation dropped", place[:2], without(method))
    yield Mutation("method changed", place[:2], renaming(str(method), free))
    yield Mutation("operation added", place[:2], setting(free, {**operation, "operationId": "never_heard_of"}))
    yield Mutation("path changed", place[:1], renaming(str(path), f"{path}-2"))
    yield Mutation("path added", place[:1], setting(f"{path}-2", {method: operation}))
    if "security" in operation:
        yield Mutation("login dropped", place, without("security"))
    yield Mutation("deprecated flipped", place, setting("deprecated", not operation.get("deprecated")))
    yield Mutation("tag changed", place, setting("tags", ["Never heard of"]))
    yield from of_parameters(operation, place, document)
    if "requestBody" in operation:
        yield from of_content(operation["requestBody"], (*place, "requestBody"), document)
        yield Mutation("body dropped", place, without("requestBody"))
        if "$ref" not in operation["requestBody"]:
            required = operation["requestBody"].get("required") is True
            yield Mutation("body requirement flipped", (*place, "requestBody"), setting("required", not required))
    else:
        yield Mutation("body added", place, setting("requestBody", {"content": {"application/json": {"schema": {}}}}))
    for status, answer in operation.get("responses", {}).items():
        there = (*place, "responses")
        yield Mutation("status dropped", there, without(status))
        yield Mutation("status changed", there, renaming(status, "418"))
        yield from of_content(answer, (*there, status), document)
    yield Mutation("status added", (*place, "responses"), setting("599", {"description": "never heard of"}))


def of_content(found: Mapping[str, Any], place: Path, document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Change the content types and schemas of a body or an answer."""
    answer = "responses" in place
    for kind, media in found.get("content", {}).items():
        there = (*place, "content")
        yield Mutation("content dropped", there, without(kind))
        yield Mutation("content type changed", there, renaming(kind, "text/csv" if answer else "application/xml"))
        yield from of_schema(media["schema"], (*there, kind, "schema"), document)


def as_json(found: Mapping[str, Any]) -> Any:
    """Declare that a parameter is written as JSON."""
    return {**without("schema")(found), "content": {"application/json": {"schema": found["schema"]}}}


def of_parameters(operation: Mapping[str, Any], place: Path, document: Mapping[str, Any]) -> Iterator[Mutation]:
    """Drop, rename, move, require and add parameters."""
    new = {"name": "never_heard_of", "in": "query", "schema": {"type": "string"}}
    yield Mutation("parameter added", place, lambda found: {**found, "parameters": [*found.get("parameters", []), new]})
    for index, parameter in enumerate(operation.get("parameters", [])):
        there = (*place, "parameters")
        yield Mutation("parameter dropped", there, without(index))
        if "$ref" in parameter:
            continue
        yield Mutation("parameter renamed", (*there, index), setting("name", f"{parameter['name']}_renamed"))
        yield Mutation("parameter restyled", (*there, index), setting("style", "spaceDelimited"))
        yield Mutation("parameter moved", (*there, index), setting("in", "header"))
        yield Mutation("parameter as JSON", (*there, index), as_json)
        yield Mutation(
            "parameter requirement flipped", (*there, index), setting("required", not parameter.get("required"))
        )
        yield from of_schema(parameter["schema"], (*there, index, "schema"), document)
