"""Compares the request of an operation: parameters and body."""

from collections.abc import Iterator

from scripts.changes.contents import Carried, Found, content_changes, leftovers, media
from scripts.changes.findings import change
from scripts.changes.operations import Operation, renamed
from scripts.changes.places import Place
from scripts.changes.wording import KEYWORDS, place_wording

Parameters = dict[tuple[str, str], Place]
_PARAMETER = KEYWORDS | {"name", "in", "required", "schema", "content", "style", "explode", "deprecated"}
_BODY = KEYWORDS | {"content", "required"}
_SIMPLE = {"path": "simple", "header": "simple"}


def request_changes(old: Operation, new: Operation) -> Iterator[Found]:
    """Compare parameters and body of an operation."""
    yield from _parameters(old, new)
    yield from _bodies(old, new)


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
            yield change("parameter-removed", place, _list_of(new), "{} parameter {} is gone", *key)
    for key, place in after.items():
        if key not in before and key not in moved.values():
            rule, words = _ADDED[_is_required(place)]
            yield change(rule, _list_of(old), place, words, *key)


_ADDED = {
    True: ("parameter-added-required", "{} parameter {} is new and required"),
    False: ("parameter-added-optional", "{} parameter {} is new"),
}


def _moved(before: Parameters, after: Parameters) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Pair a removed and an added parameter of one name: it has moved within the request."""
    come = [key for key in after if key not in before]
    for key in before:
        if key not in after:
            same_name = [other for other in come if other[1].lower() == key[1].lower()]
            if same_name:
                come.remove(same_name[0])
                yield key, same_name[0]


def _list_of(operation: Operation) -> Place:
    return operation.place.child("parameters") or operation.place


def _is_required(place: Place) -> bool:
    return place.value.get("in") == "path" or place.value.get("required") is True


def _parameter(operation: Operation, old: Place, new: Place) -> Iterator[Found]:
    name, where, there = (str(place.value.get(key)) for place, key in ((new, "name"), (old, "in"), (new, "in")))
    if where != there:
        yield change("parameter-location-changed", old, new, "parameter {} moved from {} to {}", name, where, there)
    elif _written(old) != _written(new):
        yield change("parameter-style-changed", old, new, "parameter {} is written differently", name)
    if _is_required(old) != _is_required(new):
        rule, words = _FLIPPED[_is_required(new)]
        yield change(rule, old, new, words, name)
    if (is_ := new.value.get("deprecated") is True) != (old.value.get("deprecated") is True):
        rule, words = _DEPRECATED[is_]
        yield change(rule, old, new, words, name)
    yield from place_wording(old, new)
    yield from leftovers(old, new, _PARAMETER, flags={"allowReserved", "allowEmptyValue"})
    yield Carried(_carrier(old), _carrier(new), operation.direction("request"))


_FLIPPED = {
    True: ("parameter-became-required", "parameter {} is required"),
    False: ("parameter-became-optional", "parameter {} need not be given"),
}
_DEPRECATED = {
    True: ("parameter-deprecated", "parameter {} is deprecated"),
    False: ("parameter-undeprecated", "parameter {} is deprecated no longer"),
}


def _written(place: Place) -> tuple[object, ...]:
    """Return how a parameter is written into the request, defaults filled in (OpenAPI 3.1, Parameter Object)."""
    types = tuple(media(place))
    style = place.value.get("style", _SIMPLE.get(str(place.value.get("in")), "form"))
    return (types,) if types else (style, place.value.get("explode", style == "form"))


def _carrier(place: Place) -> Place:
    """Return the object with the schema: the parameter, or its only content type."""
    return next(iter(media(place).values()), place)


def _bodies(old: Operation, new: Operation) -> Iterator[Found]:
    before, after = old.place.target("requestBody"), new.place.target("requestBody")
    if before and after:
        yield from _body(old, before, after)
    elif after:
        if new.webhook:
            yield change("response-content-type-added", old.place, after, "a delivery has a body")
        else:
            kind = "required" if after.mapping().get("required") is True else "optional"
            yield change(f"request-body-added-{kind}", old.place, after, f"takes a body, {kind}")
    elif before:
        rule = "response-content-type-removed" if new.webhook else "request-body-removed"
        yield change(
            rule, before, new.place, "a delivery has no body any more" if new.webhook else "takes no body any more"
        )


def _body(operation: Operation, old: Place, new: Place) -> Iterator[Found]:
    side = operation.direction("request")
    if (must := new.mapping().get("required") is True) != (old.mapping().get("required") is True):
        rule = f"{side}-body-became-{'required' if must else 'optional'}"
        yield change(rule, old, new, "the body is required" if must else "the body may be left out")
    yield from place_wording(old, new)
    yield from leftovers(old, new, _BODY)
    yield from content_changes(old, new, side)
