"""`call`, `operations`, `help` and `contract`: derived from the contract, operation by operation."""

import base64
import io
import json
import subprocess
import sys

import pytest

from jobmojito.cli.app import make_app
from jobmojito_api.facts import facts_of
from jobmojito_api.resources import OPERATIONS, operation
from tests.cli.conftest import INTERVIEW


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_an_option_for_each_parameter(run, name):
    """And --body where it has one, --all where it has pages, --yes where it costs, mails or writes."""
    ran = run("call", name, "--help")

    options = {word.split("=")[0] for word in ran.out.split() if word.startswith("--")}
    expected = {f"--{one.name.replace('_', '-')}" for one in operation(name).parameters}
    assert (ran.code, ran.err) == (0, "")
    assert expected <= options
    assert ("--body" in options) == bool(operation(name).bodies)
    assert ("--all" in options) == ({"--limit", "--offset"} <= expected)
    reads = facts_of(name).known and (operation(name).method == "GET" or facts_of(name).guide_only)
    assert ("--dry-run" in options, "--yes" in options) == (not reads, not reads)


def test_operations_lists_all_with_their_facts(run):
    """As the table of facts has them."""
    rows = {row["operation"]: row for row in run("operations", "--json").lines}

    assert list(rows) == list(OPERATIONS)
    assert {name for name, row in rows.items() if row["credits"] == "yes"} == {
        name for name in OPERATIONS if facts_of(name).costs
    }
    assert rows["get_interview_definition_by_post"]["source"] == "guide"


def test_help_describes_an_operation(run):
    """Method, path, required properties, enums, cost with its source, answers."""
    out = run("help", "create_persona").out

    assert out.startswith("create_persona  POST /persona-create\n")
    assert "  costs\tyes\tcreating an interview costs credits (guide, 2026-11-26)" in out
    assert "  portal\tmind\twithout it the role-play is for coaching" in out
    assert "persona_role_avatar  text  required" in out
    assert "portal  coaching | interview\n" in out
    assert "  422\t" in out


def test_a_list_is_read_to_its_end(run, interview, people):
    """`--all` asks for every page, and gives a line for each item."""
    run("register", people, "--interview", interview, "--yes")

    first = run("call", "list_candidates", "--limit", "1", "--json").json
    every = run("call", "list_candidates", "--limit", "1", "--all", "--json").lines

    assert (len(first["data"]), first["pagination"]["total"]) == (1, 2)
    assert len({row["id"] for row in every}) == 2


def test_a_body_comes_from_a_file_or_from_stdin(run, tmp_path, monkeypatch):
    """And costs only what was confirmed."""
    body = tmp_path / "body.json"
    body.write_text(json.dumps(INTERVIEW))

    from_file = run("call", "create_interview", "--body", body, "--yes", "--json")
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({**INTERVIEW, "name": "Day nurse"})))
    from_stdin = run("call", "create_interview", "--body", "-", "--yes", "--json")

    assert from_file.json["interview_def_set_id"] != from_stdin.json["interview_def_set_id"]
    assert sorted(row["name"] for row in run("interviews", "--json").lines) == ["Day nurse", "Night nurse"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "--body: not JSON: Expecting property name enclosed in double quotes in line 1, column 2"),
        ("[]", "create_interview: request: expected object (JobInterviewCreateRequest), got array"),
        (
            "{}",
            "create_interview: request: missing interview_template_id, location, mojito_language_code, name, status",
        ),
        (json.dumps({**INTERVIEW, "name": 5}), "create_interview: /name: expected string, got integer"),
    ],
)
def test_a_body_that_the_contract_refuses_is_a_usage_error(run, sandbox, tmp_path, body, words):
    """Said in one line that names the field, before anything is asked or sent."""
    file = tmp_path / "body.json"
    file.write_text(body)

    ran = run("call", "create_interview", "--body", file, "--yes")

    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert ran.err.startswith(f"jobmojito: {words}")
    assert not sandbox.requests


def test_the_merchant_is_named_by_the_common_option(run, sandbox):
    """A parameter of that name would be a second option of the same name."""
    other = "28106cba-1c27-4e53-b149-32113e5e8e31"

    assert run("call", "list_interviews", "--merchant-id", other).code == 3
    assert run("call", "list_interviews", "--help").out.count("--merchant-id") == 1
    assert sandbox.requests["list_interviews"] == 1


