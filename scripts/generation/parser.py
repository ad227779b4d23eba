"""Reads a document with the parser of openapi-python-client, and gives records of our own.

The parser is not a public interface and changes without notice, so no other module imports it (a test checks that).
What is only a warning of the parser is refused here. CONTRIBUTING.md says how to move to a new version.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import yaml
from openapi_python_client import schema as oai
from openapi_python_client import strings
from openapi_python_client.config import ClassOverride, ConfigFile, MetaType
from openapi_python_client.config import Config as Settings
from openapi_python_client.parser import properties as kinds
from openapi_python_client.parser.openapi import Endpoint, EndpointCollection
from pydantic import ValidationError

from scripts.corrections.grammar import METHODS
from scripts.files.documents import pointer
from scripts.files.failures import Refused
from scripts.generation.parser_errors import refuse_errors, unreadable
from scripts.generation.records import (
    WEBHOOK,
    Adapted,
    Answer,
    Body,
    Class,
    Component,
    Enum,
    Model,
    Operation,
    Parsed,
    Property,
    Type,
    place_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Settings", "class_name", "identifier", "load_config", "parse", "pascal", "snake"]

CONFIG: Final = Path(__file__).parents[2] / "generator-config.yml"
_KINDS: Final = {
    "StringProperty": "STRING",
    "AnyProperty": "ANY",
    "IntProperty": "INTEGER",
    "FloatProperty": "NUMBER",
    "BooleanProperty": "BOOLEAN",
    "NoneProperty": "NULL",
    "UuidProperty": "UUID",
    "DateProperty": "DATE",
    "DateTimeProperty": "DATE_TIME",
    "FileProperty": "BINARY",
}


def load_config(path: Path = CONFIG) -> Settings:
    """Read generator-config.yml; an unknown key is refused, because it would be silently ignored."""
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        message = f"{path.name}: cannot be read: {str(error).splitlines()[0]}"
        raise Refused(message) from None
    if not isinstance(given, dict):
        message = f"{path.name}: expected settings, one a line"
        raise Refused(message)
    unknown = sorted(map(str, given.keys() - ConfigFile.model_fields.keys()))
    if unknown:
        message = f"{path.name}: unknown key {unknown[0]!r}"
        raise Refused(message)
    try:
        settings = ConfigFile(**given)
    except ValidationError as error:
        first = error.errors()[0]
        message = f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise Refused(message) from None
    return Settings.from_sources(settings, MetaType.NONE, path, "utf-8", overwrite=True, output_path=None)


@cache
def _prefix() -> str:
    """Return the prefix for a name that is not an identifier."""
    return load_config().field_prefix


@cache
def identifier(name: str, prefix: str | None = None, *, keep_case: bool = False) -> str:
    """Return the attribute, function or module that a name becomes."""
    return str(strings.PythonIdentifier(name, _prefix() if prefix is None else prefix, skip_snake_case=keep_case))


def class_name(name: str) -> str:
    """Return the class that a name becomes."""
    return str(strings.ClassName(name, _prefix()))


def snake(name: str) -> str:
    """Write a name in snake_case."""
    return strings.snake_case(name)


def pascal(name: str) -> str:
    """Write a name in PascalCase."""
    return strings.pascal_case(name)


def parse(document: Mapping[str, Any], adapted: Adapted, settings: Settings) -> Parsed:
    """Read the result of `scripts.generation.dialect`; pointers in messages are into `document`.

    Raises:
        Refused: something in it would not be generated; the message names the operation or schema and its pointer.
    """
    renamed = {name: ClassOverride.model_validate({"class_name": made}) for name, made in adapted.classes.items()}
    config = attrs.evolve(
        settings,
        class_overrides={**renamed, **settings.class_overrides},
        content_type_overrides={**adapted.content_types, **settings.content_type_overrides},
    )
    try:
        openapi = oai.OpenAPI.model_validate(adapted.document)
    except ValidationError as error:
        raise unreadable(error, document) from None
    schemas, endpoints = _parsed(openapi, config, document)
    operations = tuple(_operations(adapted.document, endpoints))
    return Parsed(
        document=adapted.document,
        operations=tuple(one for one in operations if not one.path.startswith(WEBHOOK)),
        webhooks=tuple(one for one in operations if one.path.startswith(WEBHOOK)),
        components=tuple(_components(document, adapted, schemas, config)),
        models=tuple(_model(one) for one in schemas.classes_by_name.values() if isinstance(one, kinds.ModelProperty)),
        enums=tuple(_enum(one) for one in schemas.classes_by_name.values() if isinstance(one, kinds.EnumProperty)),
    )


def _parsed(
    openapi: oai.OpenAPI, config: Settings, document: Mapping[str, Any]
) -> tuple[kinds.Schemas, list[Endpoint]]:
    """Run the parser; its first warning is a refusal."""

    def named(kind: str) -> Any:
        return getattr(openapi.components, kind, None) or {}

    schemas = kinds.build_schemas(components=named("schemas"), schemas=kinds.Schemas(), config=config)
    parameters = kinds.build_parameters(components=named("parameters"), parameters=kinds.Parameters(), config=config)
    refuse_errors([*schemas.errors, *parameters.errors], openapi, document)
    collections, schemas, parameters = EndpointCollection.from_data(
        data=openapi.paths,
        schemas=schemas,
        parameters=parameters,
        request_bodies=named("requestBodies"),
        responses=named("responses"),
        config=config,
    )
    refuse_errors([error for one in collections.values() for error in one.parse_errors], openapi, document)
    refuse_errors([*schemas.errors, *parameters.errors], openapi, document)
    return schemas, [endpoint for one in collections.values() for endpoint in one.endpoints]


def _operations(adapted: Mapping[str, Any], endpoints: Iterable[Endpoint]) -> Iterator[Operation]:
    """Pair each declared operation with its endpoint; the parser renames path parameters, but keeps their order."""
    by_shape = {(endpoint.method, _shape(endpoint.path.get_untrusted_value())): endpoint for endpoint in endpoints}
    for path, item in adapted["paths"].items():
        for method in (method for method in METHODS if method in item):
            endpoint = by_shape.get((method, _shape(path)))
            if endpoint is None:
                message = f"{pointer(*place_of(path), method)}: {method.upper()} {path} would not be generated"
                raise Refused(message)
            yield _operation(path, method, item[method], endpoint)


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _operation(path: str, method: str, declared: Mapping[str, Any], endpoint: Endpoint) -> Operation:
    parameters = {
        "path": endpoint.path_parameters,
        "query": endpoint.query_parameters,
        "header": endpoint.header_parameters,
        "cookie": endpoint.cookie_parameters,
    }
    return Operation(
        path=path,
        method=method,
        tag=(declared.get("tags") or ["default"])[0],
        folder=str(endpoint.tags[0]),
        name=str(endpoint.name),
        parameters=tuple((location, _property(one)) for location, some in parameters.items() for one in some),
        bodies=tuple(
            Body(_text(one.content_type), str(one.body_type), one.prop.required, _type(one.prop))
            for one in endpoint.bodies
        ),
        answers=tuple(
            Answer(one.status_code.pattern, one.source["return_type"], _type(one.prop)) for one in endpoint.responses
        ),
        declared=declared,
    )


def _components(
    document: Mapping[str, Any], adapted: Adapted, schemas: kinds.Schemas, config: Settings
) -> Iterator[Component]:
    """Return every named schema; Refused if the parser dropped one."""
    known = {path.get_untrusted_value(): prop for path, prop in schemas.classes_by_reference.items()}
    for name in document.get("components", {}).get("schemas", {}):
        prop = known.get(f"/components/schemas/{adapted.finals.get(name, name)}")
        if prop is None:
            message = f"{pointer('components', 'schemas', name)}: schema {name} would not be generated"
            raise Refused(message)
        made = kinds.Class.from_string(string=name, config=config)
        yield Component(name, _class(made), _type(prop), _text(prop.description))


def _class(info: kinds.Class) -> Class:
    return Class(str(info.name), str(info.module_name))


def _model(prop: kinds.ModelProperty) -> Model:
    properties = [*(prop.required_properties or []), *(prop.optional_properties or [])]
    return Model(
        made=_class(prop.class_info),
        description=_text(prop.description),
        properties=tuple(map(_property, properties)),
        extra=None if prop.additional_properties is None else _type(prop.additional_properties),
        schema=prop.data.model_dump(mode="json", by_alias=True, exclude_unset=True),
    )


def _enum(prop: kinds.EnumProperty) -> Enum:
    """Return an enum, with the escapes that the parser added to its texts undone."""
    of_texts = prop.value_type is str
    members = ((key, json.loads(f'"{value}"') if of_texts else value) for key, value in prop.values.items())
    return Enum(_class(prop.class_info), _text(prop.description), tuple(members))


def _property(prop: Any) -> Property:
    return Property(_text(prop.name), str(prop.python_name), bool(prop.required), _type(prop), _text(prop.description))


def _type(prop: Any) -> Type:
    match type(prop).__name__:
        case "EnumProperty":
            return Type("Enumeration", name=str(prop.class_info.name))
        case "ModelProperty":
            return Type("Object", name=str(prop.class_info.name))
        case "ListProperty":
            return Type("Array", parts=(_type(prop.inner_property),))
        case "UnionProperty":
            return Type("Union", parts=tuple(map(_type, prop.inner_properties)))
        case "ConstProperty":
            return Type("Const", value=prop.value.raw_value)
        case kind if kind in _KINDS:
            return Type(_KINDS[kind])
        case kind:
            message = f"{_text(prop.name)}: no type is known for {kind}"
            raise Refused(message)


def _text(value: Any) -> str:
    """Unwrap a text of the document."""
    return "" if value is None else str(value.get_untrusted_value())
