"""A file's type is what it holds; its extension decides only what the content leaves open."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobmojito import UploadError
from jobmojito.uploads.files import Upload
from tests.helpers import documents as d
from tests.helpers.test_uploads import OneWay


def mime_type(content, name, **options):
    """The type that an upload of this content is given."""
    with Upload(content, file_name=name, **options) as upload:
        return upload.mime_type


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (d.PDF, "cv.pdf", "pdf"),
        (b"\xef\xbb\xbf\n" + d.PDF, "cv.pdf", "pdf"),  # the format allows something before its mark
        (d.PDF, "cv", "pdf"),
        (d.PDF, "cv.docx", "pdf"),  # a reader that looks at the content opens it
        (d.DOCX, "cv.docx", "docx"),
        (d.DOCX, "cv.zip", "docx"),
        (d.DOC, "cv.doc", "doc"),
        (d.DOC, "cv.docx", "doc"),
        (d.OLE, "cv.doc", "doc"),  # whose list of streams stands elsewhere
        (d.PDF.replace(b"%PDF", b"junk\n%PDF"), "cv.pdf", "pdf"),
        (d.ODT, "cv.odt", "odt"),
        (d.ODT_PACKED, "cv.odt", "odt"),
        (d.RTF, "cv.rtf", "rtf"),
        (d.RTF, "cv.doc", "rtf"),  # which Word has written for decades
        (d.TEXT, "cv.txt", "txt"),
        (d.TEXT, "", "txt"),
        (d.TEXT, "cv.md", "txt"),
        (d.LATIN, "cv.TXT", "txt"),
        ("Curriculum".encode("utf-16"), "cv.txt", "txt"),
        (d.HTML, "cv.txt", "txt"),
    ],
)
def test_type_is_told_by_content(content, name, kind):
    """Every kind of resume is known by what it holds, whatever it is called."""
    assert mime_type(content, name) == d.MIME[kind]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (d.ZIP, "cv.docx", "a ZIP archive that holds no Word document"),
        (d.ZIP, "cv.zip", "a ZIP archive that holds no Word document"),
        (d.archive([], d.PDF), "cv.pdf", "a ZIP archive that holds no Word document"),  # not compressed
        (d.HTML + d.PDF, "cv.pdf", "named .pdf but is a web page"),
        (d.ODT_PACKED, "cv.zip", "a ZIP archive that holds no Word document"),
        (d.XLSX, "cv.docx", "a ZIP archive that holds no Word document"),
        (d.ODS, "cv.odt", "a ZIP archive that holds no Word document"),
        (d.DOCX[:-30], "cv.docx", "cut off"),
        (b"PK\x03\x04", "cv.docx", "cut off"),
        (d.HTML, "cv.pdf", "named .pdf but is a web page"),
        (d.HTML, "cv.doc", "named .doc but is a web page"),
        (b"<?xml version='1.0'?><x/>", "cv.docx", "named .docx but is XML"),
        (d.HTML, "cv.html", "a web page; a resume is PDF"),
        (d.TEXT, "cv.pdf", "named .pdf but is plain text"),
        (d.TEXT, "cv.rtf", "named .rtf but is plain text"),
        (d.PNG, "cv.pdf", "named .pdf but is no known kind"),
        (d.PNG, "cv.png", "no known kind of document; a resume is PDF"),
        (bytes(50), "cv.txt", "named .txt but is no known kind"),
        (d.LOCKED, "cv.docx", "protected by a password"),
        (d.XLS, "cv.xls", "no Word document"),
    ],
)
def test_file_that_would_surely_fail_is_refused(content, name, words):
    """What no reader of resumes could open is refused before it is paid for, unless `content_type` overrules that."""
    with pytest.raises(UploadError, match=words):
        mime_type(content, name)

    assert mime_type(content, name, content_type="application/x-cv") == "application/x-cv"


TYPES = "[Content_Types].xml"


@pytest.mark.parametrize(
    "content",
    [
        d.archive([TYPES, "_rels\\.rels", "word\\document.xml"]),
        d.archive(["word\\document.xml"]),
        d.archive(["docProps/app.xml", "word/media/photo.png", "word/document.xml", "_rels/.rels", TYPES]),
        d.archive([TYPES, "Word/Document.xml"]),
        d.archive([TYPES, "_rels/.rels", "document.xml"]),
        d.archive(["customXml/item1.xml", "word/document.xml", TYPES])[:-14] + b"\0" * 2 + b"\xff" * 10 + b"\0" * 2,
    ],
    ids=["backslashes", "backslashes alone", "odd order", "letter case", "another main part", "ZIP64"],
)
def test_docx_of_every_writer_is_one(content):
    """Readers do not mind backslashes, an order of their own, letter case, or the pointers of ZIP64."""
    assert mime_type(content, "cv.docx") == d.MIME["docx"]


def test_docx_from_a_stream_that_cannot_go_back_is_judged_by_its_beginning():
    """Its list of files is not seen; what begins as a workbook is none."""
    odd = d.archive([f"customXml/item{number}.xml" for number in range(2000)] + [TYPES, "word/document.xml"])

    assert mime_type(OneWay(odd, 4096), "cv.docx") == d.MIME["docx"]
    with pytest.raises(UploadError, match="no Word document"):
        mime_type(OneWay(d.XLSX), "cv.docx")


def test_large_docx_is_known_by_its_end(tmp_path):
    """A DOCX that begins with something else and lists thousands of parts is one; offsets count from its start."""
    content = d.archive([*(f"media/image{number}.png" for number in range(5000)), "word/document.xml"])
    path = tmp_path / "cv.docx"
    path.write_bytes(b"before" + content)

    with path.open("rb") as stream:
        stream.seek(6)
        assert mime_type(stream, "cv.docx") == d.MIME["docx"]
        assert stream.tell() == 6


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (d.PDF, "handbook", d.MIME["pdf"]),
        (d.TEXT, "faq.md", "text/markdown"),
        (b"a,b\n1,2\n", "data.csv", "text/csv"),
        (d.HTML, "page.html", "text/html"),
        (d.PNG, "logo.png", "image/png"),
        (d.XLSX, "prices.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (d.PNG, "thing", "application/octet-stream"),
    ],
)
def test_documents_may_be_of_any_kind(content, name, found):
    """A knowledge base takes more than resumes: known by content, else by extension, else unspecified."""
    assert mime_type(content, name, resume=False) == found


@pytest.mark.parametrize(
    ("source", "title", "sent"),
    [
        (d.HTML, "handbook.html", ("handbook.html", "text/html")),
        (d.HTML, "Handbook", ("Handbook", "application/octet-stream")),
        (d.HTML, None, ("document", "application/octet-stream")),
        ("faq.md", "Questions.html", ("faq.md", "text/markdown")),
        ("upload-1234", "handbook.html", ("handbook.html", "text/html")),
    ],
)
def test_document_without_a_name_has_that_of_its_title(tmp_path, source, title, sent):
    """What it is called in the knowledge base says what it is, unless the file's own name does."""
    if isinstance(source, str):
        (tmp_path / source).write_bytes(d.HTML)
        source = tmp_path / source

    with Upload(source, resume=False, title=title) as upload:
        assert (upload.file_name, upload.mime_type) == sent


def test_document_that_is_not_what_it_is_called_is_refused():
    """The same mismatches that fail a resume fail a document."""
    with pytest.raises(UploadError, match=r"named \.pdf but is a web page"):
        mime_type(d.HTML, "handbook.pdf", resume=False)


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["cv.pdf", "cv.docx", "cv.doc", "cv.txt", "cv", "cv.zip"]))
def test_any_content_is_typed_or_refused(content, name):
    """No content makes the check itself fail, those that begin like a container included."""
    for begin in (b"", b"PK\x03\x04", b"PK\x05\x06", d.OLE[:8], b"%PDF-", b"{\\rtf", b"\xff\xfe"):
        with suppress(UploadError):
            assert "/" in mime_type(begin + content, name)


@pytest.mark.parametrize("bad", ["pdf", "", "a/b\r\nX-Y: z", 'text/plain; charset="utf-8"', "a b/c", "á/b"])
def test_content_type_cannot_forge_a_header(bad):
    """What stands in the Content-Type line is a MIME type and nothing more."""
    with pytest.raises(UploadError, match="MIME type"):
        mime_type(d.PDF, "cv.pdf", content_type=bad)
