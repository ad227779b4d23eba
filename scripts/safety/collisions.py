"""Finds names that collide in generated code, where the second would silently overwrite the first.

The generator's own functions give the name in code. Two properties that the generator distinguishes by upper and lower
case do not collide; enum values that collide get numbered members (`scripts.generation.respelling`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from scripts.corrections.grammar import Part, walk
from scripts.files.documents import pointer
from scripts.generation.models import TAKEN
from scripts.generation.parser import class_name, identifier
from scripts.safety import names
from scripts.safety.findings import Finding, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scripts.corrections.grammar import Place

    Named = Iterable[tuple[Place, str]]


def check_names(document: dict[str, Any]) -> list[Finding]:
    """List unsafe and colliding names; the effective document is checked too, because it has more names."""
    return list(names.check(document)) or list(check(document))


def check(document: dict[str, Any]) -> Iterator[Finding]:
    """Find collisions of schemas, of operations, of tags, and of properties within a schema."""
    places = list(walk(document))
    schemas = [(p.steps, str(p.steps[-1])) for p in places if p.is_component and p.kind == "schema"]
    yield from _colliding(schemas, lambda name: identifier(class_name(name)), "the module")
    operations = [(p.steps, p.value.get("operationId")) for p in places if p.kind == "operation"]
    functions = [(steps, name) for steps, name in operations if isinstance(name, str)]
    yield from _colliding(functions, identifier, "the function")
    tags, chosen = [(steps, tag) for tag, steps in _tags(places).items()], _resources(places)
    yield from _colliding(tags, lambda tag: identifier(tag, "tag"), "the folder")
    yield from _colliding(tags, lambda tag: chosen.get(tag) or identifier(tag, "tag_"), "the resource")
    for place in places:
        if place.kind == "schema":
            yield from _properties((*place.steps, "properties"), place.value.get("properties"))


def _colliding(named: Named, made_of: Callable[[str], str], what: str) -> Iterator[Finding]:
    """Find each name that becomes the same in code as an earlier one."""
    first: dict[str, str] = {}
    for steps, name in named:
        made, here = made_of(name), f"{quoted(name)} ({pointer(*steps)})"
        if made in first:
            yield Finding(steps, f"meets {first[made]}: {quoted(name)} would be {what} {made} too")
        first.setdefault(made, here)


def _tags(places: Iterable[Part]) -> dict[str, Place]:
    """Return each tag with the first place that has it."""
    found: dict[str, Place] = {}
    for place in places:
        if place.kind == "tag":
            found.setdefault(str(place.value.get("name")), (*place.steps, "name"))
        elif place.kind == "operation" and isinstance(tags := place.value.get("tags"), list):
            for index, tag in enumerate(tags):
                found.setdefault(str(tag), (*place.steps, "tags", index))
    return found


def _resources(places: Iterable[Part]) -> dict[str, str]:
    """Return the attribute of each tag's resource that a correction has chosen."""
    tags = (place.value for place in places if place.kind == "tag")
    return {str(tag.get("name")): str(tag["x-resource-name"]) for tag in tags if "x-resource-name" in tag}


def _properties(steps: Place, properties: object) -> Iterator[Finding]:
    named = [str(name) for name in properties] if isinstance(properties, dict) else []
    made = Counter(map(identifier, named))

    def attribute(name: str) -> str:
        attribute = identifier(name)
        attribute = identifier(name, keep_case=True) if made[attribute] > 1 else attribute
        return f"{attribute}_" if attribute in TAKEN else attribute

    yield from _colliding([((*steps, name), name) for name in named], attribute, "the attribute")
