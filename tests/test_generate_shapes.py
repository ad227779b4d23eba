"""Shapes that a later version of the document may have: each works and means the same, or is refused by its place.

All that works stands in one document, which is generated and proved once; a shape that breaks is named by its pointer.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, TypedDict

import pytest

from scripts.correct import effective
from scripts.drift.loading import package
from scripts.drift.meaning import meaning
from scripts.files.failures import Refused
from scripts.generate import build
from scripts.generation.dialect import TAKEN_CLASSES, read
from scripts.generation.fence import check_tree
from scripts.generation.parser import load_config
from scripts.safety import checks as safety

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
FILE: Json = {"type": "string", "format": "binary"}
SERVER = "https://api.example.com"
# Corrections have to do something; this one says nothing of meaning.
OVERLAY: Json = {
    "overlay": "1.0.0",
    "info": {"title": "Corrections", "version": "1"},
    "actions": [{"target": "$.info", "description": "Notes.", "x-matches": 1, "update": {"description": "Shapes."}}],
}


def ref(name: str) -> Json:
    """Refer to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def holding(**properties: Any) -> Json:
    """Make an object of properties."""
    return {"type": "object", "properties": properties}


def json_of(schema: Any) -> Json:
    """Make JSON content."""
    return {"application/json": {"schema": schema}}


