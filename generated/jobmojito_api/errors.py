"""The exceptions of the low-level client; all others that it raises are those of httpx.

ValueError
├── InvalidRequest      the contract refuses the request; nothing was sent
└── InvalidAnswer       a success whose body is not the JSON that the document declares
UnexpectedStatus        an undeclared status, with `raise_on_unexpected_status`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .types import Departure


class InvalidRequest(ValueError):  # noqa: N818 - names what is invalid, beside the generator's UnexpectedStatus
    """The contract refuses the request, so nothing was sent; `problems` says where and why, without the values."""

    def __init__(self, operation: str, problems: tuple[Departure, ...]) -> None:
        """Keep the operation and the problems; the message has the first few."""
        super().__init__(operation, problems)
        self.operation, self.problems = operation, problems

    def __str__(self) -> str:
        """Name the operation and each place, never a value."""
        shown = list(_sentences(self.problems))
        more = len(shown) - 5
        text = f"{self.operation}: {'; '.join(shown[:5])}" + (f"; and {more} more" if more > 0 else "")
        return text.encode(errors="backslashreplace").decode()


def _sentences(problems: tuple[Departure, ...]) -> Iterator[str]:
    """Write a sentence for each problem, and one for all properties that an object lacks."""
    missing: dict[str, list[str]] = {}
    for one in problems:
        if one.keyword == "required" and one.expected.startswith("property "):
            missing.setdefault(one.pointer, []).append(one.expected.removeprefix("property ").strip("'\""))
    yield from (f"{where or 'request'}: missing {', '.join(names)}" for where, names in missing.items())
    for one in problems:
        if one.keyword != "required" or not one.expected.startswith("property "):
            yield f"{one.pointer or 'request'}: expected {one.expected}, got {one.got}"


class InvalidAnswer(ValueError):  # noqa: N818 - as above
    """A success whose body cannot be read as the JSON that the document declares for it."""

    def __init__(self, operation: str, status_code: int, reason: str) -> None:
        """Keep the operation and the reason, not the body, which may hold personal data."""
        super().__init__(operation, status_code, reason)
        self.operation, self.status_code, self.reason = operation, status_code, reason

    def __str__(self) -> str:
        """Name the operation, the answer, and why it cannot be read."""
        return f"{self.operation}: the {self.status_code} answer cannot be read: {self.reason}"


class UnexpectedStatus(Exception):  # noqa: N818 - the generator's public name
    """The API answered with a status that the document does not declare for the operation."""

    def __init__(self, status_code: int, content: bytes) -> None:
        """Keep the body beside the message, not in it."""
        super().__init__(status_code, content)
        self.status_code, self.content = status_code, content

    def __str__(self) -> str:
        """Name the status and the size of the body."""
        return f"undeclared status {self.status_code}, {len(self.content)} bytes"

    def __repr__(self) -> str:
        """Keep the body out of logs."""
        return f"{type(self).__name__}({self.status_code}, <{len(self.content)} bytes>)"
