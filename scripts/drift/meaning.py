"""The meaning check: the published document, corrected only as declared, against the imported generated code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.drift import contract, loading
from scripts.drift.allowances import Allowances, allow
from scripts.drift.comparison import Comparison
from scripts.drift.consistency import Consistency
from scripts.drift.observation import Observation, observe
from scripts.drift.nodes import Node, describe, plain, unordered
from scripts.drift.operations import Operation, operations
from scripts.drift.published import Schemas, Unreadable, join
from scripts.drift.reports import Report
from scripts.drift.resources import Resources


def meaning(document: Mapping[str, Any], corrections: Mapping[str, Any], package_dir: Path) -> Report:
    """Prove the generated package equal to the published document; differences and counts are in the report."""
    with loading.package(package_dir) as package:
        seen = observe(package)
        report = Report()
        if seen is None:
            report.puzzle("", "codec.py", "the runtime of the generated code is not there, so nothing can be told")
            return report
        allowances = allow(document, corrections)
        compare(allowances, seen, report)
        consistency = Consistency(seen, report)
        consistency.check()
        Resources(consistency, allowances.resources).check()
    return report


def compare(allowances: Allowances, seen: Observation, report: Report) -> Report:
    """Compare a document with an observation that was made before; fast enough for thousands of documents."""
    report.differences.extend(seen.report.differences)
    for pointer, why in allowances.misfits:
        report.puzzle(pointer, "", why)
    comparison = Comparison(report)
    schemas = Schemas(allowances.document, allowances.titles)
    declared = list(operations(schemas, lambda pointer, why: report.differ(pointer, "", why)))
    _operations(comparison, declared, seen)
    try:
        _components(comparison, schemas, seen)
        if seen.contract is not None:
            contract.compare(schemas, declared, seen.contract, report)
    except Unreadable as problem:
        report.differ(problem.pointer, "", problem.why)
    for name, class_ in seen.classes.items():
        if not {name, seen.tables.place(class_)} & comparison.reached:
            report.differ("", seen.package.file_of(class_), f"{name} is in the code alone")
    return report


def _operations(comparison: Comparison, declared: list[Operation], seen: Observation) -> None:
    report = comparison.report
    observed = {(found.path, found.method): found for found in seen.operations.values()}
    for found in declared:
        other = observed.pop((found.path, found.method), None)
        if other is None:
            report.differ(found.where, "", f"{found.method} {found.path} is in the document alone")
            continue
        if found.name not in (None, other.name):
            report.differ(
                found.where, other.where, f"is called {found.name} in the corrections, {other.name} in the code"
            )
        comparison.operations(found, other)
    for other in observed.values():
        report.differ("/paths", other.where, f"{other.method} {other.path} is in the code alone")


def _components(comparison: Comparison, schemas: Schemas, seen: Observation) -> None:
    """Every named schema of the document is a class or an alias of the code, even if nothing uses it."""
    report = comparison.report
    classes = {plain(name): class_ for name, class_ in seen.classes.items()}
    aliases = {plain(name): node for name, node in seen.aliases.items()}
    for name, schema in contract.named(schemas).items():
        pointer = join("/components/schemas", name)
        try:
            expected = schemas.node(schema, pointer)
            if plain(name) in classes:
                _class(comparison, seen, expected, classes[plain(name)])
            elif plain(name) in aliases:
                _alias(comparison, expected, aliases.pop(plain(name)))
            else:
                report.differ(pointer, "", f"schema {name} is in the document alone")
        except Unreadable as problem:
            report.differ(problem.pointer, "", problem.why)
    for node in aliases.values():
        report.differ("/components/schemas", node.where, f"{node.where.partition(':')[2]} is in the code alone")


def _class(comparison: Comparison, seen: Observation, expected: Node, class_: Any) -> None:
    """Compare a named schema with its class; that it may be null is said where it is used."""
    file = seen.package.file_of(class_)
    observed = Node(file, (seen.tables.named(class_.__name__, file),), nullable=expected.nullable)
    if comparison.nodes(expected, observed, file):
        comparison.report.counts["schemas"] += 1


def _alias(comparison: Comparison, expected: Node, alias: Node) -> None:
    """An alias is a bare annotation, in any order: its parts were compared where the tables use them."""
    shown = comparison.as_observed(expected)
    if unordered(shown) == unordered(alias):
        comparison.report.counts["schemas"] += 1
    else:
        said = f"the document says {describe(shown)}, the alias {describe(alias)}"
        comparison.report.differ(expected.where, alias.where, said)
