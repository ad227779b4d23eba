"""Reads values of union types."""

from __future__ import annotations

from typing import Any

from .faults import Faults
from .kinds import ATOMS, NULL, Type, kind_of


class Union(Type[Any]):
    """A union: a value is read as the branch with the fewest departures, then the most known fields, then the first.

    A property with departures counts once, however many are inside it: a report with two nulls inside is still that
    report, not another type whose only departure is that its report is missing.
    """

    def __init__(self, *branches: Type[Any], one_of: bool = False) -> None:
        """Keep the branches in document order; `one_of`: exactly one branch must match."""
        self.branches, self.one_of = branches, one_of
        self.nullable = NULL in branches
        self.plain = tuple(branch for branch in branches if branch is not NULL)
        self.expected = " or ".join(branch.expected for branch in branches)

    def read(self, value: object, faults: Faults) -> object:
        """Read as the best branch, with the departures of that branch.

        A union within a union is read once, not once for each branch of the outer one.
        """
        if value is None and self.nullable:
            return None
        readings = faults.readings
        if readings is None or value.__class__ in ATOMS:
            result, own = self._choose(value, faults)
        else:
            key = (id(self), id(value))
            if key not in readings:
                readings[key] = self._choose(value, faults)
            result, own = readings[key]
        if own:
            faults.merge(own)
        return result

    def _choose(self, value: object, faults: Faults) -> tuple[object, Faults]:
        """Read as the best branch; gives the value and all its faults."""
        if len(self.plain) == 1:
            own = faults.like()
            own.is_ours = faults.is_ours
            result = self.plain[0].read(value, own)
            faults.has_more |= own.has_more
            return result, self._told(value, own, 1)
        first = faults.like()
        first.readings = {} if faults.readings is None else faults.readings
        tries = [self._try(branch, value, first.like()) for branch in self.plain]
        _, result, own = min(tries, key=lambda one: one[0])
        faults.has_more |= any(found.has_more for _, _, found in tries)
        return result, self._told(value, own, sum(not found for _, _, found in tries))

    @staticmethod
    def _try(branch: Type[Any], value: object, own: Faults) -> tuple[tuple[bool, int, int], object, Faults]:
        """Read as one branch and rank it; a branch of another JSON type ranks last."""
        result = branch.read(value, own)
        wrong_kind = any(keyword == "type" for _, _, keyword in own.at_root())
        return (wrong_kind, len(own), -getattr(result, "known_fields", 0)), result, own

    def _told(self, value: object, own: Faults, fitting: int) -> Faults:
        """Return the faults of the best branch; a fault of the value itself is reported for the whole union."""
        told, root = own, own.at_root()
        if own and len(root) == len(own):
            told = Faults(is_request=own.is_request)
            keyword = root[0][2] if len({keyword for _, _, keyword in root}) == 1 else "anyOf"
            told.add(self.expected, "another value" if keyword == "enum" else kind_of(value), keyword)
        if self.one_of and fitting > 1:
            told.add(f"exactly one of {self.expected}", f"{fitting} that fit", "oneOf")
        return told
