"""Open enums: a value that the document does not declare is kept, and behaves like a member."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """An enum of texts; an unknown text is not a member, but equals its text, prints as it, and can be pickled."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = str(value)
        return member

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        """Pickle by value, so that an unknown value can be restored."""
        return type(self), (self.value,)

    def __deepcopy__(self, memo: object) -> Self:
        """Copy as the same value."""
        return self


class OpenIntEnum(IntEnum):
    """An enum of integers; an unknown integer is kept in the same way."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_, member._value_ = str(value), value
        return member

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[int]]:
        """Pickle by value, so that an unknown value can be restored."""
        return type(self), (self.value,)

    def __deepcopy__(self, memo: object) -> Self:
        """Copy as the same value."""
        return self


__all__ = ["OpenEnum", "OpenIntEnum"]
