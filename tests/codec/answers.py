"""Valid answers made from the effective contract, and the many ways in which a real answer departs from it."""

from __future__ import annotations

import copy
import json
import random
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator


def _declared(found: dict[str, Any]) -> dict[str, Any]:
    """Leave out required names that no property declares: a model has no field that could be missing."""
    names, properties = found.get("required"), found.get("properties")
    both = isinstance(names, list) and isinstance(properties, dict)
    return found | {"required": [name for name in names if name in properties]} if both else found


TEXT = files("jobmojito_api").joinpath("contract.json").read_text("utf-8")
CONTRACT: dict[str, Any] = json.loads(TEXT, object_hook=_declared)
SAMPLES = {"string": "some text", "integer": 3, "number": 1.5, "boolean": True, "null": None}
OTHERS: list[Any] = [
    None,
    0,
    7,
    -1.5,
    2.0,
    True,
    False,
    "",
    "other",
    "ü€😀",
    [],
    [1, "x"],
    {},
    {"nested": {"list": [None]}},
]


def resolve(schema: Any) -> Any:
    """Follow references to the schema itself."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = CONTRACT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def sample(schema: Any, rng: random.Random) -> Any:
    """Make a value that the schema takes: every property, lists of up to three, any of the branches."""
    schema = resolve(schema)
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            return sample(rng.choice(schema[keyword]), rng)
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema.get("type")
    kind = rng.choice(kind) if isinstance(kind, list) else kind
    if kind == "array":
        return [sample(schema["items"], rng) for _ in range(rng.randrange(3))]
    return _sample_object(schema, rng) if kind == "object" else _sample_scalar(schema, kind, rng)


def _sample_object(schema: Any, rng: random.Random) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    chosen = [name for name in schema.get("properties", {}) if name in required or rng.random() < 0.8]
    return {name: sample(schema["properties"][name], rng) for name in chosen}


def _sample_scalar(schema: Any, kind: str | None, rng: random.Random) -> Any:
    if schema.get("format") == "uuid":
        return "93c98d21-e04d-4a84-9afa-ed154cf73636"
    return copy.deepcopy(rng.choice(OTHERS)) if kind is None else SAMPLES[kind]


def places(value: Any) -> list[tuple[Any, Any]]:
    """List every place of a value as its container and key."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            found.append((value, key))
            found.extend(places(item))
    return found


def mutate(answer: Any, rng: random.Random) -> Any:
    """Change an answer in one to four places: another kind of value, a property dropped, added or emptied."""
    holder = [copy.deepcopy(answer)]
    for _ in range(rng.randrange(1, 5)):
        container, key = rng.choice(places(holder))
        move = rng.randrange(4)
        if move == 0 and isinstance(container, dict):
            del container[key]
        elif move == 1 and isinstance(container[key], dict):
            container[key][rng.choice(["undeclared", "data", "ünknown"])] = copy.deepcopy(rng.choice(OTHERS))
        elif move == 2 and isinstance(container[key], dict | list):
            container[key] = [container[key]] if isinstance(container[key], dict) else {"0": container[key]}
        else:
            container[key] = copy.deepcopy(rng.choice(OTHERS))
    return holder[0]


def answering() -> list[str]:
    """Name the operations whose success is a JSON value."""
    found = [one for item in CONTRACT["paths"].values() for one in item.values() if isinstance(one, dict)]
    answers = {one["operationId"]: one.get("responses", {}) for one in found}
    successes = {name: some.get(_success(some), {}) for name, some in answers.items()}
    return sorted(name for name, answer in successes.items() if "application/json" in answer.get("content", {}))


def _success(answers: dict[str, Any]) -> str:
    return min((status for status in answers if status.startswith("2")), default="")


@cache
def success_schema(path: str, method: str) -> dict[str, Any]:
    """Give the declared schema of an operation's success."""
    answers = CONTRACT["paths"][path][method.lower()]["responses"]
    schema: dict[str, Any] = answers[_success(answers)]["content"]["application/json"]["schema"]
    return schema


@cache
def validator(path: str, method: str) -> Draft202012Validator:
    """Give an independent validator of an operation's success; formats are not asserted."""
    schema = {**success_schema(path, method), "components": CONTRACT["components"]}
    return Draft202012Validator(schema)


def objections(check: Draft202012Validator, answer: Any) -> set[str]:
    """Give the pointers at which the validator objects, those within the branches of a choice included."""
    pending = list(check.iter_errors(answer))
    found: set[str] = set()
    while pending:
        error = pending.pop()
        steps = (str(step).replace("~", "~0").replace("/", "~1") for step in error.absolute_path)
        found.add("".join(f"/{step}" for step in steps))
        pending.extend(error.context or ())
    return found
