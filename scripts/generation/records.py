"""What the parser understood of a document, in plain records: all that the templates' pages are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.files.documents import pointer

if TYPE_CHECKING:
    from collections.abc import Mapping

    Json = Mapping[str, Any]

# What a value is to the codec, and the Python type of it.
PLAIN: Final = {
    "STRING": "str",
    "ANY": "Any",
    "INTEGER": "int",
    "NUMBER": "float",
    "BOOLEAN": "bool",
    "NULL": "None",
    "UUID": "UUID",
    "DATE": "datetime.date",
    "DATE_TIME": "datetime.datetime",
    "BINARY": "File",
}


@frozen
class Type:
    """A type: one of PLAIN, or `Object`, `Enumeration` (`name`), `Array`, `Union` (`parts`), `Const` (`value`)."""

    kind: str
    name: str = ""
    parts: tuple[Type, ...] = ()
    value: Any = None


@frozen
class Property:
    """A property or parameter: its name in the document, and in code."""

    name: str
    attribute: str
    required: bool
    type: Type
    description: str


@frozen
class Class:
    """The name of a class, and the module it is in."""

    name: str
    module: str


@frozen
class Model:
    """An object with properties, those that are required first; `extra` is the type of others, None for none."""

    made: Class
    description: str
    properties: tuple[Property, ...]
    extra: Type | None
    schema: Json


@frozen
class Enum:
    """A list of values, each with the name of its member: all texts, or all integers."""

    made: Class
    description: str
    members: tuple[tuple[str, str | int], ...]


@frozen
class Component:
    """A named schema: what its class would be called, and its type; what is no class gets an alias."""

    name: str
    made: Class
    type: Type
    description: str


@frozen
class Body:
    """One form of a request's body; `form` is how it is sent: json, data, files or content."""

    content_type: str
    form: str
    required: bool
    type: Type


@frozen
class Answer:
    """What is answered with a status; `read` is how: Any (JSON), bytes, str or None."""

    status: str
    read: str
    type: Type


@frozen
class Operation:
    """One operation; `declared` is its object in the document, `folder` the package of its first tag."""

    path: str
    method: str
    tag: str
    folder: str
    name: str
    parameters: tuple[tuple[str, Property], ...]
    bodies: tuple[Body, ...]
    answers: tuple[Answer, ...]
    declared: Json

    @property
    def pointer(self) -> str:
        """Where the document declares it."""
        return pointer("paths", self.path, self.method)


@frozen
class Adapted:
    """What the parser is given: its copy of a document, and names that are not to be its own.

    `classes`: the class of a schema. `content_types`: what a content type is to be taken for. `finals`: the schema
    that a named schema is a mere reference to.
    """

    document: dict[str, Any]
    classes: Json
    content_types: Json
    finals: Json


@frozen
class Parsed:
    """A whole document, beside the form of it that the parser was given."""

    document: Json
    operations: tuple[Operation, ...]
    components: tuple[Component, ...]
    models: tuple[Model, ...]
    enums: tuple[Enum, ...]
