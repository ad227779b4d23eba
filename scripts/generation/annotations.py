"""Annotations and imports of the generated modules."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.union import UnionProperty

from scripts.generation.prose import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from openapi_python_client.parser.properties.protocol import PropertyProtocol
    from openapi_python_client.parser.responses import Response


def or_none(annotation: str) -> str:
    """Add None to an annotation once; Any holds it already."""
    return (
        annotation if annotation == "Any" or re.search(r"\bNone\b(?![^\[]*\])", annotation) else f"{annotation} | None"
    )


def annotation_of(prop: PropertyProtocol, *, no_optional: bool = False) -> str:
    """Give the Python type that the parser found for a property; constants are written by us.

    The parser escapes a text twice, and a fraction it makes a `Literal`, which Python's types do not know.
    """
    annotation = prop.get_type_string(no_optional=no_optional).as_unembedded_code()
    for one in _constants(prop):
        theirs = f"Literal[{one.value.python_code.as_unembedded_code()}]"
        value = one.value.raw_value
        ours = "float" if isinstance(value, float) else f"Literal[{literal(value)}]"
        annotation = annotation.replace(theirs, ours)
    while (once := _FLOAT_TWICE.sub(r"float\1", annotation)) != annotation:
        annotation = once
    return annotation


_FLOAT_TWICE: Final = re.compile(r"\bfloat((?: \| Literal\[[^\]]*\])*) \| float\b")


def _constants(prop: PropertyProtocol) -> Iterator[ConstProperty]:
    """Find the constants in a type, not those inside models."""
    if isinstance(prop, ConstProperty):
        yield prop
    elif isinstance(prop, UnionProperty):
        for inner in prop.inner_properties:
            yield from _constants(inner)
    elif isinstance(prop, ListProperty):
        yield from _constants(prop.inner_property)


def answer_annotation(response: Response) -> str:
    """Give the Python type of an answer: what is no JSON is text, bytes or None."""
    kind = response.source["return_type"]
    return annotation_of(response.prop) if kind == "Any" else kind


def joined(annotations: Iterable[str]) -> str:
    """Join annotations as a choice, each once; Any swallows the rest."""
    parts = list(dict.fromkeys(annotations))
    return "Any" if "Any" in parts or not parts else " | ".join(parts)


_PLAIN_IMPORTS: Final = {
    "Any": "from typing import Any",
    "Literal": "from typing import Literal",
    "Mapping": "from collections.abc import Mapping",
    "UUID": "from uuid import UUID",
    "datetime": "import datetime",
    "File": "from {root}types import File",
    "Unset": "from {root}types import Unset",
}


_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')


def _words(annotations: Iterable[str]) -> set[str]:
    """Give the names used in annotations; what stands in quotes is a value."""
    return {word for one in annotations for word in re.findall(r"[A-Za-z_]\w*", _QUOTED.sub("", one))}


def plain_imports(annotations: Iterable[str], root: str) -> list[str]:
    """Give the imports of the names that are no models; `root` is the relative way to the package."""
    used = _words(annotations)
    return [line.format(root=root) for name, line in _PLAIN_IMPORTS.items() if name in used]


def model_import_lines(annotations: Iterable[str], modules: Mapping[str, str], prefix: str) -> list[str]:
    """Give the imports of the models that annotations name."""
    return [f"from {prefix}{modules[name]} import {name}" for name in sorted(_words(annotations) & modules.keys())]


def imports(lines: list[str], for_types: list[str], *, lazy: bool = True) -> str:
    """Write imports in order; those for types alone are not run, so that loading a module loads no model."""
    if not lazy:
        return _ordered([*lines, *for_types])
    block = "\nif TYPE_CHECKING:\n" + textwrap.indent(_ordered(for_types), "    ") + "\n" if for_types else ""
    return _ordered(lines) + "\n" + block


def _ordered(lines: list[str]) -> str:
    """Sort imports in groups: the standard library, attrs, our own."""
    groups: list[list[str]] = [[], [], []]
    for line in sorted(set(lines), key=lambda one: (not one.startswith("import"), one.replace(" as ", " ~").lower())):
        groups[2 if line.startswith("from .") else 1 if "attrs" in line else 0].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)


def model_imports(annotations: list[str], modules: Mapping[str, str], *, is_multipart: bool) -> str:
    """Give the imports of a model's module."""
    lines = [
        "from typing import Any, ClassVar",
        "from attrs import define as _define",
        "from attrs import field as _field",
    ]
    lines.append("from .. import codec as _c")
    if any("Unset" in _words([one]) for one in annotations):
        lines.append("from ..types import UNSET")
    if is_multipart:
        lines.append("from ..multipart import parts as _parts")
    for_types = [line for line in plain_imports(annotations, "..") if "typing" not in line or "Literal" in line]
    for_types += model_import_lines(annotations, modules, ".")
    if is_multipart:
        for_types.append("from ..types import RequestFiles")
    if for_types:
        lines[0] = "from typing import TYPE_CHECKING, Any, ClassVar"
    return imports(lines, for_types)


def operation_imports(annotations: list[str], modules: Mapping[str, str], *, optional: bool) -> str:
    """Give the imports of an operation's module."""
    lines = [
        "from typing import TYPE_CHECKING, Any, Final",
        "from ... import calls as _calls",
        "from ... import codec as _c",
    ]
    if optional:
        lines.append("from ...types import UNSET")
    for_types = [line for line in plain_imports(annotations, "...") if line != "from typing import Any"]
    for_types += model_import_lines(annotations, modules, "...models.")
    for_types += ["from ...client import AuthenticatedClient, Client", "from ...types import Response"]
    return imports(lines, for_types)
