r"""Searches for the regular expressions of JSON Schema, in time linear in the text.

These are of ECMA-262: `$` is only the end of the text, `\d` and `\w` are ASCII, `\s` and `.` know Unicode's spaces and
line ends. Python's `re` differs in all of these, and some patterns take it exponential time. Here a pattern becomes a
nondeterministic automaton whose states are followed all at once, without backtracking.

Not searched for, and so left to the API: look-around, back references, syntax that is not of ECMA-262, word
boundaries, `\p`, and a pattern or a search that is larger than the limits below.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from .expressions import END, MOST, START, Parser, Unjudged

_MOST_STEPS: Final = 100_000  # a fraction of a second
_MOST_AT_ONCE: Final = 100
_ANY_OF, _FOUND = "any of", "found"


class Pattern:
    """A pattern as states; sets of states are cached, so that most characters cost one look-up."""

    def __init__(self, text: str) -> None:
        """Read a pattern.

        Raises:
            Unjudged: it cannot be searched for here.
        """
        self.states: list[tuple[str, Any, Any]] = [(_FOUND, (), 0)]
        self.work = 0
        self.first = self._add(Parser(text).whole(), 0)
        self.again = self._reached([self.first])
        self.kept: dict[frozenset[int], _Met] = {}
        self.room = MOST

    def found_in(self, text: str) -> bool | None:
        """Whether the pattern matches anywhere in a text; None where that would take too long."""
        steps = 0
        met = self._kept(self._reached([self.first], start=True, end=not text))
        for one in text:
            if met.found or not met.states:
                return met.found
            after = met.after.get(one)
            if after is None:
                steps += len(met.states)
                if steps > _MOST_STEPS or len(met.states) > _MOST_AT_ONCE:
                    return None
                after = met.after[one] = self._kept(self._step(met.states, ord(one)))
            met = after
        return 0 in self._reached(met.states, end=True, start=not text)

    def _add(self, part: Any, after: int) -> int:
        """Add the states of a part that continues at state `after`; gives the first of them."""
        self.work += 1
        if self.work > MOST:
            raise Unjudged
        match part:
            case ("all", parts):
                for one in reversed(parts):
                    after = self._add(one, after)
                return after
            case ("one", parts):
                return self._state(_ANY_OF, [self._add(one, after) for one in parts], after)
            case ("times", one, low, high):
                return self._add(("all", [one] * low), self._add_more(one, high if high is None else high - low, after))
            case _:
                return self._state(part[0], part[1:], after)

    def _add_more(self, part: Any, most: int | None, after: int) -> int:
        """Add a part that may repeat up to `most` times, or without limit."""
        if most is None:
            loop = self._state(_ANY_OF, [after], after)
            self.states[loop][1].append(self._add(part, loop))
            return loop
        end = after
        for _ in range(most):
            after = self._state(_ANY_OF, [self._add(part, after), end], end)
        return after

    def _state(self, kind: str, value: Any, after: int) -> int:
        self.states.append((kind, value, after))
        return len(self.states) - 1

    def _reached(self, states: Any, *, start: bool = False, end: bool = False) -> frozenset[int]:
        """Return the states reached without reading a character that read one or are the end."""
        reached, work = set[int](), list(states)
        seen = set(work)
        while work:
            number = work.pop()
            kind, value, after = self.states[number]
            if kind in (_FOUND, "set", END):
                reached.add(number)
            passed = (kind == START and start) or (kind == END and end)
            further = value if kind == _ANY_OF else [after] if passed else ()
            work.extend(one for one in further if one not in seen)
            seen.update(further)
        return frozenset(reached)

    def _step(self, states: frozenset[int], code: int) -> frozenset[int]:
        """Return the states reached by reading a character, and those of a match that begins after it."""
        taken = []
        for number in states:
            kind, value, after = self.states[number]
            if kind == "set" and any(low <= code <= high for low, high in value[0]):
                taken.append(after)
        return self._reached(taken) | self.again

    def _kept(self, states: frozenset[int]) -> _Met:
        """Return the cached set of these states; empty the cache when it is full."""
        self.room -= 1
        if self.room < 0:
            self.kept, self.room = {}, MOST
        return self.kept.setdefault(states, _Met(states))


class _Met:
    """A cached set of states, with the set after each character."""

    def __init__(self, states: frozenset[int]) -> None:
        self.states, self.found, self.after = states, 0 in states, dict[str, _Met]()


@lru_cache(maxsize=1000)
def _pattern(text: str) -> Pattern | None:
    try:
        return Pattern(text)
    except Unjudged:
        return None


def is_judged(pattern: str) -> bool:
    """Whether a pattern can be searched for here, and is not left to the API."""
    return _pattern(pattern) is not None


def breaks(text: str, pattern: str) -> bool:
    """Whether a text certainly does not match a pattern."""
    known = _pattern(pattern)
    return known is not None and known.found_in(text) is False
