"""A row may be given in any form that has named fields, and one that cannot be sent says why."""

import dataclasses
import sqlite3
from collections import UserDict, namedtuple

import attrs
import pytest

from jobmojito.batches.csv_rows import CANDIDATE, INVITATION
from jobmojito.batches.rows import CsvRow, Refused, fields_of, read_row
from jobmojito_api.models import InviteUser, RegisterUser
from jobmojito_api.types import UNSET

EMAIL = "ann@example.org"


@dataclasses.dataclass
class Person:
    email: str
    name: str | None = None


@attrs.define
class Candidate:
    email: str
    name: str | None = None


Named = namedtuple("Named", "email name")  # noqa: PYI024 - the untyped kind is what is tested
Pandas = namedtuple("Pandas", "Index email name")  # noqa: PYI024 - as `itertuples` makes them
NAType = type("NAType", (), {"__bool__": lambda self: 1 / 0})


class Pydantic:
    """A model of pydantic, as far as it matters here."""

    def model_dump(self):
        return {"email": EMAIL, "name": None}


class Series:
    """A row of pandas: a mapping by its methods, with NaN or NA where nothing is."""

    def to_dict(self):
        return {"email": EMAIL, "name": None, "external_id": float("nan")}


def of_sqlite3():
    """A row of sqlite3, which is no mapping."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row = connection.execute("SELECT ? AS email, NULL AS name", (EMAIL,)).fetchone()
    connection.close()
    return row


class OfSqlalchemy:
    """A row of SQLAlchemy, as far as it matters here: a sequence with names."""

    def __getitem__(self, index):
        return (EMAIL, None)[index]

    def _asdict(self):
        return {"email": EMAIL, "name": None}


class Broken:
    """A row that cannot be read."""

    def model_dump(self):
        raise RuntimeError(EMAIL)


@pytest.mark.parametrize(
    "row",
    [
        {"email": EMAIL, "name": None},
        {"email": EMAIL, "name": None, "external_id": UNSET},
        UserDict(email=EMAIL, name=None),
        Person(EMAIL),
        Candidate(EMAIL),
        Named(EMAIL, None),
        RegisterUser.from_dict({"email": EMAIL, "name": None}),
        CsvRow({"email": EMAIL, "name": None}, 2),
        {"email": EMAIL, "name": None, "external_id": float("nan")},
        {"email": EMAIL, "name": None, "external_id": NAType()},
        Pandas(0, EMAIL, None),
        Series(),
        (7, Series()),
        Pydantic(),
        OfSqlalchemy(),
        of_sqlite3(),
    ],
    ids=lambda row: type(row).__name__,
)
def test_any_form_of_a_row_gives_its_fields(row):
    """What has named fields gives the contract's, and what a table has no value for is left out."""
    assert read_row(row, CANDIDATE) == {"email": EMAIL, "name": None}


ENDLESS = {"email": EMAIL}
ENDLESS["name"] = ENDLESS


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ENDLESS, "holds itself"),
        ("ann@example.org", "not str"),
        (None, "not NoneType"),
        (Person, "not type"),
        (Pydantic, "not type"),
        (Broken(), "a Broken cannot be read as a row (RuntimeError)"),
        (object(), "not object: give a dict of its fields"),
        ({"email": EMAIL, "name": "a\0b"}, "name holds a NUL character"),
        ({"email": EMAIL, "name": "\ud800"}, "name holds a lone surrogate"),
        (("a",), "a tuple of 1"),
        ({"name": "Ann"}, "there is no e-mail"),
        ({"email": None}, "the e-mail is empty"),
        ({"email": " \t"}, "the e-mail is empty"),
        ({"email": EMAIL, "e-mail": "x"}, "unknown field 'e-mail'"),
        ({"email": EMAIL, 5: "x"}, "field names must be strings"),
        (CsvRow({}, 7, "line 7: email is empty"), "line 7: email is empty"),
    ],
)
def test_unfit_row_says_why(row, reason):
    """What is no row, has no e-mail or a misspelt field is refused with its reason, and without its values."""
    with pytest.raises(Refused) as refused:
        read_row(row, CANDIDATE)

    assert reason in str(refused.value)
    assert EMAIL not in str(refused.value)


def test_invitations_may_carry_more_fields():
    """The contract lets rows of invite-users have further fields, so they pass; it does not for candidates."""
    row = {"email": EMAIL, "team": "north"}

    assert read_row(row, INVITATION) == row
    with pytest.raises(Refused):
        read_row(row, CANDIDATE)


def test_model_keeps_what_was_set_by_hand():
    """An undeclared property put into a generated model is sent where the client is told to send such properties."""
    row = RegisterUser(email=EMAIL)
    row["source"] = "fair"

    assert read_row(row, CANDIDATE, {"undeclared"}) == {"email": EMAIL, "source": "fair"}
    with pytest.raises(Refused, match="source"):
        read_row(row, CANDIDATE)


def test_ids_and_enums_become_json():
    """Values that Python has a class for are written as the contract wants them."""
    interview = "04e09fa5-3fb8-4236-b37d-fca2bcd1cb66"
    row = InviteUser(email=EMAIL, interview_id=__import__("uuid").UUID(interview))

    assert fields_of(row) == {"email": EMAIL, "interview_id": interview}
