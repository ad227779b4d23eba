"""A result shows every row to the program and no row to a log."""

import copy
import csv
import json
import os
import pickle
import stat

import pytest

from jobmojito import BatchError, BatchResult, DownloadError, RowKind, RowOutcome, RowStatus
from jobmojito_api.models import RegisteredUser
from tests.helpers.fakes import LINK

SECRETS = ("ann@example.org", "Ann Novák", LINK, "no such mailbox")


@pytest.fixture
def result():
    """One row of each status."""
    row = {"email": "ann@example.org", "name": "Ann Novák"}
    answer = RegisteredUser.from_dict({**row, "result": "ok", "interview_url": LINK, "profile_id": "p1"})
    return BatchResult(
        (
            RowOutcome(0, row, RowStatus.OK, answer=answer),
            RowOutcome(1, row, RowStatus.SKIPPED, RowKind.DUPLICATE, "not sent", duplicate_of=0),
            RowOutcome(2, row, RowStatus.ERROR, RowKind.REJECTED, "no such mailbox: ann@example.org"),
            RowOutcome(3, {**row, "external_id": "7"}, RowStatus.UNKNOWN, RowKind.OUTCOME_UNKNOWN, "no answer"),
        )
    )


def test_outcomes_are_sorted_by_status(result):
    """Iteration, indexing and length are those of the input; the four properties divide it."""
    assert [outcome.index for outcome in result] == [0, 1, 2, 3]
    assert result[2] is result.outcomes[2]
    assert (len(result), len(result[1:])) == (4, 3)
    parts = (result.succeeded, result.skipped, result.failed, result.unknown)
    assert [[outcome.index for outcome in part] for part in parts] == [[0], [1], [2], [3]]
    assert (result[0].interview_url, result[0].result, result[0].email) == (LINK, "ok", "ann@example.org")


def test_failures_are_raised_with_their_numbers(result):
    """The error says how many of how many and carries the result; no person and no link is in its text."""
    with pytest.raises(BatchError) as raised:
        result.raise_for_failures()

    assert str(raised.value) == "1 of 4 rows failed, and the outcome of 1 is unknown"
    assert raised.value.result is result
    assert not any(secret in repr(raised.value) + str(raised.value.args) for secret in SECRETS)


def test_nothing_is_raised_where_nothing_failed(result):
    """Skipped rows are no failures."""
    assert BatchResult(result[:2]).raise_for_failures() is None


@pytest.mark.parametrize("show", [repr, str, lambda result: f"{list(result)} {result.outcomes}"])
def test_no_person_and_no_link_is_shown(result, show):
    """A result and its rows can be logged: counts, places and kinds are all they show."""
    assert not any(secret in show(result) for secret in SECRETS)
    assert repr(result) == "<BatchResult of 4 rows: 1 ok, 1 skipped, 1 error, 1 unknown>"
    assert repr(result[2]) == "<RowOutcome 2: error, kind='rejected'>"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_results_and_their_errors_survive_copying(result, copied):
    """A result goes to another process whole, and so does the error that carries it."""
    assert copied(result) == result
    assert copied(BatchError("1 failed", result)).result == result


def test_records_are_flat_and_json(result):
    """Each row gives its number, its fields, what became of it, and what the API added."""
    records = json.loads(json.dumps(result.to_dicts()))

    assert records[0] == {
        "row": 1, "email": "ann@example.org", "name": "Ann Novák", "status": "ok", "kind": None, "message": None,
        "result": "ok", "interview_url": LINK, "profile_id": "p1",
    }  # fmt: skip
    assert [record["kind"] for record in records] == [None, "duplicate", "rejected", "outcome_unknown"]


ENDLESS = {"email": "ann@example.org"}
ENDLESS["self"] = ENDLESS


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (ENDLESS, {"email": "ann@example.org", "self": None}),
        ({"email": "ann@example.org", 5: "x"}, {"email": "ann@example.org", "5": "x"}),
        ({"email": "ann@example.org", "name": {1, 2}}, {"email": "ann@example.org"}),
        ("ann@example.org", {"input": "ann@example.org"}),
        (7, {"input": 7}),
        (None, {"input": None}),
        (object(), {}),
    ],
)
def test_record_has_all_that_can_be_read_of_its_row(given, shown):
    """A row that cannot be sent keeps its address in the record, whatever else is wrong with it."""
    record = RowOutcome(0, given, RowStatus.ERROR, RowKind.INVALID, "why").to_dict()

    assert record == {"row": 1, **shown, "status": "error", "kind": "invalid", "message": "why"}


def test_csv_holds_every_row_for_its_owner_alone(result, tmp_path):
    """The file has a column for every key of any row, in UTF-8, and nobody else can read it."""
    path = tmp_path / "out.csv"
    result.to_csv(path)

    with path.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    assert [record["external_id"] for record in records] == ["", "", "", "7"]
    assert records[0]["interview_url"] == LINK
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＠A1"])
def test_csv_defuses_formulas(text, tmp_path):
    """A text that a spreadsheet would run gets an apostrophe, unless that is not wanted."""
    result = BatchResult((RowOutcome(0, {"email": "a@example.org", "name": text}, RowStatus.OK),))

    written = []
    for escape in (True, False):
        result.to_csv(tmp_path / "out.csv", escape_formulas=escape)
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            written.append(next(csv.DictReader(file))["name"])
    assert written == ["'" + text, text]


def test_csv_holds_what_utf8_has_not(tmp_path):
    """A lone surrogate, which an answer or a refused row can hold, does not cost the report of all rows."""
    result = BatchResult((RowOutcome(0, {"email": "a@example.org", "name": "\ud800"}, RowStatus.OK),))
    result.to_csv(tmp_path / "out.csv")

    assert "\\ud800" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_csv_that_cannot_be_written_leaves_the_old_one(result, tmp_path, monkeypatch):
    """When writing fails, the file that was there stays whole, and nothing is left beside it."""
    path = tmp_path / "out.csv"
    path.write_text("old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DownloadError, match=r"CSV file .*out.csv cannot be written: No space left"):
        result.to_csv(path)

    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_csv_without_its_folder_is_an_error_that_names_the_path(result, tmp_path):
    """Not the part's path; and it can be caught as any OSError, as it was before."""
    path = tmp_path / "none" / "out.csv"

    for kind in (DownloadError, OSError):
        with pytest.raises(kind, match=r"none/out.csv cannot be written: No such file") as raised:
            result.to_csv(path)
        assert (raised.value.path, raised.value.__suppress_context__) == (str(path), True)
