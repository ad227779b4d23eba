"""Reads an effective document for the templates; refuses it if part of it would be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.files.failures import Refused
from scripts.generation.dialect import adapt
from scripts.generation.parser import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.generation.parser import Settings
    from scripts.generation.records import Operation, Parsed

_WRITABLE: Final = frozenset({"STRING", "BINARY", "ANY"})


def read(document: Mapping[str, Any], settings: Settings) -> Parsed:
    """Read an effective document.

    Raises:
        Refused: something in it would not be generated; the message names the operation or schema and its pointer.
    """
    parsed = parse(document, adapt(document), settings)
    for operation in parsed.operations:
        _refuse_unwritable_bodies(operation)
    return parsed


def _refuse_unwritable_bodies(operation: Operation) -> None:
    """Refuse a body that is neither JSON nor a form and whose type is not a text, a file or any value."""
    for body in operation.bodies:
        if body.form == "content" and body.type.kind not in _WRITABLE:
            what = f"a body of type {body.content_type} can be a text or a file, and this is to be more"
            message = f"{operation.pointer}: {what}"
            raise Refused(message)
