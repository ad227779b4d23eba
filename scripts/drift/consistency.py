"""The tables that machines go by against what people and type checkers see, within the generated code alone.

The document is compared with the tables; here the annotations, defaults and signatures are proved to say the same.
"""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import attrs
from attrs import define, frozen

from scripts.drift.nodes import Node, Scalar, annotated, describe, kind, union
from scripts.drift.tables import Unrecognised

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from scripts.drift.observation import Observation
    from scripts.drift.operations import Operation
    from scripts.drift.reports import Report

INDEX: Final = "models/__init__.py"
ENTRIES: Final = ("call", "_get_kwargs", "sync_detailed", "sync", "asyncio_detailed", "asyncio")


@frozen
class Argument:
    """What a function takes: a type, whether it must be given, a mapping for the model, without its name."""

    node: Node
    required: bool
    mapping: bool = False
    positional: bool = False


@define
class Consistency:
    """Checks one observation and adds what differs to the report."""

    seen: Observation
    report: Report

    def check(self) -> None:
        """Check every model, the index of models, every operation, and that annotations mean something."""
        for file, module in self.seen.package.modules.items():
            with self.guard(file):
                self._annotations(file, vars(module), module.__name__)
        for name, class_ in self.seen.classes.items():
            file = self.seen.package.file_of(class_)
            if issubclass(class_, self.seen.tables.codec.Model):
                with self.guard(file):
                    self._model(name, class_, file)
        with self.guard(INDEX):
            self._index()
        for file, operation in self.seen.operations.items():
            with self.guard(file):
                self._operation(file, operation)

    @contextmanager
    def guard(self, file: str) -> Generator[None]:
        """Report what fails in a check: generated code that cannot even be looked at is a difference, not a crash."""
        try:
            yield
        except Unrecognised as problem:
            self.report.differ("", file, str(problem))
        except Exception as problem:  # noqa: BLE001 - generated code may raise anything when looked at
            self.report.differ("", file, f"cannot be looked at: {type(problem).__name__}")

    def _annotations(self, file: str, holder: Mapping[str, Any], module: str) -> None:
        """Every name in an annotation of a function or class that a module defines is one that it imports."""
        names = self.seen.annotations.names(file)
        for name, found in holder.items():
            if isinstance(found, property):
                found = found.fget  # noqa: PLW2901 - what is annotated of a property
            if getattr(found, "__module__", "") != module or not hasattr(found, "__annotations__"):
                continue
            for said in found.__annotations__.values():
                self.seen.annotations.evaluate(said, names, name)
            if isinstance(found, type):
                self._annotations(file, vars(found), module)

    def _model(self, name: str, class_: Any, file: str) -> None:
        names = self.seen.annotations.names(file)
        if class_.__repr__ is not self.seen.tables.codec.Model.__repr__:
            self.report.differ("", file, f"{name} has a repr of its own, which may show texts of people")
        fields = {entry.name: entry for entry in attrs.fields(class_)}
        members = self.seen.tables.members(class_)
        declared = {entry.attribute: members.properties[entry.name] for entry in class_._table.fields}  # noqa: SLF001
        extra = {"additional_properties"}
        for attribute in (fields.keys() ^ declared.keys()) - extra:
            where = "the table" if attribute in declared else "the class"
            self.report.differ("", file, f"{name}.{attribute} is in {where} alone")
        for attribute in declared.keys() & fields.keys():
            found, entry = declared[attribute], fields[attribute]
            seen = self.seen.annotations.seen(class_.__annotations__.get(attribute), names, f"{name}.{attribute}")
            self._same(file, f"{name}.{attribute}", found.node, seen.node)
            default = attrs.NOTHING if found.required else self.seen.annotations.runtime.UNSET
            if seen.unset is found.required or entry.default is not default or not entry.init:
                self.report.differ(
                    "", file, f"{name}.{attribute}: the class does not say if it may be left out as the table"
                )
            self.report.counts["annotations"] += 1
        self._extra(name, class_, file, names)

    def _extra(self, name: str, class_: Any, file: str, names: Mapping[str, Any]) -> None:
        """Undeclared properties are kept in a dict that begins empty; its values are annotated as in the table."""
        said = self.seen.annotations.evaluate(class_.__annotations__.get("additional_properties"), names, name)
        entry = attrs.fields_dict(class_)["additional_properties"]
        if entry.init or entry.default != attrs.Factory(dict) or said.__args__[0] is not str:
            self.report.differ("", file, f"{name}.additional_properties is not a dict by name that begins empty")
        values = self.seen.annotations.seen(said.__args__[1], names, f"{name}.additional_properties").node
        declared = self.seen.tables.members(class_).additional
        if declared is not None:
            self._same(file, f"{name}.additional_properties", declared, values)

    def _same(self, file: str, what: str, table: Node, annotation: Node, *, argument: bool = False) -> None:
        if annotated(table, argument=argument) != annotated(annotation):
            said = f"the table says {describe(table)}, the annotation {describe(annotation)}"
            self.report.differ("", file, f"{what}: {said}")

    def _index(self) -> None:
        """The models package offers every class and alias under its name, and nothing else."""
        models = self.seen.package.module("models")
        offered: set[str] = set(getattr(models, "__all__", ()))
        there = {**self.seen.classes, **self.seen.aliases}
        for name in sorted(offered ^ there.keys()):
            where = "the index" if name in offered else "a module"
            self.report.differ("", INDEX, f"{name} is in {where} alone")
        for name in sorted(offered & self.seen.classes.keys()):
            with self.guard(INDEX):
                if getattr(models, name) is not self.seen.classes[name]:
                    self.report.differ("", INDEX, f"{name} stands for another class")

    def _operation(self, file: str, operation: Operation) -> None:
        module = self.seen.package.modules[file]
        answers = self._union(operation, file, lambda _: True)
        success = self._union(operation, file, lambda status: status.startswith("2"))
        stated = self.seen.tables.answer(module.OPERATION.success, file) or Node(file, (), nullable=True)
        self._same(file, "success", success, stated)
        names = self.seen.annotations.names(file)
        said = self.seen.annotations.evaluate(module.__annotations__["OPERATION"], names, "OPERATION")
        inner = self.seen.annotations.seen(said.__args__[0].__args__[0], names, "OPERATION").node
        self._same(file, "what OPERATION is annotated to give", success, inner)
        for entry in ENTRIES:
            function = getattr(module, entry, None)
            if function is None:
                self.report.differ("", file, f"has no {entry}()")
                continue
            if inspect.iscoroutinefunction(function) is not entry.startswith("asyncio"):
                self.report.differ("", file, f"{entry}() is asynchronous, or should be")
            self.signature(function, operation, file, client=entry.startswith(("sync", "asyncio")))
            self._returns(function, entry, file, answers, success)

    def _union(self, operation: Operation, file: str, wanted: Callable[[str], bool]) -> Node:
        """Put the declared answers together; one without a body gives None."""
        parts = [node or Node(file, (), nullable=True) for status, node in operation.answers.items() if wanted(status)]
        return union(file, parts) if parts else Node(file, (Scalar("any"),))

    def _returns(self, function: Any, entry: str, file: str, answers: Node, success: Node) -> None:
        said = function.__annotations__.get("return")
        names = self.seen.annotations.names(file)
        found = self.seen.annotations.evaluate(said, names, f"{entry}()")
        if entry == "_get_kwargs":
            if found != dict[str, Any]:
                self.report.differ("", file, f"what {entry}() returns is not annotated as what httpx takes")
            return
        if entry in ("sync", "asyncio"):
            expected = union(file, [answers, Node(file, (), nullable=True)])
            self._same(file, f"what {entry}() returns", expected, self.seen.annotations.seen(found, names, entry).node)
            return
        inner = self.seen.annotations.seen(found.__args__[0], names, entry).node
        self._same(file, f"what {entry}() returns", success if entry == "call" else answers, inner)

    def gives(self, function: Any, what: str, operation: Operation, file: str) -> None:
        """A resource's method gives the success type alone."""
        said = function.__annotations__.get("return")
        seen = self.seen.annotations.seen(said, self.seen.annotations.names(file), what)
        success = self._union(operation, operation.where, lambda status: status.startswith("2"))
        self._same(file, f"what {what} returns", success, seen.node)

    def signature(self, function: Any, operation: Operation, file: str, *, client: bool = False) -> None:
        """A function takes each parameter by keyword under its argument name, and the body, as the table types them.

        `file` is the one that holds the function, whose names its annotations use.
        """
        expected = dict(self._arguments(operation))
        given = dict(inspect.signature(function).parameters)
        given.pop("self", None)
        if client:
            self._client(function, given.pop("client", None), file)
        for name in sorted(expected.keys() ^ given.keys()):
            where = "the table" if name in expected else "the signature"
            self.report.differ("", file, f"{function.__name__}(): argument {name!r} is in {where} alone")
        for name in expected.keys() & given.keys():
            self._argument(function, given[name], expected[name], file)

    def _client(self, function: Any, given: inspect.Parameter | None, file: str) -> None:
        """Each function that sends takes either client, by keyword."""
        annotations, clients = self.seen.annotations, self.seen.package.modules["client.py"]
        said = annotations.evaluate(given.annotation if given else None, annotations.names(file), function.__name__)
        if said != clients.AuthenticatedClient | clients.Client or (given and given.kind is not given.KEYWORD_ONLY):
            self.report.differ("", file, f"{function.__name__}() does not take a client, of either kind, by keyword")

    def _arguments(self, operation: Operation) -> Iterator[tuple[str, Argument]]:
        """Give the type of each argument, and whether it must be given; what is part of the path may go first."""
        table = self.seen.package.modules[operation.where].OPERATION
        for entry in table.parameters:
            found = operation.parameters[entry.location, entry.name]
            yield entry.attribute, Argument(found.node, found.required, positional=entry.location == "path")
        if operation.bodies:
            bodies = list(operation.bodies.items())
            yield "body", Argument(union("", [node for _, node in bodies]), operation.body_required, len(bodies) == 1)

    def _argument(self, function: Any, given: inspect.Parameter, expected: Argument, file: str) -> None:
        what = f"{function.__name__}({given.name})"
        seen = self.seen.annotations.seen(given.annotation, self.seen.annotations.names(file), what)
        self._same(file, what, expected.node, seen.node, argument=True)
        default = inspect.Parameter.empty if expected.required else self.seen.annotations.runtime.UNSET
        if given.default is not default or seen.unset is expected.required:
            self.report.differ("", file, f"{what} may be left out in the table or in the signature, not in both")
        if given.kind is not inspect.Parameter.KEYWORD_ONLY and not expected.positional:
            self.report.differ("", file, f"{what} is not by keyword alone")
        if seen.mapping is not (expected.mapping and "object" in map(kind, expected.node.options)):
            self.report.differ("", file, f"{what} takes a mapping for a model, or should")
