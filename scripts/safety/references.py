"""Checks that every reference stays inside the document, and that its target exists.

No document may make its reader open a file or a connection, so the check covers every kind of reference in OpenAPI 3.1
and JSON Schema 2020-12, and the keywords that change the base of local references. A string under `$ref` counts as a
reference everywhere, in examples too, because libraries resolve it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from scripts.corrections.grammar import Part, values, walk
from scripts.files.documents import resolve, steps
from scripts.files.failures import Refused
from scripts.safety.findings import Finding, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERRING = ("$ref", "$dynamicRef", "$recursiveRef", "operationRef")
MOVING = ("$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor")
FETCHED = ("externalValue",)
DIALECTS = (
    "https://spec.openapis.org/oas/3.1/dialect/base",
    "https://json-schema.org/draft/2020-12/schema",
)
IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
WRITTEN_OUT = 250_000  # values of the document with every reference in it written out; the vendored one has 20,000
HOPS = 32  # references to references; a longer chain is refused as a circle


def check(document: dict[str, Any]) -> Iterator[Finding]:
    """Find external, dangling and circular references, wrong discriminator mappings, changed bases, other dialects."""
    for at, value in values(document):
        if isinstance(value, str) and (reason := _pointing(document, at[-1], value)):
            yield Finding(at, reason)
    for place in walk(document):
        if place.kind == "schema":
            yield from _schema(document, place)
    yield from _circles(document)
    dialect = document.get("jsonSchemaDialect", DIALECTS[0])
    if dialect not in DIALECTS:
        yield Finding(("jsonSchemaDialect",), f"is a dialect nobody here knows: {quoted(str(dialect))}")


def _pointing(document: dict[str, Any], key: str | int, value: str) -> str | None:
    if key in REFERRING:
        return _reference(document, value)
    return f"points outside the document: {quoted(value)}" if key in FETCHED else None


def _reference(document: dict[str, Any], reference: str) -> str | None:
    for _ in range(HOPS):
        if not reference.startswith("#"):
            return f"points outside the document: {quoted(reference)}"
        if not reference.startswith("#/"):
            return f"is not a pointer to a part of this document: {quoted(reference)}"
        try:
            target = resolve(document, reference)
        except Refused:
            return f"points nowhere: {quoted(reference)}"
        further = target.get("$ref") if isinstance(target, dict) else None
        if not isinstance(further, str):
            return None
        reference = further
    return f"leads round in a circle: {quoted(reference)}"


def _schema(document: dict[str, Any], place: Part) -> Iterator[Finding]:
    for keyword in MOVING:
        if keyword in place.value:
            yield Finding((*place.steps, keyword), "would change what references of this document mean")
    if place.value.get("$schema", DIALECTS[0]) not in DIALECTS:
        yield Finding((*place.steps, "$schema"), "is a dialect nobody here knows")
    discriminator = place.value.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    for value, target in mapping.items() if isinstance(mapping, dict) else ():
        known = _schema_names(document)
        if not isinstance(target, str) or (target not in known and _reference(document, target)):
            yield Finding((*place.steps, "discriminator", "mapping", value), f"points nowhere: {quoted(str(target))}")


def _circles(document: dict[str, Any]) -> Iterator[Finding]:
    """Find schemas that refer to themselves at the same place of a value: a validator would never end."""
    schemas = _schema_names(document)
    within = {name: set(_in_place(schema)) & schemas.keys() for name, schema in schemas.items()}
    while free := {name for name, names in within.items() if not names}:
        within = {name: names - free for name, names in within.items() if name not in free}
    for name in sorted(within):
        yield Finding(("components", "schemas", name), "is defined by itself, or by one that is")


def _in_place(schema: object) -> Iterator[str]:
    """Yield the names of the schemas that apply to the same value: by reference, or in branches at any depth."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            reference = part.get("$ref")
            if isinstance(reference, str):
                yield reference.removeprefix("#/components/schemas/")
            for keyword in IN_PLACE:
                branches = part.get(keyword, ())
                waiting.extend(branches if isinstance(branches, list) else [branches])


def check_size(document: dict[str, Any]) -> Iterator[Finding]:
    """Find a document that grows exponentially when its references are written out.

    Requires that every reference has a target.
    """
    sizes: dict[str, int] = {}
    found: dict[str, tuple[int, list[str]]] = {}
    waiting, looked_at = [("#", False)], 0
    while waiting:
        target, is_done = waiting.pop()
        if is_done:  # a target without a size yet is part of a recursive type, and counts as one value
            count, further = found[target]
            sizes[target] = count + sum(sizes.get(one, 1) for one in further)
        elif target not in found:
            inside = list(values(resolve(document, target)))
            looked_at += len(inside)
            further = [one for place, one in inside if place and place[-1] in REFERRING and isinstance(one, str)]
            found[target] = len(inside), further
            waiting += [(target, True), *((one, False) for one in further)]
        if max(sizes.get(target, 0), looked_at) > WRITTEN_OUT:
            reason = f"is more than {WRITTEN_OUT} values with its references written out"
            yield Finding(tuple(steps(unquote(target.removeprefix("#")))), reason)
            return


def _schema_names(document: dict[str, Any]) -> dict[str, Any]:
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    return schemas if isinstance(schemas, dict) else {}
