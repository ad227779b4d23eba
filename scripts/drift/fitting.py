"""Holds a Python value that the generated code read against the JSON that was given and the node that is declared."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.drift.nodes import Array, Enumeration, Node, Option, Structure, kind, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.drift.tables import Tables

CLASSES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "text": (str,),
    "bytes": (bytes,),
    "binary": (str, bytes),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "uuid": (uuid.UUID,),
    "date": (dt.date,),
    "date-time": (dt.datetime,),
}


@frozen
class Fitting:
    """Knows the classes of a package, and under which names its types stand for those of the document."""

    tables: Tables
    known_as: Mapping[str, set[str]]

    def fits(self, node: Node, given: Any, value: Any) -> bool:
        """Tell whether a value is of a declared class and holds what was given, all the way down."""
        if given is None and value is None:
            return node.nullable or any(kind(option) == "any" for option in node.options)
        return any(self._option(option, given, value) for option in node.options)

    def _option(self, option: Option, given: Any, value: Any) -> bool:
        if isinstance(option, Enumeration):
            known = isinstance(value, Enum) and value in type(value).__members__.values()
            return given in option.values and (known or not option.names) and self._writes(value, given)
        if isinstance(option, Array):
            pairs = isinstance(given, list) and isinstance(value, list) and len(given) == len(value)
            return pairs and all(self.fits(option.item, *pair) for pair in zip(given, value, strict=True))
        if isinstance(option, Structure):
            return isinstance(given, dict) and self._object(option, given, value)
        if kind(option) == "any":
            return self._writes(value, given)
        right = isinstance(value, CLASSES[kind(option)]) and isinstance(value, bool) is (kind(option) == "boolean")
        return right and self._writes(value, given)

    def _writes(self, value: Any, given: Any) -> bool:
        return bool(self.tables.codec.write(value) == given)

    def _object(self, structure: Structure, given: Mapping[str, Any], value: Any) -> bool:
        names = self.known_as.get(structure.key, structure.names)
        if not isinstance(value, self.tables.codec.Model) or (names and plain(type(value).__name__) not in names):
            return False
        if value.to_dict() != given:
            return False
        attributes = {entry.name: entry.attribute for entry in value._table.fields}  # noqa: SLF001 - its own table
        properties = structure.read().properties
        return all(
            self.fits(properties[name].node, given[name], getattr(value, attributes.get(name, "__class__")))
            for name in given.keys() & properties.keys()
        )
