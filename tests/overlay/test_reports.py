import asyncio
import json
import logging
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from jobmojito import (
    ConfigurationError,
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
PDF = b"%PDF-1.7 " + bytes(range(256)) * 4000
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
    """Nothing is fetched; half a character, which UTF-8 cannot hold, is escaped as the format does it."""
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


@pytest.mark.parametrize(
    "link",
    [
        "http://files.example.org/r.pdf",
        "http://127.0.0.1.evil.example/r.pdf",
        "ftp://files.example.org/r.pdf",
        "file:///etc/passwd",
        "/r.pdf",
        "//files.example.org/r.pdf",
        "https://user:word@files.example.org/r.pdf",
        "https://files.example.org\\@evil.example/",
        "data:application/pdf;base64,AAAA",
        "",
        None,
        7,
        ["https://files.example.org/r.pdf"],
    ],
)
def test_link_that_is_not_safe_is_not_fetched(api, tmp_path, link):
    """Only https, or this machine; the error does not show the link."""
    server = _Api(httpx.Response(200, content=PDF), link=link)

    with pytest.raises(ResponseDecodeError, match="report was asked for, but") as raised:
        api.call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert server.fetched == []
    assert "example" not in str(raised.value)
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


def test_file_has_the_usual_permissions_and_links_are_followed(api, tmp_path):
    """As if a program had opened the file for writing: the umask counts, and a link keeps pointing where it did."""
    (tmp_path / "real.pdf").write_bytes(b"old")
    (tmp_path / "link.pdf").symlink_to("real.pdf")
    before = os.umask(0o027)
    try:
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


def test_slow_download_is_a_timeout(api, tmp_path, fault_server):
    """The client's time limit holds for the link too."""
    link = faults.json_answer(200, {"pdf_export_url": f"{fault_server.url}/r.pdf"})
    fault_server.plays(link, faults.slow_headers(1.5))

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
            for _ in range(64):
                yield b"x" * 2**20
                part = next(Path(tmp_path).iterdir())
                pieces.append(part.stat().st_size)

    server = _Api(httpx.Response(200, stream=Stream()))
    report = Driver("sync").call(_download(tmp_path / "r.pdf"), transport=server.transport)

    assert report.size == 64 * 2**20
    assert pieces[40] > 30 * 2**20
