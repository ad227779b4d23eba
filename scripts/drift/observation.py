"""Everything the meaning check looks at in one loaded package, read once and then plain data."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from scripts.drift.annotations import Annotations
from scripts.drift.contract import FILE, Contract, read_contract
from scripts.drift.reports import Report
from scripts.drift.tables import Tables, Unrecognised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.drift.loading import Package
    from scripts.drift.nodes import Node
    from scripts.drift.operations import Operation

# What people import from the package itself (the generator's public names), and from its resources.
FACES: Final[Mapping[str, frozenset[str]]] = {
    "__init__.py": frozenset({"AuthenticatedClient", "Client", "File", "Response", "UNSET", "Unset"}),
    "resources/__init__.py": frozenset({"OPERATIONS", "AsyncResources", "Resources", "operation"}),
}


@frozen
class Observation:
    """A package as read: classes by name, aliases as nodes, operations by the file that declares them."""

    package: Package
    tables: Tables
    annotations: Annotations
    classes: Mapping[str, Any]
    aliases: Mapping[str, Node]
    operations: Mapping[str, Operation]
    contract: Contract | None
    report: Report = field(factory=Report)


def observe(package: Package) -> Observation | None:
    """Read a loaded package; None where its runtime is not there, so that nothing can be told."""
    codec, runtime = package.module("codec"), package.module("types")
    if codec is None or runtime is None:
        return None
    report = Report()
    for file, reason in package.failures.items():
        report.differ("", file, f"does not import: {reason}")
    for file, what in _promises(package):
        report.differ("", file, what)
    classes = dict(_classes(package, codec, report))
    tables = Tables(package, codec, classes)
    annotations = Annotations(tables, runtime)
    operations: dict[str, Operation] = {}
    for file, module in package.modules.items():
        if file.startswith("api/") and hasattr(module, "OPERATION"):
            try:
                operations[file] = tables.operation(module.OPERATION, file)
            except (Unrecognised, AttributeError, TypeError) as problem:
                report.differ("", file, f"its table cannot be read: {problem}")
    aliases = _aliases(package, annotations, report)
    contract = read_contract(package.directory / FILE, report)
    return Observation(package, tables, annotations, classes, aliases, operations, contract, report)


def _promises(package: Package) -> Iterator[tuple[str, str]]:
    """Find what a module lists in `__all__` and cannot give, to a program, a type checker or someone who looks."""
    for file, module in package.modules.items():
        listed = set(getattr(module, "__all__", ()))
        missing = FACES.get(file, frozenset()) - listed
        yield from ((file, f"{name} is not listed in __all__") for name in sorted(missing))
        try:
            shown, directory = package.shown(file), set(dir(module))
        except Exception as problem:  # noqa: BLE001 - `__dir__` is generated code too
            yield file, f"cannot be looked at: {type(problem).__name__}"
            continue
        for name in sorted(listed):
            try:
                there = getattr(module, name)
            except Exception:  # noqa: BLE001 - a lazy name imports a module, which may raise anything
                yield file, f"{name} is listed in __all__ and is not there"
                continue
            if shown.get(name) is not there:
                yield file, f"{name} is listed in __all__, and type checkers find nothing or something else"
            if name not in directory:
                yield file, f"{name} is listed in __all__ and dir() does not tell it"


def _classes(package: Package, codec: Any, report: Report) -> Mapping[str, Any]:
    """Find the models and enums, each in the file that defines it."""
    found: dict[str, Any] = {}
    for file, module in package.modules.items():
        if not file.startswith("models/") or file.endswith("__init__.py"):
            continue
        own = [
            value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__
        ]
        for class_ in own:
            if not issubclass(class_, Enum | codec.Model):
                report.differ("", file, f"class {class_.__name__} is neither a model nor an enum")
            elif class_.__name__ in found:
                report.differ("", file, f"class {class_.__name__} is defined twice")
            else:
                found[class_.__name__] = class_
    return found


def _aliases(package: Package, annotations: Annotations, report: Report) -> Mapping[str, Node]:
    """Read the type aliases of the models package; one that cannot be read is reported."""
    found: dict[str, Node] = {}
    for file, module in package.modules.items():
        declared = [name for name, said in getattr(module, "__annotations__", {}).items() if said == "TypeAlias"]
        for name in declared if file.startswith("models/") else ():
            try:
                found[name] = annotations.seen(getattr(module, name), package.names(file), f"{file}:{name}").node
            except Unrecognised as problem:
                report.differ("", file, str(problem))
    return found
