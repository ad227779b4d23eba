"""What every test starts from: no settings of the person who runs it, and the same examples each time."""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Derandomised: a failure in CI is the same failure here. No deadline: CI shares its cores.
settings.register_profile("project", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("project")

# In the background of a shell Ctrl-C is ignored, and every program started from here would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# With JOBMOJITO_TESTS_HTTP=httpx2 the tests' own clients and transports are of httpx2; the client still needs httpx.
if os.environ.get("JOBMOJITO_TESTS_HTTP") == "httpx2":
    import httpcore2
    import httpx2

    sys.modules.update(httpx=httpx2, httpcore=httpcore2)

# What httpx itself refuses while a request or a client is made, and httpx2 does not; told by the ends of their names.
HTTPX_ALONE = (
    "test_bad_base_urls_are_refused_without_being_repeated[https://xn--/v1]",
    "test_request_that_cannot_be_made_shows_no_token[sync]",
    "test_request_that_cannot_be_made_shows_no_token[async]",
    "test_environment_that_cannot_be_used_is_told_by_its_name[sync-NO_PROXY]",
    "test_environment_that_cannot_be_used_is_told_by_its_name[async-NO_PROXY]",
    "test_link_that_is_not_safe_is_not_fetched[sync-https://xn--a.files.example.org/r.pdf]",
    "test_link_that_is_not_safe_is_not_fetched[async-https://xn--a.files.example.org/r.pdf]",
)
# Tests of what is in the wheel; the others are about the tools that make it.
PRODUCT = {"codec", "helpers", "overlay", "sandbox", "webhooks"}
# Modules that take long: begun first, so that no worker is left with one of them at the end.
LONG = {
    *("test_update", "test_breaks", "test_generate", "test_document_mutations", "test_parity", "test_code_mutations"),
    *("test_conformance", "test_crashes", "test_propose", "test_revisions", "test_plugin", "test_texts"),
    "test_reports",
}
SETTINGS = (
    *("JOBMOJITO_TOKEN", "JOBMOJITO_API_BASE_URL", "JOBMOJITO_ALLOW_HTTP_HOSTS"),
    *("JOBMOJITO_OPENAPI_URL", "JOBMOJITO_WEBHOOKS_URL"),
)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def pytest_collection_modifyitems(items):
    """Mark the product's tests by folder; with httpx2, leave out what is httpx's own; begin with what takes long."""
    folder = Path(__file__).parent
    for item in items:
        if "httpx2" in str(sys.modules.get("httpx")) and item.nodeid.endswith(HTTPX_ALONE):
            item.add_marker(pytest.mark.skip("httpx refuses this itself"))
        if item.path.relative_to(folder).parts[0] in PRODUCT:
            item.add_marker("product")
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    """Take the API's settings and any proxy out of the environment: tests talk to loopback with their own token."""
    for name in (*SETTINGS, *PROXIES):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def no_names_looked_up(monkeypatch):
    """Let no test ask a name server: only this machine's own name and addresses are known."""
    known = socket.getaddrinfo

    def getaddrinfo(host, *args, **options):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in {None, "", "localhost"} and not set(name) <= set("0123456789abcdef:."):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture(autouse=True)
def no_signal_handler_left_behind():
    """Give Ctrl-C and SIGTERM back their meaning: a program called in a test may have taken them for itself."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