# What a property may be, in a body and in an answer.
PROPERTIES: dict[str, Any] = {
    "array without items": {"type": "array"},
    "array of anything": {"type": "array", "items": True},
    "array in a list of types": {"type": ["string", "number", "boolean", "object", "array", "null"]},
    "places with types": {"type": "array", "prefixItems": [TEXT, {"type": "integer"}], "items": False},
    "nested arrays": {
        "type": "array",
        "items": {"type": "array", "items": {"type": "array", "items": holding(a=TEXT)}},
    },
    "nullable entries": {"type": "array", "items": {**holding(a=TEXT), "nullable": True}},
    "true": True,
    "nothing said": {},
    "integers": {"type": "integer", "enum": [-1, 0, 1], "nullable": True},
    "integers called numbers": {"type": "number", "enum": [1]},
    "fractions": {"type": "number", "enum": [0.5, 1, 2.5]},
    "a flag": {"type": "boolean", "enum": [True]},
    "a flag or null": {"type": "boolean", "enum": [False], "nullable": True},
    "several types": {"enum": ["a", 1, False, None], "nullable": True},
    "null alone": {"enum": [None]},
    "constant text": {"type": "string", "const": "x", "default": "x"},
    "constant with quotes": {"const": "a\"b'c\\"},
    "constants in quotes": {"type": "array", "items": {"anyOf": [{"const": '"Any'}, {"const": "\\None"}]}},
    "constant null": {"const": None},
    "constant flag": {"type": "boolean", "const": True, "nullable": True},
    "constant fraction": {"const": 1.5},
    "titled constants": {"oneOf": [{"const": "x", "title": "X"}, {"const": "y", "title": "Y"}]},
    "letters": {"type": "string", "pattern": "^\\p{L}+$", "minLength": 2},
    "named group": {"type": "string", "pattern": "^(?<year>\\d{4})$"},
    "told apart": {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}},
    "inline choice": {"oneOf": [holding(a=TEXT), holding(b=TEXT)]},
    "titled choice": {"anyOf": [{**holding(a=TEXT), "title": "One form"}, {**holding(b=TEXT), "title": "Two forms"}]},
    "two objects": {"allOf": [ref("Cat"), ref("Dog")]},
    "object beside its base": {"allOf": [ref("Cat")], **holding(more=TEXT), "required": ["more"]},
    "type beside its base": {"type": "object", "allOf": [ref("Cat")], "description": "A cat."},
    "limits in parts": {"allOf": [TEXT, {"minLength": 2}, {"type": "string", "maxLength": 9}]},
    "one part": {"allOf": [TEXT]},
    "one part and notes": {"allOf": [TEXT, {"description": "d"}]},
    "reference and notes": {"allOf": [ref("Cat"), {"deprecated": True}]},
    "limit before its type": {"allOf": [{"minLength": 1}, TEXT]},
    "type beside its own": {"type": "string", "allOf": [TEXT]},
    "closed": {**holding(a=TEXT), "additionalProperties": False},
    "map of fractions": {"type": "object", "additionalProperties": {"const": 1.5}},
    "nullable reference": {**ref("Cat"), "nullable": True},
    "reference to null": {"allOf": [ref("MaybeCat")], "description": "A cat, or none."},
    "choice with null inside": {"anyOf": [ref("MaybeCat"), ref("Dog")]},
    "part of another": {"$ref": "#/components/schemas/Cat/properties/collar"},
    "definition": {"$ref": "#/components/schemas/Cat/$defs/Tag", "description": "What hangs there."},
    "wrong default": {"type": "integer", "default": "three"},
    "default of no member": {"type": "string", "enum": ["a", "b"], "default": "c"},
    "default of another date": {"type": "string", "format": "date", "default": "today"},
    "examples": {"type": "string", "examples": ["a"], "deprecated": True, "readOnly": True},
    "binary in JSON": FILE,
    "text in quotes": {"type": "string", "enum": ["\U0001f600\u00a0x", "b"]},
}
SCHEMAS: Json = {
    "Cat": {
        **holding(
            kind=TEXT, name=TEXT, collar=holding(colour=TEXT, tag={"$ref": "#/components/schemas/Cat/$defs/Tag"})
        ),
        "$defs": {"Tag": {"type": "string", "maxLength": 3}},
        "required": ["name"],
    },
    "Dog": {**holding(kind=TEXT, bark={"type": "integer"}), "required": ["bark"]},
    "MaybeCat": {**holding(cat=ref("Cat")), "nullable": True},
    "MaybeMood": {"type": "string", "enum": ["good", "bad"], "nullable": True},
    "MaybeText": {**TEXT, "nullable": True},
    "Kitten": ref("Cat"),
    "Kitty": {**ref("Kitten"), "description": "The same."},
    "Grown": {"type": "object", "allOf": [ref("Cat")], "properties": {"age": {"type": "integer"}}},
    "Plain": {"type": "object", "allOf": [ref("Cat")]},
    "Anything": True,
    "Always": {"type": "string", "const": "x"},
    "Halves": {"type": "number", "enum": [0.5, 1.5]},
    "Yes": {"type": "boolean", "enum": [True]},
    "Several": {"type": "array"},
    "Pets": {"type": "array", "items": {"oneOf": [ref("Cat"), ref("Dog")]}},
}
ANSWERS: Json = {
    "PDF": {"application/pdf": {"schema": FILE}},
    "picture": {"image/png": {}},
    "anything": {"*/*": {"schema": ref("Cat")}},
    "rows": {"text/csv": {"schema": TEXT}},
    "bytes without a schema": {"application/octet-stream": {}},
    "JSON without a schema": {"application/json": {}},
    "true": json_of(True),
    "PDF or JSON": {"application/pdf": {"schema": FILE}, "application/json": {"schema": ref("Cat")}},
    "text or JSON": {"text/html": {"schema": TEXT}, "application/json": {"schema": ref("Cat")}},
    "nullable": json_of(ref("MaybeCat")),
    "flag": json_of({"type": "boolean", "enum": [True]}),
    "inline rows": json_of({"type": "array", "items": holding(a=TEXT)}),
}
BODIES: Json = {
    "choice": json_of({"anyOf": [ref("Cat"), ref("Dog")]}),
    "inline choice": json_of(
        {"oneOf": [{**holding(a=TEXT), "required": ["a"]}, {**holding(b=TEXT), "required": ["b"]}]}
    ),
    "nullable": json_of({**holding(a=TEXT), "nullable": True}),
    "nothing said": {"application/json": {}},
    "rows": json_of({"type": "array", "minItems": 1, "items": ref("Cat")}),
    "text": {"text/csv": {"schema": TEXT}},
    "bytes": {"application/octet-stream": {"schema": FILE}},
    "PDF": {"application/pdf": {}},
    "JSON or PDF": {**json_of(ref("Cat")), "application/pdf": {"schema": FILE}},
    "one type, two forms": {**json_of(ref("Cat")), "application/x-www-form-urlencoded": {"schema": ref("Cat")}},
    "form": {"application/x-www-form-urlencoded": {"schema": holding(a=TEXT, many={"type": "array", "items": TEXT})}},
    "files": {"multipart/form-data": {"schema": holding(file=FILE, note=ref("Cat"))}},
}
PARAMETERS = (
    {"name": "flag", "in": "query", "schema": {"type": "boolean", "default": "no"}},
    {"name": "halves", "in": "query", "schema": {"type": "number", "enum": [0.5, 1.5], "default": 0.5}},
    {"name": "many", "in": "query", "schema": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}},
    {"name": "any-many", "in": "query", "schema": {"type": "array"}},
    {"name": "sync_detailed", "in": "query", "schema": TEXT},
    {"name": "rgb", "in": "query", "schema": holding(r={"type": "integer"}, g={"type": "integer"})},
    {"name": "deep", "in": "query", "style": "deepObject", "explode": True, "schema": holding(a=TEXT)},
    {"name": "piped", "in": "query", "style": "pipeDelimited", "schema": {"type": "array", "items": TEXT}},
    {"name": "joined", "in": "query", "explode": False, "schema": {"type": "array", "items": TEXT}},
    {"name": "X-Level", "in": "header", "required": True, "schema": {"type": "integer", "enum": [1, 2]}},
    {"$ref": "#/components/parameters/Since"},
)


