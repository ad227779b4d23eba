"""Price estimates, confirmation, and budgets for commands that cost credits or send mail."""

import math
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import define
from rich.text import Text

from jobmojito.credits import Price
from jobmojito_api.facts import Facts

from .failures import UsageError
from .options import Careful, Spending
from .output import Output

if TYPE_CHECKING:
    import jobmojito

_BALANCES = ("credits_interview_monthly", "credits_interview_extra", "credits_interview_single")
_CHECKED_EVERY = 50


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
