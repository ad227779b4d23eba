"""Results waited for, fetched and downloaded: outcomes of every other run, and nothing paid twice."""

import errno
import json
import os

import httpx
import pytest

from jobmojito import (
    BatchError,
    ConfigurationError,
    DownloadError,
    NotFoundError,
    ResultNotReadyError,
    RowKind,
    RowStatus,
)
from jobmojito.sandbox import Fault
from tests.bodies import answer_for, body_for
from tests.overlay.driver import ID, Driver

DETAILS, REPORT = "get_interview_result_details", "generate_interview_report"
MISSING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def results(sandbox):
    """The ids of three results, as the result list gives them."""

    def make(jm):
        made = jm.interviews.create_interview(body=body_for("create_interview", status="active"))
        rows = [{"email": f"p{number}@example.org", "name": "P"} for number in range(3)]
        jm.register_candidates(made.interview_def_set_id, rows)
        return [row.interview_result_id for row in jm.results.list_interview_results().data]

    return Driver("sync").call(make, sandbox.token, base_url=sandbox.base_url)


def _call(api, sandbox, work):
    return api.call(work, sandbox.token, base_url=sandbox.base_url)


def _answers(*states):
    """An API that answers these states of a result, one after the other, and the last one for ever."""
    asked = []

    def handle(request):
        status, score = states[min(len(asked), len(states) - 1)]
        asked.append(request.url.path)
        body = json.loads(json.dumps(answer_for(DETAILS)))
        return httpx.Response(200, json={**body, "status": status, "score": score})

    return httpx.MockTransport(handle), asked


@pytest.mark.parametrize(
    "states",
    [
        [("started", None), ("completed", None), ("completed", 71)],
        [("started", None), ("started", None), ("completed, stopped early", 3.5)],
        [(None, None), ("started", None), ("failed", None)],
        [("started", None), ("started", 50), ("abandoned", None)],
    ],
)
def test_it_waits_until_the_interview_has_ended_and_is_scored(api, states):
    """A completed one without a score is still being worked on."""
    transport, asked = _answers(*states)

    details = api.call(lambda jm: jm.wait_for_result(ID, first_pause=0.001), transport=transport)

    assert (len(asked), details.status) == (3, states[-1][0])


def test_what_ready_means_is_the_callers_choice(api):
    """`until` looks at the details."""
    transport, asked = _answers(("started", None), ("started", 10))

    work = lambda jm: jm.wait_for_result(ID, first_pause=0, until=lambda details: details.score == 10)  # noqa: E731
    assert (api.call(work, transport=transport).status, len(asked)) == ("started", 2)


def test_the_time_limit_ends_the_wait(api):
    """With one last look at its end, and an error of its own; a limit of nothing looks once."""
    transport, asked = _answers(("started", None))
    with pytest.raises(ResultNotReadyError, match=r"not ready after 1 s"):
        api.call(lambda jm: jm.wait_for_result(ID, timeout=1, first_pause=60), transport=transport)
    assert len(asked) == 2

    with pytest.raises(ResultNotReadyError):
        api.call(lambda jm: jm.wait_for_result(ID, timeout=0), transport=transport)
    assert len(asked) == 3


@pytest.mark.parametrize("limits", [{"timeout": -1}, {"first_pause": "5"}, {"longest_pause": float("inf")}])
def test_limits_that_cannot_work_are_refused(api, limits):
    """Before anything is asked."""
    transport, asked = _answers(("started", None))

    with pytest.raises(ConfigurationError, match=f"{next(iter(limits))} must be a number of seconds"):
        api.call(lambda jm: jm.wait_for_result(ID, **limits), transport=transport)

    assert asked == []


def test_a_result_that_is_not_there_is_told_at_once(api, sandbox):
    """Waiting for a wrong id would take for ever."""
    with pytest.raises(NotFoundError):
        _call(api, sandbox, lambda jm: jm.wait_for_result(MISSING))


def test_details_have_an_outcome_each_in_input_order(api, sandbox, results):
    """Ids and rows of the list alike; a wrong one fails alone, the same one is read once."""
    rows = [results[2], {"interview_result_id": results[0]}, MISSING, "x", {"id": results[1]}, results[2].upper()]

    run = _call(api, sandbox, lambda jm: jm.fetch_details(rows, concurrency=3))

    assert [one.kind for one in run] == [
        *(None, None, RowKind.NOT_FOUND),
        *(RowKind.INVALID, RowKind.INVALID, RowKind.DUPLICATE),
    ]
    assert [one.status for one in run[:2]] == [RowStatus.OK, RowStatus.OK]
    assert all(isinstance(one.answer.score, int) for one in run.succeeded)
    assert sandbox.requests[DETAILS] == 3


