"""The base class of generated models, and their field tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Self, cast

from attrs import evolve

from .faults import Faults, pointer
from .kinds import ANY, LARGE, Type
from .limits import limits_from
from .types import UNSET, Departure, Unset
from .writing import write

if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[dict[str, Any], Faults], "Model | None"]

_MANY: Final = 50  # compiling costs about as much as reading a hundred objects
_MOST_SHAPES: Final = 64


class Field(NamedTuple):
    """One declared property: its JSON name, its attribute, its type, whether it is required and nullable."""

    name: str
    attribute: str
    type: Type[Any]
    required: bool = False
    nullable: bool = False


class Table:
    """The declared properties of a model, and the type of undeclared ones (None if there must be none).

    `is_open`: the document says itself that there may be undeclared ones, or it declares none at all.
    """

    def __init__(
        self, *fields: Field, extra: Type[Any] | Unset | None = UNSET, limits: Mapping[str, object] | None = None
    ) -> None:
        """Keep the fields in document order."""
        self.fields, self.is_open = fields, extra is not UNSET or not fields
        self.extra = ANY if isinstance(extra, Unset) else extra
        self.limits = limits_from(limits or {})
        self.required = frozenset(field.name for field in fields if field.required)
        self.blank: dict[str, object] = {field.attribute: UNSET for field in fields}
        self.entries = {f.name: (f.attribute, f.type.exact, f.type, f.nullable) for f in fields}
        # How many objects with these keys were read; for many of them a reader is compiled.
        self._shapes: dict[tuple[str, ...], int | Reader | None] = {}
        self._last: tuple[list[str], Reader | None] = [], None

    def read(self, model: type[Model], data: dict[str, Any], faults: Faults) -> Model:
        """Make a model from a JSON object, in one pass."""
        keys, reader = self._last
        if [*data] != keys:
            reader = self._reader(model, data)
        if reader is not None:
            made = reader(data, faults)
            if made is not None:
                return made
        return self.read_fields(model, data, faults)

    def _reader(self, model: type[Model], data: dict[str, Any]) -> Reader | None:
        """Return the reader for objects with these keys; none for the first of them, nor for the rarest shapes."""
        keys = tuple(data)
        found = self._shapes.get(keys, 0)
        if isinstance(found, int):
            if found < _MANY:
                if found or len(self._shapes) < _MOST_SHAPES:
                    self._shapes[keys] = found + 1
                return None
            compile_reader: Any = import_module(".readers", __package__).compile_reader
            found = self._shapes[keys] = compile_reader(self, model, keys)
        self._last = [*keys], found
        return found

    def read_fields(self, model: type[Model], data: dict[str, Any], faults: Faults) -> Model:
        """Make a model field by field, and say where the object departs from the table."""
        values, extra = self.blank.copy(), {}
        entries = self.entries
        for name, value in data.items():
            entry = entries.get(name)
            if entry is None:
                extra[name] = value
                continue
            attribute, exact, type_, nullable = entry
            kind = value.__class__
            if (kind is exact and (kind is not float or -LARGE < value < LARGE)) or (value is None and nullable):
                values[attribute] = value
                continue
            mark = len(faults)
            values[attribute] = type_.read(value, faults)
            if len(faults) != mark:
                faults.put_under(mark, name)
        if extra:
            self.read_extra(extra, faults)
        if self.limits or not self.required <= data.keys():
            self._check_whole(data, faults)
        values["additional_properties"] = extra
        return model._from_values(values)  # noqa: SLF001 - the codec makes models

    def _check_whole(self, data: dict[str, object], faults: Faults) -> None:
        """Report missing properties, and broken limits on their number."""
        for name in sorted(self.required - data.keys()):
            faults.add(f"property {name!r}", "none", "required")
        for limit in self.limits:
            got = limit.breach(data)
            if got is not None:
                faults.add(limit.expected, got, limit.keyword)

    def read_extra(self, extra: dict[str, object], faults: Faults) -> None:
        """Read undeclared properties by their type, or report that there must be none; they are kept anyway."""
        faults.has_more = True
        if self.extra is None:
            if not faults.is_request:  # then each is named, by `undeclared`
                faults.add("no undeclared property", f"{len(extra)} of them", "additionalProperties")
            return
        for name, value in extra.items():
            mark = len(faults)
            extra[name] = self.extra.read(value, faults)
            if len(faults) != mark:
                faults.put_under(mark, name)


class Model:
    """The base of every generated model. attrs declares its attributes, `_table` its JSON.

    A required property that an answer left out is `UNSET`; undeclared properties are in `additional_properties`.
    `repr` shows no names, e-mails, links or other free texts, only their sizes.
    """

    _table: ClassVar[Table] = Table()
    additional_properties: dict[str, Any]

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a JSON object, tolerantly; `codec.read(Object(name), value)` also gives the departures."""
        return cast("Self", cls._table.read(cls, dict(src_dict), Faults()))

    @classmethod
    def _from_values(cls, values: dict[str, object]) -> Self:
        model = cls.__new__(cls)
        object.__setattr__(model, "__dict__", values)  # not by way of our own, which checks names
        return model

    def to_dict(self) -> dict[str, Any]:
        """Write the JSON object: what is `UNSET` is left out, everything else is written as it is."""
        return cast("dict[str, Any]", write(self))

    @property
    def known_fields(self) -> int:
        """The number of declared properties that were given, by which variants of an answer are distinguished."""
        return sum(getattr(self, field.attribute) is not UNSET for field in self._table.fields)

    @property
    def additional_keys(self) -> list[str]:
        """The names of the undeclared properties."""
        return list(self.additional_properties)

    def __setattr__(self, name: str, value: object) -> None:
        """Set a declared attribute; a misspelt one would be lost, so it is an AttributeError."""
        if name not in self._table.blank and not hasattr(type(self), name) and name != "additional_properties":
            near = _nearest(name, list(self._table.blank))
            hint = f"; did you mean {near!r}?" if near else ""
            message = f"{type(self).__name__} has no property {name!r}{hint}"
            raise AttributeError(message)
        object.__setattr__(self, name, value)

    def __getitem__(self, key: str) -> Any:
        """Return an undeclared property."""
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        """Set an undeclared property."""
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        """Drop an undeclared property."""
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        """Whether an undeclared property was given."""
        return key in self.additional_properties

    def __repr__(self) -> str:
        """Show ids, enums, numbers, flags and dates in full, the rest as sizes; as `showing` decides."""
        return cast("str", import_module(".showing", __package__).show_model(self))

    def json_items(self) -> Iterator[tuple[str, object]]:
        """Return each property by its JSON name, declared ones first, as the attributes hold them."""
        for field in self._table.fields:
            yield field.name, getattr(self, field.attribute, UNSET)
        yield from self.additional_properties.items()


