"""Names: every payload at every place where the document names something is refused, or harmless."""

import copy

import pytest

from scripts.failures import Refused

from .corpus import HIDDEN, TEXTS, operations

NAMES = {
    **TEXTS,
    **HIDDEN,
    "empty": "",
    "parent folder": "..",
    "path out": "../../evil",
    "windows path out": "..\\..\\evil",
    "absolute path": "/etc/cron.d/evil",
    "drive": "C:\\evil",
    "encoded path out": "..%2f..%2fevil",
    "package file": "__init__",
    "dunder": "__class__",
    "private": "_c",
    "keyword": "class",
    "soft keyword": "match",
    "builtin": "print",
    "dots": "os.system",
    "call": "exec('x')",
    "number": "0",
    "punctuation": "+-*",
    "device": "nul",
    "long": "x" * 301,
    "ligature": "\ufb01le",
    "full width": "\uff45\uff56\uff41\uff4c",
    "Cyrillic": "еrror",
    "underscores": "___",
    "newline": "a\nb",
}


def _in_schema(document, schema):
    document["components"]["schemas"]["Error"]["properties"]["fresh"] = schema


def _operation(document):
    return document["paths"]["/invite-users"]["post"]


def _parameter(location):
    def place(document, name):
        _operation(document)["parameters"] = [{"name": name, "in": location, "schema": {"type": "string"}}]

    return place


PLACES = {
    "schema": lambda d, n: d["components"]["schemas"].update({n: {"type": "object"}}),
    "used schema": lambda d, n: (
        d["components"]["schemas"].update({n: {"type": "object", "properties": {"a": {"type": "string"}}}}),
        _in_schema(d, {"$ref": "#/components/schemas/" + n.replace("~", "~0").replace("/", "~1")}),
    ),
    "parameter component": lambda d, n: d["components"]["parameters"].update(
        {n: {"name": "a", "in": "query", "schema": {"type": "string"}}}
    ),
    "security scheme": lambda d, n: d["components"]["securitySchemes"].update({n: {"type": "http", "scheme": "basic"}}),
    "title": lambda d, n: _in_schema(d, {"type": "object", "title": n, "properties": {"a": {"type": "string"}}}),
    "enum title": lambda d, n: _in_schema(d, {"type": "string", "title": n, "enum": ["a", "b"]}),
    "property": lambda d, n: d["components"]["schemas"]["Error"]["properties"].update({n: {"type": "string"}}),
    "inline object": lambda d, n: d["components"]["schemas"]["Error"]["properties"].update(
        {n: {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}}
    ),
    "required": lambda d, n: d["components"]["schemas"]["Error"]["required"].append(n),
    "enum value": lambda d, n: _in_schema(d, {"type": "string", "enum": ["plain", n, "other"]}),
    "member names": lambda d, n: _in_schema(d, {"type": "string", "enum": ["a", "b"], "x-enum-varnames": [n, "B"]}),
    "const": lambda d, n: _in_schema(d, {"const": n}),
    "default": lambda d, n: _in_schema(d, {"type": "string", "default": n}),
    "pattern": lambda d, n: _in_schema(d, {"type": "string", "pattern": n}),
    "format": lambda d, n: _in_schema(d, {"type": "string", "format": n}),
    "discriminator": lambda d, n: _in_schema(
        d, {"oneOf": [{"$ref": "#/components/schemas/Error"}], "discriminator": {"propertyName": n}}
    ),
    "query parameter": _parameter("query"),
    "header parameter": _parameter("header"),
    "cookie parameter": _parameter("cookie"),
    "tag": lambda d, n: _operation(d).update(tags=[n]),
    "declared tag": lambda d, n: (d["tags"].append({"name": n}), _operation(d).update(tags=[n])),
    "resource name": lambda d, n: (
        d["tags"].append({"name": "Fresh", "x-resource-name": n}),
        _operation(d).update(tags=["Fresh"]),
    ),
    "operation": lambda d, n: d["paths"].update({"/fresh": {"get": {**_answer(), "operationId": n}}}),
    "path": lambda d, n: d["paths"].update({"/fresh" + n: {"get": _answer()}}),
    "path from the start": lambda d, n: d["paths"].update({n: {"get": _answer()}}),
    "path parameter": lambda d, n: d["paths"].update({"/fresh/{" + n + "}": {"get": _answer(n)}}),
    "status": lambda d, n: _operation(d)["responses"].update({n: {"description": ""}}),
    "content type": lambda d, n: _operation(d)["requestBody"]["content"].update({n: {"schema": {"type": "object"}}}),
    "answer header": lambda d, n: _operation(d)["responses"]["200"].update(headers={n: {"schema": {"type": "string"}}}),
    "reference": lambda d, n: _in_schema(d, {"$ref": n}),
    "server": lambda d, n: d["servers"].append({"url": n}),
    "method": lambda d, n: d["paths"].update({"/fresh": {n: _answer()}}),
}


def _answer(parameter=None):
    declared = [{"name": parameter, "in": "path", "required": True, "schema": {"type": "string"}}] if parameter else []
    return {"tags": ["Admin"], "parameters": declared, "responses": {"200": {"description": "Done."}}}


@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_name_is_refused_or_harmless(published, refuses, harmless, place, outcomes):
    """Whatever is written where a name belongs, nothing is generated, or what is generated runs nothing and is right."""
    for payload in NAMES.values():
        document = copy.deepcopy(published)
        PLACES[place](document, payload)
        if refuses(document):
            continue
        try:
            harmless(document)
        except Refused as refusal:
            assert str(refusal).isprintable()
