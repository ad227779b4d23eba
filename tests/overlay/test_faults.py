"""What the server sees when things go wrong: the exact number of requests, for each class of operation and failure."""

import pytest

from jobmojito import (
    ConnectionFailedError,
    OutcomeUnknownError,
    RateLimitError,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
)
from tests.faults import server as faults
from tests.overlay.driver import ASKED, INVITING, READ, READ_BY_POST, SETTER, SPENDING

REPEATABLE = [READ, SETTER, READ_BY_POST]
COSTLY = [SPENDING, INVITING]
ATTEMPTS = 3

# Each may have been processed: what a repeatable operation raises in the end, and how the server misbehaves.
UNCERTAIN = {
    "reset after reading": (ConnectionFailedError, faults.reset_after_reading()),
    "closed after reading": (ConnectionFailedError, faults.close_after_reading()),
    "not HTTP": (ConnectionFailedError, faults.raw(b"SSH-2.0-OpenSSH_9.6\r\n")),
    "truncated headers": (ConnectionFailedError, faults.raw(b"HTTP/1.1 200 OK\r\nContent-")),
    "truncated body": (ConnectionFailedError, faults.truncated(200, b'{"languages": [')),
    "slow headers": (RequestTimeoutError, faults.slow_headers(0.5)),
    "slow body": (RequestTimeoutError, faults.slow_body(b" ", 0.05, 10)),
    **{
        f"HTML {status}": (ServerError if status >= 500 else Exception, faults.html_answer(status))
        for status in (408, 500, 502, 503, 504, 520, 522, 524, 527, 530, 546, 599)
    },
    # By the contract a 500 covers uncaught exceptions: the work may be done.
    **{f"the API's own {status}": (ServerError, faults.api_error(status)) for status in (500, 503, 505, 599)},
    "empty 500": (ServerError, faults.answer(500)),
    "truncated 500": (ServerError, faults.truncated(500, b'{"error": "out of')),
}


def _timeout(error):
    """Seconds: short where a timeout is what the test is about, and no limit to speak of elsewhere."""
    return 0.15 if error is RequestTimeoutError else 10


# None reached the API: harmless to repeat for everything.
NOT_REACHED = [faults.html_answer(status) for status in (521, 523, 525, 526)]

# The API said no: final for everything.
FINAL = [faults.api_error(status) for status in (400, 401, 403, 404, 409, 418, 422)]


def _named(cases):
    return {"argvalues": list(cases.values()), "ids": list(cases)}


def _operations(cases):
    return {"argvalues": [work for _, work in cases], "ids": [name for name, _ in cases]}


@pytest.mark.parametrize("error, fault", **_named(UNCERTAIN))
@pytest.mark.parametrize("work", **_operations(REPEATABLE))
def test_repeatable_operation_is_tried_up_to_the_limit(api, fault_server, work, error, fault):
    """A failure that may have been processed is repeated where doing it twice is harmless, and then raised as it is."""
    fault_server.plays(fault)

    with pytest.raises(error) as raised:
        api.call(work, base_url=fault_server.url, timeout=_timeout(error))

    assert fault_server.count == ATTEMPTS
    assert not isinstance(raised.value, OutcomeUnknownError)


@pytest.mark.parametrize("error, fault", **_named(UNCERTAIN))
@pytest.mark.parametrize("work", **_operations(COSTLY))
def test_costly_operation_is_never_repeated_once_it_may_have_been_processed(api, fault_server, work, error, fault):
    """One request, and an error that says the outcome is unknown, with its cause."""
    fault_server.plays(fault)

    with pytest.raises(OutcomeUnknownError, match="not known whether the request was processed") as raised:
        api.call(work, base_url=fault_server.url, timeout=_timeout(error))

    assert fault_server.count == 1
    assert isinstance(raised.value.cause, error)
    assert raised.value.__cause__ is raised.value.cause


@pytest.mark.parametrize("work", **_operations(REPEATABLE + COSTLY))
def test_reset_before_reading_counts_as_maybe_processed(api, fault_server, work):
    """The client cannot know that the server read nothing; so a costly request is not repeated either."""
    fault_server.plays(faults.reset_before_reading())

    with pytest.raises((ConnectionFailedError, OutcomeUnknownError)) as raised:
        api.call(work, base_url=fault_server.url)

    costly = work in [w for _, w in COSTLY]
    assert fault_server.connections == (1 if costly else ATTEMPTS)
    assert isinstance(raised.value, OutcomeUnknownError) is costly


@pytest.mark.parametrize("work", **_operations(REPEATABLE + COSTLY))
def test_refused_connection_is_repeated_for_every_operation(api, work, caplog):
    """Nobody listened, so nothing was processed: all attempts are used, and the error says that it did not connect."""
    caplog.set_level("DEBUG", "jobmojito")

    with pytest.raises(ConnectionFailedError, match="could not connect"):
        api.call(work, base_url=faults.refused_url())

    lines = [record.getMessage() for record in caplog.records if "ConnectError" in record.getMessage()]
    assert sum("follows" not in line for line in lines) == ATTEMPTS
    assert sum(line.endswith(" s, as there was a ConnectError") for line in lines) == ATTEMPTS - 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("told", ["0", "Wed, 21 Oct 2015 07:28:00 GMT", "-3"])
