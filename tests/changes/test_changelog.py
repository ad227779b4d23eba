"""The command: formats, exit codes, and what it does with files that are no documents."""

import json

import pytest

from scripts.changelog import main, operation_names
from scripts.changes.contracts import compare
from scripts.changes.reports import as_json, as_markdown, as_text
from scripts.files.documents import pointer as pointer_of
from scripts.files.failures import Refused
from tests.changes.cases import GONE, document, put

WORDS, WIDER, MAYBE, BROKEN = (
    {"/info/description": "words"},
    {"/paths/~1more": {"get": {"responses": {}}}},
    {"/paths/~1things/post/parameters/0": GONE},
    {"/paths/~1things/post": GONE},
)


@pytest.fixture
def files(tmp_path):
    """Write documents as files and give their names."""

    def write(*documents):
        paths = [tmp_path / f"{index}.json" for index in range(len(documents))]
        for path, content in zip(paths, documents, strict=True):
            path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return [str(path) for path in paths]

    return write


@pytest.mark.parametrize(("form", "write"), [("text", as_text), ("markdown", as_markdown), ("json", as_json)])
def test_output_is_the_report_in_the_format_asked_for(form, write, files, capsys):
    """Standard output holds the report and nothing else; without `--format` it is text."""
    assert main([*files(document(), document(BROKEN)), "--format", form]) == 0
    assert capsys.readouterr() == (write(compare(document(), document(BROKEN))), "")


@pytest.mark.parametrize(
    ("edits", "codes"),
    [({}, [0, 0, 0, 0]), (WORDS, [0, 0, 0, 1]), (WIDER, [0, 0, 1, 1]), (MAYBE, [0, 1, 1, 1]), (BROKEN, [1] * 4)],
)
def test_exit_code_is_1_from_the_grade_on_that_fails(edits, codes, files):
    """`--fail-on` a grade gives 1 for changes of that grade or worse, 0 otherwise; without it 0."""
    arguments = files(document(), document(edits))
    grades = ["breaking", "potentially-breaking", "additive", "documentation"]

    assert [main([*arguments, "--fail-on", grade]) for grade in grades] == codes
    assert main(arguments) == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"openapi": "3.1.0", "openapi": "3.1.0"}',
        b'{"swagger": "2.0", "paths": {}}',
        b'{"openapi": "3.1.0", "paths": []}',
        b'{"openapi": "3.1.0", "paths": {"/a": {"get": 5}}}',
        b'{"openapi": "3.1.0", "paths": {"/a": {"$ref": "https://evil.test/a.json"}}}',
        b'{"openapi": "3.1.0", "paths": {"/a": {"$ref": "#/paths/~1a"}}}',
        b"[" * 100_000,
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_2_and_one_line(content, files, capsys):
    """A file that is not an OpenAPI document, on either side, is refused in one printable line, without a report."""
    for arguments in (files(document(), content), files(content, document())):
        assert main(arguments) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("changelog: ")
        assert err.count("\n") == 1


def test_missing_file_is_2(tmp_path, capsys):
    """A file that is not there is refused by name."""
    assert main([str(tmp_path / "none.json"), str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err


JUNK = [None, 5, "x", [], {}, True, [None], {"$ref": 5}, {"$ref": "#/nope"}, {"$ref": "#"}, {"a": None}]
RICH = {
    "type": ["object", "null"],
    "required": ["a"],
    "properties": {
        "a": {"type": "string", "enum": ["x"], "default": "x", "minLength": 1, "pattern": "x", "format": "y"},
        "b": {"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"nullable": True}], "discriminator": {}},
        "c": {"type": "array", "items": {"allOf": [{"type": "integer", "minimum": 1, "multipleOf": 2}]}, "maxItems": 2},
        "d": {"const": 1, "readOnly": True, "not": {"type": "string"}},
    },
    "additionalProperties": {"type": "string"},
}


def _pointers(value, pointer=""):
    yield pointer
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield from _pointers(inner, pointer + pointer_of(key))


@pytest.mark.parametrize("junk", JUNK, ids=str)
def test_junk_anywhere_is_compared_or_refused(junk):
    """Whatever stands wherever: there is a report in every form, or a refusal, and never any other error."""
    base = document({"/components/schemas/Thing": RICH})
    for pointer in list(_pointers(base))[1:]:
        other = document({"/components/schemas/Thing": RICH})
        put(other, pointer, junk)
        for old, new in ((base, other), (other, base)):
            assert all(_forms(old, new))


def _forms(old, new):
    """Give the three forms of the report, or the one line of the refusal."""
    try:
        report = compare(old, new)
    except Refused as refusal:
        return [str(refusal).isprintable()]
    return [as_text(report), as_markdown(report), as_json(report)]


def test_limits_that_are_none_meet_in_parts_without_an_error():
    """A least length that is a text is no limit; a change beside it is told all the same, as unclassified."""
    parts = {"allOf": [{"type": "string", "minLength": 1}, {"type": "string", "minLength": "x"}]}
    other = {"allOf": [{"type": "string", "minLength": 2}, {"type": "string", "minLength": "x"}]}
    old, new = (document({"/components/schemas/Thing": one}) for one in (parts, other))

    assert {change.rule for change in compare(old, new).changes} == {"request-unclassified", "response-unclassified"}


def test_names_come_from_the_effective_contract():
    """What we call an operation is the operationId that the corrections gave it."""
    contract = {"paths": {"/a": {"get": {"operationId": "list_a"}, "parameters": []}, "/b": {"post": {}}}}

    assert operation_names(contract) == {"GET /a": "list_a"}


def test_recursive_schemas_are_compared_to_the_end():
    """Schemas that contain themselves, directly or by way of others, are compared once and wholly."""
    tree = {
        "/components/schemas/Thing": {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Twig"}}},
        "/components/schemas/Twig": {
            "type": "object",
            "properties": {"up": {"$ref": "#/components/schemas/Thing"}, "size": {"type": "integer"}},
        },
        "/paths/~1twig": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Twig"}}}}
                }
            }
        },
    }
    edits = {
        "/components/schemas/Thing/properties/new": {"type": "string"},
        "/components/schemas/Twig/properties/size": {},
    }
    found = {(c.rule, c.operation) for c in compare(document(tree), document({**tree, **edits})).changes}

    assert found == {
        (f"{side}-{rule}", operation)
        for rule in ("property-added-optional", "type-widened")
        for side, operation in (("request", "POST /things"), ("response", "POST /things"), ("response", "GET /twig"))
    }


def test_a_deeply_nested_document_is_refused_not_crashed():
    """Nesting beyond what can be followed is a refusal."""
    schema = {"type": "string"}
    for _ in range(100_000):
        schema = {"allOf": [schema]}
    deep = {"openapi": "3.1.0", "paths": {"/a": {"post": {"requestBody": {"content": {"a/b": {"schema": schema}}}}}}}

    with pytest.raises(Refused, match="nested too deeply"):
        compare(deep, deep)
