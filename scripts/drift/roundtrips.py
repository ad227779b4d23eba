"""Every model read and written: the JSON that went in comes out, from its own attributes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from scripts.drift.nodes import Array, Node, Structure, plain
from scripts.drift.samples import Unsampled, sample
from scripts.drift.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.drift.fitting import Fitting
    from scripts.drift.observation import Observation
    from scripts.drift.reports import Report


@frozen
class Roundtrips:
    """Reads and writes a value of every object of the document, full and as small as can be."""

    seen: Observation
    report: Report
    fitting: Fitting

    def check(self, nodes: Iterator[Node]) -> None:
        """Check every object that is below the given nodes, once."""
        done: set[str] = set()
        for node in nodes:
            for structure in _structures(node, done):
                for name in self.fitting.known_as.get(structure.key, ()):
                    self._try(structure, name)

    def _try(self, structure: Structure, name: str) -> None:
        class_ = next(class_ for key, class_ in self.seen.classes.items() if plain(key) == name)
        file = self.seen.package.file_of(class_)
        try:
            for full in (True, False):
                node = Node(structure.key, (structure,))
                if not self._read(node, class_, sample(node, full=full)):
                    self.report.differ(structure.key, file, f"{class_.__name__} does not give back what it reads")
        except (Unsampled, Unreadable):
            self.report.counts["not probed"] += 1
        except Exception as problem:  # noqa: BLE001 - generated code may raise anything when it is used
            said = f"{class_.__name__} cannot be read or written: {type(problem).__name__}"
            self.report.differ(structure.key, file, said)
        self.report.counts["models probed"] += 1

    def _read(self, node: Node, class_: Any, given: Mapping[str, Any]) -> bool:
        """Read a value, and make the same by hand from what a person would write: the arguments of the class."""
        codec = self.seen.tables.codec
        read = codec.read(codec.Object(class_.__name__), given)
        faults = [one for one in read.departures if one.keyword != "oneOf"]
        names = {entry.name: entry.attribute for entry in class_._table.fields}  # noqa: SLF001 - its own table
        made = class_(**{names[name]: getattr(read.value, names[name]) for name in given if name in names})
        for name in given.keys() - names.keys():
            made[name] = given[name]
        same = made.to_dict() == given == class_.from_dict(given).to_dict()
        return not faults and same and self.fitting.fits(node, given, read.value)


def _structures(node: Node, done: set[str]) -> Iterator[Structure]:
    """Walk the objects below a node, each once."""
    for option in node.options:
        if isinstance(option, Array):
            yield from _structures(option.item, done)
        elif isinstance(option, Structure) and option.key not in done:
            done.add(option.key)
            yield option
            members = option.read()
            for found in members.properties.values():
                yield from _structures(found.node, done)
            if members.additional is not None:
                yield from _structures(members.additional, done)
