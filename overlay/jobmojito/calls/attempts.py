"""One call, attempt after attempt: made, sent, judged, sent again or given up. Nothing here sends or waits by itself.

`send_with_retries` is a call from top to bottom. An error is raised from there, outside any `except`, so no exception
of httpx hangs on it: those hold the request, and the request holds the token.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from attrs import field, frozen

from jobmojito import http
from jobmojito.errors import Answer, ApiError, JobMojitoError, OutcomeUnknownError, TransportError
from jobmojito.http import httpx
from jobmojito.lazy import DeferredModule
from jobmojito.redaction import log

from .bodies import open_files
from .decoding import ACCEPTED
from .failures import FailedAttempt
from .responses import Detailed, is_api_error, read_error, read_success
from .retries import Failure, FailureKind, GiveUp, kind_of_status, next_attempt, read_retry_after
from .steps import GetToken, Pause, SendOnce

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jobmojito import about
    from jobmojito.redaction import Secret
    from jobmojito_api import facts
    from jobmojito_api.calls import Call
    from jobmojito_api.codec import Departure

    from .bodies import StreamedBody
    from .pacing import Pacer
    from .settings import Settings
    from .sources import Source
    from .steps import Maker, Sink, Steps
else:
    about = DeferredModule("jobmojito.about")
    facts = DeferredModule("jobmojito_api.facts")

R = TypeVar("R")
T = TypeVar("T")

_UNKNOWN: Final = (
    "it is not known whether the request was processed ({reason}). It was not repeated, because that could do it twice"
    " and spend credits twice: look whether its effect is there (a list, a result, the credits of merchant-status)"
    " before you send it again"
)


@frozen(eq=False)
class PreparedCall(Generic[R]):
    """A call that has been checked: how a request is made of it, when it may be repeated, what a success becomes.

    `resendable` is False where the body can be read only once. Without `login` it carries no token. `files` are the
    streams of its parts, to be closed when it is done. `notes`: what is sent although the contract does not have it.
    """

    operation: str
    settings: Settings
    build: Callable[[Secret | None, Maker], httpx.Request] = field(repr=False)
    finish: Callable[[Answer, int], R] = field(repr=False)
    repeatable: bool
    resendable: bool = True
    login: bool = True
    sink: Sink | None = None
    files: Sequence[Source] = field(default=(), repr=False)
    notes: Sequence[Departure] = ()


def send_with_retries(
    call: PreparedCall[R],
    pacer: Pacer,
    clock: Callable[[], float],
    *,
    refreshable: bool = False,
    observe: Callable[[Answer | FailedAttempt, float], None] | None = None,
    chance: Callable[[], float] = random.random,
) -> Steps[R]:
    """Send a call until it has a result or there is nothing left to try; `refreshable`: a token provider can be asked.

    `observe` is told of each attempt, and how many seconds it took.

    Raises:
        JobMojitoError: what the last attempt came to, or that it is not known whether the call was processed.
    """
    limits, policy = call.settings.timeout, call.settings.retry
    began, refreshed, uncounted, number = clock(), False, 0, 0
    token = refused = error = None
    while True:
        if policy.is_patient and call.login:
            yield from _turn(pacer, error, began + policy.max_elapsed - clock())
        number += 1
        if call.login:
            token = yield GetToken(refused, limits.pool)
        sent = clock()
        outcome: Answer | FailedAttempt = yield SendOnce(
            call.operation, partial(call.build, token), limits.read, token, call.sink, alone=not call.repeatable
        )
        _tell(call.operation, outcome, clock() - sent, number, observe)
        if isinstance(outcome, Answer) and outcome.is_success:
            pacer.accept()
            return call.finish(outcome, number)
        failure, error = _classify(call.operation, outcome, token, refreshable=refreshable and not refreshed)
        decision = next_attempt(
            failure,
            repeatable=call.repeatable,
            attempt=number - uncounted,
            elapsed=clock() - began,
            policy=policy,
            random=chance,
            resendable=call.resendable,
        )
        if isinstance(decision, GiveUp):
            raise _unknown_outcome(call.operation, error) if decision.unknown else error
        refused = token if decision.refresh else None
        refreshed = refreshed or decision.refresh
        uncounted += decision.refresh or failure.is_appointment
        log.info(
            "%s: attempt %d follows in %.1f s, as %s", call.operation, number + 1, decision.seconds, _reason(outcome)
        )
        if failure.kind is FailureKind.TOLD_TO_WAIT:
            pacer.hold(decision.seconds, sent)
        elif decision.seconds:
            yield Pause(decision.seconds)


def _turn(pacer: Pacer, error: JobMojitoError | None, left: float) -> Steps[None]:
    """Wait as long as the API has told any call of this client to; raise `error`, if there is one, once none is `left`.

    What was not sent yet waits for its turn however long that takes.
    """
    while seconds := pacer.wait():
        left -= seconds
        if error is not None and left < 0:
            raise error
        yield Pause(seconds)


def _classify(
    operation: str, outcome: Answer | FailedAttempt, token: Secret | None, *, refreshable: bool
) -> tuple[Failure, JobMojitoError]:
    """Say what a failed attempt means for repeating, and what to raise if it is the last."""
    if isinstance(outcome, FailedAttempt):
        return Failure(outcome.kind), outcome.error
    status = outcome.status_code
    seconds = read_retry_after(status, outcome.headers.get("retry-after"), datetime.now(UTC))
    kind = kind_of_status(status, retry_after=seconds, api_error=is_api_error(outcome))
    return Failure(kind, seconds, refreshable), read_error(operation, outcome, token)


def _unknown_outcome(operation: str, cause: JobMojitoError) -> JobMojitoError:
    assert isinstance(cause, (TransportError, ApiError))  # noqa: S101 - a wrong configuration is never uncertain
    status = f"{cause.status_code}: " if isinstance(cause, ApiError) else ""
    return OutcomeUnknownError(_UNKNOWN.format(reason=status + cause.message), operation, cause)


def _reason(outcome: Answer | FailedAttempt) -> str:
    """Say why a request is sent again."""
    return f"the answer was {outcome.status_code}" if isinstance(outcome, Answer) else f"there was a {outcome.name}"


def _tell(
    operation: str,
    outcome: Answer | FailedAttempt,
    seconds: float,
    number: int,
    observe: Callable[[Answer | FailedAttempt, float], None] | None,
) -> None:
    """Log an attempt, and tell the observer of it."""
    if observe is not None:
        observe(outcome, seconds)
    what = outcome.status_code if isinstance(outcome, Answer) else outcome.name
    log.debug("%s: %s in %.0f ms (attempt %d)", operation, what, seconds * 1000, number)


def prepare(call: Call[T], settings: Settings, body: StreamedBody | None = None) -> PreparedCall[Detailed[T]]:
    """Make a call ready to be sent; `body` is sent in place of its own, and file parts start where their streams are.

    Raises:
        InvalidRequest: the contract refuses it.
    """
    made, notes = call.prepare(settings.allowed)
    request, files = (made, []) if body is not None else open_files(made)
    once = hasattr(request.get("content"), "read") or any(file.size is None for file in files)
    return PreparedCall(
        call.operation,
        settings,
        partial(_request, request, settings, body),
        lambda answer, attempts: read_success(call, answer, strict=settings.strict, attempts=attempts),
        repeatable=facts.facts_of(call.operation).repeatable,
        resendable=not once if body is None else body.rewindable,
        files=files,
        notes=notes,
    )


def prepare_download(url: httpx.URL, sink: Sink, settings: Settings, operation: str) -> PreparedCall[None]:
    """Make a link ready to be fetched into `sink`, with nothing of the client: no token, header or cookie."""
    headers = {"accept": "*/*", "accept-encoding": ACCEPTED, "user-agent": user_agent()}
    limits = {"timeout": settings.timeout.as_dict()}
    return PreparedCall(
        operation,
        settings,
        lambda _token, maker: maker.library.httpx.Request("GET", str(url), headers=headers, extensions=limits),
        lambda _answer, _attempts: None,
        repeatable=True,
        login=False,
        sink=sink,
    )


@cache
def user_agent() -> str:
    """Name this client and its version, as the `User-Agent` header says it."""
    return f"jobmojito-python/{about.__version__} python/{sys.version.partition(' ')[0]}"


def _request(
    request: Mapping[str, Any],
    settings: Settings,
    body: StreamedBody | None,
    token: Secret | None,
    maker: Maker,
) -> httpx.Request:
    """Make the request of one attempt; the token goes into this one object and is kept in no client."""
    own = () if body else ("json", "files", "data", "content")
    parts = {name: request[name] for name in ("params", *own) if name in request}
    if body:
        parts["content"] = body.open()
    return maker.new_request(
        request["method"],
        _url(maker.library, settings.base_url + request["url"]),
        headers=_headers(request, settings, body, token),
        extensions={"timeout": settings.timeout.as_dict()},
        **parts,
    )


@lru_cache(maxsize=256)
def _url(library: http.Library, url: str) -> httpx.URL:
    """Read a URL once; most calls of a program go to few."""
    read: httpx.URL = library.httpx.URL(url)
    return read


def _headers(
    request: Mapping[str, Any], settings: Settings, body: StreamedBody | None, token: Secret | None
) -> httpx.Headers:
    """Give the headers as an object whose repr hides the token, should a traceback with locals be shown."""
    given = {
        "accept": "application/json",
        "accept-encoding": ACCEPTED,
        "connection": "keep-alive",
        "user-agent": user_agent(),
        **_lower(request.get("headers", {})),
        **settings.headers,
        **_lower(body.headers if body else {}),
    }
    return httpx.Headers({**given, "authorization": f"Bearer {token.reveal()}"} if token else given)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
