"""Small files of every kind that a resume can be, and of some that it cannot."""

import io
import zipfile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def archive(names, first=None):
    """Make a ZIP of some names; `first` is stored as `mimetype`, as an ODT has it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        if first is not None:
            made.writestr("mimetype", first)
        for name in names:
            made.writestr(name, "x" * 100, zipfile.ZIP_DEFLATED)
    return out.getvalue()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
DOCX = archive(["[Content_Types].xml", "_rels/.rels", "word/document.xml"])
XLSX = archive(["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"])
ODT = archive(["content.xml"], "application/vnd.oasis.opendocument.text")
ODS = archive(["content.xml"], "application/vnd.oasis.opendocument.spreadsheet")
ODT_PACKED = archive(["mimetype", "content.xml"])
ZIP = archive(["cv.pdf"])
DOC = OLE + "WordDocument".encode("utf-16-le") + bytes(100)
XLS = OLE + "Workbook".encode("utf-16-le") + bytes(100)
LOCKED = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(100)
RTF = b"{\\rtf1\\ansi Ann}"
TEXT = "Životopis: Ann Nováková".encode()
LATIN = "Lebenslauf: Jürgen".encode("latin-1")
HTML = b"\n<!DOCTYPE html><html><body>CV</body></html>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)

MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "txt": "text/plain",
}
