"""The stamp of the generated client, `openapi/lock.json`: hashes of everything it was made from, and of the result."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from scripts.files.documents import load
from scripts.files.failures import Refused
from scripts.files.trees import file_hash, tree_hash

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "openapi/lock.json"
PINS: Final = {"openapi-python-client": "0.29.1", "ruff": "0.17.6"}


def compute(root: Path, package: Path | None = None) -> dict[str, Any]:
    """Compute the stamp of a checkout; `package` is a new client that is not in the checkout yet."""
    api = root / "openapi"
    return {
        "document": file_hash(api / "jobmojito.openapi.json"),
        "webhooks": file_hash(api / "webhooks.openapi.json"),
        "corrections": file_hash(api / "corrections.overlay.yaml"),
        "facts": file_hash(api / "facts.yaml"),
        "config": file_hash(root / "generator-config.yml"),
        "templates": tree_hash(root / "scripts" / "templates"),
        "generator": f"openapi-python-client {PINS['openapi-python-client']}",
        "formatter": f"ruff {PINS['ruff']}",
        "generated": tree_hash(package or root / "generated" / "jobmojito_api"),
    }


def differences(root: Path, package: Path | None = None) -> list[str]:
    """List the entries of `openapi/lock.json` that differ from what `compute` gives."""
    path = root / FILE
    if not path.is_file():
        return [f"{FILE}: is missing"]
    stamped, found = load(path), compute(root, package)
    names = [*found, *(name for name in stamped if name not in found)]
    return [f"{FILE}: {name} does not match" for name in names if stamped.get(name) != found.get(name)]


def refuse_other_versions() -> None:
    """Refuse to generate with another generator or formatter: each would write different bytes."""
    for name, pinned in PINS.items():
        found = version(name)
        if found != pinned:
            message = f"{name} is {found}, but {pinned} is pinned; run `make setup`"
            raise Refused(message)
