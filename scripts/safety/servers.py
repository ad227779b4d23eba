"""Refuses servers on hosts that nobody has accepted: they would receive our users' tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scripts.corrections.grammar import walk
from scripts.safety.findings import Finding, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from scripts.corrections.grammar import Place


def hosts(document: dict[str, Any]) -> frozenset[str]:
    """Return the hosts of all servers of a document, in lower case, with the port where one is given."""
    return frozenset(host for _, host, _ in _servers(document) if host)


def check(document: dict[str, Any], accepted: AbstractSet[str]) -> Iterator[Finding]:
    """Check that every server (of document, path, operation or link) is an https URL on an accepted host."""
    for steps, host, url in _servers(document):
        if host is None:
            yield Finding(steps, f"is not a plain https address: {quoted(url)}")
        elif host not in accepted:
            yield Finding(
                steps, f"sends readers to the host {quoted(host)}; if that is meant, add --accept-host {host}"
            )


def _servers(document: dict[str, Any]) -> Iterator[tuple[Place, str | None, str]]:
    for place in walk(document):
        if place.kind == "server":
            url = str(place.value.get("url", ""))
            yield (*place.steps, "url"), _host(url), url


def _host(url: str) -> str | None:
    """Return host and port of a plain https URL; None for one with variables, user, query or fragment, or not https."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    plain = url.isascii() and url.isprintable() and not set(url) & set("{}\\ @?#")
    if not plain or parts.scheme != "https" or not parts.hostname:
        return None
    return parts.hostname if port is None else f"{parts.hostname}:{port}"
