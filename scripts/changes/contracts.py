"""Compares two published documents by meaning: every change, graded, in a fixed order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from scripts.changes.access import own_server_changes, security_changes, server_changes
from scripts.changes.components import component_changes, references, unchanged
from scripts.changes.exchanges import Carried, Found, answer_changes, request_changes
from scripts.changes.findings import Change, Direction, change, is_over, is_unstable
from scripts.changes.objects import described, leftovers, one_sided
from scripts.changes.operations import Operation, identity_changes, paired, path_items
from scripts.changes.places import Place, whole
from scripts.changes.rules import Grade
from scripts.changes.schemas import Comparison
from scripts.contract.documents import METHODS
from scripts.contract.schemas import Schemas
from scripts.contract.values import Unreadable
from scripts.files.documents import is_same
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_DOCUMENT: Final = ("openapi", "info", "servers", "paths", "webhooks", "components", "security", "tags")
_INFO: Final = ("title", "version", "description", "contact", "license", "termsOfService", "summary")
_OPERATION: Final = (
    *("operationId", "tags", "deprecated", "parameters", "requestBody", "responses", "security", "servers"),
)
_ITEM: Final = (*METHODS, "parameters", "servers", "$ref")


@frozen
class Report:
    """Every change between two documents, worst first, then by rule and place; and the title and versions."""

    changes: tuple[Change, ...]
    title: str
    versions: tuple[str, str]

    @property
    def grade(self) -> Grade | None:
        """Return the worst grade; None where nothing changed."""
        return max((item.grade for item in self.changes), default=None)


def compare(old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Report:
    """Compare two published documents. `names` gives our name of an operation by `METHOD /path`.

    Raises Refused where a document does not have the shape of OpenAPI or is nested too deeply, or a reference has no
    target.
    """
    for document, which in ((old, "old"), (new, "new")):
        if not str(document.get("openapi", "")).startswith("3."):
            raise Refused(f"the {which} document is not an OpenAPI 3 document")
    before, after = whole(old), whole(new)
    try:
        comparison = Comparison(
            unchanged(before, after), (Schemas(old, last_alone=False), Schemas(new, last_alone=False))
        )
        found = [*_document(before, after), *component_changes(before, after, comparison)]
        found.extend(_operations(before, after, comparison, names or {}))
    except Unreadable as problem:
        raise Refused(f"{problem.pointer or '/'}: {problem.why}") from None
    except RecursionError:
        raise Refused("one of the documents is nested too deeply") from None
    versions = _called(before, "version"), _called(after, "version")
    return Report(tuple(sorted(set(found), key=Change.order)), _called(after, "title"), versions)


def _called(document: Place, key: str) -> str:
    info = document.value.get("info")
    return str(info.get(key, "")) if isinstance(info, dict) else ""


def _document(old: Place, new: Place) -> Iterator[Change]:
    before, after = (str(place.value.get("openapi", "")) for place in (old, new))
    if before != after:
        places = old.or_holder("openapi"), new.or_holder("openapi")
        patch = before.split(".")[:2] == after.split(".")[:2]
        rule = "openapi-patch-changed" if patch else "openapi-version-changed"
        yield change(rule, *places, "OpenAPI version changed from {} to {}", before, after)
    infos = old.child("info"), new.child("info")
    if infos[0] and infos[1]:
        yield from _info(infos[0], infos[1])
    yield from described(old, new, _DOCUMENT if all(infos) else {*_DOCUMENT} - {"info"})
    yield from server_changes(old, new)
    yield from _tags(old, new)
    for section in ("paths", "webhooks"):
        yield from _path_items(old, new, section)


# Key of the info object, rule, words.
_INFO_RULES: Final = (
    ("title", "api-title-changed", "the title changed from {} to {}"),
    ("version", "api-version-changed", "the version changed from {} to {}"),
    ("description", "description-changed", "the description of the API changed"),
    ("summary", "summary-changed", "the summary of the API changed"),
    *((key, "api-details-changed", f"{key} changed") for key in ("contact", "license", "termsOfService")),
)


def _info(old: Place, new: Place) -> Iterator[Change]:
    for key, rule, words in _INFO_RULES:
        before, after = old.mapping().get(key), new.mapping().get(key)
        if before != after:
            values = (str(before), str(after)) if "{}" in words else ()
            yield change(rule, old.or_holder(key), new.or_holder(key), words, *values)
    yield from leftovers(old, new, _INFO)


def _tags(old: Place, new: Place) -> Iterator[Change]:
    before, after = ({str(tag.mapping().get("name")): tag for tag in one.elements("tags")} for one in (old, new))
    yield from one_sided(
        (before, after),
        (old.or_holder("tags"), new.or_holder("tags")),
        ("tag-undeclared", "tag {} is no longer described"),
        ("tag-declared", "tag {} is described"),
    )
    for name in before.keys() & after.keys():
        yield from described(before[name], after[name], ("name",))


def _path_items(old: Place, new: Place, section: str) -> Iterator[Change]:
    """Compare the other keys of each path."""
    before, after = path_items(old, section), path_items(new, section)
    for path in before.keys() & after.keys():
        yield from described(before[path], after[path], _ITEM)
    one, other = old.child(section), new.child(section)
    if one and other:
        yield from leftovers(one, other, [key for place in (one, other) for key in place.value if key[:2] != "x-"])


def _operations(old: Place, new: Place, comparison: Comparison, names: Mapping[str, str]) -> Iterator[Change]:
    def equal(one: Operation, other: Operation) -> bool:
        return all(item.grade == Grade.DOCUMENTATION for item in _contents(one, other, comparison))

    pairing = paired(old, new, equal)
    sections = old.or_holder("paths"), new.or_holder("paths")
    today = datetime.now(UTC).date()
    for operation in pairing.gone:
        rule = "operation-removed-after-sunset" if is_over(operation.place.value, today) else "operation-removed"
        yield _placed(operation, names, change(rule, operation.place, sections[1], "{} is gone", operation.key))
    for operation in pairing.come:
        added = change("operation-added", sections[0], operation.place, "{} is new", operation.key)
        yield _placed(operation, names, added)
    for one, other in pairing.pairs:
        unstable = is_unstable(one.place.value) and is_unstable(other.place.value)
        for item in (*identity_changes(one, other), *_contents(one, other, comparison)):
            yield evolve(_placed(other, names, item), unstable=unstable)


# How the names of rules start, and the direction of that part of an operation.
_SIDES: Final[dict[str, Direction]] = {"request-": "request", "parameter-": "request", "response-": "response"}


def _placed(operation: Operation, names: Mapping[str, str], item: Change) -> Change:
    return evolve(item, operation=operation.key, name=names.get(operation.key) or operation.id)


def _contents(old: Operation, new: Operation, comparison: Comparison) -> Iterator[Change]:
    """Compare two operations, wherever they are and whatever they are called."""
    before, after = _written(old), _written(new)
    if is_same(before, after) and references(before) <= comparison.unchanged:
        return
    yield from described(old.place, new.place, _OPERATION)
    yield from security_changes(old, new)
    yield from own_server_changes(old, new)
    yield from _resolved(request_changes(old, new), comparison, new.direction("request"))
    yield from _resolved(answer_changes(old, new), comparison, new.direction("response"))


def _written(operation: Operation) -> list[Any]:
    """Return everything that an operation says, but what it refers to."""
    root, item = operation.place.root, operation.item.mapping()
    schemes = whole(root).entries("components").get("securitySchemes")
    own = [operation.key, operation.place.value, item.get("parameters"), item.get("servers")]
    return [*own, root.get("security"), schemes.value if schemes else None]


def _resolved(found: Iterable[Found], comparison: Comparison, part: Direction) -> Iterator[Change]:
    """Compare paired schemas, and set the direction of every change: by its rule, or by its part of the operation."""
    for item in found:
        if isinstance(item, Carried):
            pair = comparison.pair(item.old, item.new, item.direction)
            yield from (evolve(inner, direction=item.direction) for inner in comparison.changes(pair))
        else:
            by_rule = next((side for start, side in _SIDES.items() if item.rule.startswith(start)), part)
            yield evolve(item, direction=by_rule)
