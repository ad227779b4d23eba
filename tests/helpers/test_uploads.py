"""A file is checked before a byte is sent, read a block at a time, and never sent in part as if it were whole."""

import codecs
import gzip
import io
import os
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobmojito import ConfigurationError, UploadError
from jobmojito.uploads.files import BLOCK, MAX_BYTES, Upload
from tests.helpers.documents import PDF, TEXT


class OneWay(io.RawIOBase):
    """A stream that cannot go back, and gives a few bytes at a time, as a pipe does."""

    def __init__(self, content, piece=7):
        self.inner, self.piece = io.BytesIO(content), piece

    def readable(self):
        return True

    def read(self, size=-1):
        return self.inner.read(min(size, self.piece) if size > 0 else size)


@pytest.fixture
def file(tmp_path):
    """A resume on disk."""
    path = tmp_path / "cv.pdf"
    path.write_bytes(PDF + bytes(3 * BLOCK))
    return path


def blocks(upload):
    """All blocks that an upload gives."""
    with upload:
        return list(upload.blocks())


def test_every_source_gives_the_same_bytes(file):
    """A path, its text, bytes in any form and streams are sent alike, a block at a time."""
    content = file.read_bytes()
    sources = [file, str(file), content, bytearray(content), memoryview(content), io.BytesIO(content)]
    sources.append(OneWay(content, piece=BLOCK // 2))

    for source in sources:
        pieces = blocks(Upload(source, file_name="cv.pdf"))
        assert b"".join(pieces) == content
        assert max(map(len, pieces)) <= BLOCK


@given(st.binary(min_size=1, max_size=300), st.integers(0, 300))
def test_stream_is_sent_from_where_it_stands(content, start):
    """What was read before is not sent; a stream that is at its end is empty."""
    stream = io.BytesIO(content)
    stream.seek(start)

    if start >= len(content):
        with pytest.raises(UploadError, match="is at its end"):
            Upload(stream, content_type="a/b")
        return
    upload = Upload(stream, content_type="a/b")
    assert (upload.size, stream.tell()) == (len(content) - start, start)
    assert [b"".join(blocks(upload)) for _ in range(2)] == [content[start:]] * 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "none.pdf", "does not exist"),
        (lambda folder: folder, "is a directory"),
        (lambda folder: os.mkfifo(folder / "pipe") or folder / "pipe", "not a regular file"),
        (lambda folder: "bad\0name.pdf", "cannot be read"),
        (lambda folder: (folder / "empty.pdf").touch() or folder / "empty.pdf", "is empty"),
        (lambda folder: b"", "is empty"),
        (lambda folder: io.StringIO("text"), "binary mode"),
        (lambda folder: 5, "must be a path, bytes, or a stream"),
        (lambda folder: None, "must be a path, bytes, or a stream"),
        (lambda folder: bytes(MAX_BYTES + 1), "larger than 20 MB"),
        (lambda folder: OneWay(b""), "is empty"),
    ],
)
def test_file_that_cannot_be_sent_is_refused(tmp_path, make, words):
    """Missing, empty, too large, no file, no bytes: each is an error of its own before anything is sent."""
    with pytest.raises(UploadError, match=words):
        Upload(make(tmp_path))


def test_unreadable_files_are_refused(tmp_path):
    """A closed stream, one opened for writing, and one that fails are told as such."""
    path = tmp_path / "cv.pdf"
    path.write_bytes(PDF)
    with path.open("rb") as closed:
        pass
    with path.open("r+b") as writing:
        os.set_blocking(writing.fileno(), True)
        broken = os.fdopen(os.dup(writing.fileno()), "wb", buffering=0)
        with broken:
            for source in (closed, broken):
                with pytest.raises(UploadError, match="cannot be read"):
                    Upload(source, file_name="cv.pdf")


def test_streams_of_any_make_fail_as_uploads(file):
    """What a stream raises that is no OSError, text where bytes should be, and a device are told as upload errors."""
    cut = gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(PDF + os.urandom(9999))[:-20]))
    with codecs.open(str(file), encoding="latin-1") as text, open("/dev/zero", "rb") as device:  # noqa: PTH123 - a device
        for source, words in ((cut, "cannot be read: EOFError"), (text, "binary mode"), (device, "is empty")):
            with pytest.raises(UploadError, match=words):
                Upload(source, file_name="cv.pdf")
    with file.open("rb") as closed:
        pass
    with pytest.raises(UploadError, match="it is closed"):
        Upload(closed)


def test_memory_of_any_layout_is_sent():
    """A view of every other byte is as good as any."""
    assert b"".join(blocks(Upload(memoryview(b"a-b-c-")[::2]))) == b"abc"


