"""Reads the operations of an OpenAPI document: method, path, parameters, bodies and every declared answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from scripts.drift.nodes import ANY, Node, Scalar, describe
from scripts.drift.published import NOTES, WORDING, Schemas
from scripts.drift.values import Unreadable, flag, join, row, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

TOLD: Final = ("operationId", "tags", "summary", "parameters", "requestBody", "responses")
# What content is that has no schema and is no JSON: texts and files go as they are.
FORMS: Final = ("multipart/", "application/x-www-form-urlencoded")
TEXT: Final[Mapping[str, object]] = {"type": "string"}
FILE: Final[Mapping[str, object]] = {"type": "string", "format": "binary"}
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@frozen
class Parameter:
    """One parameter: where it goes, whether it must, and its type."""

    name: str
    location: str
    required: bool
    node: Node
    where: str
    rest: Mapping[str, object] = field(factory=dict)


@frozen
class Operation:
    """One operation as declared. `answers`: None for a status without a body; `name`: its operationId, if any.

    `rest` holds by JSON pointer whatever else is said of the operation and its parts (security, deprecated, headers).
    """

    where: str
    method: str
    path: str
    name: str | None
    tag: str
    source: str | None
    body_required: bool
    parameters: Mapping[tuple[str, str], Parameter] = field(factory=dict)
    bodies: Mapping[str, Node] = field(factory=dict)
    answers: Mapping[str, Node | None] = field(factory=dict)
    rest: Mapping[str, object] = field(factory=dict)


def operations(schemas: Schemas, report: Callable[[str, str], None]) -> Iterator[Operation]:
    """Read every operation; what cannot be read is reported (pointer, why) and the rest goes on."""
    try:
        paths = table(schemas.document.get("paths", {}), "/paths")
    except Unreadable as problem:
        report(problem.pointer, problem.why)
        return
    for path, item in paths.items():
        pointer = join("/paths", path)
        if path.startswith("x-"):
            continue
        if not isinstance(item, dict) or "$ref" in item:
            report(pointer, "no path item, or one that is written elsewhere")
            continue
        for method in METHODS:
            if method in item:
                yield from _read(_Place(schemas, path, method, join(pointer, method), report), item)


@frozen
class _Place:
    """Where an operation is read; a problem in one part of it leaves the other parts readable."""

    schemas: Schemas
    path: str
    method: str
    pointer: str
    report: Callable[[str, str], None]

    def find(self, found: object, pointer: str) -> tuple[Mapping[str, Any], str]:
        """Give an object that may be behind a `$ref`, and where it stands."""
        if isinstance(found, dict) and "$ref" in found:
            found, pointer = self.schemas.follow(found["$ref"], pointer)
        return table(found, pointer), pointer


def _read(place: _Place, item: Mapping[str, Any]) -> Iterator[Operation]:
    try:
        found = table(item[place.method], place.pointer)
        body, body_pointer = place.find(found.get("requestBody", {}), join(place.pointer, "requestBody"))
        yield Operation(
            where=place.pointer,
            method=place.method.upper(),
            path=place.path,
            name=found.get("operationId"),
            tag=str(next(iter(row(found.get("tags", []), join(place.pointer, "tags"))), "default")),
            source=found.get("x-source"),
            body_required=flag(body, "required", body_pointer),
            parameters=dict(_parameters(place, item, found)),
            bodies=dict(_bodies(place, body, body_pointer)),
            answers=dict(_answers(place, found)),
            rest=dict(_rest(place, found, body)),
        )
    except Unreadable as problem:
        place.report(problem.pointer, problem.why)


def _parameters(
    place: _Place, item: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, str], Parameter]]:
    """Read the path's parameters, then the operation's own, which replace those of the same name and place."""
    shared = join(place.pointer.rpartition("/")[0], "parameters")
    for holder, where in ((item, shared), (found, join(place.pointer, "parameters"))):
        for index, entry in enumerate(row(holder.get("parameters", []), where)):
            part, pointer = place.find(entry, join(where, index))
            name, location = str(part.get("name")), str(part.get("in"))
            node = _content(place, part, pointer) or Node(pointer, (ANY,))
            required = flag(part, "required", pointer)
            rest = _others(part, ("name", "in", "required", "schema", "content"))
            if "schema" not in part and "content" in part:
                rest["content"] = list(table(part["content"], pointer))
            yield (location, name), Parameter(name, location, required, node, join(where, index), rest)


def _content(place: _Place, part: Mapping[str, Any], pointer: str) -> Node | None:
    """Read a parameter's schema, direct or under its one content type."""
    if "schema" in part:
        return place.schemas.node(part["schema"], join(pointer, "schema"))
    for kind, media in table(part.get("content", {}), join(pointer, "content")).items():
        where = join(pointer, "content", kind)
        return place.schemas.node(table(media, where).get("schema", True), join(where, "schema"))
    return None


