"""Checks of an untrusted OpenAPI document, before anything is made of it.

The document feeds a code generator: whoever can change it could write code into our users' processes, send their tokens
elsewhere, or show reviewers something else than what is there. Each module here is one kind of danger:

    limits      too large or too deep            references  pointing elsewhere, nowhere or round in circles
    texts       characters that deceive          validity    not OpenAPI 3.1
    servers     hosts that nobody agreed to      names       names that make no safe code, or (`collisions`) one of two
    patterns    expressions that never end

They run in this order, and a document that fails one is not shown to the next: later ones rely on earlier ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.files.failures import Refused
from scripts.safety import collisions, limits, names, patterns, references, servers, texts, validity
from scripts.safety.findings import Finding
from scripts.safety.servers import hosts

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = ["Finding", "check", "check_names", "hosts", "require"]


def check(document: dict[str, Any], *, accepted_hosts: AbstractSet[str]) -> list[Finding]:
    """List what makes a published document unsafe to use; empty means it may be used.

    `accepted_hosts`: those of the document in use (`hosts`), and those that a person has agreed to.
    """
    stages = (limits.check, texts.check, references.check, references.check_size, patterns.check, names.check_ours)
    for stage in stages:
        if found := list(stage(document)):
            return found
    return list(servers.check(document, accepted_hosts)) or check_names(document) or list(validity.check(document))


def check_names(document: dict[str, Any]) -> list[Finding]:
    """List unsafe names alone; meant for the effective document too, where operations and types have theirs."""
    return list(names.check(document)) or list(collisions.check(document))


def require(document: dict[str, Any], *, source: str, accepted_hosts: AbstractSet[str]) -> None:
    """Raise Refused with the first finding, and how many more there are; `source` says which document."""
    if found := check(document, accepted_hosts=accepted_hosts):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Refused(f"{source}: {found[0]}{more}")
