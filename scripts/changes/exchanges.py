"""Compares what an operation is sent and what it answers: parameters, bodies, statuses, headers, content types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from scripts.changes.findings import Change, Direction, change
from scripts.changes.objects import described, leftovers, one_sided, turned
from scripts.changes.operations import Operation, renamed
from scripts.changes.places import Place, label, same
from scripts.contract.documents import written

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARAMETER: Final = ("name", "in", "required", "schema", "content", "style", "explode", "deprecated")


@frozen
class Carried:
    """Two objects of a document that may hold a schema each, which are to be compared."""

    old: Place
    new: Place
    direction: Direction


# A comparison finds changes, and schemas to compare.
Found: TypeAlias = Change | Carried
Parameters: TypeAlias = dict[tuple[str, str], Place]


def request_changes(old: Operation, new: Operation) -> Iterator[Found]:
    """Compare the parameters and the body of an operation."""
    yield from _parameters(old, new)
    before, after = old.place.target("requestBody"), new.place.target("requestBody")
    if before and after:
        yield from _body(old, before, after)
    elif after:
        kind = "required" if after.is_true("required") else "optional"
        rule, words = f"request-body-added-{kind}", f"takes a body, {kind}"
        if new.webhook:
            rule, words = "response-content-type-added", "a delivery has a body"
        yield change(rule, old.place, after, words)
    elif before:
        rule, words = "request-body-removed", "takes no body any more"
        if new.webhook:
            rule, words = "response-content-type-removed", "a delivery has no body any more"
        yield change(rule, before, new.place, words)


def _parameters(old: Operation, new: Operation) -> Iterator[Found]:
    names = renamed(old, new)
    before = {
        (where, names.get(name, name) if where == "path" else name): p for (where, name), p in old.parameters.items()
    }
    after = new.parameters
    moved = dict(_moved(before, after))
    for key, place in before.items():
        partner = key if key in after else moved.get(key)
        if partner:
            yield from _parameter(old, place, after[partner])
        else:
            yield change("parameter-removed", place, new.place.or_holder("parameters"), "{} parameter {} is gone", *key)
    for key in after.keys() - before.keys() - {*moved.values()}:
        sort, words = ("required", "is new and required") if _is_required(after[key]) else ("optional", "is new")
        holder = old.place.or_holder("parameters")
        yield change(f"parameter-added-{sort}", holder, after[key], f"{{}} parameter {{}} {words}", *key)


def _moved(before: Parameters, after: Parameters) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Pair a removed and an added parameter of one name: it has moved within the request."""
    come = [key for key in after if key not in before]
    for key in before:
        if key not in after:
            same_name = [other for other in come if other[1].lower() == key[1].lower()]
            if same_name:
                come.remove(same_name[0])
                yield key, same_name[0]


def _is_required(place: Place) -> bool:
    return place.value.get("in") == "path" or place.is_true("required")


def _parameter(operation: Operation, old: Place, new: Place) -> Iterator[Found]:
    places = old, new
    name, where, there = (str(place.value.get(key)) for place, key in ((new, "name"), (old, "in"), (new, "in")))
    if where != there:
        yield change("parameter-location-changed", *places, "parameter {} moved from {} to {}", name, where, there)
    elif _written(old) != _written(new):
        yield change("parameter-style-changed", *places, "parameter {} is written differently", name)
    yield from turned(
        map(_is_required, places),
        places,
        ("parameter-became-required", "parameter {} is required"),
        ("parameter-became-optional", "parameter {} need not be given"),
        name,
    )
    yield from turned(
        (place.is_true("deprecated") for place in places),
        places,
        ("parameter-deprecated", "parameter {} is deprecated"),
        ("parameter-undeprecated", "parameter {} is deprecated no longer"),
        name,
    )
    yield from described(old, new, _PARAMETER, flags=("allowReserved", "allowEmptyValue"))
    yield Carried(_carrier(old), _carrier(new), operation.direction("request"))


