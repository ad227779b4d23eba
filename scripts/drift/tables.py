"""Reads what machines go by: the field tables of the models and the table of each operation, as nodes."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from scripts.drift.nodes import (
    EXACTLY_ONE,
    NOTHING,
    Array,
    Enumeration,
    Members,
    Node,
    Option,
    Property,
    Scalar,
    Structure,
    limited,
    plain,
    types_of,
    union,
)
from scripts.drift.operations import Operation, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.drift.loading import Package

SCALARS: Final = {
    "STRING": "string",
    "INTEGER": "integer",
    "NUMBER": "number",
    "BOOLEAN": "boolean",
    "ANY": "any",
    "UUID": "uuid",
    "DATE": "date",
    "DATE_TIME": "date-time",
    "BINARY": "binary",
    "BYTES": "bytes",
    "TEXT": "text",
}


class Unrecognised(Exception):  # noqa: N818 - says what happened, and where it is caught that is all it says
    """The generated code holds something in a table that this reader does not know."""


@define
class Tables:
    """Reads tables of one loaded package; models and enums by their class name."""

    package: Package
    codec: Any
    classes: Mapping[str, Any]
    _scalars: dict[int, str] = field(init=False)
    _members: dict[str, Members] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        """Know the scalar types by identity: two of them may read alike."""
        self._scalars = {
            id(getattr(self.codec, name)): kind for name, kind in SCALARS.items() if hasattr(self.codec, name)
        }

    def node(self, type_: Any, where: str, *, nullable: bool = False) -> Node:
        """Read a codec type; `nullable` is said beside it by a field or parameter."""
        read = self._node(type_, where)
        return union(where, [read, Node(where, (), nullable=nullable)], read.notes)

    def _node(self, type_: Any, where: str) -> Node:
        if isinstance(type_, self.codec.Union):
            notes = {EXACTLY_ONE: True} if type_.one_of else NOTHING
            return union(where, [self._node(branch, where) for branch in type_.branches], notes)
        if isinstance(type_, self.codec.Limited):
            base = self._node(type_.base, where)
            limits = {camel(name): value for name, value in type_.given.items()}
            return Node(where, tuple(limited(option, limits) for option in base.options), base.nullable, base.notes)
        if type_ in (self.codec.NULL, self.codec.NOTHING):
            return Node(where, (), nullable=True)
        return Node(where, (self._option(type_, where),))

    def _option(self, type_: Any, where: str) -> Option:
        if id(type_) in self._scalars:
            return Scalar(self._scalars[id(type_)])
        if isinstance(type_, self.codec.Const):
            return Enumeration((type_.value,), types_of([type_.value]), where=where, literal=True)
        if isinstance(type_, self.codec.Array):
            return Array(self._node(type_.item, where))
        if isinstance(type_, self.codec.Enumeration | self.codec.Object):
            return self.named(type_.name, where)
        raise Unrecognised(f"{where}: {type_!r}")

    def named(self, name: str, where: str) -> Option:
        """Read a model or an enum by its class name."""
        found = self.classes.get(name)
        if isinstance(found, type) and issubclass(found, Enum):
            values = tuple(member.value for member in found.__members__.values())
            types = frozenset({"string"} if issubclass(found, str) else {"integer"} if issubclass(found, int) else ())
            return Enumeration(values, types, frozenset({plain(name)}), self.place(found))
        if isinstance(found, type) and issubclass(found, self.codec.Model):
            names, place = frozenset({plain(name)}), self.place(found)
            return Structure(name, lambda: self.members(found), names, place, self._limits(found))
        raise Unrecognised(f"{where}: no model or enum is called {name}")

    def place(self, class_: type, attribute: str = "") -> str:
        """Write where a class or an attribute of it is: `models/x.py:X.attribute`."""
        return f"{self.package.file_of(class_)}:{class_.__name__}" + (f".{attribute}" if attribute else "")

    def members(self, model: Any) -> Members:
        """Read a model's field table, once."""
        if model.__name__ not in self._members:
            try:
                self._members[model.__name__] = self._read(model)
            except (AttributeError, TypeError) as problem:
                raise Unrecognised(
                    f"{self.place(model)}: its table cannot be read, {type(problem).__name__}"
                ) from problem
        return self._members[model.__name__]

    def _read(self, model: Any) -> Members:
        entries, extra = model._table.fields, model._table.extra  # noqa: SLF001 - its own table
        fields = {entry.name: self._property(model, entry) for entry in entries}
        if len(fields) != len(entries):
            raise Unrecognised(f"{self.place(model)}: two fields with one name")
        additional = None if extra is None else self.node(extra, self.place(model, "additional_properties"))
        required = frozenset(name for name, found in fields.items() if found.required)
        return Members(fields, required, additional)

    def _property(self, model: Any, entry: Any) -> Property:
        where = self.place(model, entry.attribute)
        return Property(self.node(entry.type, where, nullable=entry.nullable), entry.required, where)

    def _limits(self, model: Any) -> Mapping[str, object]:
        return {camel(limit.name): limit.value for limit in model._table.limits}  # noqa: SLF001 - its own table

    def operation(self, table: Any, file: str) -> Operation:
        """Read an operation's table."""
        return Operation(
            where=file,
            method=table.method,
            path=table.path,
            name=table.name,
            tag=table.tag,
            source=None,
            body_required=table.body_required,
            parameters=dict(self._parameters(table, file)),
            bodies={body.content_type: self.node(body.type, file) for body in table.bodies},
            answers={status: self.answer(type_, file) for status, type_ in table.answers.items()},
        )

    def answer(self, type_: Any, where: str) -> Node | None:
        """Read the type of an answer; None where it is declared to have no body."""
        return None if type_ is self.codec.NOTHING else self.node(type_, where)

    def _parameters(self, table: Any, file: str) -> Iterator[tuple[tuple[str, str], Parameter]]:
        for entry in table.parameters:
            node = self.node(entry.type, f"{file}:{entry.attribute}", nullable=getattr(entry, "nullable", False))
            found = Parameter(entry.name, entry.location, entry.required, node, f"{file}:{entry.attribute}")
            yield (entry.location, entry.name), found


def camel(name: str) -> str:
    """Give the JSON Schema keyword of a limit's argument name: `min_length` is `minLength`."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)
