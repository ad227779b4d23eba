import asyncio
import json
import logging
import os
import re
import socket
import stat
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from jobmojito import (
    ConfigurationError,
    ConnectionFailedError,
    DownloadError,
    InvalidRequestError,
    JobMojitoError,
    NotFoundError,
    OutcomeUnknownError,
    RequestTimeoutError,
    ResponseDecodeError,
    RetryPolicy,
)
from tests.faults import server as faults
from tests.overlay.driver import ID, TOKEN, Driver

pytestmark = pytest.mark.usefixtures("assumptions_hold")

OTHER = "93c98d21-e04d-4a84-9afa-ed154cf73636"
PDF = b"%PDF-1.7 " + bytes(range(256)) * 4000 + b"\n%%EOF\n"
UNTIL = "2026-09-01T12:00:00.000Z"
NEVER = "2026-09-01T12:00:00+99:00"
HTML = "<h1>Zpráva \u2028 \ud800</h1>"
JSON = {"results": [{"data": {"name": "Jürgen", "\ud800": None}, "files": []}], "new": 1}


class _Api:
    """Asks are answered with a link to `link`; the link with `files`, one after the other."""

    def __init__(self, *files, link="https://files.example.org/r.pdf?token=s1gned", answer=None):
        self.link, self.files, self.answer = link, list(files), answer
        self.asked, self.fetched = [], []

    def __call__(self, request):
        if request.method == "POST":
            self.asked.append(json.loads(request.content))
            value = self.answer or {"pdf_export_url": self.link, "pdf_export_valid_until": UNTIL}
            return httpx.Response(200, content=json.dumps(value).encode())
        self.fetched.append(request)
        return self.files.pop(0) if len(self.files) > 1 else self.files[0]

    @property
    def transport(self):
        return httpx.MockTransport(self)


def _download(path, result_id=ID, **options):
    return lambda jm: jm.download_report(result_id, path, **options)


def _files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_pdf_is_fetched_from_its_link_and_put_in_place(api, tmp_path):
    """Asked for once, fetched once, complete, and told with its size and the link's end."""
    server = _Api(httpx.Response(200, content=PDF))

    report = api.call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert (tmp_path / "r.pdf").read_bytes() == PDF
    assert (report.path, report.format, report.size) == (tmp_path / "r.pdf", "pdf", len(PDF))
    assert (report.valid_until, report.valid_until.tzinfo) == (datetime(2026, 9, 1, 12, tzinfo=UTC), UTC)
    assert server.asked == [{"export_type": "pdf", "interview_result_id": ID, "store_file": True}]
    assert _files(tmp_path) == ["r.pdf"]


def test_html_and_json_are_written_as_they_come(api, tmp_path):
    """Nothing is fetched; a lone surrogate, which UTF-8 cannot hold, is escaped as the format does it."""
    html, data = _Api(answer={"html_export": HTML}), _Api(answer={"json_export": JSON})

    api.call(_download(str(tmp_path / "r.html"), format="html"), transport=html.transport)
    api.call(_download(tmp_path / "r.json", format="json"), transport=data.transport)

    assert (tmp_path / "r.html").read_text("utf-8") == HTML.replace("\ud800", "&#55296;")
    assert json.loads((tmp_path / "r.json").read_text("utf-8")) == JSON
    assert html.asked == [{"export_type": "html", "interview_result_id": ID}]


def test_several_results_template_and_features_go_along(api, tmp_path):
    """One report of many; the options are the contract's."""
    server = _Api(answer={"html_export": "x"})
    options = {"format": "html", "template": "modern", "features": {"transcript": False}}

    api.call(_download(tmp_path / "r", [ID, OTHER], **options), transport=server.transport)

    assert server.asked[0] == {
        "export_type": "html",
        "interview_result_ids": [ID, OTHER],
        "template": "modern",
        "export_features_result": {"transcript": False},
    }


