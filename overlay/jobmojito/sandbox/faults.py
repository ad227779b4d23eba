"""Faults on demand: what goes wrong, in which operation, and how often.

A fault is written as text, in the header `X-Sandbox-Fault` of a request, after `--fault` or in `Fault.parse`: as
`key=value` pairs separated by semicolons. Outside the header, an operation's name and a colon come first.

    X-Sandbox-Fault: status=503; retry-after=2; times=2
    --fault "create_interview: reset=after; times=1"

`README.md` beside this file has the table of keys; each is a field of `Fault`, with hyphens for underscores.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from attrs import evolve, field, fields_dict, frozen
from attrs.converters import optional as maybe
from attrs.converters import to_bool
from attrs.validators import ge, in_, instance_of, matches_re, optional

from jobmojito.sandbox.contract.document import Schema
from jobmojito.sandbox.contract.validation import variant

HEADER = "x-sandbox-fault"
ANY = "*"

# Fetching a signed link: not an operation of the contract, but it can fail like one.
FILE_DOWNLOAD = "download_file"

BODIES = ("error", "html", "empty", "text", "broken")
RESETS = ("before", "read", "after")
EVERYTHING = "all"
UNKNOWN = "sandbox_unknown_value"
EXTRA = "sandbox_extra"
DISTORTIONS = ("nulls", "missing_fields", "wrong_types", "unknown_enum", "extra_fields")

# The value of a key that is given without one.
WITHOUT_VALUE = {"truncate": "-1", "processed": "yes", **dict.fromkeys(DISTORTIONS, EVERYTHING)}


@frozen(kw_only=True)
class Fault:
    """One fault; `README.md` says what each field does. A bad value raises ValueError.

    Times are in seconds; `status` is from 200 to 599; `truncate` counts bytes, -1 means half of the body; `times` None
    means every time. Fields that distort answers are "all" or names of properties, separated by commas.
    """

    operation: str = ANY
    status: int | None = field(default=None, converter=maybe(int), validator=optional(in_(range(200, 600))))
    body: str | None = field(default=None, validator=optional(in_(BODIES)))
    processed: bool = field(default=False, converter=to_bool)
    retry_after: str | None = None
    headers: Mapping[str, str] = field(factory=dict)
    latency: float = field(default=0.0, converter=float, validator=ge(0))
    slow_headers: float = field(default=0.0, converter=float, validator=ge(0))
    slow_body: float = field(default=0.0, converter=float, validator=ge(0))
    reset: str | None = field(default=None, validator=optional(in_(RESETS)))
    truncate: int | None = field(default=None, converter=maybe(int), validator=optional(ge(-1)))
    nulls: str = field(default="", validator=instance_of(str))
    missing_fields: str = field(default="", validator=instance_of(str))
    wrong_types: str = field(default="", validator=instance_of(str))
    unknown_enum: str = field(default="", validator=instance_of(str))
    extra_fields: str = field(default="", validator=instance_of(str))
    times: int | None = field(default=None, converter=maybe(int), validator=optional(ge(0)))
    skip: int = field(default=0, converter=int, validator=ge(0))
    repeat: int = field(default=0, converter=int, validator=ge(0))
    id: str = field(default="", validator=matches_re(r"[^;]*"))

    @classmethod
    def parse(cls, text: str, *, operation: str | None = None) -> "Fault":
        """Parse a fault; the operation is `operation`, or "name:" before the first key. Raises ValueError."""
        if operation is None:
            name, colon, rest = text.partition(":")
            plain = colon and "=" not in name and ";" not in name
            operation, text = (name.strip(), rest) if plain else (ANY, text)
        headers: dict[str, str] = {}
        values: dict[str, Any] = {}
        for part in filter(None, map(str.strip, text.split(";"))):
            name, _, value = map(str.strip, part.partition("="))
            key = name.lower().replace("-", "_")
            if key.startswith("header_"):
                headers[key.removeprefix("header_").replace("_", "-")] = value
            elif key in fields_dict(cls) and key not in ("operation", "headers"):
                values[key] = value or WITHOUT_VALUE.get(key, "")
            else:
                raise ValueError(f"unknown fault key {key!r}")
        try:
            return cls(operation=operation, headers=headers, **values)
        except (TypeError, ValueError) as error:  # only the validators' message, not their other arguments
            raise ValueError(f"a fault that cannot be read: {error.args[0]}") from None

    @property
    def replaces(self) -> bool:
        """Whether the fault answers by itself, without handling the request."""
        return self.status is not None and not self.processed

    @property
    def extra_headers(self) -> dict[str, str]:
        """The header fields that it adds to a response."""
        return {**self.headers, **({} if self.retry_after is None else {"retry-after": self.retry_after})}


class Faults:
    """The faults of one sandbox, and the number of requests that each has met."""

    def __init__(self, configured: Iterable[Fault] = (), operations: Collection[str] = ()) -> None:
        self._lock = threading.Lock()
        self._operations = operations
        self._configured: list[Fault] = []
        self._seen: Counter[Any] = Counter()
        for fault in configured:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Add a fault; the first one that fits a request is used. Raises ValueError for an unknown operation."""
        if self._operations and fault.operation not in (*self._operations, ANY, FILE_DOWNLOAD):
            raise ValueError(f"the contract has no operation {fault.operation!r}")
        with self._lock:
            self._configured.append(fault)

    def clear(self) -> None:
        """Remove all faults and their counts."""
        with self._lock:
            self._configured.clear()
            self._seen.clear()

    def strike(self, operation: str, header: str | None) -> Fault | None:
        """Return the fault for a request, the header's first. Raises ValueError for an unreadable header."""
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


def distort(value: Any, schema: Schema, fault: Fault, name: str = "") -> Any:
    """Return a copy of an answer distorted by the fault; `name` is the property that holds the value."""
    schema = variant(schema, value)
    properties = schema.get("properties", {})
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if not _chosen(fault.missing_fields, key, part)}
        value = {key: distort(part, properties.get(key, {}), fault, key) for key, part in kept.items()}
        value |= {EXTRA: {"nested": [1, None]}} if fault.extra_fields else {}
    elif isinstance(value, list):
        value = [distort(part, schema.get("items", {}), fault) for part in value]
    if _chosen(fault.nulls, name, value):
        return None
    if _chosen(fault.unknown_enum, name, value) and any(isinstance(known, str) for known in schema.get("enum", ())):
        return UNKNOWN
    return _RETYPED[type(value)](value) if _chosen(fault.wrong_types, name, value) else value


def _chosen(wanted: str, name: str, value: Any) -> bool:
    """Whether a fault's key selects this value: "all" selects every plain value, names select properties."""
    if wanted == EVERYTHING:
        return not isinstance(value, dict | list)
    return bool(wanted) and name in wanted.replace(" ", "").split(",")


_RETYPED: Mapping[type, Callable[[Any], Any]] = {
    str: len,
    bool: lambda _: "yes",
    int: str,
    float: str,
    dict: lambda entries: [entries],
    list: lambda entries: {str(index): entry for index, entry in enumerate(entries)},
    type(None): lambda _: {"sandbox": "not null"},
}
