"""Writes the modules of operations."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.corrections.facts import sentences
from scripts.files.failures import Refused
from scripts.generation.dialect import is_json
from scripts.generation.prose import NOTE, docstring, operation_prose, property_prose
from scripts.generation.records import place_of
from scripts.generation.styles import style_flags
from scripts.generation.types import annotation, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scripts.generation.inputs import Inputs
    from scripts.generation.package import Package
    from scripts.generation.records import Answer, Body, Operation, Property

# Names that every operation's functions use: a parameter of that name gets an underscore.
TAKEN: Final = frozenset({"asyncio_detailed", "body", "call", "client", "self", "sync_detailed"})


@frozen
class OperationPages:
    """Writes `api/` and `webhooks.py`."""

    package: Package
    inputs: Inputs

    def write(self) -> None:
        """Write one module an operation, in a folder a tag."""
        self.package.render(
            "package", "api/__init__.py", docstring=docstring(["One module an operation, by tag.", NOTE])
        )
        operations = self.package.parsed.operations
        for folder in dict.fromkeys(operation.folder for operation in operations):
            self.package.render(
                "package", f"api/{folder}/__init__.py", docstring=docstring(["One module an operation.", NOTE])
            )
        for operation in operations:
            self.package.render(
                "operation", f"api/{operation.folder}/{operation.name}.py", **vars(self.page(operation))
            )
        self._write_webhooks()

    def page(self, operation: Operation) -> SimpleNamespace:
        """Return everything that the templates need of an operation."""
        arguments = list(self._arguments(operation))
        success = joined(_answer_annotation(one) for one in operation.answers if one.status.startswith("2"))
        answer = joined(map(_answer_annotation, operation.answers))
        page = SimpleNamespace(
            **vars(self.table(operation, arguments)),
            success_annotation=success,
            answer_annotation=answer,
            docstring=docstring([*operation_prose(operation, arguments), sentences(self._facts(operation))], indent=4),
            note=docstring([f"{operation.method.upper()} {operation.path}.", NOTE]),
        )
        _add_signatures(page, arguments)
        return page

    def table(self, operation: Operation, arguments: Iterable[SimpleNamespace]) -> SimpleNamespace:
        """Return what the table of an operation or a webhook holds."""
        answers = [(one, self._answer_code(operation, one)) for one in operation.answers]
        codes = list(dict.fromkeys(code for one, code in answers if one.status.startswith("2")))
        return SimpleNamespace(
            name=operation.name,
            tag=operation.tag,
            method=operation.method.upper(),
            path=place_of(operation.path)[1],
            parameters=[one for one in arguments if one.location],
            bodies=[
                SimpleNamespace(content_type=body.content_type, code=self._body_code(operation, body))
                for body in operation.bodies
            ],
            body_required=any(body.required for body in operation.bodies),
            answers=list({one.status: code for one, code in answers}.items()),
            success=codes[0] if len(codes) == 1 else f"_c.Union({', '.join(codes)})" if codes else "_c.ANY",
        )

    def _write_webhooks(self) -> None:
        """Write the tables of the webhooks: by name, one method each."""
        webhooks = self.package.parsed.webhooks
        tables = [self.table(one, self._parameters(one)) for one in webhooks]
        names: Counter[str] = Counter(table.path for table in tables)
        for webhook, table in zip(webhooks, tables, strict=True):
            for body in webhook.bodies:
                self.inputs.given(body.type)  # a dictionary of the payload, for those who read it without the model
            if names[table.path] > 1:
                raise Refused(f"{webhook.pointer}: a webhook with several methods is not supported")
        text = docstring(["The webhooks: requests that the API sends, by the name of the event.", NOTE])
        self.package.render("webhooks", "webhooks.py", docstring=text, webhooks=tables)

    def _facts(self, operation: Operation) -> Mapping[str, Any]:
        facts: Mapping[str, Any] = self.package.facts[f"{operation.method.upper()} {operation.path}"]
        return facts

    def _arguments(self, operation: Operation) -> Iterator[SimpleNamespace]:
        """Return the arguments in the order of a call: path, body, and the others, those that are required first."""
        made = self._parameters(operation)
        yield from (one for one in made if one.location == "path")
        yield from self._body_argument(operation)
        yield from sorted((one for one in made if one.location != "path"), key=lambda one: not one.required)

    def _parameters(self, operation: Operation) -> list[SimpleNamespace]:
        declared = self.package.declared(operation)
        _refuse_lost_parameters(operation, declared)
        return [
            self._argument(operation, prop, declared[prop.name, location]) for location, prop in operation.parameters
        ]

    def _argument(self, operation: Operation, prop: Property, declared: Mapping[str, Any]) -> SimpleNamespace:
        node = declared.get("schema")
        typed = self.package.types.field(prop.type, node)
        id_ = self.package.id_of(operation.name, prop.name)
        style = style_flags(declared, prop.type, self.package.models, operation.pointer)
        return SimpleNamespace(
            name=prop.name,
            attribute=f"{prop.attribute}_" if prop.attribute in TAKEN else prop.attribute,
            location=declared["in"],
            annotation=joined([*self.inputs.given(prop.type, id_), *([] if prop.required else ["Unset"])]),
            required=prop.required,
            code=typed.code,
            flags=(", required=True" if prop.required else "") + (", nullable=True" if typed.nullable else "") + style,
            prose=property_prose(prop, node),
        )

    def _body_argument(self, operation: Operation) -> Iterator[SimpleNamespace]:
        bodies = operation.bodies
        if not bodies:
            return
        required = any(body.required for body in bodies)
        is_model = len(bodies) == 1 and _holds_model(bodies[0])
        single = self.inputs.given(bodies[0].type) if len(bodies) == 1 else []
        unset = ["Unset"] * (not required)
        yield SimpleNamespace(
            name="body",
            attribute="body",
            location="",
            annotation=joined([*(single or (annotation(body.type) for body in bodies)), *unset]),
            required=required,
            prose="the request body" + (", as a model or a mapping with the contract's names" if is_model else ""),
        )

    def _body_code(self, operation: Operation, body: Body) -> str:
        declared = self.package.types.resolved(operation.declared.get("requestBody"), "requestBodies") or {}
        return self.package.types.write(body.type, declared.get("content", {}).get(body.content_type, {}).get("schema"))

    def _answer_code(self, operation: Operation, answer: Answer) -> str:
        if answer.read != "Any":
            return {"bytes": "_c.BYTES", "str": "_c.TEXT", "None": "_c.NOTHING"}[answer.read]
        declared = self.package.types.resolved(operation.declared["responses"].get(answer.status), "responses") or {}
        content = declared.get("content", {})
        media: Mapping[str, Any] = next((one for name, one in content.items() if is_json(name)), {})
        return self.package.types.write(answer.type, media.get("schema"))


def _refuse_lost_parameters(operation: Operation, declared: Iterable[tuple[str, str]]) -> None:
    """Refuse a parameter that the parser silently leaves out: one with `content` (JSON) and no `schema`."""
    made = {(prop.name, location) for location, prop in operation.parameters}
    for name, location in (place for place in declared if place not in made):
        message = f"{operation.pointer}: the {location} parameter {name!r} would not be generated: it has no schema"
        raise Refused(message)


def _answer_annotation(answer: Answer) -> str:
    """Return the Python type of an answer; one that is not JSON is str, bytes or None."""
    return annotation(answer.type) if answer.read == "Any" else answer.read


def _holds_model(body: Body) -> bool:
    """Whether a body is a model or a union with one: a mapping can be given instead then."""
    parts = body.type.parts if body.type.kind == "Union" else (body.type,)
    return any(part.kind == "Object" for part in parts)


def _add_signatures(page: SimpleNamespace, arguments: list[SimpleNamespace]) -> None:
    path = [one for one in arguments if one.location == "path"]
    rest = [one for one in arguments if one.location != "path"]

    def signature(first: list[str], middle: list[str]) -> str:
        named = [f"{one.attribute}: {one.annotation}{'' if one.required else ' = UNSET'}" for one in rest]
        positional = first + [f"{one.attribute}: {one.annotation}" for one in path]
        return ", ".join([*positional, *(["*"] if middle or named else []), *middle, *named])

    passed = [one.attribute for one in path] + [f"{one.attribute}={one.attribute}" for one in rest]
    page.signature = signature([], [])
    page.client_signature = signature([], ["client: _calls.AuthenticatedClient | _calls.Client"])
    page.method_signature = signature(["self"], [])
    page.passed = ", ".join(passed)
    page.client_passed = ", ".join([*passed[: len(path)], "client=client", *passed[len(path) :]])
    page.arguments = ", ".join(f'"{one.attribute}": {one.attribute}' for one in arguments)
