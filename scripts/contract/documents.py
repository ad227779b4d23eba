"""Reads a whole OpenAPI document into the canonical form: operations, named types, servers, logins and tags.

A part that cannot be read is reported with its pointer; the rest of the document is still read.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.contract.schemas import WORDING, Form, Schemas
from scripts.contract.values import Unreadable, flag, follow, join, plain, row, table

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
FORMS: Final = ("multipart/", "application/x-www-form-urlencoded")
FILE: Final[Mapping[str, str]] = {"type": "string", "format": "binary"}
TEXT: Final[Mapping[str, str]] = {"type": "string"}


@frozen
class Document:
    """A document as read: its canonical form, and what could not be read.

    `form` has `operations` and `webhooks` by method and path (or name), `schemas` by plain name, `whole` with servers,
    logins and tags.
    """

    form: Form
    problems: tuple[Unreadable, ...]


def read_document(document: Mapping[str, Any], titles: Mapping[str, str] | None = None) -> Document:
    """Read a document. `titles`: JSON pointer of a schema -> the name that is declared for its type."""
    reader = _Reader(document, Schemas(document, titles or {}))
    form: Form = {"@": "", "operations": {}, "webhooks": {}, "schemas": {}, "whole": {}}
    for name, read in _WHOLE.items():
        with reader.guard():
            form["whole"][name] = {"@": join("", *name.split(".")), "is": read(document)}
    for section, of in (("operations", "paths"), ("webhooks", "webhooks")):
        with reader.guard():
            form[section] = dict(reader.operations(of))
    with reader.guard():
        form["schemas"] = dict(reader.components())
    reader.schemas.complete()
    return Document(form, tuple(dict.fromkeys(reader.schemas.problems)))


def readable(content_type: str) -> str | None:
    """How an answer of a content type is read: json, text or bytes; None for any other content type."""
    essence = content_type.partition(";")[0].strip().casefold()
    if essence == "application/json" or essence.endswith("+json"):
        return "json"
    if essence.startswith("text/"):
        return "text"
    return "bytes" if essence == "application/octet-stream" else None


def written(parameter: Mapping[str, Any]) -> Form:
    """Return how a parameter is written into a request, defaults filled in (OpenAPI 3.1, Parameter Object)."""
    if "content" in parameter and "schema" not in parameter:
        return {"content": list(parameter["content"])}
    style = parameter.get("style", "simple" if parameter.get("in") in ("path", "header") else "form")
    return {"style": style, "explode": parameter.get("explode", style == "form")}


def _tags(document: Mapping[str, Any]) -> list[list[object]]:
    """Return each tag's name, and the name of its resource if the corrections declare one."""
    tags = [table(tag, "/tags") for tag in row(document.get("tags", []), "/tags")]
    return [[tag.get("name"), tag.get("x-resource-name")] for tag in tags]


def _logins(document: Mapping[str, Any]) -> Form:
    schemes = table(document.get("components", {}), "/components").get("securitySchemes", {})
    found = table(schemes, "/components/securitySchemes")
    return {name: _others(table(one, "/components/securitySchemes"), ()) for name, one in found.items()}


_WHOLE: Final = {
    "servers": lambda document: document.get("servers"),
    "security": lambda document: document.get("security"),
    "tags": _tags,
    "components.securitySchemes": _logins,
}


def _others(found: Mapping[str, Any], elsewhere: Iterable[str]) -> Form:
    """Return the keys of an object that are not `elsewhere`, without wording and extensions (`x-...`)."""
    known = {*elsewhere, *WORDING}
    return {key: value for key, value in found.items() if key not in known and not key.startswith("x-")}


