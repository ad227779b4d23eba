"""What scripts print holds no command to a CI runner, whatever a vendor's document says."""

from __future__ import annotations

import json
import sys

import pytest

from scripts import changelog
from scripts.files.failures import Refused, exit_code
from scripts.files.output import inert
from tests.changes.cases import document

COMMANDS = [
    ("##[set-output name=x;]y", "\\u0023#[set-output name=x;]y"),
    ("a ##vso[task.complete]", "a \\u0023#vso[task.complete]"),
    ("::set-env name=x::y", "\\u003a:set-env name=x::y"),
    ("  ::stop-commands::z", "  \\u003a:stop-commands::z"),
    ("a\n::error::b", "a\n\\u003a:error::b"),
    ("a\r::error::b", "a\r\\u003a:error::b"),
    ("https://a.test/b::c #1 ## [x]", "https://a.test/b::c #1 ## [x]"),
]


@pytest.mark.parametrize(("text", "shown"), COMMANDS)
def test_no_line_is_a_command(text, shown):
    """Both ways to write a command are broken where a runner would see them, and nothing else is touched."""
    assert inert(text) == shown


@pytest.mark.parametrize("command", ["##[set-output name=x;]y", "::set-env name=x::y"])
def test_a_vendors_words_reach_the_log_as_words(command, tmp_path, capsys):
    """In the changelog, in every form, and in what is refused."""
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, title in zip(paths, ("Old", command), strict=True):
        path.write_text(json.dumps(document({"/info/title": title})))

    for form in changelog.FORMATS:
        assert changelog.main([*map(str, paths), "--format", form]) == 0
        out = capsys.readouterr().out
        assert not [line for line in out.splitlines() if "##[" in line or line.strip().startswith("::")]
    assert json.loads(out)["title"] == command


def test_a_defects_traceback_is_as_harmless(capsys):
    """What no script expected may quote a document too."""

    def action():
        raise ValueError("\n::error::x\n##[debug]y")

    assert exit_code("tried", action) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("ValueError: \n\\u003a:error::x\n\\u0023#[debug]y\n")


def test_what_another_program_printed_is_as_harmless(capsys):
    """Output that is handed on as bytes, in pieces, up to the end without a line end."""

    def action():
        sys.stderr.buffer.write(b"::er")
        sys.stderr.buffer.write(b"ror::x\n::warn")
        print(":", end="")
        raise Refused("##[debug]x")

    assert exit_code("tried", action) == 2
    assert capsys.readouterr() == (":", "\\u003a:error::x\n\\u003a:warntried: \\u0023#[debug]x\n")
