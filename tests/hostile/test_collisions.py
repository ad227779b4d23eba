"""Names that are harmless alone and meet once they are Python's: refused, or kept apart."""

import pytest

from scripts.files import documents
from scripts.files.failures import Refused

from .places import PLACES, add_property, answer, schemas, text, thing


def put(place, *names):
    """Give an edit that puts names at a place."""
    return lambda document: PLACES[place](document, list(names))


MEETING = {
    "schemas by case": put("schema", "PDFExport", "PdfExport"),
    "schemas by dash": put("schema", "My-Thing", "MyThing"),
    "schema with a published one": put("schema", "job_interview_pdf_request"),
    "schema in lower case": put("schema", "error"),
    "operations by case": put("operation", "getThing", "get_thing"),
    "operation twice": put("operation", "get_thing", "get_thing"),
    "operations by dot": put("operation", "get.thing", "get-thing"),
    "tags by case": put("tag", "fresh start", "Fresh Start"),
    "tag with a published one": put("tag", "coaching-catalogue"),
    "tag by sign": put("tag", "Resume, Form verification"),
    "properties by sign": put("property", "+1", "-1"),
    "properties by delimiter": put("property", "a b", "a.b"),
    "properties by keyword": put("property", "class", "class_"),
}


@pytest.mark.parametrize("edit", MEETING.values(), ids=MEETING)
def test_names_that_meet_are_refused(published, refuses, edit):
    """Two names that would be one file, function or attribute are refused, and both are named."""
    edit(published)

    assert any(" meets '" in line or "is called '" in line for line in refuses(published))


def test_a_repeated_key_is_refused_where_it_stands(published):
    """A document in which a name stands twice never gets as far as to be read twice."""
    content = documents.dump(published).replace(b'"Error": {', b'"Error": {},\n      "Error": {', 1)
    with pytest.raises(Refused, match='key "Error" stands twice in "/components/schemas"'):
        documents.parse(content, name="x")


def test_names_that_can_be_told_apart_are_kept_apart(published, refuses, harmless):
    """Members, attributes and arguments that meet each other, or names of ours, get names of their own."""
    add_property(published, "a", {"type": "string", "enum": ["a", "A", "a-b", "a_b", "a b", "", "-", "_", "1", "a"]})
    add_property(published, "b", {"type": "string", "enum": ["C", "C#", "C++", "c", "mro", "name", "value", "None"]})
    PLACES["property"](published, ["fooBar", "foo_bar", "Foo.bar", "_a", "__a"])
    PLACES["property"](published, ["to_dict", "from_dict", "additional_properties", "additional_keys", "_table"])
    PLACES["property"](published, ["self", "class", "None", "print", "str", "datetime", "UNSET", "Any", "field"])
    PLACES["query parameter"](published, ["client", "url", "body", "self", "call", "limit"])
    published["paths"]["/fresh/{limit}"] = {"get": _same_name_everywhere()}
    published["paths"]["/fresh"] = {"post": {**answer(), **_body(thing()), "parameters": [_parameter("body", "query")]}}

    assert refuses(published) == []
    harmless(published)


def _same_name_everywhere():
    places = ("path", "query", "header", "cookie")
    return {**answer(), "parameters": [_parameter("limit", place) for place in places]}


def _parameter(name, place):
    return {"name": name, "in": place, "required": place == "path", "schema": text()}


def _body(schema):
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def test_what_is_odd_and_no_danger_passes(published, refuses, harmless):
    """Real documents hold odd things; none of these is a reason to refuse one."""
    PLACES["property"](published, ["@type", "$schema", "foo:bar", "1st", "a/b", "x[]", "naïve", "日本", "50%", "it's"])
    PLACES["enum value"](
        published, ["two words", "a:b", "", ">=", "50%", "été", "日本", "👍", 'say "hi"', "C:\\x", "{a}"]
    )
    PLACES["tag"](published, ["Terms & Conditions", "v2/Reports", "A, B"])
    published["paths"]["/v1.1/some-things:batch/{thing-id}/"] = {"get": answer("thing-id")}
    add_property(published, "tree", {"$ref": "#/components/schemas/Tree"})
    schemas(published)["Tree"] = {
        "type": "object",
        "title": "A tree, or “branch”",
        "properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }

    assert refuses(published) == []
    harmless(published)
