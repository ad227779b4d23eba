"""Derives from the tables the outlines that generated modules must have: names, annotations, signatures."""

from __future__ import annotations

import ast
import keyword
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from scripts.contract.schemas import Form, takes_any
from scripts.contract.values import plain
from scripts.drift.outlines import ANY, LEFT_OUT, UNSET, alternatives, argument, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

CLIENTS: Final = "calls.py:AuthenticatedClient | calls.py:Client"
MAPPING: Final = f"collections.abc:Mapping[str, {ANY}]"
MODEL: Final = [
    "_define(slots=False, repr=False)",
    "codec.py:Model",
]  # a repr by attrs would show personal data
EXTRA: Final = "_field(init=False, factory=dict)"
RESOURCES: Final = "resources/__init__.py"
INPUTS: Final = "inputs.py"
IDS: Final = "ids.py"
KINDS: Final = {"Resources": "", "AsyncResources": "Async"}
_INDEX: Final = {
    "functions": {
        "operation": signature(["name: str"], (), f"resources.py:Operation[{ANY}]"),
        "__getattr__": signature(["name: str"], (), ANY),
        "_make": signature(["name: str", "caller: object"], (), ANY),
    },
    "variables": dict.fromkeys(("OPERATIONS", "_CLASSES"), "typing:Final[dict[str, str]]"),
}
_WORDS: Final = {
    "any": ANY,
    "string": "str",
    "text": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "bytes": "bytes",
    "binary": "types.py:File",
    "uuid": "uuid:UUID",
    "date": "datetime:date",
    "date-time": "datetime:datetime",
}


def class_of(option: Form) -> str:
    """Write the class of an option as annotations do, by the index of models."""
    return f"models.py:{option['called']}"


def words(type_: Form | None, called: Callable[[Form], str] = class_of, *, id_: str = "") -> Iterator[str]:
    """Return the alternatives of a type's annotation; a `type_` of None is an answer without a body.

    `id_` is the type of an id, if it is one.
    """
    if type_ is None or type_["null"] or takes_any(type_["options"]):
        yield "None"
    for option in type_["options"] if type_ else ():
        kind = option["type"]
        if kind == "array":
            yield f"list[{alternatives(words(option['content']['items'], called, id_=id_))}]"
        elif option.get("literal"):  # a float cannot be a Literal
            yield from ("float" if isinstance(one, float) else repr(one) for one in option["values"].values())
        else:
            is_id = id_ and kind in ("string", "uuid")
            yield called(option) if kind in ("enum", "object") else f"models.py:{id_}" if is_id else _WORDS[kind]


@frozen
class Inputs:
    """Writes what may be given as arguments, and so what has to be in `inputs.py` and `ids.py`.

    `ids`: the type of an id by `Schema.property`, `operation.parameter`, or the name alone.
    """

    ids: Mapping[str, str]
    texts: dict[str, str] = field(factory=dict, init=False)
    dicts: dict[str, Form] = field(factory=dict, init=False)

    def id_of(self, holder: str, name: str) -> str:
        """Return the type of an id; "" if it is none."""
        return self.ids.get(f"{holder}.{name}") or self.ids.get(name, "")

    def given(self, type_: Form, id_: str = "") -> set[str]:
        """Return the alternatives of what may be given for a type."""
        found = {"None"} if type_["null"] or takes_any(type_["options"]) else set[str]()
        return found.union(*(self._option(option, id_) for option in type_["options"]))

    def _option(self, option: Form, id_: str) -> set[str]:
        kind = option["type"]
        if kind == "array":
            return {f"types.py:ListOf[{alternatives(self.given(option['content']['items'], id_))}]"}
        if kind == "enum" and not option.get("literal"):
            return {self._text(option)}
        if kind in ("string", "uuid") and id_:
            return {f"models.py:{id_}", "uuid:UUID", "types.py:PlainText"}
        own = words({"null": False, "options": [option]})
        more = {"str"} if kind in ("uuid", "date", "date-time") else {self._dict(option)} if kind == "object" else ()
        return {*own, *more}

    def _text(self, option: Form) -> str:
        values = [*option["values"].values()]
        flags = {"bool"} if set(values) <= {"true", "false"} else set[str]()
        self.texts[f"{option['called']}Input"] = alternatives({class_of(option), *map(repr, values), *flags})
        return f"{class_of(option)}Input"

    def _dict(self, option: Form) -> str:
        """Return the dictionary of a model, or a mapping for one without names that Python can take."""
        content, made = option["content"], f"{option['called']}Dict"
        names = content["properties"]
        if not names or not all(name.isidentifier() and not keyword.iskeyword(name) for name in names):
            return MAPPING
        if made not in self.dicts:
            attributes: Form = {}
            self.dicts[made] = {"declared": ["typing:TypedDict"], "attributes": attributes, "methods": {}}
            for name, type_ in names.items():
                said = alternatives(self.given(type_, self.id_of(option["called"], name)))
                attributes[name] = argument("", said if name in content["required"] else f"typing:NotRequired[{said}]")
        return f"{class_of(option)}Dict"

    def outlines(self) -> Form:
        """Write the two modules, of all that was given until now."""
        ids = {name: f"NewType('{name}', Id)" for name in self.ids.values()}
        return {INPUTS: {"aliases": self.texts, "classes": self.dicts}, IDS: {"variables": ids}}


