"""Finds what breaks an assumption of the overlay, and where: a JSON pointer into the contract, and what is wrong there.

The contract is looked at as a plain document, by nothing of the client.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests import baseline
from tests.bodies import JSON
from tests.overlay.assumptions import (
    ANYTHING,
    ASSUMPTIONS,
    COUNTS,
    FLAGS,
    LISTS,
    OBJECTS,
    TEXTS,
    WEBHOOK,
    Assumption,
    Reads,
    Sends,
)

Document = dict[str, Any]
PAGE = (("data", LISTS), ("pagination", OBJECTS))
PAGING = (("has_more", FLAGS), ("total", COUNTS))
# What tells an error of the API from one of its platform, and which field is to blame; see `answers.read_error`.
ENVELOPE = {"422": ("error", "name"), "500": ("error",)}


class Place(NamedTuple):
    """A schema and where it stands."""

    pointer: str
    schema: dict[str, Any]


def contract_in_use() -> Document:
    """Give the contract that the client is generated from."""
    document: Document = json.loads(files("jobmojito_api").joinpath("contract.json").read_text("utf-8"))
    return document


@pytest.fixture(scope="session")
def assumptions_hold() -> None:
    """Skip tests of helpers whose ground has moved: one test says so, and where; a hundred more would drown it."""
    if found := breaches(contract_in_use()):
        pytest.skip(f"the contract breaks {len(found)} assumptions, as tests/overlay/test_assumptions.py says")


def breaches(document: Document) -> list[str]:
    """Give a line for each assumption that a contract breaks: a JSON pointer into it, and what is wrong there."""
    found = [line for one in ASSUMPTIONS for line in _breaches(document, one)]
    return list(dict.fromkeys([*found, *_paging(document), *_errors(document)]))


def _breaches(document: Document, one: Assumption) -> Iterator[str]:
    places = _named(document, one.operation)
    if not places:
        yield f"/paths: there is no operation {one.operation}, which the overlay calls"
        return
    pointer, operation = places[0]
    if isinstance(one, Sends):
        yield from _unsendable(document, pointer, operation, one)
    if isinstance(one, Reads):
        yield from _unreadable(document, _successes(pointer, operation), one.steps, one.types, one.operation)


def steps_of(one: Sends | Reads) -> list[tuple[str, ...]]:
    """Give the steps to each property that a helper sends, or to the one that it reads."""
    return [one.steps] if isinstance(one, Reads) else list(dict.fromkeys(_paths(one.body)))


def holders(document: Document, name: str, steps: Sequence[str]) -> list[str]:
    """Give the pointers of all schemas that declare the last property of these steps, in requests and in answers."""
    pointer, operation = _named(document, name)[0]
    content = operation.get("requestBody", {}).get("content", {})
    bodies = [
        Place(f"{pointer}/requestBody/content/{token(kind)}/schema", one["schema"]) for kind, one in content.items()
    ]
    places = [found for place in (*bodies, *_successes(pointer, operation)) for found in variants(document, place)]
    for step in steps[:-1]:
        places = [found for place in places for found in _inside(document, place, step)]
    return list(dict.fromkeys(place.pointer for place in places if steps[-1] in place.schema.get("properties", {})))


def _unsendable(document: Document, pointer: str, operation: dict[str, Any], one: Sends) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {})
    if one.media not in content:
        yield f"{pointer}/requestBody/content: {one.operation} takes no {one.media}, which the overlay sends"
        return
    start = Place(f"{pointer}/requestBody/content/{token(one.media)}/schema", content[one.media]["schema"])
    for steps in _paths(one.body):
        yield from _unreadable(document, [start], steps, ANYTHING, one.operation, "sends")
    root = {**document, "$ref": f"#{start.pointer}"}
    for error in Draft202012Validator(root, format_checker=FormatChecker(["uuid"])).iter_errors(one.body):
        where = "/".join(map(str, error.absolute_path)) or "the body"
        wanted = error.message if error.validator == "required" else f"{error.validator} {error.validator_value!r:.80}"
        place = _place_of(document, start.pointer, error.absolute_schema_path)
        yield f"{place}: refuses {where} as {one.operation} is sent: {wanted}"


def _unreadable(
    document: Document,
    start: Sequence[Place],
    steps: Sequence[str],
    types: frozenset[str],
    who: str,
    does: str = "reads",
) -> Iterator[str]:
    """Follow steps through every variant; each has to be declared somewhere, the last one with a type that fits."""
    places = [found for place in start for found in variants(document, place)]
    if not places:
        yield f"/paths: {who} answers nothing, and the overlay {does} {'/'.join(steps)}"
        return
    for step in steps:
        here, places = places, [found for place in places for found in _inside(document, place, step)]
        if not places:
            what = "no entries" if step == "[]" else f"no {step}"
            objects = [place for place in here if "properties" in place.schema]
            where = objects[0] if len(objects) == 1 else here[0]
            yield f"{where.pointer}: has {what}, which the overlay {does} with {who}"
            return
    said = {name for place in places for name in types_of(place.schema)}
    if types and said and not said & types:
        expected = " or ".join(sorted(types))
        yield f"{places[0].pointer}: is {' or '.join(sorted(said))}, and the overlay {does} {expected} with {who}"


@cache
def _known() -> frozenset[str]:
    """Name the operations that the overlay was written for; of one that is new, nothing is assumed."""
    return frozenset(place.schema["operationId"] for place in operations(baseline.effective()))


def _known_operations(document: Document) -> Iterator[Place]:
    return (place for place in operations(document) if place.schema.get("operationId") in _known())


def _paging(document: Document) -> Iterator[str]:
    """Whatever answers with `pagination` has to take `limit` and `offset`, and to say where a list ends."""
    for pointer, operation in _known_operations(document):
        name, start = str(operation.get("operationId")), _successes(pointer, operation)
        if not any(_inside(document, found, "pagination") for place in start for found in variants(document, place)):
            continue
        declared = {parameter["name"] for parameter in operation.get("parameters", [])}
        for missing in sorted({"limit", "offset"} - declared):
            yield f"{pointer}/parameters: has no {missing}, by which the overlay asks for the pages of {name}"
        for step, types in PAGE:
            yield from _unreadable(document, start, (step,), types, name)
        for step, types in PAGING:
            yield from _unreadable(document, start, ("pagination", step), types, name)


def _errors(document: Document) -> Iterator[str]:
    for pointer, operation in _known_operations(document):
        for status, names in ENVELOPE.items():
            content = operation.get("responses", {}).get(status, {}).get("content", {})
            if JSON in content:
                start = [Place(f"{pointer}/responses/{status}/content/{token(JSON)}/schema", content[JSON]["schema"])]
                for name in names:
                    yield from _unreadable(document, start, (name,), TEXTS, f"every {status}")


def operations(document: Document) -> Iterator[Place]:
    """Give every operation and where it stands."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield Place(f"/paths/{token(path)}/{method}", operation)


