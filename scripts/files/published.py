"""Joins the vendor's two published documents: the contract, and the webhooks that the API sends.

Every later step works on one document, whose `webhooks` section and some components came from the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scripts.files.documents import load
from scripts.files.failures import Refused
from scripts.files.staging import CONTRACT, WEBHOOKS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PREFIX: Final = "Webhook"


def published(root: Path) -> dict[str, Any]:
    """Load both documents of a checkout as one; without a webhooks document, that is the contract."""
    contract, webhooks = load(root / CONTRACT), root / WEBHOOKS
    return joined(contract, load(webhooks)) if webhooks.exists() else contract


def joined(contract: Mapping[str, Any], webhooks: Mapping[str, Any]) -> dict[str, Any]:
    """Add the webhooks of the second document, and its components, to a copy of the first.

    A component that the contract has under the same name with other content gets `Webhook` before its name.

    Raises:
        Refused: a name is taken all the same.
    """
    ours, theirs = _components(contract), _components(webhooks)
    moved = {
        f"#/components/{kind}/{name}": f"#/components/{kind}/{_PREFIX}{name}"
        for kind, entries in theirs.items()
        for name, entry in entries.items()
        if ours.get(kind, {}).get(name, entry) != entry
    }
    for kind, entries in theirs.items():
        for name, entry in entries.items():
            final = f"{_PREFIX}{name}" if f"#/components/{kind}/{name}" in moved else name
            _add(ours.setdefault(kind, {}), final, _referring(entry, moved), f"components/{kind}")
    events = dict(contract.get("webhooks", {}))
    for name, item in webhooks.get("webhooks", {}).items():
        _add(events, name, _referring(item, moved), "webhooks")
    return {**contract, **({"webhooks": events} if events else {}), **({"components": ours} if ours else {})}


def _components(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {kind: dict(entries) for kind, entries in document.get("components", {}).items()}


def _add(section: dict[str, Any], name: str, entry: Any, where: str) -> None:
    if section.setdefault(name, entry) != entry:
        message = f"{WEBHOOKS.as_posix()}: the contract has another {name} in /{where}"
        raise Refused(message)


def _referring(node: Any, moved: Mapping[str, str]) -> Any:
    """Copy a part of a document with every reference to a component that got another name."""
    if isinstance(node, list):
        return [_referring(one, moved) for one in node]
    if not isinstance(node, dict):
        return node
    ref = node.get("$ref")
    found = {key: _referring(value, moved) for key, value in node.items()}
    return {**found, "$ref": moved[ref]} if isinstance(ref, str) and ref in moved else found