@pytest.mark.parametrize("host", ["https://files.example.org", "https://cool.jobmojito.com"])
def test_link_is_fetched_without_anything_of_the_client(api, tmp_path, host):
    """Neither token nor cookies nor headers of the client, on whatever host: the link is its own credential."""
    kind = httpx.AsyncClient if api.kind == "async" else httpx.Client
    server = _Api(httpx.Response(200, content=PDF), link=f"{host}/r.pdf?token=s1gned")
    own = kind(transport=server.transport, headers={"X-Own": "1"}, cookies={"c": "1"}, auth=("user", "word"))

    api.call(_download(tmp_path / "r.pdf"), http_client=own)

    sent = dict(server.fetched[0].headers)
    assert sent.keys() <= {"host", "accept", "user-agent", "accept-encoding", "connection"}


INTERNAL = [
    "127.0.0.1", "localhost", "x.localhost", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", # noqa: S104 - nothing is bound
    "255.255.255.255", "224.0.0.1", "2130706433", "0x7f000001", "127.1", "10.0x10.3", "[::1]", "[::]",
    "[fd00::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[64:ff9b::a00:1]", "[2002:a00:1::]", "metadata", "metadata.google.internal", "printer.local", "localhost.",
    "127.0.0.1.", "inside.example.org", "both.example.org",
]  # fmt: skip
NAMES = {
    "inside.example.org": ["10.0.0.5"],
    "both.example.org": ["93.184.215.14", "fd00::5"],
    "files.example.org": ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"],
}


@pytest.fixture
def resolver(monkeypatch):
    """A resolver that knows the names above, and keeps what it was asked."""
    asked = []

    def getaddrinfo(host, port, *_args, **_options):
        asked.append(host)
        if host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in NAMES[host]]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "link",
    [
        *[f"https://{host}/r.pdf?token=s1gned" for host in INTERNAL],
        "http://files.example.org/r.pdf",
        "http://127.0.0.1.evil.example/r.pdf",
        "ftp://files.example.org/r.pdf",
        "file:///etc/passwd",
        "/r.pdf",
        "//files.example.org/r.pdf",
        "https://user:word@files.example.org/r.pdf",
        "https://files.example.org\\@evil.example/",
        "https://xn--/r.pdf",
        "https://xn--a.files.example.org/r.pdf",
        "data:application/pdf;base64,AAAA",
        "",
        None,
        7,
        ["https://files.example.org/r.pdf"],
    ],
)
def test_link_that_is_not_safe_is_not_fetched(api, tmp_path, resolver, link):
    """Only https to a public host, however the address is spelled, whatever it resolves to; no error shows the link."""
    server = _Api(httpx.Response(200, content=PDF), link=link)

    with pytest.raises(ResponseDecodeError, match="report was asked for, but") as raised:
        api.call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert server.fetched == []
    assert not re.search("example|s1gned", str(raised.value))
    assert _files(tmp_path) == []


def test_link_to_this_machine_may_be_plain_http(api, tmp_path, fault_server):
    """The sandbox serves its reports so."""
    fault_server.plays(
        faults.json_answer(200, {"pdf_export_url": f"{fault_server.url}/r.pdf", "pdf_export_valid_until": NEVER}),
        faults.answer(200, PDF),
    )

    report = api.call(_download(tmp_path / "r.pdf"), base_url=fault_server.url)

    assert (tmp_path / "r.pdf").read_bytes() == PDF
    assert report.valid_until is None
    assert "authorization" not in fault_server.seen[1].headers


