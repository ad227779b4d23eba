"""Claims of a model's `repr`: ids, enums, numbers, flags and dates in full, and nothing that may be about a person."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from typing import Any

import pytest

from jobmojito_api import File, codec, models
from jobmojito_api.codec import Field, Model, table_of
from jobmojito_api.resources import operation
from tests.codec.answers import answering, places, sample, success_schema
from tests.codec.made import Given

SECRET = "Ada Lovelace <ada@example.org>"
ID = "93c98d21-e04d-4a84-9afa-ed154cf73636"
TIME = "2026-01-15T09:30:00.000Z"
MODELS = [one for name in models.__all__ if isinstance(one := getattr(models, name), type) and issubclass(one, Model)]


def kinds(type_: Any) -> list[Any]:
    """List the types that a value of a type may have, without limits and choices."""
    if isinstance(type_, codec.Limited):
        return kinds(type_.base)
    return [one for branch in type_.branches for one in kinds(branch)] if isinstance(type_, codec.Union) else [type_]


def fitting(field: Field) -> tuple[Any, str] | None:
    """Give a value that a property takes and that is shown in full, and how; None where there is no such value."""
    (kind, *others) = kinds(field.type)
    word = field.name.rpartition("_")[2]
    if others or field.name == "token":
        return None
    if isinstance(kind, codec.Enumeration):
        member = list(kind.python)[-1]
        return member.value, repr(member)
    scalars = {codec.INTEGER: (40_713, "40713"), codec.NUMBER: (0.4071, "0.4071"), codec.BOOLEAN: (True, "True")}
    if kind in scalars:
        return scalars[kind]
    if kind is codec.UUID or (kind is codec.STRING and word == "id"):
        return ID, repr(ID)
    return (TIME, repr(TIME)) if kind is codec.STRING and word == "at" else None


def shows(model: Model) -> bool:
    """Tell whether any show of a model holds a part of the secret text or number."""
    return any(part in f"{model!r} {model}" for part in ("Ada", "Lovelace", "ada@", "example", "00000001"))


@pytest.mark.parametrize("held", [SECRET, [SECRET], {SECRET: SECRET}, [{"id": SECRET}]], ids=type)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_property_of_any_model_shows_a_text(model: type[Model], held: Any) -> None:
    """Every declared property and one that is not hold a secret text, read as JSON or set by hand."""
    read = model.from_dict({field.name: held for field in table_of(model).fields} | {SECRET: held})
    made = model.from_dict({})
    for field in table_of(model).fields:
        setattr(made, field.attribute, held)

    assert (shows(read), shows(made)) == (False, False)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_model_shows_a_number_where_none_is_declared(model: type[Model]) -> None:
    """A telephone number or an identity card's is a number too."""
    fields = [one for one in table_of(model).fields if not {codec.INTEGER, codec.NUMBER} & {*kinds(one.type)}]

    assert not shows(model.from_dict({field.name: 700_000_001 for field in fields} | {"more": 700_000_001}))


@pytest.mark.parametrize("name", answering())
def test_no_text_shows_however_deep_it_is(name: str) -> None:
    """Answers that fit the contract, with the secret in place of every text in them."""
    declared, rng = operation(name), random.Random(name)
    for _ in range(10):
        holder = [sample(success_schema(declared.path, declared.method), rng)]
        for container, key in places(holder):
            if isinstance(container[key], str):
                container[key] = SECRET
        value = codec.read(declared.success, holder[0]).value

        assert not any(shows(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, Model))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_shows_ids_enums_numbers_flags_and_dates(model: type[Model]) -> None:
    """What a person looks for at a prompt is there, under the name of its attribute."""
    wanted = {field: found for field in table_of(model).fields if (found := fitting(field)) is not None}

    shown = repr(model.from_dict({field.name: value for field, (value, _) in wanted.items()}))

    assert shown == f"{model.__name__}({', '.join(f'{f.attribute}={text}' for f, (_, text) in wanted.items())})"


