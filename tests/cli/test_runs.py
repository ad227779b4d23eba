"""`register`, `invite`, `screen` and `journal`: rows, confirmation, budget, exit codes, privacy."""

import csv
import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from jobmojito.sandbox import Fault

PEOPLE = ("ann@example.com", "Ann Example", "http://", "https://")


def test_rows_that_fail_are_shown_and_counted(run, interview, people):
    """Exit code 2; the failed row is named by its line, the API's own words stand beside it."""
    ran = run("register", people, "--interview", interview, "--yes")

    assert ran.code == 2
    assert "2\t3\terror\trejected\temail is not valid" in ran.out
    assert "3 of 3 rows done: 2 ok, 1 error" in ran.err


def test_nothing_is_sent_unless_it_is_wanted(run, sandbox, interview, people):
    """The question has the count and what is known of the price; only yes is a yes."""
    before = sandbox.credits_spent
    asked = run("register", people, "--interview", interview, answer="n\n")
    dry = run("register", people, "--interview", interview, "--dry-run")
    unasked = run("register", people, "--interview", interview)

    assert "Register 3 candidates? It costs 4.5 to 7.5 credits and may send mail. [y/N]" in asked.err
    assert "Would register 3 candidates: costs 4.5 to 7.5 credits and may send mail. Nothing was sent." in dry.err
    assert "give --yes, for there is no terminal to ask on" in unasked.err
    assert (asked.code, dry.code, unasked.code) == (0, 0, 1)
    assert (sandbox.requests["register_users_for_interview"], sandbox.credits_spent) == (0, before)

    assert run("register", people, "--interview", interview, answer="y\n").code == 2


@pytest.mark.parametrize(("budget", "sent"), [(0, 0), (2.4, 0), (2.5, 1), (5, 2), (100, 3)])
def test_a_budget_is_never_passed(run, sandbox, interview, people, budget, sent):
    """Counted by the dearest price that the table allows; the rows left are told and the code is not 0."""
    ran = run("register", people, "--interview", interview, "--yes", "--budget", budget, "--json")

    assert len(ran.lines) == sent
    assert (f"stopped by the budget: {3 - sent} rows were not sent" in ran.err) == (sent < 3)
    assert ran.code == 2
    assert sandbox.credits_spent <= 1 + budget


def test_a_budget_is_checked_against_the_account(run, position, resumes):
    """A price that was said too low does not help: what the account has lost counts."""
    assert run("screen", resumes, "--position", position, "--yes", "--budget", "3").code == 1

    ran = run("screen", resumes, "--position", position, "--yes", "--budget", "1", "--price", "0.5")
    assert (ran.code, "2 of 2 rows done: 2 ok" in ran.err) == (0, True)


@pytest.mark.parametrize(
    "options", [("--budget", "nan"), ("--budget", "-1"), ("--budget", "inf"), ("--budget", "5", "--price", "0")]
)
def test_a_budget_that_would_stop_nothing_is_refused(run, sandbox, interview, people, options):
    """Nothing is sent."""
    ran = run("register", people, "--interview", interview, "--yes", *options)

    assert (ran.code, ran.err) == (1, "jobmojito: --budget must be a number of credits, and --price one above 0\n")
    assert sandbox.requests["register_users_for_interview"] == 0


def test_outcomes_that_cannot_be_written_are_found_before_paying(run, sandbox, interview, people, tmp_path):
    """And a run that breaks off writes those that it has."""
    words = ("register", people, "--interview", interview, "--yes", "--outcomes")
    ran = run(*words, tmp_path / "no" / "outcomes.csv")
    assert (ran.code, sandbox.requests["register_users_for_interview"]) == (1, 0)

    sandbox.faults.add(Fault(operation="register_users_for_interview", status=401, body="error"))
    ran = run(*words, tmp_path / "outcomes.csv")
    assert ran.code == 3
    assert "3 of 3 rows done: 3 error" in ran.err
    assert (tmp_path / "outcomes.csv").read_text().count("authentication") == 3