@pytest.mark.parametrize(
    "fault",
    [
        faults.truncated(200, PDF, len(PDF) + 1),
        faults.reset_after_reading(),
        faults.html_answer(502),
        faults.answer(404, b"gone"),
        faults.answer(302, headers={"Location": "https://evil.example/r.pdf"}),
    ],
    ids=["cut", "reset", "502", "404", "302"],
)
def test_interrupted_download_keeps_the_old_file_and_leaves_no_part(api, tmp_path, fault_server, fault):
    """The new file appears whole or not at all; asking, which costs, happens once."""
    (tmp_path / "r.pdf").write_bytes(b"old")
    fault_server.plays(faults.json_answer(200, {"pdf_export_url": f"{fault_server.url}/r.pdf?token=s1gned"}), fault)

    with pytest.raises(JobMojitoError, match="download_report") as raised:
        api.call(_download(tmp_path / "r.pdf"), base_url=fault_server.url)

    assert (tmp_path / "r.pdf").read_bytes() == b"old"
    assert _files(tmp_path) == ["r.pdf"]
    assert [seen.method for seen in fault_server.seen].count("POST") == 1
    assert "s1gned" not in str(raised.value)


def test_download_that_breaks_off_starts_again_from_the_beginning(api, tmp_path, fault_server):
    """What came of the first try is not in the file."""
    link = faults.json_answer(200, {"pdf_export_url": f"{fault_server.url}/r.pdf"})
    fault_server.plays(link, faults.truncated(200, b"y" * 900_000, 10**6), faults.answer(200, PDF))

    report = api.call(_download(tmp_path / "r.pdf"), base_url=fault_server.url)

    assert (tmp_path / "r.pdf").read_bytes() == PDF
    assert report.size == len(PDF)


def test_asking_is_never_repeated(api, tmp_path, fault_server):
    """It costs credits: an unclear outcome is told, and no file appears."""
    fault_server.plays(faults.reset_after_reading())

    with pytest.raises(OutcomeUnknownError):
        api.call(_download(tmp_path / "r.pdf"), base_url=fault_server.url)

    assert fault_server.count == 1
    assert _files(tmp_path) == []


def test_target_that_cannot_be_written_is_found_before_asking(api, tmp_path):
    """No credits are spent on a report that has no place to go."""
    server = _Api(httpx.Response(200, content=PDF))
    (tmp_path / "file").write_text("x")

    for path in (tmp_path, tmp_path / "none" / "r.pdf", tmp_path / "file" / "r.pdf", str(tmp_path / "no\0name")):
        with pytest.raises(DownloadError, match="nothing was asked for"):
            api.call(_download(path), transport=server.transport)

    assert server.asked == []
    assert _files(tmp_path) == ["file"]


def test_full_disk_is_told_and_leaves_nothing(api, tmp_path, monkeypatch):
    """The error says that the report was asked for already."""
    server = _Api(httpx.Response(200, content=PDF))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DownloadError, match=r"No space left on device \(the report was asked for already"):
        api.call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert _files(tmp_path) == []


def test_interrupt_leaves_no_part(tmp_path):
    """Ctrl-C in the middle of a download removes what came."""

    def transport(request):
        if request.method == "POST":
            return httpx.Response(200, json={"pdf_export_url": "https://files.example.org/r.pdf"})
        assert len(_files(tmp_path)) == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Driver("sync").call(_download(tmp_path / "r.pdf"), transport=httpx.MockTransport(transport))

    assert _files(tmp_path) == []


def test_cancelling_leaves_no_part(tmp_path, fault_server):
    """The same for a task."""
    link = faults.json_answer(200, {"pdf_export_url": f"{fault_server.url}/r.pdf"})
    fault_server.plays(link, faults.slow_body(b"x" * 1000, 0.05, 20))

    async def main():
        async with Driver("async").client(base_url=fault_server.url) as jm:
            await asyncio.wait_for(jm.download_report(ID, tmp_path / "r.pdf"), 0.3)

    with pytest.raises(TimeoutError):
        asyncio.run(main())

    assert _files(tmp_path) == []


@pytest.mark.parametrize(
    "answer", [{}, {"html_export": 7}, {"pdf_export_url": "https://x.example"}, {"json_export": None}]
)
def test_answer_without_the_report_is_a_decode_error(api, tmp_path, answer):
    """Whatever shape came, it holds nothing to write."""
    for kind in ("html", "json"):
        with pytest.raises(ResponseDecodeError, match="asked for, but"):
            api.call(_download(tmp_path / "r", format=kind), transport=_Api(answer={**answer, "x": 1}).transport)

    assert _files(tmp_path) == []


