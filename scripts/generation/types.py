"""Writes the type of a property as code for the codec: `_c.STRING`, `_c.Array(_c.Object("Question"))`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen
from openapi_python_client import schema as oai
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from scripts.files.failures import Refused
from scripts.templates.runtime.limits import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from openapi_python_client.parser.properties.protocol import PropertyProtocol

Node = oai.Schema | oai.Reference | None

_SIMPLE: Final[dict[type, str]] = {
    StringProperty: "STRING",
    AnyProperty: "ANY",
    IntProperty: "INTEGER",
    FloatProperty: "NUMBER",
    BooleanProperty: "BOOLEAN",
    NoneProperty: "NULL",
    UuidProperty: "UUID",
    DateProperty: "DATE",
    DateTimeProperty: "DATE_TIME",
    FileProperty: "BINARY",
}


@frozen
class Typed:
    """A type as code, and whether null is taken beside it."""

    code: str
    nullable: bool = False


@frozen
class TypeWriter:
    """Writes types; `schemas` are the named schemas, to look through references for limits."""

    schemas: Mapping[str, Node]

    def field(self, prop: PropertyProtocol, node: Node) -> Typed:
        """Write a property's type with null told apart, as a field table wants it."""
        schema = self.resolved(node)
        if not isinstance(prop, UnionProperty) or not any(isinstance(p, NoneProperty) for p in prop.inner_properties):
            return Typed(self.write(prop, node))
        rest = [p for p in prop.inner_properties if not isinstance(p, NoneProperty)]
        branches = self._branches(prop, schema)
        codes = [self.write(p, branches.get(id(p))) for p in rest]
        code = codes[0] if len(codes) == 1 else f"_c.Union({', '.join(codes)}{self._one_of(schema)})"
        return Typed(self._limited(code, schema), nullable=True)

    def write(self, prop: PropertyProtocol, node: Node) -> str:
        """Write a property's type, null included."""
        schema = self.resolved(node)
        return self._limited(self._plain(prop, schema), schema if not isinstance(prop, ModelProperty) else None)

    def limits(self, node: Node) -> dict[str, Any]:
        """Give a schema's own limits under the codec's names."""
        schema = self.resolved(node)
        if schema is None:
            return {}
        given = {name: _number(getattr(schema, keyword, None)) for keyword, name in NAMES.items()}
        return {name: value for name, value in given.items() if value is not None and not _unusable(name, value)}

    def _plain(self, prop: PropertyProtocol, schema: oai.Schema | None) -> str:
        simple = _SIMPLE.get(type(prop))
        if simple is not None:
            return f"_c.{simple}"
        if isinstance(prop, EnumProperty):
            return f'_c.Enumeration("{prop.class_info.name}")'
        if isinstance(prop, ModelProperty):
            return f'_c.Object("{prop.class_info.name}")'
        if isinstance(prop, ListProperty):
            return f"_c.Array({self.write(prop.inner_property, schema.items if schema is not None else None)})"
        if isinstance(prop, UnionProperty):
            branches = self._branches(prop, schema)
            codes = [self.write(p, branches.get(id(p))) for p in prop.inner_properties]
            return f"_c.Union({', '.join(codes)}{self._one_of(schema)})"
        if isinstance(prop, ConstProperty):
            return f"_c.Const({prop.value.raw_value!r})"
        message = f"{prop.name.get_untrusted_value()}: no type is known for {type(prop).__name__}"
        raise Refused(message)

    def _branches(self, prop: UnionProperty, schema: oai.Schema | None) -> dict[int, Node]:
        """Pair each branch with its schema where the parser kept them all; types told apart by a list have none."""
        if schema is None:
            return {}
        nodes = [*schema.anyOf, *schema.oneOf]
        if not nodes:
            items_owner = [p for p in prop.inner_properties if isinstance(p, ListProperty)]
            return {id(p): oai.Schema(items=schema.items) for p in items_owner}
        return (
            {id(p): n for p, n in zip(prop.inner_properties, nodes, strict=False)}
            if len(nodes) == len(prop.inner_properties)
            else {}
        )

    @staticmethod
    def _one_of(schema: oai.Schema | None) -> str:
        return ", one_of=True" if schema is not None and schema.oneOf and not schema.anyOf else ""

    def _limited(self, code: str, schema: oai.Schema | None) -> str:
        given = self.limits(schema)
        return f"{code}.where({', '.join(f'{name}={value!r}' for name, value in given.items())})" if given else code

    def resolved(self, node: Node) -> oai.Schema | None:
        """Look through references and lone-reference wrappers, which the parser passes through as well."""
        for _ in range(32):
            if isinstance(node, oai.Reference):
                node = self.schemas.get(node.ref.get_untrusted_value().rsplit("/", 1)[-1])
                continue
            return node
        return None


def _unusable(name: str, value: object) -> bool:
    """Tell whether a limit says nothing here: one that is off, or a pattern that only ECMAScript can read."""
    if name != "pattern":
        return value is False
    try:
        re.compile(str(value))
    except (re.error, OverflowError, RecursionError):
        return True
    return False


def _number(value: object) -> object:
    """Write 1.0 as 1, and a text of the document as a plain text."""
    get: Callable[[], str] | None = getattr(value, "get_untrusted_value", None)
    if get is not None:
        return get()
    return int(value) if isinstance(value, float) and value.is_integer() else value
