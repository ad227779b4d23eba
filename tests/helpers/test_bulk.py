"""Many resumes in one run: each is paid for once, and each has one outcome."""

import dataclasses
import hashlib
import io
import os
from pathlib import Path

import pytest

from jobmojito import (
    AuthenticationError,
    BatchError,
    ConfigurationError,
    InvalidRequestError,
    JournalError,
    NotApplicable,
    Resume,
    ScreenedCandidate,
    read_resumes,
)
from jobmojito.sandbox import Fault
from jobmojito_api.types import File
from tests.helpers.documents import PDF
from tests.helpers.fakes import kinds, statuses
from tests.helpers.test_uploads import OneWay


@pytest.fixture
def screen(api, sandbox, position_id):
    """Runs items against the sandbox."""

    def run(items, token=None, **options):
        work = lambda jm: jm.pre_screen_resumes(items, position_id=position_id, **options)  # noqa: E731 - for Driver
        return api.call(work, token or sandbox.token, base_url=sandbox.base_url)

    return run


@pytest.fixture
def items(tmp_path):
    """Makes a number of resumes on disk."""

    def make(count):
        rows = []
        for number in range(count):
            path = tmp_path / f"cv{number}.txt"
            path.write_text(f"Resume number {number}")
            rows.append({"file": path, "candidate_name": "Ann", "candidate_email": f"p{number}@example.org"})
        return rows

    return make


def paid(sandbox):
    """How many resumes the API has taken money for."""
    answers = sandbox.tally.answers.items()
    return sum(count for (name, status), count in answers if name == "pre_screen_resume_binary" and status < 300)


def test_every_item_has_a_typed_outcome(screen, items, sandbox):
    """Screened, not applicable, unusable file and refused candidate: one outcome each, in input order."""
    rows = items(5)
    rows[1]["candidate_email"] = "b+not-applicable@example.org"
    rows[2]["file"] = "/nowhere/cv.pdf"
    rows[3]["candidate_email"] = "nobody"

    result = screen(rows)

    assert statuses(result) == ["ok", "skipped", "error", "error", "ok"]
    assert kinds(result) == [None, "not_applicable", "upload", "validation", None]
    assert [type(one.answer) for one in result[:2]] == [ScreenedCandidate, NotApplicable]
    assert result.to_dicts()[0]["file"] == str(rows[0]["file"])
    assert result.to_dicts()[0]["recommendation"] == result[0].answer.recommendation


@dataclasses.dataclass
class Applicant:
    file: Path
    candidate_name: str
    candidate_email: str


def test_items_come_in_many_forms(screen, sandbox, tmp_path):
    """Resumes, mappings, dataclasses, pairs, the generated `File` and a table with its folder are all items."""
    path = tmp_path / "cv.pdf"
    path.write_bytes(PDF)
    about = {"candidate_name": "Ann", "candidate_email": "a@example.org"}
    table = tmp_path / "people.csv"
    table.write_text('file,candidate_name,candidate_email,form\ncv.pdf,Ann,a@example.org,"{""age"": 30}"\n')

    forms = [
        Resume(path, **about, form={"age": 30}),
        {"file": PDF, "file_name": "cv.pdf", **about},
        Applicant(path, "Ann", "a@example.org"),
        (path, about),
        {"file": File(PDF, "cv.pdf"), **about},
        *read_resumes(table),
    ]
    result = screen(forms, duplicates="send")

    assert statuses(result) == ["ok"] * 6
    assert [one.filename for _, one in sandbox.tally.uploads] == ["cv.pdf"] * 6
    assert "a@example.org" not in repr(forms[0])


def test_text_in_a_file_part_is_content_and_no_path(screen, sandbox, tmp_path):
    """As it is in an operation's file part; a path in a row is one by itself."""
    (tmp_path / "cv.txt").write_text("somebody else's")
    text = str(tmp_path / "cv.txt")

    result = screen([{"file": File(text), "candidate_name": "Ann", "candidate_email": "a@example.org"}])

    assert statuses(result) == ["ok"]
    assert [one.size for _, one in sandbox.tally.uploads] == [len(text)]