def test_wrong_arguments_are_refused_before_anything_happens(api, tmp_path):
    """A format or an option that the contract does not know is not asked for."""
    server = _Api(httpx.Response(200, content=PDF))

    with pytest.raises(ConfigurationError, match="pdf, html, json"):
        api.call(_download(tmp_path / "r", format="docx"), transport=server.transport)
    with pytest.raises(InvalidRequestError):
        api.call(_download(tmp_path / "r", features={"transcript": "yes"}), transport=server.transport)

    assert server.asked == []
    assert _files(tmp_path) == []


def test_new_file_has_the_usual_permissions_and_links_are_followed(api, tmp_path):
    """As if a program had opened the file for writing: the umask counts, and a link keeps pointing where it did."""
    (tmp_path / "link.pdf").symlink_to("real.pdf")
    before = os.umask(0o027)
    try:
        for _ in range(2):
            api.call(_download(tmp_path / "link.pdf"), transport=_Api(httpx.Response(200, content=PDF)).transport)
    finally:
        os.umask(before)

    assert (tmp_path / "link.pdf").is_symlink()
    assert (tmp_path / "real.pdf").read_bytes() == PDF
    assert stat.S_IMODE((tmp_path / "real.pdf").stat().st_mode) == 0o640


def test_expired_link_is_an_api_error_of_the_download(api, tmp_path):
    """With the storage's own words."""
    gone = httpx.Response(404, json={"statusCode": "404", "error": "not_found", "message": "Object not found"})

    with pytest.raises(NotFoundError, match="download_report: 404 not_found"):
        api.call(_download(tmp_path / "r.pdf"), transport=_Api(gone).transport)


@pytest.mark.parametrize("slow", [faults.slow_headers(1.5), faults.slow_body(b"%PDF-1.7 %%EOF", 0.1, 20)])
def test_slow_download_is_a_timeout(api, tmp_path, fault_server, slow):
    """The client's time limit holds for the link too, even if each piece comes in time and the whole does not."""
    fault_server.plays(faults.json_answer(200, {"pdf_export_url": f"{fault_server.url}/r.pdf"}), slow)

    with pytest.raises(RequestTimeoutError, match="download_report"):
        api.call(_download(tmp_path / "r.pdf"), base_url=fault_server.url, timeout=0.5, retry=RetryPolicy.none())

    assert _files(tmp_path) == []


def test_link_is_in_no_log(api, tmp_path, fault_server, caplog):
    """With every library at DEBUG."""
    for name in ("httpx", "httpcore", "jobmojito"):
        caplog.set_level(logging.DEBUG, name)
    link = faults.json_answer(200, {"pdf_export_url": f"{fault_server.url}/private/r.pdf?token=s1gned"})
    fault_server.plays(link, faults.answer(200, PDF))

    api.call(_download(tmp_path / "r.pdf"), base_url=fault_server.url)

    assert "download_report: 200" in caplog.text
    assert [secret for secret in ("s1gned", "private", TOKEN, "r.pdf") if secret in caplog.text] == []


def test_large_report_is_not_held_in_memory(tmp_path):
    """A stream of 64 MiB passes through in pieces."""
    pieces = []

    class Stream(httpx.SyncByteStream):
        def __iter__(self):
            yield b"%PDF-"
            for _ in range(64):
                yield b"x" * 2**20
                part = next(Path(tmp_path).iterdir())
                pieces.append(part.stat().st_size)
            yield b"%%EOF"

    server = _Api(httpx.Response(200, stream=Stream()))
    report = Driver("sync").call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert report.size == 64 * 2**20 + 10
    assert pieces[40] > 30 * 2**20


