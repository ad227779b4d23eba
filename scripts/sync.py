"""Fetches the published documents into `openapi/`, after checking that they are safe to use.

    python -m scripts.sync [--url URL | --file FILE] [--webhooks-url URL | --webhooks-file FILE]
                           [--accept-host HOST] [--check]

With no source given, both documents are fetched from the vendor. JOBMOJITO_OPENAPI_URL names another address for the
contract, JOBMOJITO_WEBHOOKS_URL for the webhooks; with a source for one of them, only that one is fetched. Prints the
changes by meaning, graded. If a document is refused, nothing is changed.

Exit codes: 0 done, or nothing to do; 2 refused. With `--check`, which writes nothing: 0 the same, 1 changed, 2 cannot
check.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.changes.contracts import compare
from scripts.changes.reports import as_text
from scripts.files import documents
from scripts.files.failures import Refused, exit_code
from scripts.files.fetch import LIMIT, fetch
from scripts.files.orders import in_order_of
from scripts.files.staging import CONTRACT, WEBHOOKS, recover, replace, scratch
from scripts.safety.checks import hosts, require

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
PUBLISHED_AT = {
    CONTRACT: "https://cool.jobmojito.com/functions/v1/openapi",
    WEBHOOKS: "https://cool.jobmojito.com/functions/v1/openapi-webhooks",
}
VARIABLES = {CONTRACT: "JOBMOJITO_OPENAPI_URL", WEBHOOKS: "JOBMOJITO_WEBHOOKS_URL"}


@frozen
class Incoming:
    """A published document that is safe to use, and the one in use before (None the first time)."""

    path: Path
    source: str
    old: dict[str, Any] | None
    new: dict[str, Any]

    @property
    def is_changed(self) -> bool:
        """Whether the document differs from the one in use, in the form that the repository keeps."""
        return self.old is None or not documents.is_same(self.new, self.old)


def main(argv: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Sync or check; the changes go to stdout, everything else to stderr."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sync", description="Fetch the published documents.")
    add_sources(parser)
    parser.add_argument("--check", action="store_true", help="only compare; exit 0 the same, 1 changed, 2 cannot check")
    arguments = parser.parse_args(argv)
    return exit_code("sync", lambda: _run(arguments, root))


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the options for the sources of the documents, the same for `sync` and `update`."""
    contract, webhooks = parser.add_mutually_exclusive_group(), parser.add_mutually_exclusive_group()
    contract.add_argument("--url", help=f"where the contract is published (default {PUBLISHED_AT[CONTRACT]})")
    contract.add_argument("--file", type=Path, help="take the contract from a file")
    webhooks.add_argument("--webhooks-url", help=f"where the webhooks are published (default {PUBLISHED_AT[WEBHOOKS]})")
    webhooks.add_argument("--webhooks-file", type=Path, help="take the webhooks document from a file")
    parser.add_argument("--accept-host", action="append", default=[], metavar="HOST", help="agree to a new server host")


def collect(arguments: argparse.Namespace, root: Path) -> list[Incoming]:
    """Read and check every document asked for, writing nothing; Refused names source, place and reason."""
    sources = _sources(arguments)
    accepted = {host.strip().lower() for host in arguments.accept_host}
    return [_incoming(path, source, accepted, root) for path, source in sources.items()]


def _sources(arguments: argparse.Namespace) -> dict[Path, Path | str]:
    given = {
        CONTRACT: arguments.file or arguments.url or os.environ.get(VARIABLES[CONTRACT]),
        WEBHOOKS: arguments.webhooks_file or arguments.webhooks_url or os.environ.get(VARIABLES[WEBHOOKS]),
    }
    return {path: source for path, source in given.items() if source} or dict(PUBLISHED_AT)


def _incoming(path: Path, source: Path | str, accepted: set[str], root: Path) -> Incoming:
    old = documents.load(root / path) if (root / path).exists() else None
    new = in_order_of(old, documents.parse(_read(source), name=str(source)))
    incoming = Incoming(path, str(source), old, new)
    if incoming.is_changed:  # the document in use was checked when it was fetched
        require(new, source=str(source), accepted_hosts=accepted | hosts(old or {}), known=old)
    return incoming


def _read(source: Path | str) -> bytes:
    if isinstance(source, str):
        return fetch(source)
    try:
        with source.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        raise Refused(f"{source}: cannot be read: {error.strerror}") from error
    if len(content) > LIMIT:
        raise Refused(f"{source}: larger than {LIMIT} bytes")
    return content


def _run(arguments: argparse.Namespace, root: Path) -> int:
    if not arguments.check and recover(root):
        print("sync: the last run was killed while it replaced files; that is put right", file=sys.stderr)
    incoming = collect(arguments, root)
    changed = [document for document in incoming if document.is_changed]
    for document in incoming:
        print(f"sync: {document.path}: {'changed' if document in changed else 'no change'}", file=sys.stderr)
    for document in changed:
        sys.stdout.write(changes(document))
    if arguments.check:
        return 1 if changed else 0
    write(changed, root)
    return 0


def changes(document: Incoming) -> str:
    """Write what changed by meaning; nothing if only the form changed."""
    if document.old is None:
        return f"{document.path}: new\n"
    return as_text(compare(document.old, document.new))


def write(changed: Sequence[Incoming], root: Path) -> None:
    """Replace the files of the documents in use, all or none."""
    with scratch() as folder:
        staged = {root / document.path: folder / document.path.name for document in changed}
        for document in changed:
            staged[root / document.path].write_bytes(documents.dump(document.new))
        replace(staged)


if __name__ == "__main__":
    sys.exit(main())
