"""Patterns on which a reader could spend for ever: refused, and none of those that documents have."""

import pytest

from scripts.safety.patterns import judged

from .places import add_property

ENDLESS = [
    *(r"^(a+)+$", r"^(a|a)*$", r"^(a|aa)+$", r"(.*)*x", r"^(\w+\s?)*$", r"(a*)*", r"(a?){50}a{50}", r"(x+x+)+y"),
    *(r"^(([a-z])+.)+[A-Z]([a-z])+$", r"((a{2,5})*)", r"([\s\S]|a)*b", r"(a{0,2}){9}b", r"(ab)*(ab)*(ab)*(ab)*(ab)*c"),
    r"^(https?:\/\/)?([\da-z\.-]+)\.([a-z\.]{2,6})([\/\w \.-]*)*\/?$",
    *(
        r"(?=(a+)+b)",
        r"(\p{L}+)+$",
        r"[\p{L}-]*(\p{Lu}*)*",
        r"(?i)(a+)+",
        r"(a++)+b",
        r"^(.)(\1)*$",
        r"\b(\w+)*\b",
        r"a*a*a*a*a*b",
    ),
    *("x" * 30_000, "(" * 20 + "a" + "{2})" * 20, "(?:" * 5_000 + "a" + ")" * 5_000),
]
HARMLESS = [
    *(r"^\d{4}-\d{2}-\d{2}$", r"^[^\s@]+@[^\s@]+\.[^\s@]+$", r"^[a-z0-9]+(?:-[a-z0-9]+)*$", r"^\d+(\.\d+)*$"),
    *(r"^#([A-Fa-f0-9]{3}){1,2}$", r"^(\d{1,3}\.){3}\d{1,3}$", r"^\p{L}+$", r"^(?<year>\d{4})$", r"^.*$", r"(?i)abc"),
    *(r"^(['\"]).*\1$", r"\N{DASH}\U00000022+", "(a|b|c)+x" * 500, "x" * 5_000),
    *(r"^(?!-)[a-z-]+(?<!-)$", r"^[A-Z]{2}(,[A-Z]{2})*$", r"^\s*\S+\s*$", r"^(\w+\s)*\w+$", r"^\+?[0-9 ()-]{7,20}$"),
    *(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=)?$", "[", "a{,2}"),
    r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$",
]


@pytest.mark.parametrize("pattern", ENDLESS, ids=lambda pattern: pattern[:40])
def test_a_pattern_that_may_not_end_is_refused(published, refuses, pattern):
    """Two ways to repeat one text double the work with each character; the one line says which pattern it is."""
    add_property(published, "x", {"type": "string", "pattern": pattern})

    (line,) = refuses(published)
    assert line.startswith("/components/schemas/Error/properties/fresh_x has the pattern '")


@pytest.mark.parametrize("pattern", HARMLESS)
def test_a_pattern_that_documents_have_passes(pattern):
    """Dates, addresses, slugs and the like, and what Python cannot read, which nobody here runs."""
    assert judged(pattern) is None


def test_keys_of_pattern_properties_are_patterns(published, refuses):
    """A schema may hold patterns as keys."""
    add_property(published, "x", {"type": "object", "patternProperties": {"^(a+)+$": {"type": "string"}}})

    assert "has the pattern '^(a+)+$', which has a repeat" in refuses(published)[0]


def test_large_patterns_are_few(published, refuses):
    """Thousands of patterns, each as large as one may be, are refused when they have cost enough."""
    for number in range(30):
        add_property(published, f"x{number}", {"pattern": f"{number}" + "(" * 12 + "a" + "{2})" * 12})

    assert "one too many" in refuses(published)[-1]
