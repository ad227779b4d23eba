"""Counts what the sandbox has seen: requests of each operation, how they were answered, and every file received."""

import threading
from collections import Counter, deque
from typing import Any

from attrs import define, field

from jobmojito.sandbox.world.calls import Upload

MOST_UPLOADS = 10_000


@define
class Counters:
    """Counts since the start or the last reset; a request counts as soon as its head has arrived."""

    requests: Counter[str] = field(factory=Counter)
    answers: Counter[tuple[str, int]] = field(factory=Counter)
    faults: Counter[str] = field(factory=Counter)
    invalid_answers: int = 0
    uploads: deque[tuple[str, Upload]] = field(factory=lambda: deque(maxlen=MOST_UPLOADS))
    lock: threading.Lock = field(factory=threading.Lock)

    def count(self, counter: Counter[Any], key: Any) -> None:
        """Add one: to `requests`, `answers` (of an operation and status) or `faults`."""
        with self.lock:
            counter[key] += 1

    def uploaded(self, operation: str, upload: Upload) -> None:
        """A file arrived whole."""
        with self.lock:
            self.uploads.append((operation, upload))

    def clear(self) -> None:
        """Start again from nothing."""
        with self.lock:
            for counts in (self.requests, self.answers, self.faults, self.uploads):
                counts.clear()
            self.invalid_answers = 0

    def as_dict(self) -> dict[str, Any]:
        """The counts as JSON; files with their digests, without content."""
        with self.lock:
            return {
                "requests": dict(self.requests),
                "answers": {f"{operation} {status}": count for (operation, status), count in self.answers.items()},
                "faults": dict(self.faults),
                "invalid_answers": self.invalid_answers,
                "uploads": [{"operation": operation, **upload.as_dict()} for operation, upload in self.uploads],
            }
