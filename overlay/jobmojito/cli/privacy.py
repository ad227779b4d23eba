"""What a command shows of an answer: no personal data and no links, unless requested.

Ids, enums, numbers, flags and dates are shown, by the rule of the models' `repr`. Other strings are shown only if the
operation answers about definitions, not people, and never if their name suggests a link or a secret.
"""

import re
from typing import Any, Final

from jobmojito_api.codec import Field, Model, table_of, write
from jobmojito_api.showing import is_shown
from jobmojito_api.types import UNSET

HIDDEN: Final = "[hidden]"
# Operations whose answers have strings about definitions, not people; new operations do not belong here by default.
_ABOUT_DEFINITIONS: Final = frozenset(
    {
        "get_catalogue_directory",
        "get_interview_definition",
        "get_interview_definition_by_post",
        "get_merchant_status",
        "list_avatars",
        "list_catalogue_directories",
        "list_interviews",
        "list_languages",
    }
)
# Endings of names whose values are shown if they are identifiers.
_STATES: Final = ("status", "step", "type")
_TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?"
_SECRET_WORDS: Final = frozenset({"email", "html", "key", "link", "path", "phone", "signature", "token", "url"})


def visible(value: object, operation: str, *, everything: bool) -> Any:
    """Return a value as JSON, with `[hidden]` for what must not be shown."""
    return write(value) if everything else _visible(value, texts=operation in _ABOUT_DEFINITIONS)


def without_people(text: str | None) -> str | None:
    """Return a message without the addresses and links that the API may quote in it."""
    return None if text is None else re.sub(r"\S+@\S+|\w+://\S+", HIDDEN, text)


def _visible(value: Any, *, texts: bool) -> Any:
    if isinstance(value, Model):
        known = {field.name: field for field in table_of(value).fields}
        given = [(name, one) for name, one in value.json_items() if one is not UNSET]
        return {name: _property(known.get(name), one, texts=texts) for name, one in given}
    if isinstance(value, list | tuple):
        return [_visible(one, texts=texts) for one in value]
    return value if value is None or isinstance(value, bool | int | float) else HIDDEN


def _property(field: Field | None, value: Any, *, texts: bool) -> Any:
    if isinstance(value, Model) or (isinstance(value, list | tuple) and any(isinstance(one, Model) for one in value)):
        return _visible(value, texts=texts)
    if field is None:
        return HIDDEN
    if isinstance(value, str) and (re.fullmatch(_TIME, value) or (field.name.endswith(_STATES) and _is_word(value))):
        return value
    plain = texts and _SECRET_WORDS.isdisjoint(field.name.lower().split("_"))
    return write(value) if plain or is_shown(field, value) else HIDDEN


def _is_word(value: str) -> bool:
    """Whether a string is an identifier such as "in_progress"."""
    return re.fullmatch("[a-z0-9]+([_-][a-z0-9]+)*", value) is not None
