"""`call`: every operation of the contract as a command, with options from the contract."""

import inspect
import io
import json
import mimetypes
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter
from cyclopts.help import DefaultFormatter
from cyclopts.help.specs import DescriptionColumn, NameColumn

from jobmojito.credits import price_of
from jobmojito_api.calls import Operation
from jobmojito_api.codec import BINARY, Field, Object, table_of
from jobmojito_api.errors import InvalidRequest
from jobmojito_api.facts import Facts, facts_of
from jobmojito_api.resources import Resources, operation
from jobmojito_api.types import UNSET, File

from . import contract
from .credits import agreed, consequences
from .failures import Exit, UsageError
from .options import Careful, Common
from .output import Output

if TYPE_CHECKING:
    import jobmojito

_MOST = Parameter(help="Read every page of the list.", negative="", show_default=False)
_BODY = Parameter(
    name="--body", help="JSON file with the request body; - reads it from stdin.", allow_leading_hyphen=True
)
_BINARY = "multipart/form-data"
_FILE = Parameter(name="--file", help="File to send as the body's binary property, in multipart/form-data.")
_MERCHANT = "merchant_id"
# Names of options that every command has, and a parameter of the contract therefore cannot have.
_TAKEN = frozenset(
    {*(field.name for kind in (Common, Careful) for field in fields(kind)), "all", "body", "file", "help"}
)


def _make_call() -> App:
    app = App(
        name="call",
        help="Call any operation of the contract; `jobmojito call OPERATION --help` lists its options.",
        help_formatter=DefaultFormatter(column_specs=(NameColumn, DescriptionColumn)),
        default_parameter=Parameter(show_default=False),
    )
    for name in contract.names():
        app.command(f"{__name__}:call.{name}", name=name, help=str(contract.declared(name).get("summary", "")))
    return app


def __getattr__(name: str) -> Any:
    """Make the command of an operation at first use; making all 32 would slow each command down."""
    if name == "call_command":
        return _make_call()
    if name.startswith("call."):
        return command_of(name.removeprefix("call."))
    raise AttributeError(name)


def command_of(name: str) -> Callable[..., int]:
    """Make the command of one operation: an option for each parameter, and `--body` if it has a body."""
    found, facts, declared = operation(name), facts_of(name), contract.declared(name)

    def command(*, common: Common = Common(), careful: Careful = Careful(), **given: Any) -> int:
        every = given.pop("all_pages", False)
        arguments = {key: value for key, value in given.items() if value is not None}
        if "body" in arguments:
            arguments["body"] = form_of(found, read_body(arguments["body"]), arguments.pop("file", None))
        return call(name, arguments, common, careful, every=every)

    options = [
        _option(one.attribute, one.name, one.required, schema_of(declared, one.name))
        for one in found.parameters
        if one.name != _MERCHANT  # a common option, which the client sends wherever the contract has it
    ]
    if found.bodies:
        options.append(_keyword("body", Annotated[str if found.body_required else str | None, _BODY],
                                found.body_required))  # fmt: skip
    if any(one.content_type == _BINARY for one in found.bodies):
        options.append(_keyword("file", Annotated[Path | None, _FILE], required=False))
    if _has_pages(found.parameters):
        options.append(_keyword("all_pages", Annotated[bool, Parameter(name="--all"), _MOST], required=False))
    if _is_asked(found.method, facts):
        options.append(inspect.Parameter("careful", _ONLY, default=Careful(), annotation=Careful))
    options.append(inspect.Parameter("common", _ONLY, default=Common(), annotation=Common))
    command.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in options}
    command.__doc__ = f"{declared.get('summary', name)}.\n\n{declared.get('description', '')}"
    command.__name__ = name
    return command


_ONLY = inspect.Parameter.KEYWORD_ONLY


def _keyword(name: str, annotation: Any, required: bool) -> inspect.Parameter:  # noqa: FBT001 - of a table
    default = inspect.Parameter.empty if required else (False if annotation.__origin__ is bool else None)
    return inspect.Parameter(name, _ONLY, default=default, annotation=annotation)


