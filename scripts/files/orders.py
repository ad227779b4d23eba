"""Gives a new JSON document the key order of the old one, so that a diff shows only what changed."""

from __future__ import annotations

from typing import Any


def in_order_of(old: Any, new: Any) -> Any:
    """Copy `new` with the keys of its objects in the order of `old`; lists keep their order.

    A new key comes right after the key before it. An object in a list takes the order of an equal object in the old
    list, or else, if the lists have one length, of the object at the same index.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        return {name: in_order_of(old.get(name), new[name]) for name in _names(list(old), list(new))}
    if not isinstance(new, list):
        return new
    others: list[Any] = old if isinstance(old, list) else []
    beside = others if len(others) == len(new) else [None] * len(new)
    pairs = [
        (next((one for one in others if one == item), other), item) for item, other in zip(new, beside, strict=True)
    ]
    return [in_order_of(other, item) for other, item in pairs]


def _names(old: list[str], new: list[str]) -> list[str]:
    there = set(new)
    names = [name for name in old if name in there]
    known = set(names)
    for index, name in enumerate(new):
        if name not in known:
            known.add(name)
            names.insert(names.index(new[index - 1]) + 1 if index else 0, name)
    return names