def test_reports_are_files_named_by_their_result(api, sandbox, results, tmp_path):
    """A second run finds them there and asks, and pays, for nothing."""
    folder = tmp_path / "new" / "reports"
    run = _call(api, sandbox, lambda jm: jm.download_reports(results, folder))
    spent = sandbox.credits_spent
    again = _call(api, sandbox, lambda jm: jm.download_reports(results, folder))

    assert {path.name for path in folder.iterdir()} == {f"{one}.pdf" for one in results}
    assert [one.answer.path for one in run] == [folder / f"{one}.pdf" for one in results]
    assert [(one.status, one.kind) for one in again] == [(RowStatus.SKIPPED, RowKind.ALREADY)] * 3
    assert (sandbox.credits_spent, sandbox.requests[REPORT]) == (spent, 3)


def test_failed_reports_come_into_the_folder_of_their_run(api, sandbox, results, tmp_path, monkeypatch):
    """A relative path keeps its meaning if the program goes to another folder meanwhile."""
    sandbox.faults.add(Fault(operation=REPORT, status=503, times=1, body="error"))
    monkeypatch.chdir(tmp_path)
    run = _call(api, sandbox, lambda jm: jm.download_reports(results, "reports", concurrency=1))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    again = _call(api, sandbox, lambda jm: jm.retry_failed(run, include_unknown=True))

    assert run[0].status is not RowStatus.OK
    assert [one.status for one in again] == [RowStatus.OK] * 3
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {f"{one}.pdf" for one in results}


def test_a_report_that_was_paid_for_and_did_not_arrive_is_unknown(api, sandbox, results, tmp_path):
    """Sending it again is the caller's decision; one that was never asked for is a plain failure."""
    sandbox.faults.add(Fault(operation="download_file", status=404, times=1))
    sandbox.faults.add(Fault(operation=REPORT, status=503, skip=1, times=1, body="error"))
    run = _call(api, sandbox, lambda jm: jm.download_reports(results, tmp_path, concurrency=1))

    assert run[0].kind is RowKind.OUTCOME_UNKNOWN
    assert "may be paid for, but did not arrive" in run[0].message
    asked = sandbox.requests[REPORT]
    careful = _call(api, sandbox, lambda jm: jm.retry_failed(run))
    assert careful[0].status is RowStatus.UNKNOWN
    bold = _call(api, sandbox, lambda jm: jm.retry_failed(careful, include_unknown=True))
    assert [one.status for one in bold] == [RowStatus.OK] * 3
    assert sandbox.requests[REPORT] > asked


def test_a_journal_remembers_what_was_paid(api, sandbox, results, tmp_path):
    """Even if the files are gone."""
    work = lambda jm: jm.download_reports(results, tmp_path / "reports", journal=tmp_path / "run.db")  # noqa: E731
    assert len(_call(api, sandbox, work).succeeded) == 3
    for path in (tmp_path / "reports").iterdir():
        path.unlink()

    assert [one.status for one in _call(api, sandbox, work)] == [RowStatus.OK] * 3
    assert sandbox.requests[REPORT] == 3


def test_a_full_disk_stops_the_run(api, sandbox, results, tmp_path, monkeypatch):
    """What was on its way is unknown; nothing more is asked for, and paid, that could not be kept."""

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BatchError, match="No space left") as raised:
        _call(api, sandbox, lambda jm: jm.download_reports(results, tmp_path / "new", concurrency=1))

    assert sandbox.requests[REPORT] == 1
    assert [one.kind for one in raised.value.result] == [RowKind.OUTCOME_UNKNOWN, *[RowKind.NOT_SENT] * 2]


def test_a_file_that_cannot_be_written_is_found_before_asking(api, sandbox, results, tmp_path):
    """The folder at once, a single file as a failed row; neither costs anything."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(DownloadError, match="the folder for reports cannot be made"):
        _call(api, sandbox, lambda jm: jm.download_reports(results, tmp_path / "file" / "reports"))

    with pytest.raises(TypeError, match="Did you mean 'template'"):
        _call(api, sandbox, lambda jm: jm.download_reports(results, tmp_path, templat="modern"))
    assert sandbox.requests[REPORT] == 0
