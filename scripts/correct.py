"""Makes the effective document, which everything else is made from, of the published one and the corrections.

    published --normalise--> 3.1 nullability --overlay--> corrected --lift--> one component a type --name--> effective

`python -m scripts.correct [--published FILE] [--overlay FILE] [--output FILE | --check]`
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.corrections.grammar import copied, objects, operations
from scripts.corrections.lift import idle_titles, lift, type_names
from scripts.corrections.naming import name_operations
from scripts.corrections.nullability import count, normalise
from scripts.corrections.overlays import actions_at, apply, find, load_overlay
from scripts.files import documents
from scripts.files.documents import pointer
from scripts.files.failures import Refused, exit_code
from scripts.safety import references
from scripts.safety.collisions import check_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.corrections.grammar import Place

__all__ = ["Effective", "apply", "correct", "effective", "load_overlay", "main", "normalise"]

OPENAPI = Path(__file__).parent.parent / "openapi"
PUBLISHED = OPENAPI / "jobmojito.openapi.json"
OVERLAY = OPENAPI / "corrections.overlay.yaml"

_SHARED = ("parameter", "request body", "response")
_HOPS = 8  # references to references; a longer chain is left for the check of references to name


@frozen
class Effective:
    """A corrected document.

    `unnamed`: operations without a name in the corrections, "METHOD /path" to derived name.
    `apart`: types that differ from the others of their title, `derived`: types without one; place to derived name.
    """

    document: dict[str, Any]
    unnamed: dict[str, str]
    apart: dict[Place, str]
    derived: dict[Place, str]


def correct(published: dict[str, Any], overlay: dict[str, Any]) -> Effective:
    """Correct a published document, leaving the input alone; Refused names the correction or the places at fault."""
    if not isinstance(published.get("paths"), dict):
        raise Refused("/paths: is missing, so there would be no operation to call; keep the document that has it")
    normal = normalise(published)
    corrected = apply(normal, overlay)
    _refuse_stale_titles(normal, corrected, overlay)
    _write_out(corrected)
    unnamed = name_operations(corrected)
    result = lift(corrected)
    document = result.document
    for check in (references.check, references.check_size, check_names):
        if found := list(check(document)):
            raise Refused(str(found[0]))
    return Effective(document, unnamed, result.apart, result.derived)


def effective(published: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return the corrected document alone."""
    return correct(published, overlay).document


def _refuse_stale_titles(published: dict[str, Any], corrected: dict[str, Any], overlay: dict[str, Any]) -> None:
    """Refuse a correction that gives a title only to what is neither an enum nor an object any more."""
    already = set(idle_titles(published))
    idle = {place: title for place, title in idle_titles(corrected) if (place, title) not in already}
    for action in overlay["actions"] if idle else ():
        places = [place for place, _ in find(corrected, action["target"])]
        if any(place not in idle for place in places):
            idle = {place: title for place, title in idle.items() if place not in places}
    for place, title in idle.items():
        named = ", ".join(actions_at(corrected, overlay, place)) or "an action"
        raise Refused(f"{named}: nothing to name {title} at {pointer(*place)}: neither an enum nor an object")


def _write_out(document: dict[str, Any]) -> None:
    """Write shared parameters, bodies and answers out where operations refer to them, so that no reader has to."""
    used = [node for kind in _SHARED for place, node in objects(document, kind) if place[0] != "components"]
    for node in used:
        for _ in range(_HOPS):
            if isinstance(target := node.pop("$ref", None), str):
                node.update({**copied(documents.resolve(document, target)), **node})


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
    corrected = correct(published, overlay)
    if arguments.output:
        _write(arguments.output, documents.dump(corrected.document))
    elif not arguments.check:
        sys.stdout.buffer.write(documents.dump(corrected.document))
    for line in _report(published, overlay, corrected):
        print(line, file=sys.stderr)
    return 0


def _report(published: dict[str, Any], overlay: dict[str, Any], corrected: Effective) -> list[str]:
    actions, types = overlay["actions"], type_names(corrected.document)
    unnamed = corrected.unnamed.items()
    return [
        f"nullability: {count(published)} places rewritten",
        f"corrections: {len(actions)} actions at {sum(action['x-matches'] for action in actions)} places",
        f"types: {len(types)} components, {len(type_names(published))} of them published as such",
        f"operations: {len(list(operations(corrected.document)))}",
        *(f"warning: {place} has no name in the corrections, called {name}" for place, name in unnamed),
        *(
            f"warning: {pointer(*place)} differs from other types of its name, called {name}"
            for place, name in corrected.apart.items()
        ),
        *(
            f"warning: {place} has no name in the corrections, called {name}"
            for place, name in corrected.derived.items()
        ),
    ]


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Refused(f"{path}: cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    sys.exit(main())