def _written(place: Place) -> object:
    """Return how a parameter is written into the request."""
    return tuple(media(place)) or written(place.mapping())


def _carrier(place: Place) -> Place:
    """Return the object with the schema: the parameter, or its only content type."""
    return next(iter(media(place).values()), place)


def _body(operation: Operation, old: Place, new: Place) -> Iterator[Found]:
    side = operation.direction("request")
    yield from turned(
        (place.is_true("required") for place in (old, new)),
        (old, new),
        (f"{side}-body-became-required", "the body is required"),
        (f"{side}-body-became-optional", "the body may be left out"),
    )
    yield from described(old, new, ("content", "required"))
    yield from _content(old, new, side)


def answer_changes(old: Operation, new: Operation) -> Iterator[Found]:
    """Compare the answers that an operation declares, by status."""
    before, after = _answers(old), _answers(new)
    yield from one_sided(
        (before, after),
        (old.place.or_holder("responses"), new.place.or_holder("responses")),
        ("response-{}-status-removed", "status {} is no longer declared"),
        ("response-{}-status-added", "status {} is declared"),
        lambda status, _: "success" if status.startswith("2") else "failure",
    )
    for status in before.keys() & after.keys():
        yield from described(before[status], after[status], ("content", "headers"))
        yield from _content(before[status], after[status], new.direction("response"))
        yield from _headers(before[status], after[status], new.direction("response"))
    listed = old.place.child("responses"), new.place.child("responses")
    if listed[0] and listed[1]:
        statuses = {*listed[0].mapping(), *listed[1].mapping()}
        yield from leftovers(listed[0], listed[1], [key for key in statuses if not key.startswith("x-")])


def _answers(operation: Operation) -> dict[str, Place]:
    answers = operation.place.entries("responses").items()
    return {status.upper(): place.followed() for status, place in answers if not status.startswith("x-")}


def _headers(old: Place, new: Place, side: Direction) -> Iterator[Found]:
    before, after = (
        {name.lower(): place.followed() for name, place in answer.entries("headers").items()} for answer in (old, new)
    )
    yield from one_sided(
        (before, after),
        (old.or_holder("headers"), new.or_holder("headers")),
        ("response-header-removed-{}", "header {} is gone"),
        ("response-header-added", "header {} is new"),
        lambda _, place: "required" if place.is_true("required") else "optional",
    )
    for name in before.keys() & after.keys():
        places = before[name], after[name]
        yield from turned(
            (place.is_true("required") for place in places),
            places,
            ("response-header-became-required", "header {} is always there"),
            ("response-header-became-optional", "header {} may be absent"),
            name,
        )
        yield from described(*places, ("required", "schema"), flags=("deprecated", "explode"))
        yield Carried(*places, side)


def media(holder: Place) -> dict[str, Place]:
    """Return the content of a body, answer or parameter by content type; case, spaces and utf-8 make no difference."""
    return {_media_type(name): place for name, place in holder.entries("content").items()}


def _media_type(name: str) -> str:
    parts = [part.strip() for part in name.lower().split(";")]
    return "; ".join(part for part in parts if part.replace('"', "") != "charset=utf-8")


def _content(old: Place, new: Place, side: Direction) -> Iterator[Found]:
    """Compare bodies by content type."""
    before, after = media(old), media(new)
    yield from one_sided(
        (before, after),
        (old.or_holder("content"), new.or_holder("content")),
        (f"{side}-content-type-removed", "no {} any more"),
        (f"{side}-content-type-added", "{} as well"),
    )
    for name in before.keys() & after.keys():
        places = before[name], after[name]
        yield from described(*places, ("schema", "encoding"))
        if not same(places[0].child("encoding"), places[1].child("encoding")):
            homes = places[0].or_holder("encoding"), places[1].or_holder("encoding")
            words = "how the parts of {} are encoded changed"
            yield change(f"{side}-encoding-changed", *homes, words, label(places[1]))
        yield Carried(*places, side)
