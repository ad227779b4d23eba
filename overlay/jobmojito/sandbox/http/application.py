"""The ASGI application."""

from collections.abc import Iterable
from pathlib import Path

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from jobmojito.sandbox.contract.document import load
from jobmojito.sandbox.faults.faults import Fault, Faults
from jobmojito.sandbox.world import account, catalogue, documents, interviews, reports, results, screening
from jobmojito.sandbox.world.store import CREDITS, World

from .exchanges import Exchange, ResetWanted
from .parts import Parts, Settings
from .responses import deliver, reset

# The modules whose handlers serve the contract; naming them here is what registers them.
HANDLER_MODULES = (account, catalogue, documents, interviews, reports, results, screening)


class App(Parts):
    """One sandbox without a server; `create_app` makes it, for `httpx.ASGITransport` or a server of your own."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        exchange = Exchange(self, Request(scope, receive))
        try:
            answer = await exchange.answer()
        except ResetWanted:
            await reset(scope, receive)
        else:
            await deliver(answer, exchange.fault, scope, receive, send)


def create_app(
    *,
    contract: Path | None = None,
    faults: Iterable[Fault] = (),
    credits: float = CREDITS,  # noqa: A002 - the trade's word
    settings: Settings | None = None,
) -> App:
    """The sandbox as an ASGI application.

    Raises ContractError for a contract that cannot be read, ValueError for a fault of an operation it does not have.
    """
    table = load(contract)
    return App(table, settings or Settings(), World(credits), Faults(faults, table.operations))
