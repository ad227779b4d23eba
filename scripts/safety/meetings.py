"""Names that are safe alone and meet when they become code: the second would silently overwrite the first.

The generator's own functions say what a name becomes. Where the generator tells two properties apart by keeping their
capitals, they may stay; enum values that meet get numbered members (`scripts.generation.parsing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_python_client.strings import ClassName, PythonIdentifier

from scripts.safety.findings import Finding, finding, quoted
from scripts.safety.names import PREFIX
from scripts.safety.places import Place, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scripts.corrections.grammar import Place as Steps

    Named = Iterable[tuple[Steps, str]]


def check(document: dict[str, Any]) -> Iterator[Finding]:
    """Schemas, operations and tags against each other; properties within their schema."""
    places = list(walk(document))
    schemas = [(p.steps, str(p.steps[-1])) for p in places if p.is_component and p.kind == "schema"]
    yield from _meeting(schemas, lambda name: _module(str(ClassName(name, PREFIX))), "the module")
    operations = [(p.steps, p.value.get("operationId")) for p in places if p.kind == "operation"]
    yield from _meeting([(steps, name) for steps, name in operations if isinstance(name, str)], _module, "the function")
    yield from _meeting(_tags(places), lambda tag: str(PythonIdentifier(tag, "tag")), "the resource")
    for place in places:
        if place.kind == "schema":
            yield from _properties((*place.steps, "properties"), place.value.get("properties"))


def _module(name: str) -> str:
    """The name of a module or attribute; file systems that ignore case are respected, for it is all lower case."""
    return str(PythonIdentifier(name, PREFIX))


def _meeting(named: Named, made_of: Callable[[str], str], what: str) -> Iterator[Finding]:
    """Tell each name that becomes what an earlier one has become already; the same place again is no meeting."""
    first: dict[str, str] = {}
    for steps, name in named:
        made = made_of(name)
        if made in first:
            yield finding(steps, f"{quoted(name)} meets {quoted(first[made])}: both would be {what} {made}")
        first.setdefault(made, name)


def _tags(places: Iterable[Place]) -> Named:
    """Yield each different tag once, with the first place that names it."""
    found: dict[str, Steps] = {}
    for place in places:
        if place.kind == "tag":
            found.setdefault(str(place.value.get("name")), (*place.steps, "name"))
        elif place.kind == "operation" and isinstance(tags := place.value.get("tags"), list):
            for index, tag in enumerate(tags):
                found.setdefault(str(tag), (*place.steps, "tags", index))
    return [(steps, tag) for tag, steps in found.items()]


def _properties(steps: Steps, properties: object) -> Iterator[Finding]:
    names = [str(name) for name in properties] if isinstance(properties, dict) else []
    snaked = [_module(name) for name in names]
    met = {made for made in snaked if snaked.count(made) > 1} if len(set(snaked)) < len(snaked) else set()

    def attribute(name: str) -> str:
        made = _module(name)
        return str(PythonIdentifier(name, PREFIX, skip_snake_case=True)) if made in met else made

    yield from _meeting([((*steps, name), name) for name in names], attribute, "the attribute")
