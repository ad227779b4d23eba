"""Parses the regular expressions of ECMA-262 that `patterns` can search for."""

from __future__ import annotations

from typing import Any, Final

MOST: Final = 10_000
_DEEPEST: Final = 30
_LAST: Final = 0x10FFFF
START, END = "start", "end"

Ranges = tuple[tuple[int, int], ...]


class Unjudged(ValueError):  # noqa: N818 - names what the pattern is
    """A pattern that `patterns` cannot search for."""


def _others(ranges: Ranges) -> Ranges:
    """Return the characters that are in none of some ranges."""
    found: list[tuple[int, int]] = []
    begin = 0
    for low, high in sorted(ranges):
        if low > begin:
            found.append((begin, low - 1))
        begin = max(begin, high + 1)
    return (*found, (begin, _LAST)) if begin <= _LAST else tuple(found)


_DIGITS: Final = ((0x30, 0x39),)
_WORDS: Final = (*_DIGITS, (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_LINE_ENDS: Final = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_BLANKS: Final = (0x20, 0xA0, 0x1680, 0x202F, 0x205F, 0x3000, 0xFEFF)
_SPACES: Final = (*((one, one) for one in _BLANKS), (0x09, 0x0D), (0x2000, 0x200A), (0x2028, 0x2029))
_SETS: Final[dict[str, Ranges]] = {"d": _DIGITS, "w": _WORDS, "s": _SPACES}
_SETS_BUT: Final[dict[str, Ranges]] = {name.upper(): _others(ranges) for name, ranges in _SETS.items()}
_CONTROLS: Final = {"0": 0, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_TIMES: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class Parser:
    """Reads a pattern as nested tuples: ("set", ranges), ("all", parts), ("one", parts), ("times", part, low, high)."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def whole(self) -> Any:
        """Read the whole pattern."""
        found = self.choice()
        if self.at < len(self.text):
            raise Unjudged
        return found

    def choice(self) -> Any:
        """Read alternatives."""
        parts = [self.sequence()]
        while self.took("|"):
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else ("one", parts)

    def sequence(self) -> Any:
        """Read a sequence of items."""
        parts: list[Any] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self.repeated(self.item()))
        return ("all", parts)

    def item(self) -> Any:
        """Read one character, set, anchor or group."""
        one = self.next()
        if one == "(":
            return self.group()
        if one in "*+?" or (one == "{" and self.times(self.at - 1) is not None):
            raise Unjudged
        if one == "[":
            return ("set", self.members())
        simple = {"^": (START,), "$": (END,), ".": ("set", _others(_LINE_ENDS))}
        return simple.get(one) or ("set", self.escape() if one == "\\" else ((ord(one), ord(one)),))

    def group(self) -> Any:
        """Read a group; its name is ignored."""
        if self.took("?") and not self.took(":"):
            if not self.took("<") or self.next() in "=!" or ">" not in self.text[self.at :]:
                raise Unjudged
            self.at = self.text.index(">", self.at) + 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unjudged
        found = self.choice()
        self.depth -= 1
        if not self.took(")"):
            raise Unjudged
        return found

    def repeated(self, item: Any) -> Any:
        """Read the quantifier of an item; a lazy one is the same here."""
        one = self.text[self.at : self.at + 1]
        times, length = (_TIMES[one], 1) if one in _TIMES else self.times(self.at) or (None, 0)
        if times is None:
            return item
        self.at += length
        self.took("?")
        low, high = times
        if item[0] in (START, END) or (high is not None and low > high):
            raise Unjudged
        return ("times", item, low, high)

    def times(self, at: int) -> tuple[tuple[int, int | None], int] | None:
        """Read `{2}`, `{2,}` or `{2,5}`; None for anything else."""
        inside, closed, _ = self.text[at + 1 :].partition("}") if self.text[at : at + 1] == "{" else ("", "", "")
        low, comma, high = inside.partition(",")
        if not closed or not _is_count(low) or (high and not _is_count(high)):
            return None
        if max(len(low), len(high)) > len(str(MOST)):
            raise Unjudged
        return (int(low), int(high) if high else None if comma else int(low)), len(inside) + 2

    def members(self) -> Ranges:
        """Read a set in brackets."""
        but, found = self.took("^"), list[tuple[int, int]]()
        while not self.took("]"):
            low = self.member()
            if self.text[self.at : self.at + 1] == "-" and self.text[self.at + 1 : self.at + 2] != "]":
                self.at += 1
                high = self.member()
                if not _is_one(low) or not _is_one(high) or low > high:
                    raise Unjudged
                low = ((low[0][0], high[0][0]),)
            found += low
        return _others(tuple(found)) if but else tuple(found)

    def member(self) -> Ranges:
        """Read one member of a set, where an escaped b is a backspace."""
        one = self.next()
        if one != "\\":
            return ((ord(one), ord(one)),)
        return ((8, 8),) if self.took("b") else self.escape()

    def escape(self) -> Ranges:
        """Read an escape after its backslash."""
        one = self.next()
        if one in "dws":
            return _SETS[one]
        if one in "DWS":
            return _SETS_BUT[one]
        code = _CONTROLS.get(one)
        if one in "xu":
            code = self.number(2 if one == "x" else 4)
        elif code is None and not (one.isascii() and one.isalnum()):
            code = ord(one)
        if code is None or (one == "0" and self.text[self.at : self.at + 1].isdigit()):
            raise Unjudged
        return ((code, code),)

    def number(self, length: int) -> int:
        """Read a character by its number; a lone surrogate is not supported."""
        digits = self.text[self.at : self.at + length]
        self.at += length
        if len(digits) < length or not all(one in "0123456789abcdefABCDEF" for one in digits):
            raise Unjudged
        if digits[:2].upper() in {"D8", "D9", "DA", "DB", "DC", "DD", "DE", "DF"} and length > 2:  # noqa: PLR2004 - \u
            raise Unjudged
        return int(digits, 16)

    def next(self) -> str:
        """Take a character."""
        if self.at >= len(self.text):
            raise Unjudged
        self.at += 1
        return self.text[self.at - 1]

    def took(self, one: str) -> bool:
        """Take a character if it is the next one."""
        is_next = self.text[self.at : self.at + 1] == one
        self.at += is_next
        return is_next


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_one(ranges: Ranges) -> bool:
    """Whether ranges are one character."""
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]
