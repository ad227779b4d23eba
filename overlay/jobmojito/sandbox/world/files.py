"""Links and what they lead to: files behind signed links, and links to interviews; every link is a credential."""

import io
import secrets
import threading
import time
import wave
from collections import OrderedDict
from functools import cache

from attrs import define, field, frozen

from jobmojito.sandbox.refusals import Refusal

PREFIX = "/storage/v1/object/sign/"
INTERVIEWS_HOST = "https://interviews.example.com"

# Seconds that a link to a file works, and how many files are kept; the oldest go first.
VALID_FOR = 3600.0
MOST_FILES = 2000
RATE = 8000  # of a recording, in samples a second


@frozen
class SignedFile:
    """A stored file: what its link's token must be, and until when (Unix time)."""

    content: bytes = field(repr=False)
    token: str = field(repr=False)
    until: float


@define
class Storage:
    """The files of one sandbox, as the storage of the real host serves them: whoever has the link has the file."""

    files: OrderedDict[str, SignedFile] = field(factory=OrderedDict)
    lock: threading.Lock = field(factory=threading.Lock)

    def sign(self, path: str, content: bytes) -> str:
        """Keep a file and give the path and query that fetch it."""
        file = SignedFile(content, secrets.token_urlsafe(24), time.time() + VALID_FOR)
        with self.lock:
            self.files[path] = file
            while len(self.files) > MOST_FILES:
                self.files.popitem(last=False)
        return f"{PREFIX}{path}?token={file.token}"

    def fetch(self, path: str, token: str | None) -> bytes:
        """The file of a link. Raises 404 for an unknown path, 401 for a wrong or expired token."""
        with self.lock:
            file = self.files.get(path)
        if file is None:
            raise Refusal(404, "no such object")
        if token != file.token or file.until < time.time():
            raise Refusal(401, "the signature is not valid or has expired", "token")
        return file.content

    def clear(self) -> None:
        """Forget every file: no link that was given works any more."""
        with self.lock:
            self.files.clear()


def interview_link(target: str, *, hide_menu: bool = False, hide_iframe: bool = False) -> str:
    """A link to an interview or its results, with a fresh token; it leads nowhere."""
    views = ("&view_hm=true" if hide_menu else "") + ("&view_hi=true" if hide_iframe else "")
    return f"{INTERVIEWS_HOST}/interview/take/{target}/?interview_token={secrets.token_urlsafe(24)}{views}"


@cache
def silence() -> bytes:
    """The content of every recording: a tenth of a second of silence, as a WAV file that plays."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setparams((1, 1, RATE, 0, "NONE", "not compressed"))
        writer.writeframes(b"\x80" * (RATE // 10))
    return buffer.getvalue()
