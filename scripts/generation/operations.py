"""The modules of operations."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from openapi_python_client import schema as oai
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.union import UnionProperty

from scripts.files.failures import Refused
from scripts.generation.annotations import annotation_of, answer_annotation, joined, operation_imports
from scripts.generation.dialect import is_json
from scripts.generation.prose import NOTE, docstring, operation_prose, property_prose, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openapi_python_client.parser.bodies import Body
    from openapi_python_client.parser.properties.protocol import PropertyProtocol
    from openapi_python_client.parser.responses import Response

    from scripts.generation.package import Package
    from scripts.generation.parsing import Parsed, ParsedOperation

# Names that every operation's functions use: a parameter of that name gets an underscore.
TAKEN: Final = frozenset({"asyncio_detailed", "body", "call", "client", "self", "sync_detailed"})
_HOPS: Final = 32  # references to references; what is longer is round in a circle


@frozen
class OperationPages:
    """Writes `api/`."""

    package: Package

    def write(self) -> None:
        """Write one module an operation, in a folder a tag."""
        self.package.render(
            "package", "api/__init__.py", docstring=docstring(["One module an operation, by tag.", NOTE])
        )
        for tag in dict.fromkeys(op.endpoint.tags[0] for op in self.package.parsed.operations):
            self.package.render(
                "package", f"api/{tag}/__init__.py", docstring=docstring(["One module an operation.", NOTE])
            )
        for op in self.package.parsed.operations:
            page = self.page(op)
            self.package.render("operation", f"api/{op.endpoint.tags[0]}/{op.endpoint.name}.py", **vars(page))

    def page(self, op: ParsedOperation) -> SimpleNamespace:
        """Give all that the templates need to know of an operation."""
        endpoint = op.endpoint
        arguments = [*self._path_arguments(op), *self._body_arguments(op), *self._other_arguments(op)]
        names = [one.attribute for one in arguments]
        if len(set(names)) < len(names):
            message = f"{op.pointer}: two arguments would share the name {max(names, key=names.count)}"
            raise Refused(message)
        _refuse_lost_parameters(op, self.package.parsed, arguments)
        answers = {r.status_code.pattern: self._answer_code(r) for r in endpoint.responses}
        successes = [r for r in endpoint.responses if r.status_code.pattern.startswith("2")]
        success = joined(answer_annotation(r) for r in successes)
        answer = joined(answer_annotation(r) for r in endpoint.responses)
        codes = list(dict.fromkeys(self._answer_code(r) for r in successes))
        page = SimpleNamespace(
            name=str(endpoint.name),
            tag=op.tag,
            method=op.method.upper(),
            path=op.path,
            parameters=[one for one in arguments if one.location],
            bodies=[
                SimpleNamespace(content_type=text_of(body.content_type), code=self._body_code(op, body))
                for body in endpoint.bodies
            ],
            body_required=any(body.prop.required for body in endpoint.bodies),
            answers=list(answers.items()),
            success=codes[0] if len(codes) == 1 else f"_c.Union({', '.join(codes)})" if codes else "_c.ANY",
            success_annotation=success,
            answer_annotation=answer,
            docstring=docstring(operation_prose(op, arguments), indent=4),
            note=docstring([f"{op.method.upper()} {op.path}.", NOTE]),
        )
        _add_signatures(page, arguments)
        page.used_by_method = [success, *(one.annotation for one in arguments)]
        page.used = [*page.used_by_method, answer]
        page.imports = operation_imports(
            page.used, self.package.modules, optional=any(not one.required for one in arguments)
        )
        return page

    def _path_arguments(self, op: ParsedOperation) -> Iterator[SimpleNamespace]:
        for prop in op.endpoint.path_parameters:
            yield self._argument(op, prop, "path")

    def _other_arguments(self, op: ParsedOperation) -> Iterator[SimpleNamespace]:
        endpoint = op.endpoint
        groups = {
            "query": endpoint.query_parameters,
            "header": endpoint.header_parameters,
            "cookie": endpoint.cookie_parameters,
        }
        found = [self._argument(op, prop, location) for location, props in groups.items() for prop in props]
        yield from sorted(found, key=lambda one: not one.required)

    def _argument(self, op: ParsedOperation, prop: PropertyProtocol, location: str) -> SimpleNamespace:
        node = _parameter_node(op, self.package.parsed, text_of(prop.name), location)
        typed = self.package.types.field(prop, node)
        attribute = str(prop.python_name)
        flags = (", required=True" if prop.required else "") + (", nullable=True" if typed.nullable else "")
        annotation = re.sub(r"\bUUID\b", "UUID | str", annotation_of(prop))
        return SimpleNamespace(
            name=text_of(prop.name),
            attribute=f"{attribute}_" if attribute in TAKEN else attribute,
            location=location,
            annotation=annotation,
            required=prop.required,
            code=typed.code,
            flags=flags,
            prose=property_prose(prop, node if isinstance(node, oai.Schema) else None),
        )

    def _body_arguments(self, op: ParsedOperation) -> Iterator[SimpleNamespace]:
        bodies = op.endpoint.bodies
        if not bodies:
            return
        required = any(body.prop.required for body in bodies)
        kinds = [annotation_of(body.prop, no_optional=True) for body in bodies]
        alone = len(bodies) == 1 and _holds_model(bodies[0].prop)
        unset = [] if required else ["Unset"]
        yield SimpleNamespace(
            name="body",
            attribute="body",
            location="",
            annotation=joined([*kinds, *(["Mapping[str, Any]"] if alone else []), *unset]),
            required=required,
            prose="the request body" + (", as a model or a mapping with the contract's names" if alone else ""),
        )

    def _body_code(self, op: ParsedOperation, body: Body) -> str:
        components = self.package.parsed.openapi.components
        raw = _resolved(op.raw.request_body, components.requestBodies if components else None)
        media = raw.content.get(body.content_type) if raw is not None else None
        return self.package.types.write(body.prop, media.media_type_schema if media is not None else None)

    def _answer_code(self, response: Response) -> str:
        kind = response.source["return_type"]
        if kind != "Any":
            return {"bytes": "_c.BYTES", "str": "_c.TEXT", "None": "_c.NOTHING"}[kind]
        components = self.package.parsed.openapi.components
        data = _resolved(response.data, components.responses if components else None)
        content = (data.content if data is not None else None) or {}
        media = next((one for name, one in content.items() if is_json(text_of(name))), None)
        return self.package.types.write(response.prop, media.media_type_schema if media is not None else None)


def _holds_model(prop: PropertyProtocol) -> bool:
    """Tell whether a body is a model, or a choice of models among others: a mapping can stand for one then."""
    inner = prop.inner_properties if isinstance(prop, UnionProperty) else [prop]
    return any(isinstance(one, ModelProperty) for one in inner)


def _resolved(declared: Any, components: Mapping[Any, Any] | None) -> Any:
    """Look through references to the named parts of a document."""
    for _ in range(_HOPS):
        if not isinstance(declared, oai.Reference):
            break
        declared = (components or {}).get(declared.ref.get_untrusted_value().rpartition("/")[2])
    return declared


def _declared(op: ParsedOperation, parsed: Parsed) -> Iterator[tuple[tuple[str, str], Any]]:
    """Give each declared parameter by name and place, with its schema: the operation's own first, then its path's."""
    for declared in [*(op.raw.parameters or []), *(op.path_item.parameters or [])]:
        one = declared
        if isinstance(one, oai.Reference):
            fragment = one.ref.get_untrusted_value().partition("#")[2]
            one = next(p for path, p in parsed.parameters.classes_by_reference.items() if path == fragment)
        yield (text_of(one.name), one.param_in.value), one.param_schema


def _parameter_node(op: ParsedOperation, parsed: Parsed, name: str, location: str) -> Any:
    return next((schema for place, schema in _declared(op, parsed) if place == (name, location)), None)


def _refuse_lost_parameters(op: ParsedOperation, parsed: Parsed, arguments: list[SimpleNamespace]) -> None:
    """The parser leaves out in silence what has no schema of its own, as a parameter that is written as JSON."""
    made = {(one.name, one.location) for one in arguments}
    for name, location in (place for place, _ in _declared(op, parsed) if place not in made):
        message = f"{op.pointer}: the {location} parameter {name!r} would not be generated: it has no schema"
        raise Refused(message)


def _add_signatures(page: SimpleNamespace, arguments: list[SimpleNamespace]) -> None:
    path = [one for one in arguments if one.location == "path"]
    rest = [one for one in arguments if one.location != "path"]

    def signature(first: list[str], middle: list[str]) -> str:
        named = [f"{one.attribute}: {one.annotation}{'' if one.required else ' = UNSET'}" for one in rest]
        positional = first + [f"{one.attribute}: {one.annotation}" for one in path]
        return ", ".join([*positional, *(["*"] if middle or named else []), *middle, *named])

    passed = [one.attribute for one in path] + [f"{one.attribute}={one.attribute}" for one in rest]
    page.signature = signature([], [])
    page.client_signature = signature([], ["client: AuthenticatedClient | Client"])
    page.method_signature = signature(["self"], [])
    page.passed = ", ".join(passed)
    page.client_passed = ", ".join([*passed[: len(path)], "client=client", *passed[len(path) :]])
    page.arguments = ", ".join(f'"{one.attribute}": {one.attribute}' for one in arguments)
