"""Decides which titles are names of types, and how operations and types are called that nobody has named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeGuard

from scripts.corrections.grammar import METHODS, operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.corrections.grammar import Place

_LONGEST = 40  # characters of a name that nobody chose
_VERBS = frozenset(
    [
        *("add", "archive", "cancel", "clone", "copy", "create", "delete", "disable", "enable", "export", "get"),
        *("import", "invite", "list", "move", "publish", "read", "register", "remove", "rename", "reset", "restore"),
        *("resume", "search", "send", "set", "start", "stop", "submit", "update", "upload", "upsert", "validate"),
        "verify",
    ]
)
_FOREIGN = re.compile(r"[()\[\],+]+")
_PARTS = {"items": "Item", "additionalProperties": "AdditionalProperty"}

_TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")


def is_type_name(title: object) -> TypeGuard[str]:
    """Whether a title can be a component's key and a class name unchanged."""
    return isinstance(title, str) and bool(_TYPE_NAME.fullmatch(title))


def derived_name(document: Mapping[str, Any], place: Place, names: Mapping[Place, str]) -> str:
    """Name a type by its place, in at most 40 characters: the name of the type or operation that it is in, and its own.

    `names`: the types that have one, by place.
    """
    length = next((length for length in range(len(place) - 1, 0, -1) if place[:length] in names), 0)
    start, rest = (names[place[:length]], place[length:]) if length else _holder(document, place)
    words = re.findall(r"[A-Z]+[a-z0-9]*|[a-z0-9]+", start + "".join(_words(rest)))
    while len("".join(words)) > _LONGEST and len(words) > 1:
        del words[0]
    return "".join(words)[:_LONGEST]


def _holder(document: Mapping[str, Any], place: Place) -> tuple[str, Place]:
    """Name what a type is in, a component or a part of an operation, with the steps below that."""
    if place[0] == "components":
        return _class(str(place[2])), place[3:]
    item: Any = document
    for step in place[:2]:
        item = item[step]
    operation = item.get(place[2], {}) if place[2] in METHODS else {}
    name = str(operation.get("operationId", place[1] if place[0] == "webhooks" else "")) if operation else ""
    steps = place[3:] if operation else place[2:]
    if steps[0] == "parameters":
        parameter = (operation or item)["parameters"][steps[1]]
        return _class(f"{name} {parameter.get('name', '')}"), steps[3:]
    if steps[0] == "responses":
        return _class(f"{name} response {steps[1]}"), steps[5:]
    return _class(f"{name} body"), steps[4:]


def _words(steps: Place) -> Iterator[str]:
    """Name the steps from a type to one inside it as the generator does."""
    for step, inner in zip((None, *steps), steps, strict=False):
        if step == "properties":
            yield _class(str(inner))
        elif inner in _PARTS:
            yield _PARTS[str(inner)]
        elif step in ("anyOf", "oneOf"):
            yield f"Type{inner}"


def _class(text: str) -> str:
    """Write a text as the generator writes a class name."""
    return "".join(word if word.isupper() else word.capitalize() for word in _split(text))


def name_operations(document: dict[str, Any]) -> dict[str, str]:
    """Set a missing operationId, in place, and give those set: "METHOD /path" to its new name.

    The name is the path in snake case, with its verb first: `POST /job-interview-archive` becomes
    `archive_job_interview`. Where the path ends in no verb, or that name is taken, the method is the verb.
    Brackets and the like in an operationId become underscores.
    """
    taken = {operation["operationId"] for *_, operation in operations(document) if "operationId" in operation}
    unnamed = {}
    for path, method, operation in operations(document):
        if _FOREIGN.search(str(operation.get("operationId", ""))):
            operation["operationId"] = _FOREIGN.sub("_", operation["operationId"]).strip("_")
        if "operationId" not in operation:
            words = [word.lower() for word in _split(path)]
            verbal, plain = _verbal(words), "_".join([method, *words])
            name = verbal if verbal and verbal not in taken else plain
            taken.add(name)
            unnamed[f"{method.upper()} {path}"] = operation["operationId"] = name
    return unnamed


def _verbal(words: list[str]) -> str:
    """Put the verb at the end of a path first; "" where there is none. What is listed is many: `list_results`."""
    *things, verb = words or [""]
    if not things or verb not in _VERBS:
        return ""
    if verb == "list":
        things[-1] = re.sub("y$", "ie", things[-1]) + "s" * (not things[-1].endswith("s"))
    return "_".join([verb, *things])


def _split(text: str) -> list[str]:
    """Split words where the generator does, whose functions nothing here may import."""
    spaced = re.sub("([A-Z]?[a-z]+)", r" \1 ", text) if any(character.isupper() for character in text) else text
    return re.findall("[A-Za-z0-9]+", spaced)