def _named(document: Document, name: str) -> list[Place]:
    """Give the operation of a name, or the webhook of a name after `WEBHOOK`."""
    if name.startswith(WEBHOOK):
        found = document.get("webhooks", {}).get(name.removeprefix(WEBHOOK), {})
        return [Place(f"/webhooks/{token(name.removeprefix(WEBHOOK))}/post", found["post"])] if found else []
    return [place for place in operations(document) if place.schema.get("operationId") == name]


def _successes(pointer: str, operation: dict[str, Any]) -> list[Place]:
    """Give what is read: an operation's answers, a webhook's body."""
    if pointer.startswith("/webhooks/"):
        content = operation["requestBody"]["content"]
        return [Place(f"{pointer}/requestBody/content/{token(JSON)}/schema", content[JSON]["schema"])]
    return [
        Place(f"{pointer}/responses/{status}/content/{token(media)}/schema", content["schema"])
        for status, answer in operation.get("responses", {}).items()
        if status.startswith("2")
        for media, content in answer.get("content", {}).items()
    ]


def variants(document: Document, place: Place) -> Iterator[Place]:
    """Give the schemas that a schema stands for: what it refers to, and each of its parts and choices."""
    pointer, schema = place
    if "$ref" in schema:
        target = schema["$ref"].removeprefix("#")
        yield from variants(document, Place(target, at(document, target)))
        return
    yield place
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index, branch in enumerate(schema.get(keyword, ())):
            yield from variants(document, Place(f"{pointer}/{keyword}/{index}", branch))


def _inside(document: Document, place: Place, step: str) -> list[Place]:
    pointer, schema = place
    if step == "[]":
        found = [Place(f"{pointer}/items", schema["items"])] if "items" in schema else []
    else:
        known = schema.get("properties", {})
        found = [Place(f"{pointer}/properties/{token(step)}", known[step])] if step in known else []
    return [variant for one in found for variant in variants(document, one)]


def types_of(schema: dict[str, Any]) -> set[str]:
    """Name the types that a schema declares by itself, null apart; none where it leaves them open."""
    said = schema.get("type", [])
    return {said} - {"null"} if isinstance(said, str) else set(said) - {"null"}


def _paths(value: Any) -> Iterator[tuple[str, ...]]:
    """Give the steps to every property of a body."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield (name,)
        entries = inner if isinstance(inner, list) else [inner]
        prefix = (name, "[]") if isinstance(inner, list) else (name,)
        yield from ((*prefix, *rest) for entry in entries for rest in _paths(entry))


def _place_of(document: Document, start: str, steps: Sequence[str | int]) -> str:
    """Turn a validator's path, which leaves references out, into a pointer."""
    pointer = start
    for step in steps:
        while isinstance(schema := at(document, pointer), dict) and "$ref" in schema:
            pointer = schema["$ref"].removeprefix("#")
        pointer = f"{pointer}/{token(str(step))}"
    return pointer


def at(document: Any, pointer: str) -> Any:
    """Give the value at a JSON pointer."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def token(name: str) -> str:
    """Escape a name for a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