def schema_of(declared: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the schema of a parameter."""
    node: Mapping[str, Any] = next(one for one in declared["parameters"] if one["name"] == name)["schema"]
    return node


def _option(attribute: str, name: str, required: bool, schema: Mapping[str, Any]) -> inspect.Parameter:  # noqa: FBT001
    """Make the option of a parameter; an unknown enum value is accepted, as the API may be newer."""
    node = contract.resolved(schema)
    kinds = {"integer": int, "number": float, "boolean": bool}
    declared = node.get("type")
    types = declared if isinstance(declared, list) else [declared]
    plain: Any = next((kinds[one] for one in types if one in kinds), str)
    listed = tuple(contract.values(schema))
    kind = Literal[listed] | str if listed else plain
    option = f"param-{name}" if name in _TAKEN else name
    words = Parameter(name=f"--{option.replace('_', '-')}", help=str(node.get("description", "")), negative="")
    return _keyword(attribute, Annotated[kind if required else kind | None, words], required)


def _has_pages(parameters: Iterable[Any]) -> bool:
    return {"limit", "offset"} <= {one.name for one in parameters}


def _is_asked(method: str, facts: Facts) -> bool:
    """Whether a call has to be confirmed: any that does not only read, by the contract or the guide."""
    reads = facts.known and (method == "GET" or facts.guide_only)
    return facts.costs or facts.mails or not reads


def read_body(place: str) -> Any:
    """Read a JSON document from a file, or from stdin.

    Raises:
        UsageError: it cannot be read, or is not JSON.
    """
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"--body: not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except (UnicodeDecodeError, RecursionError):
        raise UsageError("--body: not JSON in UTF-8") from None
    except OSError as error:
        raise UsageError(f"--body: {place}: {error.strerror}") from None


def form_of(found: Operation[Any], body: Any, file: Path | None) -> Any:
    """Return a body as JSON or, with a file, as a multipart form.

    Raises:
        UsageError: the operation does not take this form, or the file cannot be read.
    """
    wanted = "application/json" if file is None else _BINARY
    form = next((one for one in found.bodies if one.content_type.partition(";")[0] == wanted), None)
    if form is None:
        raise UsageError(f"{found.name}: {'it needs --file PATH' if file is None else 'it takes no file'}")
    if not isinstance(form.type, Object) or not isinstance(body, Mapping):
        return body
    fields = {field.name: field for field in table_of(form.type.python).fields}
    given = {**body, **({} if file is None else {_binary(fields.values()): _opened(file)})}
    if len(found.bodies) == 1:
        return given
    made = form.type.python(**{field.attribute: given.get(name, UNSET) for name, field in fields.items()})
    made.additional_properties.update({name: value for name, value in given.items() if name not in fields})
    return made


def _binary(fields: Iterable[Field]) -> str:
    return next(field.name for field in fields if field.type is BINARY)


def _opened(file: Path) -> File:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"--file: {file.name}: {error.strerror}") from None
    return File(io.BytesIO(content), file.name, mimetypes.guess_type(file.name)[0])


def call(name: str, arguments: Mapping[str, Any], common: Common, careful: Careful, *, every: bool) -> int:
    """Call an operation, after a confirmation where it costs, mails or writes."""
    found, facts, output = operation(name), facts_of(name), Output(common)
    body = arguments.get("body")
    price = price_of(facts, body) if isinstance(body, Mapping) else None
    _refuse(found, arguments, common.extra_properties)  # before the confirmation, and in a dry run too
    if _is_asked(found.method, facts) and not agreed(careful, output, f"call {name}", consequences(facts, price)):
        return Exit.OK
    with common.client() as client:
        method = method_of(client, name)
        if every:
            output.rows(client.items(method, **arguments), name, _columns(name))
        elif _has_pages(found.parameters) and not (common.json or common.output):
            page = method(**arguments)
            output.rows(page.data, name, _columns(name))
            output.note(f"{len(page.data)} of {page.pagination.total}; --limit and --offset, or --all, show others.")
        else:
            output.document(method(**arguments), name)
    return Exit.OK


def _refuse(found: Operation[Any], arguments: Mapping[str, Any], extra_properties: str) -> None:
    try:
        found.call(arguments).prepare(frozenset({"enum", *(["undeclared"] if extra_properties == "send" else [])}))
    except InvalidRequest as error:
        raise UsageError(str(error)) from None


def method_of(client: "jobmojito.JobMojito", name: str) -> Callable[..., Any]:
    """Find the method of an operation."""
    attributes = (one for one, kind in vars(Resources).items() if isinstance(kind, property))
    holders = (getattr(client, one) for one in attributes)
    method: Callable[..., Any] = next(getattr(one, name) for one in holders if hasattr(one, name))
    return method


def _columns(name: str) -> list[str]:
    """Return the columns of a list: the first plain properties of its items in the contract."""
    answer = contract.resolved(contract.declared(name)["responses"]["200"]["content"]["application/json"]["schema"])
    items = contract.resolved(contract.resolved(answer["properties"]["data"])["items"])
    plain = [key for key, node, _ in contract.properties(items) if contract.kind(node) not in {"object", "any value"}]
    return [key for key in plain if key == plain[0] or not key.endswith("_id")][:_MOST_COLUMNS]


_MOST_COLUMNS = 7
