"""Finds the effect of an update on users of the package: generated names that are added, removed or changed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from attrs import frozen

from scripts.changes.rules import Grade
from scripts.changes.surfaces import Name, surface

Names: TypeAlias = dict[str, Name]


@frozen
class Effect:
    """One name that changed: `old` is None if it is added, `new` if it is removed."""

    old: Name | None
    new: Name | None
    grade: Grade

    @property
    def name(self) -> Name:
        """Return the new name, or the old one if it is removed."""
        found = self.new or self.old
        if found is None:
            raise ValueError("an effect has a name")
        return found


@frozen
class Impact:
    """Every effect of an update on generated names, sorted by name within each group."""

    appeared: tuple[Effect, ...] = ()
    vanished: tuple[Effect, ...] = ()
    changed: tuple[Effect, ...] = ()

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Return all of them."""
        return (*self.appeared, *self.changed, *self.vanished)

    @property
    def grade(self) -> Grade | None:
        """Return the worst grade; None where no name is affected."""
        return max((effect.grade for effect in self.effects), default=None)


def impact(old: Path, new: Path) -> Impact:
    """Compare two generated packages by their source; Refused where one cannot be read."""
    before, after = surface(old), surface(new)
    effects = [*_effects(before, after)]
    return Impact(
        appeared=tuple(effect for effect in effects if effect.old is None),
        vanished=tuple(effect for effect in effects if effect.new is None),
        changed=tuple(effect for effect in effects if effect.old and effect.new),
    )


def _effects(before: Names, after: Names) -> Iterator[Effect]:
    sent, received = _reached(after, "parameter"), _reached(after, "operation", "method", "webhook")
    for written in sorted(before.keys() | after.keys()):
        old, new = before.get(written), after.get(written)
        if old is None and new is not None:
            yield Effect(None, new, _demand(new, before))
        elif old is not None and new is None:
            yield Effect(old, None, Grade.BREAKING)
        elif old is not None and new is not None and old != new:
            owner = _owner(new)
            is_sent, is_received = new.kind == "parameter" or owner in sent, owner in received or new.kind in _GIVEN
            yield Effect(old, new, _step(old, new, is_sent=is_sent, is_received=is_received))


_GIVEN = {"operation", "method", "webhook"}


def _owner(name: Name) -> str:
    """Return the model that a field belongs to, or the name itself."""
    return name.written.removeprefix("models.").split(".")[0]


def _demand(name: Name, before: Names) -> Grade:
    """Grade a new name: additive, unless existing calls (or models that callers make) must now give it."""
    owner = name.written.rpartition("(" if name.kind == "parameter" else ".")[0]
    if name.optional or owner not in before:
        return Grade.ADDITIVE
    # Callers make only models that are sent; for those the contract's changelog says breaking.
    return {"parameter": Grade.BREAKING, "field": Grade.POTENTIALLY_BREAKING}.get(name.kind, Grade.ADDITIVE)


def _step(old: Name, new: Name, *, is_sent: bool, is_received: bool) -> Grade:
    """Grade a changed type: one that is only sent may get wider, one that is only received narrower."""
    if old.kind != new.kind or new.kind == "enum member":
        return Grade.BREAKING
    if new.kind == "parameter" and old.optional and not new.optional:
        return Grade.BREAKING
    before, after = _members(old), _members(new)
    harmless = (before <= after or not is_sent) and (after <= before or not is_received)
    return Grade.ADDITIVE if harmless and is_sent != is_received else Grade.POTENTIALLY_BREAKING


def _members(name: Name) -> set[str]:
    """Return the types of a union; that it is optional counts as one of them."""
    queue: list[ast.expr] = [ast.parse(name.type, mode="eval").body] if name.kind != "enum member" else []
    found = {"Unset"} if name.optional and name.kind in {"field", "parameter"} else set[str]()
    for node in queue:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            queue.extend((node.left, node.right))
        else:
            found.add(ast.unparse(node))
    return found


def _reached(names: Names, *kinds: str) -> set[str]:
    """Return the models and aliases that names of some kinds lead to, through the fields of models."""
    inside: dict[str, list[str]] = {}
    for name in names.values():
        if name.kind in {"field", "type alias"}:
            inside.setdefault(_owner(name), []).append(name.type)
    queue = [name.type for name in names.values() if name.kind in kinds]
    seen: set[str] = set()
    for text in queue:
        for word in set(re.findall(r"\w+", text)) - seen:
            seen.add(word)
            queue.extend(inside.get(word, ()))
    return seen
