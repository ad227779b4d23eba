"""The meaning check: the published document, corrected only as declared, against the imported generated code."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.drift import contract, loading, runtime
from scripts.drift.allowances import Allowances, allow
from scripts.drift.comparison import Comparison
from scripts.drift.consistency import Consistency
from scripts.drift.fitting import Fitting
from scripts.drift.keeping import class_names, kept_names
from scripts.drift.nodes import Node, annotated, describe, plain
from scripts.drift.observation import Observation, observe
from scripts.drift.operations import Operation, operations
from scripts.drift.probes import Probes
from scripts.drift.published import Schemas
from scripts.drift.reports import Report
from scripts.drift.resources import Resources
from scripts.drift.roundtrips import Roundtrips
from scripts.drift.values import Unreadable, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scripts.drift.loading import Package


# The parts of the document that the folders of the package stand for; what is in none serves every operation.
FOLDERS: Final = {"models": "/components/schemas", "api": "/paths", "resources": "/tags"}
EVERY: Final = "/paths"


def meaning(document: Mapping[str, Any], corrections: Mapping[str, Any], package_dir: Path) -> Report:
    """Prove the generated package equal to the published document; differences and counts are in the report.

    Whatever the document or the code holds, this ends with a report: a check that fails is what could not be told.
    """
    report = Report()
    with loading.package(package_dir) as package:
        try:
            _check(document, corrections, package, report)
        except RecursionError:
            report.puzzle("", "", "the document or the code is nested too deeply")
        except Exception as problem:  # noqa: BLE001 - a mutated document may hold anything anywhere
            report.puzzle("", "", f"the check itself failed: {type(problem).__name__}")
    return report


def _check(document: Mapping[str, Any], corrections: Mapping[str, Any], package: Package, report: Report) -> None:
    for file, reason in package.failures.items():
        report.differ("", file, f"does not import: {reason}")
    runtime.check(package, report)
    seen = observe(package)
    if seen is None:
        report.differ("", "codec.py", "is missing or does not import, so nothing else can be told")
        report.locate(places(package, {}))
        return
    allowances = allow(document, corrections)
    reading = read(allowances, report)
    comparison = compare(reading, seen, report)
    compare_contract(reading, seen, report)
    agree(seen, allowances, report, comparison.places)
    fitting = Fitting(seen.tables, comparison.known_as)
    Roundtrips(seen, report, fitting).check(reading.nodes())
    Probes(seen, report, fitting).check(reading.operations)
    report.locate(places(package, comparison.places))


def places(package: Package, known: Mapping[str, str]) -> Mapping[str, str]:
    """Tell what each file stands for: a known schema or operation, or else what all of its folder is made of."""
    files = (*package.modules, *package.failures, *runtime.files(), contract.FILE)
    folders = {file: FOLDERS.get(file.partition("/")[0], EVERY) for file in files}
    return {**folders, **known}


def compare_contract(reading: Reading, seen: Observation, report: Report) -> None:
    """Compare a document with the contract file that ships with the code."""
    if seen.contract is not None:
        try:
            contract.compare(reading.schemas, reading.operations, seen.contract, report)
        except Unreadable as problem:
            report.differ(problem.pointer, contract.FILE, problem.why)


def agree(seen: Observation, allowances: Allowances, report: Report, places: Mapping[str, str]) -> None:
    """Prove that what people see of the generated code says what its tables say. `places`: file -> pointer."""
    consistency = Consistency(seen, report)
    consistency.check()
    Resources(consistency, allowances.resources, places).check()


@frozen
class Reading:
    """A document as expected: its schemas, and its operations as far as they can be read."""

    schemas: Schemas
    operations: list[Operation]

    def nodes(self) -> Iterator[Node]:
        """Give every type of the document that a model may stand for; what cannot be read is left out."""
        for operation in self.operations:
            yield from (found.node for found in operation.parameters.values())
            yield from operation.bodies.values()
            yield from (node for node in operation.answers.values() if node is not None)
        for name, schema in contract.named(self.schemas).items():
            with suppress(Unreadable):
                yield self.schemas.node(schema, join("/components/schemas", name))


def read(allowances: Allowances, report: Report) -> Reading:
    """Read an expected document; what cannot be read in it is a difference, for the code was made of something."""
    for pointer, why in allowances.misfits:
        report.puzzle(pointer, "", why)
    kept = kept_names(allowances.document, allowances.resources)
    schemas = Schemas(allowances.document, allowances.titles, kept)
    return Reading(schemas, list(operations(schemas, lambda pointer, why: report.differ(pointer, "", why))))


def compare(reading: Reading, seen: Observation, report: Report) -> Comparison:
    """Compare a document with the code's tables; an observation made before serves any number of documents."""
    for one in seen.report.differences:
        report.differ(one.pointer, one.file, one.what)
    comparison = Comparison(report)
    _operations(comparison, reading.operations, seen)
    try:
        _components(comparison, reading.schemas, seen)
    except Unreadable as problem:
        report.differ(problem.pointer, "", problem.why)
    for name, class_ in seen.classes.items():
        if not {name, seen.tables.place(class_)} & comparison.reached:
            report.differ("", seen.package.file_of(class_), f"{name} is in the code alone")
    return comparison


def _operations(comparison: Comparison, declared: list[Operation], seen: Observation) -> None:
    report = comparison.report
    observed = {(found.path, found.method): found for found in seen.operations.values()}
    for found in declared:
        other = observed.pop((found.path, found.method), None)
        if other is None:
            report.differ(found.where, "", f"{found.method} {found.path} is in the document alone")
            continue
        if found.name and plain(found.name) != plain(str(other.name)):
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
            found = next((one for one in class_names(name, schemas.kept) if one in classes or one in aliases), "")
            if found in classes:
                _class(comparison, seen, expected, classes[found])
            elif found in aliases:
                _alias(comparison, expected, aliases.pop(found))
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
    if annotated(shown) == annotated(alias):
        comparison.report.counts["schemas"] += 1
    else:
        said = f"the document says {describe(shown)}, the alias {describe(alias)}"
        comparison.report.differ(expected.where, alias.where, said)
