"""Small types that all modules of the low-level client share."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sized
from http import HTTPStatus
from typing import IO, BinaryIO, Final, Generic, Literal, TypeVar, final

from attrs import define, field, frozen


@final
class Unset:
    """The type of `UNSET`: a property or parameter that was not given, which is not the same as null."""

    _only: Unset | None = None

    def __new__(cls) -> Unset:
        """Return the only instance, so that `value is UNSET` always works."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __bool__(self) -> Literal[False]:
        """Count as false."""
        return False

    def __repr__(self) -> str:
        """Show the name of the constant."""
        return "UNSET"

    def __reduce__(self) -> str:
        """Stay the only instance through pickle, copy and deepcopy."""
        return "UNSET"


UNSET: Final = Unset()

FileContent = IO[bytes] | bytes | str
FileTypes = tuple[str | None, FileContent, str | None] | tuple[str | None, FileContent, str | None, Mapping[str, str]]
RequestFiles = list[tuple[str, FileTypes]]


@define
class File:
    """A file part of a multipart body; `repr` shows neither its content nor its name, which is often a person's."""

    payload: BinaryIO | bytes = field(repr=False)
    file_name: str | None = field(default=None, repr=False)
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return the form that httpx takes in `files=`."""
        return self.file_name, self.payload, self.mime_type


@frozen
class Departure:
    """One place where a value departs from the contract, described without the value (it may be personal data).

    `pointer` is an RFC 6901 pointer into the value, "" for all of it; `keyword` is the violated JSON Schema keyword.
    """

    pointer: str
    expected: str
    got: str
    keyword: str = "type"


T = TypeVar("T")


def _size(value: Sized) -> str:
    return f"<{len(value)}>"


@define
class Response(Generic[T]):
    """An answer with its status, headers and parsed value; `repr` shows no content.

    `status_code` is an `HTTPStatus` where Python knows the code, and a plain int where it does not (520-527, 546).
    `parsed` is None where the document declares nothing for the status, or if an error's body is not JSON.
    `departures` are the first ten thousand at most; `total_departures` counts all.
    """

    status_code: HTTPStatus | int
    content: bytes = field(repr=_size)
    headers: MutableMapping[str, str] = field(repr=_size)
    parsed: T | None = field(repr=False)
    departures: tuple[Departure, ...] = field(default=(), repr=_size)
    total_departures: int = 0


def as_status(code: int) -> HTTPStatus | int:
    """Name a status code where Python can; keep the number where it cannot."""
    try:
        return HTTPStatus(code)
    except ValueError:
        return code


__all__ = ["UNSET", "Departure", "File", "FileTypes", "RequestFiles", "Response", "Unset", "as_status"]
