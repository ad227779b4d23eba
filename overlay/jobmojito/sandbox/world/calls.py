"""The argument of an operation's handler, and the table of handlers."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import asdict, evolve, field, frozen

from jobmojito.sandbox.contract.document import Contract, Operation, Schema
from jobmojito.sandbox.contract.validation import Refusal

from .store import PRICES, Row, Store, Table, new_id, now
from .tokens import Caller


@frozen
class Upload:
    """A received file: `size` in bytes, `sha256` in hex, `head` the first 64 KB of its content."""

    filename: str
    content_type: str
    size: int
    sha256: str
    head: bytes = field(repr=False)

    def as_dict(self) -> Row:
        """Return everything but the content."""
        return asdict(self, filter=lambda part, _: part.name != "head")


@frozen
class Call:
    """A valid request: its caller, merchant, parameters and body, and the records.

    `query` holds the parameters with the contract's defaults filled in, `body` the JSON body or the form's fields.
    `sign` stores a file under a path and returns the link that fetches it.
    """

    contract: Contract = field(repr=False)
    operation: Operation
    caller: Caller
    merchant_id: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    files: Mapping[str, Upload]
    store: Store
    sign: Callable[[str, bytes], str] = field(repr=False)

    @property
    def answer(self) -> Schema:
        """The schema of the successful answer."""
        return self.operation.answer

    @property
    def given(self) -> Mapping[str, Any]:
        """Parameters and body together: operations differ in which of the two holds a value."""
        return {**self.query, **self.body}

    def lacks(self, name: str) -> bool:
        """Whether a property of the contract is absent, null or empty in the body."""
        return self.operation.accepts(name) and not self.body.get(name)

    def sees(self, merchant_id: str | None) -> bool:
        """Whether the caller may see a merchant's records; None is the platform, whose records everyone sees."""
        return merchant_id in (None, self.merchant_id) or self.caller.may_act_for(str(merchant_id))

    def definition(self, name: str, key: Any, status: int = 404) -> Row:
        """Return the interview or position with this id. Raises `status` if there is none."""
        return self._find(self.store.definitions, key, Refusal(status, "no such interview or position", name))

    def open_definition(self, name: str, key: Any, status: int = 404, *, is_test: bool = False) -> Row:
        """Return the interview or position with this id, if candidates can take it. Raises a 409 if it is not active.

        The contract: `active` is open to candidates, a `draft` cannot be run yet, and a test opens drafts.
        """
        row = self.definition(name, key, status)
        if row["status"] != "active" and not (is_test and row["status"] == "draft"):
            raise Refusal(409, f"the interview is {row['status']} and takes no candidates", name)
        return row

    def result(self, name: str, key: Any, status: int = 404) -> Row:
        """Return the interview result with this id. Raises `status` if there is none."""
        return self._find(self.store.results, key, Refusal(status, "no such interview result", name))

    def _find(self, table: Table, key: Any, refusal: Refusal) -> Row:
        row = table.get(str(key).lower())
        if row is None or not self.sees(row["merchant_id"]):  # another merchant's id looks unknown
            raise refusal
        return row

    def on_behalf_of(self, row: Row) -> "Call":
        """Return the same call for the merchant of a record, which then pays and owns what is made."""
        return evolve(self, merchant_id=row["merchant_id"])

    def spend(self, event: str, *, surcharge: int = 0, **details: Any) -> None:
        """Pay for an event and record it. Raises a 422, and does neither, if there are too few credits."""
        tenths = PRICES[event] + surcharge
        self.store.spend(self.merchant_id, tenths)
        noted = {"merchant_id": self.merchant_id, "event": event, "event_date": now(), "credit_amount": tenths / 10}
        self.store.payments.append({"id": new_id(), **noted, **details})

    def own(self, table: Mapping[str, Row], **filters: str) -> list[Row]:
        """Return the records of the request's merchant; `filters` maps query parameters to the columns they filter.

        A parameter that is absent or empty filters nothing.
        """
        wanted = {column: self.query[name] for name, column in filters.items() if self.query.get(name)}
        mine = (row for row in table.values() if row["merchant_id"] == self.merchant_id)
        return [row for row in mine if all(row.get(column) == value for column, value in wanted.items())]


Handler = Callable[[Call], Any]
HANDLERS: dict[str, Handler] = {}


def handles(*operations: str) -> Callable[[Handler], Handler]:
    """Register a handler for operations; operations without one are answered with a sample."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(operations, handler))
        return handler

    return register


def flag(value: object) -> bool:
    """Whether an option is on: the batch and link requests take true or the string "true"."""
    return value is True or (isinstance(value, str) and value.lower() == "true")
