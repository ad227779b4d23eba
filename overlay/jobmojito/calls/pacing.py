"""How fast a client may send: a wait that the API asks one call for holds all calls of the client.

An API that answers 429 counts all requests of an account. If each call waited for itself, all would come back at the
same moment and most would be refused again. So such a wait holds every call, and requests keep a distance from then on:
each refusal of a request sent since doubles it, each accepted request shortens it, until there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_SHARE: Final = 8
"""The first distance is the wait divided by this."""

_SHORTER: Final = 0.95
_NONE: Final = 0.001
"""Seconds; a shorter distance counts as none."""


class Pacer:
    """One client's pace, shared by its variants; `clock` counts seconds, `chance` gives numbers from 0 up to 1.

    There is no lock: when two threads ask at once, a request may go out a little early.
    """

    def __init__(self, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._clock, self._chance = clock, chance
        self._next = self._slowed = 0.0
        self.distance = 0.0

    def wait(self) -> float:
        """Give the seconds to wait before asking again, with some jitter; 0 means send now."""
        now = self._clock()
        if now < self._next:
            return (self._next - now) * (1 + self._chance() / 10) + self.distance * self._chance()
        self._next = now + self.distance
        return 0.0

    def hold(self, seconds: float, sent: float) -> None:
        """Note that the API refused what was `sent` then and asked to wait; requests sent together slow it once."""
        now = self._clock()
        self._next = max(self._next, now + seconds)
        if sent >= self._slowed:
            self.distance = min(max(self.distance * 2, seconds / _FIRST_SHARE), seconds)
            self._slowed = now

    def accept(self) -> None:
        """Note that the API accepted a request."""
        self.distance = self.distance * _SHORTER if self.distance > _NONE else 0.0
