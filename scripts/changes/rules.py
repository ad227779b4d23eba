"""Every kind of change, and its grade: one row each, after the field's practice (oasdiff).

The grade follows from who writes and who reads. What a caller sends may get wider but not narrower; what a caller
receives may get narrower but not wider. Exceptions, each for its reason:
- an answer's new enum value is potentially breaking, no more: readers are told to expect them;
- an answer's lost enum value or variant is potentially breaking although it is narrower: somebody may wait for it;
- an answer's lost property is breaking, also where it could be absent before: it was there to be read;
- a request's lost property or parameter is potentially breaking: it may be ignored, or refused;
- a request's default is potentially breaking: whoever sends nothing may get something else;
- anything that no row knows is `unclassified`, potentially breaking: nothing is silent.
"""

from collections.abc import Iterator
from enum import IntEnum

from attrs import frozen


class Grade(IntEnum):
    """How much a change matters to callers; greater is worse."""

    DOCUMENTATION = 0
    ADDITIVE = 1
    POTENTIALLY_BREAKING = 2
    BREAKING = 3

    @property
    def label(self) -> str:
        """Give the grade in words."""
        return self.name.lower().replace("_", " ")


NOTE, MORE, MAYBE, BREAKS = Grade.DOCUMENTATION, Grade.ADDITIVE, Grade.POTENTIALLY_BREAKING, Grade.BREAKING


@frozen
class Rule:
    """One kind of change. `says` describes it in the listing of rules."""

    id: str
    grade: Grade
    says: str


# Changes of the document as a whole.
_DOCUMENT = (
    Rule("api-title-changed", NOTE, "the title of the document"),
    Rule("api-version-changed", NOTE, "the version that the document gives itself"),
    Rule("api-details-changed", NOTE, "contact, licence or terms"),
    Rule("openapi-version-changed", MAYBE, "the OpenAPI version: keywords may mean something else"),
    Rule("openapi-patch-changed", NOTE, "the patch level of the OpenAPI version"),
    Rule("server-added", MORE, "another base URL"),
    Rule("server-removed", BREAKS, "a base URL is gone"),
    Rule("server-default-changed", MAYBE, "another base URL stands first"),
    Rule("server-variables-changed", MAYBE, "the variables of a base URL"),
    Rule("tag-declared", NOTE, "a tag is described"),
    Rule("tag-undeclared", NOTE, "a tag is no longer described"),
    Rule("unused-component-added", NOTE, "a component that nothing uses"),
    Rule("unused-component-removed", NOTE, "a component that nothing used is gone"),
    Rule("unused-component-changed", NOTE, "a component that nothing uses"),
    Rule("extension-changed", NOTE, "a key of the vendor's own (x-...), which OpenAPI gives no meaning"),
    Rule("naming-extension-changed", MAYBE, "a key that generated names follow"),
    Rule("unclassified", MAYBE, "something that no other rule knows"),
)

# Wording, wherever it stands.
_WORDING = (
    Rule("description-changed", NOTE, "a description"),
    Rule("summary-changed", NOTE, "a summary"),
    Rule("title-changed", NOTE, "the title of a schema"),
    Rule("example-changed", NOTE, "an example"),
    Rule("external-docs-changed", NOTE, "a link to further documentation"),
    Rule("comment-changed", NOTE, "a comment in a schema"),
)

_OPERATIONS = (
    Rule("operation-added", MORE, "a new operation"),
    Rule("operation-removed", BREAKS, "an operation is gone"),
    Rule("operation-path-changed", BREAKS, "an operation moved to another path"),
    Rule("operation-method-changed", BREAKS, "an operation takes another method"),
    Rule("operation-deprecated", NOTE, "an operation is deprecated"),
    Rule("operation-undeprecated", NOTE, "an operation is deprecated no longer"),
    Rule("operation-id-added", NOTE, "an operationId where there was none"),
    Rule("operation-id-removed", MAYBE, "an operationId is gone: generated names follow it"),
    Rule("operation-id-changed", MAYBE, "an operationId: generated names follow it"),
    Rule("operation-tag-changed", MAYBE, "the first tag, by which generated code is laid out"),
    Rule("operation-tag-added", NOTE, "a further tag"),
    Rule("operation-tag-removed", NOTE, "a further tag is gone"),
    Rule("path-parameter-renamed", MAYBE, "the same URL, but the parameter in it has another name"),
    Rule("security-required", BREAKS, "a login is needed where none was"),
    Rule("security-dropped", MORE, "no login is needed any more"),
    Rule("security-alternative-added", MORE, "another way to log in"),
    Rule("security-alternative-removed", BREAKS, "a way to log in is gone"),
    Rule("security-scope-added", BREAKS, "a further scope is needed"),
    Rule("security-scope-removed", MORE, "a scope is needed no longer"),
    Rule("security-scheme-changed", BREAKS, "the same way to log in works differently"),
)

_REQUESTS = (
    Rule("parameter-added-required", BREAKS, "a parameter that every call must give"),
    Rule("parameter-added-optional", MORE, "a parameter that a call may give"),
    Rule("parameter-removed", MAYBE, "a parameter is gone: ignored, or refused"),
    Rule("parameter-became-required", BREAKS, "a parameter must be given"),
    Rule("parameter-became-optional", MORE, "a parameter need not be given"),
    Rule("parameter-location-changed", BREAKS, "a parameter goes elsewhere in the request"),
    Rule("parameter-style-changed", BREAKS, "a parameter is written differently"),
    Rule("parameter-deprecated", NOTE, "a parameter is deprecated"),
    Rule("parameter-undeprecated", NOTE, "a parameter is deprecated no longer"),
    Rule("request-body-added-required", BREAKS, "a body that every call must send"),
    Rule("request-body-added-optional", MORE, "a body that a call may send"),
    Rule("request-body-removed", BREAKS, "no body is taken any more"),
    Rule("request-body-became-required", BREAKS, "the body must be sent"),
    Rule("request-body-became-optional", MORE, "the body need not be sent"),
    Rule("request-content-type-added", MORE, "the body may be of another content type"),
    Rule("request-content-type-removed", BREAKS, "the body may not be of that content type any more"),
    Rule("request-encoding-changed", MAYBE, "how the parts of a form are encoded"),
)

