"""Lists the statements, imports, names and calls that a generated module may hold; anything else is refused."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, Final

from scripts.generation.package import TEMPLATES
from scripts.templates.runtime import codec, limits

if TYPE_CHECKING:
    from collections.abc import Iterable

# A name from the document; names that begin with an underscore are reserved for us and for Python.
NAME: Final = r"[^\W\d_]\w*"
_TYPING: Final = r"(?:Any|ClassVar|Final|Literal|NewType|NotRequired|TYPE_CHECKING|TypeAlias|TypedDict|cast)"
_SHARED: Final = r"(?:File|Id|ListOf|PlainText|RequestFiles|Response|UNSET|Unset)"
_HOMES: Final = r"(?:\.|\.\.(?=(?:ids|inputs)$))?"  # what a module begins with
_IMPORTS: Final = re.compile(
    r"import datetime|from (?:"
    rf"__future__ import annotations|importlib import import_module|typing import {_TYPING}(?:, {_TYPING})*"
    r"|collections\.abc import Mapping|uuid import UUID"
    r"|attrs import (?:define as _define|field as _field)"
    r"|\.{1,3} import codec as _c|\.(?:\.\.)? import calls as _calls|\.\.multipart import parts as _parts"
    rf"|\.{{1,3}}types import {_SHARED}(?:, {_SHARED})*|\.\.enums import Open(?:Int)?Enum as _Enum"
    r"|\.\.calls import AsyncCaller, Caller|\.{1,3} import models as _m|\.\. import resources as _r"
    rf"|\.{{1,2}}{NAME} import (?P<own>{NAME})(?: as (?P=own))?"
    rf"|\.\.api\.{NAME} import (?P<operation>{NAME}) as _(?P=operation))"
)
# What may be called, and which of its arguments have to be names: the others may be any text of the document.
_CALLED: Final[dict[str, tuple[int, ...]]] = {
    **dict.fromkeys(("_c.Array", "_c.Const", "_c.Table", "_c.Union", "_calls.Body", "_calls.Operation"), ()),
    **dict.fromkeys(("OPERATION.call", "call", "sync_detailed", "asyncio_detailed"), ()),
    **dict.fromkeys(("_calls.send", "_calls.send_async", "self._call", "_field", "_parts"), ()),
    **dict.fromkeys(("_c.Enumeration", "_c.Object", "cast"), (0,)),
    **dict.fromkeys(("_c.Field", "_calls.Parameter"), (1,)),
    "_make": (0,),
}
_TYPES: Final = {
    f"_c.{name}" for name, value in vars(codec).items() if name.isupper() and isinstance(value, codec.Type)
}
_ANNOTATIONS: Final = re.compile(
    rf"datetime\.date(?:time)?|_c\.Table|_calls\.(?:AuthenticatedClient|Call|Client|Operation)|_[mr]\.{NAME}"
)
_BASES: Final = {"_c.Model", "_Enum", "TypedDict"}
_LIMITS: Final = frozenset(limits.NAMES.values())


class ForeignError(Exception):
    """Code that no template writes, with its line."""

    def __init__(self, node: ast.AST) -> None:
        self.line = getattr(node, "lineno", 0)
        super().__init__(self.line)


def _template(name: str, first: str, last: str = "\0") -> list[str]:
    """Return the statements between two lines of a template that are written without placeholders."""
    text = (TEMPLATES / f"{name}.py.jinja").read_text(encoding="utf-8")
    return [ast.dump(one) for one in ast.parse(first + text.partition(first)[2].partition(last)[0]).body]


_FIXED: Final = {
    *_template("lazy_init", "if not TYPE_CHECKING:"),
    *_template("resources_init", "def operation(", "{% for"),
}


def _require(node: ast.AST, *facts: object) -> None:
    if not all(facts):
        raise ForeignError(node)


def check_module(tree: ast.Module) -> None:
    """Check a module: docstring, imports, tables, classes, functions, type aliases."""
    first, *rest = tree.body or [ast.Pass()]
    _require(first, _is_docstring(first))
    if rest:
        _require(rest[0], ast.unparse(rest[0]) == "from __future__ import annotations")
    _bound_once(rest)
    before: ast.stmt = first
    for statement in rest:
        is_note = isinstance(before, ast.AnnAssign) and _is_docstring(statement)  # of a type alias
        if not is_note and not (isinstance(statement, ast.If | ast.FunctionDef) and ast.dump(statement) in _FIXED):
            _statement(statement)
        before = statement


def _statement(statement: ast.stmt) -> None:
    match statement:
        case ast.Import() | ast.ImportFrom():
            _require(statement, _IMPORTS.fullmatch(ast.unparse(statement)))
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body, orelse=[]):
            for one in body:
                _require(one, isinstance(one, ast.Import | ast.ImportFrom))
                _statement(one)
        case ast.ClassDef():
            _class(statement)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            _function(statement)
        case _:
            _table(statement)


def _table(statement: ast.stmt) -> None:
    """Check an assignment of a module: a list of names, modules by name, operations, a type alias."""
    match statement:
        case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=names)):
            _require(statement, all(map(_is_name, names)))
        case ast.AnnAssign(target=ast.Name(id="_MODULES" | "_CLASSES"), value=ast.Dict(keys=keys, values=values)):
            _require(statement, all(map(_is_name, keys)), all(_is_name(one, _HOMES) for one in values))
        case ast.Assign(targets=[ast.Name(id=id_)], value=ast.Call(ast.Name("NewType"), [name, ast.Name("Id")], [])):
            _require(statement, _is_name(name), re.fullmatch(NAME, id_))
        case ast.AnnAssign(target=ast.Name(id="OPERATIONS"), value=ast.Dict(keys=keys, values=values)):
            _require(statement, all(map(_is_name, keys)), all(_is_name(one, rf"{NAME}\.") for one in values))
        case ast.AnnAssign(target=ast.Name(id="OPERATION" | "WEBHOOKS"), value=ast.Call() | ast.Dict() as value):
            _value(value, set())
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias"), value=ast.expr() as value):
            _require(statement, re.fullmatch(NAME, name))
            _annotation(value)
        case _:
            raise ForeignError(statement)
    if isinstance(statement, ast.AnnAssign):
        _annotation(statement.annotation)


def _class(made: ast.ClassDef) -> None:
    bases = [_dotted(base) for base in made.bases]
    _require(made, re.fullmatch(NAME, made.name), not made.keywords, len(bases) < 2, _BASES.issuperset(bases))  # noqa: PLR2004
    for decorator in made.decorator_list:
        is_define = isinstance(decorator, ast.Call) and _dotted(decorator.func) == "_define" and not decorator.args
        _require(decorator, is_define, all(_is_flag(one) for one in getattr(decorator, "keywords", ())))
    _require(made.body[0], _is_docstring(made.body[0]))
    _bound_once(made.body)
    for statement in made.body[1:]:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                _require(statement, re.fullmatch(NAME, name), _is_scalar(value))
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                _require(statement, re.fullmatch(NAME, name) or name == "_table")
                _annotation(statement.annotation)
                if value is not None:
                    _value(value, {"UNSET", "dict"})
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                _function(statement)
            case _:
                raise ForeignError(statement)


def _function(made: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    """Check a function: a docstring, and one statement that passes on or returns a value."""
    given = made.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    _require(made, re.fullmatch(NAME, made.name) or made.name in {"__init__", "_get_kwargs"})
    _require(made, not given.vararg, not given.kwarg, all(re.fullmatch(NAME, one.arg) for one in parameters))
    _require(made, {_dotted(one) for one in made.decorator_list} <= {"property"})
    for default in (*given.defaults, *given.kw_defaults):
        _require(made, default is None or _dotted(default) == "UNSET")
    for annotated in (*(one.annotation for one in parameters if one.arg != "self"), made.returns):
        _require(made, annotated is not None)
        _annotation(annotated)
    names = {one.arg for one in parameters}
    match made.body:
        case [first, ast.Return(value=ast.expr() as value)] if _is_docstring(first):
            _value(value, names)
        case [first, ast.Assign(targets=[target], value=ast.Name(id=name))] if _is_docstring(first):
            _require(made, made.name == "__init__", _dotted(target) in {"self._call", "self._caller"}, name in names)
        case _:
            raise ForeignError(made)


def _value(node: ast.AST, names: set[str]) -> None:
    """Check a value: a text, a number, a type of the codec, a name in scope, or an allowed call."""
    inner: list[ast.expr] = []
    match node:
        case ast.Call(func=called, args=arguments, keywords=keywords):
            _call(node, called, names)
            inner = [*arguments, *(keyword.value for keyword in keywords)]
        case ast.Dict(keys=keys, values=inner):
            _require(node, all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in keys))
        case ast.Tuple(elts=inner):
            pass
        case ast.Await(value=ast.Call() as value):
            inner = [value]
        case ast.Attribute(value=ast.Call() | ast.Await() as value, attr="parsed" | "kwargs"):
            inner = [value]
        case _:
            _leaf(node, names)
    for one in inner:
        _value(one, names)


def _leaf(node: ast.AST, names: set[str]) -> None:
    match node:
        case ast.Name(id=name):
            _require(node, name in names)
        case ast.Attribute():
            written = _dotted(node)
            _require(node, written in _TYPES or (written == "self._caller" and "self" in names))
        case _:
            _require(node, _is_scalar(node) or (isinstance(node, ast.Constant) and node.value is None))


def _call(node: ast.Call, called: ast.expr, names: set[str]) -> None:
    """Check a call: of a callee on the list, of `.where` of a type, or of a function in an operation's module."""
    _require(node, all(keyword.arg for keyword in node.keywords))
    match called:
        case ast.Attribute(value=limited, attr="where"):
            _require(node, not node.args, _LIMITS.issuperset(str(keyword.arg) for keyword in node.keywords))
            _value(limited, set())
        case ast.Attribute(value=ast.Name(id=module), attr="call") if re.fullmatch(f"_{NAME}", module):
            _require(node, all(isinstance(one, ast.Name) for one in node.args))
        case _:
            written = _dotted(called)
            named = _CALLED.get(written)
            _require(node, named is not None, "self" in names or written != "self._call")
            _require(node, all(index < len(node.args) and _is_name(node.args[index]) for index in named or ()))
            named_words = [keyword.value for keyword in node.keywords if keyword.arg == "name"]
            _require(node, all(_is_name(one) or isinstance(one, ast.Name) for one in named_words))


