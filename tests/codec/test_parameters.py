"""Claims of what goes on the wire: OpenAPI's own examples of styles, and values that are refused before that."""

from __future__ import annotations

import datetime as dt
import enum
import io
import uuid
from typing import Any

import httpx
import pytest

from jobmojito_api import File
from jobmojito_api.calls import Body, Operation, Parameter
from jobmojito_api.codec import (
    ANY,
    BINARY,
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    STRING,
    UUID,
    Array,
    Const,
    Enumeration,
    Field,
    Table,
    Type,
    Union,
)
from jobmojito_api.errors import InvalidRequest
from tests.codec.made import Given, model

SECRET = "Ada Lovelace"
COLOURS = ["blue", "black", "brown"]
RGB = {"R": 100, "G": 200, "B": 150}

# The table "Style Examples" of the OpenAPI Specification 3.1.1 (section 4.8.12.6), with the rows in its order: the
# style, `explode`, and the parameter `color` as an empty string, a string, an array and an object; None is "n/a".
STYLES = [
    ("matrix", False, (";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150")),
    ("matrix", True, (";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150")),
    ("label", False, (None, ".blue", ".blue,black,brown", ".R,100,G,200,B,150")),
    ("label", True, (None, ".blue", ".blue.black.brown", ".R=100.G=200.B=150")),
    ("simple", False, (None, "blue", "blue,black,brown", "R,100,G,200,B,150")),
    ("simple", True, (None, "blue", "blue,black,brown", "R=100,G=200,B=150")),
    ("form", False, ("color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150")),
    ("form", True, ("color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150")),
    ("spaceDelimited", False, (None, None, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150")),
    ("pipeDelimited", False, (None, None, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150")),
    ("deepObject", True, (None, None, None, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150")),
]
VALUES: list[Any] = ["", "blue", COLOURS, RGB]
EXAMPLES = [
    (style, explode, value, shown)
    for style, explode, cells in STYLES
    for value, shown in zip(VALUES, cells, strict=True)
    if shown is not None
]


def operation(*parameters: Parameter, path: str = "/it", **parts: Any) -> Operation[Any]:
    """Make an operation of parameters."""
    return Operation("odd", "Odd", "GET", path, {}, STRING, parameters, **parts)


def sent(declared: Operation[Any], **arguments: Any) -> httpx.Request:
    """Make the request as httpx puts it on the wire."""
    return httpx.Client(base_url="https://api.example.com/v1").build_request(**declared.call(arguments).request)


@pytest.mark.parametrize(("style", "explode", "value", "shown"), EXAMPLES, ids=str)
def test_styles_are_written_as_in_the_specification(style: str, explode: bool, value: Any, shown: str) -> None:
    """Each cell of the table, as the url that httpx sends."""
    place = "path" if style in {"matrix", "label", "simple"} else "query"
    colour = Parameter("color", "color", place, ANY, style=style, explode=explode)
    path = "/it/{color}" if place == "path" else "/it"

    request = sent(operation(colour, path=path), color=value)

    assert request.url.raw_path.decode() == (f"/v1/it/{shown}" if place == "path" else f"/v1/it?{shown}")


@pytest.mark.parametrize(
    ("style", "explode", "value"),
    [
        ("spaceDelimited", False, ["a b", "c"]),
        ("pipeDelimited", False, {"a|b": 1}),
        ("deepObject", True, COLOURS),
        ("deepObject", True, "blue"),
        ("form", True, [["a"]]),
        ("form", True, {"a": {"b": 1}}),
        ("form", True, {"other": 1}),
        ("deepObject", True, {"a": [1]}),
    ],
)
def test_value_that_a_style_cannot_write_is_refused(style: str, explode: bool, value: Any) -> None:
    """Nested values, items that hold the separator, and a property called as another parameter have no form."""
    colour = Parameter("color", "color", "query", ANY, style=style, explode=explode)
    declared = operation(Parameter("other", "other", "query", STRING), colour)

    assert refused(declared, other="x", color=value) == ["/color"]


def refused(declared: Operation[Any], **arguments: Any) -> list[str]:
    """Give the places of a refused request, which shows no value and raises nothing but its own error."""
    with pytest.raises(InvalidRequest) as caught:
        _ = declared.call(arguments).request

    error = caught.value
    assert not any(part in f"{error} {error!r} {error.args}" for part in (SECRET, "\\ud800", "\ud800"))
    assert error.__context__ is None or error.__suppress_context__ or not error.__context__.args
    return [one.pointer for one in error.problems]


def test_whole_query_is_in_the_url_where_a_part_of_it_has_to_be() -> None:
    """A list whose commas separate stands beside other parameters, whose own commas are escaped, as are its items'."""
    parts = [Parameter("a", "a", "query", STRING), Parameter("b", "b", "query", Array(STRING), explode=False)]

    request = sent(
        operation(*parts, Parameter("c", "c", "query", Array(INTEGER))), a="1,2 é", b=["x,y", "z&"], c=[1, 2]
    )

    assert request.url.query == b"a=1%2C2%20%C3%A9&c=1&c=2&b=x%2Cy,z%26"
    assert request.url.params["a"] == "1,2 é"


@pytest.mark.parametrize(
    ("place", "value", "shown"),
    [("path", COLOURS, "blue,black,brown"), ("path", ["a,b", "c"], "a%2Cb,c"), ("header", COLOURS, "blue,black,brown")],
)
def test_lists_in_a_path_and_a_header_are_separated_by_commas(place: str, value: Any, shown: str) -> None:
    """In a path an item's own comma is escaped; a header has no way to do that."""
    declared = operation(Parameter("color", "color", place, Array(STRING)), path="/it/{color}")

    request = sent(declared, color=value)

    assert shown in {request.url.raw_path.decode().removeprefix("/v1/it/"), request.headers.get("color")}
    assert place == "path" or refused(declared, color=["a,b"]) == ["/color"]


def test_cookie_holds_one_value_or_a_list_that_is_declared_so() -> None:
    """A list whose parts are written apart would be several cookies."""
    declared = operation(
        Parameter("sid", "sid", "cookie", STRING), Parameter("ids", "ids", "cookie", Array(STRING), explode=False)
    )

    assert sent(declared, sid="a;b", ids=["1", "2"]).headers["Cookie"] == "sid=a%3Bb; ids=1,2"
    assert refused(operation(Parameter("ids", "ids", "cookie", Array(STRING))), ids=["1"]) == ["/ids"]


class Markup(str):
    """A text as markupsafe makes it: it shows and joins as something else."""

    __slots__ = ()

    def __str__(self) -> str:
        return "<b>"


class Float(float):
    """A number as numpy makes it."""

    def __repr__(self) -> str:
        return "np.float64(1.5)"

    __str__ = __repr__


class Int(int):
    """An integer of another class."""

    def __repr__(self) -> str:
        return "Int"

    __str__ = __repr__


class Word(enum.StrEnum):
    """An enum of somebody else's."""

    EN = "en"


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        (STRING, Markup("a"), "a"),
        (STRING, Word.EN, "en"),
        (Enumeration("LanguageCode"), Word.EN, "en"),
        (NUMBER, Float(1.5), "1.5"),
        (NUMBER, 3, "3"),
        (INTEGER, Int(7), "7"),
        (BOOLEAN, True, "true"),
        (Union(BOOLEAN, STRING), False, "false"),
        (Enumeration("QueryFlag"), True, "true"),
        (Const("false"), False, "false"),
        (UUID, uuid.UUID(int=7), str(uuid.UUID(int=7))),
        (DATE, dt.date(2026, 1, 2), "2026-01-02"),
        (Array(STRING), (Markup("a"),), "a"),
        (Enumeration("LanguageCode"), "xx-new", "xx-new"),
    ],
)
@pytest.mark.parametrize("place", ["query", "path", "header", "cookie"])
def test_value_of_the_declared_type_is_written_as_what_it_is(
    type_: Type[Any], value: Any, text: str, place: str
) -> None:
    """Classes made of `str`, `int` or `float` are written as those, whatever they show of themselves."""
    parameter = Parameter("x", "x", place, type_, explode=False)
    request = sent(operation(parameter, path="/it/{x}" if place == "path" else "/it"), x=value)

    places = {"query": request.url.params.get("x"), "path": request.url.path.rpartition("/")[2]}
    assert text in {places.get(place), request.headers.get("x"), request.headers.get("cookie", "").removeprefix("x=")}


WRONG: list[tuple[Type[Any], Any]] = [
    (STRING, True),
    (STRING, 1),
    (STRING, 1.5),
    (STRING, b"a"),
    (STRING, [SECRET]),
    (STRING, {"a": SECRET}),
    (STRING, object()),
    (STRING, "\ud800" + SECRET),
    (UUID, True),
    (DATE, 20260102),
    (INTEGER, True),
    (INTEGER, 5.0),
    (INTEGER, Float(5.0)),
    (INTEGER, "5"),
    pytest.param(INTEGER, 10**5000, id="long"),
    (INTEGER.where(minimum=1), 5.0),
    (Array(INTEGER), [5.0]),
    (NUMBER, True),
    (NUMBER, "1.5"),
    (NUMBER, float("nan")),
    (NUMBER, float("inf")),
    (BOOLEAN, 1),
    (BOOLEAN, "true"),
    (Enumeration("LanguageCode"), True),
    (Enumeration("LanguageCode"), 1),
    (Enumeration("QueryFlag"), 1),
    (Array(STRING), SECRET),
    (Array(STRING), [True]),
    (Array(STRING), {SECRET}),
    (Array(STRING), ["\udfff"]),
    (Union(INTEGER, BOOLEAN), "true"),
    (Given(model("Colour", R=INTEGER)), {"R": True}),
]


@pytest.mark.parametrize("place", ["query", "path", "header", "cookie"])
@pytest.mark.parametrize(("type_", "value"), WRONG)
def test_value_of_another_type_is_refused_before_it_is_sent(type_: Type[Any], value: Any, place: str) -> None:
    """A boolean is not a string or a number, a fraction not an integer: refused with its place, without its value."""
    declared = operation(Parameter("x", "x", place, type_), path="/it/{x}" if place == "path" else "/it")

    assert {one.split("/")[1] for one in refused(declared, x=value)} == {"x"}


@pytest.mark.parametrize("value", ["a\r\nB: c", "a\n", "é", "\x00", " a", "a ", "a\tb", "\u2028"])
def test_header_holds_one_line_of_ascii(value: str) -> None:
    """Anything else is another header line, or an exception of whoever sends it."""
    assert refused(operation(Parameter("x", "x", "header", STRING)), x=value) == ["/x"]


def test_list_that_is_required_is_not_empty() -> None:
    """A list without items leaves no parameter behind, which the contract wants."""
    assert refused(operation(Parameter("x", "x", "query", Array(STRING), required=True)), x=[]) == ["/x"]
    assert sent(operation(Parameter("x", "x", "query", Array(STRING))), x=[]).url.query == b""


FORMS = ["multipart/form-data", "application/x-www-form-urlencoded"]
UPLOAD = Given(model("Upload", file=BINARY, name=STRING, age=INTEGER, agreed=BOOLEAN, tags=Array(STRING), more=ANY))


def uploading(form: str, type_: Type[Any] = UPLOAD) -> Operation[Any]:
    """Make an operation with a body in one form."""
    return operation(bodies=(Body(form, type_),))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("name", True),
        ("name", 7),
        ("name", "\ud800" + SECRET),
        ("age", True),
        ("age", 5.0),
        ("age", "5"),
        ("agreed", "true"),
        ("agreed", 1),
        ("tags", SECRET),
        ("tags", ["a", "\ud800"]),
        ("tags", [1]),
        ("more", {"a": "\ud800"}),
        ("more", {"a": {1}}),
        ("more", float("nan")),
        ("file", "cv.pdf"),
        ("file", 7),
        ("file", io.StringIO("cv")),
        ("file", File(f"\ud800{SECRET}")),  # type: ignore[arg-type]
        ("file", File(io.StringIO("cv"))),  # type: ignore[arg-type]
        ("file", File(b"x", "a.pdf", "text/plain\r\nX-Evil: 1")),
        ("file", File(b"x", "a.pdf", "text/plain\n")),
        ("file", File(b"x", "a.pdf", "täxt/plain")),
        ("file", File(b"x", "a.pdf", "")),
        ("file", File(b"x", f"\udcff{SECRET}.pdf", "text/plain")),
    ],
)
def test_form_that_would_say_something_else_is_refused(form: str, place: str, value: Any) -> None:
    """Wrong types, texts for files, names and types that add header lines, and what UTF-8 cannot hold."""
    assert {one.split("/")[1] for one in refused(uploading(form), body={place: value})} == {place}


@pytest.mark.parametrize("form", FORMS)
def test_name_that_utf_8_cannot_hold_is_refused_in_words_that_can_be_printed(form: str) -> None:
    """Undeclared properties bring names of their own."""
    with pytest.raises(InvalidRequest) as caught:
        _ = uploading(form).call({"body": {"new\ud800": "a"}}).prepare(frozenset({"undeclared"}))

    assert str(caught.value).encode() == b"odd: /new\\ud800: expected text that UTF-8 can hold, got a lone surrogate"


def test_form_of_a_model_is_judged_like_that_of_a_mapping() -> None:
    """A model's attributes are looked at by their JSON names."""
    kind = model("Upload", file=BINARY)
    body = kind.from_dict({"file": "cv.pdf"})

    assert refused(uploading(FORMS[0], Given(kind)), body=body) == ["/file"]


@pytest.mark.parametrize("name", ['a"\r\nX: 1.pdf', "a\x00.pdf", "Ž😀.pdf"])
def test_file_name_stays_within_its_header(name: str) -> None:
    """Quotes and ends of lines are escaped, so a name adds no header line; any text that UTF-8 can hold goes."""
    file = File(b"x", name, "application/pdf")
    request = sent(uploading(FORMS[0]), body={"file": file, "name": "Ada"})
    head = request.read().split(b"\r\n\r\n")[0].split(b"\r\n")

    assert [line.partition(b":")[0] for line in head[1:]] == [b"Content-Disposition", b"Content-Type"]


def test_form_holds_texts_numbers_flags_and_lists() -> None:
    """What fits is written as ever."""
    body = {"name": Markup("Ada"), "age": Int(36), "agreed": True, "tags": ["a", "b"], "more": {"é": None}}
    request = sent(uploading(FORMS[1]), body=body)

    assert request.read() == b"name=Ada&age=36&agreed=true&tags=a&tags=b&more=%7B%22%C3%A9%22%3A+null%7D"


@pytest.mark.parametrize(
    ("type_", "body"),
    [(BINARY, "cv.pdf"), (STRING, "\ud800"), (STRING, True), (ANY, 7), (ANY, {"a": 1}), (BINARY, io.StringIO("a"))],
)
def test_content_that_would_not_arrive_is_refused(type_: Type[Any], body: Any) -> None:
    """A file's name is not its content; a number is none."""
    assert refused(uploading("application/octet-stream", type_), body=body) == [""]


@pytest.mark.parametrize("body", [b"x", bytearray(b"x"), File(b"x"), io.BytesIO(b"x")])
def test_content_is_sent_as_it_is(body: Any) -> None:
    """Bytes, a file or a binary stream."""
    assert sent(uploading("application/octet-stream", BINARY), body=body).read() == b"x"


def test_json_body_takes_classes_made_of_plain_ones() -> None:
    """They are written as what they are made of, as keys too; a flag is still no number."""
    kind = Given(model("Row", name=STRING, age=INTEGER, score=NUMBER, lang=ANY))
    declared = uploading("application/json", kind)
    body = {Markup("name"): Markup("Ada"), "age": Int(36), "score": Float(1.5), "lang": [Word.EN]}

    assert sent(declared, body=body).read() == b'{"name":"Ada","age":36,"score":1.5,"lang":["en"]}'
    assert refused(declared, body={"age": True}) == ["/age"]


def test_body_that_is_too_deep_is_refused() -> None:
    """A model within itself, more often than Python can walk."""
    kind = model("Deep")
    kind._table = Table(Field("below", "below", Given(kind)))
    body: dict[str, Any] = {}
    for _ in range(5_000):
        body = {"below": body}

    assert refused(uploading("application/json", Given(kind)), body=body) == [""]
