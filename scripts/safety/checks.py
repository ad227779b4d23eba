"""Runs all checks on a published document, in an order in which each can rely on those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.files.failures import Refused
from scripts.safety import limits, names, patterns, references, servers, texts, validity
from scripts.safety.collisions import check_names
from scripts.safety.servers import hosts

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from scripts.safety.findings import Finding

__all__ = ["check", "hosts", "require"]


def check(
    document: dict[str, Any], *, accepted_hosts: AbstractSet[str], known: dict[str, Any] | None = None
) -> list[Finding]:
    """List what makes a published document unsafe to use; empty means it may be used.

    Args:
        document: as published
        accepted_hosts: hosts of the document in use (`hosts`), and hosts that a person has accepted
        known: the document in use, which is valid
    """
    stages = (limits.check, texts.check, references.check, references.check_size, patterns.check, names.check_ours)
    for stage in stages:
        if found := list(stage(document)):
            return found
    found = list(servers.check(document, accepted_hosts)) or check_names(document)
    return found or list(validity.check(document, known))


def require(
    document: dict[str, Any], *, source: str, accepted_hosts: AbstractSet[str], known: dict[str, Any] | None = None
) -> None:
    """Raise Refused with the first finding and the number of others; the message begins with `source`."""
    if found := check(document, accepted_hosts=accepted_hosts, known=known):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Refused(f"{source}: {found[0]}{more}")