@frozen
class _Reader:
    document: Mapping[str, Any]
    schemas: Schemas

    @contextmanager
    def guard(self) -> Generator[None]:
        """Record what cannot be read, and go on."""
        try:
            yield
        except Unreadable as problem:
            self.schemas.problems.append(problem)

    def find(self, found: object, at: str) -> tuple[Mapping[str, Any], str]:
        """Return an object that may be behind a `$ref`, and where it is."""
        if isinstance(found, dict) and "$ref" in found:
            found, at = follow(self.document, found["$ref"], at)
        return table(found, at), at

    def components(self) -> Iterator[tuple[str, Form]]:
        """Read the named schemas."""
        parts = table(self.document.get("components", {}), "/components")
        for name, schema in table(parts.get("schemas", {}), "/components/schemas").items():
            with self.guard():
                yield plain(name), {**self.schemas.once(schema, join("/components/schemas", name)), "called": name}

    def operations(self, section: str) -> Iterator[tuple[str, Form]]:
        """Read the operations of a section of the document, by method and path."""
        for path, item in table(self.document.get(section, {}), f"/{section}").items():
            at = join(f"/{section}", path)
            if path.startswith("x-"):
                continue
            if not isinstance(item, dict) or "$ref" in item:
                self.schemas.problems.append(Unreadable(at, "not a path item, or one that is written elsewhere"))
                continue
            for method in (method for method in METHODS if method in item):
                with self.guard():
                    default = f"{path}_webhook" if section == "webhooks" else ""
                    yield f"{method.upper()} {path}", self.operation(item, join(at, method), method, default)

    def operation(self, item: Mapping[str, Any], at: str, method: str, default: str) -> Form:
        """Read one operation; `rest` has the keys that are not read into a field of their own.

        `default`: the name of an operation without an operationId, if it has one.
        """
        found = table(item[method], at)
        body, where = self.find(found.get("requestBody", {}), join(at, "requestBody"))
        content = table(body.get("content", {}), join(where, "content"))
        answers = table(found.get("responses", {}), join(at, "responses"))
        security = {"security": found.get("security", self.document.get("security"))}
        elsewhere = ("operationId", "tags", "parameters", "requestBody", "responses")
        return {
            "@": at,
            **({"name": plain(str(found.get("operationId", default)))} if "operationId" in found or default else {}),
            "tag": str(next(iter(row(found.get("tags", []), join(at, "tags"))), "default")),
            "parameters": dict(self.parameters(item, found, at)),
            "body required": flag(body, "required", where),
            "bodies": {kind: self.media(media, join(where, "content", kind), kind) for kind, media in content.items()},
            "answers": {str(key): self.answer(one, join(at, "responses", key)) for key, one in answers.items()},
            "rest": _others({**found, **security}, elsewhere),
        }

    def parameters(self, item: Mapping[str, Any], found: Mapping[str, Any], at: str) -> Iterator[tuple[str, Form]]:
        """Read the path's parameters, then the operation's own, which replace those of the same name and place."""
        shared = join(at.rpartition("/")[0], "parameters")
        for holder, where in ((item, shared), (found, join(at, "parameters"))):
            for index, entry in enumerate(row(holder.get("parameters", []), where)):
                part, place = self.find(entry, join(where, index))
                content = table(part.get("content", {}), join(place, "content"))
                media, there = next(((one, join(place, "content", kind)) for kind, one in content.items()), ({}, place))
                schema = part if "schema" in part or not content else table(media, there)
                yield (
                    f"{part.get('in')} parameter {str(part.get('name'))!r}",
                    {
                        "@": join(where, index),
                        "required": flag(part, "required", place),
                        "type": self.schemas.read(schema.get("schema", True), join(there, "schema")),
                        "in": part.get("in"),
                        "written": written(part),
                        "rest": _others(part, ("name", "in", "required", "schema", "content", "style", "explode")),
                    },
                )

    def media(self, media: object, at: str, kind: str) -> Form:
        """Read the type of a body; where there is no schema, JSON is any value, and texts and files go as they are."""
        is_json = readable(kind) == "json" or kind.startswith(FORMS)
        schema = True if is_json else TEXT if readable(kind) == "text" else FILE
        found = table(media, at)
        made = self.schemas.read(found.get("schema", schema), join(at, "schema"))
        return {"@": at, "type": made, "rest": _others(found, ("schema",))}

    def answer(self, answer: object, at: str) -> Form:
        """Read an answer; of several content types the first that the code can read is its type, None without any."""
        part, where = self.find(answer, at)
        content = table(part.get("content", {}), join(where, "content"))
        media = {kind: self.media(one, join(where, "content", kind), kind) for kind, one in content.items()}
        kind = next((kind for kind in content if readable(kind)), next(iter(content), None))
        made = media[kind]["type"] if kind else None
        if kind and readable(kind) != "json":
            option = {"@": media[kind]["@"], "type": readable(kind) or "bytes", "limits": {}}
            made = {"@": media[kind]["@"], "null": False, "options": [option], "notes": {}, "about": {}}
        return {"@": where, "type": made, "content": media, "rest": _others(part, ("content",))}
