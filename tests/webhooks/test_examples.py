"""The example receivers, served as their frameworks serve them, take what the sandbox posts."""

import importlib.util
import socket
import sqlite3
import threading
import time
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
import uvicorn

from jobmojito import JobMojito
from jobmojito.sandbox import Sandbox, Webhooks
from tests.bodies import body_for

EXAMPLES = Path(__file__).resolve().parents[2] / "overlay/docs/examples"
EVENTS = ("interview_result", "interview_collected", "interview_failed")


@pytest.fixture
def example(monkeypatch, tmp_path):
    """Load an example, configured by the environment as its docstring says."""

    def load(name):
        monkeypatch.setenv("WEBHOOK_SECRET", "s3cret")
        monkeypatch.setenv("STORE", str(tmp_path / "results.db"))
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(__import__("sys").modules, name, module)
        spec.loader.exec_module(module)
        return module

    return load


def served(app):
    """Serve a WSGI application on a free port; gives the server."""

    class Handler(WSGIRequestHandler):
        def log_message(self, *_):
            pass

    server = make_server("127.0.0.1", 0, app, handler_class=Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def wait_until(holds):
    """Wait until this is true."""
    for _ in range(2000):
        if holds():
            return
        time.sleep(0.01)
    pytest.fail("it never came")


def finish(jm, email="ada@example.com"):
    """Register a candidate, whose interview is finished at once; gives the result's id."""
    made = jm.interviews.create_interview(body=body_for("create_interview", status="active", type="interview"))
    jm.register_candidates(interview_id=made.interview_def_set_id, rows=[{"name": "Ada", "email": email}])
    return next(iter(jm.items(jm.results.list_interview_results))).interview_result_id


@pytest.mark.parametrize(("name", "attribute"), [("webhooks_flask", "app"), ("webhooks_django", "application")])
def test_a_wsgi_example_takes_what_is_posted(example, name, attribute):
    """A delivery is stored and answered with 204; one without the secret is 401, of another name 404, a GET 405."""
    module = example(name)
    stored = []
    module.store = stored.append
    server = served(getattr(module, attribute))
    base = f"http://127.0.0.1:{server.server_port}/webhooks"
    settings = Webhooks({event: f"{base}/{event}" for event in EVENTS}, {"X-Webhook-Secret": "s3cret"})
    try:
        with Sandbox(webhooks=settings) as sandbox, JobMojito(sandbox.token, base_url=sandbox.base_url) as jm:
            result_id = finish(jm)
            wait_until(lambda: sandbox.app.deliveries.counts)
            counts = dict(sandbox.app.deliveries.counts)
        answers = [
            httpx.post(f"{base}/interview_result", content=b"{}").status_code,
            httpx.post(f"{base}/interview_other", content=b"{}").status_code,
            httpx.get(f"{base}/interview_result").status_code,
            httpx.post(f"{base}/interview_result", content=b"[", headers=settings.headers).status_code,
        ]
    finally:
        server.shutdown()
        server.server_close()

    assert counts == {("interview_result", 204): 1}
    assert [(event.event, event.result_id) for event in stored] == [("interview_result", result_id)]
    assert answers == [401, 404, 405, 400]


def test_the_fastapi_example_stores_each_change_once_and_sweeps(example, monkeypatch, tmp_path):
    """What was posted while it was down is found by the sweep; deliveries are stored once."""
    rows = sqlite3.connect(tmp_path / "results.db", isolation_level=None)
    port = _free_port()
    urls = {event: f"http://127.0.0.1:{port}/webhooks/{event}" for event in EVENTS}
    settings = Webhooks(urls, {"X-Webhook-Secret": "s3cret"}, retries=())
    with Sandbox(webhooks=settings) as sandbox, JobMojito(sandbox.token, base_url=sandbox.base_url) as jm:
        missed = finish(jm)
        wait_until(lambda: sandbox.app.deliveries.counts)
        monkeypatch.setenv("JOBMOJITO_TOKEN", sandbox.token)
        monkeypatch.setenv("JOBMOJITO_API_BASE_URL", sandbox.base_url)
        servers = []
        thread = threading.Thread(target=_serve, args=(servers, example, port), daemon=True)
        thread.start()
        wait_until(lambda: servers and servers[0].started)
        try:
            wait_until(lambda: rows.execute("SELECT count(*) FROM swept").fetchone()[0] == 1)
            sandbox.change_result(missed, score=12.5)
            wait_until(lambda: sandbox.app.deliveries.counts["interview_result", 204] == 1)
            refused = [httpx.post(url, content=b"{}").status_code for url in (urls[EVENTS[0]], f"{urls[EVENTS[0]]}s")]
        finally:
            servers[0].should_exit = True
            thread.join(20)

    changes = rows.execute("SELECT id, score FROM changes").fetchall()
    rows.close()
    assert [change[0] for change in changes] == [missed, missed]
    assert changes[-1][1] == 12.5
    assert refused == [401, 422]


def _serve(servers, example, port):
    """Load the example in the thread that serves it, as its database belongs to one thread."""
    servers.append(uvicorn.Server(uvicorn.Config(example("webhooks_fastapi").app, port=port, log_level="critical")))
    servers[0].run()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]
