"""Reads the effective document with openapi-python-client's parser, and refuses whatever it would drop in silence.

The parser reports most of what it cannot do as warnings and goes on; here every one is an error. Beyond that, each
operation and each named schema must come out under a name of its own: the parser lets names overwrite each other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from attrs import frozen
from openapi_python_client import schema as oai
from openapi_python_client import strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.openapi import Endpoint, EndpointCollection
from openapi_python_client.parser.properties import (
    Class,
    EnumProperty,
    ModelProperty,
    Parameters,
    Property,
    Schemas,
    build_parameters,
    build_schemas,
)
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.string import StringProperty
from pydantic import ValidationError

from scripts.files.documents import pointer
from scripts.files.failures import Refused
from scripts.generation.complaints import refuse_errors, unreadable
from scripts.generation.dialect import adapt, readable, with_free_names
from scripts.generation.referring import final_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@frozen
class ParsedOperation:
    """One operation: where it stands in the document, and what the parser made of it."""

    path: str
    method: str
    tag: str
    raw: oai.Operation
    path_item: oai.PathItem
    endpoint: Endpoint

    @property
    def pointer(self) -> str:
        """Where the document declares it."""
        return pointer("paths", self.path, self.method)


@frozen
class Parsed:
    """The whole document as the parser understands it."""

    openapi: oai.OpenAPI
    config: Config
    operations: list[ParsedOperation]
    components: dict[str, Property]
    models: list[ModelProperty]
    enums: list[EnumProperty]
    parameters: Parameters

    def class_of(self, component: str) -> Class:
        """Give the class and module name of a named schema."""
        return Class.from_string(string=component, config=self.config)


def load_config(path: Path) -> Config:
    """Read generator-config.yml; a key that the generator does not know is refused, it would be ignored in silence."""
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
    return Config.from_sources(settings, MetaType.NONE, path, "utf-8", overwrite=True, output_path=None)


def parse(document: Mapping[str, Any], config: Config) -> Parsed:
    """Parse an effective document.

    Raises:
        Refused: something in it would not be generated; the message names the operation or schema and its pointer.
    """
    config = readable(with_free_names(config, document), document)
    try:
        openapi = oai.OpenAPI.model_validate(adapt(document))
    except ValidationError as error:
        raise unreadable(error, document) from None
    components = openapi.components
    schemas = build_schemas(components=(components and components.schemas) or {}, schemas=Schemas(), config=config)
    parameters = build_parameters(
        components=(components and components.parameters) or {}, parameters=Parameters(), config=config
    )
    refuse_errors([*schemas.errors, *parameters.errors], openapi, document)
    collections, schemas, parameters = EndpointCollection.from_data(
        data=openapi.paths,
        schemas=schemas,
        parameters=parameters,
        request_bodies=(components and components.requestBodies) or {},
        responses=(components and components.responses) or {},
        config=config,
    )
    refuse_errors([error for one in collections.values() for error in one.parse_errors], openapi, document)
    refuse_errors([*schemas.errors, *parameters.errors], openapi, document)
    endpoints = [endpoint for one in collections.values() for endpoint in one.endpoints]
    parsed = Parsed(
        openapi=openapi,
        config=config,
        operations=list(_matched(openapi, endpoints)),
        components=_components(document, schemas),
        models=[p for p in schemas.classes_by_name.values() if isinstance(p, ModelProperty)],
        enums=[p for p in schemas.classes_by_name.values() if isinstance(p, EnumProperty)],
        parameters=parameters,
    )
    _refuse_shared_names(parsed)
    _refuse_unwritable_bodies(parsed)
    return parsed


def _matched(openapi: oai.OpenAPI, endpoints: list[Endpoint]) -> Iterator[ParsedOperation]:
    """Pair each declared operation with its endpoint; the parser rewrites path parameters, their places stay."""
    by_shape = {(endpoint.method, _shape(endpoint.path.get_untrusted_value())): endpoint for endpoint in endpoints}
    for raw_path, item in openapi.paths.items():
        path = raw_path.get_untrusted_value()
        for method in METHODS:
            operation = getattr(item, method)
            if operation is None:
                continue
            endpoint = by_shape.get((method, _shape(path)))
            if endpoint is None:
                message = f"{pointer('paths', path, method)}: {method.upper()} {path} would not be generated"
                raise Refused(message)
            tag = operation.tags[0].get_untrusted_value() if operation.tags else "default"
            yield ParsedOperation(path, method, tag, operation, item, endpoint)


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _components(document: Mapping[str, Any], schemas: Schemas) -> dict[str, Property]:
    """Give every named schema's property; one that the parser dropped is refused."""
    known = {path.get_untrusted_value(): prop for path, prop in schemas.classes_by_reference.items()}
    found: dict[str, Property] = {}
    for name in document.get("components", {}).get("schemas", {}):
        prop = known.get(f"/components/schemas/{final_name(document, name)}")
        if prop is None:
            message = f"{pointer('components', 'schemas', name)}: schema {name} would not be generated"
            raise Refused(message)
        found[name] = prop
    return found


def _refuse_shared_names(parsed: Parsed) -> None:
    """Refuse names that meet once they are Python names: one file would silently replace the other."""
    operations = [(str(op.endpoint.name), op.pointer) for op in parsed.operations]
    _refuse_repeats("operation", operations)
    tags = sorted({op.tag for op in parsed.operations})
    _refuse_repeats("tag", [(strings.PythonIdentifier(tag, "tag"), f"tag {tag!r}") for tag in tags])
    infos = [*(model.class_info for model in parsed.models), *(enum.class_info for enum in parsed.enums)]
    classes = {str(info.name): (str(info.module_name), f"model {info.name}") for info in infos}
    named = [(parsed.class_of(name), pointer("components", "schemas", name)) for name in parsed.components]
    _refuse_repeats("class", [(str(info.name), where) for info, where in named])
    aliases = [(str(info.module_name), where) for info, where in named if str(info.name) not in classes]
    _refuse_repeats("model", [*classes.values(), *aliases])


def _refuse_unwritable_bodies(parsed: Parsed) -> None:
    """Refuse a body that is neither JSON nor a form, and yet more than one text, file or value of any kind."""
    for op in parsed.operations:
        for body in op.endpoint.bodies:
            if body.body_type == "content" and not isinstance(body.prop, StringProperty | FileProperty | AnyProperty):
                form = body.content_type.get_untrusted_value()
                message = f"{op.pointer}: a body of type {form} can be a text or a file, and this is to be more"
                raise Refused(message)


def _refuse_repeats(kind: str, names: Iterable[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for name, where in names:
        if name.lower() in seen:
            message = f"{where}: the {kind} name {name} is taken by {seen[name.lower()]}; one would replace the other"
            raise Refused(message)
        seen[name.lower()] = where
