"""A candidate's form answers, checked and encoded: the rules of a position look at them before a resume is paid for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from jobmojito.calls.responses import refusal
from jobmojito_api.codec import Departure, Model, Object, check, kind_of, pointer, write
from jobmojito_api.errors import InvalidRequest

if TYPE_CHECKING:
    from jobmojito.errors import InvalidRequestError
    from jobmojito_api.models import PreScreeningForm

Form = "PreScreeningForm | Mapping[str, Any] | str"
"""Form answers: the model, a mapping with the contract's keys, or such a mapping as JSON."""

_MODEL: Final = "PreScreeningForm"
_CUSTOM: Final = "custom_"
"""What the keys of fields begin with that a merchant made up ("custom_<timestamp>", says the contract)."""


def read_form(form: PreScreeningForm | Mapping[str, Any] | str, operation: str) -> dict[str, Any]:
    """Check form answers: education, languages, residency, nationality, visa, age, gender, custom_...

    Raises:
        InvalidRequestError: no mapping, a key that no rule can look at, a value of another kind than the contract's,
            or one that JSON does not have, such as NaN.
    """
    if isinstance(form, str):
        try:
            form = json.loads(form, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise _refused(operation, Departure("/form", "a JSON object", "a text that is none")) from None
    if not isinstance(form, Mapping | Model):
        raise _refused(operation, Departure("/form", "a mapping", kind_of(form)))
    answers = cast("dict[str, Any]", write(form))
    problems = [*_unknown_keys(answers), *_misfits(answers), *_unwritable(answers)]
    if problems:
        raise _refused(operation, *problems)
    return answers


def encode_form(answers: Mapping[str, Any]) -> str:
    """Write checked answers as the JSON text that a multipart form carries."""
    return json.dumps(answers, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def _unknown_keys(answers: Mapping[Any, Any]) -> list[Departure]:
    """Find keys that nothing would look at: a misspelt one would fail a rule in silence."""
    known = {field.name for field in cast("type[Model]", Object(_MODEL).python)._table.fields}  # noqa: SLF001 - the contract
    expected = f"one of {', '.join(sorted(known))}, {_CUSTOM}..."
    strange = [key for key in answers if not isinstance(key, str) or (key not in known and not key.startswith(_CUSTOM))]
    return [Departure(pointer(["form", key]), expected, "another key", "additionalProperties") for key in strange]


def _misfits(answers: dict[str, Any]) -> list[Departure]:
    found = check(Object(_MODEL), answers)
    return [Departure(f"/form{one.pointer}", one.expected, one.got, one.keyword) for one in found]


def _unwritable(answers: dict[str, Any]) -> list[Departure]:
    try:
        encode_form(answers).encode()
    except (TypeError, ValueError, RecursionError):
        return [Departure("/form", "values that JSON has", "NaN, half a character, or an object of a class")]
    return []


def _refused(operation: str, *problems: Departure) -> InvalidRequestError:
    return refusal(InvalidRequest(operation, problems))