def models(tables: Mapping[str, Form], operations: Iterable[Form], inputs: Inputs) -> Iterator[tuple[str, Form]]:
    """Write the modules of the models; a model that is sent as multipart has `to_multipart`."""
    bodies = [(kind, one["type"]) for operation in operations for kind, one in operation["bodies"].items()]
    forms = {
        option.get("called") for kind, type_ in bodies for option in type_["options"] if kind.startswith("multipart/")
    }
    for name, option in tables.items():
        if option.get("content"):  # without: unreadable, and reported already
            parts = {"to_multipart": signature(["self"], (), "types.py:RequestFiles")} if name in forms else {}
            yield option["@"], {"classes": {name: {**_model(option, inputs), "methods": parts}}}


def _model(option: Form, inputs: Inputs) -> Form:
    """Write a model: an attribute for each property, a dict for undeclared ones."""
    content = option["content"]
    attributes = {}
    for name, type_ in content["properties"].items():
        required = name in content["required"]
        id_ = inputs.id_of(option["called"], name)
        said = alternatives([*words(type_, id_=id_), *(() if required else (LEFT_OUT,))])
        attributes[type_["called"]] = argument("", said, default=None if required else UNSET)
    values = alternatives(words(content["extra"])) if content["extra"] else ANY
    attributes["additional_properties"] = argument("", f"dict[str, {values}]", default=EXTRA)
    return {"declared": MODEL, "attributes": attributes}


@frozen
class Call:
    """The signatures of one operation's functions."""

    operation: Form
    inputs: Inputs

    def answers(self, family: str = "", *more: str) -> str:
        """Write the type of the answers with the statuses of a family; Any where none is declared."""
        types = [one["type"] for status, one in self.operation["answers"].items() if status.startswith(family)]
        return alternatives([*(word for one in types for word in words(one)), *more]) if types else ANY

    def taken(self, *first: str, client: bool = False) -> tuple[list[str], list[str]]:
        """Write the arguments: path parameters by position, the others by keyword."""
        by_position, by_keyword = list(first), [argument("client", CLIENTS)] if client else []
        for place, one in self.operation["parameters"].items():
            id_ = self.inputs.id_of(self.operation["called"], ast.literal_eval(place.partition(" parameter ")[2]))
            said = _argument(one["called"], self.inputs.given(one["type"], id_), required=one["required"])
            (by_position if one["in"] == "path" else by_keyword).append(said)
        if bodies := [one["type"] for one in self.operation["bodies"].values()]:
            body = self.inputs.given(bodies[0]) if len(bodies) == 1 else {word for one in bodies for word in words(one)}
            by_keyword.append(_argument("body", body, required=self.operation["body required"]))
        return by_position, by_keyword

    def functions(self) -> Form:
        """Write the functions of the operation's module."""
        plain_, sending = self.taken(), self.taken(client=True)
        answers, success = self.answers(), self.answers("2")
        response, parsed = f"types.py:Response[{answers}]", self.answers("", "None")
        return {
            "call": signature(*plain_, f"calls.py:Call[{success}]"),
            "_get_kwargs": signature(*plain_, f"dict[str, {ANY}]"),
            "sync_detailed": signature(*sending, response),
            "sync": signature(*sending, parsed),
            "asyncio_detailed": signature(*sending, response, "async"),
            "asyncio": signature(*sending, parsed, "async"),
        }

    def variables(self) -> Form:
        """Write the variables of the operation's module."""
        return {"OPERATION": f"typing:Final[calls.py:Operation[{self.answers('2')}]]"}

    def method(self, prefix: str) -> str:
        """Write the method of the operation's resource."""
        return signature(*self.taken("self"), self.answers("2"), "async" if prefix else "")


def _argument(name: str, said: set[str], *, required: bool) -> str:
    return argument(name, alternatives(said if required else [*said, LEFT_OUT]), default=None if required else UNSET)


def resource_classes(
    operations: Mapping[str, Form], attributes: Mapping[str, str], offered: Any, inputs: Inputs
) -> Iterator[tuple[str, Form]]:
    """Write the module of each resource: a class for each tag, a method for each operation, synchronous and async.

    `attributes`: tag -> the attribute that is declared for it; `offered`: file -> its outline, for the names that are
    not declared.
    """
    tags: dict[str, list[Form]] = {}
    for one in operations.values():
        tags.setdefault(one["tag"], []).append(one)
    index: Form = {kind: {"declared": [], "attributes": {}, "methods": {}} for kind in KINDS}
    for tag, some in tags.items():
        name = attributes.get(tag) or _like(tag, offered)
        file = f"resources/{name}.py"
        own = next((one for one in offered.get(file, {"classes": ()})["classes"] if plain(one) == plain(name)), name)
        classes: Form = {}
        for kind, prefix in KINDS.items():
            start = {"__init__": signature(["self", f"call: calls.py:{prefix}Caller"], (), "None")}
            methods = {one["called"]: Call(one, inputs).method(prefix) for one in some}
            classes[prefix + own] = {"declared": [], "attributes": {}, "methods": {**start, **methods}}
            index[kind]["methods"]["__init__"] = signature(["self", f"call: resources.py:{prefix}Caller"], (), "None")
            index[kind]["methods"][name] = signature(["self"], (), f"resources.py:{prefix}{own}", "property")
        yield file, {"classes": classes}
    yield RESOURCES, {"classes": index, **_INDEX}


def _like(tag: str, files: Mapping[str, Form]) -> str:
    """Find the attribute of a tag without a declared one: the tag in snake case."""
    own = {plain(tag), plain(f"tag {tag}")}  # the second for a tag that begins with a digit
    names = (file.removeprefix("resources/").removesuffix(".py") for file in files if file.startswith("resources/"))
    return next((name for name in names if plain(name) in own), plain(tag))
