"""Text, Markdown and JSON say the same, in the same order every time, and never trust the document's words."""

import json
import re
from copy import deepcopy

import pytest
from markdown_it import MarkdownIt

from scripts.changes.contracts import compare
from scripts.changes.reports import as_json, as_markdown, as_text, code
from scripts.files.documents import pointer
from tests.changes.cases import GONE, document
from tests.changes.rewrites import reversed_keys

HOSTILE = [
    "@team please merge",
    "[click](https://evil.test)",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.test/x.png)",
    "`code` ``more`` ```fence",
    "` `",
    "`",
    "line\nbreak\r\n# Heading",
    "https://evil.test fixes #1",
    "\x1b[31mred\x07\x00",
    "\u202eesrever\u2066\u200b\ufeff",
    "</code></details>",
    "| a | b |",
    "{} {0} {values} %s",
    "x" * 100_000,
    "a\u0301\u0301\u0301\u2028b",
]


def _hostile_report(words):
    """Put the words wherever a document has names or text of its own."""
    schema = {
        "type": "object",
        "properties": {words: {"type": "string", "enum": [words], "default": words, "pattern": words, "format": words}},
    }
    operation = {
        "tags": [words],
        "operationId": words,
        "security": [{words: [words]}],
        "servers": [{"url": words}],
        "parameters": [{"name": words, "in": "query", "required": True, "schema": {"type": words}}],
        "responses": {words: {}, "200": {"headers": {words: {}}, "content": {words: {"schema": schema}}}},
        words: words,
    }
    edits = {
        "/info/title": words,
        "/info/version": words,
        "/servers": [{"url": words}],
        "/tags/1": {"name": words},
        "/paths" + pointer(f"/{words}"): {"get": operation},
        f"/components/schemas{pointer(words)}": schema,
        **{f"/paths/~1things/post/{key}": value for key, value in operation.items() if key != words},
        "/components/schemas/Thing": {**schema, words: words, "anyOf": [schema, {"title": words}]},
    }
    return compare(document(), document(edits))


FOLDS = re.compile(r"(?m)^(?:<details>|<summary>[A-Z][a-z ]+: \d+ lines</summary>|</details>)$")


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_of_hostile_words_is_only_headings_lists_and_code(words, folded):
    """Whatever the document says ends up in code spans: no link, image, HTML, heading or mention of its making."""
    text = as_markdown(_hostile_report(words), folded=folded)
    text = FOLDS.sub("", text) if folded else text
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    inline = [child for item in tokens for child in item.children or []]

    assert {child.type for child in inline} <= {"text", "code_inline"}
    assert {item.type for item in tokens} <= {
        *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    }
    outside = "".join(child.content for child in inline if child.type == "text")
    assert not set("@<>[]#`|") & set(outside)
    assert "evil" not in outside


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("form", [as_text, as_markdown, as_json])
def test_every_form_of_hostile_words_is_printable_lines(form, words):
    """No control, bidirectional or invisible character of the document reaches a terminal or a file."""
    text = form(_hostile_report(words))

    assert all(line.isprintable() for line in text.split("\n"))
    assert "\u0301" not in text
    assert max(len(line) for line in text.split("\n")) < 2000 or form is as_json


@pytest.mark.parametrize("words", [words for words in HOSTILE if words.isprintable() and len(words) < 50])
def test_code_span_shows_the_words_themselves(words):
    """A code span of printable words reads as these words, whatever backticks are in them."""
    (paragraph,) = (item for item in MarkdownIt().parse(f"a {code(words)} b") if item.type == "inline")
    (span,) = (child for child in paragraph.children if child.type == "code_inline")

    assert span.content.strip() == words.strip()


