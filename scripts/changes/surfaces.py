"""Reads the public names of a generated package from its source; nothing is imported."""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from attrs import frozen

from scripts.files.failures import Refused

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
NOTHING = "nothing"


@frozen
class Name:
    """One name as users write it. `type` is its annotation or value in the source; an optional one may be left out."""

    kind: str  # operation, webhook, model, field, enum, enum member, type alias, resource, method, parameter
    written: str
    type: str
    optional: bool = True


def surface(package: Path) -> dict[str, Name]:
    """Read the names of a generated package (the folder `jobmojito_api`); Refused if it is not one.

    Asynchronous twins are left out: they have the same names.
    """
    if not (package / "models").is_dir() or not (package / "api").is_dir():
        raise Refused(f"{package}: no generated package")
    found = chain(_operations(package), _webhooks(package), _models(package), _resources(package))
    return {name.written: name for name in found}


def _modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    """Return the modules of a folder in the order of their names."""
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        if path.stem == "__init__":
            continue
        try:
            yield path.stem, ast.parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, SyntaxError) as error:
            raise Refused(f"{path}: cannot be read: {error}") from None


def _operations(package: Path) -> Iterator[Name]:
    for folder in sorted(path for path in (package / "api").iterdir() if path.is_dir()):
        for module, tree in _modules(folder):
            functions = {node.name: node for node in tree.body if isinstance(node, Function)}
            call = functions.get("sync") or functions.get("sync_detailed")
            if call:
                yield Name("operation", f"api.{folder.name}.{module}", _written(call.returns))


def _webhooks(package: Path) -> Iterator[Name]:
    for module, tree in _modules(package):
        for node in tree.body if module == "webhooks" else ():
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
                for key, table in zip(node.value.keys, node.value.values, strict=True):
                    bodies = [word.value for word in getattr(table, "keywords", ()) if word.arg == "bodies"]
                    yield Name("webhook", f"webhooks.{ast.literal_eval(key or node)}", _written(*bodies))


def _models(package: Path) -> Iterator[Name]:
    for module, tree in _modules(package / "models"):
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                yield from _class(node)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                if _written(node.annotation) == "TypeAlias":
                    yield Name("type alias", f"models.{node.target.id}", _written(node.value))
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and module != "types":
                yield from _alias(node.targets[0].id, node.value)


def _alias(name: str, value: ast.expr) -> Iterator[Name]:
    """Read an assignment at the top of a module, if it is a public type alias."""
    if name[0].isupper() and not name.isupper():
        yield Name("type alias", f"models.{name}", _written(value))


def _class(node: ast.ClassDef) -> Iterator[Name]:
    is_enum = any(_written(base).endswith("Enum") for base in node.bases)
    written = f"models.{node.name}"
    yield Name("enum" if is_enum else "model", written, NOTHING)
    for statement in node.body:
        if is_enum and isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield Name("enum member", f"{written}.{statement.targets[0].id}", _written(statement.value))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield from _field(written, statement.target.id, statement)


def _field(model: str, name: str, statement: ast.AnnAssign) -> Iterator[Name]:
    type_ = _written(statement.annotation)
    if not name.startswith("_") and not type_.startswith("ClassVar"):
        yield Name("field", f"{model}.{name}", type_, optional=statement.value is not None)


def _resources(package: Path) -> Iterator[Name]:
    """Read the resources: `interviews` and its methods, as on the client."""
    for module, tree in _modules(package / "resources"):
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("Async")]
        yield Name("resource", module, NOTHING)
        for node in classes:
            for method in node.body:
                if isinstance(method, Function) and not method.name.startswith("_"):
                    yield Name("method", f"{module}.{method.name}", _written(method.returns))
                    yield from _parameters(f"{module}.{method.name}", method)


def _parameters(method: str, function: Function) -> Iterator[Name]:
    arguments = function.args
    positional = arguments.args[1:]
    first = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        yield _parameter(method, argument, optional=index >= first)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(method, argument, optional=default is not None)


def _parameter(method: str, argument: ast.arg, *, optional: bool) -> Name:
    return Name("parameter", f"{method}({argument.arg})", _written(argument.annotation), optional=optional)


def _written(node: ast.expr | None) -> str:
    """Return an expression as source; a string annotation without its quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
        return node.value
    return NOTHING if node is None else ast.unparse(node)
