"""Imports a generated package from any folder, under a private name, beside any other copy of it.

Sources are compiled from the bytes on disk and never from `__pycache__`, whose files are matched by time and size
alone: an edit within the same second would go unseen.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from functools import lru_cache
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_loader
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from importlib.machinery import ModuleSpec
    from pathlib import Path
    from types import CodeType, ModuleType

_numbers: Final = count(1)


@define
class Package:
    """A loaded package: its modules by file, and what could not be imported (file -> reason)."""

    name: str
    directory: Path
    modules: dict[str, Any] = field(factory=dict)
    failures: dict[str, str] = field(factory=dict)

    def file_of(self, thing: Any) -> str:
        """Name the file that defines a class or function, relative to the package."""
        below = str(getattr(thing, "__module__", "")).removeprefix(self.name).removeprefix(".").replace(".", "/")
        return f"{below}.py" if f"{below}.py" in self.modules else f"{below}/__init__.py".removeprefix("/")


@lru_cache(maxsize=2000)  # copies of a package share most of their files
def _compiled(source: bytes, file: str) -> CodeType:
    return compile(source, file, "exec", dont_inherit=True)


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - part of the interface
        return _compiled(self.get_data(self.path), self.path.rpartition("/")[2])

    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except SystemExit:
            raise ImportError("it exits when it is imported") from None


class _Finder(MetaPathFinder):
    def __init__(self, name: str, directory: Path) -> None:
        self.name, self.directory = name, directory

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - part of the interface
        target: ModuleType | None = None,  # noqa: ARG002 - part of the interface
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != self.name:
            return None
        below = fullname.removeprefix(self.name).removeprefix(".").replace(".", "/")
        for file in (f"{below}/__init__.py".removeprefix("/"), f"{below}.py"):
            if (self.directory / file).is_file():
                loader = _Loader(fullname, str(self.directory / file))
                return spec_from_loader(fullname, loader, is_package=file.endswith("__init__.py"))
        return None


@contextmanager
def package(directory: Path) -> Generator[Package]:
    """Import every module of a package; lazy names keep resolving inside it until the context ends.

    A module that does not import is in `failures`; the others are there.
    """
    loaded = Package(f"_drift_{next(_numbers)}_{directory.name}", directory)
    finder = _Finder(loaded.name, directory)
    sys.meta_path.insert(0, finder)
    try:
        for path in sorted(directory.rglob("*.py")):
            _import(loaded, path.relative_to(directory).as_posix())
        yield loaded
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == loaded.name]:
            del sys.modules[name]


def _import(loaded: Package, file: str) -> None:
    dotted = file.removesuffix(".py").removesuffix("__init__").rstrip("/").replace("/", ".")
    try:
        loaded.modules[file] = importlib.import_module(f"{loaded.name}.{dotted}" if dotted else loaded.name)
    except Exception as problem:  # noqa: BLE001 - generated code may raise anything, and that is the finding
        reason = f"{type(problem).__name__}: {problem}".replace(f"{loaded.directory}/", "")
        loaded.failures[file] = reason.replace(loaded.name, loaded.directory.name)
