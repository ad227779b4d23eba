"""One row for each kind of change: what the old and the new document say, and the rule each way round.

Grades are written out here again (B, P, A, D), so that a row of the table of rules cannot change by itself.
"""

from copy import deepcopy
from typing import Any

GRADES = {"B": "breaking", "P": "potentially breaking", "A": "additive", "D": "documentation"}
GONE = object()

TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
CAT = {"type": "object", "properties": {"lives": WHOLE, "purrs": {"type": "boolean"}}}
DOG = {"type": "object", "properties": {"tricks": TEXT}}
BIRD, FISH = (
    {"type": "object", "properties": {"kind": {"const": kind}}, "required": ["kind"]} for kind in ("bird", "fish")
)
ONE = {"type": "object", "properties": {"a": TEXT}}
TWO = {"type": "object", "properties": {"a": TEXT, "b": TEXT}}
NEEDS_A = {**ONE, "required": ["a"]}
NEEDS_B = {**TWO, "required": ["b"]}
SEALED = {**ONE, "additionalProperties": False}

# Rule and grades (sent, received), mirror and grades, the schema before and after.
SCHEMA_CASES: list[tuple[str, str, str, str, Any, Any]] = [
    ("type-changed", "BB", "type-changed", "BB", TEXT, {"type": "object"}),
    ("type-changed", "BB", "type-changed", "BB", {"type": "boolean"}, {"type": "number"}),
    ("type-changed", "BB", "type-changed", "BB", {**WHOLE, "minimum": 1}, {**TEXT, "minimum": 1}),
    ("type-widened", "AB", "type-narrowed", "BA", WHOLE, {"type": "number"}),
    ("type-widened", "AB", "type-narrowed", "BA", TEXT, {"type": ["string", "integer"]}),
    ("type-widened", "AB", "type-narrowed", "BA", TEXT, {}),
    ("type-widened", "AB", "type-narrowed", "BA", {"type": "array", "items": TEXT}, {"type": "array"}),
    ("nullable-added", "AB", "nullable-removed", "BA", TEXT, {"type": ["string", "null"]}),
    ("nullable-added", "AB", "nullable-removed", "BA", TEXT, {"type": "string", "nullable": True}),
    ("nullable-added", "AB", "nullable-removed", "BA", TEXT, {"anyOf": [TEXT, {"type": "null"}]}),
    ("variant-added", "AB", "variant-removed", "BP", {"anyOf": [CAT]}, {"anyOf": [CAT, DOG]}),
    ("variant-added", "AB", "variant-removed", "BP", {"oneOf": [BIRD]}, {"oneOf": [FISH, BIRD]}),
    ("variant-added", "AB", "variant-removed", "BP", TEXT, {"anyOf": [TEXT, {"enum": ["a"]}]}),
    ("variants-exclusive", "PP", "variants-combinable", "PP", {"anyOf": [CAT, DOG]}, {"oneOf": [CAT, DOG]}),
    (
        *("discriminator-changed", "PP", "discriminator-changed", "PP"),
        {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}},
        {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "sort"}},
    ),
    ("enum-added", "BA", "enum-removed", "AP", TEXT, {"type": "string", "enum": ["a", "b"]}),
    ("enum-value-added", "AP", "enum-value-removed", "BP", {"enum": ["a"]}, {"type": "string", "enum": ["b", "a"]}),
    ("enum-value-added", "AP", "enum-value-removed", "BP", {"const": "a"}, {"enum": ["a", "b"]}),
    (
        *("enum-value-added", "AP", "enum-value-removed", "BP"),
        {"oneOf": [{"const": "a"}, {"enum": ["b"]}]},
        {"enum": ["a", "c", "b"]},
    ),
    ("enum-replaced", "BB", "enum-replaced", "BB", {"const": "a"}, {"const": "b"}),
    ("type-widened", "AB", "type-narrowed", "BA", {"type": "array", "items": CAT, "minItems": 1}, {}),
    (
        *("known-value-added", "AA", "known-value-removed", "BA"),
        {**TEXT, "x-extensible-enum": ["a"]},
        {**TEXT, "x-extensible-enum": ["a", "b"]},
    ),
    ("format-added", "BA", "format-removed", "AB", TEXT, {"type": "string", "format": "uuid"}),
    ("format-changed", "BB", "format-changed", "BB", {"type": "string", "format": "date"}, {**TEXT, "format": "uuid"}),
    ("format-widened", "AB", "format-narrowed", "BA", {**WHOLE, "format": "int32"}, {**WHOLE, "format": "int64"}),
    ("pattern-added", "BA", "pattern-removed", "AP", TEXT, {"type": "string", "pattern": "^a"}),
    ("pattern-changed", "PP", "pattern-changed", "PP", {**TEXT, "pattern": "^b"}, {**TEXT, "pattern": "^a"}),
    ("limit-tightened", "BA", "limit-loosened", "AB", TEXT, {"type": "string", "maxLength": 5}),
    ("limit-tightened", "BA", "limit-loosened", "AB", {**TEXT, "minLength": 1}, {**TEXT, "minLength": 2}),
    ("limit-tightened", "BA", "limit-loosened", "AB", {**WHOLE, "maximum": 9}, {**WHOLE, "maximum": 8}),
    ("limit-tightened", "BA", "limit-loosened", "AB", {**WHOLE, "minimum": 1}, {**WHOLE, "exclusiveMinimum": 1}),
    ("limit-tightened", "BA", "limit-loosened", "AB", {"type": "array"}, {"type": "array", "minItems": 1}),
    ("limit-tightened", "BA", "limit-loosened", "AB", {"type": "array"}, {"type": "array", "uniqueItems": True}),
    ("limit-tightened", "BA", "limit-loosened", "AB", {"type": "object"}, {"type": "object", "maxProperties": 3}),
    ("limit-tightened", "BA", "limit-loosened", "AB", {**WHOLE, "multipleOf": 5}, {**WHOLE, "multipleOf": 10}),
    ("limit-changed", "BB", "limit-changed", "BB", {**WHOLE, "multipleOf": 5}, {**WHOLE, "multipleOf": 7}),
    ("default-added", "PD", "default-removed", "PD", TEXT, {"type": "string", "default": "a"}),
    ("default-changed", "PD", "default-changed", "PD", {**TEXT, "default": "b"}, {**TEXT, "default": "a"}),
    ("property-added-optional", "AA", "property-removed", "PB", ONE, TWO),
    ("property-added-required", "BA", "property-removed", "PB", ONE, NEEDS_B),
    (
        *("property-removed-from-closed", "BB", "property-added-optional", "AA"),
        {**TWO, "additionalProperties": False},
        SEALED,
    ),
    ("property-became-required", "BA", "property-became-optional", "AB", ONE, NEEDS_A),
    ("additional-closed", "BP", "additional-opened", "AA", ONE, SEALED),
    ("type-narrowed", "BA", "type-widened", "AB", ONE, {**ONE, "additionalProperties": TEXT}),
    ("read-only-added", "PD", "read-only-removed", "AD", TEXT, {"type": "string", "readOnly": True}),
    ("write-only-added", "DB", "write-only-removed", "DA", TEXT, {"type": "string", "writeOnly": True}),
    ("deprecated", "DD", "undeprecated", "DD", TEXT, {"type": "string", "deprecated": True}),
    ("unclassified", "PP", "unclassified", "PP", {"type": "object"}, {"type": "object", "dependentRequired": {}}),
    ("unclassified", "PP", "unclassified", "PP", {"not": TEXT}, {"not": WHOLE}),
]

