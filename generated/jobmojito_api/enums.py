"""Open enums: a value that the document does not declare is kept, and behaves like a member."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any


class _Open:
    """Keeps an unknown value: not a member, but it equals its text or number, prints as it, and can be pickled."""

    @classmethod
    def _missing_(cls: Any, value: object) -> Any:
        kind: Any = cls._member_type_
        if not isinstance(value, kind) or isinstance(value, bool):
            return None
        member = kind.__new__(cls, value)
        member._name_, member._value_ = str(value), kind(value)
        return member

    def __reduce_ex__(self: Any, protocol: object) -> tuple[Any, tuple[Any]]:
        """Pickle by value, so that an unknown value can be restored."""
        return type(self), (self.value,)

    def __deepcopy__(self: Any, memo: object) -> Any:
        """Copy as the same value."""
        return self


class OpenEnum(_Open, StrEnum):
    """An enum of texts; an unknown text is kept."""


class OpenIntEnum(_Open, IntEnum):
    """An enum of integers; an unknown integer is kept."""
