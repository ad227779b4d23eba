"""Starting, stopping and asking the server: its command line, its counters, many requests at once."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest

from jobmojito import sandbox as package
from jobmojito.sandbox import Sandbox, SandboxError, create_app, demo
from jobmojito.sandbox.__main__ import main
from tests.overlay.breaches import assumptions_hold

from .conftest import INTERVIEW, create, listed

__all__ = ["assumptions_hold"]

HEADERS = {"Authorization": "Bearer any"}
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_it_starts_and_stops_cleanly():
    """A start listens, a stop frees the port and leaves no thread, and both can be repeated."""
    threads = threading.active_count()
    sandbox = Sandbox()
    for _ in range(2):
        sandbox.start()
        assert httpx.get(sandbox.base_url).status_code == 200
        port = sandbox.port
        sandbox.stop()
        sandbox.stop()

    assert threading.active_count() == threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with pytest.raises(SandboxError, match="not running"):
        _ = sandbox.base_url


def test_a_stop_cuts_what_is_in_flight():
    """A request that would last for a day does not keep the server alive, and ends with a 500."""
    with Sandbox() as sandbox, socket.create_connection((sandbox.host, sandbox.port)) as waiting:
        waiting.sendall(b"GET /merchant-status HTTP/1.1\r\nHost: x\r\nX-Sandbox-Fault: latency=86400\r\n\r\n")
        while not sandbox.requests["get_merchant_status"]:
            threading.Event().wait(0.01)
        sandbox.stop()

        assert waiting.recv(12) == b"HTTP/1.1 500"


@pytest.mark.parametrize(("host", "warnings"), [("127.0.0.1", 0), ("localhost", 0), ("0.0.0.0", 1)])  # noqa: S104
def test_a_host_that_is_not_loopback_is_warned_of(caplog, host, warnings):
    """It listens where it is told to, warns once where others can reach it, and gives an address of this machine."""
    with Sandbox(host=host) as sandbox:
        answer = httpx.get(sandbox.base_url)

    assert answer.json()["base_url"].startswith("http://127.0.0.1:")
    assert [("whoever reaches this machine" in record.getMessage()) for record in caplog.records] == [True] * warnings


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "x" * 64], "is not an address to listen on"),
        (["--port", "65536"], "65536 is not a port"),
        (["--port", "-1"], "-1 is not a port"),
        (["--port", "taken"], "cannot listen on 127.0.0.1 port"),
        (["--credits", "-1"], "'credits' must be >= 0"),
        (["--credits", "nan"], "'credits' must be >= 0"),
        (["--contract", "/nowhere/contract.json"], "the contract cannot be read"),
        (["--fault", "nonsense"], "unknown fault key 'nonsense'"),
        (["--fault", "no_such_operation: status=500"], "the contract has no operation 'no_such_operation'"),
    ],
)
def test_what_cannot_work_is_one_line(capsys, sandbox, arguments, message):
    """A bad option or a port in use is a non-zero exit and one line on stderr that says what is wrong."""
    code = main([str(sandbox.port) if argument == "taken" else argument for argument in arguments])

    error = capsys.readouterr().err
    assert code in (1, 2)
    assert message in error
    assert error.count("\n") == 1


def test_a_missing_extra_is_one_line(capsys, monkeypatch):
    """Without its packages the command says what to install, and so does the import."""
    found = importlib.util.find_spec
    monkeypatch.setattr(package, "find_spec", lambda name: None if name == "uvicorn" else found(name))

    codes = [main([]), demo.main([])]

    error = capsys.readouterr().err
    assert (codes, error.count("\n")) == ([1, 1], 2)
    assert "needs uvicorn: pip install 'jobmojito[sandbox]'" in error
    with pytest.raises(ImportError, match="pip install"):
        _ = package.Sandbox


@pytest.mark.parametrize("program", ["jobmojito.sandbox", "jobmojito.sandbox.demo"])
def test_programs_start_without_the_extra(program):
    """Where nothing of the extra is installed, each program is one line and exit 1: no module needs it too early."""
    hide = f"import runpy, sys; sys.modules.update(dict.fromkeys({package.PACKAGES}))"
    run = f"{hide}; sys.argv[1:] = []; runpy.run_module({program!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", run], env=ENVIRONMENT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "pip install 'jobmojito[sandbox]'" in done.stderr


def test_every_exported_name_is_there():
    """`__all__` is what the package offers, and a misspelt name is an AttributeError."""
    assert all(hasattr(package, name) for name in package.__all__)
    with pytest.raises(AttributeError, match="Sandbux"):
        _ = package.Sandbux


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_stop(number):
    """`python -m jobmojito.sandbox` says where it listens, serves, and ends with 0 on Ctrl-C and SIGTERM."""
    command = [sys.executable, "-m", "jobmojito.sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        url = next(word for word in process.stdout.readline().split() if word.startswith("http"))
        status = httpx.get(f"{url}/merchant-status", headers=HEADERS).status_code
        process.send_signal(number)

        assert (status, process.wait(10)) == (200, 0)


def test_requests_are_counted_with_what_they_cost(contract):
    """The admin endpoint tells requests, answers, faults, uploads and credits; a reset forgets them and the data."""
    with Sandbox(contract=contract) as sandbox, httpx.Client(base_url=sandbox.base_url, headers=HEADERS) as http:
        http.post("/job-interview-create", json=INTERVIEW)
        http.post("/job-interview-create", json={})
        http.get("/merchant-status", headers={"X-Sandbox-Fault": "status=503"})
        counts = http.get("/_sandbox/requests").json()
        after = http.post("/_sandbox/reset").json()
        rows = listed(http, "/merchant-interview-list")

    assert counts["requests"] == {"create_interview": 2, "get_merchant_status": 1}
    assert counts["answers"] == {"create_interview 200": 1, "create_interview 422": 1, "get_merchant_status 503": 1}
    assert (counts["faults"], counts["credits_spent"]) == ({"get_merchant_status": 1}, 1.0)
    assert (after["requests"], after["credits_spent"], rows) == ({}, 0.0, [])


def test_root_says_what_the_server_is(sandbox):
    """`GET /` needs no token, and tells the contract, the base URL and where the counts are; so does the base URL."""
    root, base = (httpx.get(url).json() for url in (f"http://{sandbox.host}:{sandbox.port}/", sandbox.base_url))

    assert root == base
    assert (root["name"], root["base_url"]) == ("JobMojito sandbox", sandbox.base_url)
    assert root["operations"] == len(sandbox.app.contract.operations)


@pytest.mark.parametrize("options", [{"log_requests": True}, {}])
def test_a_line_a_request_can_be_printed(contract, capsys, options):
    """It holds the operation and the status, and nothing of path, query, headers or body; it is off by default."""
    with Sandbox(contract=contract, **options) as sandbox, httpx.Client(base_url=sandbox.base_url) as http:
        http.get("/merchant-status", headers={"Authorization": "Bearer secret-token"}, params={"q": "secret"})
        http.get("/secret/path")
        http.get("/merchant-status", headers={"X-Sandbox-Fault": "status=503; id=secret"})
        with pytest.raises(httpx.ReadError):
            http.post("/invite-users", headers={"X-Sandbox-Fault": "reset=read"}, json={"secret": 1})

    lines = ["get_merchant_status 200", "unknown endpoint 404", "get_merchant_status 503 (fault)",
             "invite_users reset (fault)"]  # fmt: skip
    assert capsys.readouterr().err.splitlines() == (lines if options else [])


def test_parallel_requests_lose_nothing(sandbox, http):
    """Sixteen clients at once: every interview is made once, paid once and listed once."""
    before, spent = sandbox.requests["create_interview"], sandbox.credits_spent

    with ThreadPoolExecutor(16) as pool:
        ids = set(pool.map(lambda _: create(http), range(200)))

    rows = listed(http, "/merchant-interview-list", limit=1000)
    assert (len(ids), len(rows), sandbox.requests["create_interview"] - before) == (200, 200, 200)
    assert round(sandbox.credits_spent - spent, 1) == 200


def test_the_application_works_without_a_server(contract):
    """`create_app()` serves over `httpx.ASGITransport`; a reset is a ConnectionResetError there."""

    async def ask():
        app = httpx.ASGITransport(create_app(contract=contract))
        async with httpx.AsyncClient(transport=app, base_url="http://sandbox", headers=HEADERS) as http:
            created = await http.post("/job-interview-create", json=INTERVIEW)
            with pytest.raises(ConnectionResetError):
                await http.get("/merchant-status", headers={"X-Sandbox-Fault": "reset=after"})
            return created.status_code

    assert anyio.run(ask) == 200


@pytest.mark.usefixtures("assumptions_hold")
def test_the_demo_tells_its_story(capsys, tmp_path):
    """The demo exits 0, shows the bad row's outcome, keeps the files, and prints no token."""
    code = demo.main(["--out", str(tmp_path)])

    story = capsys.readouterr().out
    assert code == 0
    assert "error: email is not valid" in story
    assert "2 of 3 registered" in story
    assert "interview_token" not in story
    assert {path.name for path in tmp_path.iterdir()} == {"resume.pdf", "report.pdf"}


def test_a_demo_that_fails_says_so_and_stops_its_server(capsys):
    """A step that does not work is one line, exit 1, and no thread is left."""
    threads = threading.active_count()

    code = demo.main(["--out", "/proc/nowhere"])

    assert (code, capsys.readouterr().err.count("\n"), threading.active_count()) == (1, 1, threads)
