"""Which client this is, and which contract it was made of."""

import hashlib
import json
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING

from attrs import frozen

from .lazy import DeferredModule

if TYPE_CHECKING:
    from importlib import resources
else:
    resources = DeferredModule("importlib.resources")  # every call needs the version, few programs the contract

try:
    __version__ = metadata.version("jobmojito")
except metadata.PackageNotFoundError:
    __version__ = "unknown"  # run from its source, without being installed


@frozen
class Contract:
    """The contract that the client was generated from, corrections included.

    `sha256` is of the file `jobmojito_api/contract.json`; it tells apart two contracts with one `version`.
    """

    title: str
    version: str
    sha256: str
    server: str


@cache
def contract() -> Contract:
    """Return the contract that this client was made of: title, version, hash and server."""
    content = resources.files("jobmojito_api").joinpath("contract.json").read_bytes()
    document = json.loads(content)
    info = document["info"]
    return Contract(info["title"], info["version"], hashlib.sha256(content).hexdigest(), document["servers"][0]["url"])
