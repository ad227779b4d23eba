"""From the published document to the effective one that everything else is made from.

    published --normalise--> 3.1 nullability --overlay--> corrected --lift--> one component a type --name--> effective

`python -m scripts.correct [--published FILE] [--overlay FILE] [--output FILE | --check]`
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.corrections.grammar import operations, references
from scripts.corrections.lift import NotOneTypeError, idle_titles, lift, type_names
from scripts.corrections.naming import name_operations, unnamed_operations
from scripts.corrections.nullability import count, normalise
from scripts.corrections.overlays import actions_at, apply, load_overlay
from scripts.files import documents
from scripts.files.documents import pointer
from scripts.files.failures import Refused, exit_code

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["apply", "derived_names", "effective", "lift", "load_overlay", "main", "normalise"]

OPENAPI = Path(__file__).parent.parent / "openapi"
PUBLISHED = OPENAPI / "jobmojito.openapi.json"
OVERLAY = OPENAPI / "corrections.overlay.yaml"


def effective(published: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Correct a published document, leaving the input alone; Refused names the correction or the places at fault."""
    normal = normalise(published)
    corrected = apply(normal, overlay)
    _refuse_stale_titles(normal, corrected, overlay)
    result = name_operations(_lifted(corrected, overlay))
    _refuse_dangling(result)
    return result


def _lifted(corrected: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Lift the types; where a correction calls two things one that differ by now, say which correction."""
    try:
        return lift(corrected)
    except NotOneTypeError as refusal:
        actions = actions_at(corrected, overlay, refusal.place)
        raise Refused(": ".join([*([", ".join(actions)] if actions else []), str(refusal)])) from refusal


def derived_names(published: dict[str, Any], overlay: dict[str, Any]) -> dict[str, str]:
    """Give the operations that no correction names yet, "METHOD /path" to the name they get; worth a warning."""
    return unnamed_operations(apply(normalise(published), overlay))


def _refuse_stale_titles(published: dict[str, Any], corrected: dict[str, Any], overlay: dict[str, Any]) -> None:
    """Refuse a correction that names a type where the document no longer has one, but a text or a reference."""
    already = set(idle_titles(published))
    for place, title in idle_titles(corrected):
        if (place, title) in already:
            continue
        action = ", ".join(actions_at(corrected, overlay, place)) or "an action"
        raise Refused(f"{action}: nothing to name {title} at {pointer(*place)}: neither an enum nor an object")


def _refuse_dangling(document: dict[str, Any]) -> None:
    """Refuse a reference to nothing, be it published so or into what the lift has moved."""
    for place, ref in references(document):
        try:
            documents.resolve(document, ref)
        except Refused as refusal:
            raise Refused(f"{pointer(*place)} refers to {refusal}") from refusal


def main(argv: Sequence[str] | None = None) -> int:
    """Write the effective document; the counts and the unnamed operations go to stderr."""
    return exit_code("correct", lambda: _run(_arguments(argv)))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.correct", description="Correct the published document.")
    parser.add_argument("--published", type=Path, default=PUBLISHED, help="the document as published")
    parser.add_argument("--overlay", type=Path, default=OVERLAY, help="the corrections")
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--output", type=Path, help="write here instead of to stdout")
    target.add_argument("--check", action="store_true", help="write nothing, only report the counts")
    return parser.parse_args(argv)


def _run(arguments: argparse.Namespace) -> int:
    published, overlay = documents.load(arguments.published), load_overlay(arguments.overlay)
    corrected = effective(published, overlay)
    if arguments.output:
        _write(arguments.output, documents.dump(corrected))
    elif not arguments.check:
        sys.stdout.buffer.write(documents.dump(corrected))
    for line in _report(published, overlay, corrected):
        print(line, file=sys.stderr)
    return 0


def _report(published: dict[str, Any], overlay: dict[str, Any], corrected: dict[str, Any]) -> list[str]:
    actions = overlay["actions"]
    unnamed = derived_names(published, overlay)
    return [
        f"nullability: {count(published)} places rewritten",
        f"corrections: {len(actions)} actions at {sum(action['x-matches'] for action in actions)} places",
        f"types: {len(type_names(corrected))} components, {len(type_names(published))} of them published as such",
        f"operations: {len(list(operations(corrected)))}",
        *(f"warning: {place} has no name in the corrections, called {name}" for place, name in unnamed.items()),
    ]


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Refused(f"{path}: cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
