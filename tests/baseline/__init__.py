"""The contract that the tests of our tools are written for: documents as published, and their corrections, frozen.

What a changelog, a correction, a drawn mutation or the sandbox must give is known for these files, to the letter. So an
update leaves them alone, and no change of the vendor's can break such a test. What has to hold for the contract in use
is tested against `openapi/` and the generated client, with names, counts and bodies that are read from it.

To move on to a later version, copy the three files from `openapi/` and put right what the tests then say.
"""

from functools import cache
from pathlib import Path
from typing import Any

from scripts import correct
from scripts.corrections.grammar import copied
from scripts.corrections.overlays import load_overlay
from scripts.corrections.revision import revise
from scripts.files import documents
from scripts.files.published import joined

FOLDER = Path(__file__).parent
PUBLISHED = FOLDER / "jobmojito.openapi.json"
WEBHOOKS = FOLDER / "webhooks.openapi.json"
CORRECTIONS = FOLDER / "corrections.overlay.yaml"


def published() -> dict[str, Any]:
    """Give a copy of the published document, to be altered at will."""
    result: dict[str, Any] = copied(_published())
    return result


def both() -> dict[str, Any]:
    """Give the published document with the webhooks in it, as a client is generated from."""
    return joined(_published(), _webhooks())


def corrections() -> dict[str, Any]:
    """Give a copy of the corrections."""
    result: dict[str, Any] = copied(_corrections())
    return result


def fitted(document: dict[str, Any]) -> dict[str, Any]:
    """Give the corrections as an update fits them to a later version of the published document."""
    old, new = (correct.normalise(one) for one in (published(), document))
    return revise(corrections(), CORRECTIONS.read_text("utf-8"), old, new).overlay


def effective() -> dict[str, Any]:
    """Give a copy of the document that a client would be generated from."""
    result: dict[str, Any] = copied(_effective())
    return result


@cache
def _published() -> dict[str, Any]:
    return documents.load(PUBLISHED)


@cache
def _webhooks() -> dict[str, Any]:
    return documents.load(WEBHOOKS)


@cache
def _corrections() -> dict[str, Any]:
    return load_overlay(CORRECTIONS)


@cache
def _effective() -> dict[str, Any]:
    return correct.effective(both(), _corrections())
