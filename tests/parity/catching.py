"""Tells whether a changed document differs from generated code, as fast as can be."""

from __future__ import annotations

from scripts.drift.meaning import check
from scripts.drift.reports import Report


class Caught(BaseException):
    """The first difference was found; the rest need not be looked for."""


class FirstDifference(Report):
    """A report that ends the check as soon as it gets a difference."""

    def differ(self, pointer, file, what):
        raise Caught


def is_caught(mutated, corrections, observation):
    """Tell whether a document differs from the code's tables or from the contract file in the package."""
    try:
        check(mutated, corrections, observation, FirstDifference(), outlines=False)
    except Caught:
        return True
    return False
