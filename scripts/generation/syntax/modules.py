"""The modules that the templates can write, statement by statement."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING

from attrs import frozen

from scripts.generation.syntax.expressions import HOLES, NAME
from scripts.generation.syntax.matching import ForeignError, compare, fits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Rest = Callable[[list[ast.stmt]], None]


@frozen
class Kind:
    """One template: the imports it may write, those for types alone, and what stands after them."""

    imports: tuple[str, ...]
    for_types: tuple[str, ...]
    rest: Rest


def check(tree: ast.Module, kind: Kind) -> None:
    """Raise ForeignError at the first statement that the template could not have written."""
    body = list(tree.body)
    _expect("Q_docstring", body)
    if kind.rest is _nothing:
        _nothing(body)
        return
    _expect("from __future__ import annotations", body)
    while body and isinstance(body[0], ast.Import | ast.ImportFrom):
        _import(body.pop(0), kind.imports)
    if body and fits("if TYPE_CHECKING: Q_anything", _first_only(body[0]), {"Q_anything": lambda _: True}):
        for statement in getattr(body.pop(0), "body", []):
            _import(statement, kind.for_types)
    kind.rest(body)


def _first_only(statement: ast.stmt) -> ast.stmt:
    """Cut an `if` down to its first statement, for the shape of its test; an else would still be seen."""
    if isinstance(statement, ast.If):
        return ast.If(test=statement.test, body=[ast.Expr(ast.Name("Q"))], orelse=statement.orelse)
    return statement


def _import(statement: ast.stmt, allowed: Iterable[str]) -> None:
    written = ast.unparse(statement) if isinstance(statement, ast.Import | ast.ImportFrom) else ""
    if not any(re.fullmatch(one, written) for one in allowed):
        raise ForeignError(statement.lineno)


def _expect(source: str, body: list[ast.stmt]) -> None:
    """Take the next statement, which has to be this one."""
    if not body:
        raise ForeignError(0)
    compare(source, body.pop(0), HOLES)


def _expect_all(sources: Iterable[str], body: list[ast.stmt]) -> None:
    for source in sources:
        _expect(source, body)
    _nothing(body)


def _nothing(body: list[ast.stmt]) -> None:
    if body:
        raise ForeignError(body[0].lineno)


def _class(head: str, body: list[ast.stmt]) -> list[ast.stmt]:
    """Take the next statement, which has to be a class with that head; give what stands in it."""
    if not body or not isinstance(body[0], ast.ClassDef):
        raise ForeignError(body[0].lineno if body else 0)
    found = body.pop(0)
    assert isinstance(found, ast.ClassDef)  # noqa: S101 - for the type checker
    bare = copy.copy(found)
    bare.body = [ast.Pass()]
    compare(head, bare, HOLES)
    return list(found.body)


def _model(body: list[ast.stmt]) -> None:
    inside = _class("@_define(slots=False, repr=False)\nclass Q_name(_c.Model):\n    pass", body)
    _nothing(body)
    _expect("Q_docstring", inside)
    while inside and not fits(_EXTRA, inside[0], HOLES):
        field = inside.pop(0)
        compare("Q_attribute: Q_annotation" if getattr(field, "value", None) is None else _OPTIONAL, field, HOLES)
    _expect(_EXTRA, inside)
    _expect("_table: ClassVar[_c.Table] = Q_table", inside)
    _expect_all([_TO_MULTIPART] if inside else [], inside)


_OPTIONAL = "Q_attribute: Q_annotation = UNSET"
_EXTRA = "additional_properties: dict[str, Q_annotation] = _field(init=False, factory=dict)"
_TO_MULTIPART = """
    def to_multipart(self) -> RequestFiles:
        Q_docstring
        return _parts(self)
"""


def _enum(body: list[ast.stmt]) -> None:
    inside = _class("class Q_name(_Enum):\n    pass", body)
    _nothing(body)
    _expect("Q_docstring", inside)
    _expect_all(["Q_attribute = Q_scalar"] * len(inside), inside)


def _alias(body: list[ast.stmt]) -> None:
    _expect_all(["Q_attribute: TypeAlias = Q_annotation", "Q_docstring"], body)


def _type_module(body: list[ast.stmt]) -> None:
    """One of the three things that a module of `models` can be."""
    if body and isinstance(body[0], ast.ClassDef):
        (_model if body[0].decorator_list else _enum)(body)
    else:
        _alias(body)


_OPERATION = (
    "OPERATION: Final[_calls.Operation[Q_annotation]] = Q_operation",
    """
    def call(Q_parameters) -> _calls.Call[Q_annotation]:
        Q_docstring
        return OPERATION.call(Q_arguments)
    """,
    """
    def _get_kwargs(Q_parameters) -> dict[str, Any]:
        Q_docstring
        return Q_handover.request
    """,
    """
    def sync_detailed(Q_parameters) -> Response[Q_annotation]:
        Q_docstring
        return _calls.send(client, Q_handover)
    """,
    """
    def sync(Q_parameters) -> Q_annotation:
        Q_docstring
        return Q_handover.parsed
    """,
    """
    async def asyncio_detailed(Q_parameters) -> Response[Q_annotation]:
        Q_docstring
        return await _calls.send_async(client, Q_handover)
    """,
    """
    async def asyncio(Q_parameters) -> Q_annotation:
        Q_docstring
        return (await Q_handover).parsed
    """,
)


def _resource(body: list[ast.stmt]) -> None:
    for method in (_METHOD, _ASYNC_METHOD):
        inside = _class("class Q_name:\n    pass", body)
        _expect("Q_docstring", inside)
        _expect(_INIT.format(attribute="_call"), inside)
        _expect_all([method] * len(inside), inside)
    _nothing(body)


_INIT = """
    def __init__(self, call: Q_caller) -> None:
        Q_docstring
        self.{attribute} = call
