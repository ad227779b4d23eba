"""How fast a client may send: what the API told one call holds for all calls that are under way.

An API that answers 429 counts all requests of an account. If every call waited for itself, all would come back at the
same moment and most be refused again. So a wait that the API asks for holds everybody, and from then on requests keep a
distance: doubled by each refusal of what was sent since, shortened by each request that is let through, until nothing
is left of it. So fewer requests are in flight at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_SHARE: Final = 8
"""The first distance is this part of the told wait."""

_SHORTER: Final = 0.95
_NONE: Final = 0.001
"""Seconds; a shorter distance is none."""


class Pacer:
    """One client's pace, shared by its variants; `clock` counts seconds, `chance` gives numbers from 0 up to 1.

    Without a lock: where two threads meet, a request goes out a little early.
    """

    def __init__(self, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._clock, self._chance = clock, chance
        self._next = self._slowed = 0.0
        self.distance = 0.0

    def wait(self) -> float:
        """Give the seconds to wait before asking again, spread a little; 0 for: send now."""
        now = self._clock()
        if now < self._next:
            return (self._next - now) * (1 + self._chance() / 10) + self.distance * self._chance()
        self._next = now + self.distance
        return 0.0

    def hold(self, seconds: float, sent: float) -> None:
        """Note that the API refused what was `sent` then and told to wait; one refused volley slows down once."""
        now = self._clock()
        self._next = max(self._next, now + seconds)
        if sent >= self._slowed:
            self.distance = min(max(self.distance * 2, seconds / _FIRST_SHARE), seconds)
            self._slowed = now

    def accept(self) -> None:
        """Note that the API let a request through."""
        self.distance = self.distance * _SHORTER if self.distance > _NONE else 0.0
