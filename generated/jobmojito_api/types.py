"""Small types that all modules of the low-level client share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence, Sized
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, BinaryIO, Final, Generic, Literal, Protocol, SupportsIndex, TypeVar, final

from attrs import define, field, frozen

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
D = TypeVar("D")


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

if TYPE_CHECKING:

    class Id(str):
        """The id of something at the API: a text, which type checkers keep apart from ids of other things."""

        __slots__ = ()
        swapcase: None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType,reportIncompatibleMethodOverride]

    class PlainText(Protocol):
        """Any text but an id: a str has this method, an `Id` has not, and nobody needs it."""

        def swapcase(self) -> str:
            """Swap cases, as `str` does."""
            ...

    class ListOf(Protocol[T_co]):
        """A list or a tuple, and no text, which is a sequence of texts but finds only texts in it."""

        def __contains__(self, value: object, /) -> bool: ...
        def __getitem__(self, index: SupportsIndex, /) -> T_co: ...
        def __iter__(self) -> Iterator[T_co]: ...
        def __len__(self) -> int: ...

else:
    Id = PlainText = str
    ListOf = Sequence


def value_or(value: T | Unset | None, default: D) -> T | D:
    """Return a value, or the default where there is none: where it was left out (`UNSET`) or is null."""
    return default if value is None or isinstance(value, Unset) else value


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
