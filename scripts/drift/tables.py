"""Reads the field tables of models and the operation tables of a generated package into the canonical form.

`@` is the file here, and `called` the name in Python of a class or an argument.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from scripts.contract.documents import written
from scripts.contract.schemas import LIMITS, Form, common_type, enumeration, json_type, takes_any, united
from scripts.contract.values import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.drift.loading import Package

SCALARS: Final = {
    **{name: name.lower() for name in ("STRING", "INTEGER", "NUMBER", "BOOLEAN", "ANY", "UUID", "DATE", "BINARY")},
    "DATE_TIME": "date-time",
    "BYTES": "bytes",
    "TEXT": "text",
}
SUFFIX: Final = "model"
# Names that a module of the package may import. A type of the document that would hide one of them gets `Model` after
# its name: `File` is `FileModel`. The rule is written here again, independent of the generator.
RESERVED: Final = frozenset(
    map(
        plain,
        (
            *("Any", "ClassVar", "Final", "Literal", "Mapping", "TYPE_CHECKING", "TypeAlias", "UUID"),
            *("AsyncCaller", "AuthenticatedClient", "Caller", "Client", "File", "RequestFiles", "Response"),
            *("UNSET", "Unset"),
            "Typed",  # its dictionary would be called TypedDict
        ),
    )
)


class Unrecognised(Exception):  # noqa: N818 - reads as what happened
    """A table holds something that cannot be read here."""


@define
class Tables:
    """Reads the tables of one package. `classes`: models and enums by class name; `reserved`: names no type can have.

    A type with a reserved name has the class name with `Model` after it; here it goes by its own name.
    """

    package: Package
    codec: Any
    classes: Mapping[str, Any]
    reserved: frozenset[str]
    options: dict[str, Form] = field(factory=dict, init=False)
    _scalars: dict[int, str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Index the scalar types by identity, because two of them may compare equal."""
        known = {name: kind for name, kind in SCALARS.items() if hasattr(self.codec, name)}
        self._scalars = {id(getattr(self.codec, name)): kind for name, kind in known.items()}

    def type(self, found: Any, file: str, *, null: bool = False) -> Form:
        """Read a codec type; `null`: the field or parameter allows null too."""
        made = self._type(found, file)
        return {**made, "null": (made["null"] or null) and not takes_any(made["options"])}

    def _type(self, found: Any, file: str) -> Form:
        codec = self.codec
        if isinstance(found, codec.Union):
            notes = {"exactly one": True} if found.one_of else {}
            return united(file, [self._type(branch, file) for branch in found.branches], notes)
        if isinstance(found, codec.Limited):
            made = self._type(found.base, file)
            limits = {camel(name): value for name, value in found.given.items()}
            return {**made, "options": [{**one, "limits": {**one["limits"], **limits}} for one in made["options"]]}
        if found in (codec.NULL, codec.NOTHING):
            return {"@": file, "null": True, "options": [], "notes": {}}
        return {"@": file, "null": False, "options": [self._option(found, file)], "notes": {}}

    def _option(self, found: Any, file: str) -> Form:
        if id(found) in self._scalars:
            return {"@": file, "type": self._scalars[id(found)], "limits": {}}
        if isinstance(found, self.codec.Const):
            return enumeration(file, [found.value], literal=True)
        if isinstance(found, self.codec.Array):
            return {"@": file, "type": "array", "limits": {}, "content": {"items": self.type(found.item, file)}}
        if isinstance(found, self.codec.Enumeration | self.codec.Object):
            return self.named(found.name)
        raise Unrecognised(f"{found!r} is not a type of the document")

    def named(self, name: str) -> Form:
        """Read a model or an enum, once, by its class name; a model may hold itself."""
        if name in self.options:
            return self.options[name]
        found: Any = self.classes.get(name)
        if found is None:
            raise Unrecognised(f"no model or enum is called {name}")
        file = self.package.file_of(found)
        if issubclass(found, Enum):
            made = enumeration(file, [member.value for member in found.__members__.values()], literal=False)
        else:
            limits = {camel(limit.name): limit.value for limit in self.codec.table_of(found).limits}
            made = {"@": file, "type": "object", "limits": limits, "content": {}}
        option = self.options[name] = {**made, "name": known(name, self.reserved), "called": name}
        if "content" in option:
            option["content"].update(self._members(found, file))
        return option

    def _members(self, model: Any, file: str) -> Form:
        table = self.codec.table_of(model)
        fields, extra = table.fields, table.extra
        properties = {
            entry.name: {**self.type(entry.type, file, null=entry.nullable), "called": entry.attribute}
            for entry in fields
        }
        if len(properties) != len(fields):
            raise Unrecognised("two fields with one name")
        return {
            "properties": properties,
            "required": {entry.name: True for entry in fields if entry.required},
            "extra": False if extra is None else self.type(extra, file),
            "open": table.is_open,
        }

    def operation(self, table: Any, file: str) -> Form:
        """Read an operation's table."""
        self._check_success(table, file)
        return {
            "@": file,
            "name": plain(table.name),
            "called": table.name,
            "tag": table.tag,
            "parameters": dict(self._parameters(table, file)),
            "body required": table.body_required,
            "bodies": {body.content_type: {"@": file, "type": self.type(body.type, file)} for body in table.bodies},
            "answers": {status: {"@": file, "type": self.answer(one, file)} for status, one in table.answers.items()},
        }

    def _check_success(self, table: Any, file: str) -> None:
        """Refuse a success type other than that of the answers with 2xx; a document has no such entry to compare."""
        codec, found = self.codec, table.success
        answers = [one for status, one in table.answers.items() if status.startswith("2")] or [codec.ANY]
        wanted: list[Form] = []
        for made in (self.type(one, file) for one in answers):
            wanted += [] if made in wanted else [made]
        is_union = len(wanted) > 1 and isinstance(found, codec.Union)
        if wanted != [self.type(one, file) for one in (found.branches if is_union else [found])]:
            raise Unrecognised("success is not the type of the answers with 2xx")

    def answer(self, found: Any, file: str) -> Form | None:
        """Read the type of an answer; None where it is declared to have no body."""
        return None if found is self.codec.NOTHING else self.type(found, file)

    def _parameters(self, table: Any, file: str) -> Iterator[tuple[str, Form]]:
        for entry in table.parameters:
            yield (
                f"{entry.location} parameter {entry.name!r}",
                {
                    "@": file,
                    "called": entry.attribute,
                    "in": entry.location,
                    "required": entry.required,
                    "type": self.type(entry.type, file, null=entry.nullable),
                    "written": written({"in": entry.location, **_style(entry)}),
                },
            )


