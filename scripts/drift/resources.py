"""The resource classes, one a tag: what is on them, what it takes and what it gives, against the operation tables."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import define

from scripts.drift.consistency import Consistency
from scripts.drift.nodes import plain
from scripts.drift.operations import Operation

INDEX: Final = "resources/__init__.py"
KINDS: Final = {"Resources": "", "AsyncResources": "Async"}


@define
class Resources:
    """Checks the resources of an observation. `attributes`: tag -> the attribute that the corrections name."""

    consistency: Consistency
    attributes: Mapping[str, str]

    def check(self) -> None:
        """Check the index of operations, and both kinds of resources."""
        module = self.consistency.seen.package.modules.get(INDEX)
        if module is None:
            self.consistency.report.differ("", INDEX, "is missing or does not import")
            return
        self._index(module)
        for kind, prefix in KINDS.items():
            self.consistency.attempt(INDEX, lambda kind=kind, prefix=prefix: self._kind(module, kind, prefix))

    def _index(self, module: Any) -> None:
        """Every operation can be found by its name, where its table is."""
        offered: Mapping[str, str] = getattr(module, "OPERATIONS", {})
        expected = {found.name: file for file, found in self.consistency.seen.operations.items()}
        found = {name: f"api/{place.replace('.', '/')}.py" for name, place in offered.items()}
        for name in sorted(map(str, expected.keys() | found.keys())):
            if expected.get(name) != found.get(name):
                said = f"operation {name} is said to be in {found.get(name)}, but is in {expected.get(name)}"
                self.consistency.report.differ("", INDEX, said)

    def _kind(self, module: Any, kind: str, prefix: str) -> None:
        resources = getattr(module, kind)
        offered = {name: value for name, value in vars(resources).items() if isinstance(value, property)}
        instance = resources(None)
        for tag, operations in self._tags().items():
            attribute = self.attributes.get(tag) or next(
                (name for name in offered if plain(name) == plain(tag)), plain(tag)
            )
            found = offered.pop(attribute, None)
            if found is None or not attribute.isidentifier() or attribute != attribute.lower():
                self.consistency.report.differ("/tags", INDEX, f"{kind} has no attribute {attribute} for the tag {tag}")
                continue
            held = type(getattr(instance, attribute))
            file = self.consistency.seen.package.file_of(held)
            said = inspect.get_annotations(found.fget)["return"] if found.fget else None
            if (
                self.consistency.seen.annotations.evaluate(said, self.consistency.seen.annotations.names(INDEX), kind)
                is not held
            ):
                self.consistency.report.differ("/tags", INDEX, f"{kind}.{attribute} is not what its annotation says")
            if not held.__name__.startswith(prefix) or (not prefix and held.__name__.startswith("Async")):
                self.consistency.report.differ("/tags", INDEX, f"{kind}.{attribute} is {held.__name__}")
            self.consistency.attempt(
                file,
                lambda held=held, file=file, operations=operations: self._methods(
                    held, file, operations, asynchronous=bool(prefix)
                ),
            )
        for attribute in offered:
            self.consistency.report.differ("/tags", INDEX, f"{kind}.{attribute} stands for no tag of the document")

    def _tags(self) -> Mapping[str, list[Operation]]:
        tags: dict[str, list[Operation]] = {}
        for operation in self.consistency.seen.operations.values():
            tags.setdefault(operation.tag, []).append(operation)
        return tags

    def _methods(self, held: type, file: str, operations: list[Operation], *, asynchronous: bool) -> None:
        offered = dict(_public(held))
        for operation in operations:
            method = offered.pop(str(operation.name), None)
            if method is None:
                self.consistency.report.differ("", file, f"{held.__name__} has no method {operation.name}")
                continue
            what = f"{held.__name__}.{operation.name}"
            if inspect.iscoroutinefunction(method) is not asynchronous:
                self.consistency.report.differ("", file, f"{what} is asynchronous, or should be")
            self.consistency.signature(method, operation, file)
            self.consistency.gives(method, what, operation, file)
            self.consistency.report.counts["methods"] += 1
        for name in offered:
            self.consistency.report.differ("", file, f"{held.__name__}.{name} stands for no operation of the document")


def _public(held: type) -> Iterator[tuple[str, Any]]:
    for name, value in vars(held).items():
        if not name.startswith("_"):
            yield name, value
