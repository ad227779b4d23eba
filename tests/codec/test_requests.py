"""What is checked before sending, beside types and limits: undeclared properties, enum values, ids; and hints."""

import importlib
import inspect
import typing

import pytest

import jobmojito
from jobmojito_api import models, resources
from jobmojito_api.codec import ANY, STRING, UUID, Array, Union, examine, read
from jobmojito_api.errors import InvalidRequest
from jobmojito_api.resources import OPERATIONS, operation
from jobmojito_api.tables import Field, Table
from jobmojito_api.types import UNSET, value_or
from tests.bodies import values_for

from .made import Given, model


def near(found):
    """The pointers, and what the messages propose."""
    return {one.pointer: one.expected.partition("did you mean ")[2].rstrip("?)") for one in found}


def closed(*names, extra=UNSET):
    """A model that declares these names, and says of others what `extra` does."""
    made = model("Made", **dict.fromkeys(names, ANY))
    made._table = Table(*(Field(name, name, ANY) for name in names), extra=extra)
    return Given(made)


MISSPELT = """recordingFullSession recording_fullsession recording_full_sesion Recording-Full-Session
recording_full_session_ RECORDING_FULL_SESSION"""


@pytest.mark.parametrize("written", MISSPELT.split())
@pytest.mark.parametrize("extra", [UNSET, ANY, STRING, None])
def test_a_misspelt_property_is_refused_with_the_right_name(written, extra):
    """In any model: one that says nothing of others, that allows them on purpose, that types them, or forbids them."""
    kind = closed("recording_full_session", "recording", extra=extra)

    assert near(examine(kind, {written: "x"})) == {f"/{written}": "'recording_full_session'"}
    assert examine(kind, {"recording_full_session": "x"}) == ()


@pytest.mark.parametrize(("extra", "found"), [(UNSET, ["undeclared"]), (ANY, []), (None, ["additionalProperties"])])
def test_another_undeclared_property_is_refused_unless_the_document_allows_it(extra, found):
    """The document's own `additionalProperties` decides; where it has none, others are not expected."""
    assert [one.keyword for one in examine(closed("name", extra=extra), {"brand_new": 1})] == found
    assert examine(closed(extra=extra), {"anything": 1}) == () or extra is None


def test_nested_objects_are_looked_at_alike():
    """In lists, in lists of lists, under unions, within typed extra properties."""
    inner = closed("name")
    outer = model("Outer", one=ANY)
    outer._table = Table(
        Field("one", "one", inner),
        Field("many", "many", Array(Array(inner))),
        Field("either", "either", Union(STRING, inner)),
        extra=inner,
    )
    bad = {"nam": 1}
    body = {"one": bad, "many": [[{"name": 1}, bad]], "either": bad, "free": bad}

    assert set(near(examine(Given(outer), body))) == {"/one/nam", "/many/0/1/nam", "/either/nam", "/free/nam"}


def test_a_model_is_looked_at_like_a_mapping():
    """What `from_dict` kept, and what was set by hand; a misspelt attribute is refused where it is set."""
    made = models.JobInterviewCreateRequest.from_dict({**values_for("create_interview"), "recording_fullsession": "x"})
    with pytest.raises(InvalidRequest, match="recording_full_session"):
        _ = operation("create_interview").call({"body": made}).request
    with pytest.raises(AttributeError, match="did you mean 'recording_full_session'"):
        made.recording_fullsession = "video_all"
    made.recording_full_session = "video_all"


def test_all_missing_properties_are_in_one_sentence():
    """An object's are listed by name; those of another object have a sentence of their own."""
    with pytest.raises(InvalidRequest) as caught:
        _ = operation("create_interview").call({"body": {}}).request

    assert str(caught.value).startswith("create_interview: request: missing interview_template_id, location, ")
    assert ";" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("28106cba-1c27-4e53-b149-32113e5e8e31", True),
        ("28106CBA-1C27-4E53-B149-32113E5E8E31", True),
        ("00000000-0000-0000-0000-000000000000", True),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", True),
        ("28106cba1c274e53b14932113e5e8e31", True),
        ("", False),
        ("not an id", False),
        ("28106cba-1c27-4e53-b149-32113e5e8e3", False),
        ("28106cba-1c27-4e53-b149-32113e5e8e31 ", False),
    ],
)
def test_a_text_that_is_no_uuid_is_refused_before_sending_only(text, passes):
    """Every UUID passes, whatever its version and case; what is received is kept as it is, without a departure."""
    found = examine(UUID, text)

    assert [one.keyword for one in found] == ([] if passes else ["format"])
    assert text not in repr(found) or not text
    assert read(UUID, text).departures == ()


def test_an_unknown_enum_value_is_noted_with_the_known_ones():
    """It is sent, unless the caller allows nothing that the contract does not have."""
    call = operation("list_interviews").call({"status": "brand_new"})
    request, notes = call.prepare()

    assert request["params"] == {"status": "brand_new"}
    assert [note.pointer for note in notes] == ["/status"]
    assert notes[0].expected.startswith("one of InterviewStatus: draft, active, ")
    with pytest.raises(InvalidRequest, match="one of InterviewStatus: draft"):
        call.prepare(frozenset())


def test_value_or_gives_the_default_for_what_is_missing_alone():
    """False, 0 and "" are values."""
    assert [value_or(one, "default") for one in (UNSET, None, 0, "", False, "x")] == [
        *["default"] * 2, 0, "", False, "x"
    ]  # fmt: skip


def _functions(kind):
    """Every public method of a class, the inherited ones that are ours too."""
    found = {name: one for base in reversed(kind.__mro__) for name, one in vars(base).items()
             if base.__module__.startswith("jobmojito")}  # fmt: skip
    for name, one in found.items():
        plain = one.fget if isinstance(one, property) else getattr(one, "__func__", one)
        if inspect.isfunction(plain) and (not name.startswith("_") or name == "__init__"):
            yield plain


def _public():
    yield from (getattr(models, name) for name in models.__all__ if isinstance(getattr(models, name), type))
    for holder in (resources.Resources, resources.AsyncResources):
        for one in _functions(holder):
            yield one
            yield from _functions(typing.get_type_hints(one)["return"]) if one.__name__ != "__init__" else ()
    for home in OPERATIONS.values():
        module = importlib.import_module(f"jobmojito_api.api.{home}")
        yield from (
            one for one in vars(module).values() if inspect.isfunction(one) and one.__module__ == module.__name__
        )
    for name in jobmojito.__all__:
        one = getattr(jobmojito, name)
        yield from [one, *_functions(one)] if isinstance(one, type) else [one] if callable(one) else []


def test_type_hints_of_everything_public_can_be_evaluated():
    """Tools that make forms or schemas of signatures work: models, typed dictionaries, resources, both clients."""
    seen = [typing.get_type_hints(one, include_extras=True) for one in _public()]

    assert len(seen) > 500
    dictionary = typing.get_type_hints(models.JobInterviewCreateRequestDict, include_extras=True)
    assert dictionary["name"] is str
    assert typing.get_origin(dictionary["recording"]) is typing.NotRequired
