"""Writes what may be given in the place of models and enums: typed dictionaries, and the texts of enums; and ids."""

from __future__ import annotations

import keyword
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

from attrs import define, field

from scripts.files.failures import Refused
from scripts.generation.prose import NOTE, docstring, literal
from scripts.generation.types import annotation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scripts.generation.package import Package
    from scripts.generation.records import Enum, Model, Type

# What may be given as a text too.
_SPELLED: Final = {kind: ["str"] for kind in ("UUID", "DATE", "DATE_TIME")}


@define
class Inputs:
    """Writes the annotations of arguments; the dictionaries and texts that they name are written by `write`."""

    package: Package
    _dicts: dict[str, SimpleNamespace] = field(factory=dict, init=False)
    _texts: dict[str, SimpleNamespace] = field(factory=dict, init=False)

    def given(self, type_: Type, id_: str = "") -> list[str]:
        """Return the alternatives of what may be given for a type; `id_` is the type of an id, if it is one."""
        kind = type_.kind
        if kind == "Union":
            return list(dict.fromkeys(one for part in type_.parts for one in self.given(part, id_)))
        if kind == "Array":
            return [f"ListOf[{_union(self.given(type_.parts[0], id_))}]"]
        if kind == "Enumeration":
            return [self._text(type_.name)]
        if kind in {"STRING", "UUID"} and id_:
            return [f"_m.{id_}", "UUID", "PlainText"]
        more = self._dict(self.package.models[type_.name]) if kind == "Object" else _SPELLED.get(kind, [])
        return [annotation(type_), *more]

    def _dict(self, model: Model) -> list[str]:
        """Return what may be given for a model beside the model: its dictionary, or a mapping if it has no names."""
        names = [prop.name for prop in model.properties]
        if not names or not all(name.isidentifier() and not keyword.iskeyword(name) for name in names):
            return ["Mapping[str, Any]"]
        made = f"{model.made.name}Dict"
        if made not in self._dicts:
            page = self._dicts[made] = SimpleNamespace(name=made, fields=[], docstring="")
            page.docstring = docstring([f"`{model.made.name}` as a dictionary."], indent=4)
            order = {name: index for index, name in enumerate(self.package.types.properties(model.schema))}
            for prop in sorted(model.properties, key=lambda one: order.get(one.name, len(order))):
                written = _union(self.given(prop.type, self.package.id_of(model.made.name, prop.name)))
                written = written if prop.required else f"NotRequired[{written}]"
                page.fields.append(SimpleNamespace(name=prop.name, annotation=written))
        return [f"_m.{made}"]

    def _text(self, name: str) -> str:
        made = f"{name}Input"
        enum = self.package.enums[name]
        self._texts[made] = SimpleNamespace(name=made, annotation=_union(_texts_of(enum)))
        return f"_m.{made}"

    def write(self) -> list[tuple[str, str]]:
        """Write `inputs.py` and `ids.py`; return the names in them, with their modules as seen from `models`."""
        ids = sorted(set(self.package.ids.values()))
        found = [*((name, ".inputs") for name in (*self._texts, *self._dicts)), *((name, ".ids") for name in ids)]
        for name, _ in found:
            if name in self.package.modules:
                raise Refused(f"{name}: the document has a schema of a name that is needed for what may be given")
        texts, dicts = sorted(self._texts.values(), key=_name), sorted(self._dicts.values(), key=_name)
        summary = "What may be given in the place of a model or an enum: dictionaries, and the texts of enums."
        self.package.render(
            "inputs", "inputs.py",
            docstring=docstring([summary, NOTE]),
            texts=texts,
            dicts=dicts,
        )  # fmt: skip
        summary = "What ids are of: a type for each, so that one cannot be passed for another."
        more = "Made by the API. `str(id)` is its text; where an id is wanted, a plain str or UUID may be given too."
        self.package.render("ids", "ids.py", docstring=docstring([summary, more, NOTE]), names=ids)
        return found


def _name(page: SimpleNamespace) -> str:
    return str(page.name)


def _union(alternatives: Iterable[str]) -> str:
    found = list(dict.fromkeys(alternatives))
    return "Any" if "Any" in found else " | ".join(sorted(found, key=lambda one: (one == "None", one.lower(), one)))


def _texts_of(enum: Enum) -> Iterator[str]:
    """Return an enum and its values; one whose texts are true and false may be given as a bool too."""
    values = [value for _, value in enum.members]
    yield f"_m.{enum.made.name}"
    yield f"Literal[{', '.join(map(literal, values))}]"
    if set(values) <= {"true", "false"}:
        yield "bool"
