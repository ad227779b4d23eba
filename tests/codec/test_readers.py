"""The compiled readers and the quick reading of texts give exactly what reading field by field from `json` gives.

JOBMOJITO_ANSWERS sets how many answers each is tried with; `make test` tries a few thousand.
"""

from __future__ import annotations

import copy
import json
import os
import random
from typing import Any

import pytest

from jobmojito_api import codec, loading, tables
from jobmojito_api.calls import Call
from jobmojito_api.errors import InvalidAnswer
from jobmojito_api.faults import Faults
from jobmojito_api.models import ResultListItem
from jobmojito_api.readers import compile_reader
from jobmojito_api.resources import operation
from jobmojito_api.tables import Field, Model, Table, table_of
from tests.codec.answers import answering, mutate, sample, success_schema

ANSWERS = int(os.environ.get("JOBMOJITO_ANSWERS", "3000"))
EACH = max(1, ANSWERS // len(answering()))


def shown(value: Any) -> Any:
    """Write a value with every class in it."""
    if isinstance(value, Model):
        return type(value).__name__, {name: shown(inner) for name, inner in sorted(vars(value).items())}
    if isinstance(value, dict):
        return {name: shown(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shown(inner) for inner in value]
    return type(value).__name__, repr(value)


@pytest.fixture
def compiled(monkeypatch):
    """Compile a reader for the first object of each shape, and count what the readers made."""
    made = [0, 0]
    compile_reader = __import__("jobmojito_api.readers", fromlist=["x"]).compile_reader

    def counting(*arguments: Any) -> Any:
        reader = compile_reader(*arguments)

        def read(data: Any, faults: Any) -> Any:
            model = reader(data, faults)
            made[model is None] += 1
            return model

        return reader and read

    monkeypatch.setattr(tables, "_MANY", 0)
    monkeypatch.setattr(tables, "_MOST_SHAPES", 1 << 30)
    monkeypatch.setattr("jobmojito_api.readers.compile_reader", counting)
    _forget()
    yield made
    _forget()  # readers that count are not for other tests


def _forget() -> None:
    for model in _subclasses(Model):
        table = table_of(model)
        table._shapes, table._last = {}, ([], None)


def _subclasses(kind: type) -> list[type]:
    return [*kind.__subclasses__(), *(one for inner in kind.__subclasses__() for one in _subclasses(inner))]


@pytest.mark.parametrize("name", answering())
def test_a_compiled_reader_reads_as_the_table_does(name: str, compiled: list[int], monkeypatch: Any) -> None:
    """The same values, classes, departures and counts, of what fits and what departs; what is given stays as it is."""
    declared, rng = operation(name), random.Random(name)
    for number in range(EACH):
        answer = sample(success_schema(declared.path, declared.method), rng)
        answer = mutate(answer, rng) if number % 4 else answer
        given = copy.deepcopy(answer)
        quick = codec.read(declared.success, answer)
        assert json.dumps(answer) == json.dumps(given)
        taken = codec.read(declared.success, copy.deepcopy(answer), is_ours=True)
        with monkeypatch.context() as patched:
            patched.setattr(Table, "read", Table.read_fields)
            plain = codec.read(declared.success, answer)

        assert shown(quick.value) == shown(plain.value) == shown(taken.value), answer
        assert quick.departures == plain.departures == taken.departures, answer
        assert quick.total == plain.total == taken.total, answer
    assert compiled[0] > 0 or not isinstance(declared.success, codec.Object | codec.Union)


def test_only_shapes_that_come_often_are_compiled(monkeypatch: Any) -> None:
    """A few objects cost no compiling, and ever new names fill no memory."""
    calls: list[Any] = []
    monkeypatch.setattr("jobmojito_api.readers.compile_reader", lambda *arguments: calls.append(arguments))
    table, row = table_of(ResultListItem), {"id": "1"}
    monkeypatch.setattr(table, "_shapes", {})
    for _ in range(tables._MANY):
        ResultListItem.from_dict(row)
    assert calls == []
    ResultListItem.from_dict(row)
    assert len(calls) == 1
    for number in range(1000):
        ResultListItem.from_dict({**row, f"new{number}": 1})
    assert len(table._shapes) == tables._MOST_SHAPES


def test_names_from_outside_are_no_source() -> None:
    """A property that nobody declared may be called anything."""
    names = ["'", '"""', "\\", "\n", "{0}", "values", "__import__('os')", "additional_properties", "\ud800", "ｅval"]
    row = {"id": "1", **{name: name for name in names}}
    for _ in range(tables._MANY + 2):
        item = ResultListItem.from_dict(row)

    assert item.additional_properties == {name: name for name in names}
    assert item.to_dict() == row


def test_an_attribute_may_be_the_name_of_another_property() -> None:
    """`type` becomes `type_`, and a property of that name something else; in either order."""
    fields = (Field("type", "type_", codec.STRING), Field("type_", "type_2", codec.INTEGER))
    for order in (fields, fields[::-1]):
        table = Table(*order)
        reader = compile_reader(table, ResultListItem, tuple(field.name for field in order))
        data = {field.name: {"type": "a", "type_": 1}[field.name] for field in order}
        for ours in (False, True):
            made = vars(reader(dict(data), Faults(is_ours=ours)))
            assert made == {"type_": "a", "type_2": 1, "additional_properties": {}}


HOSTILE: list[bytes] = [
    *(b"18446744073709551616", b"-9223372036854775809", b"9223372036854775808", b"18446744073709551615", b"1" * 400),
    *(b"1e400", b"-1e400", b"1e308", b"9.3e18", b"-0", b"-0.0", b"5e-324", b"123456789012345678901234567890.5"),
    *(b"NaN", b"Infinity", b"-Infinity", b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\xed\xa0\x80"', b'"\xff"', b'"\x7f"'),
    *(
        b'{"a": 1, "b": 2, "a": 3}',
        b"[[[[1]]]]",
        b"[" * 300 + b"]" * 300,
        b"[" * 1010 + b"]" * 1010,
        b"01",
        b"1.",
        b"'a'",
    ),
    *(b'"1e+5"', b'{"x": [18446744073709551616]}', b'{"x": {"y": 1e30}}', b"null", b"true", b'""', b"{}", b"\x0c1"),
]


def texts(answer: Any, rng: random.Random) -> bytes:
    """Write an answer as a text with something hostile in it, or in another encoding."""
    text = json.dumps(answer, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 2])).encode(
        "utf-8", "surrogatepass"
    )
    spots = [place for place, byte in enumerate(text) if byte in b":[,"]
    for _ in range(rng.randrange(3)):
        place = rng.choice(spots or [0]) + 1
        end = min((found for mark in b",]}" if (found := text.find(mark, place)) >= 0), default=place)
        text = text[:place] + rng.choice(HOSTILE) + text[end if rng.random() < 0.8 else place :]
    match rng.randrange(20):
        case 0:
            return b"\xef\xbb\xbf" + text
        case 1:
            return text.decode("utf-8", "replace").encode(
                rng.choice(["utf-16", "utf-32", "utf-16-le", "latin-1"]), "replace"
            )
        case 2:
            return text[: rng.randrange(len(text))]
        case 3:
            return b"  \n" + text + b" \t"
    return text


def outcome(call: Call[Any], content: bytes) -> Any:
    """What reading a text comes to."""
    try:
        reading = call.read(200, content)
    except InvalidAnswer as error:
        return str(error)
    return shown(reading.value), reading.departures, reading.total


@pytest.mark.parametrize("name", answering())
def test_a_text_is_read_alike_with_and_without_orjson(name: str, monkeypatch: Any) -> None:
    """Ordinary and hostile texts: the same values, departures and errors, whether the extra is installed or not."""
    orjson = pytest.importorskip("orjson")
    declared, rng = operation(name), random.Random(f"texts of {name}")
    read: list[bool] = []

    def loads(content: bytes) -> object:
        value = orjson.loads(content)
        read.append(True)
        return value

    monkeypatch.setattr(loading, "_PAYS", 0)
    for _ in range(EACH):
        content = texts(mutate(sample(success_schema(declared.path, declared.method), rng), rng), rng)
        monkeypatch.setattr(loading, "_quick", lambda: loads)
        quick = outcome(declared.call({}), content)
        monkeypatch.setattr(loading, "_quick", lambda: None)
        assert quick == outcome(declared.call({}), content), content
    assert read


def test_small_answers_load_no_orjson(monkeypatch: Any) -> None:
    """It is looked for when it pays, and not before."""
    monkeypatch.setattr(loading, "_quick", lambda: pytest.fail("looked for"))

    assert operation("list_languages").call({}).read(200, b'{"languages": []}').departures == ()
