"""Files given to the operations themselves: what can be sent is sent, the rest is told before anything is."""

import io

import pytest

from jobmojito import InvalidRequestError, UploadError
from tests.faults import server as faults
from tests.overlay.driver import upload_of


@pytest.mark.parametrize("kind", [bytes, bytearray, bytes.decode, io.BytesIO])
def test_bytes_texts_and_binary_streams_are_sent(api, fault_server, kind):
    """Whole, and with their length."""
    fault_server.plays(faults.json_answer(200, {}))

    api.call(upload_of(kind(b"Lebenslauf")), base_url=fault_server.url)

    (seen,) = fault_server.seen
    assert b"Lebenslauf" in seen.body
    assert int(seen.headers["content-length"]) == len(seen.body)


@pytest.mark.parametrize("payload", [io.StringIO("Žádost"), 7, None, iter([b"x"])], ids=lambda one: type(one).__name__)
def test_what_has_no_bytes_is_refused_by_the_contract(api, fault_server, payload):
    """A stream opened in text mode counts characters, not bytes: its length would be a lie."""
    with pytest.raises(InvalidRequestError, match="binary mode") as raised:
        api.call(upload_of(payload), base_url=fault_server.url)

    assert raised.value.field == "file"
    assert fault_server.connections == 0


def test_stream_that_gives_no_bytes_after_all_is_the_files_fault(api, fault_server):
    """It looks like a binary stream until it is read."""

    class Texts:
        def read(self, size=-1):
            return "text"

    fault_server.plays(faults.json_answer(200, {}))

    with pytest.raises(UploadError, match="gives str where bytes are needed"):
        api.call(upload_of(Texts()), base_url=fault_server.url)