_USED = {"type": "http", "scheme": "bearer"}
_LOGIN = {"bearer": {"type": "oauth2", "flows": {}}, "key": {"type": "apiKey", "in": "header", "name": "K"}}
_AT = "/paths/~1things/post"

# Rule and grade, mirror and grade, what to put where before and after.
CASES: list[tuple[str, str, str, str, dict[str, Any], dict[str, Any]]] = [
    ("api-title-changed", "D", "api-title-changed", "D", {}, {"/info/title": "Other"}),
    ("api-version-changed", "D", "api-version-changed", "D", {}, {"/info/version": "2"}),
    ("api-details-changed", "D", "api-details-changed", "D", {}, {"/info/contact": {"name": "x"}}),
    ("openapi-version-changed", "P", "openapi-version-changed", "P", {}, {"/openapi": "3.0.3"}),
    ("openapi-patch-changed", "D", "openapi-patch-changed", "D", {}, {"/openapi": "3.1.1"}),
    (
        *("server-added", "A", "server-removed", "B"),
        {},
        {"/servers": [{"url": "https://a.test"}, {"url": "https://b.test"}]},
    ),
    (
        *("server-default-changed", "P", "server-default-changed", "P"),
        {"/servers": [{"url": "https://a.test"}, {"url": "https://b.test"}]},
        {"/servers": [{"url": "https://b.test"}, {"url": "https://a.test"}]},
    ),
    (
        *("server-variables-changed", "P", "server-variables-changed", "P"),
        {"/servers": [{"url": "https://{at}.test", "variables": {"at": {"default": "a"}}}]},
        {"/servers": [{"url": "https://{at}.test", "variables": {"at": {"default": "b"}}}]},
    ),
    ("tag-declared", "D", "tag-undeclared", "D", {}, {"/tags/1": {"name": "More"}}),
    ("description-changed", "D", "description-changed", "D", {}, {"/tags/0/description": "words"}),
    ("unused-component-added", "D", "unused-component-removed", "D", {}, {"/components/schemas/Idle": TEXT}),
    (
        *("unused-component-changed", "D", "unused-component-changed", "D"),
        {"/components/schemas/Idle": TEXT},
        {"/components/schemas/Idle": WHOLE},
    ),
    *(
        ("extension-changed", "D", "extension-changed", "D", {}, {f"{holder}/x-vendor": 1})
        for holder in ("", _AT, f"{_AT}/responses", f"{_AT}/parameters/0/schema", "/paths/~1things", "/webhooks")
    ),
    (
        *("naming-extension-changed", "P", "naming-extension-changed", "P"),
        {},
        {f"{_AT}/parameters/0/schema/x-enum-varnames": ["A"]},
    ),
    ("naming-extension-changed", "P", "naming-extension-changed", "P", {}, {"/tags/0/x-resource-name": "things"}),
    ("unclassified", "P", "unclassified", "P", {}, {"/jsonSchemaDialect": "https://a.test"}),
    ("unclassified", "P", "unclassified", "P", {}, {f"{_AT}/callbacks": {"done": {}}}),
    ("description-changed", "D", "description-changed", "D", {}, {f"{_AT}/description": "words"}),
    ("summary-changed", "D", "summary-changed", "D", {}, {f"{_AT}/summary": "words"}),
    ("title-changed", "D", "title-changed", "D", {}, {"/components/schemas/Thing/title": "words"}),
    ("example-changed", "D", "example-changed", "D", {}, {"/components/schemas/Thing/example": {"a": 1}}),
    ("external-docs-changed", "D", "external-docs-changed", "D", {}, {f"{_AT}/externalDocs": {"url": "https://a"}}),
    ("comment-changed", "D", "comment-changed", "D", {}, {"/components/schemas/Thing/$comment": "words"}),
    (
        *("operation-added", "A", "operation-removed-after-sunset", "D"),
        {},
        {"/paths/~1more": {"get": {"responses": {}, "deprecated": True, "x-sunset": "2026-01-01"}}},
    ),
    ("operation-added", "A", "operation-removed", "B", {}, {"/paths/~1more": {"get": {"responses": {}}}}),
    (
        *("operation-path-changed", "B", "operation-path-changed", "B"),
        {"/paths/~1more": {"get": {"operationId": "more", "responses": {}}}},
        {"/paths/~1less": {"get": {"operationId": "more", "responses": {}}}},
    ),
    (
        *("operation-method-changed", "B", "operation-method-changed", "B"),
        {"/paths/~1more": {"get": {"summary": "More", "responses": {}}}},
        {"/paths/~1more": {"put": {"summary": "More", "responses": {}}}},
    ),
    *(
        (rule, grade, mirror, mirrored, {f"{_AT}/{key}": old} if old else {}, {f"{_AT}/{key}": new})
        for key, rule, grade, mirror, mirrored, old, new in (
            ("x-sunset", "sunset-set", "D", "sunset-removed", "P", None, "2031-01-01"),
            ("x-sunset", "sunset-set", "D", "sunset-earlier", "P", "2031-01-01", "2032-01-01"),
            ("x-stability-level", "stability-raised", "D", "stability-lowered", "B", "alpha", "beta"),
        )
    ),
    ("operation-deprecated", "D", "operation-undeprecated", "D", {}, {f"{_AT}/deprecated": True}),
    ("operation-id-added", "D", "operation-id-removed", "P", {}, {f"{_AT}/operationId": "make"}),
    (
        *("operation-id-changed", "P", "operation-id-changed", "P"),
        {f"{_AT}/operationId": "make"},
        {f"{_AT}/operationId": "create"},
    ),
    ("operation-tag-changed", "P", "operation-tag-changed", "P", {}, {f"{_AT}/tags": ["Other"]}),
    ("operation-tag-added", "D", "operation-tag-removed", "D", {}, {f"{_AT}/tags": ["Things", "Other"]}),
    (
        *("path-parameter-renamed", "P", "path-parameter-renamed", "P"),
        {"/paths/~1x~1{a}": {"get": {"parameters": [{"name": "a", "in": "path", "required": True, "schema": TEXT}]}}},
        {"/paths/~1x~1{b}": {"get": {"parameters": [{"name": "b", "in": "path", "required": True, "schema": TEXT}]}}},
    ),
    ("security-required", "B", "security-dropped", "A", {f"{_AT}/security": []}, {}),
    (
        *("security-alternative-added", "A", "security-alternative-removed", "B"),
        {},
        {f"{_AT}/security": [{"bearer": []}, {"key": []}]},
    ),
    ("security-scope-added", "B", "security-scope-removed", "A", {}, {f"{_AT}/security": [{"bearer": ["write"]}]}),
    ("security-scheme-changed", "B", "security-scheme-changed", "B", {}, {"/components/securitySchemes/bearer": _USED}),
    (
        *("parameter-added-required", "B", "parameter-removed", "P"),
        {},
        {f"{_AT}/parameters/1": {"name": "a", "in": "query", "required": True, "schema": TEXT}},
    ),
    (
        *("parameter-added-optional", "A", "parameter-removed", "P"),
        {},
        {f"{_AT}/parameters/1": {"name": "a", "in": "query", "schema": TEXT}},
    ),
    ("parameter-became-required", "B", "parameter-became-optional", "A", {}, {f"{_AT}/parameters/0/required": True}),
    ("parameter-location-changed", "B", "parameter-location-changed", "B", {}, {f"{_AT}/parameters/0/in": "header"}),
    ("parameter-style-changed", "B", "parameter-style-changed", "B", {}, {f"{_AT}/parameters/0/explode": False}),
    ("parameter-deprecated", "D", "parameter-undeprecated", "D", {}, {f"{_AT}/parameters/0/deprecated": True}),
    ("request-body-added-required", "B", "request-body-removed", "B", {f"{_AT}/requestBody": GONE}, {}),
    (
        *("request-body-added-optional", "A", "request-body-removed", "B"),
        {f"{_AT}/requestBody": GONE},
        {f"{_AT}/requestBody/required": False},
    ),
    (
        *("request-body-became-optional", "A", "request-body-became-required", "B"),
        {},
        {f"{_AT}/requestBody/required": GONE},
    ),
    (
        *("request-content-type-added", "A", "request-content-type-removed", "B"),
        {},
        {f"{_AT}/requestBody/content/multipart~1form-data": {"schema": TEXT}},
    ),
    (
        *("request-encoding-changed", "P", "request-encoding-changed", "P"),
        {},
        {f"{_AT}/requestBody/content/application~1json/encoding": {"a": {"contentType": "text/plain"}}},
    ),
    ("response-success-status-added", "A", "response-success-status-removed", "B", {}, {f"{_AT}/responses/202": {}}),
    ("response-failure-status-added", "A", "response-failure-status-removed", "P", {}, {f"{_AT}/responses/404": {}}),
    (
        *("response-content-type-added", "A", "response-content-type-removed", "B"),
        {},
        {f"{_AT}/responses/200/content/text~1html": {"schema": TEXT}},
    ),
    (
        *("response-encoding-changed", "P", "response-encoding-changed", "P"),
        {},
        {f"{_AT}/responses/200/content/application~1json/encoding": {"a": {"contentType": "text/plain"}}},
    ),
    (
        *("response-body-became-optional", "B", "response-body-became-required", "A"),
        {},
        {"/webhooks/done/post/requestBody/required": False},
    ),
    (
        *("response-content-type-removed", "B", "response-content-type-added", "A"),
        {},
        {"/webhooks/done/post/requestBody": GONE},
    ),
    (
        *("response-header-added", "A", "response-header-removed-optional", "P"),
        {},
        {f"{_AT}/responses/200/headers/X-More": {"schema": TEXT}},
    ),
    (
        *("response-header-added", "A", "response-header-removed-required", "B"),
        {},
        {f"{_AT}/responses/200/headers/X-More": {"required": True, "schema": TEXT}},
    ),
    (
        *("response-header-became-required", "A", "response-header-became-optional", "B"),
        {},
        {f"{_AT}/responses/200/headers/X-Here/required": True},
    ),
]


