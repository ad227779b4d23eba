"""Claims of patterns: ECMA-262's meaning, the same as `re` where both agree, and an end for every pattern and text."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from jobmojito_api.codec import STRING, check, read
from jobmojito_api.patterns import breaks, is_judged

DATE = r"^\d{4}-\d{2}-\d{2}$"
SLUG = "^[a-z0-9]+(?:(?:-|_)+[a-z0-9]+)*$"


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (DATE, "2024-01-02", True),
        (DATE, "2024-01-02\n", False),
        (DATE, "2024-01-0٢", False),
        (DATE, "x\n2024-01-02", False),
        (SLUG, "sales-coaching_en", True),
        (SLUG, "sales-", False),
        (r"^\w+$", "Zoë", False),
        (r"^\W$", "ë", True),
        (r"^\s$", "\ufeff", True),
        (r"^\s$", "\x1c", False),
        (r"^\S$", "\u2003", False),
        (r"^.$", "\u2028", False),
        (r"^.$", "\r", False),
        (r"^.$", "😀", True),
        (r"^[^]$", "\n", True),
        (r"[]", "x", False),
        (r"^[\b]$", "\x08", True),
        (r"^[\s\S]{2}$", "\n ", True),
        (r"^[a\-z]$", "-", True),
        (r"^[+--]$", ",", True),
        (r"^\u00e9\x41\t\/\.$", "éA\t/.", True),
        (r"^a{,2}$", "a{,2}", True),
        (r"^(?<year>\d{4})?$", "", True),
        (r"^(a|b)*?c{2,3}$", "ababccc", True),
        (r"^x{0}$", "x", False),
        (r"b", "abc", True),
        (r"^$", "", True),
        (r"^$", "\n", False),
        (r"a^", "a", False),
        (r"$^", "", True),
        (r"(^|,)b(,|$)", "a,b", True),
    ],
)
def test_pattern_means_what_ecma_262_says(pattern: str, text: str, *, matches: bool) -> None:
    """Ends of lines, digits, letters and spaces are JavaScript's, not Python's."""
    assert is_judged(pattern)
    assert breaks(text, pattern) is not matches
    assert bool(check(STRING.where(pattern=pattern), text)) is not matches
    assert {one.keyword for one in read(STRING.where(pattern=pattern), text).departures} == (
        set() if matches else {"pattern"}
    )


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(?=.*\d)",
        r"(?!a)",
        r"(?<=a)b",
        r"(?<!a)b",
        r"(a)\1",
        r"\bword\b",
        r"\p{L}",
        "(?i)a",
        "(?P<a>b)",
        "(?>a)",
        "a++",
        "a**",
        "*a",
        "(",
        ")",
        "[a",
        "a\\",
        "(?<a",
        r"\u12",
        r"\ud83d\ude00",
        r"[z-a]",
        r"[\d-z]",
        "^*",
        "a{3,2}",
        "a{99999}",
        "((a{1000}){1000}){1000}",
        "(((){1000}){1000}){1000}",
        "(" * 100_000,
        "(?:" * 40 + ")" * 40,
    ],
)
def test_pattern_that_is_not_judged_refuses_nothing(pattern: str) -> None:
    """What is no regular language, another dialect's or too large is left to the API."""
    assert not is_judged(pattern)
    assert not breaks("anything", pattern)
    assert check(STRING.where(pattern=pattern), "anything") == ()


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a|a)*$",
        "^(a|aa)+$",
        "(x+x+)+y",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(.*a){20}z",
        "a*a*a*a*a*a*a*b",
        SLUG,
    ],
)
def test_no_pattern_runs_away(pattern: str) -> None:
    """Each of these takes Python's `re` longer than anybody waits; the text does not match."""
    assert breaks("a" * 50_000 + "!", pattern)


@pytest.mark.parametrize("length", [30, 2000])
def test_search_that_would_take_too_long_is_given_up(length: int) -> None:
    """Every one of these texts leads to states that were never met before; what is not known is no breach."""
    rng = random.Random(7)
    text = "".join(rng.choice("ab") for _ in range(50_000))

    assert is_judged(f"a[ab]{{{length}}}c")
    assert not breaks(text, f"a[ab]{{{length}}}c")


def test_pattern_agrees_with_re_where_both_mean_the_same() -> None:
    """Ten thousand random patterns and texts; `re` is given its own end of the text, and everything is ASCII."""
    rng = random.Random(11)
    for _ in range(10_000):
        pattern = made(rng, 3)
        text = "".join(rng.choice("ab-1\n ") for _ in range(rng.randrange(7)))
        expected = re.search(pattern.replace("$", r"\Z"), text, re.ASCII)

        assert is_judged(pattern), pattern
        assert breaks(text, pattern) is (expected is None), (pattern, text)


def made(rng: random.Random, depth: int) -> str:
    """Make a pattern that is small enough for `re`."""
    simple: Any = ["a", "b", "[ab]", "[^a]", r"\d", r"\w", r"\W", "-", "[a-]", r"\.", "^", "$", "(?:)", r"[^\d]"]
    kind = rng.randrange(5) if depth else 0
    if kind == 0:
        return str(rng.choice(simple))
    if kind == 1:
        return "".join(made(rng, depth - 1) for _ in range(rng.randrange(1, 4)))
    if kind == 2:
        return "(" + "|".join(made(rng, depth - 1) for _ in range(rng.randrange(1, 4))) + ")"
    times = rng.choice(["*", "+", "?", "{2}", "{1,2}", "{0,}", "*?", "+?", "??", "{0,2}?"])
    return f"(?:{made(rng, depth - 1)}){times}"
