from datetime import UTC, datetime

import pytest

from jobmojito import RetryPolicy
from jobmojito.calls.retries import (
    RULES,
    Action,
    Failure,
    FailureKind,
    GiveUp,
    Wait,
    kind_of_status,
    next_attempt,
    read_retry_after,
)
from jobmojito_api.facts import facts_of
from jobmojito_api.resources import OPERATIONS, operation

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
POLICY = RetryPolicy(max_attempts=3, max_elapsed=100, base=1, cap=8, retry_after_cap=30)


def _decide(kind, *, repeatable=True, attempt=1, elapsed=0.0, told=None, refreshable=False, chance=1.0, **more):
    return next_attempt(
        Failure(kind, told, refreshable),
        repeatable=repeatable,
        attempt=attempt,
        elapsed=elapsed,
        policy=more.pop("policy", POLICY),
        random=lambda: chance,
        **more,
    )


def test_table_is_the_design():
    """The rules, cell by cell; only what may have been processed differs by operation."""
    assert {kind: (rule.repeatable, rule.other) for kind, rule in RULES.items()} == {
        FailureKind.NOT_SENT: (Action.REPEAT, Action.REPEAT),
        FailureKind.TOLD_TO_WAIT: (Action.REPEAT, Action.REPEAT),
        FailureKind.UNAUTHORIZED: (Action.REFRESH, Action.REFRESH),
        FailureKind.UNCERTAIN: (Action.REPEAT, Action.UNKNOWN),
        FailureKind.FINAL: (Action.SURFACE, Action.SURFACE),
    }


@pytest.mark.parametrize(
    ("kind", "repeatable", "expected"),
    [
        (FailureKind.NOT_SENT, True, Wait(1.0)),
        (FailureKind.NOT_SENT, False, Wait(1.0)),
        (FailureKind.TOLD_TO_WAIT, True, Wait(1.0)),
        (FailureKind.TOLD_TO_WAIT, False, Wait(1.0)),
        (FailureKind.UNAUTHORIZED, True, GiveUp()),
        (FailureKind.UNAUTHORIZED, False, GiveUp()),
        (FailureKind.UNCERTAIN, True, Wait(1.0)),
        (FailureKind.UNCERTAIN, False, GiveUp(unknown=True)),
        (FailureKind.FINAL, True, GiveUp()),
        (FailureKind.FINAL, False, GiveUp()),
    ],
)
def test_decision_follows_the_table(kind, repeatable, expected):
    """Every cell, with attempts left."""
    assert _decide(kind, repeatable=repeatable) == expected


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("repeatable", [True, False])
def test_one_shot_body_is_never_repeated(kind, repeatable):
    """A stream that was read cannot be sent again, not even after a 401 with a fresh token at hand."""
    decision = _decide(kind, repeatable=repeatable, refreshable=True, resendable=False)

    assert decision == GiveUp(unknown=kind is FailureKind.UNCERTAIN and not repeatable)


def test_refresh_happens_whatever_the_policy():
    """An expired token is no failure of the request: `none()` does not forbid a fresh one."""
    decision = _decide(FailureKind.UNAUTHORIZED, refreshable=True, attempt=1, policy=RetryPolicy.none())

    assert decision == Wait(0.0, refresh=True)


def test_attempts_are_limited():
    """The last attempt that the policy allows is the last one."""
    assert [_decide(FailureKind.NOT_SENT, attempt=n) for n in (1, 2, 3, 4)] == [
        Wait(1.0),
        Wait(2.0),
        GiveUp(),
        GiveUp(),
    ]
    assert _decide(FailureKind.NOT_SENT, policy=RetryPolicy.none()) == GiveUp()


def test_unknown_outcome_is_told_as_unknown_on_the_first_attempt_and_the_last():
    """Running out of attempts does not make it known."""
    assert _decide(FailureKind.UNCERTAIN, repeatable=False, attempt=3) == GiveUp(unknown=True)


