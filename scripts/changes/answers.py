"""Compares the answers of an operation: statuses, headers, content."""

from collections.abc import Iterator

from scripts.changes.contents import Carried, Found, content_changes, leftovers
from scripts.changes.findings import change
from scripts.changes.operations import Operation
from scripts.changes.places import Place
from scripts.changes.wording import KEYWORDS, place_wording

_ANSWER = KEYWORDS | {"content", "headers"}
_HEADER = KEYWORDS | {"required", "schema", "style", "explode", "deprecated"}


def answer_changes(old: Operation, new: Operation) -> Iterator[Found]:
    """Compare the answers that an operation declares, by status."""
    before, after = _answers(old), _answers(new)
    for status, place in before.items():
        if status not in after:
            words = "status {} is no longer declared"
            yield change(f"response-{_family(status)}-status-removed", place, _list_of(new), words, status)
    for status, place in after.items():
        if status not in before:
            yield change(
                f"response-{_family(status)}-status-added", _list_of(old), place, "status {} is declared", status
            )
        else:
            yield from _answer(new, before[status], place)
    yield from _extensions(old, new)


def _answers(operation: Operation) -> dict[str, Place]:
    listed = operation.place.child("responses")
    answers = listed.entries() if listed else ()
    return {status.upper(): place.followed() for status, place in answers if not status.startswith("x-")}


def _extensions(old: Operation, new: Operation) -> Iterator[Found]:
    """Compare the extensions (`x-...`) among the answers."""
    before, after = old.place.child("responses"), new.place.child("responses")
    if before and after:
        statuses = {key for place in (before, after) for key in place.mapping() if not key.startswith("x-")}
        yield from leftovers(before, after, statuses)


def _list_of(operation: Operation) -> Place:
    return operation.place.child("responses") or operation.place


def _family(status: str) -> str:
    return "success" if status.startswith("2") else "failure"


def _answer(operation: Operation, old: Place, new: Place) -> Iterator[Found]:
    yield from place_wording(old, new)
    yield from leftovers(old, new, _ANSWER)
    yield from content_changes(old, new, operation.direction("response"))
    yield from _headers(operation, old, new)


def _headers(operation: Operation, old: Place, new: Place) -> Iterator[Found]:
    before, after = _by_name(old), _by_name(new)
    for name, place in before.items():
        if name not in after:
            kind = "required" if _is_required(place) else "optional"
            yield change(
                f"response-header-removed-{kind}", place, new.child("headers") or new, "header {} is gone", name
            )
    for name, place in after.items():
        if name not in before:
            yield change("response-header-added", old.child("headers") or old, place, "header {} is new", name)
        else:
            yield from _header(operation, name, before[name], place)


def _by_name(answer: Place) -> dict[str, Place]:
    headers = answer.child("headers")
    return {name.lower(): place.followed() for name, place in headers.entries()} if headers else {}


def _is_required(header: Place) -> bool:
    return header.mapping().get("required") is True


def _header(operation: Operation, name: str, old: Place, new: Place) -> Iterator[Found]:
    if _is_required(old) != _is_required(new):
        comes = _is_required(new)
        rule = "response-header-became-required" if comes else "response-header-became-optional"
        yield change(rule, old, new, "header {} is always there" if comes else "header {} may be absent", name)
    yield from place_wording(old, new)
    yield from leftovers(old, new, _HEADER - {"style", "explode", "deprecated"}, flags={"deprecated", "explode"})
    yield Carried(old, new, operation.direction("response"))
