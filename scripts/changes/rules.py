"""Lists every kind of change with its grade, and computes the next version by the worst one.

A grade follows from the effect of a change and its direction.

What a caller sends may get wider but not narrower; what a caller receives may get narrower but not wider. There are few
exceptions, each with its reason; the grades follow oasdiff. A change that no row covers is `unclassified`: potentially
breaking, never left out.
"""

import re
from collections.abc import Iterator
from enum import IntEnum

from scripts.files.failures import Refused


class Grade(IntEnum):
    """How much a change matters to callers; greater is worse."""

    DOCUMENTATION = 0
    ADDITIVE = 1
    POTENTIALLY_BREAKING = 2
    BREAKING = 3

    @property
    def label(self) -> str:
        """Return the grade in words."""
        return self.name.lower().replace("_", " ")


NOTE, MORE, MAYBE, BREAKS = Grade.DOCUMENTATION, Grade.ADDITIVE, Grade.POTENTIALLY_BREAKING, Grade.BREAKING

# The effect of a change: its grade where it is sent, and where it is received.
WIDENED, NARROWED = (MORE, BREAKS), (BREAKS, MORE)
ADDED, REMOVED, CHANGED = (MORE, MORE), (BREAKS, BREAKS), (BREAKS, BREAKS)
UNCERTAIN, NOTED = (MAYBE, MAYBE), (NOTE, NOTE)

EXCEPTIONS = {
    "request-property-removed": MAYBE,  # it may be ignored, or refused
    "parameter-removed": MAYBE,  # it may be ignored, or refused
    "request-read-only-added": MAYBE,  # it may be ignored, or refused
    "response-variant-removed": MAYBE,  # a removed variant is narrower, but a caller may wait for it
    "response-enum-value-removed": MAYBE,  # the same for a removed value
    "response-enum-value-added": MAYBE,  # readers are told to expect new values
    "response-known-value-added": MORE,  # the enum says that it may grow
    "response-enum-removed": MAYBE,  # the same, for an enum that is gone
    "response-pattern-removed": MAYBE,  # few callers rely on a pattern
    "response-failure-status-removed": MAYBE,  # a caller may rely on it, but receives nothing worse
    "response-header-removed-optional": MAYBE,  # it could be absent before
    "response-additional-closed": MAYBE,  # a caller may have read an undeclared property
    "response-additional-opened": MORE,  # readers are told to expect new properties
    "response-default-added": NOTE,  # a default matters only to a sender that omits the value
    "response-default-removed": NOTE,
    "response-default-changed": NOTE,
    "response-read-only-added": NOTE,  # says nothing of answers
    "response-read-only-removed": NOTE,  # says nothing of answers
    "request-write-only-added": NOTE,  # says nothing of requests
    "request-write-only-removed": NOTE,  # says nothing of requests
}


