"""Updates the client to a new published document: from sync to tests, everything or nothing.

    python -m scripts.update [--url URL | --file FILE] [--webhooks-url URL | --webhooks-file FILE]
                             [--accept-host HOST] [--no-tests]

Sync, changelog, corrections, generation, drift, version and changelog entry, tests: in this order, in a copy of the
repository. The results replace the files here only if every step succeeds. The changelog as Markdown and JSON, and its
grade, are left in `build/` for the pull request.

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
from scripts.changelog import changelog, operation_names
from scripts.changes.entries import insert
from scripts.changes.impact import impact
from scripts.correct import correct, load_overlay
from scripts.corrections import facts
from scripts.corrections.grammar import METHODS
from scripts.files import documents, lock
from scripts.files.failures import Refused, exit_code, reason
from scripts.files.published import published
from scripts.files.staging import CONTRACT, PACKAGE, recover, staging
from scripts.generate import generate
from scripts.generation.parser import load_config
from scripts.generation.reading import read
from scripts.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from scripts.changes.contracts import Report
    from scripts.files.staging import Staging

ROOT = Path(__file__).parent.parent
# Tests of the tools do not depend on the document, and some need a git checkout; `make test` runs them all.
TOOLS = ("bench", "changes", "evolutions", "hostile", "parity", "sync")
TYPES = ("-m", "mypy", "--cache-dir=/dev/null")
TESTS = ("-m", "pytest", "-q", "--maxfail=20", "-n", "2", "-m", "not slow", "-p", "no:cacheprovider")
# Run first, because it names the place in the contract where others would only fail.
ASSUMED = ("-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "tests/overlay/test_assumptions.py")
_VERSION = re.compile(r'(?m)^version = "([^"]*)"$')


def main(argv: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Update; the changes go to stdout, everything else to stderr."""
    parser = argparse.ArgumentParser(prog="python -m scripts.update", description=(__doc__ or "").partition("\n")[0])
    sync.add_sources(parser)
    parser.add_argument("--no-tests", action="store_true", help="leave out the tests, for speed")
    arguments = parser.parse_args(argv)
    return exit_code("update", lambda: _run(arguments, root.resolve()))


def _run(arguments: argparse.Namespace, root: Path) -> int:
    if recover(root):
        _say("the last run was killed while it replaced files; that is put right")
    with _step("sync"):
        incoming = [document for document in sync.collect(arguments, root) if document.is_changed]
    if not incoming:
        _say("the published documents are the ones in use; nothing to do")
        for difference in lock.differences(root):
            _say(f"but {difference}; `make generate` puts that right")
        return 0
    with staging(root) as stage:
        notice = _made(stage, incoming)
        if not arguments.no_tests:
            with _step("tests"):
                _test(stage)
        with _step("replace"):
            replaced = stage.commit()
    sys.stdout.write(notice.text)
    _say(f"{notice.label}, version {notice.version}; replaced {', '.join(map(str, replaced))}")
    return 0


def _made(stage: Staging, incoming: Sequence[sync.Incoming]) -> Notice:
    """Run every step but the tests, in the copy."""
    with _step("correct"):
        sync.write(incoming, stage.copy)
        overlay = load_overlay(stage.copy / "openapi/corrections.overlay.yaml")
        corrected = correct(published(stage.copy), overlay)
    with _step("changelog"):
        known = _known_names(stage.root)
        names = {**known, **operation_names(corrected.document)}
        reports = tuple(changelog(one.old or _empty(one.new), one.new, names) for one in incoming)
    with _step("generate"):
        _generate(stage.copy, corrected.document)
    with _step("drift"):
        _refuse_drift(stage.copy)
    with _step("version"):
        unnamed = {place: name for place, name in corrected.unnamed.items() if known.get(place) != name}
        return _release(stage, reports, unnamed)


def _known_names(root: Path) -> dict[str, str]:
    """Return the operation names of the generated client, if there is one."""
    contract = root / PACKAGE / "contract.json"
    return operation_names(documents.load(contract)) if contract.is_file() else {}


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


def _release(stage: Staging, reports: tuple[Report, ...], unnamed: dict[str, str]) -> Notice:
    """Write the next version, the changelog entry, and the text of the pull request."""
    project, log = stage.copy / "pyproject.toml", stage.copy / "CHANGELOG.md"
    text = project.read_text(encoding="utf-8")
    found = _VERSION.findall(text)
    if len(found) != 1:
        raise Refused(f"pyproject.toml: {len(found)} lines look like the version, not one")
    effects = impact(stage.root / PACKAGE, stage.copy / PACKAGE)
    notice = Notice(reports, effects, tuple(unnamed.items()), previous=found[0], without_facts=_without_facts(stage))
    if notice.grade is not None:
        _write(project, _VERSION.sub(f'version = "{notice.version}"', text))
        _write(log, insert(log.read_text(encoding="utf-8"), notice.entry(datetime.now(UTC).date())))
    (stage.copy / "build").mkdir(exist_ok=True)
    for name, content in (("md", notice.markdown), ("json", notice.json)):
        _write(stage.copy / "build" / f"changelog.{name}", content)
    _write(stage.copy / "build/grade.txt", f"{notice.label}\n")
    return notice


def _without_facts(stage: Staging) -> tuple[str, ...]:
    """List the operations that are missing in openapi/facts.yaml."""
    return tuple(facts.unknown(documents.load(stage.copy / CONTRACT), facts.load_facts(stage.copy / facts.FILE)))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _test(stage: Staging) -> None:
    """Check types and run the tests of the client, against the copy; their output is shown when they fail."""
    ignored = [f"--ignore=tests/{name}" for name in TOOLS]
    own = [f"--ignore={path.relative_to(stage.copy)}" for path in (stage.copy / "tests").glob("test_*.py")]
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
