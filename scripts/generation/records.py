"""Plain records of what the parser read from a document: the only input of the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from scripts.files.documents import pointer

if TYPE_CHECKING:
    from collections.abc import Mapping

    Json = Mapping[str, Any]

# Types of the codec without parts, and their Python types.
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
    """A named schema: what its class would be called, and its type; a type that is not a class gets an alias."""

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
    """The answer with a status; `read` is how its body is read: Any (JSON), bytes, str or None."""

    status: str
    read: str
    type: Type


# The parser reads webhooks as paths that begin with this.
WEBHOOK: Final = "/webhook:"


def place_of(path: str) -> tuple[str, str]:
    """Return where the document has a path that was given to the parser."""
    return ("webhooks", path.removeprefix(WEBHOOK)) if path.startswith(WEBHOOK) else ("paths", path)


@frozen
class Operation:
    """One operation; `declared` is its object in the document, `folder` the package of its first tag.

    The path of a webhook begins with WEBHOOK.
    """

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
        """The JSON pointer of the operation in the document."""
        return pointer(*place_of(self.path), self.method)


@frozen
class Adapted:
    """The input of the parser: its copy of a document, and names that it must not choose itself.

    `classes`: the class name of a schema. `content_types`: the content type to use instead of one. `finals`: for a
    named schema that is only a reference, the schema that it refers to.
    """

    document: dict[str, Any]
    classes: Json
    content_types: Json
    finals: Json


@frozen
class Parsed:
    """A whole document as read, with the copy that was given to the parser."""

    document: Json
    operations: tuple[Operation, ...]
    webhooks: tuple[Operation, ...]
    components: tuple[Component, ...]
    models: tuple[Model, ...]
    enums: tuple[Enum, ...]
