"""A made-up document with what the published one does not have, but a later version may."""

from __future__ import annotations

from typing import Any

OVERLAY: dict[str, Any] = {
    "overlay": "1.0.0",
    "info": {"title": "Corrections", "version": "1"},
    "actions": [
        {
            "target": "$.paths['/shelves/{shelf-id}/books'].get",
            "description": "Names the operation.",
            "x-matches": 1,
            "update": {"operationId": "list_books"},
        },
        {
            "target": "$.tags[?@.name == 'Odd & Ends']",
            "description": "Names the resource.",
            "x-matches": 1,
            "update": {"x-resource-name": "odds"},
        },
        {
            "target": "$.components.schemas.Book.properties.mood",
            "description": "Names the enum.",
            "x-matches": 1,
            "update": {"title": "Mood"},
        },
    ],
}


def ref(name: str, kind: str = "schemas") -> dict[str, str]:
    """Refer to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def json_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Make the content of a JSON body."""
    return {"application/json": {"schema": schema}}


BOOK = {
    "type": "object",
    "required": ["id", "kind", "printed_at", "author"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "kind": {"const": "book"},
        "printed_at": {"type": "string", "format": "date-time"},
        "published_on": {"type": "string", "format": "date", "nullable": True},
        "mood": {"type": "string", "enum": ["light", "dark", None], "nullable": True},
        "stars": {"type": "integer", "enum": [1, 2, 3]},
        "author": {"allOf": [ref("Person")], "description": "Who wrote it.", "nullable": True},
        "editor": {**ref("Person"), "description": "Who edited it."},
        "parts": {"type": "array", "items": ref("Book"), "maxItems": 9},
        "sequel": {"anyOf": [ref("Book"), {"nullable": True}]},
        "prices": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
        "matrix": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        "length": {"type": ["integer", "string", "null"]},
        "weight": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
        "class": {"type": "string", "minLength": 2, "maxLength": 8, "pattern": "^[a-z]+$"},
        "any": {},
        "additional_properties": {"type": "string"},
        "shape": {"oneOf": [ref("Circle"), ref("Square")]},
        "tags": {"type": "array", "uniqueItems": True, "items": {"type": "string"}, "nullable": True},
    },
    "additionalProperties": False,
}
PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "friends": {"type": "array", "items": ref("Person")}},
    "minProperties": 1,
}
SCHEMAS = {
    "Book": BOOK,
    "Person": PERSON,
    "Author": {
        "allOf": [ref("Person"), {"type": "object", "required": ["pen"], "properties": {"pen": {"type": "string"}}}]
    },
    "Circle": {
        "type": "object",
        "required": ["r"],
        "properties": {"r": {"type": "number"}},
        "additionalProperties": False,
    },
    "Square": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "number"}},
        "additionalProperties": False,
    },
    "Shape": {"oneOf": [ref("Circle"), ref("Square")]},
    "Books": {"type": "array", "items": ref("Book")},
    "Level": {"type": "integer", "enum": [10, 20]},
    "Words": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    "Unused": {"type": "object", "properties": {"nothing": {"type": "boolean"}}},
    "Problem": {
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "additionalProperties": {"type": "string"},
    },
}
PLACE = {
    "type": "object",
    "required": ["x", "y"],
    "properties": {"x": {"type": "integer", "example": 3}, "y": {"type": "string", "example": "q"}},
    "additionalProperties": False,
}
WORDS = {"type": "array", "items": {"type": "string"}, "example": ["one", "two"]}
LIST = {
    "tags": ["Shelves"],
    "parameters": [
        {"name": "level", "in": "query", "schema": ref("Level")},
        {
            "name": "mood",
            "in": "query",
            "schema": {"type": "array", "items": {"type": "string", "enum": ["a", "A", "a-a"]}},
        },
        {"name": "since", "in": "query", "required": True, "schema": {"type": "string", "format": "date-time"}},
        {"name": "X-Trace", "in": "header", "schema": {"type": "string", "nullable": True}},
        {"name": "session", "in": "cookie", "schema": {"type": "string"}},
        {"name": "near", "in": "query", "schema": PLACE},
        {"name": "far", "in": "query", "explode": False, "schema": PLACE},
        {"name": "box", "in": "query", "style": "deepObject", "explode": True, "schema": PLACE},
        {"name": "words", "in": "query", "style": "pipeDelimited", "explode": False, "schema": WORDS},
        ref("Page", "parameters"),
    ],
    "responses": {
        "200": {"description": "Books.", "content": json_of(ref("Books"))},
        "204": {"description": "None."},
        "4XX": ref("Refused", "responses"),
        "default": {"description": "Else.", "content": {"application/problem+json": {"schema": ref("Problem")}}},
    },
}
PUT = {
    "operationId": "put_book",
    "tags": ["Odd & Ends"],
    "requestBody": ref("BookBody", "requestBodies"),
    "responses": {
        "200": {"description": "Text.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        "201": {"description": "Any.", "content": json_of({})},
        "202": {"description": "Shape.", "content": json_of(ref("Shape"))},
    },
}
FORM = {
    "operationId": "sendForm",
    "tags": ["Odd & Ends"],
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["q"],
                    "properties": {"q": {"type": "string"}, "n": {"type": "integer"}},
                }
            }
        }
    },
    "responses": {"200": {"description": "Map.", "content": json_of(ref("Words"))}},
}
PHOTO = {
    "operationId": "send_photo",
    "tags": ["Odd & Ends"],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"photo": {"type": "string", "format": "binary"}, "note": {"type": "string"}},
                }
            }
        },
    },
    "responses": {"200": {"description": "Map.", "content": json_of(ref("Words"))}},
}
FETCH = {
    "responses": {
        "200": {
            "description": "File.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Books", "version": "2"},
    "tags": [{"name": "Shelves"}, {"name": "Odd & Ends", "description": "The rest."}],
    "paths": {
        "/shelves/{shelf-id}/books": {
            "parameters": [{"name": "shelf-id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "get": LIST,
        },
        "/books": {"put": PUT, "patch": {**PUT, "operationId": "patch_book"}},
        "/form": {"post": FORM, "get": FETCH},
        "/photo": {"post": PHOTO},
    },
    "components": {
        "schemas": SCHEMAS,
        "parameters": {
            "Page": {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}}
        },
        "responses": {"Refused": {"description": "No.", "content": json_of(ref("Problem"))}},
        "requestBodies": {"BookBody": {"required": True, "content": json_of(ref("Book"))}},
    },
}
