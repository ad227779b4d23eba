"""What the hook of a client is told: every call once, with its attempts and outcome, and nothing of its content."""

import asyncio
import logging

import httpx
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from jobmojito import (
    AsyncJobMojito,
    ConfigurationError,
    InvalidRequestError,
    JobMojito,
    JobMojitoError,
    RetryPolicy,
)
from jobmojito.telemetry import OpenTelemetry
from tests.bodies import body_for, values_for

SECRETS = ("t0ken", "Ada Lovelace", "ada@example.com", "https://link.example.com/x?token=1")
PAGE = {"data": [], "pagination": {"total": 0, "has_more": False}}
QUICK = RetryPolicy(max_attempts=3, base=0.001)


def playing(*answers, hook, **options):
    """A client that meets these answers: statuses, or exceptions."""
    left = list(answers)

    def answer(request):
        one = left.pop(0)
        if isinstance(one, type):
            raise one("boom", request=request)
        return httpx.Response(one, json=PAGE, headers={"sb-request-id": "0198e3a2-7b1c-7d33-9b7e-2f1c5a7d9e10"})

    return JobMojito("t0ken", transport=httpx.MockTransport(answer), retry=QUICK, on_call=hook, **options)


def create(jm):
    """A call that costs."""
    return jm.interviews.create_interview(body={**values_for("create_interview"), "name": "Ada Lovelace"})


def listed(jm):
    """A call that only reads."""
    return jm.interviews.list_interviews(filter_text="ada@example.com")


@pytest.mark.parametrize(
    ("answers", "work", "outcome", "attempts"),
    [
        ([200], listed, "ok", [200]),
        ([503, httpx.ReadTimeout, 200], listed, "ok", [503, "ReadTimeout", 200]),
        ([500, 500, 500], listed, "refused", [500, 500, 500]),
        ([404], listed, "refused", [404]),
        ([httpx.ReadTimeout], create, "unknown", ["ReadTimeout"]),
        ([500], create, "unknown", [500]),
        ([httpx.ConnectError] * 3, listed, "failed", ["ConnectError"] * 3),
    ],
)
def test_a_call_is_told_once_with_its_attempts(answers, work, outcome, attempts):
    """Whatever comes of it; the times are in order."""
    told = []
    try:
        work(playing(*answers, hook=told.append))
    except JobMojitoError:
        assert outcome != "ok"

    (record,) = told
    assert (record.outcome, [one.status or one.failure for one in record.attempts]) == (outcome, attempts)
    assert record.began <= record.attempts[0].ended <= record.ended
    assert (record.credits is not None) is (work is create)
    assert all(secret not in repr(record) for secret in SECRETS)


def test_a_call_that_is_not_sent_is_told_too():
    """As refused, without an attempt or credits."""
    told = []
    with pytest.raises(InvalidRequestError):
        playing(hook=told.append).interviews.create_interview(body={})

    assert [(one.operation, one.outcome, one.attempts, one.credits) for one in told] == [
        ("create_interview", "refused", (), None)
    ]


def test_an_async_call_that_is_cancelled_is_told():
    """As interrupted."""
    told = []

    async def main():
        async def answer(_request):
            await asyncio.sleep(60)

        client = AsyncJobMojito("t0ken", transport=httpx.MockTransport(answer), on_call=told.append)
        async with client as jm:
            task = asyncio.create_task(jm.interviews.list_interviews())
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert [one.outcome for one in told] == ["interrupted"]


def test_a_hook_that_fails_harms_nothing(caplog):
    """It is logged by its class; the value is given."""

    def hook(_record):
        raise ValueError("Ada Lovelace")

    with caplog.at_level(logging.WARNING, "jobmojito"):
        assert listed(playing(200, hook=hook)).data == []

    assert "on_call failed: ValueError" in caplog.text
    assert "Ada" not in caplog.text
    with pytest.raises(ConfigurationError, match="on_call"):
        JobMojito("t0ken", on_call=5)


def test_opentelemetry_gets_spans_and_metrics():
    """A span an operation with its attempts as events, at their times; counters by operation."""
    spans, reader, tracers = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    meters = MeterProvider([reader])
    hook = OpenTelemetry(tracers, meters)
    with tracers.get_tracer("mine").start_as_current_span("mine"):
        listed(playing(503, 200, hook=hook))
    with pytest.raises(JobMojitoError):
        create(playing(httpx.ReadTimeout, hook=hook))

    one, mine, other = spans.get_finished_spans()
    points = {
        (metric.name, point.attributes["jobmojito.operation"]): point.value
        for scope in reader.get_metrics_data().resource_metrics[0].scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
    }
    meters.shutdown()
    assert one.parent.span_id == mine.context.span_id
    assert (one.name, [event.attributes["http.response.status_code"] for event in one.events]) == (
        "list_interviews",
        [503, 200],
    )
    assert one.attributes["jobmojito.request_id"].startswith("0198e3a2")
    assert one.start_time <= one.events[0].timestamp <= one.end_time
    assert (other.attributes["jobmojito.outcome"], other.status.is_ok) == ("unknown", False)
    assert points["jobmojito.repeats", "list_interviews"] == 1
    assert points["jobmojito.unknown_outcomes", "create_interview"] == 1
    assert points["jobmojito.credits", "create_interview"] > 0
    said = "".join(span.to_json() for span in spans.get_finished_spans())
    assert all(secret not in said for secret in SECRETS)


def test_a_body_that_is_a_model_is_estimated_too():
    """By its properties."""
    told = []
    playing(200, hook=told.append).interviews.create_interview(body=body_for("create_interview"))

    assert told[0].credits[0] <= told[0].credits[1]