def _style(entry: Any) -> Form:
    """Return the style and `explode` of a parameter as a document has them."""
    said = {"style": entry.style or None, "explode": entry.explode}
    return {key: value for key, value in said.items() if value is not None}


def reserved_names(form: Form, resources: Mapping[str, str]) -> frozenset[str]:
    """Return the names that no type can have: those above, and the classes of resources.

    `resources`: tag -> declared name of its resource.
    """
    described = form["whole"].get("tags", {"is": []})["is"]
    tags = {str(name) for name, _ in described} | {one["tag"] for one in form["operations"].values()}
    classes = {plain(resources.get(tag, tag)) for tag in tags}
    return RESERVED | classes | {f"async{name}" for name in classes}


def known(name: str, reserved: frozenset[str]) -> str:
    """Return the plain name in the document of the type with this class name."""
    own = plain(name)
    return own.removesuffix(SUFFIX) if own.endswith(SUFFIX) and own.removesuffix(SUFFIX) in reserved else own


def camel(name: str) -> str:
    """Return the JSON Schema keyword of a limit's argument name: `min_length` is `minLength`."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def as_tables(form: Form) -> Form:
    """Reduce a part of a form to what tables can hold: one kind of note, and the limits that apply to the type.

    A required name that no property declares is left out of both sides: a model has no field for it, and takes others.
    """
    if "properties" in form:
        known = {name: True for name in form["required"] if name in form["properties"]}
        is_open = form["open"] or not form["properties"] or len(known) < len(form["required"])
        return {**form, "required": known, "open": is_open}
    if "options" in form:
        notes = {key: value for key, value in form["notes"].items() if key == "exactly one"}
        return {**form, "notes": notes}
    if "limits" in form:
        limits = {key: value for key, value in form["limits"].items() if _holds(key, value, form["type"])}
        kept = {key: value for key, value in form.items() if key != "inherited"}
        if "of" in kept:  # a table has the type of each value, not the type that the document states
            kept["of"] = sorted({"number" if name == "integer" else name for name in kept["of"]})
        return {**kept, "limits": limits}
    dropped = {"rest", "content"}
    return {key: value for key, value in form.items() if key not in dropped} if dropped & form.keys() else form


def _holds(key: str, value: object, kind: str) -> bool:
    """Whether a table can hold a limit of an option of this type."""
    applies = key in LIMITS and common_type(json_type(kind), LIMITS[key]) is not None
    return applies and value is not False and (key != "pattern" or is_readable(value))


def is_readable(pattern: object) -> bool:
    """Whether Python can read a pattern; one that only ECMAScript can read is checked by the server alone."""
    try:
        re.compile(str(pattern))
    except (re.error, OverflowError, RecursionError):
        return False
    return True
