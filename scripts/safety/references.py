"""References: all of them stay inside the document, and lead somewhere.

Nothing may make a reader of the document open a file or a connection, so the check covers every way that OpenAPI 3.1
and JSON Schema 2020-12 have to point elsewhere, and those that would move the base which local references start from.
A string under `$ref` is taken for a reference wherever it stands, examples included: libraries resolve it there too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from scripts.files.documents import resolve
from scripts.files.failures import Refused
from scripts.safety.findings import Finding, finding, quoted
from scripts.safety.places import Place, values, walk

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
HOPS = 32  # references to references; a chain this long is a circle or meant to cost time


def check(document: dict[str, Any]) -> Iterator[Finding]:
    """External, dangling and circular references, discriminator mappings, changed bases and dialects."""
    for steps, value in values(document):
        if isinstance(value, str) and (reason := _pointing(document, steps[-1], value)):
            yield finding(steps, reason)
    for place in walk(document):
        if place.kind == "schema":
            yield from _schema(document, place)
    yield from _circles(document)
    dialect = document.get("jsonSchemaDialect", DIALECTS[0])
    if dialect not in DIALECTS:
        yield finding(("jsonSchemaDialect",), f"is a dialect nobody here knows: {quoted(str(dialect))}")


def _pointing(document: dict[str, Any], key: str | int, value: str) -> str | None:
    if key in REFERRING:
        return _reference(document, value)
    return f"points outside the document: {quoted(value)}" if key in FETCHED else None


def _reference(document: dict[str, Any], reference: str) -> str | None:
    for _ in range(HOPS):
        if not reference.startswith("#"):
            return f"points outside the document: {quoted(reference)}"
        if not reference.startswith("#/"):
            return f"is no pointer to a part of this document: {quoted(reference)}"
        try:
            target = resolve(document, reference)
        except Refused:
            return f"points nowhere: {quoted(reference)}"
        further = target.get("$ref") if isinstance(target, dict) else None
        if not isinstance(further, str):
            return None
        reference = further
    return f"leads round in a circle: {quoted(reference)}"


def _schema(document: dict[str, Any], place: Place) -> Iterator[Finding]:
    for keyword in MOVING:
        if keyword in place.value:
            yield finding((*place.steps, keyword), "would change what references of this document mean")
    if place.value.get("$schema", DIALECTS[0]) not in DIALECTS:
        yield finding((*place.steps, "$schema"), "is a dialect nobody here knows")
    discriminator = place.value.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    for value, target in mapping.items() if isinstance(mapping, dict) else ():
        known = _schema_names(document)
        if not isinstance(target, str) or (target not in known and _reference(document, target)):
            yield finding((*place.steps, "discriminator", "mapping", value), f"points nowhere: {quoted(str(target))}")


def _circles(document: dict[str, Any]) -> Iterator[Finding]:
    """Schemas that apply to a value only what they are themselves: no reader of a value would ever end."""
    schemas = _schema_names(document)
    within = {name: set(_in_place(schema)) & schemas.keys() for name, schema in schemas.items()}
    while free := {name for name, names in within.items() if not names}:
        within = {name: names - free for name, names in within.items() if name not in free}
    for name in sorted(within):
        yield finding(("components", "schemas", name), "is defined by itself, or by one that is")


def _in_place(schema: object) -> Iterator[str]:
    """The schemas that one is made of at the same place of a value: its reference, its branches, theirs."""
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
    """What is small as it is published and large with its references written out: twice of twice of twice ...

    To be run when every reference is known to lead somewhere.
    """
    sizes: dict[str, int] = {}
    found: dict[str, tuple[int, list[str]]] = {}
    waiting, looked_at = [("#", False)], 0
    while waiting:
        target, is_done = waiting.pop()
        if is_done:  # what is not done yet leads back here: a tree of values, as deep as each value says
            count, further = found[target]
            sizes[target] = count + sum(sizes.get(one, 1) for one in further)
        elif target not in found:
            inside = list(values(resolve(document, target)))
            looked_at += len(inside)
            further = [one for steps, one in inside if steps and steps[-1] in REFERRING and isinstance(one, str)]
            found[target] = len(inside), further
            waiting += [(target, True), *((one, False) for one in further)]
        if max(sizes.get(target, 0), looked_at) > WRITTEN_OUT:
            reason = f"is more than {WRITTEN_OUT} values with its references written out"
            yield Finding(unquote(target.removeprefix("#")), reason)
            return


def _schema_names(document: dict[str, Any]) -> dict[str, Any]:
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    return schemas if isinstance(schemas, dict) else {}
