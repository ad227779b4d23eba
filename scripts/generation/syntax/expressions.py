"""The expressions that the templates can write: names, texts, annotations, types of the codec, arguments.

Each rule takes a node (or a name) and tells whether it is one. What no rule names is refused: that is the point.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from scripts.templates.runtime import codec, limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# A name that comes from the document: never one that begins with an underscore, which are ours and Python's.
NAME = r"[^\W\d_]\w*"
_NAME = re.compile(NAME)
_GENERIC = {"list", "dict", "Mapping"}
_SINGLE_TYPES = {name for name in vars(codec) if name.isupper() and isinstance(getattr(codec, name), codec.Type)}
_LIMITS = frozenset(limits.NAMES.values())
_FLAGS = frozenset({"required", "nullable"})


def is_name(value: Any) -> bool:
    """A name as a document's word becomes one."""
    return isinstance(value, str) and bool(_NAME.fullmatch(value)) and value.isidentifier()


def is_text(node: Any) -> bool:
    """A plain string, no bytes, no f-string."""
    return isinstance(node, ast.Constant) and type(node.value) is str


def is_docstring(node: Any) -> bool:
    """A statement that is nothing but a string."""
    return isinstance(node, ast.Expr) and is_text(node.value)


def is_named_text(node: Any) -> bool:
    """A string that holds a name, with the dots of a module path between such names or none."""
    return is_text(node) and all(is_name(part) for part in node.value.removeprefix(".").split("."))


def is_scalar(node: Any) -> bool:
    """A text, a number (which may be negative), true or false."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
        return isinstance(node, ast.Constant) and type(node.value) in {int, float}
    return isinstance(node, ast.Constant) and type(node.value) in {str, int, float, bool}


def is_unset(node: Any) -> bool:
    """The one default there is."""
    return isinstance(node, ast.Name) and node.id == "UNSET"


def is_annotation(node: Any) -> bool:  # noqa: PLR0911 - a table of shapes
    """Names, None, `a | b`, `list[a]`, `dict[a, b]`, `Literal["a"]`, and the two classes of `datetime`."""
    match node:
        case ast.Name(id=name):
            return is_name(name)
        case ast.Constant(value=None):
            return True
        case ast.Constant():
            return is_named_text(node)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return is_annotation(left) and is_annotation(right)
        case ast.Attribute(value=ast.Name(id="datetime"), attr="date" | "datetime"):
            return True
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            return all(is_scalar(one) for one in _members(inner))
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _GENERIC:
            return all(is_annotation(one) for one in _members(inner))
        case _:
            return False


def _members(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def is_type(node: Any) -> bool:
    """A type as the codec has it: `_c.STRING`, `_c.Object("Name")`, `_c.Array(type)`, `type.where(min_length=1)`."""
    match node:
        case ast.Attribute(value=ast.Name(id="_c"), attr=attr):
            return attr in _SINGLE_TYPES
        case ast.Call(func=ast.Attribute(value=ast.Name(id="_c"), attr=attr), args=args, keywords=keywords):
            return _is_made_type(attr, args, keywords)
        case ast.Call(func=ast.Attribute(value=base, attr="where"), args=[], keywords=keywords):
            return is_type(base) and all(one.arg in _LIMITS and is_scalar(one.value) for one in keywords)
        case _:
            return False


def _is_made_type(attr: str, args: list[ast.expr], keywords: list[ast.keyword]) -> bool:
    one = len(args) == 1 and not keywords
    match attr:
        case "Object" | "Enumeration":
            return one and is_text(args[0]) and is_name(getattr(args[0], "value", None))
        case "Const":
            return one and is_scalar(args[0])
        case "Array":
            return one and is_type(args[0])
        case "Union":
            return all(map(is_type, args)) and _are_flags(keywords, frozenset({"one_of"}))
        case _:
            return False


def _are_flags(keywords: list[ast.keyword], allowed: frozenset[str]) -> bool:
    return all(k.arg in allowed and isinstance(k.value, ast.Constant) and type(k.value.value) is bool for k in keywords)


def _made(node: Any, module: str, attr: str) -> ast.Call | None:
    """Give the call if it makes that class of ours and splices nothing in."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr=name)) if (found, name) == (module, attr):
            return node
        case _:
            return None


def is_table(node: Any) -> bool:
    """`_c.Table` of fields, with the type of what is not declared and the limits of the whole."""
    call = _made(node, "_c", "Table")
    rules = {"extra": lambda value: is_none(value) or is_type(value), "limits": is_limits}
    return call is not None and all(map(_is_field, call.args)) and _follow(call.keywords, rules)


def _is_field(node: ast.expr) -> bool:
    call = _made(node, "_c", "Field")
    if call is None or len(call.args) != 3:  # noqa: PLR2004 - name, attribute, type
        return False
    name, attribute, type_ = call.args
    return is_text(name) and is_named_text(attribute) and is_type(type_) and _are_flags(call.keywords, _FLAGS)


