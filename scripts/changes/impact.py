"""What an update means for the people who use the package: generated names that appear, vanish or change."""

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from scripts.changes.rules import Grade
from scripts.changes.surfaces import Name, surface


@frozen
class Effect:
    """One name that is not as it was: `old` is None where it appears, `new` where it vanishes."""

    old: Name | None
    new: Name | None

    @property
    def name(self) -> Name:
        """Give the name as it is now, or was last."""
        found = self.new or self.old
        if found is None:
            raise ValueError("an effect has a name")
        return found

    @property
    def grade(self) -> Grade:
        """Grade the effect on code that uses the name."""
        if self.old is None:
            return Grade.ADDITIVE
        if self.new is None or self.old.kind != self.new.kind or self.new.kind == "enum member":
            return Grade.BREAKING
        if self.new.kind == "parameter" and self.old.optional and not self.new.optional:
            return Grade.BREAKING
        # Another type may be wider, and no harm; whether it is, the contract's changelog grades.
        return Grade.POTENTIALLY_BREAKING


@frozen
class Impact:
    """Every effect of an update on generated names, sorted by name within each group."""

    appeared: tuple[Effect, ...]
    vanished: tuple[Effect, ...]
    changed: tuple[Effect, ...]
    # Appeared where code that exists must give them: a parameter of an old method, a field of an old model.
    demanded: tuple[Effect, ...] = ()

    @property
    def grade(self) -> Grade | None:
        """Give the worst grade; None where no name is affected."""
        effects = (*self.appeared, *self.vanished, *self.changed)
        grades = [effect.grade for effect in effects]
        grades.extend(_DEMAND[effect.name.kind] for effect in self.demanded)
        return max(grades, default=None)


# A method cannot be called without it; a model is made by callers only where it is sent, which the contract grades.
_DEMAND = {"parameter": Grade.BREAKING, "field": Grade.POTENTIALLY_BREAKING}


def impact(old: Path, new: Path) -> Impact:
    """Compare two generated packages by their source; Refused where one cannot be read."""
    before, after = surface(old), surface(new)
    effects = list(_effects(before, after))
    appeared = tuple(effect for effect in effects if effect.old is None)
    return Impact(
        appeared=appeared,
        vanished=tuple(effect for effect in effects if effect.new is None),
        changed=tuple(effect for effect in effects if effect.old and effect.new),
        demanded=tuple(e for e in appeared if _is_demanded(e.name, before)),
    )


def _effects(before: dict[str, Name], after: dict[str, Name]) -> Iterator[Effect]:
    for written in sorted(before.keys() | after.keys()):
        old, new = before.get(written), after.get(written)
        if old != new:
            yield Effect(old, new)


def _is_demanded(name: Name, before: dict[str, Name]) -> bool:
    owner = name.written.rpartition("(" if name.kind == "parameter" else ".")[0]
    return name.kind in _DEMAND and not name.optional and owner in before
