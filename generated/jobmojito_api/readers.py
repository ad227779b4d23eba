"""Compiles a reader for objects of one model that have the same keys in the same order, as the rows of a list have.

The reader is made of the model's table: one test of all plain values, then a copy, then the parts that need a look of
their own. Where a plain value departs from the contract it gives None, and the table reads the object field by field,
which says where. Of a value that is only checked before it is sent, no model is made. The source has no text from
outside: names and types are bound to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .kinds import ANY, ATOMS, LARGE, NUMBER, Array, Enumeration
from .types import UNSET

if TYPE_CHECKING:
    from .tables import Field, Model, Reader, Table


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
    tests, checks, lines, extra = ["True"], list[str](), list[str](), list[int]()
    for number, key in enumerate(keys):
        bound[f"key{number}"] = key
        if key in fields:
            _add_field(number, fields[key], bound, tests, checks, lines)
        else:
            extra.append(number)
    renamed = [number for number, key in enumerate(keys) if key in fields and fields[key].attribute != key]
    bound["missing"] = {field.attribute: UNSET for field in table.fields if field.name not in keys}
    if extra:
        bound["read_extra"] = table.read_extra
    taken = ", ".join(f"key{number}: values.pop(key{number})" for number in extra)
    source = [
        "def read(data, faults):",
        f" ({''.join(f'value{number}, ' for number in range(len(keys)))}) = data.values()",
        f" if not ({' and '.join(tests)}): return None",
        " if faults.is_raw:",
        *([" " + line for line in checks] if not extra else []),
        f"  return {'None' if extra else 'data'}",
        " values = data if faults.is_ours else data.copy()",
        f" extra = {{{taken}}}",
        # All before any is set: the attribute of one property may be the name of another.
        *(f" del values[key{number}]" for number in renamed),
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


def _add_field(
    number: int, field: Field, bound: dict[str, Any], tests: list[str], checks: list[str], lines: list[str]
) -> None:
    """Add what one declared property needs: to the test of all, or to check it apart, and to make its attribute."""
    value, type_ = f"value{number}", field.type
    attribute = f"values[attribute{number}]"
    bound[f"attribute{number}"] = field.attribute
    if field.attribute != field.name:
        lines.append(f" {attribute} = {value}")
    bound[f"exact{number}"] = type_.exact
    test, made = f"{value}.__class__ is exact{number}", ""
    if type_ is NUMBER:
        test = f"{value}.__class__ is float and -large < {value} < large or {value}.__class__ is int"
    elif isinstance(type_, Enumeration):
        bound[f"members{number}"], bound[f"exact{number}"], _ = type_.kinds
        test += f" and {value} in members{number}"
        made = f"members{number}[{value}]"
    elif isinstance(type_, Array) and type_.item.exact not in {None, float}:
        bound[f"exact{number}"], bound[f"only{number}"] = list, {type_.item.exact}
        test += f" and {{*map(type, {value})}} <= only{number}"
        made = f"[*{value}]"
    elif type_.exact is None:
        bound[f"read{number}"] = type_.read
        plain = f"{value}.__class__ in atoms" if type_ is ANY else f"{value} is None" if field.nullable else "False"
        for block, kept in ((checks, ""), (lines, f"{attribute} = ")):
            block += [
                f" if not ({plain}):",
                "  mark = len(faults)",
                f"  {kept}read{number}({value}, faults)",
                f"  if len(faults) != mark: faults.put_under(mark, key{number})",
            ]
        return
    if made:
        lines.append(f" {f'if {value} is not None: ' if field.nullable else ''}{attribute} = {made}")
    tests.append(f"({test} or {value} is None)" if field.nullable else f"({test})")
