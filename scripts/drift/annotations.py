"""Reads what people and type checkers see: annotations of attributes and functions, as nodes."""

from __future__ import annotations

import datetime as dt
import types
import typing
import uuid
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, Final

from attrs import define, frozen

from scripts.drift.loading import Missing
from scripts.drift.nodes import Array, Enumeration, Node, Scalar, Structure, plain, types_of, union
from scripts.drift.tables import Tables, Unrecognised

if typing.TYPE_CHECKING:
    from types import CodeType

SCALARS: Final[Mapping[Any, str]] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    bytes: "bytes",
    uuid.UUID: "uuid",
    dt.date: "date",
    dt.datetime: "date-time",
    Any: "any",
    object: "any",
}


@frozen
class Seen:
    """An annotation: its type, and whether it may be `UNSET` (left out) or any mapping in place of a model."""

    node: Node
    unset: bool = False
    mapping: bool = False


@define
class Annotations:
    """Evaluates annotations in the names of their own module, imports for type checkers included."""

    tables: Tables
    runtime: Any  # the package's `types` module

    def names(self, file: str) -> dict[str, Any]:
        """Give the names that annotations in a module may use."""
        return self.tables.package.names(file)

    def evaluate(self, annotation: object, names: Mapping[str, Any], where: str) -> Any:
        """Give the type that an annotation writes; a name that means nothing is Unrecognised."""
        if not isinstance(annotation, str):
            return annotation
        try:
            # The annotations of our own generated code, loaded a moment ago; importing it ran as much.
            return eval(_compiled(annotation), dict(names))  # noqa: S307
        except Exception as problem:
            raise Unrecognised(f"{where}: annotation {annotation!r}: {type(problem).__name__}") from problem

    def seen(self, annotation: object, names: Mapping[str, Any], where: str) -> Seen:
        """Read an annotation."""
        parts = _branches(self.evaluate(annotation, names, where))
        parts = [
            self.evaluate(part.__forward_arg__, names, where) if isinstance(part, typing.ForwardRef) else part
            for part in parts
        ]
        unset = self.runtime.Unset in parts
        mapping = any(part == BY_NAME for part in parts)
        rest = [part for part in parts if part is not self.runtime.Unset and part != BY_NAME]
        return Seen(union(where, [self._node(part, names, where) for part in rest]), unset, mapping)

    def _node(self, found: Any, names: Mapping[str, Any], where: str) -> Node:
        if isinstance(found, str | typing.ForwardRef) or typing.get_origin(found) in (typing.Union, types.UnionType):
            return self.seen(found, names, where).node
        return self._one(found, names, where)

    def _one(self, found: Any, names: Mapping[str, Any], where: str) -> Node:
        if found is None or found is type(None):
            return Node(where, (), nullable=True)
        if typing.get_origin(found) is list:
            return Node(where, (Array(self._node(typing.get_args(found)[0], names, where)),))
        if typing.get_origin(found) is typing.Literal:
            values = typing.get_args(found)
            return Node(where, (Enumeration(values, types_of(values), literal=True),))
        try:
            kind = "binary" if found is self.runtime.File else SCALARS.get(found)
        except TypeError:
            raise Unrecognised(f"{where}: {found!r} is no type of the document") from None
        return Node(where, (Scalar(kind),)) if kind else self._class(found, where)

    def _class(self, found: Any, where: str) -> Node:
        """Read a model or an enum; the class itself counts, not one that bears its name."""
        name = getattr(found, "__name__", "")
        if isinstance(found, type) and self.tables.classes.get(name) is found:
            option = self.tables.named(name, where)
            return Node(where, (option,))
        if isinstance(found, Missing):
            raise Unrecognised(f"{where}: imports what is not there, {found.what}")
        if isinstance(found, type) and issubclass(found, Enum | self.tables.codec.Model):
            return Node(where, (Structure(name, lambda: self.tables.members(found), frozenset({plain(name)})),))
        raise Unrecognised(f"{where}: {name or type(found).__name__} is no type of the document")


@cache
def _compiled(annotation: str) -> CodeType:
    return compile(annotation, "annotation", "eval")


# What stands for a model: its properties by the contract's names.
BY_NAME: Final = Mapping[str, Any]


def _branches(found: Any) -> list[Any]:
    """Take a union apart; anything else is one branch."""
    if typing.get_origin(found) in (typing.Union, types.UnionType):
        return [part for branch in typing.get_args(found) for part in _branches(branch)]
    return [found]
