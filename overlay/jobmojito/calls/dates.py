"""Times as texts: HTTP dates, and the timestamps for which the contract declares no format."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from jobmojito.lazy import DeferredModule

if TYPE_CHECKING:
    from dateutil import parser
else:
    # In most programs no date ever comes, and it takes as long to load as the rest of the client.
    parser = DeferredModule("dateutil.parser")


def parse(text: object) -> datetime | None:
    """Read a time in any usual form, UTC where it names no zone; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        when = parser.parse(text)
        # As a number: on a machine that runs on UTC, dateutil calls Z the local zone, wherever that is next time.
        return when.replace(tzinfo=timezone(when.utcoffset() or timedelta()))
    except (ValueError, OverflowError, TypeError):
        return None
