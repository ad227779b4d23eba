"""What the commands that read show, and where; and how errors are told."""

import os
import pty
import stat
import subprocess
import sys

import pytest

from jobmojito.cli import reading
from jobmojito.cli.contract import declared, properties, resolved
from jobmojito.sandbox import Fault


@pytest.fixture
def result(run, interview, people):
    """The id of a result."""
    run("register", people, "--interview", interview, "--yes")
    return run("results", "-n", "1", "--json").lines[0]["interview_result_id"]


def test_a_pipe_gets_a_line_an_item_with_tabs_between(run, result):
    """No header, no colour, no border: for `cut`, `sort` and `awk`."""
    lines = run("results").out.splitlines()

    assert len(lines) == 2
    assert {line.split("\t")[0] for line in lines} >= {result}
    assert all(line.count("\t") == 6 and "\x1b" not in line for line in lines)


def test_columns_are_properties_of_the_contract():
    """A column that the contract does not have would stay empty for ever."""
    for operation, columns in reading._COLUMNS.items():
        answer = resolved(declared(operation)["responses"]["200"]["content"]["application/json"]["schema"])
        names = {name for name, _, _ in properties(resolved(answer["properties"]["data"])["items"])}
        assert set(columns) <= names, operation


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_gets_a_table_that_fits(sandbox, result, width):
    """Nothing is wider than the terminal, ids are never cut, and what is left out is said."""
    shown = _on_terminal(sandbox, width, "interviews")

    assert max(map(len, shown.splitlines())) <= width
    (row,) = [line for line in shown.splitlines() if "Night" in line]
    assert len(row.split()[0]) == 36
    assert ("Left out, for the terminal is narrow:" in shown) == (width < 120)


def _on_terminal(sandbox, width, *words):
    """Run a command on a pseudo-terminal, and give what it showed without its colours."""
    ours, theirs = pty.openpty()
    place = {"JOBMOJITO_TOKEN": sandbox.token, "JOBMOJITO_API_BASE_URL": sandbox.base_url}
    environment = {**os.environ, **place, "COLUMNS": str(width), "TERM": "xterm", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "jobmojito", *words]
    done = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT, env=environment)
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        pieces.append(piece)
    done.wait()
    os.close(ours)
    return (
        b"".join(pieces).decode().replace("\r", "").replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[2m", "")
    )


def test_a_result_hides_texts_about_the_person(run, result):
    """Scores and states are shown; analysis and transcript only with --show-links."""
    hidden, shown = run("result", result, "--json"), run("result", result, "--json", "--show-links")

    assert hidden.json["score"] == shown.json["score"]
    assert hidden.json["status"] == shown.json["status"] == "completed"
    assert (hidden.json["ai_analysis"], hidden.json["transcript"][0]["question_asked"]) == ("[hidden]", "[hidden]")
    assert "candidate" in shown.json["ai_analysis"]


def test_a_file_gets_everything_and_is_its_owners_alone(run, result, tmp_path):
    """For lists a line an item, for one thing a document."""
    listed, one = tmp_path / "results.jsonl", tmp_path / "result.json"
    assert (run("results", "--output", listed).out, run("result", result, "--output", one).out) == ("", "")

    assert listed.read_text().count("@example.com") == 2
    assert "[hidden]" not in one.read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (listed, one)} == {0o600}


def test_a_report_is_written_after_a_confirmation(run, sandbox, result, tmp_path):
    """Its form goes by the file's name."""
    page = tmp_path / "report.html"

    assert run("report", result, "-o", page, "--dry-run").code == 0
    assert sandbox.requests["generate_interview_report"] == 0
    assert run("report", result, "-o", page, "--yes").code == 0
    assert "<html" in page.read_text()


def test_status_shows_credits(run):
    """In a pipe a name and a value a line."""
    assert "credits_interview_monthly\t100\n" in run("status").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("reslts",), 1, 'Unknown command "reslts". Did you mean "results"?'),
        (("results", "--limt", "3"), 1, "Unknown option: --limt. Did you mean --limit?"),
        (("results", "--limit", "1001"), 1, "--limit must be from 1 to 1000; --all shows everything"),
        (("results", "--limit", "three"), 1, 'unable to convert "three" into int'),
        (("result",), 1, "requires an argument"),
        (("result", "x"), 1, "/interview_result_id: expected UUID, got another string"),
        (("result", "28106cba-1c27-4e53-b149-32113e5e8e31"), 3, "get_interview_result_details: 404 "),
        (("status", "--base-url", "http://127.0.0.1:9"), 4, "could not connect"),
        (("status", "--token-file", "/nowhere"), 1, "--token-file: No such file or directory"),
        (("help", "nothing"), 1, "there is no operation nothing"),
    ],
)
def test_what_goes_wrong_is_one_line_and_a_code(run, words, code, said):
    """On stderr, with the field or option at fault, and without a traceback."""
    ran = run(*words)

    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert ran.err.startswith("jobmojito: ")
    assert said in ran.err


def test_an_unknown_outcome_is_code_5(run, sandbox, interview, tmp_path):
    """A paid call whose answer was lost."""
    sandbox.faults.add(Fault(operation="generate_interview_report", reset="after", times=1))

    ran = run("report", "28106cba-1c27-4e53-b149-32113e5e8e31", "-o", tmp_path / "r.pdf", "--yes")

    assert ran.code == 5
    assert "it is not known whether the request was processed" in ran.err


def test_debug_shows_the_traceback(run):
    """The error itself comes through."""
    with pytest.raises(Exception, match="could not connect"):
        run("status", "--base-url", "http://127.0.0.1:9", "--debug")


def test_the_token_comes_from_a_file_or_a_keyring_and_is_no_argument(run, sandbox, tmp_path, monkeypatch, capsys):
    """A file that others can read works, with a warning; the token is in no output."""
    monkeypatch.delenv("JOBMOJITO_TOKEN")
    file = tmp_path / "token"
    file.write_text(f"{sandbox.token}\n")
    file.chmod(0o644)
    ran = run("status", "--token-file", file)
    assert (ran.code, ran.err) == (0, "jobmojito: others can read the secret in token: chmod 600\n")

    (tmp_path / "keyring.py").write_text(f"def get_password(service, name):\n    return {sandbox.token!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    ran = run("status")
    assert (ran.code, ran.err) == (0, "")
    assert sandbox.token not in ran.out
    assert run("status", "--token", "x").code == 1


def test_a_reader_that_goes_away_is_no_error(sandbox, result):
    """`jobmojito results | head -1` ends quietly."""
    place = {"JOBMOJITO_TOKEN": sandbox.token, "JOBMOJITO_API_BASE_URL": sandbox.base_url}
    command = f"{sys.executable} -m jobmojito operations --json | head -1"
    done = subprocess.run(
        ["sh", "-c", command], env={**os.environ, **place}, capture_output=True, text=True, check=True
    )

    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_the_sandbox_is_a_command():
    """With the options of its own command line, which it runs as a program of its own."""
    command = [sys.executable, "-m", "jobmojito", "sandbox", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "--port PORT" in done.stdout
