"""A PDF that nobody can read is found before it is paid for; one that readers open never is."""

import base64
import io
import json
import re
import zlib
from pathlib import Path

import fpdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from jobmojito import UploadError
from jobmojito.uploads.files import BLOCK, Upload

LOCKED, CUT = "needs a password to open", "is cut off"

# Made by pypdf 7.1 with the package cryptography, which tests do without; the user's password is "secret" or empty.
STORED = {
    name: zlib.decompress(base64.b64decode(text))
    for name, text in json.loads(Path(__file__).with_name("locked_pdfs.json").read_text()).items()
}


def flaw(content, **options):
    """What an upload says of a PDF, None where it takes it."""
    try:
        Upload(content, file_name="cv.pdf", **options).close()
    except UploadError as error:
        return LOCKED if LOCKED in str(error) else CUT if CUT in str(error) else str(error)
    return None


def written(writer):
    """The bytes of a pypdf document."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def encrypted(user, owner="owner", algorithm="RC4-128", text=b""):
    """A PDF of one page that pypdf has encrypted."""
    writer = PdfWriter()
    writer.add_blank_page(72, 72)
    writer.add_metadata({"/Title": text.decode("latin-1")})
    writer.encrypt(user, owner, algorithm=algorithm)
    return written(writer)


def drawn():
    """A PDF of several pages, as fpdf2 writes it."""
    made = fpdf.FPDF()
    for number in range(5):
        made.add_page()
        made.set_font("Helvetica")
        made.cell(text=f"Page {number}")
    return bytes(made.output())


def literal(data):
    """A string with as many escapes as a writer may use."""
    text = re.sub(rb"[\\()\r\n]", lambda found: b"\\%03o" % found[0][0], data)
    return b"(" + text[:16] + b"\\\n" + text[16:] + b")" if b"\\" not in text[13:17] else b"(" + text + b")"


def rebuilt(content, *, style, head=b"%PDF-1.7\n"):
    """The same encryption in a file of another make."""
    found = PdfReader(io.BytesIO(content)).trailer
    raw = found["/Encrypt"].get_object()
    texts = {name: raw[name].original_bytes for name in ("/O", "/U")}
    write = literal if "literal" in style else lambda data: b"<" + data.hex().encode() + b">"
    entries = b"".join(
        b"%s %s" % (name.encode(), write(texts[name]) if name in texts else str(value).encode())
        for name, value in raw.items()
        if name != "/CF"
    )
    encryption = b"<<%s>>" % entries
    ident = b"/ID [%s %s]" % ((write(found["/ID"][0].original_bytes),) * 2)
    objects = head + b"1 0 obj\n<</Type /Catalog>>\nendobj\n7 0 obj\n" + encryption + b"\nendobj\n"
    trailer = b"/Root 1 0 R " + ident + b" /Encrypt " + (encryption if "inline" in style else b"7 0 R")
    if "stream" in style:
        section = (
            b"8 0 obj\n<</Type /XRef /W [1 2 1] /Index [0 3 7 2] "
            + trailer
            + b" /Length 4>>\nstream\nabcd\nendstream\nendobj"
        )
    else:
        section = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<<" + trailer + b" /XRefStm 99>>"
    start = len(objects) - (len(head) - len(b"%PDF-1.7\n") if "counted" in style else 0)
    end = b"\nstartxref\n%d\n%%%%EOF\n" % start
    if "linear" in style:  # the section that counts comes first
        first = head + b"5 0 obj\n<</Linearized 1 /L 9999>>\nendobj\n"
        body = first + section + b"\nstartxref\n0\n%%EOF\n" + objects[len(head) :]
        body += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 5>>\nstartxref\n%d\n%%%%EOF\n" % len(first)
        return body.replace(b"/L 9999", b"/L %04d" % len(body))
    return objects + section + end


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128"])
@pytest.mark.parametrize("number", range(20))
def test_only_a_password_of_the_user_locks(algorithm, number):
    """Whatever both passwords are; each file has an id of its own, so strings of all bytes occur."""
    assert flaw(encrypted(f"secret{number}", algorithm=algorithm)) == LOCKED
    assert flaw(encrypted("", f"owner{number}", algorithm=algorithm)) is None


@pytest.mark.parametrize("name", STORED)
def test_only_a_password_of_the_user_locks_with_aes(name):
    """AES with 128 and 256 bits, in the extension's form and in the standard's."""
    assert flaw(STORED[name]) == (LOCKED if name.endswith("user") else None)


STYLES = ["", "literal", "inline", "stream", "stream literal", "linear", "linear stream literal", "counted"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("number", range(5))
def test_every_make_of_file_is_understood(style, number):
    """Tables, streams and both at once, strings in both forms, dictionaries in place, sections at the beginning."""
    head = b"junk of a mail\n" * number + b"%PDF-1.7\n" if style == "counted" else b"%PDF-1.7\n"

    assert flaw(rebuilt(encrypted(f"secret{number}"), style=style, head=head)) == LOCKED
    assert flaw(rebuilt(encrypted("", f"owner{number}"), style=style, head=head)) is None


def test_rewritten_file_may_announce_the_size_it_had():
    """Its end leads to its table, so readers open it; what is cut at the first end of a linearized one has none."""
    head = b"%PDF-1.7\n5 0 obj\n<</Linearized 1 /L 999999>>\nendobj\n"
    whole = head + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 5>>\nstartxref\n%d\n%%%%EOF\n" % len(head)

    assert flaw(whole) is None
    assert flaw(whole.replace(b"startxref\n%d" % len(head), b"startxref\n0")) == CUT


def test_newest_revision_counts(tmp_path):
    """An update repeats what the first revision says of encryption."""
    for user, found in (("secret", LOCKED), ("", None)):
        content = encrypted(user)
        start, *_ = re.findall(rb"startxref\s+(\d+)", content)
        trailer = content[content.rindex(b"trailer") : content.rindex(b"startxref")]
        update = b"9 0 obj\n<<>>\nendobj\nxref\n0 0\n" + trailer.replace(b"<<", b"<< /Prev " + start + b" ", 1)
        place = len(content) + update.index(b"xref")
        assert flaw(content + update + b"startxref\n%d\n%%%%EOF\n" % place) == found


def test_certificates_lock_and_attachments_alone_do_not():
    """A handler of another kind wants a key; identity as the filter of streams leaves the pages readable."""
    content = STORED["AES-128/user"]
    assert flaw(content) == LOCKED

    assert flaw(content.replace(b"/Filter /Standard", b"/Filter /Adobe.PS")) == LOCKED
    assert flaw(content.replace(b"/StmF /StdCF", b"/StmF/Identity").replace(b"/StrF /StdCF", b"/StrF/StdC")) is None


@pytest.mark.parametrize(
    "change",
    [
        (b"/R 3", b"/R 9"),
        (b"/U ", b"/X "),
        (b"/P ", b"/P /"),
        (b"/V 2", b"/V x"),
        (b"startxref", b"startxref 99999\n%"),
    ],
)
def test_what_is_not_understood_is_not_refused(change):
    """A revision to come, an entry missing or of another kind, an offset that leads nowhere."""
    content = encrypted("secret")
    assert change[0] in content

    assert flaw(content.replace(*change)) is None


def documents():
    """Good PDFs of several makes."""
    yield drawn()
    yield rebuilt(encrypted(""), style="stream literal")
    yield rebuilt(encrypted(""), style="linear")
    yield encrypted("", algorithm="RC4-40")


@pytest.mark.parametrize("content", list(documents()))
def test_pdf_cut_off_anywhere_is_refused(content):
    """From its first object to the last section's end; what readers allow after the end is allowed."""
    begin, number = content.index(b"endobj"), re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", content)
    places = [*range(begin, number.start(), 7), *range(number.start(), number.end(1))]
    assert [flaw(content[:at]) for at in places] == [CUT] * len(places)
    assert flaw(content[: number.end(1)] + b"\n") is None
    for after in (b"", b"\r\n", b"<!-- sent by a proxy -->" * 100, bytes(BLOCK * 2)):
        assert flaw(content.rstrip() + after) is None