TABLE = (
    ("id", codec.STRING, ID.upper(), repr(ID.upper())),
    ("id", codec.STRING, "ada-lovelace", "<text, 12 chars>"),
    ("external_id", codec.STRING, "ATS-12345", "<text, 9 chars>"),
    ("answer", codec.STRING, ID, "<text, 36 chars>"),
    ("invite_token", codec.UUID, ID, "<text, 36 chars>"),
    ("phone", codec.INTEGER, 420_777_123_456, "<number>"),
    ("id", codec.UUID, uuid.UUID(ID), repr(ID)),
    ("ids", codec.Array(codec.STRING), [ID, "x"], f"[{ID!r}, <text, 1 chars>]"),
    ("day", codec.DATE, dt.date(2026, 1, 15), "'2026-01-15'"),
    ("made_at", codec.DATE_TIME, dt.datetime(2026, 1, 15, tzinfo=dt.UTC), "'2026-01-15T00:00:00+00:00'"),
    ("made_at", codec.STRING, "2026-01-15 Ada", "<text, 14 chars>"),
    ("made_at", codec.STRING, f"{TIME}\n", "<text, 25 chars>"),
    ("born", codec.STRING, "1815-12-10", "<text, 10 chars>"),
    ("count", codec.INTEGER, "40", "<text, 2 chars>"),
    ("count", codec.INTEGER, None, "None"),
    ("count", codec.Union(codec.INTEGER, codec.STRING), 40, "40"),
    ("count", codec.INTEGER.where(maximum=5), 40, "40"),
    ("count", codec.INTEGER, 10**30, "<number>"),
    ("ratio", codec.NUMBER, float("nan"), "nan"),
    ("kind", codec.Const("file"), "file", "'file'"),
    ("kind", codec.Const("file"), "Ada", "<text, 3 chars>"),
    ("scores", codec.Array(codec.NUMBER), [1.5, 2, 3, 4, 5], "[1.5, 2, 3, +2 more]"),
    ("any", codec.ANY, 40, "<number>"),
    ("any", codec.ANY, {"Ada": 1}, "<object, 1 properties>"),
    ("file", codec.BINARY, b"Ada", "<bytes, 3>"),
    ("file", codec.BINARY, File(b"Ada", "ada.pdf", "ada/ada"), "<File>"),
)


@pytest.mark.parametrize(("name", "kind", "value", "shown"), TABLE)
def test_property_is_shown_where_its_declaration_and_its_value_agree(
    name: str, kind: codec.Type[Any], value: Any, shown: str
) -> None:
    """A declared id or date that is written like one is shown; a value of another kind is a size."""

    class Made(Model):
        _table = codec.Table(Field(name, name, kind))

    made = Made.from_dict({})
    setattr(made, name, value)

    assert repr(made) == f"Made({name}={shown})"


def test_models_and_lists_within_a_model_are_shown_once() -> None:
    """A page shows its first items with their properties; what is in them as a list or a model is a size."""
    item = {"id": ID, "name": SECRET, "tags": ["a", "b"]}

    class Item(Model):
        _table = codec.Table(
            Field("id", "id", codec.UUID),
            Field("name", "name", codec.STRING),
            Field("tags", "tags", codec.Array(codec.STRING)),
        )

    class Page(Model):
        _table = codec.Table(Field("data", "data", codec.Array(Given(Item))), Field("first", "first", Given(Item)))

    one = f"Item(id={ID!r}, name=<text, 30 chars>, tags=<list, 2 items>)"

    assert repr(Page.from_dict({"data": [item] * 9, "first": item})) == (
        f"Page(data=[{one}, {one}, {one}, +6 more], first={one})"
    )


def test_repr_of_a_large_model_has_an_end() -> None:
    """What does not fit into 4,000 characters is counted; a model that holds itself is shown once within itself."""
    names = [f"count_{number}" for number in range(1000)]

    class Wide(Model):
        _table = codec.Table(*(Field(name, name, codec.INTEGER) for name in names))

    class Round(Model):
        _table = codec.Table()

    Round._table = codec.Table(Field("self", "self_", Given(Round)))
    round_ = Round.from_dict({})
    round_.self_ = round_  # type: ignore[attr-defined]

    shown = repr(Wide.from_dict(dict.fromkeys(names, 10**29)))

    assert shown.endswith(" more)")
    assert len(shown) < 4200
    assert repr(round_) == "Round(self_=Round(self_=<Round>))"
