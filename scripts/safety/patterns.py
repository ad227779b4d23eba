"""Refuses regular expressions on which a backtracking engine could take exponential time.

The client itself searches in linear time (`templates/runtime/patterns.py`), but the sandbox's validator and other
readers of the contract do not. So inside a repeat the next character must decide how to go on: no text may be matched
in two ways. Patterns that take polynomial time pass, up to the cube of the length.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from scripts.corrections.grammar import walk
from scripts.safety.findings import Finding, quoted
from scripts.templates.runtime.expressions import Parser, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LENGTH: Final = 20_000  # characters of a pattern; the published ones have 20
MOST: Final = 20_000  # positions of a pattern (a counted part is written twice), and transitions between them
MOST_IN_ALL: Final = 200_000  # the same for all patterns of a document
OVERLAPS: Final = 3  # repeats that can also end where they go on: the power of the length that a search may take
# Syntax that is replaced by something that matches more, or left out: the check stays on the safe side.
_TOKENS: Final = re.compile(
    r"(?P<any>\\[pPN]\{[^}]*\}|\\U[0-9a-fA-F]{8})|(?P<again>\\[1-9]\d*|\\k<[^>]*>|\(\?P=\w+\))|(?P<nothing>\\[bBAzZ]|\(\?[aiLmsux]+\))|(?P<group>\(\?(?:[=!>]|<[=!]|[aiLmsux]+:))"
    r"|(?P<possessive>[*+?}]\+)|\\[\s\S]|[\s\S]"
)


class SlowPatternError(ValueError):
    """A pattern that could take too long to search for; the message says why."""


@frozen
class _Part:
    """A part of a pattern: whether it may be empty, and the positions that it can begin and end with."""

    is_empty: bool
    first: tuple[int, ...]
    last: tuple[int, ...]


def check(document: dict[str, Any]) -> Iterator[Finding]:
    """Check every `pattern`, and every key of `patternProperties`."""
    spent = 0
    for place in walk(document):
        value = place.value
        patterns = [value.get("pattern")] if place.kind == "schema" else []
        if isinstance(keyed := value.get("patternProperties"), dict):
            patterns += keyed
        for text in (one for one in patterns if isinstance(one, str)):
            reason, work = _judged(text)
            spent += work
            if reason or spent > MOST_IN_ALL:
                why = reason or "is one too many of patterns that are large"
                yield Finding(place.steps, f"has the pattern {quoted(text)}, which {why}")
        if spent > MOST_IN_ALL:
            return


def judged(text: str) -> str | None:
    """Say why a pattern could take too long; None if it cannot, or if Python cannot compile it."""
    return _judged(text)[0]


@cache
def _judged(text: str) -> tuple[str | None, int]:
    """Check a pattern; gives the reason to refuse it, and the steps that the check took."""
    if len(text) > LENGTH:
        return f"is longer than {LENGTH} characters", 0
    positions = _Positions()
    try:
        positions.judge(Parser(_loosened(text)).whole())
    except SlowPatternError as error:
        return str(error), positions.done
    except (Unjudged, RecursionError):
        return "cannot be judged" if _is_pythons(text) else None, positions.done
    return None, positions.done


def _is_pythons(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _loosened(text: str) -> str:
    """Replace syntax that the parser does not know by what matches more: look-around by a group, Unicode by any."""
    made, is_inside = "", False
    for token in _TOKENS.finditer(text):
        found, kind = token.group(), token.lastgroup
        if kind == "any":
            found = r"\s\S" if is_inside else r"[\s\S]"
        elif kind and not is_inside:
            found = {"again": r"[\s\S]*", "nothing": "", "group": "(?:", "possessive": found[0]}[kind]
        elif found in {"[", "]"}:
            is_inside = found == "["
        made += found
    return made


@define
class _Positions:
    """The characters and sets of a pattern in the order they are written, and which can follow which (Glushkov)."""

    sets: list[Any] = field(factory=list)
    follow: list[list[int]] = field(factory=list)
    repeated: set[int] = field(factory=set)
    done: int = 0

    def judge(self, pattern: Any) -> None:
        """Raise SlowPatternError if a repeat can match one text in two ways, or too many repeats can end or go on."""
        self._part(pattern)
        overlapping = [at for at in self.repeated if self._overlap(self.follow[at])]
        if len(overlapping) > OVERLAPS:
            raise SlowPatternError(f"has {len(overlapping)} repeats that can end where they go on")

    def _part(self, pattern: Any) -> _Part:
        match pattern:
            case ("set", ranges):
                return self._set(ranges)
            case ("all", parts):
                return self._sequence(map(self._part, parts))
            case ("one", parts):
                made = [self._part(part) for part in parts]
                first, last = (tuple(at for one in made for at in getattr(one, end)) for end in ("first", "last"))
                return _Part(any(one.is_empty for one in made), first, last)
            case ("times", part, low, high):
                return self._times(part, low, high)
            case _:
                return _Part(is_empty=True, first=(), last=())

    def _set(self, ranges: Any) -> _Part:
        self._work(1)
        self.sets.append(ranges)
        self.follow.append([])
        return _Part(is_empty=False, first=(len(self.sets) - 1,), last=(len(self.sets) - 1,))

    def _sequence(self, parts: Iterable[_Part]) -> _Part:
        whole = _Part(is_empty=True, first=(), last=())
        for part in parts:
            self._lead(whole.last, part.first)
            first = (*whole.first, *part.first) if whole.is_empty else whole.first
            last = (*whole.last, *part.last) if part.is_empty else part.last
            whole = _Part(whole.is_empty and part.is_empty, first, last)
        return whole

    def _times(self, part: Any, low: int, high: int | None) -> _Part:
        """Repeat a part: a fixed number as two in a row, a variable one with transitions from end to start."""
        if high is not None and high <= 1:
            made = self._part(part) if high else self._sequence([])
            return _Part(made.is_empty or not low, made.first, made.last)
        if low == high:
            made = self._sequence([self._part(part), self._part(part)])
        else:
            begin = len(self.sets)
            made = self._part(part)
            self._lead(made.last, made.first)
            self.repeated.update(range(begin, len(self.sets)))
            if part[0] != "set" and (made.is_empty or self._is_ambiguous(begin, made.first)):
                raise SlowPatternError("has a repeat with several ways to match one text")
        if low == high and made.is_empty and made.first:
            raise SlowPatternError("has a repeat with several ways to match one text")
        return _Part(made.is_empty or not low, made.first, made.last)

    def _lead(self, ends: Iterable[int], beginnings: Iterable[int]) -> None:
        beginnings = list(beginnings)
        for end in ends:
            self._work(len(beginnings))
            self.follow[end].extend(beginnings)

    def _work(self, more: int) -> None:
        self.done += more
        if self.done > MOST:
            raise SlowPatternError("has too many parts and ways through them")

    def _is_ambiguous(self, begin: int, first: Iterable[int]) -> bool:
        return self._overlap(first) or any(map(self._overlap, self.follow[begin:]))

    def _overlap(self, positions: Iterable[int]) -> bool:
        """Whether one character matches at two of these positions."""
        ranges = sorted(pair for at in positions for pair in _merged(self.sets[at]))
        return any(low <= high for (_, high), (low, _) in pairwise(ranges))


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join the ranges of one set that touch or overlap each other."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return made