@pytest.mark.parametrize("form", [as_text, as_markdown])
def test_people_get_the_pointers_too(form):
    """Text and Markdown say where a change stands in both documents, once where it is the same place."""
    edits = {"/paths/~1more": {"get": {"responses": {}}}, "/paths/~1things/post/parameters/0/schema/type": "string"}
    text = form(compare(document(), document(edits))).replace("`", "'")

    assert "old '/paths', new '/paths/~1more/get'" in text
    assert "at '/paths/~1things/post/parameters/0/schema/type'" in text


def test_wording_goes_the_way_of_what_it_words():
    """What is said of a parameter is about what is sent, what is said of an answer about what is received."""
    at = "/paths/~1things/post"
    edits = {f"{at}{part}/description": "words" for part in ("/parameters/0", "/requestBody", "/responses/200", "")}
    report = compare(document(), document(edits))

    assert {change.new.removeprefix(at): change.direction for change in report.changes} == {
        "/parameters/0/description": "request",
        "/requestBody/description": "request",
        "/responses/200/description": "response",
        "/description": None,
    }


def test_shared_change_is_told_once_with_its_operations():
    """A change in a shared component is one line that names the operations, and one row for each in JSON."""
    shared = {
        "get": {
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}
        }
    }
    paths = {f"/paths/~1{name}": shared for name in "abcdefgh"}
    old = document(paths)
    report = compare(old, document({**paths, "/components/schemas/Thing/properties": {"a": {}}}))
    rows = [row for row in json.loads(as_json(report))["changes"] if row["id"] == "response-property-added-optional"]

    assert as_text(report).count("[response-property-added-optional]") == 1
    assert "and 3 more" in as_text(report)
    assert len(rows) == 9
    assert len({row["group"] for row in rows}) == 1


def test_wording_does_not_flood():
    """However many descriptions change, they are one line; JSON has each with its pointers."""
    schemas = {f"/components/schemas/Thing/properties/p{index}": {"type": "string"} for index in range(50)}
    words = {f"{pointer}/description": "new words" for pointer in schemas}
    report = compare(document(schemas), document({**schemas, **words}))

    assert len(as_text(report).splitlines()) == 4
    assert len({row["new"] for row in json.loads(as_json(report))["changes"]}) == 50


def test_markdown_keeps_to_its_size_and_says_what_is_missing():
    """A pull request's body has a limit: the worst changes come first, and what is left out is counted."""
    edits = {f"/paths/~1p{index}": {"get": {"responses": {}}} for index in range(500)}
    text = as_markdown(compare(document(edits), document()), most=5000)

    assert len(text) <= 5000
    shown = text.count("\n- ")
    assert f"{500 - shown} more lines do not fit here" in text
    assert "do not fit" not in as_markdown(compare(document(edits), document()), most=100_000)


def test_json_has_every_change_with_all_that_is_known():
    """A row holds id, grade, operation, our name of it, direction, both pointers and a sentence."""
    new = document(
        {"/paths/~1things/post/requestBody/content/application~1json/schema": {"type": "object", "required": ["a"]}}
    )
    report = compare(document(), new, {"POST /things": "make_thing"})
    (row,) = json.loads(as_json(report))["changes"]

    assert row == {
        "id": "request-property-added-required",
        "grade": "breaking",
        "operation": "POST /things",
        "name": "make_thing",
        "direction": "request",
        "old": "/components/schemas/Thing",
        "new": "/paths/~1things/post/requestBody/content/application~1json/schema",
        "text": "'application/json body.a' is new and required",
        "group": 0,
    }


def test_reports_do_not_depend_on_the_order_of_keys():
    """Documents that say the same in another order give the same report, to the letter."""
    new = document(
        {"/paths/~1things/post/tags": ["b", "c"], "/paths/~1more": {"get": {"responses": {}}}, "/servers": GONE}
    )
    turned = compare(reversed_keys(document()), reversed_keys(deepcopy(new)))

    assert [as_json(turned), as_markdown(turned)] == [
        as_json(compare(document(), new)),
        as_markdown(compare(document(), new)),
    ]
