"""Files behind signed links, as the storage of the real host serves them: whoever has the link has the file."""

import threading
import time
from collections import OrderedDict

from attrs import define, field, frozen

from jobmojito.sandbox.refusals import Refusal

from .links import secret

PREFIX = "/storage/v1/object/sign/"

# Seconds that a link works, and how many files are kept; the oldest go first.
VALID_FOR = 3600.0
MOST_FILES = 2000


@frozen
class SignedFile:
    """A stored file: what its link's token must be, and until when (Unix time)."""

    content: bytes = field(repr=False)
    token: str = field(repr=False)
    until: float


@define
class Storage:
    """The files of one sandbox."""

    files: OrderedDict[str, SignedFile] = field(factory=OrderedDict)
    lock: threading.Lock = field(factory=threading.Lock)

    def sign(self, path: str, content: bytes) -> str:
        """Keep a file and give the path and query that fetch it."""
        file = SignedFile(content, secret(), time.time() + VALID_FOR)
        with self.lock:
            self.files[path] = file
            while len(self.files) > MOST_FILES:
                self.files.popitem(last=False)
        return f"{PREFIX}{path}?token={file.token}"

    def fetch(self, path: str, token: str | None) -> SignedFile:
        """The file of a link. Raises 404 for an unknown path, 401 for a wrong or expired token."""
        with self.lock:
            file = self.files.get(path)
        if file is None:
            raise Refusal(404, "no such object")
        if token != file.token or file.until < time.time():
            raise Refusal(401, "the signature is not valid or has expired", "token")
        return file
