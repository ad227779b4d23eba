"""The contract file that ships with the generated code, against the published document.

It is what the sandbox and users' own tools go by, and it can say all that a document says: formats and defaults too,
which a field table leaves out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.drift.comparison import Comparison
from scripts.drift.keeping import kept_names
from scripts.drift.nodes import plain
from scripts.drift.operations import Operation, operations
from scripts.drift.published import Schemas
from scripts.drift.reports import Report
from scripts.drift.values import Unreadable, join, row, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILE: Final = "contract.json"


def _tags(document: Mapping[str, Any]) -> list[tuple[object, object]]:
    """Give the tags by name, with the names that the corrections give to their resources."""
    tags = [table(tag, "/tags") for tag in row(document.get("tags", []), "/tags")]
    return [(tag.get("name"), tag.get("x-resource-name")) for tag in tags]


def _logins(document: Mapping[str, Any]) -> Mapping[str, object]:
    """Give the ways to log in, without what describes them."""
    pointer = "/components/securitySchemes"
    found = table(table(document.get("components", {}), "/components").get("securitySchemes", {}), pointer)
    return {
        name: {key: value for key, value in table(one, pointer).items() if key != "description" and key[:2] != "x-"}
        for name, one in found.items()
    }


# What is said of a document as a whole, by where it is.
ROOTS: Final[Mapping[str, Callable[[Mapping[str, Any]], object]]] = {
    "/servers": lambda document: document.get("servers"),
    "/security": lambda document: document.get("security"),
    "/tags": _tags,
    "/components/securitySchemes": _logins,
}


@frozen
class Contract:
    """A contract file as read: its schemas by name, and its operations by pointer."""

    schemas: Schemas
    components: Mapping[str, Any]
    operations: Mapping[str, Operation]


def read_contract(path: Path, report: Report) -> Contract | None:
    """Read a contract file; None and a difference where it is none."""
    try:
        document = table(json.loads(path.read_bytes()), "")
        schemas = Schemas(document, kept=kept_names(document, _resources(document)))
        components = named(schemas)
    except (OSError, ValueError, RecursionError, Unreadable) as problem:
        report.differ("", FILE, f"cannot be read: {type(problem).__name__}")
        return None
    found = operations(schemas, lambda pointer, why: report.differ(pointer, FILE, why))
    return Contract(schemas, components, {operation.where: operation for operation in found})


def _resources(document: Mapping[str, Any]) -> Mapping[str, str]:
    tags = [tag for tag in document.get("tags", []) if isinstance(tag, dict)]
    return {str(tag.get("name")): str(tag["x-resource-name"]) for tag in tags if "x-resource-name" in tag}


def named(schemas: Schemas) -> Mapping[str, Any]:
    """Give the named schemas of a document."""
    components = table(schemas.document.get("components", {}), "/components")
    return table(components.get("schemas", {}), "/components/schemas")


def compare(expected: Schemas, declared: list[Operation], observed: Contract, report: Report) -> None:
    """Compare a document with a contract file, both ways."""
    comparison = Comparison(Report(), FILE)
    for operation in declared:
        there = observed.operations.get(operation.where)
        if there is None:
            comparison.report.differ(operation.where, FILE, "this operation is in the document alone")
        else:
            comparison.operations(operation, there)
            if operation.name and plain(operation.name) != plain(str(there.name)):
                comparison.report.differ(operation.where, FILE, f"is called {there.name}, not {operation.name}")
    for where in observed.operations.keys() - {operation.where for operation in declared}:
        comparison.report.differ(where, FILE, "this operation is in the code alone")
    for pointer, part in ROOTS.items():
        if part(expected.document) != part(observed.schemas.document):
            comparison.report.differ(pointer, FILE, f"the {pointer.rpartition('/')[2]} differ")
    _components(expected, observed, comparison)
    report.take(comparison.report, {"properties": "contract properties", "operations": "contract operations"})


def _components(expected: Schemas, observed: Contract, comparison: Comparison) -> None:
    """Compare the named schemas; the contract file has more, which stand for what the document spells out in place."""
    for name, schema in named(expected).items():
        pointer = join("/components/schemas", name)
        if name not in observed.components:
            comparison.report.differ(pointer, FILE, f"schema {name} is in the document alone")
            continue
        try:
            theirs = observed.schemas.node(observed.components[name], pointer)
            comparison.nodes(expected.node(schema, pointer), theirs, FILE)
        except Unreadable as problem:
            comparison.report.differ(problem.pointer, FILE, problem.why)
    for name in observed.components.keys() - named(expected).keys():
        if join("/components/schemas", name) not in comparison.reached:
            comparison.report.differ("/components/schemas", FILE, f"schema {name} is in the code alone")