def is_none(node: Any) -> bool:
    """The word None."""
    return isinstance(node, ast.Constant) and node.value is None


def is_limits(node: Any) -> bool:
    """A mapping of limits, by the codec's names."""
    if not isinstance(node, ast.Dict) or not all(map(is_scalar, node.values)):
        return False
    return all(isinstance(key, ast.Constant) and key.value in _LIMITS for key in node.keys)


def is_operation(node: Any) -> bool:
    """`_calls.Operation` with its declared table."""
    call = _made(node, "_calls", "Operation")
    return call is not None and not call.args and _follow(call.keywords, _OPERATION)


def _is_parameters(node: ast.expr) -> bool:
    return isinstance(node, ast.Tuple) and all(map(_is_parameter, node.elts))


def _is_parameter(node: ast.expr) -> bool:
    call = _made(node, "_calls", "Parameter")
    if call is None or len(call.args) != 4:  # noqa: PLR2004 - name, attribute, location, type
        return False
    texts = all(map(is_text, call.args[:3])) and is_named_text(call.args[1])
    return texts and is_type(call.args[3]) and _are_flags(call.keywords, _FLAGS)


def _is_bodies(node: ast.expr) -> bool:
    bodies = [_made(one, "_calls", "Body") for one in node.elts] if isinstance(node, ast.Tuple) else [None]
    return all(b is not None and len(b.args) == 2 and is_text(b.args[0]) and is_type(b.args[1]) for b in bodies)  # noqa: PLR2004


def _is_answers(node: ast.expr) -> bool:
    return isinstance(node, ast.Dict) and all(map(is_text, node.keys)) and all(map(is_type, node.values))


def _follow(keywords: list[ast.keyword], rules: Mapping[str, Callable[[Any], bool]]) -> bool:
    return all(rules.get(str(keyword.arg), _never)(keyword.value) for keyword in keywords)


def _never(_: ast.expr) -> bool:
    return False


_OPERATION: Mapping[str, Callable[[Any], bool]] = {
    "name": is_named_text,
    "tag": is_text,
    "method": is_text,
    "path": is_text,
    "parameters": _is_parameters,
    "bodies": _is_bodies,
    "body_required": is_scalar,
    "answers": _is_answers,
    "success": is_type,
}


def are_parameters(node: Any) -> bool:
    """The parameters of a function: annotated names, and no default but UNSET."""
    if not isinstance(node, ast.arguments) or node.vararg or node.kwarg or node.posonlyargs:
        return False
    annotated = [one for one in (*node.args, *node.kwonlyargs) if one.arg != "self"]
    defaults = [one for one in (*node.defaults, *node.kw_defaults) if one is not None]
    names = all(is_name(one.arg) and is_annotation(one.annotation) for one in annotated)
    return names and all(map(is_unset, defaults))


def is_handover(node: Any) -> bool:
    """`call(a, b=b)`, `sync_detailed(...)`, `_operation.call(...)`: our own functions, given nothing but names."""
    match node:
        case ast.Call(func=ast.Name(id="call" | "sync_detailed" | "asyncio_detailed"), args=args, keywords=keywords):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr="call"), args=args, keywords=keywords):
            if not is_name(module.removeprefix("_")):
                return False
        case _:
            return False
    given = [*args, *(keyword.value for keyword in keywords)]
    return all(isinstance(one, ast.Name) for one in given) and all(keyword.arg for keyword in keywords)


def are_arguments(node: Any) -> bool:
    """A mapping of names to the values that bear them."""
    return (
        isinstance(node, ast.Dict)
        and all(map(is_text, node.keys))
        and all(isinstance(v, ast.Name) for v in node.values)
    )


def are_texts(node: Any) -> bool:
    """A list of names in quotes."""
    return isinstance(node, ast.List) and all(map(is_named_text, node.elts))


def are_modules(node: Any) -> bool:
    """A mapping of names to modules, both in quotes."""
    return isinstance(node, ast.Dict) and all(map(is_named_text, [*node.keys, *node.values]))


HOLES: Mapping[str, Callable[[Any], bool]] = {
    "Q_docstring": is_docstring,
    "Q_name": is_name,
    "Q_attribute": lambda node: isinstance(node, ast.Name) and is_name(node.id),
    "Q_text": is_named_text,
    "Q_scalar": is_scalar,
    "Q_annotation": is_annotation,
    "Q_table": is_table,
    "Q_operation": is_operation,
    "Q_parameters": are_parameters,
    "Q_handover": is_handover,
    "Q_arguments": are_arguments,
    "Q_texts": are_texts,
    "Q_modules": are_modules,
    "Q_caller": lambda node: isinstance(node, ast.Name) and node.id in {"Caller", "AsyncCaller"},
}
