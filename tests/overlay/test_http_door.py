"""The one door to httpx: nothing else imports it, and httpx2 is served as httpx is."""

import ast
import asyncio
import logging
from pathlib import Path

import httpx2
import pytest

from jobmojito import AsyncJobMojito, JobMojito, errors, http
from jobmojito.redaction import quiet

ROOT = Path(__file__).parents[2]
DOORS = {"overlay/jobmojito/http.py", "generated/jobmojito_api/client.py"}
TOKEN = "token-for-tests"


def imported(path):
    """Give the top-level names that a module imports when it runs."""
    tree = ast.parse(path.read_text("utf-8"))
    for_types = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    left_out = {id(inner) for node in for_types for part in node.body for inner in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def test_only_the_doors_import_httpx():
    """Of all modules that users install, one of the overlay and one of the generated client import httpx."""
    sources = [*(ROOT / "overlay/jobmojito").rglob("*.py"), *(ROOT / "generated").rglob("*.py")]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in sources
        if {"httpx", "httpx2", "httpcore", "httpcore2"} & set(imported(path))
    }

    assert found == DOORS


def answers(status=200):
    """Give a transport of httpx2 that answers every request with this status."""
    return httpx2.MockTransport(lambda _: httpx2.Response(status, json=[] if status == 200 else {"error": "no"}))


@pytest.mark.parametrize("option", ["transport", "http_client"])
def test_a_sync_client_sends_with_httpx2(option):
    """A transport or client of httpx2 serves the calls, and its own answers become values and errors of ours."""
    kind = (lambda transport: httpx2.Client(transport=transport)) if option == "http_client" else lambda it: it
    with JobMojito(TOKEN, **{option: kind(answers(404))}) as jm, pytest.raises(errors.NotFoundError):
        jm.admin.list_languages()


def test_an_async_client_sends_with_httpx2():
    """The same for asyncio."""

    async def call():
        async with AsyncJobMojito(TOKEN, transport=answers(404)) as jm:
            await jm.admin.list_languages()

    with pytest.raises(errors.NotFoundError):
        asyncio.run(call())


def names():
    """Give the exception classes that both libraries have."""
    kinds = (name for name, kind in vars(httpx2).items() if isinstance(kind, type) and issubclass(kind, Exception))
    return sorted(name for name in kinds if hasattr(http.httpx, name))


@pytest.mark.parametrize("name", names())
def test_an_exception_of_httpx2_counts_as_that_of_httpx(name):
    """Each class of httpx2 is taken for the class of httpx with its name."""
    error = getattr(httpx2, name).__new__(getattr(httpx2, name))

    assert http.own_class(error) is getattr(http.httpx, name)


def test_a_refused_connection_is_proved_unsent_by_either_library():
    """A refused connection was surely not sent: httpx2 over httpcore2 is believed as httpx over httpcore is."""
    sent = []
    client = httpx2.Client(event_hooks={"request": [sent.append]})
    once = JobMojito(TOKEN, base_url="http://127.0.0.1:9", http_client=client)
    with pytest.raises(errors.ConnectionFailedError) as caught:
        once.admin.list_languages()

    assert len(sent) > 1
    assert type(caught.value.__cause__) is httpx2.ConnectError


@pytest.mark.parametrize("name", ["httpx", "httpx2", "httpcore.http11", "httpcore2.http11"])
def test_log_lines_of_both_are_shortened(name, caplog):
    """No URL of ours stands in the log of either library."""
    caplog.set_level(logging.DEBUG)
    with quiet():
        logging.getLogger(name).debug("HTTP Request: %s %s", "GET", "https://host/secret")

    assert "secret" not in caplog.text
    assert caplog.records


def test_the_raw_client_is_of_the_library_of_the_connection():
    """The raw client of a connection of httpx2 is one of httpx2."""
    with JobMojito(TOKEN, transport=answers()) as jm:
        assert isinstance(jm.raw.get_httpx_client(), httpx2.Client)
        assert jm.raw.get_httpx_client().get("languages").json() == []


def test_a_timeout_of_httpx2_is_taken():
    """A `Timeout` of httpx2 means the same as one of httpx."""
    limits = httpx2.Timeout(7, connect=3)
    with JobMojito(TOKEN, transport=answers(), timeout=limits) as jm:
        assert jm._session.settings.timeout.as_dict() == limits.as_dict()