def operation(**parts: Any) -> Json:
    """Make an operation that answers nothing much."""
    return {"tags": ["Shapes"], "responses": {"204": {"description": "Done."}}, **parts}


def document() -> Json:
    """Put every shape into one document."""
    shapes = {f"{'abcdefghij'[i // 10]}{i % 10} {name}": schema for i, (name, schema) in enumerate(PROPERTIES.items())}
    body = {"required": True, "content": json_of(ref("Shapes"))}
    answer = {"description": "Shapes.", "content": json_of(ref("Shapes"))}
    paths: Json = {"x-note": "no path", "/shapes": {"post": operation(requestBody=body, responses={"200": answer})}}
    for index, content in enumerate(ANSWERS.values()):
        answers = {"200": {"description": "So.", "content": content}, "4XX": {"$ref": "#/components/responses/Bad"}}
        paths[f"/answers/{index}"] = {"get": operation(tags=["2 Import"], responses=answers)}
    for index, content in enumerate(BODIES.values()):
        paths[f"/bodies/{index}"] = {
            "post": operation(tags=["Import"], requestBody={"required": True, "content": content})
        }
    paths["/bodies/named"] = {"post": operation(requestBody={"$ref": "#/components/requestBodies/Rows"})}
    paths["/parameters"] = {"get": operation(parameters=list(PARAMETERS), deprecated=True)}
    limited = {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 2}}
    components = {
        "schemas": {**SCHEMAS, "Shapes": holding(**shapes)},
        "parameters": {"Since": {"name": "since", "in": "query", "schema": {"type": "string", "format": "date"}}},
        "requestBodies": {"Rows": {"required": True, "content": json_of(limited)}},
        "responses": {"Bad": {"description": "No.", "content": json_of(limited)}},
    }
    return copy.deepcopy(
        {
            "openapi": "3.1.0",
            "info": {"title": "Shapes", "version": "1"},
            "servers": [{"url": SERVER}],
            "paths": paths,
            "components": components,
        }
    )


