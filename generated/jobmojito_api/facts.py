"""Facts that the contract does not have: which operations cost credits, send mail, or may be sent twice.

Read from `facts.json`, which is generated from `openapi/facts.yaml` together with this package.
"""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Mapping


class Facts(NamedTuple):
    """Facts of one operation; an unknown fact counts as costing, as mailing and as not repeatable.

    `known` is False for an operation that is not in `openapi/facts.yaml`, `guide_only` True for one that only the
    vendor's guide has. `price` names one of `prices()`. `why` gives the reason and source of `costs`, `mails` and
    `repeatable`; `care` the parameters and properties that cost credits or have unexpected effects.
    """

    costs: bool
    mails: bool
    repeatable: bool
    known: bool
    guide_only: bool
    price: str | None
    why: Mapping[str, str]
    care: Mapping[str, str]


@cache
def facts_of(name: str) -> Facts:
    """Return the facts of an operation by its name; KeyError where there is none of that name."""
    return Facts(**_table()["operations"][name])


def prices() -> Mapping[str, Any]:
    """Return the known prices, in credits, as `openapi/facts.yaml` explains them."""
    return cast("Mapping[str, Any]", _table()["prices"])


def corrections() -> Mapping[str, int]:
    """Return how many corrections were made to the published documents: `actions`, and the `places` they change."""
    return cast("Mapping[str, int]", _table()["corrections"])


@cache
def _table() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(get_data("jobmojito_api", "facts.json") or b"{}"))
