"""Writes the resource classes: a class for each tag, with a method for each operation."""

from __future__ import annotations

import re
import textwrap
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.files.failures import Refused
from scripts.generation.operations import OperationPages
from scripts.generation.parser import identifier
from scripts.generation.prose import NOTE, docstring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.generation.inputs import Inputs
    from scripts.generation.package import Package


@frozen
class ResourcePages:
    """Writes `resources/`."""

    package: Package
    inputs: Inputs

    def write(self) -> None:
        """Write a module for each tag, and the two classes that hold all resources."""
        pages_of_operations = OperationPages(self.package, self.inputs)
        tags: dict[str, list[SimpleNamespace]] = {}
        folders: dict[str, str] = {}
        for op in self.package.parsed.operations:
            tags.setdefault(op.tag, []).append(pages_of_operations.page(op))
            folders[op.name] = f"{op.folder}.{op.name}"
        declared = {tag["name"]: tag for tag in self.package.document.get("tags", []) if "name" in tag}
        pages = [self._tag_page(tag, declared.get(tag, {}), operations) for tag, operations in tags.items()]
        for page in pages:
            self._write_resource(page)
        kinds = [
            SimpleNamespace(name="Resources", caller="Caller", tag_prefix=""),
            SimpleNamespace(name="AsyncResources", caller="AsyncCaller", tag_prefix="Async"),
        ]
        self.package.render(
            "resources_init", "resources/__init__.py", tags=pages, operations=list(folders.items()), kinds=kinds
        )

    def _tag_page(self, tag: str, declared: Mapping[str, Any], operations: list[SimpleNamespace]) -> SimpleNamespace:
        attribute = str(declared.get("x-resource-name") or identifier(tag, "tag_"))
        if not re.fullmatch(r"[a-z][a-z0-9_]*", attribute):
            message = f"tag {tag!r}: {attribute!r} cannot be the name of a resource"
            raise Refused(message)
        return SimpleNamespace(
            tag=tag,
            attribute=attribute,
            class_name="".join(word.capitalize() for word in attribute.split("_")),
            operations=operations,
            docstring=docstring([str(declared.get("description") or f"Operations tagged {tag}.")], indent=4),
            folder=identifier(tag, "tag"),
        )

    def _write_resource(self, page: SimpleNamespace) -> None:
        kinds = [
            SimpleNamespace(name=page.class_name, caller="Caller", prefix="", wait=""),
            SimpleNamespace(name=f"Async{page.class_name}", caller="AsyncCaller", prefix="async ", wait="await "),
        ]
        for one in page.operations:
            one.docstring = textwrap.indent(one.docstring, "    ").lstrip()
        self.package.render(
            "resource",
            f"resources/{page.attribute}.py",
            note=docstring([f"The operations tagged {page.tag}.", NOTE]),
            folder=page.folder,
            kinds=kinds,
            docstring=page.docstring,
            operations=page.operations,
        )
