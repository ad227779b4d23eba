"""Receive the webhooks of JobMojito: check who sent them, read them, and tell repeats and late events from news.

    event = receive(body, headers, secrets={"X-Webhook-Secret": SECRET}, event="interview_result")
    key = update_key(known=store.get(event.result_id), key=change_key(event))
    if key is not None:  # not a repeat
        ...

JobMojito signs nothing: a delivery is authenticated by headers that you configure at JobMojito, which hold a secret.
A payload does not name its event and has no time. Deliveries come at least once, in any order, and may be lost while
your receiver is down: `JobMojito.changed_results` reads what changed since. Events are sent for interviews and
assessments only. (Source: the published webhooks document and the vendor's guide, read 2026-11-26.)
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from jobmojito_api.codec import read
from jobmojito_api.models import JobInterviewDetailsResponse, ResultListItem, WebhookInterviewResultPayload
from jobmojito_api.webhooks import WEBHOOKS

from .errors import ConfigurationError, WebhookError

if TYPE_CHECKING:
    from jobmojito_api.codec import Departure
    from jobmojito_api.ids import ResultId

MAX_BYTES: Final = 1024 * 1024
"""Bytes of a delivery that are read; real ones have a few thousand."""

_MAX_DEPTH: Final = 64
_SECRET: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_KEY: Final = re.compile(r"1;(?P<id>[^;]+);(?P<stage>[0-3]);(?P<parts>[a-z]+=[0-9a-f]{12}(;[a-z]+=[0-9a-f]{12})*)")
_FAILED: Final = ("failed", "abandoned", "ended without speech")


@frozen
class WebhookEvent:
    """One delivery. `event` is None if it was not named and cannot be inferred; `is_inferred`: it was not named.

    `departures` are the places where the payload departs from the published document, without the values.
    """

    payload: WebhookInterviewResultPayload
    event: str | None
    is_inferred: bool
    departures: tuple[Departure, ...] = field(repr=lambda found: str(len(found)))

    @property
    def result_id(self) -> ResultId:
        """The id of the interview result, for `get_interview_result_details` and the other operations."""
        return self.payload.id


def receive(
    body: bytes,
    headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
    *,
    secrets: Mapping[str, str | Iterable[str]],
    event: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> WebhookEvent:
    """Check and read one delivery; answer 2xx only once its content is stored, else JobMojito does not send it again.

    Args:
        body: the request's body, the bytes as they came.
        headers: the request's headers, as a mapping or as pairs; names in any case.
        secrets: header name -> its secret, or several while you replace one by another. Each header must be there.
        event: which webhook the URL was configured for; if None, it is inferred from the payload.
        max_bytes: a longer body is refused.

    Raises:
        WebhookError: the delivery must not be trusted (`status_code` 401), is too large (413) or cannot be read (400).
        ConfigurationError: there is no secret, one is empty or no header can hold it, or there is no such event.
    """
    if event is not None and event not in WEBHOOKS:
        raise ConfigurationError(f"there is no webhook {event!r}; those that there are: {', '.join(WEBHOOKS)}")
    _authenticate(headers, _configured(secrets))
    payload = _parsed(body, max_bytes)
    body_type = WEBHOOKS[event or next(iter(WEBHOOKS))].bodies[0].type
    reading = read(body_type, payload)
    return WebhookEvent(reading.value, event or _inferred(reading.value), event is None, reading.departures)


def _configured(secrets: Any) -> dict[str, tuple[bytes, ...]]:
    """Return the secrets by lower-case header; never an empty configuration, which would let everybody in."""
    if not isinstance(secrets, Mapping) or not secrets:
        raise ConfigurationError("secrets must name at least one header and its secret")
    configured = {}
    for header, given in secrets.items():
        if not isinstance(header, str) or not _HEADER.fullmatch(header):
            raise ConfigurationError("a header name in secrets is not one that HTTP allows")
        listed = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Iterable) else ()
        if not listed or not all(isinstance(one, str) and _SECRET.fullmatch(one) for one in listed):
            raise ConfigurationError(f"the secret of {header} must be visible ASCII characters, and not empty")
        configured[header.lower()] = tuple(one.encode() for one in listed)
    return configured


def _authenticate(headers: Any, configured: Mapping[str, tuple[bytes, ...]]) -> None:
    """Compare every configured header in constant time; one that comes twice with different values is refused."""
    came: dict[str, set[bytes]] = {name: set() for name in configured}
    for name, value in headers.items() if hasattr(headers, "items") else headers:
        known = _as_bytes(name).decode("latin-1").lower()
        if known in came:
            came[known].update(map(_as_bytes, value if isinstance(value, list | tuple) else (value,)))
    is_trusted = True
    for name, secrets in configured.items():
        value = came[name].pop() if len(came[name]) == 1 else b""
        matches = [hmac.compare_digest(_digest(value), _digest(secret)) for secret in secrets]
        is_trusted &= any(matches)
    if not is_trusted:
        raise WebhookError("the delivery does not have the configured secret", 401)


def _as_bytes(text: Any) -> bytes:
    return bytes(text) if isinstance(text, bytes | bytearray) else str(text).encode("latin-1", "replace")


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


def _parsed(body: Any, max_bytes: int) -> dict[str, Any]:
    """Parse the body as strictly as JSON is defined; nothing of it is quoted."""
    if not isinstance(body, bytes | bytearray | memoryview):
        raise WebhookError(f"the body must be the request's bytes, not {type(body).__name__}", 400)
    if len(body) > max_bytes:
        raise WebhookError(f"the body has more than {max_bytes} bytes", 413)
    try:
        payload = json.loads(bytes(body).decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise WebhookError(f"the body is not UTF-8 at byte {error.start}", 400) from None
    except (ValueError, RecursionError):
        raise WebhookError("the body is not JSON", 400) from None
    if not isinstance(payload, dict) or not _is_flat(payload):
        raise WebhookError(f"the body is not an object of at most {_MAX_DEPTH} levels", 400)
    result_id = payload.get("id")
    if not isinstance(result_id, str) or not result_id.isprintable() or not result_id.strip():
        raise WebhookError("the payload has no id, or one that is not a string", 400)
    return payload


def _refuse(_: str) -> float:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _is_flat(value: Any) -> bool:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [part for one in level for part in (one.values() if isinstance(one, dict) else one)
                 if isinstance(part, dict | list)]  # fmt: skip
        if not level:
            return True
    return False


def _inferred(payload: WebhookInterviewResultPayload) -> str | None:
    """Infer the event as the vendor's guide tells them apart; None where it does not say."""
    parts = _of_payload(payload)
    return {0: None, 1: "interview_collected", 2: "interview_result", 3: "interview_failed"}[_stage(parts)]


