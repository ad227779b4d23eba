"""Misbehaviour on demand: what to do wrong, to which operation, and how often.

A fault is written as text, in the header `X-Sandbox-Fault` of a request, after `--fault` or in `Fault.parse`:
`key=value` pairs between semicolons, with an operation's name and a colon before them outside the header.

    X-Sandbox-Fault: status=503; retry-after=2; times=2
    --fault "create_interview: reset=after; times=1"

`README.md` beside this file is the table of keys; each is a field of `Fault`, its underscores written as hyphens.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, field, fields_dict, frozen
from attrs.validators import ge, in_, instance_of, matches_re, optional

from jobmojito.sandbox.contract.document import Schema
from jobmojito.sandbox.contract.validation import is_valid

HEADER = "x-sandbox-fault"
ANY = "*"

# Fetching what a signed link leads to: no operation of the contract, but it can fail like one.
FILE_DOWNLOAD = "download_file"

BODIES = ("error", "html", "empty", "text", "broken")
RESETS = ("before", "read", "after")
EVERYTHING = "all"
UNKNOWN = "sandbox_unknown_value"
EXTRA = "sandbox_extra"
DISTORTIONS = ("nulls", "missing_fields", "wrong_types", "unknown_enum", "extra_fields")


def _distortion() -> Any:
    return field(default="", validator=instance_of(str))


@frozen(kw_only=True)
class Fault:
    """One way to misbehave; `README.md` says what each field does. A bad value raises ValueError.

    Times are in seconds; `status` is from 200 to 599; `truncate` counts bytes, -1 is half of the body; `times` None is
    every time. What distorts answers is "all" or names of properties, separated by commas.
    """

    operation: str = ANY
    status: int | None = field(default=None, validator=optional(in_(range(200, 600))))
    body: str | None = field(default=None, validator=optional(in_(BODIES)))
    processed: bool = False
    retry_after: str | None = None
    headers: Mapping[str, str] = field(factory=dict)
    latency: float = field(default=0.0, converter=float, validator=ge(0))
    slow_headers: float = field(default=0.0, converter=float, validator=ge(0))
    slow_body: float = field(default=0.0, converter=float, validator=ge(0))
    reset: str | None = field(default=None, validator=optional(in_(RESETS)))
    truncate: int | None = field(default=None, validator=optional(ge(-1)))
    nulls: str = _distortion()
    missing_fields: str = _distortion()
    wrong_types: str = _distortion()
    unknown_enum: str = _distortion()
    extra_fields: str = _distortion()
    times: int | None = field(default=None, validator=optional(ge(0)))
    skip: int = field(default=0, validator=ge(0))
    id: str = field(default="", validator=matches_re(r"[^;]*"))

    @classmethod
    def parse(cls, text: str, *, operation: str | None = None) -> "Fault":
        """Read a fault's text; `operation` fixes it, else "name:" before the first key. Raises ValueError."""
        if operation is None:
            name, colon, rest = text.partition(":")
            plain = colon and "=" not in name and ";" not in name
            operation, text = (name.strip(), rest) if plain else (ANY, text)
        values: dict[str, Any] = {"operation": operation, "headers": {}}
        for part in filter(None, (part.strip() for part in text.split(";"))):
            key, _, value = part.partition("=")
            _read(values, key.strip().lower().replace("-", "_"), value.strip())
        try:
            return cls(**values)
        except (TypeError, ValueError) as error:  # the validators' own sentence, without their machinery
            raise ValueError(str(error.args[0])) from None

    @property
    def replaces(self) -> bool:
        """Whether the answer is the fault's own, made without looking at the request."""
        return self.status is not None and not self.processed


# How the keys that are not plain text are read; a key without a value means the last column.
READERS: Mapping[str, tuple[Any, str]] = {
    **dict.fromkeys(("status", "times", "skip"), (int, "")),
    **dict.fromkeys(("latency", "slow_headers", "slow_body"), (float, "")),
    **dict.fromkeys(DISTORTIONS, (str, EVERYTHING)),
    "truncate": (int, "-1"),
    "processed": (lambda text: text.lower() not in ("no", "false", "0"), "yes"),
}


