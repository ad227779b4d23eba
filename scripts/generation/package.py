"""The package being written: the templates, the parsed document, and names that several pages need."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.files.failures import Refused
from scripts.generation.prose import literal
from scripts.generation.types import TypeWriter, or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.generation.records import Enum, Model, Operation, Parsed

TEMPLATES: Final = Path(__file__).parent.parent / "templates"


@define(slots=False)
class Package:
    """One package: its folder, and what it is made from."""

    parsed: Parsed
    document: Mapping[str, Any]
    out: Path
    facts: Mapping[str, Any]
    ids: Mapping[str, str]
    _written: set[str] = field(factory=set, init=False)

    @cached_property
    def types(self) -> TypeWriter:
        """The writer of types for this document."""
        return TypeWriter(self.parsed.document.get("components", {}))

    @cached_property
    def modules(self) -> dict[str, str]:
        """The module of each model and enum by the name of its class."""
        classes = [*(model.made for model in self.parsed.models), *(enum.made for enum in self.parsed.enums)]
        return {made.name: made.module for made in classes}

    @cached_property
    def models(self) -> dict[str, Model]:
        """The models by the names of their classes."""
        return {model.made.name: model for model in self.parsed.models}

    @cached_property
    def enums(self) -> dict[str, Enum]:
        """The enums by the names of their classes."""
        return {enum.made.name: enum for enum in self.parsed.enums}

    def id_of(self, holder: str, name: str) -> str:
        """Return the type of an id: of a property of a model, or a parameter of an operation; "" if it is none."""
        return self.ids.get(f"{holder}.{name}") or self.ids.get(name, "")

    def declared(self, operation: Operation) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Return each parameter by name and place; an operation's own goes before its path's."""
        item = self.parsed.document["paths"][operation.path]
        found = {}
        for parameter in (*item.get("parameters", ()), *operation.declared.get("parameters", ())):
            one = self.types.resolved(parameter, "parameters") or {}
            found[one["name"], one["in"]] = one
        return found

    @cached_property
    def _templates(self) -> Environment:
        templates = Environment(  # noqa: S701 - Python source, escaped by `literal` and `docstring`
            loader=FileSystemLoader(TEMPLATES), trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
        )
        templates.filters.update(literal=literal, or_none=or_none)
        return templates

    def render(self, template: str, target: str, **page: Any) -> None:
        """Write one file; Refused if its name, ignoring case, has been written before."""
        if target.lower() in self._written:
            raise Refused(f"{target}: two names of the document would both be written here")
        self._written.add(target.lower())
        path = self.out / target
        path.parent.mkdir(parents=True, exist_ok=True)
        text = self._templates.get_template(f"{template}.py.jinja").render(page=SimpleNamespace(**page))
        path.write_text(text, encoding="utf-8", newline="\n")