# Effects of changes of the document as a whole, of wording and of operations. The beginning of a rule's name tells
# whether something received changes, or else something sent.
_DOCUMENT = (
    (NOTED, "api-title-changed api-version-changed api-details-changed openapi-patch-changed"),
    (NOTED, "tag-declared tag-undeclared unused-component-added unused-component-removed unused-component-changed"),
    (NOTED, "description-changed summary-changed title-changed example-changed external-docs-changed comment-changed"),
    (NOTED, "extension-changed sunset-set stability-raised operation-removed-after-sunset"),
    (NOTED, "operation-deprecated operation-undeprecated parameter-deprecated parameter-undeprecated"),
    (NOTED, "operation-id-added operation-tag-added operation-tag-removed"),  # a tag that is not the first
    (UNCERTAIN, "openapi-version-changed"),  # keywords may mean something else
    (UNCERTAIN, "server-default-changed server-variables-changed sunset-earlier sunset-removed unclassified"),
    (UNCERTAIN, "request-encoding-changed response-encoding-changed"),
    # Generated names follow these.
    (UNCERTAIN, "naming-extension-changed operation-id-removed operation-id-changed operation-tag-changed"),
    (UNCERTAIN, "path-parameter-renamed"),
    (ADDED, "server-added operation-added security-alternative-added parameter-added-optional"),
    (ADDED, "request-body-added-optional request-content-type-added response-content-type-added"),
    (ADDED, "response-success-status-added response-failure-status-added response-header-added"),
    (REMOVED, "server-removed stability-lowered operation-removed security-alternative-removed parameter-removed"),
    (REMOVED, "request-body-removed request-content-type-removed response-content-type-removed"),
    (REMOVED, "response-success-status-removed response-failure-status-removed"),
    (REMOVED, "response-header-removed-required response-header-removed-optional"),
    (CHANGED, "operation-path-changed operation-method-changed security-scheme-changed"),
    (CHANGED, "parameter-location-changed parameter-style-changed"),
    (NARROWED, "security-required security-scope-added parameter-added-required parameter-became-required"),
    (NARROWED, "request-body-added-required request-body-became-required"),
    (NARROWED, "response-body-became-required response-header-became-required"),
    (WIDENED, "security-dropped security-scope-removed parameter-became-optional"),
    (WIDENED, "request-body-became-optional response-body-became-optional response-header-became-optional"),
)
# Effects of changes of a schema, each with a rule for what is sent and one for what is received.
_SCHEMAS = (
    (NOTED, "deprecated undeprecated"),
    (UNCERTAIN, "variants-exclusive variants-combinable discriminator-changed unclassified"),
    (UNCERTAIN, "pattern-changed"),  # which one allows more is not decided
    (UNCERTAIN, "default-added default-removed default-changed"),
    (ADDED, "property-added-optional write-only-removed"),
    (REMOVED, "property-removed write-only-added"),
    (CHANGED, "type-changed enum-replaced format-changed"),
    (CHANGED, "limit-changed"),  # a divisor that neither contains nor is contained in the old one
    (CHANGED, "property-removed-from-closed"),  # no others are allowed
    (NARROWED, "type-narrowed nullable-removed variant-removed enum-added enum-value-removed known-value-removed"),
    (NARROWED, "format-added format-narrowed pattern-added limit-tightened additional-closed read-only-added"),
    (NARROWED, "property-added-required property-became-required"),
    (WIDENED, "type-widened nullable-added variant-added enum-removed enum-value-added known-value-added"),
    (WIDENED, "format-removed format-widened pattern-removed limit-loosened additional-opened read-only-removed"),
    (WIDENED, "property-became-optional"),
)


def _effects() -> Iterator[tuple[str, tuple[Grade, Grade]]]:
    for effect, rules in _DOCUMENT:
        yield from ((rule, effect) for rule in rules.split())
    for effect, rules in _SCHEMAS:
        yield from ((f"{side}-{rule}", effect) for rule in rules.split() for side in ("request", "response"))


# The grade of every rule.
RULES = {rule: EXCEPTIONS.get(rule, effect[rule.startswith("response-")]) for rule, effect in _effects()}

# The place of the version that a change raises: from 1.0.0 on, and before.
_STEPS = {
    Grade.BREAKING: ("major", "minor"),
    Grade.POTENTIALLY_BREAKING: ("minor", "minor"),
    Grade.ADDITIVE: ("minor", "patch"),
    Grade.DOCUMENTATION: ("patch", "patch"),
}


def next_version(version: str, *grades: Grade | None) -> str:
    """Return the version after changes of these grades; None is no change, and without any change the version stays.

    It follows semantic versioning (semver.org, 2.0.0). Before 1.0.0 each change raises one place less; what may break
    still raises the minor, because installers take a new patch (`~=0.1.2`) without asking.

    Refused for a version other than three plain numbers: a person decides what follows a pre-release.
    """
    match = re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", version, re.ASCII)
    if match is None:
        raise Refused(f"the version {version} is not three numbers")
    worst = max((grade for grade in grades if grade is not None), default=None)
    if worst is None:
        return version
    major, minor, patch = (int(number) for number in match.groups())
    step = _STEPS[worst][0 if major else 1]
    if step == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if step == "minor" else f"{major}.{minor}.{patch + 1}"