def _read(values: dict[str, Any], key: str, text: str) -> None:
    if key.startswith("header_"):
        values["headers"][key.removeprefix("header_").replace("_", "-")] = text
        return
    if key not in fields_dict(Fault) or key in ("operation", "headers"):
        raise ValueError(f"unknown fault key {key!r}")
    reader, default = READERS.get(key, (str, ""))
    try:
        values[key] = reader(text or default)
    except ValueError as error:
        raise ValueError(f"fault key {key!r} has a bad value") from error


class Faults:
    """The faults of one sandbox, and how often each has struck."""

    def __init__(self, configured: Iterable[Fault] = (), operations: Collection[str] = ()) -> None:
        self._lock = threading.Lock()
        self._operations = operations
        self._configured: list[Fault] = []
        self._seen: Counter[Any] = Counter()
        for fault in configured:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Start to misbehave; the first fault that fits a request strikes. Raises ValueError for a misspelt name."""
        if self._operations and fault.operation not in (*self._operations, ANY, FILE_DOWNLOAD):
            raise ValueError(f"the contract has no operation {fault.operation!r}")
        with self._lock:
            self._configured.append(fault)

    def clear(self) -> None:
        """Behave again, and forget the counts."""
        with self._lock:
            self._configured.clear()
            self._seen.clear()

    def strike(self, operation: str, header: str | None) -> Fault | None:
        """The fault for a request, the header's first. Raises ValueError for a header that cannot be read."""
        with self._lock:
            if header is not None:
                fault = Fault.parse(header, operation=operation)
                return fault if self._due(fault, (operation, header)) else None
            for number, fault in enumerate(self._configured):
                if fault.operation in (ANY, operation) and self._due(fault, number):
                    return evolve(fault, operation=operation)
            return None

    def _due(self, fault: Fault, key: Any) -> bool:
        seen = self._seen[key]
        self._seen[key] = seen + 1
        return seen >= fault.skip and (fault.times is None or seen < fault.skip + fault.times)


@frozen
class Place:
    """A value inside an answer: what holds it under which key, and its schema (empty for an unknown property)."""

    holder: Any
    key: Any
    schema: Schema

    @property
    def value(self) -> Any:
        """The value."""
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        """Replace the value."""
        self.holder[self.key] = value


def distort(answer: Any, schema: Schema, fault: Fault) -> Any:
    """The answer with the fault's departures. `answer` is changed: hand over one that nothing else holds."""
    root = {"": answer}
    for name in DISTORTIONS:
        wanted = getattr(fault, name)
        for place in list(_places(Place(root, "", schema))) if wanted else ():
            if _chosen(place, name, wanted):
                APPLY[name](place)
    return root.get("")


def _chosen(place: Place, name: str, wanted: str) -> bool:
    if name == "extra_fields":
        return isinstance(place.value, dict)
    if name == "unknown_enum" and not any(isinstance(v, str) for v in _picked(place).get("enum", ())):
        return False
    if wanted != EVERYTHING:
        return str(place.key) in wanted.replace(" ", "").split(",")
    return not isinstance(place.value, dict | list)


def _places(place: Place) -> Iterator[Place]:
    """Every place, the innermost first, so that a change never hides one that is still to come."""
    schema, value = _picked(place), place.value
    if isinstance(value, dict):
        for name in list(value):
            yield from _places(Place(value, name, schema.get("properties", {}).get(name, {})))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from _places(Place(value, index, schema.get("items", {})))
    yield place


def _picked(place: Place) -> Schema:
    """The schema, or of its variants the one that the value is valid for."""
    schema = place.schema
    while isinstance(branches := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"), list):
        schema = next((branch for branch in branches if is_valid(branch, place.value)), branches[0])
    return schema


def _remove(place: Place) -> None:
    if isinstance(place.holder, dict):
        del place.holder[place.key]


def _retype(place: Place) -> None:
    value = place.value
    swaps: dict[type, Callable[[Any], Any]] = {
        str: len,
        bool: lambda _: "yes",
        int: str,
        float: str,
        dict: lambda entries: [entries],
        list: lambda entries: {str(index): entry for index, entry in enumerate(entries)},
        type(None): lambda _: {"sandbox": "not null"},
    }
    place.put(swaps[type(value)](value))


APPLY: dict[str, Callable[[Place], None]] = {
    "nulls": lambda place: place.put(None),
    "missing_fields": _remove,
    "wrong_types": _retype,
    "unknown_enum": lambda place: place.put(UNKNOWN),
    "extra_fields": lambda place: place.value.setdefault(EXTRA, {"nested": [1, None]}),
}
