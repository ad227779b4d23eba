"""Reads everything that the meaning check needs from a loaded package, once, as plain data."""

from __future__ import annotations

import json
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.contract.documents import Document, read_document
from scripts.drift.outlines import Module, read_module
from scripts.drift.reports import Report
from scripts.drift.tables import Tables, Unrecognised, known, reserved_names

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from scripts.contract.schemas import Form
    from scripts.drift.loading import Package

CONTRACT: Final = "contract.json"
FACTS: Final = "facts.json"
WEBHOOKS: Final = "webhooks.py"


@frozen
class Code:
    """The code of a package: its tables, their canonical form, the outline of each file, and the types of its ids."""

    tables: Tables
    operations: Form
    webhooks: Form
    schemas: Form
    modules: Mapping[str, Module]
    outlines: Mapping[str, Form]
    ids: Mapping[str, str]


@frozen
class Observation:
    """A package as read: its contract file, its code (None if the runtime is missing), and what failed."""

    contract: Document
    code: Code | None
    failures: Report


def observe(package: Package) -> Observation:
    """Read a loaded package; the result can be compared with any number of documents."""
    report = Report()
    for file, reason in package.failures.items():
        report.differ("", file, f"does not import: {reason}")
    contract = _contract(package, report)
    codec = package.modules.get("codec.py")
    if codec is None or "types.py" not in package.modules:
        report.differ("", "codec.py", "is missing or does not import, so nothing else can be checked")
        return Observation(contract, None, report)
    tags = contract.form["whole"].get("tags", {"is": []})["is"]
    reserved = reserved_names(contract.form, {str(tag): str(name) for tag, name in tags if name})
    tables = Tables(package, codec, dict(_classes(package, codec, report)), reserved)
    schemas, operations = dict(_schemas(tables, report)), dict(_operations(tables, report))
    webhooks = dict(_webhooks(tables, report))
    modules = {file: read_module(package.directory, file) for file in package.modules}
    outlines = {file: module.outline() for file, module in modules.items()}
    return Observation(
        contract, Code(tables, operations, webhooks, schemas, modules, outlines, _ids(package, report)), report
    )


def _ids(package: Package, report: Report) -> Mapping[str, str]:
    """Read from the shipped facts what ids are of."""
    try:
        return {
            str(key): str(type_) for key, type_ in json.loads((package.directory / FACTS).read_bytes())["ids"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        report.differ("", FACTS, f"cannot be read: {type(problem).__name__}")
        return {}


def _contract(package: Package, report: Report) -> Document:
    """Read the contract file that ships with the code."""
    try:
        contract = read_document(json.loads((package.directory / CONTRACT).read_bytes()))
    except (OSError, ValueError, AttributeError, RecursionError) as problem:
        report.differ("", CONTRACT, f"cannot be read: {type(problem).__name__}")
        return read_document({})
    for one in contract.problems:
        report.differ(one.pointer, CONTRACT, one.why)
    return contract


def _classes(package: Package, codec: Any, report: Report) -> Iterator[tuple[str, Any]]:
    """Find the models and enums, each in the file that defines it."""
    for file, module in package.modules.items():
        own = vars(module).values() if file.startswith("models/") and not file.endswith("__init__.py") else ()
        for class_ in own:
            if isinstance(class_, type) and class_.__module__ == module.__name__:
                if issubclass(class_, Enum | codec.Model):
                    yield class_.__name__, class_
                else:
                    report.differ("", file, f"class {class_.__name__} is neither a model nor an enum")


@contextmanager
def _guard(file: str, report: Report) -> Generator[None]:
    try:
        yield
    except (Unrecognised, AttributeError, KeyError, TypeError) as problem:
        report.differ("", file, f"its table cannot be read: {problem}")


def _schemas(tables: Tables, report: Report) -> Iterator[tuple[str, Form]]:
    for name, class_ in tables.classes.items():
        with _guard(tables.package.file_of(class_), report):
            yield known(name, tables.reserved), tables.named(name)


def _operations(tables: Tables, report: Report) -> Iterator[tuple[str, Form]]:
    for file, module in tables.package.modules.items():
        if file.startswith("api/") and not file.endswith("__init__.py"):
            with _guard(file, report):
                table = module.OPERATION
                yield f"{table.method} {table.path}", tables.operation(table, file)


def _webhooks(tables: Tables, report: Report) -> Iterator[tuple[str, Form]]:
    with _guard(WEBHOOKS, report):
        for name, table in tables.package.modules[WEBHOOKS].WEBHOOKS.items():
            if table.path != name:
                raise Unrecognised(f"the path of {name} is {table.path}")
            yield f"{table.method} {name}", tables.operation(table, WEBHOOKS)