LINEARIZED = b"%PDF-1.4\n1 0 obj\n<< /Linearized 1 /L 9999 /H [ 5 6 ] >>\nendobj\n" + b"x" * 500 + b"\n%%EOF\n"
UPDATED = LINEARIZED.replace(b"9999", b"99") + b"an update\n%%EOF\n" + b" " * 900


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>" * 50, ResponseDecodeError),
        (b'{"error": "expired"}', ResponseDecodeError),
        (b"", ResponseDecodeError),
        (b"x" * 1024 + PDF, ResponseDecodeError),
        (PDF[:-100], ConnectionFailedError),
        (PDF + b" " * 1024, ConnectionFailedError),
        (LINEARIZED, ConnectionFailedError),
    ],
    ids=["html", "json", "nothing", "late", "cut", "padded", "cut at the first end"],
)
def test_what_is_no_whole_pdf_is_not_saved_over_the_old_one(api, tmp_path, content, error):
    """Whatever the answer calls it, and without a length that would tell."""

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield content

        async def __aiter__(self):
            yield content

    (tmp_path / "r.pdf").write_bytes(b"old")
    server = _Api(
        *(httpx.Response(200, stream=Stream(), headers={"content-type": "application/pdf"}) for _ in range(3))
    )

    with pytest.raises(error):
        api.call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert (tmp_path / "r.pdf").read_bytes() == b"old"
    assert _files(tmp_path) == ["r.pdf"]
    assert len(server.asked) == 1


@pytest.mark.parametrize("content", [PDF, b"\n" * 1000 + PDF, UPDATED], ids=["plain", "late", "updated"])
def test_every_whole_pdf_is_saved(api, tmp_path, content):
    """As the format allows it: something before it, something after it, an update of a linearized one."""
    server = _Api(httpx.Response(200, content=content))

    assert api.call(_download(tmp_path / "r.pdf"), transport=server.transport).size == len(content)


def test_cut_off_pdf_is_fetched_again(api, tmp_path):
    """The link is still good, and asking again would cost."""
    server = _Api(httpx.Response(200, content=PDF[:-100]), httpx.Response(200, content=PDF))

    api.call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert (tmp_path / "r.pdf").read_bytes() == PDF
    assert (len(server.asked), len(server.fetched)) == (1, 2)


@pytest.mark.parametrize("answer", [{"html_export": " "}, {"json_export": 7}, {"json_export": "text"}])
def test_answer_with_something_else_than_the_report_is_not_saved(api, tmp_path, answer):
    """An empty page or a number is no report."""
    with pytest.raises(ResponseDecodeError, match="asked for, but"):
        api.call(_download(tmp_path / "r", format=next(iter(answer))[:4]), transport=_Api(answer=answer).transport)

    assert _files(tmp_path) == []


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_file_that_is_there_keeps_its_permissions(api, tmp_path, mode):
    """Also while the new one is being written."""
    seen = []
    (tmp_path / "r.pdf").write_bytes(b"old")
    (tmp_path / "r.pdf").chmod(mode)
    server = _Api(httpx.Response(200, content=PDF))

    def look(request):
        seen.extend(stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir())
        return server(request)

    api.call(_download(tmp_path / "r.pdf"), transport=httpx.MockTransport(look))

    assert {*seen, stat.S_IMODE((tmp_path / "r.pdf").stat().st_mode)} == {mode}


@pytest.mark.parametrize("linked", [False, True])
def test_pipe_or_device_is_not_replaced(api, tmp_path, linked):
    """Nor one that a link points to; nothing was asked for."""
    server = _Api(httpx.Response(200, content=PDF))
    os.mkfifo(tmp_path / "pipe")
    paths = [tmp_path / "pipe", Path("/dev/null")]
    for number, path in enumerate(paths) if linked else ():
        paths[number] = tmp_path / f"link{number}"
        paths[number].symlink_to(path)

    for path in paths:
        with pytest.raises(DownloadError, match=r"not a regular file \(nothing was asked for\)") as raised:
            api.call(_download(path), transport=server.transport)
        assert raised.value.path == str(path)

    assert server.asked == []
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize(
    "name", ["ก" * 80 + ".pdf", "r" * 251 + ".pdf", "é" * 125 + ".json", os.fsdecode(b"\xff" * 200 + b".pdf")]
)
def test_every_name_that_the_disk_takes_is_written(api, tmp_path, name):
    """The name of the part is not made of it."""
    api.call(_download(tmp_path / name), transport=_Api(httpx.Response(200, content=PDF)).transport)

    assert _files(tmp_path) == [name]