def test_people_and_links_are_shown_only_where_asked(run, interview, people, tmp_path):
    """Neither in lines nor in JSON; with --show-links they are, and in a file that its owner alone can read."""
    hidden = run("register", people, "--interview", interview, "--yes", "--json")
    listed = run("results", "--json")
    shown = run("results", "--json", "--show-links")
    file = tmp_path / "outcomes.csv"
    run("register", people, "--interview", interview, "--yes", "--outcomes", file)

    assert not any(word in hidden.out + listed.out + hidden.err for word in PEOPLE)
    assert {row["candidate_email"] for row in shown.lines} == {"ann@example.com", "bob@example.com"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [row["email"] for row in csv.DictReader(file.read_text().splitlines())] == [
        "ann@example.com",
        "not-an-address",
        "bob@example.com",
    ]


def test_a_folder_is_read_by_file_name(run, sandbox, position, resumes):
    """Whose resume it is stands in its name, in either order."""
    ran = run("screen", resumes, "--position", position, "--yes", "--json", "--show-links")

    assert {(row["candidate_name"], row["candidate_email"]) for row in ran.lines} == {
        ("Ann Example", "ann@example.com"),
        ("Bob Example", "bob@example.com"),
    }
    assert (ran.code, sandbox.requests["pre_screen_resume_binary"]) == (0, 2)


def test_what_a_file_name_does_not_say_is_asked(run, position, tmp_path):
    """On a terminal; without one it is a usage error and nothing is sent."""
    resume = tmp_path / "cv.txt"
    resume.write_text("Ten years of nursing.")
    words = ("screen", resume, "--position", position)

    asked = run(*words, "--yes", "--json", "--show-links", answer="Ann Example\nann@example.com\n")
    given = run(*words, "--yes", "--name", "Ann", "--email", "ann@example.com")
    neither = run(*words, "--yes")

    assert [row["candidate_email"] for row in asked.lines] == ["ann@example.com"]
    assert (asked.code, given.code, neither.code) == (0, 0, 1)
    assert "1 of the files do not say whose resume it is" in neither.err


def test_a_journal_goes_on_is_shown_and_forgets(run, sandbox, position, resumes, tmp_path):
    """A second run pays for nothing; a person that was forgotten is in no byte of the file."""
    journal = tmp_path / "run.db"
    words = ("screen", resumes, "--position", position, "--yes", "--journal", journal)
    assert (run(*words).code, run(*words).code) == (0, 0)
    assert sandbox.requests["pre_screen_resume_binary"] == 2

    shown = run("journal", "show", journal, "--json")
    assert [(row["row"], row["status"]) for row in shown.lines] == [(1, "ok"), (2, "ok")]
    assert not any(word in shown.out for word in PEOPLE)

    assert run("journal", "forget", journal, "--email", " ANN@Example.com", "--yes").err == "1 row forgotten\n"
    assert b"ann@example.com" not in journal.read_bytes()
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert [row["email"] for row in run("journal", "show", journal, "--json", "--show-links").lines] == [
        "bob@example.com"
    ]
    assert (run(*words).code, sandbox.requests["pre_screen_resume_binary"]) == (0, 3)


def test_a_journal_that_is_not_there_is_not_made(run, tmp_path):
    """Looking at a file does not create it."""
    ran = run("journal", "show", tmp_path / "no.db")

    assert (ran.code, ran.err) == (1, "jobmojito: the journal cannot be opened: there is no such file\n")
    assert not (tmp_path / "no.db").exists()


def test_an_unknown_outcome_weighs_more_than_a_failure(run, sandbox, interview, people):
    """Exit code 5: something may have been done and paid."""
    sandbox.faults.add(Fault(operation="register_users_for_interview", reset="after", times=1))

    assert run("register", people, "--interview", interview, "--yes", "--concurrency", "1").code == 5


def test_invitations_have_their_own_columns(run, tmp_path):
    """And a file with others is a usage error that names them."""
    team = tmp_path / "team.csv"
    team.write_text("email,name,type\nann@example.com,Ann,merchant\n")
    assert run("invite", team, "--yes").code == 0

    team.write_text("email,name,phone\nann@example.com,Ann,1\n")
    ran = run("invite", team, "--yes")
    assert (ran.code, "unknown column 'phone'" in ran.err) == (1, True)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_finishes_what_is_in_flight_and_says_what_is_left(sandbox, interview, tmp_path):
    """Exit code 130; every row that was sent is in the journal."""
    many, journal = tmp_path / "many.csv", tmp_path / "run.db"
    many.write_text("email\n" + "".join(f"p{number}@example.com\n" for number in range(3000)))
    sandbox.faults.add(Fault(operation="register_users_for_interview", latency=0.3))
    words = [sys.executable, "-m", "jobmojito", "register", many, "--interview", interview, "--yes"]
    place = {"JOBMOJITO_TOKEN": sandbox.token, "JOBMOJITO_API_BASE_URL": sandbox.base_url}
    started = subprocess.Popen(
        [*words, "--journal", journal],
        env={**os.environ, **place},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not sandbox.requests["register_users_for_interview"]:
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)

    assert started.returncode == 130
    done = len(out.splitlines())
    assert 0 < done < 3000
    assert (
        f"stopped by Ctrl-C: {3000 - done} rows were not sent; the same command with the same --journal goes on" in err
    )
