"""A server on loopback that plays the vendor's, and documents to publish on it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests import baseline


class Vendor(ThreadingHTTPServer):
    """Answers each path with what `pages` has for it: status, headers and the pieces of the body.

    What is in `failing` is answered first, each once.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, tuple[int, dict[str, str], Any]] = {}
        self.failing: list[tuple[int, dict[str, str]]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def publish(self, path: str, body: bytes, *, status: int = 200, **headers: str) -> str:
        """Put a page at a path; underscores in header names become dashes."""
        self.pages[path] = (status, {name.replace("_", "-"): text for name, text in headers.items()}, [body])
        return self.url + path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        status, headers, pieces = self.server.pages.get(self.path, (404, {}, [b"nothing here"]))
        if self.server.failing:
            (status, headers), pieces = self.server.failing.pop(0), [b"not now"]
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        try:
            for piece in pieces:
                self.wfile.write(piece)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def vendor():
    """A running server with nothing on it yet."""
    server = Vendor()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def published():
    """The baseline document, to be altered at will."""
    return baseline.published()


@pytest.fixture
def repository(tmp_path):
    """A folder with the baseline documents, vendored, and nothing else."""
    (tmp_path / "openapi").mkdir()
    for path in (baseline.PUBLISHED, baseline.WEBHOOKS):
        (tmp_path / "openapi" / path.name).write_bytes(path.read_bytes())
    return tmp_path
