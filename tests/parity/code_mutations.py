"""Changes of meaning in generated code: one edit of one file at a time, found by the shape of the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from attrs import frozen

OTHER_TYPE = {"STRING": "INTEGER", "INTEGER": "STRING", "NUMBER": "BOOLEAN", "BOOLEAN": "NUMBER"}
OTHER_NAME = {
    "str": "int",
    "int": "bool",
    "float": "str",
    "bool": "str",
    "UUID": "str",
    "Unset": "bytes",
    "None": "bytes",
}


@frozen
class Edit:
    """One edit: its kind, and the whole new text of the file (None: the file is gone)."""

    kind: str
    line: int
    text: str | None


class Source:
    """A source text with its syntax tree, and ways to make a changed copy."""

    def __init__(self, text: str) -> None:
        self.text, self.tree = text, ast.parse(text)
        self.starts = [0]
        for line in text.encode().splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> tuple[int, int]:
        """Give where a node stands, in bytes."""
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset

    def edit(
        self, kind: str, node: ast.expr | ast.stmt | ast.arg | ast.keyword, new: str, *, comma: bool = False
    ) -> Edit:
        """Replace a node; with `comma`, the comma after it goes too."""
        start, end = self.span(node)
        data = self.text.encode()
        rest = data[end:]
        if comma:
            rest = rest.lstrip().removeprefix(b",")
        return Edit(kind, node.lineno, (data[:start] + new.encode() + rest).decode())

    def add(self, kind: str, node: ast.Call, extra: str) -> Edit:
        """Add an argument to a call."""
        _, end = self.span(node)
        data = self.text.encode()
        head = data[: end - 1].rstrip().removesuffix(b",")
        return Edit(kind, node.lineno, (head + b", " + extra.encode() + data[end - 1 :]).decode())

    def code(self, node: ast.expr) -> str:
        """Give the text of a node."""
        start, end = self.span(node)
        return self.text.encode()[start:end].decode()


def edits(file: str, text: str) -> Iterator[Edit]:
    """Yield the edits of a generated file; each changes what it means."""
    source = Source(text)
    if file == "__init__.py":
        yield from of_index(source)
    elif file == "webhooks.py":
        yield from of_webhooks(source)
    elif file in ("inputs.py", "ids.py"):
        yield from of_inputs(source)
    elif file.startswith("models/"):
        yield from of_index(source) if file.endswith("__init__.py") else of_model(source)
    elif file.startswith("api/") and not file.endswith("__init__.py"):
        yield from of_table(source)
        yield from of_functions(source)
    elif file.startswith("resources/"):
        yield from of_index(source) if file.endswith("__init__.py") else of_functions(source)


def of_model(source: Source) -> Iterator[Edit]:
    """Change a model, an enum or an alias."""
    for statement in source.tree.body:
        if isinstance(statement, ast.AnnAssign):
            yield source.edit("alias retyped", statement.value, "bytes")
        if not isinstance(statement, ast.ClassDef):
            continue
        yield from of_fields(source, statement)
        for flag in (one for part in statement.decorator_list for one in part.keywords if one.arg == "repr"):
            yield source.edit("texts shown", flag.value, "True")
        members = [part for part in statement.body if isinstance(part, ast.Assign)]
        for member in members:
            yield source.edit("member changed", member.value, "'never heard of'")
            yield source.edit("member dropped", member, "" if len(members) > 1 else "OTHER = 'other'")
        if members:
            yield source.edit("member added", members[0], f"{source.code(members[0])}\n    NEW = 'never heard of'")


def of_fields(source: Source, class_: ast.ClassDef) -> Iterator[Edit]:
    """Change the annotations and the field table of a model."""
    for part in class_.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            if part.target.id == "_table":
                yield from of_calls(source, part, "Field")
                extra = next((one.value for one in part.value.keywords if one.arg == "extra"), None)
                for kind, said in (("closed", "None"), ("undeclared properties typed", "_c.BOOLEAN")):
                    yield source.edit(kind, extra, said) if extra else source.add(kind, part.value, f"extra={said}")
                if source.code(extra or part.target) == "_c.ANY":
                    yield source.edit("undeclared properties no longer allowed on purpose", extra, "_c.UNSET")
                yield source.add("field added", part.value, "*[_c.Field('new', 'new', _c.STRING)]")
                continue
            yield from of_annotation(source, part.annotation)
            if part.target.id == "additional_properties":
                yield source.edit("undeclared properties given by position", part.value, "_field(factory=dict)")
                yield source.edit("undeclared properties gone", part.value, "_field(init=False, default=None)")
                continue
            yield source.edit("attribute renamed", part.target, f"{part.target.id}_renamed")
            yield source.edit("attribute dropped", part, "")
            if part.value is None:
                yield source.edit(
                    "default added", part.annotation, f"{source.code(part.annotation)} = _field(default=None)"
                )
            else:
                yield source.edit("default changed", part.value, "_field(default=None)")


def of_annotation(source: Source, annotation: ast.expr) -> Iterator[Edit]:
    """Retype each name of an annotation, and make it take one type more."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name) and node.id not in ("list", "dict", "Any", "Mapping", "ClassVar", "str"):
            yield source.edit("annotation retyped", node, OTHER_NAME.get(node.id, "bytes"))
        if isinstance(node, ast.Constant) and node.value is None:
            yield source.edit("annotation retyped", node, "bytes")
    if "Any" not in source.code(annotation):
        yield source.edit("annotation widened", annotation, f"{source.code(annotation)} | bytes")