def _annotation(node: ast.AST | None) -> None:
    match node:
        case ast.Name(id=name):
            _require(node, re.fullmatch(NAME, name))
        case ast.Constant(value=None):
            pass
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            _annotation(left)
            _annotation(right)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            _require(node, all(_is_scalar(one) for one in (inner.elts if isinstance(inner, ast.Tuple) else [inner])))
        case ast.Subscript(value=base, slice=inner):
            _annotation(base)
            for one in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                _annotation(one)
        case ast.Attribute():
            _require(node, _ANNOTATIONS.fullmatch(_dotted(node)))
        case _:
            raise ForeignError(node or ast.Pass())


def _bound_once(body: Iterable[ast.stmt]) -> None:
    """Check that no name of a scope is bound twice: the second would silently replace the first."""
    bound: set[str] = set()
    for one in body:
        targets: list[Any] = one.targets if isinstance(one, ast.Assign) else [getattr(one, "target", one)]
        for name in (getattr(target, "id", getattr(target, "name", "")) for target in targets):
            _require(one, not name or name not in bound)
            bound.add(name)


def _dotted(node: ast.AST) -> str:
    """Write a name, or names with dots between; "" for anything else."""
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return before and f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_name(node: ast.AST | None, before: str = "") -> bool:
    """Whether a node is a text that is a name, with a prefix or without."""
    value = getattr(node, "value", None)
    return isinstance(node, ast.Constant) and isinstance(value, str) and bool(re.fullmatch(before + NAME, value))


def _is_flag(keyword: ast.keyword) -> bool:
    return bool(keyword.arg) and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool)


def _is_scalar(node: ast.AST) -> bool:
    """Whether a node is a text, a number (which may be negative), True or False."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant) and type(node.operand.value) in {int, float}
    return isinstance(node, ast.Constant) and type(node.value) in {str, int, float, bool}
