"""Names: every payload at every place where the document names something is refused, or harmless."""

import copy
import json
import re
from pathlib import Path

import pytest

from .corpus import HIDDEN, NAMES
from .places import PLACES

# The payloads that pass at each place, by name; every other one is refused before anything is generated.
PASSING = json.loads(Path(__file__).with_name("passing.json").read_text(encoding="utf-8"))


@pytest.fixture
def small(published):
    """A document with just what the places need, so that a check costs little."""
    kept = {name: published["components"]["schemas"][name] for name in ("Error", "Pagination")}
    return {
        **{key: published[key] for key in ("openapi", "info", "servers", "tags")},
        "components": {"securitySchemes": {}, "parameters": {}, "schemas": kept},
        "paths": {"/invite-users": {"post": {"responses": {"200": {"description": ""}}}}},
    }


@pytest.mark.parametrize("place", PLACES)
def test_only_harmless_names_pass(small, refuses, place):
    """At each place exactly the payloads listed pass; the rest are refused, by the place and with a reason."""
    passing = []
    for kind, payload in NAMES.items():
        document = copy.deepcopy(small)
        PLACES[place](document, [payload])
        found = refuses(document)
        if not found:
            passing.append(kind)
        assert all(re.match(r"/\S+ \S+", line.replace(payload, "")) for line in found)

    assert passing == PASSING[place]


@pytest.mark.parametrize("place", PLACES)
def test_characters_that_deceive_are_refused_in_every_name(small, refuses, place):
    """Where a name belongs, hidden characters are refused as in any text."""
    for payload in HIDDEN.values():
        document = copy.deepcopy(small)
        PLACES[place](document, [payload])
        assert refuses(document)


def test_names_that_pass_are_harmless(published, refuses, harmless):
    """All names that pass, at all places of one document: the client runs nothing and means the same."""
    types = set()
    for place, edit in PLACES.items():
        edit(published, apart([NAMES[kind] for kind in PASSING[place]], types if place in NAME_TYPES else set()))

    assert refuses(published) == []
    harmless(published)


NAME_TYPES = {"schema", "title", "enum title", "tag"}


def apart(names, taken):
    """The names that differ by more than punctuation and case; that the others meet is tested elsewhere."""
    kept = []
    for name in names:
        letters = re.sub(r"[\W_]", "", name).lower()
        if letters not in taken:
            kept.append(name)
        taken.add(letters)
    return kept
