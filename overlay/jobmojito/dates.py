"""Times as texts: HTTP dates, and the timestamps for which the contract declares no format."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any


def parse(text: object) -> datetime | None:
    """Read a time in any usual form, UTC where it names no zone; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        when: datetime = _parser().parse(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


@cache
def _parser() -> Any:
    # Loaded when the first date comes, which in most programs is never: it takes as long as the rest of the client.
    return import_module("dateutil.parser")
