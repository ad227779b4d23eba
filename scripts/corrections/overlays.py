"""Applies an OpenAPI Overlay 1.0, whose actions each say how many places they must match (`x-matches`).

Stricter than the specification: `x-matches` and `description` are required, and unknown keys and any other number of
matches are refused. Each match gets its own copy of the update, and a place matched twice counts once.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonpath_rfc9535 as jsonpath
from jsonpath_rfc9535.segments import JSONPathChildSegment
from jsonpath_rfc9535.selectors import NameSelector
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node

from scripts.corrections.grammar import copied
from scripts.files.documents import pointer
from scripts.files.failures import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonpath_rfc9535.segments import JSONPathSegment

    from scripts.corrections.grammar import Place

_OVERLAY_KEYS = {"overlay", "info", "extends", "actions"}
_ACTION_KEYS = {"target", "description", "update", "remove", "x-matches", "x-changes-meaning", "x-line"}
_MOST_VALUES = 50_000  # the file in use has 1,000
_SHOWN = 6  # places named in a message; the count says the rest
_Matches = list[tuple["Place", Any]]


def load_overlay(path: Path | str) -> dict[str, Any]:
    """Read an overlay from YAML 1.2 or JSON and check its form; Refused names the file and the action or place."""
    try:
        read, actions = composed(Path(path).read_bytes())
        overlay = _as_json(read)
        check(overlay)
        for action, node in zip(overlay["actions"], actions, strict=True):
            action["x-line"] = node.start_mark.line + 1
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: not valid YAML: {error}") from error
    except RecursionError as error:
        raise Refused(f"{path}: nested too deeply") from error
    except Refused as refusal:
        raise Refused(f"{path}: {refusal}") from refusal
    checked: dict[str, Any] = overlay
    return checked


@lru_cache(maxsize=4)  # parsing takes a quarter of a second, and one command reads the same file several times
def composed(text: bytes) -> tuple[Any, list[Node]]:
    """Parse an overlay; also return the nodes of its actions, which know where they stand."""
    yaml = YAML(typ="safe", pure=True)
    root = yaml.compose(text)
    parts = root.value if isinstance(root, MappingNode) else []
    listed: list[Any] = next((value.value for key, value in parts if key.value == "actions"), [])
    actions = [one for one in listed if isinstance(one, Node)]
    return None if root is None else yaml.constructor.construct_document(root), actions


def check(overlay: Any) -> None:
    """Refuse what is not a valid Overlay 1.0 document, or an action without a required key."""
    if not isinstance(overlay, dict):
        raise Refused("an overlay is an object")
    _only(overlay, _OVERLAY_KEYS, "the overlay")
    if not re.fullmatch(r"1\.0\.\d+", str(overlay.get("overlay"))):
        raise Refused(f'"overlay" is {overlay.get("overlay")!r}, expected version 1.0.x')
    info = overlay.get("info")
    if not (isinstance(info, dict) and all(isinstance(info.get(key), str) for key in ("title", "version"))):
        raise Refused('"info" needs a title and a version, both texts')
    actions = overlay.get("actions")
    if not isinstance(actions, list):  # it may be empty: an update takes out what is not needed any more
        raise Refused('"actions" has to be a list')
    for number, action in enumerate(actions, 1):
        _check_action(action, number)


def apply(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Apply every action in order to a copy of the document; Refused names all that do not match as they say."""
    check(overlay)
    result: dict[str, Any] = copied(document)
    misses: list[str] = []
    for number, action in enumerate(overlay["actions"], 1):
        matches = _matches(result, action, number)
        if len(matches) != action["x-matches"]:
            misses.append(_miscount(result, action, number, matches))
        elif not misses:
            _act(result, action, matches, _name(action, number))
        else:
            with suppress(Refused):  # an action that builds on one that was left out
                _act(result, action, matches, _name(action, number))
    if misses:
        raise Refused(misses[0] if len(misses) == 1 else f"{len(misses)} corrections do not fit: {'; '.join(misses)}")
    return result


def find(document: dict[str, Any], target: str) -> _Matches:
    """Return the places that a JSONPath selects, each once, with what is there."""
    try:
        nodes = jsonpath.compile(target).find(document)
    except (jsonpath.JSONPathError, RecursionError) as error:
        raise Refused(f"not a usable JSONPath: {error}") from error
    return list({node.location: node.value for node in nodes}.items())


def target_of(place: Place) -> str:
    """Write the JSONPath that selects one place."""
    quoted = (str(step).replace("\\", "\\\\").replace("'", "\\'") for step in place)
    return "$" + "".join(
        f"[{step}]" if isinstance(step, int) else f"['{text}']" for step, text in zip(place, quoted, strict=True)
    )


def act(document: dict[str, Any], action: dict[str, Any]) -> None:
    """Apply one action, however many places it matches, to the document itself."""
    _act(document, action, find(document, action["target"]), f"the action on line {action['x-line']}")


def actions_at(document: dict[str, Any], overlay: dict[str, Any], place: Place) -> list[str]:
    """Name the actions whose target selects a place of the corrected document."""
    named = [(action, number, _name(action, number)) for number, action in enumerate(overlay["actions"], 1)]
    return [name for action, number, name in named if place in dict(_matches(document, action, number))]


def _check_action(action: Any, number: int) -> None:
    if not isinstance(action, dict):
        raise Refused(f"action {number} is not an object")
    name = _name(action, number)
    _only(action, _ACTION_KEYS, name)
    for key in ("target", "description"):
        if not (isinstance(action.get(key), str) and action[key].strip()):
            raise Refused(f'{name}: "{key}" has to be a text')
    expected = action.get("x-matches")
    if isinstance(expected, bool) or not isinstance(expected, int) or expected < 1:
        raise Refused(f'{name}: "x-matches" has to be a whole number of places, 1 or more')
    for key in ("remove", "x-changes-meaning"):
        if not isinstance(action.get(key, False), bool):
            raise Refused(f'{name}: "{key}" has to be true or false')
    if action.get("remove", False) == ("update" in action):
        raise Refused(f"{name}: an action either updates or removes")


