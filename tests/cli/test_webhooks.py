"""`jobmojito webhooks serve`: prints deliveries, hides people, and lets nobody in without the secret."""

import json
import os
import re
import subprocess
import sys

import httpx
import pytest

from jobmojito.cli import main
from tests.webhooks.test_receiving import GOOD, PERSON, payload

PROGRAM = [sys.executable, "-m", "jobmojito", "webhooks", "serve", "--port", "0", "--header", "X-Hook"]


def served(*options, count, posts):
    """Serve so many deliveries, make these posts, and give the answers' statuses, stdout and the rest of stderr."""
    place = {**os.environ, "JOBMOJITO_WEBHOOK_SECRET": GOOD["x-hook"]}
    command = [*PROGRAM, "--count", str(count), *options]
    with subprocess.Popen(command, env=place, stdout=-1, stderr=-1, text=True) as running:
        base = re.search(r"http://127\.0\.0\.1:\d+/", running.stderr.readline())[0]
        answers = [
            httpx.post(base + path, content=json.dumps(body).encode(), headers=headers).status_code
            for path, body, headers in posts
        ]
        out, err = running.communicate(timeout=20)
    assert running.returncode == 0
    return answers, out, err


@pytest.mark.slow
def test_deliveries_are_printed_and_people_hidden():
    """The event by the path or inferred, a repeat called one; a stranger gets 401 and counts for nothing."""
    posts = [
        ("interview_result", payload(), {}),
        ("interview_result", payload(), GOOD),
        ("", payload(), GOOD),
        ("interview_failed", payload(interview_status="failed"), GOOD),
    ]
    answers, out, err = served("--json", count=3, posts=posts)

    lines = [json.loads(line) for line in out.splitlines()]
    assert answers == [401, 204, 204, 204]
    assert [line["event"] for line in lines] == ["interview_result", "interview_result (inferred)", "interview_failed"]
    assert [line["news"] for line in lines] == ["new", "repeat", "new"]
    assert PERSON not in out
    assert err == "jobmojito: 401: the delivery does not have the configured secret\n"


@pytest.mark.slow
def test_links_and_people_are_shown_where_asked():
    """Plain lines in a pipe, with everything."""
    _, out, _ = served("--show-links", count=1, posts=[("", payload(), GOOD)])

    assert PERSON in out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "there is no secret: set JOBMOJITO_WEBHOOK_SECRET, or name a file with --secret-file"),
        (("--secret-file", "missing"), "--secret-file: No such file or directory"),
        (("--header", "X Hook", "--secret-file", "file"), "a header name in secrets is not one that HTTP allows"),
        (("--port", "99999", "--secret-file", "file"), "--port"),
        (("--port", "1", "--count", "0", "--secret-file", "file"), "--count"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(options, said, capsys, monkeypatch, tmp_path):
    """Nothing is served without a secret, or with a configuration that can let nobody in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JOBMOJITO_WEBHOOK_SECRET", raising=False)
    (tmp_path / "file").write_text("s3cret")
    (tmp_path / "file").chmod(0o600)

    assert main(["webhooks", "serve", *options]) == 1
    assert said in capsys.readouterr().err
