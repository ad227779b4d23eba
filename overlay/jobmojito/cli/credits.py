"""Price estimates, confirmation, and budgets for commands that cost credits or send mail."""

import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define
from rich.text import Text

from jobmojito_api.facts import Facts, prices

from .failures import UsageError
from .options import Careful, Spending
from .output import Output

if TYPE_CHECKING:
    import jobmojito

_BALANCES = ("credits_interview_monthly", "credits_interview_extra", "credits_interview_single")
_CHECKED_EVERY = 50


@define
class Price:
    """A range of credits, because the table does not know everything."""

    low: float
    high: float

    def times(self, count: float) -> "Price":
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


def consequences(facts: Facts, price: Price | None) -> str:
    """Describe the effects of a call: "costs about 2 credits and may send mail"."""
    cost = f"costs {price}" if price else "costs credits, how many is not published"
    said = [*([cost] if facts.costs else []), *(["may send mail"] if facts.mails else [])]
    return " and ".join(said) or "changes data"


def agreed(careful: Careful, output: Output, what: str, effect: str) -> bool:
    """Print what would be done for `--dry-run`, or ask; return False if nothing is to be sent.

    Raises:
        UsageError: nobody can be asked.
    """
    if careful.dry_run:
        output.note(f"Would {what}: {effect}. Nothing was sent.")
        return False
    if careful.yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError(f"to {what} {effect}: give --yes, for there is no terminal to ask on")
    output.notes.print(Text(f"{what[0].upper()}{what[1:]}? It {effect}. [y/N] "), end="")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def balance(client: "jobmojito.JobMojito") -> float | None:
    """Return the credits that are left; None if the API does not say."""
    status = client.admin.get_merchant_status()
    known = [getattr(status, name, None) for name in _BALANCES]
    amounts = [float(one) for one in known if isinstance(one, int | float)]
    return sum(amounts) if amounts else None


@define
class Budget:
    """Yields rows until an amount is reached, by the price of a row and, now and then, by the account's balance.

    Rows that a journal knows as done count too, so a resumed run keeps within one budget.
    """

    client: "jobmojito.JobMojito"
    limit: float
    price: float
    start: float | None
    given: int = 0
    stopped: bool = False

    @classmethod
    def of(cls, client: "jobmojito.JobMojito", spending: Spending, price: Price | None) -> "Budget | None":
        """Make the budget of `--budget`, if given.

        Raises:
            UsageError: the price of a row is not known.
        """
        if spending.budget is None:
            return None
        if not 0 <= spending.budget < math.inf or not 0 < (1 if spending.price is None else spending.price) < math.inf:
            raise UsageError("--budget must be a number of credits, and --price one above 0")
        if spending.price is None and price is None:
            raise UsageError("--budget needs --price CREDITS here: the price of a row is not published")
        each = spending.price if spending.price is not None else price.high if price else 0.0
        return cls(client, spending.budget, each, balance(client))

    def rows(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Yield rows until the next one could pass the limit."""
        for row in rows:
            if (self.given + 1) * self.price > self.limit + 1e-9 or self._is_spent():
                self.stopped = True
                return
            self.given += 1
            yield row

    def _is_spent(self) -> bool:
        """Whether, by the account's balance, more was spent than counted; it is read once in a while."""
        if self.start is None or self.given % _CHECKED_EVERY:
            return False
        now = balance(self.client)
        return now is not None and self.start - now + self.price > self.limit + 1e-9