def document(edits: dict[str, Any] | None = None) -> dict[str, Any]:
    """Make a small document with one operation and one webhook, then put values at JSON pointers."""
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    operation = {
        "tags": ["Things"],
        "parameters": [{"name": "limit", "in": "query", "schema": WHOLE}],
        "requestBody": {"required": True, "content": body},
        "responses": {"200": {"headers": {"X-Here": {"schema": TEXT}}, "content": deepcopy(body)}},
    }
    hook = {"requestBody": {"required": True, "content": {"application/json": {"schema": TEXT}}}, "responses": {}}
    made = deepcopy(
        {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1"},
            "servers": [{"url": "https://a.test"}],
            "tags": [{"name": "Things"}],
            "security": [{"bearer": []}],
            "paths": {"/things": {"post": operation}},
            "webhooks": {"done": {"post": hook}},
            "components": {"securitySchemes": _LOGIN, "schemas": {"Thing": {"type": "object"}}},
        }
    )
    for pointer, value in (edits or {}).items():
        put(made, pointer, value)
    return made


def with_schema(schema: Any, side: str) -> dict[str, Any]:
    """Make a document that has a schema as a property of what is sent or received."""
    holder = {"type": "object", "properties": {"it": schema}}
    part = "requestBody" if side == "request" else "responses/200"
    return document({f"{_AT}/{part}/content/application~1json/schema": holder})


def put(document: Any, pointer: str, value: Any) -> None:
    """Put a value at a JSON pointer, making the objects on the way; GONE takes away what is there."""
    *way, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    node = document
    for token in way:
        node = node[int(token)] if isinstance(node, list) else node.setdefault(token, {})
    if value is GONE:
        del node[int(last) if isinstance(node, list) else last]
    elif isinstance(node, list):
        node[int(last) : int(last) + 1] = [deepcopy(value)]
    else:
        node[last] = deepcopy(value)