def test_a_value_that_the_contract_does_not_know_is_sent(run):
    """The vendor may be ahead of its document: the API decides."""
    assert run("call", "list_interviews", "--status", "brand_new").code == 3


def test_an_undeclared_property_is_sent_where_that_is_wanted(run, sandbox, tmp_path):
    """Refused by default, before anything is asked; the sandbox, which has today's contract, takes others."""
    body = tmp_path / "body.json"
    body.write_text(json.dumps({**INTERVIEW, "brand_new": 1}))
    words = ("call", "create_interview", "--body", body, "--yes")

    assert "/brand_new: expected a declared property" in run(*words).err
    assert sandbox.requests["create_interview"] == 0
    assert run(*words, "--extra-properties", "send").code == 0


def test_contract_says_what_the_client_was_made_of(run):
    """Version, hash and counts."""
    shown = run("contract", "--json").json

    assert (shown["operations"], shown["operations_from_the_guide"], len(shown["sha256"])) == (len(OPERATIONS), 2, 64)


def test_completion_knows_operations_and_their_options():
    """What a shell completes is the same table."""
    script = make_app().generate_completion(shell="bash")  # noqa: S604 - the name of one

    assert all(name in script for name in OPERATIONS)
    assert "--show-public" in script


def test_help_loads_nothing_of_the_client():
    """The list of commands is there at once: neither httpx nor the contract is read for it."""
    code = "import sys; from jobmojito.cli import main; main(['--help']); print(sorted({'httpx', 'jobmojito.client',"
    code += " 'jobmojito_api.resources'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_without_the_extra_it_says_how_to_install_it(monkeypatch, capsys):
    """One line, and exit code 1."""
    from jobmojito import cli  # noqa: PLC0415

    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == "cyclopts" else object())

    assert cli.main(["status"]) == 1
    assert capsys.readouterr().err == ("jobmojito: the command line needs cyclopts: pip install 'jobmojito[cli]'\n")


def test_a_file_goes_in_the_form_that_takes_one(run, sandbox, position, tmp_path):
    """With --file the body is a form with the file in it; without, it is JSON, where the contract has both."""
    handbook, body = tmp_path / "handbook.pdf", tmp_path / "body.json"
    handbook.write_bytes(b"%PDF-1.7 a handbook %%EOF")
    body.write_text(json.dumps({"knowledge_base_store_id": "28106cba-1c27-4e53-b149-32113e5e8e31", "name": "a.pdf"}))
    words = ("call", "upload_knowledge_base_document", "--body", body, "--yes")

    assert run(*words, "--file", handbook).code == 0
    assert sandbox.tally.uploads[-1][1].size == 25
    assert run(*words).err.startswith("jobmojito: upload_knowledge_base_document: request: missing file")

    content = base64.b64encode(b"%PDF-1.7 %%EOF").decode()
    body.write_text(json.dumps({**json.loads(body.read_text()), "file": content}))
    assert run(*words).code == 0

    who = {"position_id": position, "candidate_name": "Ann", "candidate_email": "ann@example.com"}
    body.write_text(json.dumps(who))
    words = ("call", "pre_screen_resume_binary", "--body", body, "--yes")
    assert run(*words).err == "jobmojito: pre_screen_resume_binary: it needs --file PATH\n"
    assert run(*words, "--file", tmp_path / "no.pdf").err == "jobmojito: --file: no.pdf: No such file or directory\n"
    assert run(*words, "--file", handbook).code == 0


def test_what_a_terminal_would_obey_is_not_shown(run, jm):
    """Whatever stands in an answer: escapes, C1 controls, marks of direction, lone surrogates."""
    name = "Night\x1b]0;gone\x07\x9b2J\u202e nurse"
    jm.interviews.create_interview(body={**INTERVIEW, "name": name})

    for words in (("interviews",), ("interviews", "--json"), ("call", "list_interviews", "--json")):
        out = run(*words).out
        assert out.replace("\n", "").replace("\t", "").isprintable()
        assert "Night" in out
    assert run("interviews", "--json").lines[0]["name"] == name
