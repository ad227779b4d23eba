"""Compares a published document with a generated package by meaning; the document has its declared differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.contract.differences import Comparison
from scripts.contract.documents import read_document
from scripts.drift import loading
from scripts.drift.declared import declared, names_of_types
from scripts.drift.observation import CONTRACT, Code, Observation, observe
from scripts.drift.offers import promises
from scripts.drift.outlines import alternatives
from scripts.drift.reports import Report
from scripts.drift.signatures import IDS, INPUTS, Call, Inputs, class_of, models, resource_classes, words
from scripts.drift.tables import as_tables, known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from scripts.contract.schemas import Form

# The part of the document that each folder of the package is made from; files in no folder serve every operation.
FOLDERS: Final = {"models": "/components/schemas", "api": "/paths", "resources": "/tags"}
_EMPTY: Final[Mapping[str, Form]] = {"functions": {}, "classes": {}, "variables": {}, "aliases": {}}


def meaning(document: Mapping[str, Any], corrections: Mapping[str, Any], package_dir: Path) -> Report:
    """Import a generated package and compare it with the published document."""
    with loading.package(package_dir) as package:
        return check(document, corrections, observe(package))


def check(
    document: Mapping[str, Any],
    corrections: Mapping[str, Any],
    seen: Observation,
    report: Report | None = None,
    *,
    outlines: bool = True,
) -> Report:
    """Compare a document with an observed package. Without `outlines`, only what depends on the document.

    Whatever the document or the code holds, this ends with a report: an exception is reported as "cannot check".
    """
    report = Report() if report is None else report
    for one in seen.failures.differences:
        report.differ(one.pointer, one.file, one.what)
    places: Mapping[str, str] = {}
    try:
        differences = declared(document, corrections)
        for pointer, why in differences.misfits:
            report.puzzle(pointer, "", why)
        wanted = read_document(differences.document, names_of_types(differences))
        for problem in wanted.problems:
            report.differ(problem.pointer, "", problem.why)
        if seen.code is not None:
            comparison = _compare_tables(wanted.form, seen.code, report)
            places = comparison.places
            if outlines:
                expected = _expected(wanted.form, seen.code, comparison, differences.resources, report)
                _compare_outlines(expected, seen.code, report)
        _compare_contract(wanted.form, seen.contract.form, report)
    except RecursionError:
        report.puzzle("", "", "the document or the code is nested too deeply")
    except Exception as problem:  # noqa: BLE001 - a mutated document may hold anything anywhere
        report.puzzle("", "", f"the check itself failed: {type(problem).__name__}")
    report.locate(lambda file: places.get(file) or FOLDERS.get(file.partition("/")[0], "/paths"))
    return report


def _compare_contract(wanted: Form, contract: Form, report: Report) -> None:
    """Compare with the contract file, which holds everything that the document does.

    It may name types that the document has inline.
    """
    comparison = Comparison(lambda pointer, _, what: report.differ(pointer, CONTRACT, what))
    named = {name: one for name, one in contract["schemas"].items() if name in wanted["schemas"]}
    comparison.same(wanted, {**contract, "schemas": named})
    met = {second for _, second in comparison.pairs}
    for name in contract["schemas"].keys() - named.keys():
        if not met & {_identity(option) for option in contract["schemas"][name]["options"]}:
            report.differ("/components/schemas", CONTRACT, f"schema {name} is in the code alone")
    report.counts.update({f"contract {name}": comparison.counts[name] for name in ("operations", "properties")})


def _compare_tables(wanted: Form, seen: Code, report: Report) -> Comparison:
    """Compare with the tables; an option with a name is a class there, every other named type is an alias."""
    comparison = Comparison(report.differ, as_tables)
    classes = {name: one["options"][0] for name, one in wanted["schemas"].items() if _is_class(name, one)}
    named = {name: one for name, one in seen.schemas.items() if name in classes}
    comparison.same(
        {"@": "", "operations": wanted["operations"], "webhooks": wanted["webhooks"], "schemas": classes},
        {"@": "", "operations": seen.operations, "webhooks": seen.webhooks, "schemas": named},
    )
    met = {second for _, second in comparison.pairs}
    for option in seen.schemas.values():
        if _identity(option) not in met:
            report.differ("", option["@"], f"{option['called']} is in the code alone")
    report.counts.update(comparison.counts)
    return comparison


def _is_class(name: str, type_: Form) -> bool:
    return len(type_["options"]) == 1 and type_["options"][0].get("name") == name


def _identity(option: Form) -> int:
    """Identify an option, whatever limits are added where it is used."""
    return id(option.get("content", option.get("values")))


def _expected(wanted: Form, seen: Code, comparison: Comparison, resources: Mapping[str, str], report: Report) -> Form:
    """Write the outline of each module that the package must have: from its tables, and the document's aliases."""
    inputs = Inputs(seen.ids)
    expected = dict(models(seen.tables.options, seen.operations.values(), inputs))
    expected.update(resource_classes(seen.operations, resources, seen.outlines, inputs))
    for operation in seen.operations.values():
        call = Call(operation, inputs)
        expected[operation["@"]] = {"functions": call.functions(), "variables": call.variables()}
    for body in (body for webhook in seen.webhooks.values() for body in webhook["bodies"].values()):
        inputs.given(body["type"])
    expected.update(inputs.outlines())
    called = _names(seen, comparison)
    aliases = {name: one for name, one in wanted["schemas"].items() if not _is_class(name, one)}
    for file, outline in seen.outlines.items():
        for name in outline["aliases"] if file.startswith("models/") else ():
            alias = aliases.pop(known(name, seen.tables.reserved), None)
            if alias is not None:
                expected[file] = {"aliases": {name: alternatives(words(alias, called))}}
    for one in aliases.values():
        report.differ(one["@"], "", f"schema {one['called']} is in the document alone")
    return expected


def _names(seen: Code, comparison: Comparison) -> Callable[[Form], str]:
    """Find the class of a type of the document: the one it was compared with, or else the one of that name."""
    classes = {_identity(option): option for option in seen.schemas.values()}
    compared = {first: class_of(classes[second]) for first, second in comparison.pairs if second in classes}
    named = {name: class_of(option) for name, option in seen.schemas.items()}
    return lambda option: compared.get(_identity(option)) or named.get(option.get("name", ""), "nothing")


def _compare_outlines(expected: Mapping[str, Form], seen: Code, report: Report) -> None:
    """Compare the names and annotations of every module with those that it must have."""
    enums = {
        option["@"] for option in seen.schemas.values() if option["type"] == "enum"
    }  # the tables have their values
    found = {
        file: outline
        for file, outline in seen.outlines.items()
        if file in expected or (file.partition("/")[0] in FOLDERS and not file.endswith("__init__.py"))
    }
    comparison = Comparison(report.differ, sides=("the tables", "the code"))
    comparison.same(
        {"files": {file: {**_EMPTY, **one} for file, one in expected.items()}},
        {"files": {file: one for file, one in found.items() if file not in enums}},
    )
    types = {name for one in seen.outlines.values() for name in one["aliases"]} | seen.tables.classes.keys()
    types |= {*expected[INPUTS]["classes"], *expected[IDS]["variables"]}
    for file, what in promises(seen.tables.package, seen.modules, types, list(seen.operations.values())):
        report.differ("", file, what)
    report.counts.update({name: comparison.counts[name] for name in ("aliases", "attributes", "functions", "methods")})