def of_calls(source: Source, part: ast.AST, name: str) -> Iterator[Edit]:
    """Change the entries of a table: each `Field`, `Parameter` or `Body`."""
    for call in ast.walk(part):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == name:
            yield source.edit("entry dropped", call, "", comma=True)
            yield source.edit("entry renamed", call.args[0], repr(f"{call.args[0].value}_renamed"))
            yield from of_type(source, call.args[-1])
            said = {keyword.arg: keyword for keyword in call.keywords}
            for flag in ("required", "nullable") if name != "Body" else ():
                if flag in said:
                    yield source.edit(f"{flag} flipped", said[flag].value, "False")
                elif flag == "required" or source.code(call.args[-1]) != "_c.ANY":
                    yield source.add(f"{flag} flipped", call, f"{flag}=True")
            if name == "Parameter":
                yield source.edit("parameter moved", call.args[2], "'header'")


def of_type(source: Source, type_: ast.expr) -> Iterator[Edit]:
    """Retype an entry at each depth of its type, and change its limits."""
    yield source.edit("entry wrapped", type_, f"_c.Array({source.code(type_)})")
    for node in ast.walk(type_):
        if isinstance(node, ast.Attribute) and node.attr.isupper():
            yield source.edit("entry retyped", node, f"_c.{OTHER_TYPE.get(node.attr, 'STRING')}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield source.edit("entry refers elsewhere", node, '"Error"' if node.value != "Error" else '"Pagination"')
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "where":
            yield source.edit("limits dropped", node, source.code(node.func.value))
            yield source.edit(
                "limit changed", node.keywords[0].value, "7" if node.keywords[0].arg != "pattern" else "'^7$'"
            )


def of_table(source: Source) -> Iterator[Edit]:
    """Change the table of an operation."""
    statement = next(part for part in source.tree.body if isinstance(part, ast.AnnAssign))
    yield source.edit("table retyped", statement.annotation, "Final[_calls.Operation[bytes]]")
    yield from of_operation(source, statement.value)


def of_inputs(source: Source) -> Iterator[Edit]:
    """Change what may be given: the texts of enums, the keys of typed dictionaries, the types of ids."""
    for part in source.tree.body:
        if isinstance(part, ast.AnnAssign):
            yield source.edit("alias retyped", part.value, "bytes")
            for value in (one for one in ast.walk(part.value) if isinstance(one, ast.Constant)):
                yield source.edit("text changed", value, "'never heard of'")
        if isinstance(part, ast.Assign):
            yield source.edit("id renamed", part.targets[0], "NeverHeardOfId")
            yield source.edit("id of another type", part.value, source.code(part.value).replace("Id)", "str)"))
        for key in part.body if isinstance(part, ast.ClassDef) else ():
            if isinstance(key, ast.AnnAssign):
                written = source.code(key.annotation)
                yield source.edit("key renamed", key.target, f"{key.target.id}_renamed")
                yield source.edit("key dropped", key, "_: ...")
                needed = written.removeprefix("NotRequired[").removesuffix("]")
                other = needed if needed != written else f"NotRequired[{written}]"
                yield source.edit("requirement flipped", key.annotation, other)
                yield source.edit("key widened", key.annotation, f"{needed} | bytes")


def of_webhooks(source: Source) -> Iterator[Edit]:
    """Change the table of webhooks."""
    statement = next(part for part in source.tree.body if isinstance(part, ast.AnnAssign))
    for key, value in zip(statement.value.keys, statement.value.values, strict=True):
        yield source.edit("webhook renamed", key, "'never_heard_of'")
        yield from of_operation(source, value)


def of_operation(source: Source, table: ast.Call) -> Iterator[Edit]:
    """Change what is said of an operation or a webhook."""
    said = {keyword.arg: keyword.value for keyword in table.keywords}
    yield source.edit("name changed", said["name"], "'never_heard_of'")
    yield source.edit("tag changed", said["tag"], "'Never heard of'")
    yield source.edit("method changed", said["method"], "'PUT'")
    yield source.edit("path changed", said["path"], repr(f"{said['path'].value}-2"))
    yield source.edit("success retyped", said["success"], "_c.BOOLEAN")
    for kind in ("Parameter", "Body"):
        yield from of_calls(source, table, kind)
    if "body_required" in said:
        yield source.edit("body requirement flipped", said["body_required"], str(not said["body_required"].value))
    answers = said["answers"]
    for status, type_ in zip(answers.keys, answers.values, strict=True):
        yield source.edit("status changed", status, "'418'")
        yield source.edit("status dropped", status, f"**{{}}, '{status.value}9'")
        yield from of_type(source, type_)
    yield source.edit("status added", answers.keys[0], f"'599': _c.ANY, {source.code(answers.keys[0])}")


def of_functions(source: Source) -> Iterator[Edit]:
    """Change the signatures of functions and methods."""
    for function in ast.walk(source.tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or function.name.startswith("__"):
            continue
        if function.name != "_get_kwargs":
            yield from of_annotation(source, function.returns)
        for argument, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
            if argument.arg == "client":
                continue
            yield from of_annotation(source, argument.annotation)
            yield source.edit(
                "argument renamed", argument, f"{argument.arg}_renamed: {source.code(argument.annotation)}"
            )
            if default is not None:
                yield source.edit("default changed", default, "None")
            else:
                yield source.edit("default added", argument.annotation, f"{source.code(argument.annotation)} = None")


def of_bodies(source: Source) -> Iterator[Edit]:
    """Change what functions do with their arguments, and nothing that can be seen from outside."""
    others = [part.value.id for part in ast.walk(source.tree) if _is_call(part)]
    nothing = "UNSET" if "UNSET" in source.text else "None"
    functions = [part for part in ast.walk(source.tree) if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
    for part in [part for found in functions if not found.name.startswith("__") for part in ast.walk(found)]:
        for keyword in part.keywords if isinstance(part, ast.Call) else ():
            if keyword.arg != "client":
                yield source.edit("argument not passed on", keyword.value, nothing)
        if isinstance(part, ast.Dict) and part.keys:
            yield source.edit("argument mixed up", part.keys[0], "'never_heard_of'")
        if _is_call(part):
            yield source.edit("another operation called", part.value, others[others.index(part.value.id) - 1])


def _is_call(part: ast.AST) -> bool:
    """Tell `_create_interview.call`, in a resource, from everything else."""
    return isinstance(part, ast.Attribute) and part.attr == "call" and getattr(part.value, "id", "").startswith("_")


def of_index(source: Source) -> Iterator[Edit]:
    """Change what a lazy package offers, under which names."""
    yield from of_faces(source)
    for part in ast.walk(source.tree):
        if isinstance(part, ast.AnnAssign) and isinstance(part.value, ast.Dict):
            for key, value in zip(part.value.keys, part.value.values, strict=True):
                yield source.edit("offered name changed", key, "'NeverHeardOf'")
                yield source.edit("offered module changed", value, repr(f"{value.value}x"))
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.List):
            for entry in part.value.elts:
                yield source.edit("name not listed", entry, "'NeverHeardOf'")
        if isinstance(part, ast.FunctionDef) and part.name == "operation":
            yield source.edit("table not given", part.body[-1], "return None")
        if isinstance(part, ast.FunctionDef) and part.decorator_list:
            yield source.edit("resource dropped", part, "pass")
            yield source.edit("resource retyped", part.returns, "str")


def of_faces(source: Source) -> Iterator[Edit]:
    """Change what type checkers, and people who look, find in a lazy package."""
    for part in ast.walk(source.tree):
        if isinstance(part, ast.ImportFrom) and part.level:
            yield source.edit("not imported for type checkers", part, "pass")
        if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "sorted":
            yield source.edit("not told by dir()", part, "[]")
