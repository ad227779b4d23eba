"""Lists every kind of change with its grade, which follows from its effect and its direction.

What a caller sends may get wider but not narrower; what a caller receives may get narrower but not wider. There are few
exceptions, each with its reason; the grades follow oasdiff. A change that no row covers is `unclassified`: potentially
breaking, never left out.
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


@frozen
class Rule:
    """One kind of change. `says` describes it in the listing of rules."""

    id: str
    grade: Grade
    says: str


# Changes of the document as a whole, of wording and of operations; the beginning of an id gives the direction.
_DOCUMENT = (
    ("api-title-changed", NOTED, "the title of the document"),
    ("api-version-changed", NOTED, "the version that the document gives itself"),
    ("api-details-changed", NOTED, "contact, licence or terms"),
    ("openapi-version-changed", UNCERTAIN, "the OpenAPI version: keywords may mean something else"),
    ("openapi-patch-changed", NOTED, "the patch level of the OpenAPI version"),
    ("server-added", ADDED, "another base URL"),
    ("server-removed", REMOVED, "a base URL is gone"),
    ("server-default-changed", UNCERTAIN, "another base URL stands first"),
    ("server-variables-changed", UNCERTAIN, "the variables of a base URL"),
    ("tag-declared", NOTED, "a tag is described"),
    ("tag-undeclared", NOTED, "a tag is no longer described"),
    ("unused-component-added", NOTED, "a component that nothing uses"),
    ("unused-component-removed", NOTED, "a component that nothing used is gone"),
    ("unused-component-changed", NOTED, "a component that nothing uses"),
    ("extension-changed", NOTED, "a key of the vendor's own (x-...), which OpenAPI gives no meaning"),
    ("sunset-set", NOTED, "the day from which it may be gone is announced, or later than it was"),
    ("sunset-earlier", UNCERTAIN, "it may be gone earlier than announced"),
    ("sunset-removed", UNCERTAIN, "the day from which it may be gone is not announced any more"),
    ("stability-raised", NOTED, "it is as stable as before, or more"),
    ("stability-lowered", REMOVED, "it may change more freely than it could"),
    ("naming-extension-changed", UNCERTAIN, "a key that generated names follow"),
    ("unclassified", UNCERTAIN, "something that no other rule knows"),
    ("description-changed", NOTED, "a description"),
    ("summary-changed", NOTED, "a summary"),
    ("title-changed", NOTED, "the title of a schema"),
    ("example-changed", NOTED, "an example"),
    ("external-docs-changed", NOTED, "a link to further documentation"),
    ("comment-changed", NOTED, "a comment in a schema"),
    ("operation-added", ADDED, "a new operation"),
    ("operation-removed", REMOVED, "an operation is gone"),
    ("operation-removed-after-sunset", NOTED, "an operation is gone, after the day that was announced"),
    ("operation-path-changed", CHANGED, "an operation moved to another path"),
    ("operation-method-changed", CHANGED, "an operation takes another method"),
    ("operation-deprecated", NOTED, "an operation is deprecated"),
    ("operation-undeprecated", NOTED, "an operation is deprecated no longer"),
    ("operation-id-added", NOTED, "an operationId where there was none"),
    ("operation-id-removed", UNCERTAIN, "an operationId is gone: generated names follow it"),
    ("operation-id-changed", UNCERTAIN, "an operationId: generated names follow it"),
    ("operation-tag-changed", UNCERTAIN, "the first tag, by which generated code is laid out"),
    ("operation-tag-added", NOTED, "a further tag"),
    ("operation-tag-removed", NOTED, "a further tag is gone"),
    ("path-parameter-renamed", UNCERTAIN, "the same URL, but the parameter in it has another name"),
    ("security-required", NARROWED, "a login is needed where none was"),
    ("security-dropped", WIDENED, "no login is needed any more"),
    ("security-alternative-added", ADDED, "another way to log in"),
    ("security-alternative-removed", REMOVED, "a way to log in is gone"),
    ("security-scope-added", NARROWED, "a further scope is needed"),
    ("security-scope-removed", WIDENED, "a scope is needed no longer"),
    ("security-scheme-changed", CHANGED, "the same way to log in works differently"),
    ("parameter-added-required", NARROWED, "a parameter that every call must give"),
    ("parameter-added-optional", ADDED, "a parameter that a call may give"),
    ("parameter-removed", REMOVED, "a parameter is gone: ignored, or refused"),
    ("parameter-became-required", NARROWED, "a parameter must be given"),
    ("parameter-became-optional", WIDENED, "a parameter need not be given"),
    ("parameter-location-changed", CHANGED, "a parameter goes elsewhere in the request"),
    ("parameter-style-changed", CHANGED, "a parameter is written differently"),
    ("parameter-deprecated", NOTED, "a parameter is deprecated"),
    ("parameter-undeprecated", NOTED, "a parameter is deprecated no longer"),
    ("request-body-added-required", NARROWED, "a body that every call must send"),
    ("request-body-added-optional", ADDED, "a body that a call may send"),
    ("request-body-removed", REMOVED, "no body is taken any more"),
    ("request-body-became-required", NARROWED, "the body must be sent"),
    ("request-body-became-optional", WIDENED, "the body need not be sent"),
    ("request-content-type-added", ADDED, "the body may be of another content type"),
    ("request-content-type-removed", REMOVED, "the body may not be of that content type any more"),
    ("request-encoding-changed", UNCERTAIN, "how the parts of a form are encoded"),
    ("response-success-status-added", ADDED, "another status for success"),
    ("response-success-status-removed", REMOVED, "a status for success is gone"),
    ("response-failure-status-added", ADDED, "another status for failure"),
    ("response-failure-status-removed", REMOVED, "a status for failure is gone: somebody may act on it"),
    ("response-content-type-added", ADDED, "the answer may be of another content type"),
    ("response-content-type-removed", REMOVED, "the answer is not of that content type any more"),
    ("response-encoding-changed", UNCERTAIN, "how the parts of an answer are encoded"),
    ("response-body-became-required", NARROWED, "a delivery always has its body"),
    ("response-body-became-optional", WIDENED, "a delivery may come without its body"),
    ("response-header-added", ADDED, "another header"),
    ("response-header-removed-required", REMOVED, "a header that was always there is gone"),
    ("response-header-removed-optional", REMOVED, "a header that could be there is gone"),
    ("response-header-became-required", NARROWED, "a header is always there"),
    ("response-header-became-optional", WIDENED, "a header may be absent"),
)

# What a schema says, for what is sent and for what is received.
_SCHEMAS = (
    ("type-changed", CHANGED, "neither type covers the other"),
    ("type-widened", WIDENED, "more types than before"),
    ("type-narrowed", NARROWED, "fewer types than before"),
    ("nullable-added", WIDENED, "null is allowed"),
    ("nullable-removed", NARROWED, "null is not allowed any more"),
    ("variant-added", WIDENED, "another variant"),
    ("variant-removed", NARROWED, "a variant is gone"),
    ("variants-exclusive", UNCERTAIN, "exactly one variant may match"),
    ("variants-combinable", UNCERTAIN, "more than one variant may match"),
    ("discriminator-changed", UNCERTAIN, "how variants are told apart"),
    ("enum-added", NARROWED, "only listed values are allowed"),
    ("enum-removed", WIDENED, "not only listed values are allowed"),
    ("enum-value-added", WIDENED, "another listed value"),
    ("enum-value-removed", NARROWED, "a listed value is gone"),
    ("enum-replaced", CHANGED, "none of the listed values is left"),
    ("known-value-added", WIDENED, "another known value of an enum that may grow (`x-extensible-enum`)"),
    ("known-value-removed", NARROWED, "a known value is gone of an enum that may grow"),
    ("format-added", NARROWED, "a format where there was none"),
    ("format-removed", WIDENED, "no format any more"),
    ("format-widened", WIDENED, "a format that covers the old one"),
    ("format-narrowed", NARROWED, "a format that the old one covers"),
    ("format-changed", CHANGED, "another format"),
    ("pattern-added", NARROWED, "texts must match a pattern"),
    ("pattern-removed", WIDENED, "texts need not match the pattern"),
    ("pattern-changed", UNCERTAIN, "another pattern; which one allows more is not decided"),
    ("limit-tightened", NARROWED, "a length, size, count or range allows less"),
    ("limit-loosened", WIDENED, "a length, size, count or range allows more"),
    ("limit-changed", CHANGED, "a divisor that neither contains nor is contained in the old one"),
    ("default-added", UNCERTAIN, "what is assumed where nothing is sent is stated"),
    ("default-removed", UNCERTAIN, "what is assumed where nothing is sent is no longer stated"),
    ("default-changed", UNCERTAIN, "something else is assumed where nothing is sent"),
    ("property-added-required", NARROWED, "a property that is always there"),
    ("property-added-optional", ADDED, "a property that may be there"),
    ("property-removed", REMOVED, "a property is gone"),
    ("property-removed-from-closed", CHANGED, "a property is gone, and no others are allowed"),
    ("property-became-required", NARROWED, "a property must be there"),
    ("property-became-optional", WIDENED, "a property may be absent"),
    ("additional-closed", NARROWED, "no properties but the named ones"),
    ("additional-opened", WIDENED, "other properties than the named ones"),
    ("read-only-added", NARROWED, "only the server sets it"),
    ("read-only-removed", WIDENED, "not only the server sets it"),
    ("write-only-added", REMOVED, "it is never in an answer"),
    ("write-only-removed", ADDED, "it may be in an answer"),
    ("deprecated", NOTED, "it is deprecated"),
    ("undeprecated", NOTED, "it is deprecated no longer"),
    ("unclassified", UNCERTAIN, "a keyword that no other rule knows"),
)


def _rows() -> Iterator[tuple[str, tuple[Grade, Grade], str]]:
    yield from _DOCUMENT
    for side, verb in (("request", "sent"), ("response", "received")):
        yield from ((f"{side}-{name}", effect, f"what is {verb}: {says}") for name, effect, says in _SCHEMAS)


RULES = {
    id_: Rule(id_, EXCEPTIONS.get(id_, effect[id_.startswith("response-")]), says) for id_, effect, says in _rows()
}
