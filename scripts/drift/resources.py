"""The resource classes, one a tag: what is on them, what it takes and what it gives, against the operation tables."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from attrs import define

from scripts.drift.nodes import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.drift.consistency import Consistency
    from scripts.drift.operations import Operation

INDEX: Final = "resources/__init__.py"
KINDS: Final = {"Resources": "", "AsyncResources": "Async"}


@define
class Resources:
    """Checks the resources of an observation.

    `attributes`: tag -> the attribute that the corrections name; `places`: file -> pointer of what it stands for.
    """

    consistency: Consistency
    attributes: Mapping[str, str]
    places: Mapping[str, str]

    def check(self) -> None:
        """Check the index of operations, and both kinds of resources."""
        module = self.consistency.seen.package.modules.get(INDEX)
        if module is None:
            self._differ(INDEX, "is missing or does not import")
            return
        with self.consistency.report.about("/tags"):
            self._resources(module)

    def _resources(self, module: Any) -> None:
        self._index(module)
        files = {INDEX}
        for kind, prefix in KINDS.items():
            with self.consistency.guard(INDEX):
                files.update(self._kind(getattr(module, kind), kind, prefix))
        for file in self.consistency.seen.package.modules:
            if file.startswith("resources/") and file not in files:
                self._differ(file, "holds the resource of no tag of the document")

    def _differ(self, file: str, what: str) -> None:
        self.consistency.report.differ("", file, what)

    def _index(self, module: Any) -> None:
        """Every operation can be found by its name, where its table is."""
        offered: Mapping[str, str] = getattr(module, "OPERATIONS", {})
        expected = {str(found.name): file for file, found in self.consistency.seen.operations.items()}
        found = {name: f"api/{place.replace('.', '/')}.py" for name, place in offered.items()}
        for name in sorted(expected.keys() | found.keys()):
            if expected.get(name) != found.get(name):
                self._differ(
                    INDEX, f"operation {name} is said to be in {found.get(name)}, but is in {expected.get(name)}"
                )
        for name, place in expected.items():
            with self.consistency.guard(INDEX):
                if module.operation(name) is not self.consistency.seen.package.modules[place].OPERATION:
                    self._differ(INDEX, f"operation({name!r}) gives another table")

    def _kind(self, resources: Any, kind: str, prefix: str) -> Iterator[str]:
        """Each tag has its attribute, of the class that its annotation says; there is no other. Gives their files."""
        offered = {name: value for name, value in vars(resources).items() if isinstance(value, property)}
        for tag, operations in self._tags().items():
            attribute = self.attributes.get(tag) or _attribute(tag, offered)
            found = offered.pop(attribute, None)
            if found is None:
                self._differ(INDEX, f"{kind} has no attribute {attribute} for the tag {tag}")
                continue
            held = type(getattr(resources(None), attribute))
            if self._said(found, kind) is not held:
                self._differ(INDEX, f"{kind}.{attribute} is not what its annotation says")
            if held.__name__.startswith("Async") is not bool(prefix):
                self._differ(INDEX, f"{kind}.{attribute} is {held.__name__}")
            file = self.consistency.seen.package.file_of(held)
            yield file
            with self.consistency.guard(file):
                self._methods(held, file, operations, asynchronous=bool(prefix))
        for attribute in offered:
            self._differ(INDEX, f"{kind}.{attribute} stands for no tag of the document")

    def _said(self, found: property, kind: str) -> Any:
        annotations = self.consistency.seen.annotations
        said = inspect.get_annotations(found.fget)["return"] if found.fget else None
        return annotations.evaluate(said, annotations.names(INDEX), kind)

    def _tags(self) -> Mapping[str, list[Operation]]:
        tags: dict[str, list[Operation]] = {}
        for operation in self.consistency.seen.operations.values():
            tags.setdefault(operation.tag, []).append(operation)
        return tags

    def _methods(self, held: type, file: str, operations: list[Operation], *, asynchronous: bool) -> None:
        """Each operation of the tag has its method; there is no other."""
        offered = {name: value for name, value in vars(held).items() if not name.startswith("_")}
        for operation in operations:
            method = offered.pop(str(operation.name), None)
            with self.consistency.report.about(self.places.get(operation.where, "")), self.consistency.guard(file):
                self._method(held, method, operation, file, asynchronous=asynchronous)
        for name in offered:
            self._differ(file, f"{held.__name__}.{name} stands for no operation of the document")

    def _method(self, held: type, method: Any, operation: Operation, file: str, *, asynchronous: bool) -> None:
        """A method takes and gives what its operation does."""
        what = f"{held.__name__}.{operation.name}"
        if method is None:
            self._differ(file, f"{held.__name__} has no method {operation.name}")
            return
        if inspect.iscoroutinefunction(method) is not asynchronous:
            self._differ(file, f"{what} is asynchronous, or should be")
        self.consistency.signature(method, operation, file)
        self.consistency.gives(method, what, operation, file)
        self.consistency.report.counts["methods"] += 1


def _attribute(tag: str, offered: Mapping[str, object]) -> str:
    """Find the attribute of a tag that the corrections do not name: the tag in snake case."""
    own = {plain(tag), plain(f"tag {tag}")}  # the second where the tag begins with what no name begins with
    return next((name for name in offered if plain(name) in own and name == name.lower()), plain(tag))
