"""Compiles a reader for objects of one model that have the same keys in the same order, as the rows of a list have.

The reader is made of the model's table: one test of all plain values, then a copy, then the parts that need a look of
their own. Where a plain value departs from the contract it gives None, and the table reads the object field by field,
which says where. Its source has no text from outside: names and types are bound to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .kinds import ANY, ATOMS, LARGE, NUMBER, Enumeration
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable

    from .faults import Faults
    from .tables import Field, Model, Table

    Reader = Callable[[dict[str, Any], Faults], Model | None]


def compile_reader(table: Table, model: type[Model], keys: tuple[str, ...]) -> Reader | None:
    """Make the reader of a model for these keys; None where a required one is missing, or their number is limited."""
    if table.limits or not table.required <= set(keys):
        return None
    bound: dict[str, Any] = {
        "atoms": ATOMS,
        "large": LARGE,
        "new": object.__new__,
        "put": object.__setattr__,
        "kind": model,
    }
    fields = {field.name: field for field in table.fields}
    tests, lines, extra = ["True"], list[str](), list[int]()
    for number, key in enumerate(keys):
        bound[f"key{number}"] = key
        if key in fields:
            _add_field(number, fields[key], bound, tests, lines)
        else:
            extra.append(number)
    bound["missing"] = {field.attribute: UNSET for field in table.fields if field.name not in keys}
    if extra:
        bound["read_extra"] = table.read_extra
    taken = ", ".join(f"key{number}: values.pop(key{number})" for number in extra)
    source = [
        "def read(data, faults):",
        f" ({''.join(f'value{number}, ' for number in range(len(keys)))}) = data.values()",
        f" if not ({' and '.join(tests)}): return None",
        " values = data if faults.is_ours else data.copy()",
        f" extra = {{{taken}}}",
        *lines,
        " if extra: read_extra(extra, faults)" if extra else "",
        " values.update(missing)" if bound["missing"] else "",
        " values['additional_properties'] = extra",
        " made = new(kind)",
        " put(made, '__dict__', values)",
        " return made",
    ]
    exec("\n".join(filter(None, source)), bound)  # noqa: S102 - nothing in it comes from outside
    reader: Reader = bound["read"]
    return reader


def _add_field(number: int, field: Field, bound: dict[str, Any], tests: list[str], lines: list[str]) -> None:
    """Add what one declared property needs."""
    value, type_ = f"value{number}", field.type
    bound[f"attribute{number}"] = field.attribute
    if field.attribute != field.name:
        lines.append(f" values[attribute{number}] = values.pop(key{number})")
    test, line = "", f"values[attribute{number}] = read{number}({value}, faults)"
    if type_ is NUMBER:
        test, line = f"{value}.__class__ is float and -large < {value} < large or {value}.__class__ is int", ""
    elif type_.exact is not None:
        bound[f"exact{number}"] = type_.exact
        test, line = f"{value}.__class__ is exact{number}", ""
    elif isinstance(type_, Enumeration):
        bound[f"members{number}"], bound[f"exact{number}"], _ = type_.kinds
        test = f"{value}.__class__ is exact{number} and {value} in members{number}"
        line = f"values[attribute{number}] = members{number}[{value}]"
    if test:
        tests.append(f"({test} or {value} is None)" if field.nullable else f"({test})")
        if line:
            lines.append(f" if {value} is not None: {line}" if field.nullable else f" {line}")
        return
    bound[f"read{number}"] = type_.read
    condition = (
        f"{value}.__class__ not in atoms" if type_ is ANY else f"{value} is not None" if field.nullable else "True"
    )
    lines += [
        f" if {condition}:",
        "  mark = len(faults)",
        f"  {line}",
        f"  if len(faults) != mark: faults.put_under(mark, key{number})",
    ]


__all__ = ["compile_reader"]