def test_large_object_is_searched_for_its_end():
    """A cut in the middle of a picture of many blocks, and an update that is cut, are found."""
    picture = b"\n9 0 obj\n<</Length 9999999>>\nstream\n" + bytes(3 * BLOCK)

    assert flaw(drawn()[:-40] + picture) == CUT
    assert flaw(drawn() + picture) == CUT
    assert flaw(drawn() + picture + b"\nendstream\nendobj\nxref\nstartxref\n9\n%%EOF") is None


def test_content_type_overrules_and_a_pipe_is_not_looked_through():
    """As with every other mismatch; what can be read once is sent as it is."""
    assert flaw(encrypted("secret"), content_type="application/pdf") is None
    assert flaw(encrypted("secret"), resume=False) == LOCKED


@given(st.integers(9, 900), st.binary(max_size=8), st.sampled_from([encrypted("secret"), STORED["AES-128/user"]]))
def test_no_content_makes_the_check_fail(at, change, content):
    """A damaged PDF is refused in words, or sent."""
    assert flaw(content[:at] + change + content[at + len(change) :]) in {None, LOCKED, CUT}


@pytest.mark.parametrize("inner", [b"(" * 8000, b"<<" * 4000, b"[" * 8000, b"(a" * 4000, b"/ID [<" * 1000])
def test_hostile_trailer_costs_no_time_and_no_stack(inner):
    """Its nesting is bounded by what is read of it."""
    body = b"%PDF-1.7\nxref\ntrailer\n<< /Encrypt 1 0 R " + inner + b"\nstartxref\n9\n%%EOF"

    assert flaw(body) is None
