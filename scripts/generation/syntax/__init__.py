"""Compares generated code with what the templates can write; nothing else may replace the client that is there.

The document is checked before it is used (`scripts.safety`) and escaped where it is written (`scripts.generation`).
This is the last fence behind both: it looks at the code alone, and knows no escape. A call, an import or a statement
that no template has is refused, as is any file that is neither generated nor one of the runtime modules, byte for byte.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.generation.syntax import modules
from scripts.generation.syntax.expressions import NAME
from scripts.generation.syntax.matching import ForeignError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_tree"]

RUNTIME = Path(__file__).parents[2] / "templates" / "runtime"
_KINDS = {
    r"__init__\.py|models/__init__\.py": modules.LAZY,
    rf"api/__init__\.py|api/{NAME}/__init__\.py": modules.PACKAGE,
    r"resources/__init__\.py": modules.RESOURCES,
    rf"models/{NAME}\.py": modules.TYPE,
    rf"api/{NAME}/{NAME}\.py": modules.OPERATION,
    rf"resources/{NAME}\.py": modules.RESOURCE,
}


def check_tree(package_dir: Path) -> list[str]:
    """List what no template could have written, as `file:line: reason`, at most one for each file."""
    runtime = {path.name for path in RUNTIME.glob("*.py")} - {"__init__.py"}
    missing = sorted(name for name in runtime if not (package_dir / name).exists())
    findings = [f"{name}:0: the runtime module is missing" for name in missing]
    for path in sorted(package_dir.rglob("*")):
        relative = path.relative_to(package_dir).as_posix()
        if path.is_symlink() or not (path.is_dir() or "__pycache__" in path.parts):
            findings.extend(f"{relative}:{line}: {reason}" for line, reason in _file(path, relative, runtime))
    return findings


def _file(path: Path, relative: str, runtime: set[str]) -> Iterator[tuple[int, str]]:
    if path.is_symlink():
        yield 0, "is a link"
    elif relative in runtime:
        if path.read_bytes() != (RUNTIME / relative).read_bytes():
            yield 0, "is not the runtime module of that name"
    elif relative == "py.typed":
        if path.read_bytes():
            yield 0, "is not empty"
    elif relative == "contract.json":
        yield from _contract(path)
    else:
        yield from _module(path, relative)


def _contract(path: Path) -> Iterator[tuple[int, str]]:
    try:
        json.loads(path.read_bytes())
    except ValueError:
        yield 0, "is no JSON"


def _module(path: Path, relative: str) -> Iterator[tuple[int, str]]:
    kind = next((kind for names, kind in _KINDS.items() if re.fullmatch(names, relative)), None)
    if kind is None:
        yield 0, "is a file that no template makes"
        return
    try:
        source = path.read_bytes().decode("utf-8")
        line = next((number for number, text in enumerate(source.split("\n"), 1) if not _is_plain(text)), None)
        if line is not None:
            yield line, "holds a character that does not print"
            return
        yield from ((number, "holds a comment, which no template writes") for number in _comments(source))
        modules.check(ast.parse(source), kind)
    except ForeignError as error:
        yield error.line, "holds code that no template writes"
    except (SyntaxError, ValueError, RecursionError, tokenize.TokenError) as error:
        yield getattr(error, "lineno", None) or 0, f"cannot be read as Python: {error}"


def _is_plain(text: str) -> bool:
    return text.isprintable()


def _comments(source: str) -> list[int]:
    """Lines of comments: one may name another encoding for the file, or silence a check."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.start[0] for token in tokens if token.type == tokenize.COMMENT][:1]
