"""Writes the files of the low-level client from the parsed document, with our own small templates.

Every text of the document is escaped by `prose`. Names come from the parser, which makes them identifiers; a name that
would hide one of ours gets an underscore.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from scripts.files.documents import dump
from scripts.generation.inputs import Inputs
from scripts.generation.models import ModelPages
from scripts.generation.operations import OperationPages
from scripts.generation.package import TEMPLATES, Package
from scripts.generation.prose import NOTE, docstring
from scripts.generation.resources import ResourcePages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scripts.generation.records import Parsed

_EXPORTS = [
    ("UNSET", "types"),
    ("AuthenticatedClient", "client"),
    ("Client", "client"),
    ("File", "types"),
    ("Response", "types"),
    ("Unset", "types"),
]


def render(parsed: Parsed, document: Mapping[str, Any], out: Path, facts: Mapping[str, Any]) -> None:
    """Write the whole package into `out`, which must not exist."""
    out.mkdir(parents=True)
    for module in sorted((TEMPLATES / "runtime").glob("*.py")):
        if module.name != "__init__.py":
            shutil.copyfile(module, out / module.name)
    (out / "py.typed").write_bytes(b"")
    (out / "contract.json").write_bytes(dump(document))
    named = {op.name: facts["operations"][f"{op.method.upper()} {op.path}"] for op in parsed.operations}
    (out / "facts.json").write_bytes(dump({**facts, "operations": named}))
    package = Package(parsed, document, out, facts["operations"], facts["ids"])
    inputs = Inputs(package)
    OperationPages(package, inputs).write()
    ResourcePages(package, inputs).write()
    ModelPages(package, inputs).write()
    title = parsed.document["info"]["title"]
    summary = f"Low-level client of the {title}, generated from its published document."
    package.render("lazy_init", "__init__.py", docstring=docstring([summary, NOTE]), names=_EXPORTS)
