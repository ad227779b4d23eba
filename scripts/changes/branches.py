"""One alternative of a schema: a JSON type, and the values that an enum leaves of it."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from attrs import frozen

from scripts.changes.places import Place, canonical

ANY = "any"


@frozen(eq=False)
class Branch:
    """One alternative: a JSON type (or any), and the schema objects whose keywords all apply, outermost first."""

    kind: str
    parts: tuple[Place, ...]


def meet(one: str, other: str) -> str | None:
    """Give the JSON type that is both: an integer is a number, and everything is any."""
    if other in (one, ANY):
        return one
    if one == ANY:
        return other
    return "integer" if {one, other} == {"integer", "number"} else None


def covers(wide: str, narrow: str) -> bool:
    """Tell whether every value of one JSON type is one of the other."""
    return meet(wide, narrow) == narrow


def is_number(value: Any) -> bool:
    """Tell whether a JSON value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def closed_lists(schema: dict[str, Any]) -> list[list[Any]]:
    """Give the lists of values that a schema object closes a value to."""
    lists = [schema["enum"]] if isinstance(schema.get("enum"), list) else []
    return [*lists, [schema["const"]]] if "const" in schema else lists


def closed_list(branch: Branch) -> dict[str, Any] | None:
    """Give the values that an enum or const leaves, by their canonical text; None if any value will do."""
    left: dict[str, Any] | None = None
    for place in branch.parts:
        for values in closed_lists(place.value):
            fitting = {canonical(value): value for value in values if value is not None and _fits(value, branch.kind)}
            left = fitting if left is None else {text: fitting[text] for text in left if text in fitting}
    return None if branch.kind == "boolean" and left is not None and len(left) == 2 else left  # noqa: PLR2004 - true, false


_IS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: is_number(value) and Fraction(value).denominator == 1,
    "number": is_number,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _fits(value: Any, kind: str) -> bool:
    return _IS.get(kind, lambda _: True)(value)
