"""Requests that the contract allows, however odd, never make the sandbox fail or answer what the contract forbids."""

import json
import random

import pytest

from jobmojito.sandbox.contract.document import parse
from jobmojito.sandbox.contract.samples import sample
from tests import baseline

from .good_requests import KNOWN

CONTRACT = parse(baseline.effective())
ROUNDS = 30

TEXTS = ["", "\ud800", " ", "x", "0", "-1", "e\u0301 履歴 😀", "\x00\x1f\u2028", "a" * 3000, "<b>&\"'", "../..", "null",
         "ann@example.com", "%s{0}"]  # fmt: skip
NUMBERS = [0, -1, 1, 0.5, 2, 1e300, -1e300, 2**63, 10**18, 1.0]
# What most requests say, so that enough of them get as far as the handlers.
PLAIN = {
    "merchant_id": None,
    "candidate_email": "ann@example.com",
    "candidate_name": "Ann",
    "position_name": "Engineer",
    "position_location": "remote",
    "position_country_code": "SK",
    "interview_length": 3,
}
ANYTHING = [None, True, 0, "text", [], {}, [None, {"a": [1]}], {"a": {"b": None}}]


class Odd:
    """Valid values at the edges of a schema, chosen by chance; optional properties come and go."""

    def __init__(self, seed, names):
        self.random, self.names = random.Random(seed), names

    def value(self, schema, name=""):
        """A value; ids mostly name something that exists."""
        if name in self.names and self.random.random() < 0.8:
            return self.names[name]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "allOf" in schema:
            return self.value(schema["allOf"][0])
        if branches := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(self.random.choice(branches))
        types = schema.get("type", "any")
        kind = types if isinstance(types, str) else self.random.choice(types)
        if kind == "array":
            count = self.random.choice([1, 1, 2, 5])
            return [self.value(schema.get("items", {}), name.removesuffix("s")) for _ in range(count)]
        return self.object(schema) if kind == "object" else self.random.choice(self.plain(kind, schema))

    def object(self, schema):
        """Required properties, some of the others, and now and then one that nobody has heard of."""
        required, chance = schema.get("required", ()), self.random.random()
        extra = {"unheard_of": self.random.choice(ANYTHING)} if self.random.random() < 0.2 else {}
        properties = schema.get("properties", {}).items()
        return extra | {k: self.value(v, k) for k, v in properties if k in required or self.random.random() < chance}

    def plain(self, kind, schema):
        """What a plain value may be."""
        limits = [schema[name] for name in ("minimum", "maximum") if name in schema]
        if kind == "string":
            if {"format", "pattern"} & schema.keys():
                return [sample(schema)]
            return [t for t in TEXTS if schema.get("minLength", 0) <= len(t) <= schema.get("maxLength", 10**6)]
        integers = [int(number) for number in limits or NUMBERS]
        choices = {"number": limits or NUMBERS, "integer": integers, "boolean": [True, False], "null": [None]}
        return choices.get(kind, ANYTHING)


@pytest.mark.parametrize("name", CONTRACT.operations)
def test_odd_but_valid_requests_are_served(name, http, scene, judge, caplog):
    """Each of many odd requests is answered with a declared status and a valid body, and no handler fails."""
    operation = CONTRACT.operations[name]
    names = {key: scene[value] for key, value in KNOWN.items()} | PLAIN
    names["id"] = "another-one" if name.startswith("create") else "sales-coaching-en"
    verdicts = []

    for seed in range(ROUNDS):
        odd = Odd(f"{name}/{seed}", names)
        response = http.request(operation.method, operation.path, **arguments(odd, operation))
        verdicts += [(seed, response.status_code, error) for error in judge.errors(name, response)]

    assert verdicts == []
    assert [record.getMessage() for record in caplog.records if record.name == "jobmojito.sandbox"] == []


def arguments(odd, operation):
    """An odd request as httpx takes it; queries and forms, being UTF-8, cannot hold a lone surrogate, JSON can."""
    wanted = [p for p in operation.parameters if p.required or odd.random.random() < 0.5]
    request = {"params": encodable({p.name: odd.value(p.schema, p.name) for p in wanted})}
    if "multipart/form-data" in operation.bodies:
        fields = encodable(odd.object(operation.bodies["multipart/form-data"]))
        content = fields.pop("file", "").encode() or b"x"
        return request | {"data": fields, "files": {"file": content}}
    if operation.bodies:
        request["content"] = json.dumps(odd.object(operation.bodies["application/json"]))
        request["headers"] = {"Content-Type": "application/json"}
    return request


def encodable(values):
    """The values as text that UTF-8 can hold; null and structures have no such form and are left out."""
    plain = {name: str(value) for name, value in values.items() if isinstance(value, str | int | float)}
    return {name: text.encode("utf-8", "ignore").decode() for name, text in plain.items()}