@pytest.mark.parametrize(
    ("chance", "waits"), [(0.0, [0, 0, 0, 0, 0]), (0.5, [0.5, 1, 2, 4, 4]), (1.0, [1, 2, 4, 8, 8])]
)
def test_backoff_doubles_up_to_the_cap_with_full_jitter(chance, waits):
    """Anything between nothing and the doubled base, so that clients do not come back all at once."""
    policy = RetryPolicy(max_attempts=100, max_elapsed=1e9, base=1, cap=8)

    assert [_decide(FailureKind.NOT_SENT, attempt=n, chance=chance, policy=policy) for n in range(1, 6)] == [
        Wait(seconds) for seconds in waits
    ]


def test_backoff_of_the_millionth_attempt_is_still_a_number():
    """Doubling does not overflow."""
    assert _decide(FailureKind.NOT_SENT, attempt=10**6, policy=RetryPolicy(max_attempts=10**7, cap=8)) == Wait(8)


@pytest.mark.parametrize(
    ("elapsed", "expected"), [(98.9, Wait(1.0)), (99.0, Wait(1.0)), (99.1, GiveUp()), (1e9, GiveUp())]
)
def test_no_attempt_starts_after_the_time_limit(elapsed, expected):
    """The wait itself counts."""
    assert _decide(FailureKind.NOT_SENT, elapsed=elapsed) == expected


@pytest.mark.parametrize(
    ("told", "expected"), [(0, Wait(0)), (0.001, Wait(1)), (7.5, Wait(7.5)), (30, Wait(30)), (30.1, GiveUp())]
)
def test_told_wait_is_obeyed_up_to_its_cap(told, expected):
    """Above the cap the error surfaces at once: the caller can plan, a sleeping client cannot.

    As it uses up no attempt, a moment of a millisecond would let a call ask thousands of times: it lasts `base`.
    """
    assert _decide(FailureKind.TOLD_TO_WAIT, told=told) == expected


@pytest.mark.parametrize(
    ("status", "told", "api_error", "kind"),
    [
        (401, None, True, FailureKind.UNAUTHORIZED),
        (429, None, True, FailureKind.TOLD_TO_WAIT),
        (503, 3.0, True, FailureKind.TOLD_TO_WAIT),
        (503, 3.0, False, FailureKind.UNCERTAIN),
        *((status, None, True, FailureKind.NOT_SENT) for status in (521, 523, 525, 526)),
        *((status, None, False, FailureKind.FINAL) for status in (301, 400, 403, 404, 409, 410, 422)),
        *(
            (status, told, api_error, FailureKind.UNCERTAIN)
            for status in (408, 500, 501, 502, 504, 505, 520, 522, 524, 527, 530, 546, 599)
            for told in (None, 3.0)
            for api_error in (True, False)
        ),
        *((503, None, api_error, FailureKind.UNCERTAIN) for api_error in (True, False)),
    ],
)
def test_statuses_are_sorted_as_designed(status, told, api_error, kind):
    """What a status says about whether the request was processed."""
    assert kind_of_status(status, retry_after=told, api_error=api_error) is kind


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3", 3.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),
        ("Sun Mar  1 12:00:30 2026", 30.0),
        ("2026-03-01T12:01:00Z", 60.0),
        ("Sun, 01 Mar 2026 11:59:00 GMT", 0.0),
        *(
            (garbage, None)
            for garbage in (
                None,
                "",
                "  ",
                "soon",
                "nan",
                "inf",
                "1e3",
                "1_000",
                "٣",
                "12:30",
                "March",
                "99 Foo 2026 99:99:99 GMT",
                "9" * 400,
                "3; x",
            )
        ),
    ],
)
def test_retry_after_is_read_in_both_forms_and_garbage_ignored(value, expected):
    """Seconds or a date; the past means now."""
    assert read_retry_after(429, value, NOW) == expected


def test_what_reads_or_sets_is_repeatable_and_what_creates_is_not():
    """As openapi/facts.yaml says: every GET, and five of the POSTs."""
    setters = {"set_interview_state", "update_interview", "update_catalogue_directory"}
    readers = {"get_interview_definition_by_post", "get_interview_result_details_by_post"}
    known = {name for name in OPERATIONS if facts_of(name).known}

    assert {name for name in OPERATIONS if facts_of(name).repeatable} == setters | readers | {
        name for name in known if operation(name).method == "GET"
    }
