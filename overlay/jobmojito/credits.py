"""Estimates what a call costs, from the published prices (`openapi/facts.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from jobmojito_api.facts import Facts, prices


@frozen
class Price:
    """A range of credits, because the table does not know everything."""

    low: float
    high: float

    def times(self, count: float) -> Price:
        """Return the price of several."""
        return Price(self.low * count, self.high * count)

    def __str__(self) -> str:
        low, high = (f"{round(one, 2):g}" for one in (self.low, self.high))
        return f"about {low} credits" if low == high else f"{low} to {high} credits"


def price_of(facts: Facts, given: Mapping[str, Any]) -> Price | None:
    """Estimate a call from its body, or from its interview's definition; None if no price is published."""
    if facts.price is None:
        return None
    table = prices()[facts.price]
    bases = table["base"].get(given.get(table["kind"]))
    base = (
        Price(*bases) if bases else Price(min(map(min, table["base"].values())), max(map(max, table["base"].values())))
    )
    added = sum(_add_on(amounts, given.get(name)) for name, amounts in table["add_ons"].items())
    return Price(base.low + added, base.high + added).times(_multiplier(table, given))


def _add_on(amounts: Mapping[str, float], value: object) -> float:
    """Return what a recording adds; for a kind that is not in the table, the highest amount."""
    return 0.0 if value is None else amounts.get(str(value), max(amounts.values()))


def _multiplier(table: Mapping[str, Any], given: Mapping[str, Any]) -> float:
    seconds = given.get(table["duration"])
    known = seconds if isinstance(seconds, int | float) else table["default_duration"]
    return float(next(factor for limit, factor in table["multipliers"] if limit is None or known <= limit))
