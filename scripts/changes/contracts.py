"""Compares two published documents by meaning: every change, graded, in a fixed order."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import evolve, frozen

from scripts.changes.answers import answer_changes
from scripts.changes.components import component_changes
from scripts.changes.contents import Carried, Found, leftovers
from scripts.changes.findings import Change, Direction, change, is_over, is_unstable
from scripts.changes.operations import METHODS, Operation, identity_changes, paired, path_items
from scripts.changes.places import Place, whole
from scripts.changes.requests import request_changes
from scripts.changes.rules import Grade
from scripts.changes.schemas import Comparison
from scripts.changes.security import security_changes
from scripts.changes.servers import own_server_changes, server_changes
from scripts.changes.unchanged import Unchanged, unchanged
from scripts.changes.wording import KEYWORDS, place_wording
from scripts.contract.schemas import Schemas
from scripts.files.failures import Refused

_DOCUMENT = frozenset(
    {"openapi", "info", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs"}
)
_INFO = frozenset({"title", "version", "description", "contact", "license", "termsOfService", "summary"})
_OPERATION = KEYWORDS | {
    *("operationId", "tags", "deprecated", "parameters", "requestBody", "responses", "security", "servers"),
}
_ITEM = KEYWORDS | {*METHODS, "parameters", "servers", "$ref"}


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

    Raises Refused where a document does not have the shape of OpenAPI, or a reference has no target.
    """
    before, after = _openapi_document(old, "old"), _openapi_document(new, "new")
    readers = Schemas(old, last_alone=False), Schemas(new, last_alone=False)
    comparison = Comparison(unchanged(before, after), readers)
    found = [*_document(before, after), *component_changes(before, after, comparison)]
    found.extend(_operations(before, after, comparison, names or {}))
    unique = dict.fromkeys(found)
    versions = _called(before, "version"), _called(after, "version")
    return Report(tuple(sorted(unique, key=Change.order)), _called(after, "title"), versions)


def _openapi_document(document: Mapping[str, Any], which: str) -> Place:
    if not str(document.get("openapi", "")).startswith("3."):
        raise Refused(f"the {which} document is not an OpenAPI 3 document")
    return whole(document)


def _called(document: Place, key: str) -> str:
    info = document.value.get("info")
    return str(info.get(key, "")) if isinstance(info, dict) else ""


def _document(old: Place, new: Place) -> Iterator[Change]:
    yield from _openapi(old, new)
    infos = old.child("info"), new.child("info")
    if infos[0] and infos[1]:
        yield from _info(infos[0], infos[1])
    else:
        yield from leftovers(old, new, new.mapping().keys() - {"info"} | old.mapping().keys() - {"info"})
    yield from server_changes(old, new)
    yield from _tags(old, new)
    yield from place_wording(old, new)
    yield from leftovers(old, new, _DOCUMENT)
    for section in ("paths", "webhooks"):
        yield from _path_items(old, new, section)


def _openapi(old: Place, new: Place) -> Iterator[Change]:
    before, after = (str(place.value.get("openapi", "")) for place in (old, new))
    if before != after:
        places = old.child("openapi") or old, new.child("openapi") or new
        patch = before.split(".")[:2] == after.split(".")[:2]
        rule = "openapi-patch-changed" if patch else "openapi-version-changed"
        yield change(rule, *places, "OpenAPI version changed from {} to {}", before, after)


# Key of the info object, rule, words.
_INFO_RULES = (
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
            yield change(rule, old.child(key) or old, new.child(key) or new, words, *values)
    yield from leftovers(old, new, _INFO)


def _tags(old: Place, new: Place) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield change(
                "tag-undeclared", before[name], new.child("tags") or new, "tag {} is no longer described", name
            )
        elif name not in before:
            yield change("tag-declared", old.child("tags") or old, after[name], "tag {} is described", name)
        else:
            yield from place_wording(before[name], after[name])
            yield from leftovers(before[name], after[name], KEYWORDS | {"name"})


def _by_name(document: Place) -> dict[str, Place]:
    tags = document.child("tags")
    return {str(place.mapping().get("name")): place for place in tags.elements()} if tags else {}


def _path_items(old: Place, new: Place, section: str) -> Iterator[Change]:
    """Compare the other keys of each path."""
    before, after = dict(path_items(old, section)), dict(path_items(new, section))
    for path in before.keys() & after.keys():
        yield from place_wording(before[path], after[path])
        yield from leftovers(before[path], after[path], _ITEM)
    one, other = old.child(section), new.child(section)
    if one and other:
        yield from leftovers(one, other, {key for place in (one, other) for key in place.value if key[:2] != "x-"})


def _operations(old: Place, new: Place, comparison: Comparison, names: Mapping[str, str]) -> Iterator[Change]:
    def equal(one: Operation, other: Operation) -> bool:
        return all(item.grade == Grade.DOCUMENTATION for item in _contents(one, other, comparison))

    pairing = paired(old, new, equal)
    sections = old.child("paths") or old, new.child("paths") or new
    today = datetime.now(UTC).date()
    for operation in pairing.gone:
        rule = "operation-removed-after-sunset" if is_over(operation.place.value, today) else "operation-removed"
        yield _placed(operation, names, change(rule, operation.place, sections[1], "{} is gone", operation.key))
    for operation in pairing.come:
        yield _placed(
            operation, names, change("operation-added", sections[0], operation.place, "{} is new", operation.key)
        )
    for one, other in pairing.pairs:
        unstable = is_unstable(one.place.value) and is_unstable(other.place.value)
        for item in (*identity_changes(one, other), *_contents(one, other, comparison)):
            yield evolve(_placed(other, names, item), unstable=unstable)


# How the names of rules start, and the direction of that part of an operation.
_SIDES: dict[str, Direction] = {"request-": "request", "parameter-": "request", "response-": "response"}


def _placed(operation: Operation, names: Mapping[str, str], item: Change) -> Change:
    return evolve(item, operation=operation.key, name=names.get(operation.key) or operation.id)


def _contents(old: Operation, new: Operation, comparison: Comparison) -> Iterator[Change]:
    """Compare two operations, wherever they are and whatever they are called."""
    if _is_unchanged(old, new, comparison.unchanged):
        return
    yield from place_wording(old.place, new.place)
    yield from leftovers(old.place, new.place, _OPERATION)
    yield from security_changes(old, new)
    yield from own_server_changes(old, new)
    yield from _resolved(request_changes(old, new), comparison, new.direction("request"))
    yield from _resolved(answer_changes(old, new), comparison, new.direction("response"))


def _is_unchanged(old: Operation, new: Operation, known: Unchanged) -> bool:
    own = [
        [one.key, one.place.value, one.item.value.get("parameters"), one.item.value.get("servers")]
        for one in (old, new)
    ]
    return known.logins and known.same(*own)


def _resolved(found: Iterable[Found], comparison: Comparison, part: Direction) -> Iterator[Change]:
    """Compare paired schemas, and set the direction of every change: by its rule, or by its part of the operation."""
    for item in found:
        if isinstance(item, Carried):
            pair = comparison.pair(item.old, item.new, item.direction)
            yield from (evolve(inner, direction=item.direction) for inner in comparison.changes(pair))
        else:
            by_rule = next((side for start, side in _SIDES.items() if item.rule.startswith(start)), part)
            yield evolve(item, direction=by_rule)
