"""Checks generated code against an allow-list before anything imports it.

The document is checked before it is used (`scripts.safety`) and escaped where it is written (`scripts.generation`).
This checks the code alone, without any knowledge of escaping: only statements, imports, names and calls that templates
write, and only files that are generated or equal to a runtime module, byte for byte.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from typing import TYPE_CHECKING, Final

from scripts.generation.allowed import NAME, ForeignError, check_module
from scripts.generation.package import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNTIME: Final = TEMPLATES / "runtime"
_MODULES: Final = re.compile(
    rf"(?:(?:models|resources|api|api/{NAME})/)?__init__\.py|(?:ids|inputs|webhooks)\.py|(?:models|resources|api/{NAME})/{NAME}\.py"
)


def check_tree(package_dir: Path) -> list[str]:
    """List code that no template could have written, as `file:line: reason`, at most one for each file."""
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
    elif relative in _DATA:
        if problem := _DATA[relative](path.read_bytes()):
            yield 0, problem
    elif _MODULES.fullmatch(relative):
        yield from _module(path.read_bytes())
    else:
        yield 0, "is a file that no template makes"


def _not_json(content: bytes) -> str | None:
    try:
        json.loads(content)
    except ValueError:
        return "is not JSON"
    return None


_DATA: Final = {
    "py.typed": lambda content: "is not empty" if content else None,
    "contract.json": _not_json,
    "facts.json": _not_json,
}


def _module(content: bytes) -> Iterator[tuple[int, str]]:
    try:
        source = content.decode("utf-8")
        lines = source.split("\n")
        if hidden := [number for number, text in enumerate(lines, 1) if not text.isprintable()]:
            yield hidden[0], "holds a character that does not print"
        elif comments := _comments(source):
            yield comments[0], "holds a comment, which no template writes"
        else:
            check_module(ast.parse(source))
    except ForeignError as error:
        yield error.line, "holds code that no template writes"
    except (SyntaxError, ValueError, RecursionError, tokenize.TokenError) as error:
        yield getattr(error, "lineno", None) or 0, f"cannot be read as Python: {error}"


def _comments(source: str) -> list[int]:
    """Find comments: one could set another encoding for the file, or silence a check."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline) if "#" in source else ()
    return [token.start[0] for token in tokens if token.type == tokenize.COMMENT]
