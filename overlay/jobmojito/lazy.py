"""Names and modules that load at first use, because importing them is slow and most programs need few of them.

Each is declared under `if TYPE_CHECKING: ... else:` beside the plain import that it replaces, so type checkers and
import rules still see that import.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class DeferredModule:
    """A stand-in for a module, loaded at first use: `asyncio = DeferredModule("asyncio")`."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def deferred(package: str, *names: str) -> Iterator[DeferredModule]:
    """Stand in for modules of a package, as `from package import a, b` names them."""
    return (DeferredModule(f"{package}.{name}") for name in names)


def public_names(
    package: str, modules: Mapping[str, Sequence[str]], *, rest: str
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return a package's `__getattr__` and `__dir__`, for `modules` (names by module) and all classes of `rest`.

    A module with a dot before its name is the package's own.
    """
    homes = {name: module for module, names in modules.items() for name in names}

    def names() -> list[str]:
        module = import_module(f"{package}.{rest}")
        offered = {name for name in homes if not name.startswith("_")}
        return sorted({*offered, *(name for name, kind in vars(module).items() if _is_class_of(module, kind))})

    def load(name: str) -> object:
        if name == "__all__":
            return names()
        is_known = name in homes or not name.startswith("_")
        home = import_module(homes.get(name, f".{rest}"), package) if is_known else None
        value: object = getattr(home, name, None)
        if value is None or (name not in homes and not _is_class_of(home, value)):
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(sys.modules[package], name, value)
        return value

    return load, names


def _is_class_of(module: object, value: object) -> bool:
    return isinstance(value, type) and value.__module__ == getattr(module, "__name__", None)


_MOVED = {
    "jobmojito.answers": "jobmojito.calls.responses",
    "jobmojito.bulk": "jobmojito.batches.resumes",
    "jobmojito.retries": "jobmojito.calls.retries",
    "jobmojito.rows": "jobmojito.batches.rows",
    "jobmojito.runs": "jobmojito.batches.runs",
}
"""Modules named in pickles made by 0.1.0: of errors with batch results, rows and retry policies."""


class _MovedModules:
    """Finds those modules for `pickle`. To be removed in 1.0."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG004 - Python's signature
        return ModuleSpec(name, _MovedModules) if name in _MOVED else None  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> ModuleType:
        return import_module(_MOVED[spec.name])

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Do nothing: today's module is already loaded."""


sys.meta_path.append(_MovedModules)
