"""An old and a new schema side by side."""

from functools import cached_property

from attrs import define, frozen

from scripts.changes.branches import Branch
from scripts.changes.findings import Change, Direction, change
from scripts.changes.labels import label
from scripts.changes.places import Place
from scripts.changes.shapes import Shape, shape


@frozen(eq=False)
class Node:
    """The schemas that apply together at one spot. `home` is where that is, schema or no schema."""

    home: Place
    parts: tuple[Place, ...]

    @classmethod
    def of(cls, parts: tuple[Place, ...], home: Place) -> "Node":
        """Make a node; a plain reference stands for what it names, so that moving a schema changes nothing."""
        plain = tuple(_named(part) for part in parts)
        return cls(plain[0] if plain else home, plain)

    @property
    def key(self) -> tuple[str, ...]:
        """Tell nodes apart."""
        return (self.home.pointer, *(part.pointer for part in self.parts))


def _named(place: Place) -> Place:
    return place.followed() if isinstance(place.value, dict) and set(place.value) == {"$ref"} else place


@define(eq=False, slots=False)
class Pair:
    """An old and a new schema, for what is sent (request) or received (response)."""

    old_node: Node
    new_node: Node
    direction: Direction

    @property
    def key(self) -> tuple[object, ...]:
        """Tell pairs apart."""
        return (self.direction, self.old_node.key, self.new_node.key)

    @cached_property
    def old(self) -> Shape:
        """Give what the old schema allows."""
        return shape(self.old_node.parts)

    @cached_property
    def new(self) -> Shape:
        """Give what the new schema allows."""
        return shape(self.new_node.parts)

    @property
    def homes(self) -> tuple[Place, Place]:
        """Give where the two stand."""
        return self.old_node.home, self.new_node.home

    @property
    def label(self) -> str:
        """Name the spot, by the new document where it has a schema there."""
        return label(self.new_node.home if self.new_node.parts else self.old_node.home)

    def change(self, rule: str, places: tuple[Place, Place], template: str, *values: str) -> Change:
        """Make a change by a rule that has one row for what is sent and one for what is received."""
        return change(f"{self.direction}-{rule}", *places, template, *values)

    def at(self, keyword: str) -> tuple[Place, Place]:
        """Give where a keyword stands in both, or where it would."""
        return site(self.old.parts, keyword, self.old_node.home), site(self.new.parts, keyword, self.new_node.home)

    def within(self, old: Branch, new: Branch, keyword: str) -> tuple[Place, Place]:
        """Give where a keyword stands in an alternative of each, or where it would."""
        return site(old.parts, keyword, self.old_node.home), site(new.parts, keyword, self.new_node.home)


def site(parts: tuple[Place, ...], keyword: str, home: Place) -> Place:
    """Give the outermost place that holds a keyword; where none does, the outermost schema object."""
    found = (child for part in parts if (child := part.child(keyword)))
    return next(found, next(iter(parts), home))
