"""Makes a correct answer depart from the contract in a chosen way."""

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from jobmojito.sandbox.contract.document import Schema
from jobmojito.sandbox.contract.validation import is_valid

from .faults import DISTORTIONS, EVERYTHING, Fault

UNKNOWN = "sandbox_unknown_value"
EXTRA = "sandbox_extra"


@frozen
class Place:
    """A value inside an answer: what holds it under which key, and its schema (empty for an unknown property)."""

    holder: Any
    key: Any
    schema: Schema

    @property
    def value(self) -> Any:
        """The value."""
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        """Replace the value."""
        self.holder[self.key] = value


def distort(answer: Any, schema: Schema, fault: Fault) -> Any:
    """The answer with the fault's departures. `answer` is changed: hand over one that nothing else holds."""
    root = {"": answer}
    for name in DISTORTIONS:
        wanted = getattr(fault, name)
        for place in list(_places(Place(root, "", schema))) if wanted else ():
            if _chosen(place, name, wanted):
                APPLY[name](place)
    return root.get("")


def _chosen(place: Place, name: str, wanted: str) -> bool:
    if name == "extra_fields":
        return isinstance(place.value, dict)
    if name == "unknown_enum" and not any(isinstance(v, str) for v in _picked(place).get("enum", ())):
        return False
    if wanted != EVERYTHING:
        return str(place.key) in wanted.replace(" ", "").split(",")
    return not isinstance(place.value, dict | list)


def _places(place: Place) -> Iterator[Place]:
    """Every place, the innermost first, so that a change never hides one that is still to come."""
    schema, value = _picked(place), place.value
    if isinstance(value, dict):
        for name in list(value):
            yield from _places(Place(value, name, schema.get("properties", {}).get(name, {})))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from _places(Place(value, index, schema.get("items", {})))
    yield place


def _picked(place: Place) -> Schema:
    """The schema, or of its variants the one that the value is valid for."""
    schema = place.schema
    while isinstance(branches := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"), list):
        schema = next((branch for branch in branches if is_valid(branch, place.value)), branches[0])
    return schema


def _remove(place: Place) -> None:
    if isinstance(place.holder, dict):
        del place.holder[place.key]


def _retype(place: Place) -> None:
    value = place.value
    swaps: dict[type, Callable[[Any], Any]] = {
        str: len,
        bool: lambda _: "yes",
        int: str,
        float: str,
        dict: lambda entries: [entries],
        list: lambda entries: {str(index): entry for index, entry in enumerate(entries)},
        type(None): lambda _: {"sandbox": "not null"},
    }
    place.put(swaps[type(value)](value))


APPLY: dict[str, Callable[[Place], None]] = {
    "nulls": lambda place: place.put(None),
    "missing_fields": _remove,
    "wrong_types": _retype,
    "unknown_enum": lambda place: place.put(UNKNOWN),
    "extra_fields": lambda place: place.value.setdefault(EXTRA, {"nested": [1, None]}),
}
