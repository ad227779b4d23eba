"""What one sandbox is made of."""

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

from .counters import Tally

DEFAULT_BODY_LIMIT = 256 * 1024 * 1024


@frozen
class Settings:
    """What a sandbox can be told: body limit in bytes, and whether its own answers are checked."""

    body_limit: int = DEFAULT_BODY_LIMIT
    check_answers: bool = True


@define
class Parts:
    """The contract it serves, what it remembers, what it does wrong, and what it counts."""

    contract: Contract
    settings: Settings = field(factory=Settings)
    world: World = field(factory=World)
    faults: Faults = field(factory=Faults)
    tally: Tally = field(factory=Tally)
    storage: Storage = field(factory=Storage)
    revoked: set[str] = field(factory=set)
    _samples: dict[str, Any] = field(factory=dict)

    def revoke(self, token: str) -> None:
        """Refuse a token from now on."""
        self.revoked.add(fingerprint(token))

    def clear(self) -> None:
        """Forget all data, counts, faults and revoked tokens."""
        self.world.clear()
        self.tally.clear()
        self.faults.clear()
        self.revoked.clear()

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