"""
_METHOD = """
    def Q_name(Q_parameters) -> Q_annotation:
        Q_docstring
        return self._call(Q_handover)
"""
_ASYNC_METHOD = """
    async def Q_name(Q_parameters) -> Q_annotation:
        Q_docstring
        return await self._call(Q_handover)
"""


def _resources(body: list[ast.stmt]) -> None:
    for source in _RESOURCES:
        _expect(source, body)
    for name in ("Resources", "AsyncResources"):
        inside = _class(f"class {name}:\n    pass", body)
        _expect("Q_docstring", inside)
        _expect(_INIT.format(attribute="_caller"), inside)
        _expect_all([_TAG] * len(inside), inside)
    _expect_all(['__all__ = ["OPERATIONS", "AsyncResources", "Resources", "operation"]'], body)


_RESOURCES = (
    "OPERATIONS: Final[dict[str, str]] = Q_modules",
    """
    def operation(name: str) -> Operation[Any]:
        Q_docstring
        return cast("Operation[Any]", import_module(f"..api.{OPERATIONS[name]}", __name__).OPERATION)
    """,
    """
    def _make(module: str, name: str, caller: object) -> Any:
        return getattr(import_module(f".{module}", __name__), name)(caller)
    """,
)
_TAG = """
    @property
    def Q_name(self) -> Q_annotation:
        Q_docstring
        return cast(Q_text, _make(Q_text, Q_text, self._caller))
"""
_LAZY = (
    "_MODULES: Final = Q_modules",
    "__all__ = Q_texts",
    """
    if not TYPE_CHECKING:

        def __getattr__(name: str) -> Any:
            Q_docstring
            if name not in _MODULES:
                raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
            value = globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
            return value

        def __dir__() -> list[str]:
            Q_docstring
            return sorted(_MODULES)
    """,
)
_OURS = rf"from \.\.{NAME} import {NAME}"
_STANDARD = (
    "from collections.abc import Mapping",
    "from typing import (Any|Literal)",
    "from uuid import UUID",
    "import datetime",
)

PACKAGE = Kind((), (), _nothing)
LAZY = Kind(
    ("from importlib import import_module", "from typing import TYPE_CHECKING, Any, Final"),
    (rf"from \.{NAME} import ({NAME}) as \1",),
    lambda body: _expect_all(_LAZY, body),
)
TYPE = Kind(
    (
        "from typing import (TYPE_CHECKING, )?Any, ClassVar",
        "from typing import TypeAlias",
        "from attrs import define as _define",
        "from attrs import field as _field",
        r"from \.\. import codec as _c",
        r"from \.\.types import (UNSET|File|Unset)",
        r"from \.\.multipart import parts as _parts",
        r"from \.\.enums import Open(Int)?Enum as _Enum",
        rf"from \.{NAME} import {NAME}",
        *_STANDARD,
    ),
    (*_STANDARD, r"from \.\.types import (File|Unset|RequestFiles)", rf"from \.{NAME} import {NAME}"),
    _type_module,
)
OPERATION = Kind(
    (
        "from typing import TYPE_CHECKING, Any, Final",
        r"from \.\.\. import (calls as _calls|codec as _c)",
        r"from \.\.\.types import UNSET",
    ),
    (
        *_STANDARD,
        rf"from \.\.\.models\.{NAME} import {NAME}",
        r"from \.\.\.client import AuthenticatedClient, Client",
        r"from \.\.\.types import (Response|File|Unset)",
    ),
    lambda body: _expect_all(_OPERATION, body),
)
RESOURCE = Kind(
    (
        "from typing import TYPE_CHECKING",
        rf"from \.\.api\.{NAME} import ({NAME}) as _\1",
        r"from \.\.types import UNSET",
    ),
    (
        *_STANDARD,
        rf"from \.\.models\.{NAME} import {NAME}",
        r"from \.\.calls import AsyncCaller, Caller",
        r"from \.\.types import (File|Unset)",
    ),
    _resource,
)
RESOURCES = Kind(
    ("from importlib import import_module", "from typing import TYPE_CHECKING, Any, Final, cast"),
    (r"from \.\.calls import AsyncCaller, Caller, Operation", rf"from \.{NAME} import Async({NAME}), \1"),
    _resources,
)
