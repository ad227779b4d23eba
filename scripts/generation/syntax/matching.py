"""Compares code with a pattern: Python source in which names that begin with `Q_` are holes, each with a rule.

A hole stands for an expression (`Q_type`), for a name (`class Q_class`), for the parameters of a function
(`def f(Q_parameters)`), or for a statement of its own (`Q_docstring`). All else has to be the same, node by node.
"""

from __future__ import annotations

import ast
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Holes = Mapping[str, Callable[[Any], bool]]

HOLE = "Q_"
_NO_MATTER = {
    "ctx",
    "type_comment",
    "kind",
}  # load or store follows from the place; the others are of comments and `u""`


class ForeignError(Exception):
    """Code that the pattern does not have; `line` is where it stands."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@cache
def pattern(source: str) -> ast.stmt:
    """Parse the source of a pattern, one statement."""
    (statement,) = ast.parse(textwrap.dedent(source)).body
    return statement


def compare(source: str, node: ast.AST, holes: Holes) -> None:
    """Raise ForeignError at the first node that the pattern does not have."""
    _compare(pattern(source), node, getattr(node, "lineno", 0), holes)


def fits(source: str, node: ast.AST, holes: Holes) -> bool:
    """Tell whether a statement is what the pattern says."""
    try:
        compare(source, node, holes)
    except ForeignError:
        return False
    return True


def _compare(expected: Any, value: Any, line: int, holes: Holes) -> None:
    line = getattr(value, "lineno", line)
    hole = _hole(expected)
    if hole is not None:
        same = holes[hole](value)
    elif isinstance(expected, list):
        same = isinstance(value, list) and len(expected) == len(value)
    else:
        same = type(expected) is type(value) and (isinstance(expected, ast.AST) or expected == value)
    if not same:
        raise ForeignError(line)
    if hole is None:
        for one, other in _parts(expected, value):
            _compare(one, other, line, holes)


def _parts(expected: Any, value: Any) -> list[tuple[Any, Any]]:
    if isinstance(expected, list):
        return list(zip(expected, value, strict=True))
    fields = [field for field in getattr(expected, "_fields", ()) if field not in _NO_MATTER]
    return [(getattr(expected, field, None), getattr(value, field, None)) for field in fields]


def _hole(expected: Any) -> str | None:
    """Give the hole that a part of the pattern is, if it is one."""
    match expected:
        case str(name) | ast.Name(id=name) | ast.Expr(value=ast.Name(id=name)):
            return name if name.startswith(HOLE) else None
        case ast.arguments(args=[ast.arg(arg="Q_parameters")]):
            return "Q_parameters"
        case _:
            return None
