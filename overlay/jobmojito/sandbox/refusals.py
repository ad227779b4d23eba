"""The one exception of the sandbox's own logic: a request that is answered with an error of the API."""

from typing import Any


class Refusal(Exception):  # noqa: N818 - it is an answer, not a defect
    """The API says no: a status, a sentence for people, and the offending field where there is one."""

    def __init__(self, status: int, message: str, name: str | None = None) -> None:
        super().__init__(status, message, name)
        self.status, self.message, self.name = status, message, name

    def body(self) -> dict[str, Any]:
        """The error body of the API: `name` only where a field is to blame."""
        return {"error": self.message} | ({} if self.name is None else {"name": self.name})


def invalid(name: str, message: str) -> Refusal:
    """A 422 that names the field."""
    return Refusal(422, message, name)


def unknown(name: str, what: str, status: int = 404) -> Refusal:
    """An id that nothing here has; operations without a declared 404 answer another status."""
    return Refusal(status, f"no such {what}", name)


def conflict(name: str, message: str) -> Refusal:
    """A 409: the request contradicts what is stored."""
    return Refusal(409, message, name)
