"""The ASGI application: one sandbox, without a server."""

import sys
from collections.abc import Iterable
from pathlib import Path

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from jobmojito.sandbox.contract.document import load
from jobmojito.sandbox.faults.faults import Fault, Faults
from jobmojito.sandbox.world import account, catalogue, interviews, reports, results, screening
from jobmojito.sandbox.world.store import CREDITS, World

from .dispatch import Dispatch, ResetWanted
from .responses import reset, respond
from .state import Settings, State

# The modules whose handlers serve the contract; naming them here is what registers them.
HANDLER_MODULES = (account, catalogue, interviews, reports, results, screening)


class App(State):
    """One sandbox; `create_app` makes it, for `httpx.ASGITransport` or a server of your own."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        dispatch = Dispatch(self, Request(scope, receive))
        try:
            response = await dispatch.response()
        except ResetWanted:
            self._log(dispatch, "reset")
            await reset(scope, receive)
        else:
            self._log(dispatch, str(response.status))
            await respond(response, dispatch.fault, scope, receive, send)

    def _log(self, dispatch: Dispatch, outcome: str) -> None:
        if self.settings.log_requests:
            asked = " (fault)" if dispatch.fault is not None else ""
            print(f"{dispatch.name} {outcome}{asked}", file=sys.stderr, flush=True)


def create_app(
    *,
    contract: Path | None = None,
    faults: Iterable[Fault] = (),
    credits: float = CREDITS,  # noqa: A002 - the trade's word
    settings: Settings | None = None,
) -> App:
    """The sandbox as an ASGI application.

    Raises ContractError for a contract that cannot be read, ValueError for credits below 0 or a fault of an operation
    that the contract does not have.
    """
    table = load(contract)
    return App(table, settings or Settings(), World(credits), Faults(faults, table.operations))
