"""Decides which titles are names of types, and how an operation without an operationId is called."""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from scripts.corrections.grammar import operations

_TYPE_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")


def is_type_name(title: object) -> TypeGuard[str]:
    """Whether a title can be a component's key and a class name unchanged."""
    return isinstance(title, str) and bool(_TYPE_NAME.fullmatch(title))


def name_operations(document: dict[str, Any]) -> dict[str, str]:
    """Set a missing operationId, in place, and give those set: "METHOD /path" to its new name.

    The name is method and path in snake case: `POST /job-interview-archive` becomes `post_job_interview_archive`.
    """
    unnamed = {}
    for path, method, operation in operations(document):
        if "operationId" not in operation:
            unnamed[f"{method.upper()} {path}"] = operation["operationId"] = _derived(method, path)
    return unnamed


def _derived(method: str, path: str) -> str:
    """Split words where the generator does, so that the function gets this name."""
    text = f"{method} {path}"
    if any(character.isupper() for character in text):
        text = re.sub("([A-Z]?[a-z]+)", r" \1 ", text)
    return "_".join(re.findall("[A-Za-z0-9]+", text)).lower()
