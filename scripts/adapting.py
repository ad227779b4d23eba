"""What the generator's parser is given: the effective document, said in ways that the parser understands.

Each change keeps the meaning and is made on a copy, for the parser alone; `contract.json` stays as it is.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

import attrs
from openapi_python_client import strings
from openapi_python_client.config import ClassOverride, Config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Names that the generated modules use themselves: a schema called so becomes `FileModel` and the like.
TAKEN_CLASSES: Final = frozenset(
    {"Any", "AuthenticatedClient", "ClassVar", "Client", "Final", "File", "Literal", "Mapping", "RequestFiles"}
    | {"Response", "TYPE_CHECKING", "TypeAlias", "UNSET", "UUID", "Unset"}
)
# Keywords that say something of a place and nothing of its values.
NOTES: Final = frozenset(
    {"default", "deprecated", "description", "example", "examples", "readOnly", "title", "writeOnly"}
)


def adapt(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parser's copy of an effective document."""
    copied = copy.deepcopy(dict(document))
    for schema in _objects(copied):
        _join_one_branch(schema)
        _tell_members_apart(schema)
    return _named_by_key(copied)


def with_free_names(config: Config, document: Mapping[str, Any]) -> Config:
    """Rename schemas whose class would hide a name that the generated modules use: ours, or a resource class."""
    tags = {str(tag.get("x-resource-name") or tag.get("name")) for tag in document.get("tags", []) if tag}
    resources = {strings.pascal_case(tag) for tag in tags}
    taken = {*TAKEN_CLASSES, *resources, *(f"Async{name}" for name in resources)}
    renamed = {name: ClassOverride.model_validate({"class_name": f"{name}Model"}) for name in taken}
    return attrs.evolve(config, class_overrides={**renamed, **config.class_overrides})


def _named_by_key(document: dict[str, Any]) -> dict[str, Any]:
    """Drop the titles of named schemas: the parser would name the class by the title, away from what refers to it."""
    for schema in document.get("components", {}).get("schemas", {}).values():
        if isinstance(schema, dict):
            schema.pop("title", None)
    return document


def _join_one_branch(schema: dict[str, Any]) -> None:
    """Fold an `allOf` of one branch and notes into its place: the parser would make an empty class, or give up."""
    branches = schema.get("allOf")
    if not isinstance(branches, list) or not all(isinstance(branch, dict) for branch in branches):
        return
    telling = [branch for branch in branches if branch.keys() - NOTES]
    if len(telling) != 1 or (len(branches) == 1 and "$ref" in telling[0]):
        return
    notes = {key: value for branch in branches if branch is not telling[0] for key, value in branch.items()}
    if "$ref" in telling[0]:
        schema["allOf"] = telling
        schema.update({**notes, **schema})
    elif not telling[0].keys() & (schema.keys() - NOTES):
        del schema["allOf"]
        schema.update({**telling[0], **notes, **schema})


def _tell_members_apart(schema: dict[str, Any]) -> None:
    """Give enum members explicit names where the parser's own would meet, like `a` and `A`, or `a-b` and `a_b`."""
    listed = schema.get("enum")
    values = [value for value in listed if value is not None] if isinstance(listed, list) else []
    if values and all(isinstance(value, str) for value in values) and "x-enum-varnames" not in schema:
        keys = [member_key(index, value) for index, value in enumerate(values)]
        if len(set(keys)) < len(keys):
            schema["x-enum-varnames"] = distinct(keys)


def _objects(node: object) -> Iterator[dict[str, Any]]:
    """Give every object of a document, the inner ones first; an example that looks like a schema does no harm here."""
    if isinstance(node, dict):
        for value in list(node.values()):
            yield from _objects(value)
        yield node
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


def member_key(index: int, value: str) -> str:
    """Give the member name that the parser makes of a value."""
    return strings.snake_case(value.upper() if value and value[0].isalpha() else f"VALUE_{index}").upper()


def distinct(keys: list[str]) -> list[str]:
    """Number repeated names, in a way that stays distinct after the parser's own snake-casing."""
    taken: set[str] = set()
    result = []
    for key in keys:
        candidate, number = key, 2
        while candidate in taken:
            candidate, number = strings.snake_case(f"{key}_{number}").upper(), number + 1
        taken.add(candidate)
        result.append(candidate)
    return result
