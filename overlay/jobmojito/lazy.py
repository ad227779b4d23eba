"""What is loaded when it is first used, because importing it costs more than most programs need. Declared, one way.

A declaration stands under `if TYPE_CHECKING: ... else:` beside the plain import or base class that it stands for, so
type checkers and the rules of import see what they would have seen. `jobmojito.__init__` does the same for its names.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class DeferredModule:
    """Stands for a module under its name: `asyncio = DeferredModule("asyncio")`."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


class _DeferredMethod:
    """Stands for a method of a class elsewhere, and makes way for it at first use."""

    def __init__(self, home: str, kind: str) -> None:
        self._home, self._kind = home, kind

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner, self._name = owner, name

    def __get__(self, instance: object, owner: type) -> Any:
        method = getattr(import_module(self._home), self._kind).__dict__[self._name]
        setattr(self._owner, self._name, method)
        return method.__get__(instance, owner)


def deferred_methods(package: str, homes: Mapping[str, Sequence[str]]) -> type:
    """Make a base class with the methods of others: `{"pages.Pages": ["pages", "items"]}`, modules in `package`."""
    methods = {
        name: _DeferredMethod(f"{package}.{module}", kind)
        for home, names in homes.items()
        for module, kind in [home.rsplit(".", 1)]
        for name in names
    }
    return type("DeferredMethods", (), methods)
