import gzip
import itertools
import socket
import threading
import time
import tracemalloc

import pytest

from scripts.files.failures import Refused
from scripts.files.fetch import fetch, require_safe


def test_fetch_gives_the_bytes_whatever_the_content_type(vendor):
    """The body comes back as it was sent, even when the server calls it a web page."""
    url = vendor.publish("/openapi", b'{"openapi": "3.1.0"}', Content_Type="text/html")

    assert fetch(url) == b'{"openapi": "3.1.0"}'


def test_fetch_sends_no_credentials(vendor, monkeypatch):
    """No token goes out, whatever the environment holds."""
    monkeypatch.setenv("JOBMOJITO_TOKEN", "secret-token")
    fetch(vendor.publish("/openapi", b"{}"))
    _, headers = vendor.asked[0]

    assert "secret-token" not in str(headers)
    assert "authorization" not in {name.lower() for name in headers}


def test_fetch_unpacks_gzip(vendor):
    """A packed answer is the same answer."""
    assert fetch(vendor.publish("/openapi", gzip.compress(b"{}"), Content_Encoding="gzip")) == b"{}"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/openapi",
        "ftp://127.0.0.1/openapi",
        "file:///etc/passwd",
        "//example.com/openapi",
        "https:///openapi",
        "http://127.0.0.1.example.com/",
        "https://example.com:99999/",
        "no address",
    ],
)
def test_only_https_is_fetched(url):
    """An address that is neither https nor http on loopback is refused before anything is sent."""
    with pytest.raises(Refused, match=r"only https addresses|not a URL"):
        require_safe(url)


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "http://127.0.0.1:8000/x", "http://[::1]/x", "http://localhost/x"]
)
def test_https_and_loopback_are_fetched(url):
    """https goes anywhere, http stays on this machine."""
    require_safe(url)


def test_an_address_with_a_password_is_not_fetched_nor_shown():
    """User information in an address is refused, and the message does not repeat it."""
    with pytest.raises(Refused, match="user name or password") as refusal:
        require_safe("https://me:hunter2@example.com/openapi")

    assert "hunter2" not in str(refusal.value)


def test_redirects_within_the_host_are_followed(vendor):
    """A moved document is found where the same server says it is."""
    vendor.publish("/old", b"", status=301, Location="/new")
    vendor.publish("/new", b"{}")

    assert fetch(f"{vendor.url}/old") == b"{}"


@pytest.mark.parametrize(
    ("target", "told", "asked"),
    [
        ("http://localhost:{port}/x", "redirects to another host", 1),
        ("http://127.0.0.1:1/x", "redirects to another host", 1),
        ("https://example.com/x", "redirects to another host", 1),
        ("/a", "more than 3 times", 4),
    ],
)
def test_redirects_to_another_host_or_without_end_are_refused(vendor, target, told, asked):
    """Another host or another port is another server, and is not asked; in circles nobody goes beyond three hops."""
    vendor.publish("/a", b"", status=302, Location=target.format(port=vendor.server_port))

    with pytest.raises(Refused, match=told):
        fetch(f"{vendor.url}/a")
    assert len(vendor.asked) == asked


@pytest.mark.parametrize("status", [201, 204, 300, 304, 401, 404, 501, 546])
def test_any_status_but_200_is_refused(vendor, status):
    """What comes with another status is no document, and a status that will not pass is not asked for again."""
    with pytest.raises(Refused, match=f"answered {status} instead of 200"):
        fetch(vendor.publish("/openapi", b"{}", status=status))
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("failures", [[(502, {})], [(503, {"Retry-After": "0"}), (500, {})], [(429, {}), (504, {})]])
def test_what_passes_is_asked_for_again(vendor, failures):
    """A server that fails once or twice does not cost a day's update."""
    url = vendor.publish("/openapi", b"{}")
    vendor.failing = list(failures)

    assert fetch(url, waits=(0.0, 0.0)) == b"{}"
    assert len(vendor.asked) == len(failures) + 1


@pytest.mark.parametrize(
    ("failing", "waits", "asked"),
    [
        ([(502, {}), (502, {}), (503, {}), (502, {})], {"waits": (0.0, 0.0)}, 3),
        ([(503, {"Retry-After": "3600"})], {}, 1),
    ],
)
def test_trying_again_has_an_end(vendor, failing, waits, asked):
    """After the last try its own status is told; a server that asks for an hour is left alone."""
    vendor.failing = failing

    with pytest.raises(Refused, match="answered 503 instead of 200"):
        fetch(vendor.publish("/openapi", b"{}"), **waits)
    assert len(vendor.asked) == asked


def test_a_long_answer_is_refused_while_it_streams(vendor):
    """An answer without end costs the limit, not the memory."""
    vendor.pages["/openapi"] = (200, {}, itertools.repeat(b"x" * 65536))

    with pytest.raises(Refused, match="larger than 1000000 bytes"):
        fetch(f"{vendor.url}/openapi", limit=1_000_000)


def test_a_small_answer_that_unpacks_to_much_is_refused(vendor):
    """Two hundred megabytes in two hundred kilobytes are refused at the limit, in little memory."""
    url = vendor.publish("/openapi", gzip.compress(bytes(200_000_000), 9), Content_Encoding="gzip")
    tracemalloc.start()
    with pytest.raises(Refused, match="larger than 1000000 bytes"):
        fetch(url, limit=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("body", "packing", "reason"),
    [
        (b"{}", "br", "packed as br"),
        (b"{}", "gzip", "not packed as it says"),
        (gzip.compress(b"{}", mtime=0)[:-9], "gzip", "ends in the middle"),
        (gzip.compress(b"{}", mtime=0) + gzip.compress(b"{}", mtime=0), "gzip", "goes on after the end"),
    ],
)
def test_strange_packing_is_refused(vendor, body, packing, reason):
    """What is packed otherwise than asked for, or badly, is refused."""
    with pytest.raises(Refused, match=reason):
        fetch(vendor.publish("/openapi", body, Content_Encoding=packing))


def test_a_server_that_trickles_is_left_at_the_deadline():
    """A byte now and then keeps no one waiting beyond the deadline, not even within the headers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_trickle, args=(server,), daemon=True).start()
        with pytest.raises(Refused, match=r"not finished after 0\.5 seconds"):
            fetch(f"http://127.0.0.1:{server.getsockname()[1]}/", deadline=0.5)


def _trickle(server):
    connection, _ = server.accept()
    with connection:
        for byte in itertools.cycle(b"HTTP/1.1 200 OK\r\nX-A: "):
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return
            time.sleep(0.05)


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1", "socks4://127.0.0.1", "socks5://127.0.0.1", "http://a:\udcff@b"])
def test_a_proxy_that_cannot_be_used_is_one_clear_line(monkeypatch, proxy):
    """It is found before anything is asked of it."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(Refused, match=r"https://vendor\.test/openapi: "):
        fetch("https://vendor.test/openapi", waits=())


def test_a_refused_connection_is_one_clear_line():
    """A server that is not there is told by its address."""
    with pytest.raises(Refused, match=r"http://127\.0\.0\.1:9/openapi: ConnectError"):
        fetch("http://127.0.0.1:9/openapi", waits=())
