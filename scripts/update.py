"""Updates the client to a new published document: from sync to tests, everything or nothing.

    python -m scripts.update [--url URL | --file FILE] [--webhooks-url URL | --webhooks-file FILE]
                             [--accept-host HOST] [--no-tests] [--since REF] [--reason FILE]

Sync, corrections, changelog, generation, drift, what breaks, version and changelog entry, tests: in this order, in a
copy of the repository. The results replace the files here only if every step succeeds. The changelog as
Markdown and JSON, and its grade, are left in `build/` for the pull request.

With `--since REF` the update is made once more on top of what a person has edited: the documents here, if no others are
given, are compared with those of a commit, whose version and changelog are the ones before.

Exit codes: 0 updated, or nothing to do; 2 refused: one line says which step, and where in the document;
130 interrupted.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts import parity, sync
from scripts.changelog import operation_names
from scripts.changes.breaks import SNIPPETS, measure, try_snippets
from scripts.changes.contracts import compare
from scripts.changes.entries import insert, without
from scripts.correct import correct, load_overlay, normalise
from scripts.corrections import facts
from scripts.corrections.grammar import METHODS
from scripts.corrections.revision import LostPlacesError, revise
from scripts.corrections.sources import renamed_in, rewrite
from scripts.files import documents, lock
from scripts.files.failures import Refused, exit_code, reason
from scripts.files.published import published
from scripts.files.staging import CONTRACT, CORRECTIONS, FACTS, PACKAGE, WEBHOOKS, recover, scratch, staging, unpack
from scripts.generate import generate
from scripts.generation.dialect import read
from scripts.generation.parser import load_config
from scripts.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from scripts.corrections.revision import Revision
    from scripts.files.staging import Staging

ROOT = Path(__file__).parent.parent
# Tests of the tools work on a frozen document (tests/baseline), so no other one can break them; `make test` runs all.
# `python -m tests.evolutions` tries that: an update, and then every test.
TOOLS = ("bench", "changes", "evolutions", "hostile", "parity", "sync")
ABOUT_THE_CONTRACT = ("test_contract.py", "test_facts.py")  # of the files in tests/ itself
# Users' snippets (tests/typing) are left out: what the new client breaks of them is told, and needs the label.
TYPES = ("-m", "mypy", "--cache-dir=/dev/null", "overlay", "generated", "scripts")
WORKERS = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")
TESTS = ("-m", "pytest", "-q", "--maxfail=20", *WORKERS, "-m", "not slow", "-p", "no:cacheprovider")
# Run first, because it names the place in the contract where others would only fail.
ASSUMED = ("-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "tests/overlay/test_assumptions.py")
_VERSION = re.compile(r'(?m)^version = "([^"]*)"$')


def main(argv: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Update; the changes go to stdout, everything else to stderr."""
    parser = argparse.ArgumentParser(prog="python -m scripts.update", description=(__doc__ or "").partition("\n")[0])
    sync.add_sources(parser)
    parser.add_argument("--since", metavar="REF", help="make an update anew that began at this commit (main)")
    parser.add_argument("--no-tests", action="store_true", help="leave out the tests, for speed")
    parser.add_argument("--reason", type=Path, metavar="FILE", help="write the reason of a refusal here too")
    arguments = parser.parse_args(argv)
    root = root.resolve()
    return exit_code("update", lambda: _run(arguments, root))


def _run(arguments: argparse.Namespace, root: Path) -> int:
    if recover(root):
        _say("the last run was killed while it replaced files; that is put right")
    try:
        with scratch() as folder:
            return _updated(arguments, root, _as_it_was(arguments, root, folder))
    except Refused as refusal:
        if arguments.reason is not None:
            lost = refusal.__cause__
            details = lost.details if isinstance(lost, LostPlacesError) else []
            arguments.reason.parent.mkdir(parents=True, exist_ok=True)
            _write(arguments.reason, "".join(f"{line}\n" for line in (str(refusal), *details)))
        raise


