"""Next versions of the document through the whole update: changelog, version, and a client that works."""

import functools
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from scripts import update
from scripts.files import documents
from tests import baseline
from tests.checkouts import checkout_in
from tests.evolutions.evolutions import EVOLUTIONS


def updated(folder, document, version):
    """A checkout at a version, updated to a document: its folder, the exit code and what was printed."""
    checkout = checkout_in(folder, version)
    path = folder / "new.json"
    path.write_bytes(documents.dump(document))
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = update.main(["--file", str(path), "--no-tests"], root=checkout)
    return checkout, code, out.getvalue(), err.getvalue()


def without_names(text):
    """A changelog without our names: of operations, of what is generated, and the warnings of those without."""
    told = re.sub(r" \((?:\w+|'\w+')\)(?='| \[)", "", text)
    return re.sub(r"\n+FOR USERS OF THE PACKAGE\n[\s\S]*", "\n", told)


def test_evolutions_together_go_through_one_update(tmp_path):
    """A dozen evolutions at once give every change of each, the version of the worst, and a client that works."""
    document = functools.reduce(lambda made, evolution: evolution.apply(made), EVOLUTIONS, baseline.published())
    checkout, code, out, err = updated(tmp_path, document, "1.2.3")
    said = {_subject(line) for line in without_names(out).splitlines()}
    expected = {
        _subject(line) for evolution in EVOLUTIONS for line in evolution.changelog.splitlines() if line[:2] == "- "
    }

    assert code == 0, err
    assert len(EVOLUTIONS) >= 12
    assert {line for line in expected - said if not line.startswith("- description")} == set()
    assert 'version = "2.0.0"' in (checkout / "pyproject.toml").read_text()
    assert calls_everything(checkout).startswith("33 operations, ")


def calls_everything(checkout):
    """What the client of a checkout says of itself when every operation of it is called."""
    folders = os.pathsep.join(str(checkout / name) for name in ("overlay", "generated"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.wire.exchanges"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": folders},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout or done.stderr[-4_000:]


def _subject(line):
    """What changed, without the operations that it touches: other evolutions add to those."""
    return re.sub(r"(, (?:sent to|received from)| in '.*)? ?(?:'.*)?\[[a-z0-9-]+\]$", "", line)
