"""What the contract does not say about its operations: what costs credits, what sends mail, what may be sent twice.

From `facts.json`, which is made of `openapi/facts.yaml` together with this package.
"""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Mapping


class Facts(NamedTuple):
    """Facts of one operation; what nobody knows counts as costing, as mailing and as not repeatable.

    `known` is False for an operation whose facts nobody has looked up yet, `guide_only` True for one that the vendor's
    guide has and the published document does not. `price` names one of `prices()`. `why` gives the reason and source
    of `costs`, `mails` and `repeatable`; `care` those parameters and properties that cost or do the unexpected.
    """

    costs: bool
    mails: bool
    repeatable: bool
    known: bool
    guide_only: bool
    price: str | None
    why: Mapping[str, str]
    care: Mapping[str, str]


def facts_of(name: str) -> Facts:
    """Give the facts of an operation by its name; KeyError where there is none of that name."""
    return Facts(**_table()["operations"][name])


def prices() -> Mapping[str, Any]:
    """Give what is known about prices, in credits, as `openapi/facts.yaml` explains it."""
    return cast("Mapping[str, Any]", _table()["prices"])


@cache
def _table() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(get_data("jobmojito_api", "facts.json") or b"{}"))
