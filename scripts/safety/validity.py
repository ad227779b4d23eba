"""Checks that a document is valid OpenAPI 3.1: its shape, its schemas, and the rules that no schema can express.

The vendor's `nullable` of 3.0 is allowed: in 3.1 it is an unknown keyword. Also allowed, as OpenAPI does not forbid it:
a default that its schema refuses, a pattern in another dialect of regular expressions. Requires that the checks of
limits and references have passed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from openapi_spec_validator.schemas import schema_v31

from scripts.corrections.grammar import Part, walk
from scripts.files.documents import is_same, resolve
from scripts.safety.findings import Finding, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema.exceptions import ValidationError

    from scripts.corrections.grammar import Place

_SHAPE = Draft202012Validator(dict(schema_v31))
_SCHEMA = Draft202012Validator(Draft202012Validator.META_SCHEMA)
# A hundred times faster on a valid document; the validators in Python are run on what these refuse, for the words.
_QUICK_SHAPE = jsonschema_rs.Draft202012Validator(dict(schema_v31))
_QUICK_SCHEMA = jsonschema_rs.Draft202012Validator(dict(Draft202012Validator.META_SCHEMA))
_IN_PATH = re.compile(r"\{([^{}]*)\}")
MESSAGE = 160  # characters; longer ones repeat the document instead of naming the rule


def check(document: dict[str, Any], known: dict[str, Any] | None = None) -> Iterator[Finding]:
    """Check the shape, then each schema, then parameters and repeated names; stops after the first stage that fails.

    `known`: a valid document; paths and components that are equal in it are not checked again.
    """
    version = document.get("openapi")
    if not isinstance(version, str) or not re.fullmatch(r"3\.1\.\d+", version):
        yield Finding(("openapi",), "is not 3.1, the version that everything here is made for")
        return
    news = _news(document, known or {})
    for stage, judged in ((_shape, news), (_schemas, news), (_rules, document)):
        found = list(stage(judged))
        yield from found
        if found:
            return


def _news(document: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Leave out the paths and the components that another document has too."""
    made = {**document, "paths": _others(document.get("paths"), known.get("paths"))}
    components = document.get("components")
    if isinstance(components, dict):
        before = known.get("components", {})
        made["components"] = {kind: _others(named, before.get(kind)) for kind, named in components.items()}
    return {key: made[key] for key in document}


def _others(named: Any, known: Any) -> Any:
    if not isinstance(named, dict) or not isinstance(known, dict):
        return named
    return {name: value for name, value in named.items() if name not in known or not is_same(known[name], value)}


def _shape(document: dict[str, Any]) -> Iterator[Finding]:
    if not _QUICK_SHAPE.is_valid(document):
        yield from _findings((), _SHAPE.iter_errors(document))


def _schemas(document: dict[str, Any]) -> Iterator[Finding]:
    """Validate each outermost schema; the meta-schema covers those inside."""
    done: set[Place] = set()
    for place in walk(document):
        inside = any(place.steps[:length] in done for length in range(len(place.steps)))
        if place.kind == "schema" and not inside:
            done.add(place.steps)
            if not _QUICK_SCHEMA.is_valid(place.value):
                yield from _findings(place.steps, _SCHEMA.iter_errors(place.value))


def _findings(steps: Place, errors: Iterable[ValidationError]) -> Iterator[Finding]:
    """Report each error at the place of its cause."""
    for error in errors:
        cause = best_match([error]) or error
        message = cause.message if len(cause.message) <= MESSAGE else f"breaks the rule {cause.validator!r}"
        yield Finding((*steps, *cause.absolute_path), f"is not valid OpenAPI 3.1: {message}")


def _rules(document: dict[str, Any]) -> Iterator[Finding]:
    """Check that no operationId or parameter is repeated, and that path parameters match the path."""
    named: dict[str, Part] = {}
    for place in walk(document):
        if place.kind != "operation":
            continue
        name = place.value.get("operationId")
        if name in named:
            yield Finding(place.steps, f"is called {quoted(name)}, as {named[name].pointer} is already")
        elif name is not None:
            named[name] = place
        if place.steps[0] == "paths" and len(place.steps) == 3:  # noqa: PLR2004 - paths/<path>/<method>
            yield from _parameters(document, place)


def _parameters(document: dict[str, Any], place: Part) -> Iterator[Finding]:
    own, shared = _declared(document, place.value), _declared(document, document["paths"][place.steps[1]])
    for declared in (own, shared):
        for (name, location), times in Counter(declared).items():
            if times > 1:
                yield Finding(place.steps, f"declares the {location} parameter {quoted(name)} twice")
    declared_in_path = {name for name, location in {*own, *shared} if location == "path"}
    in_path = set(_IN_PATH.findall(str(place.steps[1])))
    for name in sorted(declared_in_path ^ in_path):
        side = "stands in the path and is not declared" if name in in_path else "is declared and not in the path"
        yield Finding(place.steps, f"has a path parameter {quoted(name)} that {side}")


def _declared(document: dict[str, Any], holder: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for parameter in holder.get("parameters", []):
        reference = parameter.get("$ref")
        target = resolve(document, reference) if isinstance(reference, str) else parameter
        found.append((str(target.get("name")), str(target.get("in"))))
    return found