def change_key(
    result: WebhookEvent | WebhookInterviewResultPayload | ResultListItem,
    details: JobInterviewDetailsResponse | None = None,
) -> str:
    """Return a key of a result and of all whose change makes an event fire; it holds digests, and no personal data.

    A webhook fires when status, score, analysis, recruiter's decision or the report's URL change. An event has all of
    these, a row of the result list has status, score and decision, and its details have the analysis. Keys of both
    kinds can be compared, by `update_key`, in what both have.

    Args:
        result: an event, its payload, or a row of `list_interview_results`.
        details: the details of the same result, for a row.

    Raises:
        ConfigurationError: the row has no result id.
    """
    if isinstance(result, WebhookEvent):
        result = result.payload
    result_id: Any
    if isinstance(result, WebhookInterviewResultPayload):
        result_id, parts = result.id, _of_payload(result)
    else:
        result_id, parts = result.interview_result_id, _of_row(result, details)
    if not isinstance(result_id, str) or not result_id:
        raise ConfigurationError("the row has no interview_result_id, so there is no result to make a key of")
    digests = (f"{name}={_digest(_written(value)).hex()[:12]}" for name, value in parts.items())
    return f"1;{result_id.replace(';', '_')};{_stage(parts)};{';'.join(digests)}"


def update_key(*, known: str | None, key: str) -> str | None:
    """Return the key to store for a result in the place of `known`; None if `key` has nothing new.

    Raises:
        ConfigurationError: a key was not made by `change_key`, or they are of different results.
    """
    new = _split(key)
    if known is None:
        return key
    old = _split(known)
    if new[0] != old[0]:
        raise ConfigurationError("the keys are of two results")
    if all(old[2].get(name) == digest for name, digest in new[2].items()):
        return None
    parts = ";".join(f"{name}={digest}" for name, digest in {**old[2], **new[2]}.items())
    return f"1;{new[0]};{new[1]};{parts}"


def is_older(event: WebhookEvent, known: str | None) -> bool:
    """Whether an event is surely older than what is known: `known` is the key stored for its result.

    A payload has no time, so this compares how far the interview is: answers collected, then scored or failed. After
    `request_another_interview_attempt` the result begins anew: forget its key then. For an event that is neither older
    nor a repeat, read the result if its exact state matters.
    """
    return known is not None and 0 < _stage(_of_payload(event.payload)) < min(_split(known)[1], 2)


def _split(key: Any) -> tuple[str, int, dict[str, str]]:
    found = _KEY.fullmatch(key) if isinstance(key, str) else None
    if found is None:
        raise ConfigurationError("not a key that change_key made")
    return found["id"], int(found["stage"]), dict(part.split("=") for part in found["parts"].split(";"))


def _of_payload(payload: WebhookInterviewResultPayload) -> dict[str, Any]:
    return {
        **_state(payload.status, payload.interview_status, payload.processing_status, payload.score),
        "decision": payload.recruiter_go_next_round,
        "analysis": (payload.ai_analysis or None, payload.ai_analysis_recruiter or None),
        "reasons": [payload.ai_analysis_recruiter_why_hire, payload.ai_analysis_recruiter_why_not_hire],
        "rating": payload.ai_analysis_recruiter_score,
        "report": payload.pdf_export_url,
    }


def _of_row(row: ResultListItem, details: JobInterviewDetailsResponse | None) -> dict[str, Any]:
    decided: Any = row.decision_status
    parts = {
        **_state(row.status, row.coach_status, row.processing_status, row.score),
        "decision": {"selected": True, "rejected": False}.get(decided) if isinstance(decided, str) else None,
    }
    if details is not None:
        parts["analysis"] = (details.ai_analysis or None, details.ai_analysis_recruiter or None)
    return parts


def _state(status: Any, interview: Any, processing: Any, score: Any) -> dict[str, Any]:
    """Return what events and rows have in common; "completed, stopped early" counts as completed."""
    interview = interview.partition(",")[0] if isinstance(interview, str) else None
    score = float(score) if isinstance(score, int | float) else None
    return {"status": status or None, "interview": interview or None, "processing": processing or None, "score": score}


def _stage(parts: Mapping[str, Any]) -> int:
    """Return how far an interview is: 0 unknown, 1 answers collected, 2 scored, 3 failed."""
    interview = parts["interview"]
    if isinstance(interview, str) and interview.startswith(_FAILED):
        return 3
    if parts["status"] == "draft":
        return 1
    return 2 if parts["status"] == "active" and parts["processing"] == "completed" else 0


def _written(value: Any) -> bytes:
    """Write a part so that equal parts are equal bytes."""
    return json.dumps(value, sort_keys=True, default=lambda _: None).encode()
