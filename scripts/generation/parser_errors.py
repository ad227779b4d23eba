"""Turns errors of the generator's parser into refusals: one line with the place in the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from scripts.files.documents import pointer
from scripts.files.failures import Refused
from scripts.generation.records import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic import ValidationError

    from scripts.corrections.grammar import Place

LENGTH: Final = 300  # characters; longer ones repeat the document instead of saying what is wrong
WAY_OUT: Final = "openapi/corrections.overlay.yaml can change or remove it"
# Removed from the parser's messages: consequences, places, and addresses of objects, which differ from run to run.
_NOISE: Final = re.compile(
    r"Failure to process schema has resulted in the removal of:.*|Endpoint will not be generated\.?"
    r"|,? ?(?:response|parameter) will be omitted from generated \w+"
    r"|(?:WARNING|ERROR) parsing [A-Z]+ /\S* within [^.]*\."
    r"|Unable to (?:process|parse) schema (?:/\S*[^\s:]:?)?|Unable to parse this part of your OpenAPI document:\s*:?"
    r"|(?:Problem creating a (?:Property|Parameter)|Unable to generate the client):?|UntrustedString\(|<enum '\w+'>",
    re.DOTALL,
)
_OBJECT: Final = re.compile(r"<[\w.]+(?:\.\w+)* object at 0x[0-9a-fA-F]+>")


def refuse_errors(errors: Sequence[Any], openapi: BaseModel, document: Mapping[str, Any]) -> None:
    """Turn the parser's first warning into a refusal that says where."""
    for error in errors:
        said = " ".join(f"{error.header or ''} {error.detail or ''}".split())
        where = _where(said, getattr(error, "data", None), openapi, document)
        message = f"{where}: the generator cannot do it: {_cleaned(said)[:LENGTH]}; {WAY_OUT}"
        raise Refused(message)


def unreadable(error: ValidationError, document: Mapping[str, Any]) -> Refused:
    """Make the refusal of a document that the parser cannot read at all."""
    first = error.errors()[0]
    where = pointer(*_existing(_published(first["loc"]), document))
    field = str(first["loc"][-1])
    return Refused(f"{where}: the generator cannot read {field!r}: {first['msg']}; {WAY_OUT}")


def _cleaned(said: str) -> str:
    cleaned = " ".join(_NOISE.sub(" ", _OBJECT.sub("it", said)).split()).strip(" :,")
    return cleaned or "it does not know this kind of schema"


def _where(said: str, data: object, openapi: BaseModel, document: Mapping[str, Any]) -> str:
    """Find the place of an error: the part itself, or the operation or schema that the message names."""
    operation = re.search(r"parsing ([A-Z]+) (/\S*) within", said)
    schema = re.search(r"/components/schemas/([^\s:]+)", said)
    named: Place = ()
    if operation:
        named = (*place_of(operation[2]), operation[1].lower())
    elif schema and schema[1] in document.get("components", {}).get("schemas", {}):
        named = ("components", "schemas", schema[1])
    exact = next((place for place, part in _parts(openapi, ()) if part is data), ()) if data is not None else ()
    exact = _published(exact)
    return pointer(*_existing(exact if exact[: len(named)] == named else named, document)) or "/"


def _published(place: Sequence[Any]) -> Place:
    """Return the place in the document of one that the parser names: it has the webhooks among the paths."""
    return (*place_of(str(place[1])), *place[2:]) if place[:1] == ("paths",) and len(place) > 1 else tuple(place)


def _parts(node: object, place: Place) -> Iterator[tuple[Place, object]]:
    """Walk the document as the parser has read it, with the place of each part."""
    if isinstance(node, BaseModel):
        yield place, node
        for name, about in type(node).model_fields.items():
            yield from _parts(getattr(node, name), (*place, about.alias or name))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _parts(value, (*place, str(getattr(key, "get_untrusted_value", lambda key=key: key)())))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _parts(value, (*place, index))


def _existing(steps: Sequence[Any], document: Mapping[str, Any]) -> Place:
    """Keep the steps that exist in the document; drop those of the parser's reader and of rewritten parts."""
    node: Any = document
    place: Place = ()
    for step in steps:
        if (isinstance(node, dict) and step in node) or (isinstance(node, list) and step in range(len(node))):
            node, place = node[step], (*place, step)
    return place
