"""Writes the imports of the generated modules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN_IMPORTS: Final = {
    "Any": "from typing import Any",
    "Literal": "from typing import Literal",
    "NotRequired": "from typing import NotRequired",
    "Mapping": "from collections.abc import Mapping",
    "UUID": "from uuid import UUID",
    "datetime": "import datetime",
    "File": "from {root}types import File",
    "ListOf": "from {root}types import ListOf",
    "PlainText": "from {root}types import PlainText",
    "Unset": "from {root}types import Unset",
    "_m": "from {root} import models as _m",
}
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')


def _words(annotations: Iterable[str]) -> set[str]:
    """Return the names used in annotations, without quoted values of a Literal."""
    return {word for one in annotations for word in re.findall(r"[A-Za-z_]\w*", _QUOTED.sub("", one))}


def plain_imports(annotations: Iterable[str], root: str) -> list[str]:
    """Return the imports that annotations need; `root` is the relative import prefix of the package."""
    used = _words(annotations)
    return [line.format(root=root) for name, line in _PLAIN_IMPORTS.items() if name in used]


def imports(lines: list[str]) -> str:
    """Write imports in groups: the standard library, attrs, our own.

    What annotations need is imported at run time too, so that `typing.get_type_hints` works: only names that are there
    anyway, and the index of models, which loads each when it is asked for.
    """
    merged: dict[str, set[str]] = {}
    for line in lines:
        home, _, name = line.removeprefix("from ").partition(" import ")
        merged.setdefault(home if name and " as " not in name else line, set()).update(name.split(", "))
    written = [
        f"from {home} import {', '.join(sorted(names, key=_kind))}" if len(home.split()) == 1 else home
        for home, names in merged.items()
    ]
    groups: list[list[str]] = [[], [], []]
    for line in sorted(written, key=lambda one: (not one.startswith("import"), one.replace(" as ", " ~").lower())):
        groups[2 if line.startswith("from .") else 1 if "attrs" in line else 0].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)


def _kind(name: str) -> tuple[bool, str]:
    """Sort constants before other names."""
    return not name.isupper(), name


def model_imports(annotations: list[str], *, is_multipart: bool) -> str:
    """Return the imports of a model's module."""
    lines = [
        "from typing import Any, ClassVar",
        "from attrs import define as _define",
        "from attrs import field as _field",
        "from .. import codec as _c",
        *(line for line in plain_imports(annotations, "..") if line != "from typing import Any"),
    ]
    if any("Unset" in _words([one]) for one in annotations):
        lines.append("from ..types import UNSET")
    if is_multipart:
        lines += ["from ..multipart import parts as _parts", "from ..types import RequestFiles"]
    return imports(lines)


def operation_imports(annotations: list[str], *, optional: bool) -> str:
    """Return the imports of an operation's module."""
    lines = [
        "from typing import Any, Final",
        "from ... import calls as _calls",
        "from ... import codec as _c",
        "from ...types import Response",
        *(line for line in plain_imports(annotations, "...") if line != "from typing import Any"),
    ]
    return imports([*lines, *(["from ...types import UNSET"] if optional else [])])
