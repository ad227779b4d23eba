"""The modules of models, enums and the names of other schemas."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from openapi_python_client import schema as oai
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.any import AnyProperty

from scripts.files.failures import Refused
from scripts.generation.annotations import annotation_of, imports, model_import_lines, model_imports, plain_imports
from scripts.generation.prose import NOTE, class_prose, docstring, property_prose, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_python_client.parser.properties.protocol import PropertyProtocol

    from scripts.generation.package import Package
    from scripts.generation.types import TypeWriter

# Attributes that every model has: a property of that name gets an underscore.
TAKEN: Final = frozenset(
    {"additional_keys", "additional_properties", "from_dict", "json_items", "known_fields", "to_dict", "to_multipart"}
)


@frozen
class ModelPages:
    """Writes `models/`."""

    package: Package

    def write(self) -> None:
        """Write every module, and the index that loads them when they are asked for."""
        multipart = {
            body.prop.class_info.name
            for op in self.package.parsed.operations
            for body in op.endpoint.bodies
            if body.body_type == "files" and isinstance(body.prop, ModelProperty)
        }
        names: list[tuple[str, str]] = []
        for model in self.package.parsed.models:
            self._write_model(model, is_multipart=model.class_info.name in multipart)
            names.append((model.class_info.name, model.class_info.module_name))
        for enum in self.package.parsed.enums:
            self._write_enum(enum)
            names.append((enum.class_info.name, enum.class_info.module_name))
        names.extend(self._write_aliases({name for name, _ in names}))
        text = docstring(["The models and enums of the document, each loaded when it is first asked for.", NOTE])
        self.package.render("lazy_init", "models/__init__.py", docstring=text, names=sorted(names))

    def _write_model(self, model: ModelProperty, *, is_multipart: bool) -> None:
        props = [*(model.required_properties or []), *(model.optional_properties or [])]
        nodes = _property_nodes(model.data, self.package.types)
        fields = [self._field(prop, nodes.get(text_of(prop.name)), model) for prop in props]
        _refuse_repeated_attributes(model.class_info.name, fields)
        order = {name: index for index, name in enumerate(nodes)}
        extra = model.additional_properties
        annotation = "Any" if extra is None or isinstance(extra, AnyProperty) else annotation_of(extra)
        self.package.render(
            "model",
            f"models/{model.class_info.module_name}.py",
            note=f'"""{model.class_info.name}. {NOTE}"""',
            name=model.class_info.name,
            imports=model_imports(
                [f.annotation for f in fields] + [annotation], self.package.modules, is_multipart=is_multipart
            ),
            docstring=docstring(class_prose(model, fields), indent=4),
            fields=fields,
            ordered=sorted(fields, key=lambda field: order.get(field.name, len(order))),
            extra_annotation=annotation,
            table_options=self._table_options(model),
            multipart=is_multipart,
        )

    def _field(self, prop: PropertyProtocol, node: Any, model: ModelProperty) -> SimpleNamespace:
        typed = self.package.types.field(prop, node)
        attribute = str(prop.python_name)
        flags = (", required=True" if prop.required else "") + (", nullable=True" if typed.nullable else "")
        return SimpleNamespace(
            name=text_of(prop.name),
            attribute=f"{attribute}_" if attribute in TAKEN else attribute,
            annotation=annotation_of(prop),
            required=prop.required,
            code=typed.code,
            flags=flags,
            prose=property_prose(prop, node if isinstance(node, oai.Schema) else None),
            model=model.class_info.name,
        )

    def _table_options(self, model: ModelProperty) -> str:
        options = []
        extra = model.additional_properties
        if extra is None:
            options.append("extra=None")
        elif not isinstance(extra, AnyProperty):
            declared = model.data.additionalProperties
            options.append(
                f"extra={self.package.types.write(extra, declared if not isinstance(declared, bool) else None)}"
            )
        limits = self.package.types.limits(model.data)
        if limits:
            options.append(f"limits={limits!r}")
        return "".join(f"{option}," for option in options)

    def _write_enum(self, enum: EnumProperty) -> None:
        of_texts = enum.value_type is str
        members = [(key, json.loads(f'"{value}"') if of_texts else value) for key, value in enum.values.items()]
        prose = [text_of(enum.description) or f"One of {len(members)} values.", "An unknown value is kept as it is."]
        self.package.render(
            "enum",
            f"models/{enum.class_info.module_name}.py",
            note=f'"""{enum.class_info.name}. {NOTE}"""',
            name=enum.class_info.name,
            base="OpenEnum" if of_texts else "OpenIntEnum",
            docstring=docstring(prose, indent=4),
            members=members,
        )

    def _write_aliases(self, taken: set[str]) -> Iterator[tuple[str, str]]:
        """Give a schema that is no class (a list, a choice of models) a name and a file as well."""
        for component, prop in self.package.parsed.components.items():
            info = self.package.parsed.class_of(component)
            name, module = str(info.name), str(info.module_name)
            if name in taken:
                continue
            annotation = annotation_of(prop)
            self.package.render(
                "alias",
                f"models/{module}.py",
                note=f'"""{name}. {NOTE}"""',
                name=name,
                annotation=annotation,
                imports=imports(
                    ["from typing import TypeAlias", *plain_imports([annotation], "..")],
                    model_import_lines([annotation], self.package.modules, "."),
                    lazy=False,
                ),
                docstring=docstring([text_of(prop.description) or f"What the document calls {component}."]),
            )
            yield name, module


def _property_nodes(schema: oai.Schema, types: TypeWriter) -> dict[str, Any]:
    """Give the schema of each property, those of `allOf` branches included."""
    nodes: dict[str, Any] = {}
    for branch in schema.allOf:
        resolved = types.resolved(branch)
        if resolved is not None:
            nodes.update(_property_nodes(resolved, types))
    nodes.update({name.get_untrusted_value(): node for name, node in (schema.properties or {}).items()})
    return nodes


def _refuse_repeated_attributes(model: str, fields: list[SimpleNamespace]) -> None:
    seen: dict[str, str] = {}
    for one in fields:
        if one.attribute in seen:
            message = f"{model}: properties {seen[one.attribute]!r} and {one.name!r} would share {one.attribute}"
            raise Refused(message)
        seen[one.attribute] = one.name