@pytest.mark.parametrize("journal", [False, True])
def test_same_resume_is_paid_for_once(screen, items, sandbox, tmp_path, journal):
    """The same content for the same candidate is sent once, whatever the file is called and the e-mail's case."""
    rows = items(1)
    twin = tmp_path / "copy.txt"
    twin.write_bytes(rows[0]["file"].read_bytes())
    rows += [
        {**rows[0], "file": twin, "candidate_email": "P0@Example.org"},
        {**rows[0], "candidate_email": "q@example.org"},
    ]

    result = screen(rows, concurrency=1, **({"journal": tmp_path / "j"} if journal else {}))

    assert (statuses(result), result[1].duplicate_of) == (["ok", "skipped", "ok"], 0)
    assert paid(sandbox) == 2


def test_bad_items_fail_alone(screen, items):
    """What is no item says why; the others are screened."""
    rows = [5, {"candidate_name": "Ann"}, {"file": PDF, "name": "x"}, {**items(1)[0], "form": {"agee": 3}}, *items(1)]
    rows.append({**rows[4], "candidate_name": "A\0"})

    result = screen(rows)

    assert kinds(result) == ["invalid"] * 4 + [None, "invalid"]
    assert [one.message for one in result[1:3]] == ["file is missing", result[2].message]
    assert "unknown field 'name'" in result[2].message


def test_second_run_pays_for_nothing_twice(screen, items, sandbox, tmp_path):
    """With its journal a run can be repeated: answers come back typed from it, only new and failed items are sent."""
    rows, journal = items(6), tmp_path / "j"
    rows[1]["candidate_email"] = "b+not-applicable@example.org"
    rows[2]["candidate_email"] = "nobody"
    first = screen(rows[:4], journal=journal)
    rows[2]["candidate_email"] = "somebody@example.org"

    second = screen(rows, journal=journal)

    assert statuses(second) == ["ok", "skipped", "ok", "ok", "ok", "ok"]
    assert [one.answer for one in second[:2]] == [one.answer for one in first[:2]]
    assert paid(sandbox) == 6


def test_changed_resume_is_another_one(screen, items, sandbox, tmp_path):
    """A new version of a file is screened again, under the same journal."""
    rows = items(1)
    for text in ("old", "new", "new"):
        rows[0]["file"].write_text(text)
        screen(rows, journal=tmp_path / "j")

    assert paid(sandbox) == 2


def test_unknown_item_is_sent_again_only_if_asked(screen, items, sandbox, tmp_path):
    """A resume that may have been screened waits for `retry_unknown`, or for `include_unknown` of `retry_failed`."""
    rows, journal = items(3), tmp_path / "j"
    sandbox.faults.add(Fault.parse("pre_screen_resume_binary: reset=after; times=1"))

    first = screen(rows, journal=journal, concurrency=1)
    second = screen(rows, journal=journal)
    third = screen(rows, journal=journal, retry_unknown=True)

    assert [kinds(one) for one in (first, second)] == [["outcome_unknown", None, None]] * 2
    assert statuses(third) == ["ok"] * 3
    assert sandbox.requests["pre_screen_resume_binary"] == 4


def test_failed_items_are_sent_again(api, sandbox, position_id, items, tmp_path):
    """`retry_failed` works for resumes as it does for rows, and writes into the same journal."""
    rows, journal = items(3), tmp_path / "j"
    sandbox.faults.add(Fault.parse("pre_screen_resume_binary: status=409; times=1"))

    def work(jm):
        return jm.pre_screen_resumes(rows, position_id=position_id, journal=journal, concurrency=1)

    def connected(do):
        return api.call(do, sandbox.token, base_url=sandbox.base_url)

    first = connected(work)
    second = connected(lambda jm: jm.retry_failed(first))
    third = connected(work)

    assert [statuses(one) for one in (first, second, third)] == [["error", "ok", "ok"], ["ok"] * 3, ["ok"] * 3]
    assert (second[0].index, paid(sandbox)) == (0, 3)


def test_token_that_expires_on_the_way_is_renewed(screen, items, sandbox):
    """A long run outlives its token: no item fails, and none is sent twice."""
    tokens = [sandbox.issue_token(), sandbox.issue_token(expires_in=90_000)]
    given = []

    def provide():
        given.append(tokens[min(len(given), 1)])
        return given[-1]

    def progress(done, failed, total):
        if done == 5:
            sandbox.revoke(tokens[0])

    result = screen(items(20), token=provide, on_progress=progress, concurrency=4)

    assert statuses(result) == ["ok"] * 20
    assert (paid(sandbox), len(given)) == (20, 2)