def _only(node: dict[str, Any], known: set[str], name: str) -> None:
    if unknown := sorted(str(key) for key in node.keys() - known):
        raise Refused(f"{name}: unknown key {', '.join(unknown)}")


def _name(action: dict[str, Any], number: int) -> str:
    line = f", line {action['x-line']}" if "x-line" in action else ""
    return f"action {number}{line} ({action.get('target', 'no target')})"


def _matches(document: dict[str, Any], action: dict[str, Any], number: int) -> _Matches:
    """Find the places that the target selects, each once."""
    try:
        return find(document, action["target"])
    except Refused as refusal:
        raise Refused(f"{_name(action, number)}: {refusal}") from refusal


def _miscount(document: dict[str, Any], action: dict[str, Any], number: int, matches: _Matches) -> str:
    expected = action["x-matches"]
    message = f"{_name(action, number)}: expected {expected} place{'s'[: expected != 1]}, found {len(matches)}"
    if matches and (missing := list(_missing(document, action["target"]))):
        return f"{message}; not found: {_listed(missing)}"
    if matches:
        return f"{message}: {_listed([pointer(*place) for place, _ in matches])}"
    return f"{message}; the document has it only as far as {_reached(document, action['target']) or 'its root'}"


def _listed(pointers: list[str]) -> str:
    more = len(pointers) - _SHOWN
    return ", ".join(pointers[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _missing(document: dict[str, Any], target: str) -> Iterator[str]:
    """Yield the names in a target that select nothing, where the target lists several."""
    segments = jsonpath.compile(target).segments
    texts = [_alternatives(segment) for segment in segments]
    if any(len(some) > 1 for some in texts):
        queries = (jsonpath.compile("".join(["$", *parts])) for parts in product(*texts))
        yield from (_readable(query) for query in queries if not query.find_one(document))


def _readable(query: jsonpath.JSONPathQuery) -> str:
    """Write a query as a JSON pointer if it selects one place by names, else as it is."""
    selectors = [selector for segment in query.segments for selector in segment.selectors]
    names = [selector.name for selector in selectors if isinstance(selector, NameSelector)]
    return pointer(*names) if query.singular_query() and len(names) == len(selectors) else str(query)


def _alternatives(segment: JSONPathSegment) -> list[str]:
    if isinstance(segment, JSONPathChildSegment) and all(isinstance(some, NameSelector) for some in segment.selectors):
        return [f"[{selector}]" for selector in segment.selectors]
    return [str(segment)]


def _reached(document: dict[str, Any], target: str) -> str:
    """Return the pointer of the longest beginning of the target that matches anything."""
    query = jsonpath.compile(target)
    reached = ""
    for length in range(1, len(query.segments)):
        node = jsonpath.JSONPathQuery(env=query.env, segments=query.segments[:length]).find_one(document)
        if node is None:
            break
        reached = pointer(*node.location)
    return reached


def _act(document: dict[str, Any], action: dict[str, Any], matches: _Matches, name: str) -> None:
    if action.get("remove"):
        # From last to first, children before parents, so that no removal changes the place of another.
        for place, _ in sorted(matches, key=lambda match: [(isinstance(step, str), step) for step in match[0]])[::-1]:
            _remove(document, place, name)
        return
    for place, value in matches:
        _update(value, copied(action["update"]), f"{name} at {pointer(*place)}")


def _remove(document: Any, place: Place, name: str) -> None:
    if not place:
        raise Refused(f"{name}: the whole document cannot be removed")
    for step in place[:-1]:
        document = document[step]
    del document[place[-1]]


def _update(node: Any, update: Any, name: str) -> None:
    """Merge into an object, append to an array (Overlay 1.0: "an entry to append"); nothing else can be updated."""
    if isinstance(node, list):
        node.append(update)
    elif isinstance(node, dict) and isinstance(update, dict):
        _merge(node, update, name)
    else:
        raise Refused(f"{name}: an update needs an object for an object, or an entry for an array")


def _merge(node: dict[str, Any], update: dict[str, Any], name: str) -> None:
    """Objects merge, arrays are joined, anything else is replaced; an object and an array never replace each other."""
    for key, value in update.items():
        old = node.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value, f"{name}/{key}")
        elif isinstance(old, list) and isinstance(value, list):
            old.extend(value)
        elif isinstance(old, dict | list) and isinstance(value, dict | list):
            raise Refused(f"{name}/{key}: an object and an array do not merge")
        else:
            node[key] = value


def _as_json(root: Any) -> Any:
    """Copy what YAML read, refusing what JSON cannot hold: dates, bytes, sets, NaN, keys that are not strings.

    A value is copied for each alias of it; the copies are counted, because aliases of aliases grow exponentially.
    """
    room = _MOST_VALUES

    def plain(node: Any, place: Place) -> Any:
        nonlocal room
        room -= 1
        if room < 0:
            raise Refused(f"more than {_MOST_VALUES} values with its aliases written out")
        if isinstance(node, dict):
            for key in node:
                if not isinstance(key, str):
                    raise Refused(f'the key {key!r} at "{pointer(*place)}" is not a string; quote it')
            return {key: plain(value, (*place, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [plain(value, (*place, index)) for index, value in enumerate(node)]
        if node is None or isinstance(node, str | bool | int) or (isinstance(node, float) and math.isfinite(node)):
            return node
        raise Refused(f'{node!r} at "{pointer(*place)}" is not a JSON value; quote it')

    return plain(root, ())
