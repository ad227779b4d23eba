"""Writes the imports of the generated modules."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    """Return the names used in annotations, without quoted values of a Literal."""
    return {word for one in annotations for word in re.findall(r"[A-Za-z_]\w*", _QUOTED.sub("", one))}


def plain_imports(annotations: Iterable[str], root: str) -> list[str]:
    """Return the imports of names other than models; `root` is the relative import prefix of the package."""
    used = _words(annotations)
    return [line.format(root=root) for name, line in _PLAIN_IMPORTS.items() if name in used]


def model_import_lines(annotations: Iterable[str], modules: Mapping[str, str], prefix: str) -> list[str]:
    """Return the imports of the models that annotations name."""
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
    """Return the imports of a model's module."""
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
    """Return the imports of an operation's module."""
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
