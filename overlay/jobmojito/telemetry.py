"""Spans and metrics of OpenTelemetry for each call (extra `otel`, which needs the API package alone).

    jm = JobMojito(on_call=OpenTelemetry())

A span is named by the operation and has the attempts as events; it is made when the call ends, with the times of its
beginning and end, as a child of what is current there. It holds operation, status, outcome, request id and counts:
no URL, e-mail address, name or link. (The instrumentation of httpx itself records whole URLs, which hold ids and, in
reports, credentials: leave this client out of it, or give its spans a filter.)

Counters: `jobmojito.calls`, `jobmojito.repeats`, `jobmojito.unknown_outcomes` and `jobmojito.departures`, by operation;
`jobmojito.credits` is an estimate, the middle between the lowest and the highest price that is published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import metrics, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from .about import __version__

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from .calls.observing import AttemptRecord, CallRecord


class OpenTelemetry:
    """A hook for `on_call=`; without providers, those that the program has set globally."""

    def __init__(
        self, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        self._tracer = trace.get_tracer("jobmojito", __version__, tracer_provider)
        meter = metrics.get_meter("jobmojito", __version__, meter_provider)
        self._calls = meter.create_counter("jobmojito.calls", "{call}", "Calls by operation and outcome.")
        self._repeats = meter.create_counter("jobmojito.repeats", "{request}", "Requests that were sent again.")
        self._unknown = meter.create_counter("jobmojito.unknown_outcomes", "{call}", "Calls that may have been done.")
        self._departures = meter.create_counter("jobmojito.departures", "{place}", "Places beside the contract.")
        self._credits = meter.create_counter("jobmojito.credits", "{credit}", "Credits spent, estimated.")

    def __call__(self, record: CallRecord) -> None:
        """Make a span and count."""
        self._make_span(record)
        operation = {"jobmojito.operation": record.operation}
        self._calls.add(1, {**operation, "jobmojito.outcome": record.outcome})
        self._repeats.add(max(len(record.attempts) - 1, 0), operation)
        self._unknown.add(record.outcome == "unknown", operation)
        self._departures.add(record.departures, operation)
        if record.credits is not None:
            self._credits.add(sum(record.credits) / 2, operation)

    def _make_span(self, record: CallRecord) -> None:
        facts: dict[str, str | int | None] = {
            "jobmojito.operation": record.operation,
            "jobmojito.outcome": record.outcome,
            "jobmojito.attempts": len(record.attempts),
            "jobmojito.departures": record.departures,
            "jobmojito.request_id": record.request_id,
            "http.response.status_code": record.status,
        }
        known = {name: value for name, value in facts.items() if value is not None}
        span = self._tracer.start_span(
            record.operation, kind=SpanKind.CLIENT, attributes=known, start_time=record.began
        )
        for attempt in record.attempts:
            span.add_event("attempt", _facts(attempt), attempt.ended)
        if record.outcome != "ok":
            span.set_status(Status(StatusCode.ERROR, record.outcome))
        span.end(record.ended)


def _facts(attempt: AttemptRecord) -> dict[str, str | int | float]:
    known = {"http.response.status_code": attempt.status, "error.type": attempt.failure}
    return {"seconds": attempt.seconds, **{name: value for name, value in known.items() if value is not None}}
