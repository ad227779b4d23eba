"""What one sandbox is made of, and what it can be told."""

import copy
from collections.abc import Mapping
from typing import Any

from attrs import define, field, frozen

from jobmojito.sandbox.contract.document import Contract, Operation
from jobmojito.sandbox.contract.samples import sample
from jobmojito.sandbox.faults.faults import Faults
from jobmojito.sandbox.world.files import Storage
from jobmojito.sandbox.world.store import World
from jobmojito.sandbox.world.tokens import fingerprint

from .counters import Counters


@frozen
class Settings:
    """Limit of a request's body in bytes; whether the sandbox checks its own answers, and prints a line a request."""

    body_limit: int = 256 * 1024 * 1024
    check_answers: bool = True
    log_requests: bool = False


@define
class State:
    """The contract it serves, what it remembers, what it does wrong, and what it counts."""

    contract: Contract
    settings: Settings
    world: World
    faults: Faults
    counters: Counters = field(factory=Counters)
    storage: Storage = field(factory=Storage)
    revoked: set[str] = field(factory=set)  # fingerprints of tokens
    _samples: dict[str, Any] = field(factory=dict)

    def revoke(self, token: str) -> None:
        """Refuse a token from now on."""
        self.revoked.add(fingerprint(token))

    def clear(self) -> None:
        """Forget all data, files, counts, faults and revoked tokens."""
        for part in (self.world, self.storage, self.counters, self.faults, self.revoked):
            part.clear()

    def generic(self, operation: Operation, query: Mapping[str, Any]) -> Any:
        """The answer of an operation without a handler: a sample; a page ends after its one row."""
        if operation.name not in self._samples:
            self._samples[operation.name] = sample(operation.answer)
        answer = copy.deepcopy(self._samples[operation.name])
        if isinstance(answer, dict) and isinstance(answer.get("pagination"), dict):
            rows, offset = answer.get("data"), int(query.get("offset") or 0)
            answer["data"] = rows[offset:] if isinstance(rows, list) else rows
            total = len(rows) if isinstance(rows, list) else 0
            known = {"total": total, "limit": query.get("limit"), "offset": offset, "has_more": False}
            answer["pagination"] |= {k: v for k, v in known.items() if k in answer["pagination"] and v is not None}
        return answer