def _rest(place: _Place, found: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Collect what no other part of an operation holds: of itself, of its bodies and of its answers."""
    root = place.schemas.document
    security = {"security": found.get("security", root.get("security"))}
    yield place.pointer, _others({**found, **security}, TOLD)
    for kind, media in table(body.get("content", {}), place.pointer).items():
        yield f"body {kind}", _others(table(media, place.pointer), ("schema",))
    for status, entry in table(found.get("responses", {}), place.pointer).items():
        part, pointer = place.find(entry, place.pointer)
        yield f"answer {status}", _others(part, ("content", "description"))
        for kind, media in table(part.get("content", {}), pointer).items():
            yield f"answer {status} {kind}", _others(table(media, pointer), ("schema",))
            if readable(kind) != "json":
                yield f"answer {status} {kind} as", _written(place, table(media, pointer), pointer)


def _written(place: _Place, media: Mapping[str, Any], pointer: str) -> object:
    """Write down the schema of content that the code takes as it comes, so that two can be compared."""
    node = place.schemas.node(media.get("schema", True), join(pointer, "schema"))
    return describe(node), [dict(option.limits) for option in node.options], {key: node.notes.get(key) for key in NOTES}


def _others(found: Mapping[str, Any], told: Iterable[str]) -> dict[str, object]:
    """Give what is said beside what is told elsewhere, without wording and the vendor's extensions."""
    known = {*told, *WORDING}
    return {key: value for key, value in found.items() if key not in known and not key.startswith("x-")}


def _bodies(place: _Place, body: Mapping[str, Any], pointer: str) -> Iterator[tuple[str, Node]]:
    for kind, media in table(body.get("content", {}), join(pointer, "content")).items():
        where = join(pointer, "content", kind)
        untold = (
            True if readable(kind) == "json" or kind.startswith(FORMS) else TEXT if readable(kind) == "text" else FILE
        )
        yield kind, place.schemas.node(table(media, where).get("schema", untold), join(where, "schema"))


def _answers(place: _Place, found: Mapping[str, Any]) -> Iterator[tuple[str, Node | None]]:
    """Read each declared status; of several content types the first that the code can read counts."""
    where = join(place.pointer, "responses")
    for status, entry in table(found.get("responses", {}), where).items():
        part, pointer = place.find(entry, join(where, status))
        content = table(part.get("content", {}), join(pointer, "content"))
        kind = next((kind for kind in content if readable(kind)), next(iter(content), None))
        if kind is None:
            yield str(status), None
            continue
        there = join(pointer, "content", kind)
        media = table(content[kind], there)
        if readable(kind) == "json":
            yield str(status), place.schemas.node(media.get("schema", True), join(there, "schema"))
        else:
            yield str(status), Node(there, (Scalar(readable(kind) or "bytes"),))


def readable(content_type: str) -> str | None:
    """Tell how an answer of a content type is read: as JSON, as text, as bytes; None where it says little of that."""
    essence = content_type.partition(";")[0].strip().casefold()
    if essence == "application/json" or essence.endswith("+json"):
        return "json"
    if essence.startswith("text/"):
        return "text"
    return "bytes" if essence == "application/octet-stream" else None
