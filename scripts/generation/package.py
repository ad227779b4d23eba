"""The package being written: the templates, the parsed document, and what every page needs to know of the others."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from attrs import define
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.generation.annotations import or_none
from scripts.generation.prose import literal
from scripts.generation.types import TypeWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.generation.parsing import Parsed

TEMPLATES: Final = Path(__file__).parent.parent / "templates"


@define(slots=False)
class Package:
    """One package: where it goes and what it is made of."""

    parsed: Parsed
    document: Mapping[str, Any]
    out: Path

    @cached_property
    def types(self) -> TypeWriter:
        """What writes types, with the document's named schemas at hand."""
        components = self.parsed.openapi.components
        schemas = components.schemas if components is not None else None
        return TypeWriter({name.get_untrusted_value(): node for name, node in (schemas or {}).items()})

    @cached_property
    def modules(self) -> dict[str, str]:
        """The module of each model and enum by the name of its class."""
        models = [model.class_info for model in self.parsed.models]
        enums = [enum.class_info for enum in self.parsed.enums]
        return {str(info.name): str(info.module_name) for info in (*models, *enums)}

    @cached_property
    def _templates(self) -> Environment:
        templates = Environment(  # noqa: S701 - Python source, escaped by `literal` and `docstring`
            loader=FileSystemLoader(TEMPLATES), trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
        )
        templates.filters.update(literal=literal, or_none=or_none)
        return templates

    def render(self, template: str, target: str, **page: Any) -> None:
        """Write one file."""
        path = self.out / target
        path.parent.mkdir(parents=True, exist_ok=True)
        text = self._templates.get_template(f"{template}.py.jinja").render(page=SimpleNamespace(**page))
        path.write_text(text, encoding="utf-8", newline="\n")
