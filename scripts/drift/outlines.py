"""Reads the names and annotations of a module as plain JSON, with annotations in one normal form.

An annotation is the sorted list of its alternatives, each name in it resolved to its module: `models/error.py:Error`,
`uuid:UUID`. Other types beside `Any` are left out.
"""

from __future__ import annotations

import ast
import builtins
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scripts.contract.schemas import Form

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Kind = TypeVar("Kind", bound=ast.stmt)

ANY: Final = "typing:Any"
UNSET: Final = "types.py:UNSET"
LEFT_OUT: Final = "types.py:Unset"


def alternatives(words: Iterable[str]) -> str:
    """Write the annotation of a union."""
    found = set(words)
    return " | ".join(sorted({ANY} | found & {LEFT_OUT} if ANY in found else found))


def argument(name: str, annotation: str, *, default: str | None = None) -> str:
    """Write an argument or an attribute."""
    return f"{name}: {annotation}" + ("" if default is None else f" = {default}")


def signature(arguments: Sequence[str], keywords: Iterable[str], gives: str, mark: str = "") -> str:
    """Write a signature: positional arguments, keyword-only ones in sorted order, return type."""
    named = sorted(keywords)
    return f"{mark}({', '.join([*arguments, *(['*', *named] if named else [])])}) -> {gives}"


@frozen
class Module:
    """The statements of a file, what each name in it refers to, and the modules outside the package that it imports."""

    file: str
    body: Sequence[ast.stmt]
    bound: Mapping[str, str]
    outside: frozenset[str]

    def outline(self) -> Form:
        """Return the functions, classes, variables and type aliases of the module."""
        annotated = {
            part.target.id: part for part in _of(self.body, ast.AnnAssign) if isinstance(part.target, ast.Name)
        }
        marked = {name: self.annotation(part.annotation) for name, part in annotated.items()}
        made = [part for part in _of(self.body, ast.Assign) if isinstance(part.value, ast.Call)]
        marked |= {ast.unparse(part.targets[0]): ast.unparse(part.value) for part in made}
        return {
            "@": self.file,
            "functions": self._functions(self.body),
            "classes": {part.name: self._class(part) for part in _of(self.body, ast.ClassDef)},
            "variables": {name: mark for name, mark in marked.items() if mark != "typing:TypeAlias"},
            "aliases": {
                name: self.annotation(annotated[name].value)
                for name, mark in marked.items()
                if mark == "typing:TypeAlias"
            },
        }

    def _class(self, found: ast.ClassDef) -> Form:
        attributes = [part for part in _of(found.body, ast.AnnAssign) if isinstance(part.target, ast.Name)]
        return {
            "declared": [ast.unparse(one) for one in found.decorator_list] + [self._name(one) for one in found.bases],
            "attributes": {
                part.target.id: argument("", self.annotation(part.annotation), default=self._default(part.value))
                for part in attributes
                if isinstance(part.target, ast.Name) and part.target.id != "_table"
            },
            "methods": self._functions(found.body),
        }

    def _functions(self, body: Sequence[ast.stmt]) -> Form:
        found: list[Function] = [*_of(body, ast.FunctionDef), *_of(body, ast.AsyncFunctionDef)]
        return {part.name: self._signature(part) for part in found}

    def _signature(self, function: Function) -> str:
        taken = function.args
        plain = [*taken.posonlyargs, *taken.args]
        defaults = [*[None] * (len(plain) - len(taken.defaults)), *taken.defaults]
        stars = [f"*{self._argument(one, None)}" for one in (taken.vararg, taken.kwarg) if one]
        marks = [ast.unparse(one) for one in function.decorator_list] + ["async"] * isinstance(
            function, ast.AsyncFunctionDef
        )
        return signature(
            [*map(self._argument, plain, defaults), *stars],
            map(self._argument, taken.kwonlyargs, taken.kw_defaults),
            self.annotation(function.returns),
            " ".join(marks),
        )

    def _argument(self, found: ast.arg, default: ast.expr | None) -> str:
        if found.annotation is None:
            return found.arg
        return argument(found.arg, self.annotation(found.annotation), default=self._default(default))

    def _default(self, node: ast.expr | None) -> str | None:
        return None if node is None else self._name(node)

    def _name(self, node: ast.expr) -> str:
        """Resolve a name, or a name in an imported module; anything else stays as it is written."""
        if isinstance(node, ast.Name):
            return self.bound.get(node.id, node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.bound:
            return f"{self.bound[node.value.id]}:{node.attr}"
        return ast.unparse(node)

    def annotation(self, node: ast.expr | None) -> str:
        """Write an annotation in the normal form."""
        return alternatives(self._words(node)) if node is not None else "nothing"

    def _words(self, node: ast.expr) -> Iterator[str]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from self._words(node.left)
            yield from self._words(node.right)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from self._words(_parsed(node.value.encode())[0].body[0].value)  # type: ignore[attr-defined]
        elif isinstance(node, ast.Subscript):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if self._name(node.value) == "typing:Literal":
                yield from map(ast.unparse, parts)
            else:
                yield f"{self._name(node.value)}[{', '.join(map(self.annotation, parts))}]"
        else:
            yield self._name(node)

    def unbound(self) -> list[str]:
        """List the names in annotations that the module neither defines nor imports."""
        nodes = [node for part in self.body for node in ast.walk(part)]
        marks = [node.annotation for node in nodes if isinstance(node, ast.arg | ast.AnnAssign)]
        marks += [node.returns for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        names = {one.id for part in marks if part for one in ast.walk(part) if isinstance(one, ast.Name)}
        return sorted(names - self.bound.keys() - vars(builtins).keys())


def _of(body: Sequence[ast.stmt], kind: type[Kind]) -> list[Kind]:
    return [part for part in body if isinstance(part, kind)]


def read_module(directory: Path, file: str) -> Module:
    """Read a file of a package."""
    tree, imports = _parsed((directory / file).read_bytes())
    bound = {name: f"{file}:{name}" for name in _defined(tree)}
    outside: set[str] = set()
    for node in imports:
        home = _home(file, node)
        folder = (directory / home).is_dir()
        for alias in node.names:
            name = alias.asname or alias.name
            if isinstance(node, ast.Import) or not node.level:
                outside.add(home or alias.name)
                bound[name] = f"{home}:{alias.name}" if home else alias.name
            else:
                inside = PurePosixPath(home, f"{alias.name}.py").as_posix() if folder else f"{home}.py:{alias.name}"
                bound[name] = inside
    return Module(file, tree.body, bound, frozenset(outside))


def _defined(tree: ast.Module | ast.If) -> Iterator[str]:
    for part in tree.body:
        if isinstance(part, ast.If):
            yield from _defined(part)
        if isinstance(part, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield part.name
        targets = (
            part.targets if isinstance(part, ast.Assign) else [part.target] if isinstance(part, ast.AnnAssign) else []
        )
        yield from (target.id for target in targets if isinstance(target, ast.Name))


@lru_cache(maxsize=2000)  # copies of a package share most of their files
def _parsed(source: bytes) -> tuple[ast.Module, list[ast.Import | ast.ImportFrom]]:
    tree = ast.parse(source)
    return tree, [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def _home(file: str, node: ast.Import | ast.ImportFrom) -> str:
    """Return the module that an import takes names from: its path in the package, or its name outside."""
    if isinstance(node, ast.Import) or not node.level:
        return "" if isinstance(node, ast.Import) else str(node.module)
    parents = [*PurePosixPath(file).parents, PurePosixPath()]
    return parents[min(node.level, len(parents)) - 1].joinpath(*(node.module or "").split(".")).as_posix()
