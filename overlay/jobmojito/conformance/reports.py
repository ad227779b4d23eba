"""Writes what was observed: as text, as JSON, and as a report of a bug for the vendor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import asdict

from jobmojito import about

from .proposals import Evidence, Proposals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .store import Store


def evidence(store: Store) -> tuple[list[Evidence], int]:
    """Return every kind of departure with how often it was seen, and the number of all answers."""
    answers, departures = store.read()
    counts = {key: seen.count for key, seen in answers.items()}
    found = [
        Evidence(one, seen, counts.get((one.operation, one.status), seen.count)) for one, seen in departures.items()
    ]
    return found, sum(counts.values())


def as_text(found: Sequence[Evidence], answers: int) -> str:
    """Write a line for each kind of departure, under its operation."""
    ways = "one way" if len(found) == 1 else f"{len(found)} ways"
    lines = [f"Answers observed: {answers}; they depart from the contract in {ways}."]
    before = None
    for one in found:
        where = f"{one.departed.operation} {one.departed.status}"
        if where != before:
            lines += ["", where]
        before = where
        lines.append(f"  {one.departed.place or '/'}: {_what(one)}; {one.how_often}")
    return "\n".join(lines) + "\n"


def as_json(found: Sequence[Evidence], answers: int) -> str:
    """Write everything, for programs."""
    rows = [{**one.departed._asdict(), **asdict(one.seen), "answers": one.answers} for one in found]
    return json.dumps({"answers": answers, "departures": rows}, indent=2) + "\n"


def as_bug_report(document: Mapping[str, Any], proposals: Proposals, answers: int) -> str:
    """Write to the vendor, in Markdown: what the document says, what came, and what would put it right."""
    info = document.get("info", {})
    named = f"{info.get('title', 'its document')} {info.get('version', '')}".rstrip()
    compared = f"{answers} answers were compared with the contract by jobmojito {about.__version__}."
    lines = [f"# Answers of the API that depart from {named}", "", f"{compared} No value of any answer was kept."]
    for one in proposals.proposed:
        lines += ["", f"## `{one.actions[0]['target']}`", ""]
        lines += [f"- {_sentence(seen)}" for seen in one.evidence]
        lines += ["", "The document would fit with:", "", "```json"]
        shown = [
            {key: action[key] for key in ("target", "update", "remove") if key in action} for action in one.actions
        ]
        lines += [*(json.dumps(action, ensure_ascii=False) for action in shown), "```"]
    if proposals.left:
        lines += ["", "## To be looked at", "", *(f"- {_sentence(seen)} ({why})" for seen, why in proposals.left)]
    return "\n".join(lines) + "\n"


def _sentence(one: Evidence) -> str:
    return f"{one.where}: {_what(one)}, {one.how_often}"


def _what(one: Evidence) -> str:
    return one.what if one.departed.keyword == "required" else f"expected {one.departed.expected}, got {one.what}"