def proved(published: Json, out: Path) -> Path:
    """Take a document all the way; what is unsafe, differs or cannot be told fails, with its pointer."""
    assert [str(one) for one in safety.check(published, accepted_hosts=safety.hosts(published))] == []
    build(effective(published, OVERLAY), out)
    report = meaning(published, OVERLAY, out)

    assert [str(one) for one in (*report.differences, *report.unknown, *check_tree(out))] == []
    return out


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All shapes at once: safe, generated, proved equal, and made of nothing but what templates write."""
    return proved(document(), tmp_path_factory.mktemp("shapes") / "jobmojito_api")


def test_every_shape_works_and_means_the_same(generated: Path) -> None:
    """No shape is lost on the way: each is a field of the model, each answer and body an operation."""
    with package(generated) as loaded:
        shapes = loaded.modules["models/shapes_model.py"].ShapesModel
        operations = loaded.modules["resources/__init__.py"].OPERATIONS
        fields = loaded.modules["codec.py"].table_of(shapes).fields

    assert len(fields) == len(PROPERTIES)
    assert len(operations) == len(ANSWERS) + len(BODIES) + 3


def test_a_fixed_value_is_annotated_as_it_is(generated: Path) -> None:
    """Type checkers see texts, integers and flags as literals; of a fraction they can see that it is a number."""
    model = (generated / "models" / "shapes_model.py").read_text(encoding="utf-8")

    assert ': Literal["a\\"b\'c\\\\"] | Unset = UNSET' in model
    assert "_fractions: float | Literal[1] | Unset = UNSET" in model
    assert '_several_types: Literal["a"] | Literal[1] | Literal[False] | None | Unset = UNSET' in model


def test_a_name_of_ours_gets_a_word_more(tmp_path: Path) -> None:
    """A schema called File or Response is FileModel or ResponseModel, and the document still means the same."""
    names = sorted(TAKEN_CLASSES - {"TYPE_CHECKING", "UNSET", "ClassVar"} | {"Import", "AsyncImport", "Exception"})
    published = document()
    published["tags"] = [{"name": "Import"}]
    kinds = [
        holding(a=TEXT, u={**TEXT, "format": "uuid"}),
        {**TEXT, "enum": ["a", "b"]},
        {"type": "array", "items": TEXT},
    ]
    published["components"]["schemas"] |= {name: kinds[index % 3] for index, name in enumerate(names)}
    published["components"]["schemas"]["Typed"] = kinds[0]
    body = {"required": True, "content": json_of(ref("Typed"))}
    published["paths"]["/typed"] = {"post": operation(requestBody=body)}
    published["components"]["schemas"]["Named"] = holding(**{f"p_{name}": ref(name) for name in names})
    out = proved(published, tmp_path / "jobmojito_api")

    with package(out) as loaded:
        found = set(loaded.modules["models/__init__.py"].__all__)
        inputs = loaded.modules["inputs.py"]
    assert inputs.TypedDict is TypedDict
    assert {f"{name}Model" for name in names if name != "Exception"} <= found


# A shape that cannot work: where it stands, and what is said of it.
REFUSED: dict[str, tuple[Json, str]] = {
    "false": (holding(p=False), "/properties/p: no value fits the schema false"),
    "constant object": (
        holding(p={"const": {}}),
        "/properties/p/const: a fixed value has to be a text, a number or a flag",
    ),
    "list of lists": (holding(p={"enum": [[1]]}), "/properties/p/enum/0: a fixed value has to be"),
    "limits that differ": (
        holding(p={"allOf": [{**TEXT, "maxLength": 5}, {"maxLength": 3}]}),
        "/properties/p: parts of allOf that have another maxLength each",
    ),
    "a word for a number": ({"type": "integer", "minimum": "low"}, "/minimum: the generator cannot read 'minimum': "),
}


def parsed(published: Json) -> None:
    """Take a document as far as the parser."""
    read(effective(published, OVERLAY), load_config())


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_work_is_refused_by_its_place(name: str) -> None:
    """The one line begins with the pointer of the very part and shows no address of an object."""
    schema, told = REFUSED[name]
    published = document()
    published["components"]["schemas"]["Odd"] = copy.deepcopy(schema)
    with pytest.raises(Refused) as refusal:
        parsed(published)

    assert str(refusal.value).startswith(f"/components/schemas/Odd{told}")
    assert not re.search(r"0x[0-9a-f]+|object at|UntrustedString|removal|\n", str(refusal.value))


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"$ref": "#/components/pathItems/Odd"}, "/paths/~1odd: a path that refers to another place"),
        (
            {"post": operation(requestBody={"content": {"application/xml": {"schema": ref("Cat")}}})},
            "/paths/~1odd/post: a body of type application/xml can be a text or a file",
        ),
        (
            {"get": operation(parameters=[{"name": "h", "in": "header", "schema": {"type": "array", "items": TEXT}}])},
            "/paths/~1odd/get/parameters/0: the generator cannot do it: list[str]",
        ),
    ],
)
def test_an_operation_that_cannot_work_is_refused_by_its_place(item: Json, told: str) -> None:
    """What would be lost without a word, or could not be sent, stops generation and names the operation."""
    published = document()
    published["paths"]["/odd"] = item
    published["components"]["pathItems"] = {"Odd": {"get": operation()}}
    with pytest.raises(Refused) as refusal:
        parsed(published)

    assert str(refusal.value).startswith(told)


LIST: Json = {"type": "array", "items": TEXT}


@pytest.mark.parametrize(
    ("parameter", "told"),
    [
        ({"in": "query", "schema": {"type": "array", "items": LIST}}, "a list of lists or objects .* style form"),
        ({"in": "query", "schema": holding(a=LIST)}, "an object of lists or objects .* style form"),
        ({"in": "query", "schema": LIST, "style": "deepObject", "explode": True}, "a list .* style deepObject"),
        ({"in": "query", "schema": TEXT, "style": "deepObject"}, "a value .* style deepObject"),
        ({"in": "query", "schema": TEXT, "style": "pipeDelimited"}, "a value .* style pipeDelimited"),
        ({"in": "query", "schema": LIST, "style": "spaceDelimited", "explode": True}, "a list .* explode true"),
        ({"in": "query", "schema": LIST, "style": "simple"}, "a list .* style simple"),
        ({"in": "query", "schema": TEXT, "style": "tabDelimited"}, "a value .* style tabDelimited"),
        ({"in": "header", "schema": TEXT, "style": "form"}, "a value .* style form"),
        ({"in": "query", "content": json_of({})}, "would not be generated: it has no schema"),
    ],
)
def test_a_parameter_that_no_style_can_write_is_refused_by_its_operation(
    parameter: Json, told: str, tmp_path: Path
) -> None:
    """What OpenAPI's table of styles calls "n/a" or leaves undefined stops generation in one line."""
    published = document()
    published["paths"]["/odd"] = {"get": operation(parameters=[{"name": "odd", **parameter}])}
    with pytest.raises(Refused, match=f"^/paths/~1odd/get: the {parameter['in']} parameter 'odd':? {told}") as refusal:
        build(effective(published, OVERLAY), tmp_path / "jobmojito_api")

    assert "\n" not in str(refusal.value)


def test_styles_are_in_the_tables_as_declared(generated: Path) -> None:
    """The default of a place is not repeated; `explode` is kept where it is not its style's default."""
    code = (generated / "api" / "shapes" / "get_parameters.py").read_text(encoding="utf-8")

    assert re.search(r'"rgb", "rgb", "query", [^,]*\)', code)
    assert re.search(r'"deep", "deep", "query", .*, style="deepObject", explode=True\)', code)
    assert re.search(r'"piped", "piped", "query", .*, style="pipeDelimited"\)', code)
    assert re.search(r'"joined", "joined", "query", .*, explode=False\)', code)
