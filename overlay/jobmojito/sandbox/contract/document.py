"""The effective contract as a table of operations, with references in their schemas resolved."""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from attrs import field, frozen

METHODS = ("get", "put", "post", "delete", "patch", "options", "head")

# Keywords beside a `$ref` that do not affect validity, so that the reference can simply be replaced.
ANNOTATIONS = frozenset({"description", "title", "example", "examples", "default", "deprecated", "summary"})

# No number of the API is negative, but the contract rarely has a `minimum`; where it has one, that decides.
NUMBERS = ("number", "integer", ["number", "null"], ["integer", "null"])
LIMITS = {"minimum", "exclusiveMinimum", "exclusiveMaximum"}

Schema = Mapping[str, Any]


class ContractError(Exception):
    """The contract file is missing or is not an OpenAPI document; the message is one line."""


@frozen
class Parameter:
    """A declared parameter; `location` is "query", "header", "path" or "cookie"."""

    name: str
    location: str
    required: bool
    schema: Schema


@frozen(slots=False)  # a cached property needs a `__dict__`
class Operation:
    """One operation of the contract, references resolved."""

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    bodies: Mapping[str, Schema]
    body_required: bool
    answers: Mapping[str, Schema | None]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression, with a named group for each path parameter."""
        parts = re.split(r"\{(\w+)\}", self.path)
        return re.compile("".join(f"(?P<{part}>[^/]+)" if i % 2 else re.escape(part) for i, part in enumerate(parts)))

    @cached_property
    def success(self) -> int:
        """The status of a successful answer: the lowest declared 2xx."""
        return min((int(status) for status in self.answers if status.startswith("2") and status.isdigit()), default=200)

    @property
    def answer(self) -> Schema:
        """The schema of the successful answer; if none is declared, one that accepts anything."""
        return self.answers.get(str(self.success)) or {}

    def declares(self, status: int) -> bool:
        """Whether the contract names exactly this status."""
        return str(status) in self.answers

    def accepts(self, name: str) -> bool:
        """Whether a request may carry a parameter or body property of this name."""
        named = any(parameter.name == name for parameter in self.parameters)
        return named or any(name in body.get("properties", {}) for body in self.bodies.values())


@frozen
class Contract:
    """All operations of a document, found by name or by request line; `webhooks`: the schema of each payload."""

    title: str
    version: str
    base_path: str
    operations: Mapping[str, Operation]
    webhooks: Mapping[str, Schema] = field(factory=dict)

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Find the operation of a request line, and its path parameters; paths without parameters come first."""
        for operation in sorted(self.operations.values(), key=lambda operation: "{" in operation.path):
            if operation.method == method and (match := operation.pattern.fullmatch(path)):
                return operation, match.groupdict()
        return None

    def methods(self, path: str) -> list[str]:
        """The methods that the contract has for a path."""
        return sorted(o.method for o in self.operations.values() if o.pattern.fullmatch(path))


def load(path: Path | None = None) -> Contract:
    """Read the contract from a file, or the one shipped with the generated client. Raises ContractError."""
    try:
        source = path or resources.files("jobmojito_api").joinpath("contract.json")
        document = json.loads(source.read_bytes())
    except (OSError, ModuleNotFoundError) as error:
        raise ContractError(f"the contract cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ContractError(f"the contract is not JSON: {error}") from error
    return parse(document)


def parse(document: Any) -> Contract:
    """Parse an effective OpenAPI 3.1 document. Raises ContractError."""
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise ContractError("the contract has no `paths`: not an OpenAPI document")
    filled = _References(document).fill(document)
    operations = [
        _operation(path, method, item)
        for path, item in filled["paths"].items()
        for method in METHODS
        if isinstance(item, dict) and isinstance(item.get(method), dict)
    ]
    info, servers = document.get("info", {}), document.get("servers") or [{}]
    return Contract(
        title=str(info.get("title", "API")),
        version=str(info.get("version", "")),
        base_path=re.sub(r"^\w+://[^/]*", "", str(servers[0].get("url", ""))).rstrip("/"),
        operations={operation.name: operation for operation in operations},
        webhooks={name: _payload(item) for name, item in filled.get("webhooks", {}).items()},
    )


def _operation(path: str, method: str, item: Schema) -> Operation:
    declared = item[method]
    body = declared.get("requestBody", {})
    parameters = [
        Parameter(p["name"], p["in"], bool(p.get("required")), p.get("schema", {}))
        for p in (*item.get("parameters", []), *declared.get("parameters", []))
    ]
    return Operation(
        name=str(declared.get("operationId") or f"{method}_{path}"),
        method=method.upper(),
        path=path,
        parameters=tuple(parameters),
        bodies={kind: media.get("schema", {}) for kind, media in body.get("content", {}).items()},
        body_required=bool(body.get("required")),
        answers={str(status): _json_schema(answer) for status, answer in declared.get("responses", {}).items()},
    )


def _payload(item: Schema) -> Schema:
    """Return the schema of what a webhook posts."""
    return _json_schema(item.get("post", {}).get("requestBody", {})) or {}


def _json_schema(answer: Schema) -> Schema | None:
    return next((media.get("schema", {}) for kind, media in answer.get("content", {}).items() if "json" in kind), None)


class _References:
    """Resolves the references of one document; a schema referred to twice is one object."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._filled: dict[str, dict[str, Any]] = {}

    def fill(self, node: Any) -> Any:
        """Replace each reference by its target; a cycle becomes a cycle of objects."""
        if isinstance(node, list):
            return [self.fill(item) for item in node]
        if not isinstance(node, dict):
            return node
        filled = {key: self.fill(value) for key, value in node.items() if key != "$ref" and not _is_foreign(key, value)}
        if filled.get("type") in NUMBERS and not filled.keys() & LIMITS and filled.get("maximum", 0) >= 0:
            filled["minimum"] = 0
        if not isinstance(reference := node.get("$ref"), str):
            return filled
        target = self._target(reference)
        return target if filled.keys() <= ANNOTATIONS else {"allOf": [target, filled]}

    def _target(self, reference: str) -> dict[str, Any]:
        if reference not in self._filled:
            node: Any = self._document
            for part in reference.removeprefix("#/").split("/"):
                node = node[part.replace("~1", "/").replace("~0", "~")]
            self._filled[reference] = target = {}
            found = self.fill(node)
            target.update(found if isinstance(found, dict) else {} if found else {"not": {}})
        return self._filled[reference]


def _is_foreign(key: str, value: Any) -> bool:
    """Whether a keyword is an ECMAScript pattern that Python cannot compile; only the API checks it."""
    try:
        re.compile(value if key == "pattern" and isinstance(value, str) else "")
    except (re.error, OverflowError, RecursionError):
        return True
    return False
