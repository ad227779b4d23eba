"""Imports a generated package from any folder, under a private name, beside any other copy of it.

Sources are compiled from the bytes on disk and never from `__pycache__`, whose files are matched by time and size
alone: an edit within the same second would go unseen. Compiled code is kept by its bytes, so that the many nearly
equal copies of the mutation tests load fast.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import sys
from contextlib import contextmanager
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.util import spec_from_loader
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

_numbers: Final = count(1)
_compiled: Final[dict[tuple[str, bytes], _Source]] = {}


@frozen
class _Source:
    """A compiled file; what a type checker sees bound in it (name -> module, name there); every module it imports."""

    code: CodeType
    bound: Mapping[str, tuple[str, str | None] | None]
    imported: frozenset[str]


@define
class Package:
    """A loaded package: its modules by file, and what could not be imported (file -> reason)."""

    name: str
    directory: Path
    modules: dict[str, ModuleType] = field(factory=dict)
    failures: dict[str, str] = field(factory=dict)
    _names: dict[str, dict[str, Any]] = field(factory=dict, init=False, repr=False)

    def module(self, name: str) -> ModuleType | None:
        """Give a module by its dotted name below the package."""
        path = name.replace(".", "/")
        return self.modules.get(f"{path}.py") or self.modules.get(f"{path}/__init__.py")

    def file_of(self, thing: Any) -> str:
        """Name the file that defines a class or function, relative to the package."""
        module = str(getattr(thing, "__module__", ""))
        below = module.removeprefix(self.name).removeprefix(".").replace(".", "/")
        return f"{below}.py" if f"{below}.py" in self.modules else f"{below}/__init__.py".removeprefix("/")

    def names(self, file: str) -> dict[str, Any]:
        """Give what the names in a module's annotations mean, imports for type checkers included."""
        if file not in self._names:
            module = self.modules[file]
            bound = _source(self.directory / file, file).bound
            found = {alias: self._imported(module, *target) for alias, target in bound.items() if target}
            self._names[file] = {**vars(module), **found}
        return self._names[file]

    def shown(self, file: str) -> Mapping[str, Any]:
        """Give what a type checker finds in a module; lazy names count only where an import promises them."""
        bound, names = _source(self.directory / file, file).bound, self.names(file)
        return {name: names[name] for name in bound if name in names}

    def _imported(self, module: ModuleType, source: str, attribute: str | None) -> Any:
        try:
            holder = importlib.import_module(source, module.__package__)
            if attribute is None:
                return holder
            return getattr(holder, attribute) if hasattr(holder, attribute) else Missing(f"{source}.{attribute}")
        except Exception as problem:  # noqa: BLE001 - generated code may raise anything; the name then stands for that
            return Missing(f"{source}: {type(problem).__name__}")


@define
class Missing:
    """Stands for a name that an import for type checkers promises and nobody defines."""

    what: str


class _Loader(SourceLoader):
    def __init__(self, path: Path, file: str) -> None:
        self.path, self.file = path, file

    def get_filename(self, fullname: str) -> str:  # noqa: ARG002 - the interface's
        return str(self.path)

    def get_data(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the interface's
        return _source(self.path, self.file).code

    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except SystemExit:
            raise ImportError(f"{self.file} exits when it is imported") from None


def _source(path: Path, file: str) -> _Source:
    source = path.read_bytes()
    key = (file, hashlib.sha256(source).digest())
    if key not in _compiled:
        tree = ast.parse(source, file)
        imported = frozenset(target[0] for node in ast.walk(tree) for _, target in _imports(node))
        code = compile(tree, file, "exec", dont_inherit=True)
        _compiled[key] = _Source(code, dict(_bound(tree.body)), imported)
    return _compiled[key]


def _bound(body: Sequence[ast.stmt]) -> Iterator[tuple[str, tuple[str, str | None] | None]]:
    """Yield what the statements of a module bind, those for type checkers included; None: not by an import."""
    for node in body:
        yield from _imports(node)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield from _bound(node.body)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, None
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, None) for target in targets if isinstance(target, ast.Name))


def _imports(node: ast.AST) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Yield the names that an import statement binds, with the module and the name in it."""
    if isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, ("." * node.level + (node.module or ""), alias.name)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            yield bound, (alias.name if alias.asname else bound, None)


class _Finder(MetaPathFinder):
    def __init__(self, name: str, directory: Path) -> None:
        self.name, self.directory = name, directory

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the interface's
        target: ModuleType | None = None,  # noqa: ARG002 - the interface's
    ) -> ModuleSpec | None:
        if fullname != self.name and not fullname.startswith(f"{self.name}."):
            return None
        below = fullname.removeprefix(self.name).removeprefix(".").replace(".", "/")
        for file in (f"{below}/__init__.py".removeprefix("/"), f"{below}.py"):
            if (self.directory / file).is_file():
                loader = _Loader(self.directory / file, file)
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
        _import_all(loaded)
        yield loaded
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == loaded.name]:
            del sys.modules[name]


def _import_all(loaded: Package) -> None:
    for path in sorted(loaded.directory.rglob("*.py")):
        file = path.relative_to(loaded.directory).as_posix()
        dotted = file.removesuffix(".py").removesuffix("__init__").rstrip("/").replace("/", ".")
        try:
            loaded.modules[file] = importlib.import_module(f"{loaded.name}.{dotted}" if dotted else loaded.name)
        except Exception as problem:  # noqa: BLE001 - generated code may raise anything, and that is the finding
            said = f"{type(problem).__name__}: {problem}".replace(f"{loaded.directory}/", "")
            loaded.failures[file] = said.replace(loaded.name, loaded.directory.name)
        else:
            _refuse_public_name(loaded, path, file)


def _refuse_public_name(loaded: Package, path: Path, file: str) -> None:
    """A module that imports its package by its public name would look at another copy than the one that is checked."""
    for source in sorted(_source(path, file).imported):
        if source.partition(".")[0] == loaded.directory.name:
            loaded.failures[file] = f"imports {source} by name, not relative to itself"