def undeclared(value: object) -> Iterator[Departure]:
    """Find the undeclared properties in a value that is to be sent, read as its type; those of an open model pass.

    One that is spelled nearly as a declared one is found in an open model too. In a model that allows none, the keyword
    is `additionalProperties`, elsewhere `undeclared`.
    """
    parts: list[tuple[str | int, object]] = []
    if isinstance(value, Model):
        table = table_of(value)
        for name in value.additional_properties:
            near = _nearest(str(name), [field.name for field in table.fields])
            if near or not table.is_open or table.extra is None:
                expected = f"a declared property (did you mean {near!r}?)" if near else "a declared property"
                keyword = "undeclared" if table.extra else "additionalProperties"
                yield Departure(pointer([name]), expected, "an undeclared one", keyword)
        parts += [(field.name, getattr(value, field.attribute, UNSET)) for field in table.fields]
        parts += value.additional_properties.items()
    elif isinstance(value, list):
        parts += enumerate(cast("list[object]", value))
    for step, part in parts:
        if isinstance(part, Model | list):
            yield from (evolve(one, pointer=pointer([step]) + one.pointer) for one in undeclared(part))


def _nearest(name: str, declared: list[str]) -> str | None:
    """Return the declared name that is written like this one but for case and separators, or nearly so."""
    alike = {_plain(one): one for one in declared}
    found: list[str] = import_module("difflib").get_close_matches(name, declared, n=1, cutoff=0.8)
    return alike.get(_plain(name)) or next(iter(found), None)


def _plain(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())


def table_of(model: type[Model] | Model) -> Table:
    """Return the declared table of a model: `fields` in document order, `required` names, `extra` and `limits`."""
    return model._table  # noqa: SLF001 - the one accessor