@pytest.mark.parametrize("host", ["files.example.org", "unknown.example.org", "93.184.215.14", "[2606:2800:21f::1]"])
def test_link_to_a_public_host_is_followed(api, tmp_path, resolver, host):
    """A name that the resolver does not know may be known to a proxy."""
    server = _Api(httpx.Response(200, content=PDF), link=f"https://{host}/r.pdf")

    api.call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert len(server.fetched) == 1
    assert resolver == ([host] if host[0] in "fu" else [])


@pytest.mark.parametrize(
    ("link", "base_url", "allowed", "followed"),
    [
        ("http://127.0.0.1:9/r.pdf", "https://api.example.org", (), False),
        ("http://127.0.0.1:9/r.pdf", "https://api.example.org", ["127.0.0.1"], True),
        ("https://inside.example.org/r.pdf", "https://api.example.org", ["INSIDE.example.org"], True),
        ("https://inside.example.org/r.pdf", "https://api.example.org", ["other.example.org"], False),
        ("http://inside.example.org/r.pdf", "https://api.example.org", ["inside.example.org"], False),
        ("https://[fd00::1]/r.pdf", "https://api.example.org", ["[FD00::1]"], True),
        ("http://localhost:9/r.pdf", "http://127.0.0.1:8", (), True),
        ("https://10.0.0.5/r.pdf", "http://127.0.0.1:8", (), False),
    ],
)
def test_internal_host_has_to_be_allowed(api, tmp_path, resolver, link, base_url, allowed, followed):
    """This machine is allowed if the API is on it; plain http stays for this machine."""
    server = _Api(httpx.Response(200, content=PDF), link=link)
    work = _download(tmp_path / "r.pdf", allow_hosts=allowed)

    if followed:
        api.call(work, transport=server.transport, base_url=base_url)
    else:
        with pytest.raises(ResponseDecodeError):
            api.call(work, transport=server.transport, base_url=base_url)

    assert len(server.fetched) == followed


def test_host_that_the_client_may_reach_by_http_may_be_linked_to(api, tmp_path, resolver):
    """As in docker compose, where the sandbox links to itself by its name there."""
    server = _Api(httpx.Response(200, content=PDF), link="http://sandbox:8080/r.pdf")
    base = {"base_url": "http://sandbox:8080", "allow_http_hosts": ["sandbox"]}

    api.call(_download(tmp_path / "r.pdf"), transport=server.transport, **base)

    assert len(server.fetched) == 1


def test_report_that_is_too_large_is_not_saved(api, tmp_path):
    """It stops as soon as that is known."""
    server = _Api(httpx.Response(200, content=PDF))

    with pytest.raises(DownloadError, match=r"larger than 0.5 MB .*asked for already"):
        api.call(_download(tmp_path / "r.pdf", max_bytes=2**19), transport=server.transport)

    assert _files(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "options", "error", "told"),
    [
        ("r" * 256, {}, DownloadError, r"too long \(nothing was asked for"),
        ("r.pdf", {"max_bytes": 0}, ConfigurationError, "max_bytes"),
        ("r.pdf", {"max_bytes": "9"}, ConfigurationError, "max_bytes"),
        ("r.pdf", {"allow_hosts": "files.example.org"}, ConfigurationError, "allow_hosts"),
    ],
)
def test_what_cannot_work_is_refused_before_asking(api, tmp_path, name, options, error, told):
    """256 bytes are more than the disk takes; one host's name alone would be taken for a list of letters."""
    server = _Api(httpx.Response(200, content=PDF))

    with pytest.raises(error, match=told):
        api.call(_download(tmp_path / name, **options), transport=server.transport)

    assert server.asked == []