@pytest.mark.parametrize("name", [5, b"cv.pdf", Path("cv.pdf")])
def test_options_of_another_kind_are_refused(name):
    """A name and a type are texts; a limit is a number of at least 1."""
    with pytest.raises(UploadError, match="file_name"):
        Upload(PDF, file_name=name)
    with pytest.raises(UploadError, match="content_type"):
        Upload(PDF, content_type=name)
    for limit in (name, 0, -1, True, float("nan"), None):
        if limit != 5:
            with pytest.raises(ConfigurationError, match="max_bytes"):
                Upload(PDF, max_bytes=limit)


def test_file_of_somebody_else_is_refused(tmp_path):
    """A file that may not be read is an upload error, without its path."""
    path = tmp_path / "novak.pdf"
    path.write_bytes(PDF)
    path.chmod(0)
    own = os.geteuid()
    os.seteuid(own or 65534)  # root may read anything
    try:
        with pytest.raises(UploadError, match="cannot be read: Permission denied") as raised:
            Upload(path)
    finally:
        os.seteuid(own)

    assert "novak" not in str(raised.value)


def test_limit_is_an_option(file):
    """The limit counts what is sent, and can be raised or lowered."""
    size = file.stat().st_size
    Upload(file, max_bytes=size).close()

    with pytest.raises(UploadError, match="max_bytes="):
        Upload(file, max_bytes=size - 1)
    stream = Upload(OneWay(file.read_bytes(), piece=BLOCK), max_bytes=size - 1, file_name="cv.pdf")
    with pytest.raises(UploadError, match="larger than"):
        list(stream.blocks())


@pytest.mark.parametrize("change", ["shrinks", "grows", "is rewritten"])
def test_file_that_changes_while_it_is_sent_is_an_error(file, change):
    """A resume that becomes shorter, longer or another while it is read is not sent to its end."""
    content = file.read_bytes()
    with Upload(file) as upload:
        pieces = upload.blocks()
        sent = next(pieces)
        if change == "shrinks":
            os.truncate(file, BLOCK + 5)
        else:
            file.write_bytes(content + b"x" if change == "grows" else bytes(len(content)))
        with pytest.raises(UploadError, match="has changed"):  # noqa: PT012 - what came before the error is counted
            for piece in pieces:
                sent += piece

    assert len(sent) < len(content)


def test_stream_that_grows_is_an_error():
    """A stream that holds more than it did when it was measured is not sent to its end."""
    stream = io.BytesIO(TEXT)
    with Upload(stream, file_name="cv.txt") as upload:
        stream.write(TEXT + b"more")
        with pytest.raises(UploadError, match="has changed"):
            list(upload.blocks())


def test_stream_without_a_way_back_is_read_once():
    """What cannot be rewound says so, and a second reading is an error, not an empty file."""
    upload = Upload(OneWay(TEXT), file_name="cv.txt")

    assert (upload.rewindable, upload.size) == (False, None)
    assert b"".join(upload.blocks()) == TEXT
    with pytest.raises(UploadError, match="only once"):
        list(upload.blocks())


def test_pipes_and_sockets_are_sent():
    """A real pipe and a real socket, written to piece by piece, arrive whole."""
    source, target = socket.socketpair()
    reading, writing = os.pipe()

    def fill():
        for _ in range(100):
            os.write(writing, TEXT)
            source.sendall(TEXT)
        os.close(writing)
        source.close()

    thread = threading.Thread(target=fill)
    thread.start()
    with os.fdopen(reading, "rb", buffering=0) as pipe, target, target.makefile("rb") as stream:
        assert [b"".join(blocks(Upload(one, file_name="cv.txt"))) for one in (pipe, stream)] == [TEXT * 100] * 2
    thread.join()


def test_callers_stream_stays_open_and_ours_is_closed(file):
    """Whoever opened a file closes it, also when it is refused."""
    with file.open("rb") as stream:
        blocks(Upload(stream))
        assert not stream.closed
    upload = Upload(file)
    with upload:
        assert not upload._file.closed
    assert upload._file.closed


@pytest.mark.parametrize(
    ("source", "given_name", "name"),
    [
        (b"x", "Ann's CV.txt", "Ann's CV.txt"),
        (b"x", None, "resume.txt"),
        (PDF, None, "resume.pdf"),
        (PDF, "", "resume.pdf"),
        (io.BytesIO(PDF), "../../etc/passwd", "passwd"),
    ],
)
def test_name_is_given_or_made(source, given_name, name):
    """A name comes from the caller, the path or the stream; where there is none, from the type."""
    assert Upload(source, file_name=given_name).file_name == name


def test_name_comes_from_path_or_stream(file):
    """A path's last part is the name, also for a stream opened from it; a descriptor's number is none."""
    with file.open("rb") as stream, os.fdopen(os.dup(stream.fileno()), "rb") as numbered:
        assert [Upload(one).file_name for one in (stream, numbered)] == ["cv.pdf", "resume.pdf"]
    with Upload(file) as upload:
        assert upload.file_name == "cv.pdf"
        assert "cv" not in repr(upload)
