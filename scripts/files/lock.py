"""The stamp of the generated client: what it was made of, and what came out, as hashes in `openapi/lock.json`."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from scripts.files.documents import dump, load
from scripts.files.failures import Refused
from scripts.files.trees import files

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "openapi/lock.json"
PINS: Final = {"openapi-python-client": "0.29.1", "ruff": "0.17.6"}


def compute(root: Path) -> dict[str, Any]:
    """Give the stamp of a checkout as it stands."""
    api = root / "openapi"
    return {
        "document": file_hash(api / "jobmojito.openapi.json"),
        "webhooks": file_hash(api / "webhooks.openapi.json"),
        "corrections": file_hash(api / "corrections.overlay.yaml"),
        "config": file_hash(root / "generator-config.yml"),
        "templates": tree_hash(root / "scripts" / "templates"),
        "generator": f"openapi-python-client {PINS['openapi-python-client']}",
        "formatter": f"ruff {PINS['ruff']}",
        "generated": tree_hash(root / "generated" / "jobmojito_api"),
    }


def differences(root: Path) -> list[str]:
    """Tell of each entry of `openapi/lock.json` that does not match what is on disk."""
    path = root / FILE
    if not path.is_file():
        return [f"{FILE}: is missing"]
    stamped, found = load(path), compute(root)
    names = [*found, *(name for name in stamped if name not in found)]
    return [f"{FILE}: {name} does not match" for name in names if stamped.get(name) != found.get(name)]


def write(root: Path) -> None:
    """Stamp the checkout: the old stamp stays until the new one is complete."""
    stamp, new = root / FILE, root / f"{FILE}.new"
    try:
        new.write_bytes(dump(compute(root)))
        new.replace(stamp)
    finally:
        new.unlink(missing_ok=True)


def refuse_other_versions() -> None:
    """Refuse to generate with another generator or formatter: the bytes would differ from machine to machine."""
    for name, pinned in PINS.items():
        found = version(name)
        if found != pinned:
            message = f"{name} is {found}, but {pinned} is pinned; run `make setup`"
            raise Refused(message)


def file_hash(path: Path) -> str:
    """Give the sha256 of a file's bytes; Refused where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        message = f"{path.name}: cannot be read: {error.strerror}"
        raise Refused(message) from None


def tree_hash(folder: Path) -> str:
    """Give one sha256 of the names and bytes of a folder's files; what running code leaves behind does not count."""
    digest = hashlib.sha256()
    for name in sorted(files(folder)):
        digest.update(f"{name}\0{file_hash(folder / name)}\n".encode())
    return digest.hexdigest()
