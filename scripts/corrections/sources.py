"""The corrections file as text, to change single actions and leave every other line and comment as it is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.corrections.overlays import composed, load_overlay
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ruamel.yaml.nodes import Node


@frozen
class Source:
    """Where one action stands in the text: its lines (from, to; counted from 0), and the nodes of its keys."""

    lines: tuple[int, int]
    nodes: dict[str, Node]

    def text(self, text: str) -> str:
        """Return the action's own lines."""
        return "".join(text.splitlines(keepends=True)[slice(*self.lines)])


def sources(text: str) -> list[Source]:
    """Find the actions of a corrections file that has been read once already."""
    _, listed = composed(text.encode())
    lines = text.splitlines()
    starts = [action.start_mark.line for action in listed]
    found = []
    for action, start, end in zip(listed, starts, [*starts[1:], len(lines)], strict=True):
        while re.fullmatch(r"\s*(#.*)?", lines[end - 1]):  # what stands above the next action belongs to that
            end -= 1  # noqa: PLW2901
        found.append(Source((start, end), {key.value: value for key, value in action.value}))
    return found


def rewrite(path: Path, actions: Mapping[int, Mapping[str, Any] | None], names: Mapping[str, str]) -> None:
    """Change actions of a file by index: another `x-matches`, new names in the `target`, or None to take one out.

    Raises:
        Refused: the file would not say what was asked for; it is left as it was.
    """
    before = path.read_text(encoding="utf-8")
    known = load_overlay(path)
    wanted = [actions.get(index, action) for index, action in enumerate(known["actions"])]
    found = sources(before)
    text = _replaced(before, found, actions, names)
    gone = [found[index] for index, action in actions.items() if action is None]
    text = _anchored(_without(text, gone), ((one.text(before), one.nodes["description"]) for one in gone))
    path.write_text(text, encoding="utf-8", newline="\n")
    try:
        is_right = _told(load_overlay(path)["actions"]) == _told(action for action in wanted if action)
    except Refused:
        is_right = False
    if not is_right:
        path.write_text(before, encoding="utf-8", newline="\n")
        raise Refused(f"{path.name}: cannot be rewritten by itself; change {_listed(found, actions)} by hand")


def _replaced(
    text: str, found: list[Source], actions: Mapping[int, Mapping[str, Any] | None], names: Mapping[str, str]
) -> str:
    """Put in the new numbers and names, the last first."""
    for index, action in sorted(actions.items(), reverse=True):
        spans = sorted((node.start_mark.index, node.end_mark.index, key) for key, node in found[index].nodes.items())
        for start, end, key in reversed(spans):
            if action is not None and key == "x-matches":
                text = f"{text[:start]}{action[key]}{text[end:]}"
            elif action is not None and key == "target":
                text = text[:start] + renamed_in(text[start:end], names) + text[end:]
    return text


def renamed_in(text: str, names: Mapping[str, str]) -> str:
    """Write new names where the old ones stand as whole names."""
    for was, now in names.items():
        text = re.sub(rf"(?<![\w/-]){re.escape(was)}(?![\w/-])", lambda _, now=now: now, text)  # type: ignore[misc]
    return text


def _without(text: str, gone: Iterable[Source]) -> str:
    taken = {line for source in gone for line in range(*source.lines)}
    return "".join(line for number, line in enumerate(text.splitlines(keepends=True)) if number not in taken)


def _anchored(text: str, gone: Iterable[tuple[str, Node]]) -> str:
    """Say a shared description once more where the action that said it is taken out, and others use it by name."""
    for source, said in gone:
        if said.anchor and f"&{said.anchor}" in source:
            text = text.replace(f"*{said.anchor}", f"&{said.anchor} {json.dumps(said.value, ensure_ascii=False)}", 1)
    return text


def _told(actions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in action.items() if key != "x-line"} for action in actions]


def _listed(found: list[Source], actions: Mapping[int, Any]) -> str:
    return ", ".join(f"line {found[index].lines[0] + 1}" for index in sorted(actions))