_ANSWERS = (
    Rule("response-success-status-added", MORE, "another status for success"),
    Rule("response-success-status-removed", BREAKS, "a status for success is gone"),
    Rule("response-failure-status-added", MORE, "another status for failure"),
    Rule("response-failure-status-removed", MAYBE, "a status for failure is gone: somebody may act on it"),
    Rule("response-content-type-added", MORE, "the answer may be of another content type"),
    Rule("response-content-type-removed", BREAKS, "the answer is not of that content type any more"),
    Rule("response-encoding-changed", MAYBE, "how the parts of an answer are encoded"),
    Rule("response-body-became-required", MORE, "a delivery always has its body"),
    Rule("response-body-became-optional", BREAKS, "a delivery may come without its body"),
    Rule("response-header-added", MORE, "another header"),
    Rule("response-header-removed-required", BREAKS, "a header that was always there is gone"),
    Rule("response-header-removed-optional", MAYBE, "a header that could be there is gone"),
    Rule("response-header-became-required", MORE, "a header is always there"),
    Rule("response-header-became-optional", BREAKS, "a header may be absent"),
)

# What a schema says, for what is sent (first grade) and for what is received (second grade).
_SCHEMAS = (
    ("type-changed", BREAKS, BREAKS, "neither type covers the other"),
    ("type-widened", MORE, BREAKS, "more types than before"),
    ("type-narrowed", BREAKS, MORE, "fewer types than before"),
    ("nullable-added", MORE, BREAKS, "null is allowed"),
    ("nullable-removed", BREAKS, MORE, "null is not allowed any more"),
    ("variant-added", MORE, BREAKS, "another variant"),
    ("variant-removed", BREAKS, MAYBE, "a variant is gone"),
    ("variants-exclusive", MAYBE, MAYBE, "exactly one variant may match"),
    ("variants-combinable", MAYBE, MAYBE, "more than one variant may match"),
    ("discriminator-changed", MAYBE, MAYBE, "how variants are told apart"),
    ("enum-added", BREAKS, MORE, "only listed values are allowed"),
    ("enum-removed", MORE, MAYBE, "not only listed values are allowed"),
    ("enum-value-added", MORE, MAYBE, "another listed value"),
    ("enum-value-removed", BREAKS, MAYBE, "a listed value is gone"),
    ("format-added", BREAKS, MORE, "a format where there was none"),
    ("format-removed", MORE, BREAKS, "no format any more"),
    ("format-widened", MORE, BREAKS, "a format that covers the old one"),
    ("format-narrowed", BREAKS, MORE, "a format that the old one covers"),
    ("format-changed", BREAKS, BREAKS, "another format"),
    ("pattern-added", BREAKS, MORE, "texts must match a pattern"),
    ("pattern-removed", MORE, MAYBE, "texts need not match the pattern"),
    ("pattern-changed", MAYBE, MAYBE, "another pattern; which one allows more is not decided"),
    ("limit-tightened", BREAKS, MORE, "a length, size, count or range allows less"),
    ("limit-loosened", MORE, BREAKS, "a length, size, count or range allows more"),
    ("limit-changed", BREAKS, BREAKS, "a divisor that neither contains nor is contained in the old one"),
    ("default-added", MAYBE, NOTE, "what is assumed where nothing is sent is stated"),
    ("default-removed", MAYBE, NOTE, "what is assumed where nothing is sent is no longer stated"),
    ("default-changed", MAYBE, NOTE, "something else is assumed where nothing is sent"),
    ("property-added-required", BREAKS, MORE, "a property that is always there"),
    ("property-added-optional", MORE, MORE, "a property that may be there"),
    ("property-removed", MAYBE, BREAKS, "a property is gone"),
    ("property-removed-from-closed", BREAKS, BREAKS, "a property is gone, and no others are allowed"),
    ("property-became-required", BREAKS, MORE, "a property must be there"),
    ("property-became-optional", MORE, BREAKS, "a property may be absent"),
    ("additional-closed", BREAKS, MAYBE, "no properties but the named ones"),
    ("additional-opened", MORE, MORE, "other properties than the named ones"),
    ("read-only-added", MAYBE, NOTE, "only the server sets it"),
    ("read-only-removed", MORE, NOTE, "not only the server sets it"),
    ("write-only-added", NOTE, BREAKS, "it is never in an answer"),
    ("write-only-removed", NOTE, MORE, "it may be in an answer"),
    ("deprecated", NOTE, NOTE, "it is deprecated"),
    ("undeprecated", NOTE, NOTE, "it is deprecated no longer"),
    ("unclassified", MAYBE, MAYBE, "a keyword that no other rule knows"),
)


def _rows() -> Iterator[Rule]:
    yield from (*_DOCUMENT, *_WORDING, *_OPERATIONS, *_REQUESTS, *_ANSWERS)
    for name, sent, received, says in _SCHEMAS:
        yield Rule(f"request-{name}", sent, f"what is sent: {says}")
        yield Rule(f"response-{name}", received, f"what is received: {says}")


RULES = {rule.id: rule for rule in _rows()}
