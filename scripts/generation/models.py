"""Writes the modules of models, enums and type aliases."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.generation.prose import NOTE, class_prose, docstring, property_prose
from scripts.generation.types import annotation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.generation.inputs import Inputs
    from scripts.generation.package import Package
    from scripts.generation.records import Component, Enum, Model, Property

# Attributes that every model has: a property of that name gets an underscore.
TAKEN: Final = frozenset(
    {"additional_keys", "additional_properties", "from_dict", "json_items", "known_fields", "to_dict", "to_multipart"}
)


@frozen
class ModelPages:
    """Writes `models/`."""

    package: Package
    inputs: Inputs

    def write(self) -> None:
        """Write every module, and an index that loads each at first use."""
        parsed = self.package.parsed
        sent = [body for operation in parsed.operations for body in operation.bodies]
        multipart = {body.type.name for body in sent if body.form == "files"}
        for model in parsed.models:
            self._write_model(model, is_multipart=model.made.name in multipart)
        for enum in parsed.enums:
            self._write_enum(enum)
        classes = self.package.modules
        aliases = [one for one in parsed.components if one.made.name not in classes]
        for component in aliases:
            self._write_alias(component)
        names = [*classes.items(), *((one.made.name, one.made.module) for one in aliases), *self.inputs.write()]
        text = docstring(["The models and enums of the document, each loaded when it is first asked for.", NOTE])
        self.package.render("lazy_init", "models/__init__.py", docstring=text, names=sorted(names))

    def _write_model(self, model: Model, *, is_multipart: bool) -> None:
        nodes = self.package.types.properties(model.schema)
        ids = {prop.name: self.package.id_of(model.made.name, prop.name) for prop in model.properties}
        fields = [self._field(prop, nodes.get(prop.name), ids[prop.name]) for prop in model.properties]
        order = {name: index for index, name in enumerate(nodes)}
        extra = "Any" if model.extra is None else annotation(model.extra)
        self.package.render(
            "model",
            f"models/{model.made.module}.py",
            note=f'"""{model.made.name}. {NOTE}"""',
            name=model.made.name,
            docstring=docstring(class_prose(model, fields), indent=4),
            fields=fields,
            ordered=sorted(fields, key=lambda field: order.get(field.name, len(order))),
            extra_annotation=extra,
            table_options="".join(f"{option}," for option in self._table_options(model)),
            multipart=is_multipart,
        )

    def _field(self, prop: Property, node: Mapping[str, Any] | None, id_: str) -> SimpleNamespace:
        typed = self.package.types.field(prop.type, node)
        return SimpleNamespace(
            name=prop.name,
            attribute=f"{prop.attribute}_" if prop.attribute in TAKEN else prop.attribute,
            annotation=annotation(prop.type, required=prop.required, id_=id_),
            required=prop.required,
            code=typed.code,
            flags=(", required=True" if prop.required else "") + (", nullable=True" if typed.nullable else ""),
            prose=property_prose(prop, node),
        )

    def _table_options(self, model: Model) -> Iterator[str]:
        if model.extra is None:
            yield "extra=None"
        elif model.extra.kind != "ANY" or _allows_others(model):
            declared = model.schema.get("additionalProperties")
            yield f"extra={self.package.types.write(model.extra, declared if isinstance(declared, dict) else None)}"
        limits = self.package.types.limits(model.schema)
        if limits:
            yield f"limits={limits!r}"

    def _write_enum(self, enum: Enum) -> None:
        prose = [enum.description or f"One of {len(enum.members)} values.", "An unknown value is kept as it is."]
        of_texts = all(isinstance(value, str) for _, value in enum.members)
        self.package.render(
            "enum",
            f"models/{enum.made.module}.py",
            note=f'"""{enum.made.name}. {NOTE}"""',
            name=enum.made.name,
            base="OpenEnum" if of_texts else "OpenIntEnum",
            docstring=docstring(prose, indent=4),
            members=enum.members,
        )

    def _write_alias(self, component: Component) -> None:
        """Write the module of a schema that is not a class (a list, a union): a type alias."""
        self.package.render(
            "alias",
            f"models/{component.made.module}.py",
            note=f'"""{component.made.name}. {NOTE}"""',
            name=component.made.name,
            annotation=annotation(component.type),
            docstring=docstring([component.description or f"What the document calls {component.name}."]),
        )


def _allows_others(model: Model) -> bool:
    """Whether a schema, or a part of it, says that there may be undeclared properties, or requires some."""
    parts, names = [model.schema], {prop.name for prop in model.properties}
    for part in parts:
        parts.extend(part.get("allOf", ()))
    return any("additionalProperties" in part or not names.issuperset(part.get("required", ())) for part in parts)
