"""Reports are real files: a PDF that other software opens, HTML that is escaped, JSON with the details."""

import io
from datetime import UTC, datetime, timedelta

import httpx
import pypdf
import pytest

from jobmojito.sandbox.world.pdf import MARGIN, Document

from .conftest import create, details, refusal, register

REPORT = "/job-interview-pdf"
WIDTH = 595.28  # of A4, in points


def ask(http, results, export_type="pdf", **options):
    """A report's answer."""
    ids = {"interview_result_id": results} if isinstance(results, str) else {"interview_result_ids": results}
    return http.post(REPORT, json={**ids, "export_type": export_type, **options}).json()


def read(content):
    """A PDF's pages as pypdf, strictly, reads them."""
    return pypdf.PdfReader(io.BytesIO(content), strict=True).pages


def test_the_pdf_opens_and_tells_the_result(http, result):
    """The signed link needs no token and leads to a PDF with the candidate, the position and the transcript."""
    answer = ask(http, result)

    response = httpx.get(answer["pdf_export_url"])

    text = read(response.content)[0].extract_text()
    assert response.headers["content-type"] == "application/pdf"
    assert all(part in text for part in ("Ann Example", "ann@example.com", "Project manager", "What draws you"))
    until = datetime.fromisoformat(answer["pdf_export_valid_until"])
    assert timedelta(minutes=55) < until - datetime.now(UTC) < timedelta(minutes=65)


@pytest.mark.parametrize(
    ("change", "status"), [(("token=", "token=x"), 401), ((".pdf", ".x.pdf"), 404), (("?", "#"), 401)]
)
def test_only_the_whole_link_opens_the_file(http, result, change, status):
    """A wrong or missing signature is a 401, an unknown path a 404."""
    link = ask(http, result)["pdf_export_url"].replace(*change)

    assert httpx.get(link).status_code == status


def test_features_decide_what_is_shown(http, result):
    """Contact details, assessment and transcript are left out when they are switched off."""
    off = {"contact_details": False, "ai_recruiter_assessment": False, "transcript": False}

    shown = ask(http, result, "html")["html_export"]
    hidden = ask(http, result, "html", export_features_result=off)["html_export"]

    for part in ("ann@example.com", "Assessment", "What draws you"):
        assert part in shown
        assert part not in hidden


def test_html_is_escaped(http, interview):
    """A name cannot put markup into the report."""
    result = register(http, interview, {"email": "x@example.com", "name": "<script>alert(1)</script>"})

    html = ask(http, result, "html")["html_export"]

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_several_results_make_one_report(http, interview):
    """Two results are two pages of one PDF, and two entries with an overview in JSON."""
    results = [register(http, interview, {"email": f"{name}@example.com", "name": name}) for name in ("Ann", "Bo")]

    pages = read(httpx.get(ask(http, results)["pdf_export_url"]).content)
    export = ask(http, results, "json")["json_export"]

    assert [page.extract_text().splitlines()[0] for page in pages] == ["Ann", "Bo"]
    assert (len(export["results"]), "Ann" in export["table"]) == (2, True)
    assert all(entry["data"]["transcript"] for entry in export["results"])


@pytest.mark.parametrize(
    "body", [{}, {"interview_result_ids": []}, {"interview_result_id": "00000000-0000-0000-0000-000000000000"}]
)
def test_a_report_of_nothing_is_refused(http, body):
    """No id, no ids and an unknown id are a 422 on the id."""
    assert refusal(http.post(REPORT, json={"export_type": "pdf", **body})) == (422, "interview_result_id")


def test_recordings_are_signed_only_on_request(http):
    """Recorded answers have a path; with get_signed_recordings also a link, which plays."""
    result = register(http, create(http, recording="audio_all"), {"email": "ann@example.com"})
    query = {"interview_result_id": result, "get_signed_recordings": "true"}

    plain = details(http, result)["transcript"][1]
    signed = http.get("/job-interview-details", params=query).json()["transcript"][1]

    assert ("recording_local_path" in plain, "recording_url" in plain) == (True, False)
    assert httpx.get(signed["recording_url"]).content.startswith(b"RIFF")


def test_long_text_stays_inside_the_margins():
    """Paragraphs, long words and many lines stay between the margins of their pages, and nothing of them is lost."""
    document = Document("Long")
    for number in range(60):
        document.heading(f"Part {number}")
        document.text("many words in a row " * 20 + "W" * 300)
        document.fact("Position", "W" * 60)

    pages = read(document.render())
    text = "".join(page.extract_text() for page in pages)

    assert len(pages) > 10
    assert (text.count("many"), text.count("W"), text.count("Part ")) == (1200, 21600, 60)
    assert max(end for page in pages for end in line_ends(page)) <= WIDTH - MARGIN


def line_ends(page):
    """Where each line of a page ends at the least: its start, and the width of its Ws by the file's own font."""
    (font,) = page["/Resources"]["/Font"].values()
    entries = font["/DescendantFonts"][0]["/W"]  # in thousandths of the size; no letter used here is wider than W
    widest = max(width for entry in entries if isinstance(entry, list) for width in entry)
    ends = []

    def visit(text, _transformation, matrix, _font, size):
        if text.strip():
            ends.append(matrix[4] + text.count("W") * widest * size / 1000)

    page.extract_text(visitor_text=visit)
    return ends


NAMES = {"Polish": "Łódź Żółć", "Chinese": "李雷 韩梅梅", "Japanese": "たろう", "Korean": "김철수", "Arabic": "محمد",
         "Hebrew": "שלום", "Hindi": "नरेन्द्र", "Thai": "สมชาย", "Vietnamese": "Nguyễn", "Cyrillic": "Ђорђе",
         "Georgian": "თამარ", "emoji": "Ann 😀", "rare": "𠮷", "brackets": "( \\ ) <b>"}  # fmt: skip


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_every_name_is_printed(http, interview, name):
    """A name of any script is in the report as it was sent, in fonts that the file holds, with no glyph missing."""
    result = register(http, interview, {"email": "x@example.com", "name": name})

    (first, *_) = read(httpx.get(ask(http, result)["pdf_export_url"]).content)

    written = first.extract_text().splitlines()[0]
    assert set(name) - {" "} <= set(written)
    assert "U+" not in written
    for font in first["/Resources"]["/Font"].values():
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & descriptor.keys()


def test_what_no_font_has_is_printed_as_its_code_point():
    """Lone surrogates and rare scripts are told by number, and what has no look of its own is left out."""
    document = Document("(\\) é Łódź 履歴")
    document.text("a\ud800b ཀ c\ufff9d\tend")

    assert read(document.render())[0].extract_text().splitlines()[0] == "a<U+D800>b <U+0F40> cd end"