def test_token_that_dies_for_good_stops_the_run(screen, items, sandbox):
    """Without another token no more resumes are uploaded; `result` has those that were done, and the rest unsent."""

    def progress(done, failed, total):
        if done == 5:
            sandbox.revoke(token)

    token = sandbox.issue_token()
    with pytest.raises(BatchError) as raised:
        screen(items(60), token=token, on_progress=progress, concurrency=2)

    result = raised.value.result
    assert isinstance(raised.value.__cause__, AuthenticationError)
    assert len(result) == 60
    assert len(result.succeeded) == paid(sandbox) < 20
    assert kinds(result).count("authentication") <= 2
    assert set(kinds(result)) == {None, "authentication", "not_sent"}


def test_streams_can_be_sent_again(screen, api, sandbox):
    """A stream is left where it stood, so that a failed item can be sent again and a repeated one is known."""
    stream = io.BytesIO(b"before" + PDF)
    stream.seek(6)
    item = {"file": stream, "file_name": "cv.pdf", "candidate_name": "Ann", "candidate_email": "a@example.org"}
    sandbox.faults.add(Fault.parse("pre_screen_resume_binary: status=409; times=1"))

    first = screen([item])
    second = api.call(lambda jm: jm.retry_failed(first), sandbox.token, base_url=sandbox.base_url)

    assert (kinds(first), statuses(second), stream.tell()) == (["conflict"], ["ok"], 6)
    assert kinds(screen([item, item], concurrency=1)) == [None, "duplicate"]
    assert {one.sha256 for _, one in sandbox.tally.uploads} == {hashlib.sha256(PDF).hexdigest()}


def test_journal_needs_files_that_can_be_read_twice(screen, sandbox, tmp_path):
    """A one-way stream has no content to be known by before it is sent; without a journal it is sent."""
    about = {"candidate_name": "Ann", "candidate_email": "a@example.org", "file_name": "cv.pdf"}

    refused = screen([{"file": OneWay(PDF), **about}], journal=tmp_path / "j")
    sent = screen([{"file": OneWay(PDF), **about}])

    assert (kinds(refused), statuses(sent)) == (["invalid"], ["ok"])
    assert [one.sha256 for _, one in sandbox.tally.uploads] == [hashlib.sha256(PDF).hexdigest()]


def test_journal_that_fails_in_mid_run_loses_nothing(screen, items, sandbox, tmp_path, monkeypatch):
    """When an outcome cannot be written, the run stops; what was done is in the result, what was not says so."""
    write, written = os.write, []

    def failing(file, data):
        if b'"status"' in data:
            written.append(data)
        if len(written) > 5:
            raise OSError(5, "Input/output error")
        return write(file, data)

    monkeypatch.setattr(os, "write", failing)
    with pytest.raises(JournalError) as raised:
        screen(items(30), journal=tmp_path / "j", concurrency=2)

    result = raised.value.result
    assert len(result) == 30
    assert len(result.succeeded) == paid(sandbox) < 30
    assert set(kinds(result)) == {None, "not_sent"}


def test_outcomes_come_as_they_are_known(api, sandbox, position_id, items):
    """The streaming form gives the same outcomes, one by one, with progress."""
    seen = []

    def work(jm):
        found = jm.iter_pre_screen_resumes(items(4), position_id=position_id, on_progress=lambda *now: seen.append(now))
        return found if api.kind == "async" else list(found)

    outcomes = api.call(work, sandbox.token, base_url=sandbox.base_url)
    assert statuses(outcomes) == ["ok"] * 4
    assert seen == [(1, 0, 4), (2, 0, 4), (3, 0, 4), (4, 0, 4)]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"concurrency": 0}, ConfigurationError),
        ({"chunk_size": 5}, TypeError),
        ({"position_id": ""}, InvalidRequestError),
    ],
)
def test_option_that_cannot_work_is_refused_at_once(api, sandbox, items, options, error):
    """Options are checked before the first file is opened."""
    with pytest.raises(error):
        api.call(
            lambda jm: jm.pre_screen_resumes(items(1), **{"position_id": "p", **options}),
            sandbox.token,
            base_url=sandbox.base_url,
        )
    assert not sandbox.requests