def _updated(arguments: argparse.Namespace, root: Path, before: Path) -> int:
    with _step("sync"):
        incoming = [document for document in sync.collect(arguments, before) if document.is_changed]
    if not incoming:
        _say("the published documents are the ones in use; nothing to do")
        for difference in lock.differences(root):
            _say(f"but {difference}; `make generate` puts that right")
        return 0
    with staging(root) as stage:
        notice = _made(stage, before, incoming, snippets=not arguments.no_tests)
        if not arguments.no_tests:
            with _step("tests"):
                _test(stage)
        with _step("replace"):
            replaced = stage.commit()
    sys.stdout.write(notice.text)
    _say(f"{notice.label}, version {notice.version}; replaced {', '.join(map(str, replaced)) or 'nothing'}")
    return 0


def _as_it_was(arguments: argparse.Namespace, root: Path, folder: Path) -> Path:
    """Return the repository to compare with: this one, or the commit of `--since`, put into a folder."""
    if arguments.since is None:
        return root
    unpack(root, arguments.since, ("pyproject.toml", "CHANGELOG.md", CONTRACT.parent, PACKAGE, SNIPPETS), folder)
    arguments.file = arguments.file or (None if arguments.url else root / CONTRACT)
    arguments.webhooks_file = arguments.webhooks_file or (None if arguments.webhooks_url else root / WEBHOOKS)
    return folder


def _made(stage: Staging, before: Path, incoming: Sequence[sync.Incoming], *, snippets: bool) -> Notice:
    """Run every step but the tests, in the copy."""
    with _step("correct"):
        sync.write(incoming, stage.copy)
        revised = _revised(stage.copy, before if (before / CONTRACT).exists() else stage.copy)
        corrected = correct(published(stage.copy), revised.overlay)
    with _step("changelog"):
        contract = _contract(before)
        known = operation_names(contract)
        names = {**known, **operation_names(corrected.document)}
        reports = tuple(compare(one.old or _empty(one.new), one.new, names) for one in incoming)
    with _step("generate"):
        _generate(stage.copy, corrected.document)
    with _step("drift"):
        _refuse_drift(stage.copy)
    with _step("breaks"):
        said = try_snippets(before, stage.copy) if snippets else ()
        breaks = measure(before / PACKAGE, stage.copy / PACKAGE, said)
    with _step("version"):
        unnamed = {place: name for place, name in corrected.unnamed.items() if known.get(place) != name}
        types = contract.get("components", {}).get("schemas", {})
        derived = {place: name for place, name in (corrected.apart | corrected.derived).items() if name not in types}
        table = facts.load_facts(stage.copy / FACTS)
        notice = Notice(
            reports,
            breaks.impact,
            previous=_version(before),
            breaks=breaks,
            unnamed=unnamed,
            derived=derived,
            revised=revised.notes,
            without_facts=facts.unknown(corrected.document, table),
            stale_facts=facts.stale(corrected.document, table),
        )
        _release(stage.copy, notice)
        return notice


def _revised(root: Path, before: Path) -> Revision:
    """Fit the corrections in a folder to the new documents in it, and the names in the facts."""
    path = root / CORRECTIONS
    text = path.read_text(encoding="utf-8")
    revised = revise(load_overlay(path), text, normalise(published(before)), normalise(published(root)))
    if revised.changed:
        rewrite(path, revised.changed, revised.renames)
    if revised.moved:
        _write(root / FACTS, renamed_in((root / FACTS).read_text(encoding="utf-8"), revised.moved))
    return revised


def _contract(root: Path) -> dict[str, Any]:
    """Return the contract of the generated client of before; an empty one if there is none."""
    contract = root / PACKAGE / "contract.json"
    return documents.load(contract) if contract.is_file() else {}


def _empty(document: dict[str, Any]) -> dict[str, Any]:
    """Make an empty document, to compare a first one with."""
    return {"openapi": document["openapi"], "info": document["info"], "paths": {}}


