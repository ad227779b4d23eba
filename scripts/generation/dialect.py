"""Reads the effective document, rewritten into forms that the generator's parser understands.

Each change keeps the meaning and is made on a copy for the parser; `contract.json` stays as it is. This module changes
what concerns the whole document; `respelling` rewrites single schemas, `referring` references.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from scripts.corrections.grammar import METHODS, booleans, copied, objects, operations, rewrite, schemas
from scripts.files.documents import pointer
from scripts.files.failures import Refused
from scripts.generation.parser import class_name, parse, pascal, snake
from scripts.generation.records import WEBHOOK, Adapted
from scripts.generation.referring import final_name, with_plain_references
from scripts.generation.respelling import respelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.generation.parser import Settings
    from scripts.generation.records import Parsed

# Names that the generated modules use themselves: a schema `File` becomes `FileModel`. Of a schema `Typed`,
# the dictionary would be called TypedDict.
TAKEN_CLASSES: Final = frozenset(
    {"Any", "AsyncCaller", "AuthenticatedClient", "Caller", "ClassVar", "Client", "Final", "File", "Literal", "Mapping"}
    | {"RequestFiles", "Response", "TYPE_CHECKING", "TypeAlias", "Typed", "UNSET", "UUID", "Unset"}
)
# Keywords where false closes the schema, and is not a schema that no value matches.
_CLOSING: Final = frozenset({"additionalProperties", "unevaluatedProperties", "unevaluatedItems"})
_COMPONENTS: Final = ("components", "schemas")
TEXT: Final[Mapping[str, str]] = {"type": "string"}
BINARY: Final[Mapping[str, str]] = {"type": "string", "format": "binary"}
_ANSWERED: Final = "text/x-answered"  # of any text answer; a text body of a request keeps its content type
BYTES: Final = "application/octet-stream"
FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")
_WRITABLE: Final = frozenset({"STRING", "BINARY", "ANY"})  # as a body that is neither JSON nor a form


def read(document: Mapping[str, Any], settings: Settings) -> Parsed:
    """Read an effective document.

    Raises:
        Refused: something in it would not be generated; the message names the operation or schema and its pointer.
    """
    parsed = parse(document, adapt(document), settings)
    for operation in parsed.operations:
        for body in operation.bodies:
            if body.form == "content" and body.type.kind not in _WRITABLE:
                what = f"a body of type {body.content_type} can be a text or a file, and this is to be more"
                raise Refused(f"{operation.pointer}: {what}")
    return parsed


def adapt(document: Mapping[str, Any]) -> Adapted:
    """Rewrite an effective document for the parser.

    Raises:
        Refused: something in it has no form that the parser understands; the message has its pointer.
    """
    made: dict[str, Any] = copied(dict(document))
    _drop_extensions(made)
    for *_, operation in operations(made):
        operation.setdefault("responses", {})  # OpenAPI 3.1 does not require it, the parser does
    _write_out_booleans(made)
    _give_every_content_a_schema(made)
    made = rewrite(with_plain_references(made), respelled)
    _drop_titles(made)
    _move_webhooks(made)
    schemas = document.get("components", {}).get("schemas", {})
    finals = {name: final_name(document, name) for name in schemas}
    return Adapted(made, classes=_free_names(document), content_types=_content_types(document), finals=finals)


def _content_types(document: Mapping[str, Any]) -> dict[str, str]:
    """Map every content type that is neither JSON nor a form to bytes, which the parser accepts."""
    named = {str(place[-1]) for place, _ in objects(document, "media type")}
    return {name: BYTES for name in sorted(named) if not is_json(name) and _essence(name) not in (*FORMS, BYTES)}


def _free_names(document: Mapping[str, Any]) -> dict[str, str]:
    """Rename schemas whose class would hide a name that the generated modules use: ours, or a resource class."""
    named = {
        str(tag.get("name")): str(tag.get("x-resource-name") or tag.get("name")) for tag in document.get("tags", [])
    }
    used = {str(tag) for *_, operation in operations(document) for tag in operation.get("tags", [])[:1]}
    resources = {pascal(tag) for tag in {*named.values(), *(used - named.keys())}}
    taken = {*TAKEN_CLASSES, *resources, *(f"Async{name}" for name in resources)}
    return {name: f"{name}Model" for name in taken}


def is_json(content_type: str) -> bool:
    """Whether a content type is JSON or a kind of it."""
    return _essence(content_type) == "application/json" or _essence(content_type).endswith("+json")


def _is_text(content_type: str) -> bool:
    return _essence(content_type).startswith("text/")


def _essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _drop_extensions(document: dict[str, Any]) -> None:
    """Leave out the extensions among the paths; refuse a path that is a `$ref`, which the parser would ignore."""
    paths = document.get("paths", {})
    for path in [path for path in paths if path.startswith("x-")]:
        del paths[path]
    for path, item in paths.items():
        if isinstance(item, dict) and "$ref" in item:
            message = f"{pointer('paths', path)}: a path that refers to another place is not supported"
            raise Refused(message)


def _move_webhooks(document: dict[str, Any]) -> None:
    """Move the webhooks to the paths; inline types of an unnamed one get their names from the event's."""
    for name, item in document.pop("webhooks", {}).items():
        for method, operation in item.items():
            if method in METHODS:
                operation.setdefault("operationId", f"{name}_webhook")
        document.setdefault("paths", {})[f"{WEBHOOK}{name}"] = item


def _write_out_booleans(document: dict[str, Any]) -> None:
    """Write `true` as `{}`, which the parser knows; refuse `false`, the schema that no value matches."""
    for place, holder, said in list(booleans(document)):
        if place[-1] in _CLOSING:
            continue
        if not said:
            if place[-1] == "items" and "prefixItems" in holder:
                continue
            message = f"{pointer(*place)}: no value fits the schema false"
            raise Refused(message)
        holder[place[-1]] = {}  # type: ignore[index]  # the key is of this very holder


def _give_every_content_a_schema(document: dict[str, Any]) -> None:
    """Add missing schemas of content; an answer that is not JSON becomes text or bytes, whatever its schema."""
    for place, media in objects(document, "media type"):
        name = str(place[-1])
        plain = {} if is_json(name) else dict(TEXT if _is_text(name) else BINARY)
        is_answer = "responses" in (place[-4], place[1])
        if "schema" not in media or (is_answer and not is_json(name)):
            media["schema"] = plain
    for _, response in objects(document, "response"):
        if "content" in response:
            response["content"] = _answerable(response["content"])


def _answerable(content: dict[str, Any]) -> dict[str, Any]:
    """Keep the content types of an answer that are JSON, text or bytes, or all if none is."""
    known = {name for name in content if is_json(name) or _is_text(name) or _essence(name) == BYTES} or content.keys()
    return {_ANSWERED if _is_text(name) else name: media for name, media in content.items() if name in known}


def _drop_titles(document: dict[str, Any]) -> None:
    """Drop the titles of named schemas, because the parser would name the class by the title and not by the schema.

    Titles of inline schemas are dropped where they would give two classes one name.
    """
    named: Counter[str] = Counter(_class_name(name) for name in document.get("components", {}).get("schemas", {}))
    titled = [(place, schema) for place, schema in schemas(document) if isinstance(schema.get("title"), str)]
    named.update(_class_name(schema["title"]) for place, schema in titled if place[:-1] != _COMPONENTS)
    for place, schema in titled:
        if place[:-1] == _COMPONENTS or named[_class_name(schema["title"])] > 1:
            del schema["title"]


def _class_name(name: str) -> str:
    return snake(class_name(name))