@pytest.mark.parametrize("work", **_operations([READ, SPENDING]))
def test_retry_after_is_obeyed_for_every_operation(api, fault_server, work, status, told):
    """Told to come back now (in seconds, or by a date that is past), every operation does."""
    told_to_wait = faults.api_error(status, headers={"Retry-After": told})
    fault_server.plays(told_to_wait, faults.json_answer(200, {}))

    api.call(work, base_url=fault_server.url)

    assert fault_server.count == 2


@pytest.mark.parametrize("fault", FINAL)
@pytest.mark.parametrize("work", **_operations([READ, SPENDING]))
def test_final_statuses_are_sent_once(api, fault_server, work, fault):
    """What the API itself refuses is raised at once."""
    fault_server.plays(fault)

    with pytest.raises(Exception, match="it went wrong"):
        api.call(work, base_url=fault_server.url)

    assert fault_server.count == 1


LATER = ("3600", "Fri, 31 Dec 2999 23:59:59 GMT")
OFTEN = [
    # The CDN did not reach the API.
    *[(work, [fault], ServerError, ATTEMPTS) for work in (READ, SPENDING) for fault in NOT_REACHED],
    # A proxy or a cache puts the header on any error of its backend: only the API's own 503 is a refusal.
    (SPENDING, [faults.html_answer(503, {"Retry-After": "0"})], OutcomeUnknownError, 1),
    # Beyond the cap it is not waited for.
    *[(SPENDING, [faults.api_error(429, headers={"Retry-After": told})], RateLimitError, 1) for told in LATER],
    *[(SPENDING, [faults.api_error(503, headers={"Retry-After": told})], ServerError, 1) for told in LATER],
    # A CDN's 502 may carry one for browsers; it neither stops a read from being repeated nor slows it down.
    (READ, [faults.html_answer(502, {"Retry-After": "3600"})], ServerError, ATTEMPTS),
    # Backoff takes the place of a missing or unreadable one.
    (
        SPENDING,
        [faults.api_error(429), faults.api_error(429, headers={"Retry-After": "soon"}), faults.answer(429)],
        RateLimitError,
        ATTEMPTS,
    ),
]


@pytest.mark.parametrize(("work", "played", "error", "sent"), OFTEN)
def test_status_and_retry_after_decide_whether_it_is_sent_again(api, fault_server, work, played, error, sent):
    """What did not reach the API is repeated for every operation; a wait counts only where it means "come back"."""
    fault_server.plays(*played)

    with pytest.raises(error):
        api.call(work[1], base_url=fault_server.url)

    assert fault_server.count == sent


@pytest.mark.parametrize("fault", [faults.html_answer(502), faults.html_answer(521), faults.api_error(429)])
def test_policy_none_sends_once(api, fault_server, fault):
    """`RetryPolicy.none()` turns every repeat off."""
    fault_server.plays(fault)

    with pytest.raises((ServerError, RateLimitError)):
        api.call(READ[1], base_url=fault_server.url, retry=RetryPolicy.none())

    assert fault_server.count == 1


def test_recovery_gives_the_value_and_the_number_of_attempts(api, fault_server):
    """A repeat that succeeds looks like success, and `detailed` tells what it took."""
    fault_server.plays(
        faults.reset_after_reading(), faults.html_answer(502), faults.json_answer(200, {"languages": []})
    )

    detailed = api.call(lambda jm: jm.detailed(jm.admin.list_languages, **ASKED), base_url=fault_server.url)

    assert (detailed.attempts, detailed.value.languages, fault_server.count) == (3, [], 3)


def test_401_is_repeated_once_with_a_fresh_token(api, fault_server):
    """A costly operation too: a request without a valid token was not processed."""
    tokens = iter(["first-token-000", "second-token-111"])
    fault_server.plays(faults.api_error(401), faults.json_answer(200, {}))

    api.call(SPENDING[1], token=lambda: next(tokens), base_url=fault_server.url)

    assert [seen.headers["authorization"] for seen in fault_server.seen] == [
        "Bearer first-token-000",
        "Bearer second-token-111",
    ]


def test_time_limit_ends_repeating(api, fault_server):
    """No attempt starts after `max_elapsed`, however many are left."""
    fault_server.plays(faults.html_answer(502))
    policy = RetryPolicy(max_attempts=1000, max_elapsed=0.2, base=0.05, cap=0.05)

    with pytest.raises(ServerError):
        api.call(READ[1], base_url=fault_server.url, retry=policy)

    assert 2 <= fault_server.count < 200