def _generate(root: Path, document: dict[str, Any]) -> None:
    """Generate; if the generator raises another error than Refused, name the operation that causes it."""
    try:
        generate(root, document)
    except (Refused, OSError):
        raise
    except Exception as error:
        defect = f"a defect of ours, {type(error).__name__}: {error}"
        raise Refused(f"{_breaking(root, document)}: {defect}") from error


def _breaking(root: Path, document: dict[str, Any]) -> str:
    """Name the first operation that makes the parser fail by itself, or say that no single one does."""
    config = load_config(root / "generator-config.yml")
    for path, item in [("", {}), *document["paths"].items()]:
        try:
            read({**document, "paths": {path: item} if path else {}}, config)
        except Exception:  # noqa: BLE001 - whatever it is, it is this operation's
            methods = ", ".join(method.upper() for method in item if method in METHODS)
            return f"{documents.pointer('paths', path)} ({methods})" if path else "/components"
    return "/paths"


def _refuse_drift(root: Path) -> None:
    """Refuse a client that differs from the document by meaning; its bytes are new, so they are not compared."""
    for report in parity.parity(root, ("meaning",)).values():
        if found := [*report.differences, *report.unknown]:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise Refused(f"meaning: {found[0]}{more}")


def _version(root: Path) -> str:
    found = _VERSION.findall((root / "pyproject.toml").read_text(encoding="utf-8"))
    if len(found) != 1:
        raise Refused(f"pyproject.toml: {len(found)} lines look like the version, not one")
    return str(found[0])


def _release(root: Path, notice: Notice) -> None:
    """Write the next version, the changelog entry, and the text of the pull request."""
    project, log, now = root / "pyproject.toml", root / "CHANGELOG.md", _version(root)
    said = log.read_text(encoding="utf-8")
    if now != notice.previous:  # this update was made before
        said = without(said, now)
    if notice.grade is not None:
        _write(log, insert(said, notice.entry(datetime.now(UTC).date())))
    _write(project, _VERSION.sub(f'version = "{notice.version}"', project.read_text(encoding="utf-8")))
    (root / "build").mkdir(exist_ok=True)
    _write(root / "build/changelog.md", notice.markdown)
    _write(root / "build/changelog.json", notice.json)
    _write(root / "build/grade.txt", f"{notice.label}\n")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _test(stage: Staging) -> None:
    """Check types and run the tests of the client, against the copy; their output is shown when they fail."""
    ignored = [f"--ignore=tests/{name}" for name in TOOLS]
    files = (path for path in (stage.copy / "tests").glob("test_*.py") if path.name not in ABOUT_THE_CONTRACT)
    own = [f"--ignore={path.relative_to(stage.copy)}" for path in files]
    for words in (ASSUMED, TYPES, (*TESTS, *ignored, *own)):
        command = [sys.executable, *words]
        done = subprocess.run(
            command,
            cwd=stage.copy,
            env=stage.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            sys.stderr.buffer.write(done.stdout)
            raise Refused(f"{words[1]} found something wrong with the new client; its words are above")


@contextmanager
def _step(name: str) -> Generator[None]:
    """Print the step and its duration; an error becomes a refusal with the name of the step."""
    begun = time.monotonic()
    try:
        yield
    except Refused as refusal:
        for line in refusal.details if isinstance(refusal, LostPlacesError) else ():
            print(line, file=sys.stderr)
        raise Refused(f"{name}: {refusal}; nothing was changed") from refusal
    except OSError as error:
        raise Refused(f"{name}: {reason(error)}; nothing was changed") from error
    except Exception as error:
        raise Refused(f"{name}: a defect of ours, {type(error).__name__}: {error}; nothing was changed") from error
    _say(f"{name} ({time.monotonic() - begun:.1f} s)")


def _say(message: str) -> None:
    print(f"update: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
