"""Names: what the generator makes of a type's name, and what an operation is called when nobody named it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeGuard

from openapi_python_client.strings import ClassName, PythonIdentifier

from scripts.corrections.grammar import copied, operations
from scripts.files.documents import pointer
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

_PREFIX = "field_"  # the generator's default prefix for what would be no identifier
_TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")


def is_type_name(title: object) -> TypeGuard[str]:
    """Tell whether a title can be a component's key and a class name as it stands."""
    return isinstance(title, str) and bool(_TYPE_NAME.fullmatch(title))


def module_name(type_name: str) -> str:
    """Give the file that the generator puts a type in; two types in one file overwrite each other silently."""
    return str(PythonIdentifier(ClassName(type_name, _PREFIX), _PREFIX))


def name_operations(document: dict[str, Any]) -> dict[str, Any]:
    """Copy the document with an operationId on every operation; Refused when two would be one method.

    An operation without one gets its method and path in snake case: `POST /job-interview-archive` becomes
    `post_job_interview_archive`.
    """
    document = copied(document)
    for path, method, operation in operations(document):
        operation.setdefault("operationId", _derived(method, path))
    _refuse_meeting_operations(operations(document))
    return document


def _derived(method: str, path: str) -> str:
    return str(PythonIdentifier("_".join(re.findall(r"[A-Za-z0-9]+", f"{method} {path}")), _PREFIX))


def unnamed_operations(document: dict[str, Any]) -> dict[str, str]:
    """Give the derived name of each operation that the corrected document leaves unnamed, by "METHOD /path"."""
    unnamed = {(path, method) for path, method, operation in operations(document) if "operationId" not in operation}
    return {
        f"{method.upper()} {path}": operation["operationId"]
        for path, method, operation in operations(name_operations(document))
        if (path, method) in unnamed
    }


def _refuse_meeting_operations(named: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    places: dict[str, str] = {}
    for path, method, operation in named:
        place = pointer("paths", path, method)
        name = str(PythonIdentifier(str(operation["operationId"]), _PREFIX))
        if name in places:
            raise Refused(f"{places[name]} and {place} would both be called {name}")
        places[name] = place
