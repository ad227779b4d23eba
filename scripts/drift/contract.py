"""The contract file that ships with the generated code, against the published document.

It is what the sandbox and users' own tools go by, and it can say all that a document says: formats and defaults too,
which a field table leaves out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.drift.comparison import Comparison
from scripts.drift.operations import Operation, operations
from scripts.drift.published import Schemas
from scripts.drift.reports import Report
from scripts.drift.values import Unreadable, join, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "contract.json"


@frozen
class Contract:
    """A contract file as read: its schemas by name, and its operations by pointer."""

    schemas: Schemas
    components: Mapping[str, Any]
    operations: Mapping[str, Operation]


def read_contract(path: Path, report: Report) -> Contract | None:
    """Read a contract file; None and a difference where it is none."""
    try:
        schemas = Schemas(table(json.loads(path.read_bytes()), ""))
        components = named(schemas)
    except (OSError, ValueError, RecursionError, Unreadable) as problem:
        report.differ("", FILE, f"cannot be read: {type(problem).__name__}")
        return None
    found = operations(schemas, lambda pointer, why: report.differ(pointer, FILE, why))
    return Contract(schemas, components, {operation.where: operation for operation in found})


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
    for where in observed.operations.keys() - {operation.where for operation in declared}:
        comparison.report.differ(where, FILE, "this operation is in the code alone")
    for part in ("servers", "security"):
        if expected.document.get(part) != observed.schemas.document.get(part):
            comparison.report.differ(f"/{part}", FILE, f"the {part} differ")
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
