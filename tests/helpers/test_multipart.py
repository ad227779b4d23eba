"""A multipart body arrives as it was meant: no name, field or content can forge a header or a part."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_multipart.multipart import parse_options_header

from jobmojito.uploads.multipart import MAX_FILE_NAME, enclose, safe_name

NAMES = st.text(max_size=300)
TEXTS = st.dictionaries(
    st.sampled_from(["position_id", "candidate_name", "form"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)


@given(TEXTS, NAMES, st.binary(max_size=200))
@example({"form": '"\r\n--'}, 'a"\r\nContent-Type: text/html\r\n\r\n<script>.pdf', b"\r\n--\r\n")
def test_every_part_arrives_as_it_was_given(fields, name, content):
    """As many parts as there are fields and one file, with one header line each and the bytes untouched."""
    envelope = enclose(fields, file_field="file", file_name=safe_name(name, fallback="cv"), mime_type="text/plain")
    boundary = envelope.content_type.removeprefix("multipart/form-data; boundary=").encode()
    body = envelope.head + content + envelope.tail

    pieces = body.split(b"--" + boundary)
    assert pieces[0] == b""
    assert pieces[-1] == b"--\r\n"
    parts = [piece[2:-2].partition(b"\r\n\r\n") for piece in pieces[1:-1]]
    assert [value for _, _, value in parts] == [*(text.encode() for text in fields.values()), content]
    assert [head.count(b"\r\n") for head, _, _ in parts] == [0] * len(fields) + [1]
    assert len(body) == envelope.length(len(content))


@given(NAMES)
@example("日本語の履歴書 👩‍💻.pdf")
@example("C:\\Users\\ann\\cv.pdf")
@example('"; filename="x.exe')
def test_file_name_arrives_as_it_was_made(name):
    """Another parser reads the very name that was sent, as raw UTF-8, and no second parameter."""
    safe = safe_name(name, fallback="cv.pdf")
    envelope = enclose({}, file_field="file", file_name=safe, mime_type="application/pdf")
    line = envelope.head.split(b"\r\n")[1].partition(b": ")[2]

    kind, parameters = parse_options_header(line)
    assert kind == b"form-data"
    assert parameters == {b"name": b"file", b"filename": safe.encode()}
    assert b"filename*" not in line


@given(NAMES)
@example("../../../etc/passwd")
@example("..")
@example("\udc80\ud800")
@example("x" * 400 + ".pdf")
def test_safe_name_is_one_plain_part_of_a_path(name):
    """No path, quote, line end, control character or direction override is left, and never nothing at all."""
    safe = safe_name(name, fallback="cv")

    assert safe
    assert safe not in {".", ".."}
    assert not set('/\\"\r\n\0\u202e') & set(safe)
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in safe)
    assert len(safe.encode()) <= MAX_FILE_NAME
    assert safe_name(safe, fallback="cv") == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Životopis – Ann 🎉.pdf", "Životopis – Ann 🎉.pdf"),
        ("家族👨‍👩‍👧.docx", "家族👨‍👩‍👧.docx"),
        ('Ann "Annie" N.pdf', "Ann 'Annie' N.pdf"),
        ("a\r\nb.pdf", "a_b.pdf"),
        ("/tmp/x/cv.pdf", "cv.pdf"),
        ("C:\\x\\cv.pdf", "cv.pdf"),
        ("cv.pdf/", "cv.pdf"),
        ("gpj.\u202efdp.exe", "gpj._fdp.exe"),
        ("", "cv"),
        (" . ", "cv"),
        ("é" * 150 + ".pdf", "é" * 98 + ".pdf"),
    ],
)
def test_names_stay_as_far_as_they_are_safe(name, safe):
    """Letters of any script and emoji arrive intact; what is dangerous is replaced, what is too long cut."""
    assert safe_name(name, fallback="cv") == safe


def test_boundary_is_new_every_time():
    """No two bodies share a boundary, so nobody can know one beforehand."""
    made = {enclose({}, file_field="f", file_name="n", mime_type="a/b").content_type for _ in range(100)}

    assert len(made) == 100
    assert all(len(one.partition("boundary=")[2]) == 32 for one in made)
