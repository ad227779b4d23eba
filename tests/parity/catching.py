"""Tells whether a changed document differs from generated code, as fast as can be."""

from __future__ import annotations

from scripts.drift.allowances import allow
from scripts.drift.meaning import compare, compare_contract, read
from scripts.drift.reports import Report


class CaughtError(Exception):
    """The first difference was found; the rest need not be looked for."""


class FirstDifference(Report):
    """A report that ends the check as soon as it is told of a difference."""

    def differ(self, pointer, file, what):
        raise CaughtError(f"{pointer} {file} {what}")


def is_caught(mutated, corrections, observation):
    """Tell whether a document differs from the code's tables, or else from the contract file in the package."""
    report = FirstDifference()
    try:
        reading = read(allow(mutated, corrections), report)
        compare(reading, observation, report)
    except CaughtError:
        return True
    # Told apart: the contract file's own report is only handed on when it is complete.
    rest = Report()
    compare_contract(reading, observation, rest)
    return bool(rest.differences)
