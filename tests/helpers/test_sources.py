"""One open stream sent by several uploads at once: each sends its own bytes, or is refused; none sends another's."""

import contextlib
import gc
import gzip
import io
import mmap
import os
import tempfile
import threading
import warnings
from itertools import zip_longest

import pytest
from anyio import AsyncFile
from starlette.datastructures import UploadFile

from jobmojito import UploadError
from jobmojito.uploads.files import BLOCK, Upload
from jobmojito_api.types import File
from tests.bodies import MULTIPART, body_for
from tests.helpers.documents import PDF
from tests.helpers.test_screenings import ANN, EXIT, POSITION, answering
from tests.helpers.test_uploads import OneWay
from tests.overlay.driver import ID, Driver

CONTENT = PDF + b"".join(number.to_bytes(8, "big") for number in range(3 * BLOCK // 8))


class Odd(io.RawIOBase):
    """A stream that seeks, of no make that is known."""

    def __init__(self, content):
        self.inner = io.BytesIO(content)

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.inner.tell()

    def seek(self, offset, whence=os.SEEK_SET):
        return self.inner.seek(offset, whence)

    def read(self, size=-1):
        return self.inner.read(size)

    def readinto(self, buffer):
        return self.inner.readinto(buffer)


def spooled(content):
    """A temporary file that has not been written to a disk."""
    made = tempfile.SpooledTemporaryFile(max_size=2**30)  # noqa: SIM115 - the test's own
    made.write(content)
    made.seek(0)
    return made


def mapped(path):
    """A file mapped into memory, which does not say whether it can seek."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def archive(content):
    """A stream that is compressed, so that its descriptor gives other bytes than it does."""
    return gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(content, 1)))


@pytest.fixture
def path(tmp_path):
    """A resume on a disk."""
    found = tmp_path / "cv.pdf"
    found.write_bytes(CONTENT)
    return found


MAKES = {
    "memory": lambda _: io.BytesIO(CONTENT),
    "file": lambda path: path.open("rb"),
    "unbuffered": lambda path: path.open("rb", buffering=0),
    "written": lambda path: path.open("r+b"),
    "mapped": mapped,
    "gzip": lambda _: archive(CONTENT),
    "spooled": lambda _: spooled(CONTENT),
    "odd": lambda _: Odd(CONTENT),
    "buffer of odd": lambda _: io.BufferedReader(Odd(CONTENT)),
}


def in_turns(uploads):
    """Read uploads a block each in turns, to their ends."""
    found = [b"" for _ in uploads]
    for blocks in zip_longest(*(upload.blocks() for upload in uploads), fillvalue=b""):
        found = [sent + block for sent, block in zip(found, blocks, strict=True)]
    return found


@pytest.mark.parametrize("make", MAKES)
def test_one_stream_is_read_by_each_upload_from_its_own_position(path, make):
    """However the reads fall, and when the second upload begins; the stream is left where it stood."""
    with contextlib.closing(MAKES[make](path)) as stream:
        stream.seek(3)
        with Upload(stream, content_type="a/b") as first:
            begun = first.blocks()
            head = next(begun)
            with Upload(stream, content_type="a/b") as second, Upload(stream, content_type="a/b") as third:
                assert in_turns([second, third]) == [CONTENT[3:]] * 2
            assert head + b"".join(begun) == CONTENT[3:]
        assert stream.tell() == 3


@pytest.mark.parametrize("make", MAKES)
def test_threads_share_a_stream(path, make):
    """Eight threads at once, three times each."""
    found = []

    def work(stream):
        for _ in range(3):
            with Upload(stream, content_type="a/b") as upload:
                found.append(b"".join(upload.blocks()) == CONTENT)

    with contextlib.closing(MAKES[make](path)) as stream:
        threads = [threading.Thread(target=work, args=(stream,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == [True] * 24


def test_descriptors_and_wrappers_of_one_file_do_not_move_each_other(path):
    """A duplicate of a descriptor shares its position with it, and so does a second wrapper."""
    with (
        path.open("rb") as stream,
        os.fdopen(os.dup(stream.fileno()), "rb") as other,
        open(stream.fileno(), "rb", closefd=False) as wrapper,
    ):
        uploads = [Upload(one, content_type="a/b") for one in (stream, other, wrapper)]
        assert in_turns(uploads) == [CONTENT] * 3


def test_second_object_around_one_stream_is_refused_while_the_first_is_read():
    """Both keep bytes of their own, so neither knows what the other took; afterwards it can be sent."""
    inner = Odd(CONTENT)
    one, other = io.BufferedReader(inner), io.BufferedReader(inner)

    with Upload(one, content_type="a/b"), pytest.raises(UploadError, match="in use by another upload"):
        Upload(other, content_type="a/b")
    with Upload(other, content_type="a/b") as upload:
        assert b"".join(upload.blocks()) == CONTENT


@pytest.mark.parametrize("make", ["gzip", "spooled", "odd"])
def test_stream_moved_by_somebody_else_is_read_on_from_where_it_should_be(path, make):
    """Between two blocks it does no harm; a new upload cannot know what is meant, and is refused."""
    with contextlib.closing(MAKES[make](path)) as stream, Upload(stream, content_type="a/b") as upload:
        blocks = upload.blocks()
        sent = next(blocks)
        stream.seek(17)
        with pytest.raises(UploadError, match="in use by another upload"):
            Upload(stream, content_type="a/b")
        assert sent + b"".join(blocks) == CONTENT


def test_upload_that_nobody_closes_lets_go():
    """As one does whose task was cancelled while a thread opened it."""
    stream = Odd(CONTENT)
    Upload(stream, content_type="a/b")
    gc.collect()
    stream.seek(7)

    with Upload(stream, content_type="a/b") as upload, Upload(stream, content_type="a/b") as other:
        assert b"".join(upload.blocks()) == CONTENT[7:]
        upload.close()
        upload.close()
        assert b"".join(other.blocks()) == CONTENT[7:]
    assert stream.tell() == 7


def test_stream_moved_in_the_middle_of_a_read_is_an_error():
    """What was read then may be anybody's bytes."""

    class Moved(Odd):
        def read(self, size=-1):
            block = super().read(size)
            if self.tell() > BLOCK:
                self.seek(99)
            return block

    with (
        Upload(Moved(CONTENT), content_type="a/b") as upload,
        pytest.raises(UploadError, match="moved by somebody else"),
    ):
        list(upload.blocks())


def test_pipe_is_read_by_one_upload_whatever_stands_for_it():
    """The second would send what the first has left."""
    reading, writing = os.pipe()
    os.write(writing, PDF)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe, os.fdopen(os.dup(reading), "rb") as other, Upload(pipe) as upload:
        for one in (pipe, other):
            with pytest.raises(UploadError, match="only once"):
                Upload(one)
        assert b"".join(upload.blocks()) == PDF


def test_what_is_left_of_a_stream_is_not_sent_as_a_file():
    """An upload that broke off has taken the beginning with it."""
    stream = OneWay(CONTENT, piece=BLOCK)
    with Upload(stream, content_type="a/b") as upload:
        next(upload.blocks())

    with pytest.raises(UploadError, match="only once"):
        Upload(stream, content_type="a/b")


@pytest.mark.parametrize("make", ["memory", "file", "spooled"])
def test_items_of_a_run_share_a_stream(api, path, make):
    """With eight in flight, every request carries the whole file."""
    seen = []
    people = [{**ANN, "candidate_email": f"p{number}@example.org"} for number in range(12)]

    with contextlib.closing(MAKES[make](path)) as stream:
        items = [{"file": stream, "file_name": "cv.pdf", **one} for one in people]
        result = api.call(
            lambda jm: jm.pre_screen_resumes(items, position_id=POSITION, concurrency=8),
            transport=answering(EXIT, seen),
        )

    assert [one.status.value for one in result] == ["skipped"] * 12
    assert [CONTENT in body for _, body in seen] == [True] * 12


@pytest.mark.parametrize("make", ["memory", "file", "odd"])
def test_operations_share_a_stream(path, make):
    """A file part of an operation is read like any upload: the same bytes from each of four threads."""
    seen = []

    def work(stream, jm):
        body = body_for(
            "upload_knowledge_base_document",
            MULTIPART,
            knowledge_base_store_id=ID,
            files={"file": File(stream, "cv.pdf", "application/pdf")},
        )
        jm.knowledge_base.upload_knowledge_base_document(body=body)

    def share(jm):
        threads = [threading.Thread(target=work, args=(stream, jm)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with contextlib.closing(MAKES[make](path)) as stream:
        Driver("sync").call(share, transport=answering({}, seen))
        assert stream.tell() == 0

    assert [CONTENT in body for _, body in seen] == [True] * 4


def test_uploads_of_web_frameworks_are_sent_or_refused_in_words():
    """What is read with await has a plain file beneath, or cannot be sent; no coroutine is left behind."""

    class Async:
        filename = "cv.pdf"
        name = "the form's field"

        async def read(self, size=-1):
            """Give bytes, to those who await."""

    class Awaited:
        def read(self, size=-1):
            return Async().read(size)

    class Storage:
        filename, name = "cv2.pdf", "the form's field"

        def __getattr__(self, name):
            return getattr(self.stream, name)

    storage = Storage()
    storage.stream = io.BytesIO(PDF)

    with warnings.catch_warnings(record=True) as raised, spooled(PDF) as beneath:
        framework = UploadFile(beneath, filename="cv.pdf")
        warnings.simplefilter("always")
        with Upload(framework) as upload, Upload(storage) as other:
            sent = [(b"".join(one.blocks()), one.file_name) for one in (upload, other)]
        for source in (Async(), AsyncFile(io.BytesIO(PDF))):
            with pytest.raises(UploadError, match="read with await"):
                Upload(source)
        with pytest.raises(UploadError, match="gives coroutine where bytes are needed"):
            Upload(Awaited())
        gc.collect()

    assert sent == [(PDF, "cv.pdf"), (PDF, "cv2.pdf")]
    assert [str(one.message) for one in raised] == []
