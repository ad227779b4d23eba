"""Every input row has one outcome, in input order, whatever the API and the network do."""

import asyncio
import itertools
import json
import socket
import time
import traceback
from collections.abc import Mapping

import httpx
import pytest

from jobmojito import (
    AuthenticationError,
    BatchError,
    ConfigurationError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RetryPolicy,
    TransportError,
)
from jobmojito_api.models import InvitedUser, RegisteredUser
from tests.helpers.fakes import INTERVIEW, LINK, kinds, ok, people, register, statuses
from tests.overlay.driver import Driver


def invite(rows, **options):
    """Invite users, as a call on either client."""
    return lambda jm: jm.invite_users(rows, **options)


def test_registered_row_is_typed_and_a_rejected_one_has_words(api, rows_api):
    """An ok row has the typed answer with its link; a rejected one the API's words without their prefix."""
    rows_api.respond = lambda rows: [ok(rows[0]), {**rows[1], "result": "Error: mailbox is full"}]

    result = api.call(register(people(2), send_email=True, is_test="true"), transport=rows_api)

    assert statuses(result) == ["ok", "error"]
    assert isinstance(result[0].answer, RegisteredUser)
    assert result[0].interview_url == f"{LINK}?person0@example.org"
    assert (result[1].kind, result[1].message, result[1].input) == ("rejected", "mailbox is full", people(2)[1])
    assert rows_api.bodies == [{"interview_id": INTERVIEW, "send_email": True, "is_test": "true", "users": people(2)}]


@pytest.mark.parametrize(
    ("word", "status", "kind"),
    [
        *(
            (word, "ok", None)
            for word in ("Invited", "Activated", "SubMerchantAdded", "CoachingAccessAdded", "invited ")
        ),
        ("Skipped", "skipped", "already"),
        ("Error: bad type", "error", "rejected"),
        ("error:", "error", "rejected"),
        ("Erroneous", "unknown", "unrecognised"),
        ("Postponed", "unknown", "unrecognised"),
        ("", "unknown", "unrecognised"),
        (None, "unknown", "unrecognised"),
        (7, "unknown", "unrecognised"),
    ],
)
def test_words_of_an_invitation_mean_what_the_contract_says(api, rows_api, word, status, kind):
    """Known words are success, skipped or error; a word nobody knows is not taken for success."""
    rows_api.respond = lambda rows: [{**rows[0], "result": word, "profile_id": "p1"}]

    (outcome,) = api.call(invite(people(1)), transport=rows_api)

    assert (outcome.status, outcome.kind) == (status, kind)
    assert isinstance(outcome.answer, InvitedUser)
    assert outcome.answer.profile_id == "p1"


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"results": rows}])
def test_rows_are_taken_bare_or_under_results(api, rows_api, wrap):
    """The document's array and the guide's `results` give the same, reordered or short of a row."""
    rows_api.respond = lambda rows: wrap([ok(row) for row in reversed(rows[1:])])

    result = api.call(register(people(3)), transport=rows_api)

    assert (statuses(result), kinds(result)) == (["unknown", "ok", "ok"], ["unmatched", None, None])
    assert [one.answer.email for one in result.succeeded] == ["person1@example.org", "person2@example.org"]


@pytest.mark.parametrize("answer", [{}, None, "ok", {"results": {}}, 5])
def test_answer_without_rows_leaves_them_unknown(api, rows_api, answer):
    """A success that holds no rows says nothing of any row: they may have been registered."""
    rows_api.respond = lambda rows: httpx.Response(200, json=answer)

    assert kinds(api.call(register(people(2)), transport=rows_api)) == ["unreadable"] * 2


@pytest.mark.parametrize(
    ("respond", "status", "kind", "error"),
    [
        (lambda rows: httpx.Response(404, json={"error": "no"}), "error", "not_found", NotFoundError),
        (lambda rows: httpx.Response(403, json={"error": "no"}), "error", "permission", PermissionDeniedError),
        (lambda rows: httpx.Response(500, json={"error": "no"}), "unknown", "outcome_unknown", OutcomeUnknownError),
        (lambda rows: httpx.Response(502, text="<html>"), "unknown", "outcome_unknown", OutcomeUnknownError),
        (lambda rows: httpx.Response(200, text="<html>"), "unknown", "unreadable", Exception),
    ],
)
def test_failed_request_costs_its_own_rows_alone(api, rows_api, respond, status, kind, error):
    """A request that fails makes its rows error, or unknown where it may have been processed; the others are done."""
    rows_api.respond = lambda rows: (
        respond(rows) if rows[0]["email"] == "person2@example.org" else [ok(row) for row in rows]
    )

    result = api.call(register(people(7), chunk_size=2, concurrency=1), transport=rows_api)

    assert statuses(result) == ["ok", "ok", status, status, "ok", "ok", "ok"]
    assert {one.kind for one in result[2:4]} == {kind}
    assert isinstance(result[2].error, error)


def test_connection_that_fails_before_sending_is_an_error(api):
    """Rows that never left are errors, not unknown."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listening, so that connecting is refused
        base_url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        assert kinds(api.call(register(people(2)), base_url=base_url)) == ["connection"] * 2


def test_rate_limit_costs_no_row(api, rows_api):
    """Against 3 requests a tenth of a second, 16 at a time are slowed down until all come through; none is given up."""
    begun, refused = [], []

    def respond(rows):
        now = time.monotonic()
        if sum(now - one < 0.1 for one in begun) >= 3:
            refused.append(now)
            return httpx.Response(429, headers={"Retry-After": "0.1"}, json={"error": "slow down"})
        begun.append(now)
        return [ok(row) for row in rows]

    rows_api.respond = respond
    result = api.call(register(people(60), chunk_size=1, concurrency=16), transport=rows_api, retry=RetryPolicy())

    assert statuses(result) == ["ok"] * 60
    assert len(refused) < 120


def test_stop_on_error_sends_no_more_and_loses_no_row(api, rows_api):
    """After a failed request nothing more is sent, and the rows left say so."""
    rows_api.respond = lambda rows: httpx.Response(404, json={"error": "no"})

    result = api.call(register(people(6), chunk_size=2, concurrency=1, stop_on_error=True), transport=rows_api)

    assert kinds(result) == ["not_found"] * 2 + ["not_sent"] * 4
    assert len(rows_api.bodies) == 1


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [(401, "authentication", AuthenticationError), (403, "permission", PermissionDeniedError)],
)
@pytest.mark.parametrize("known", [True, False])
def test_refusal_that_meets_every_row_stops_the_run(api, rows_api, status, kind, error, known):
    """A dead token, or no permission from the start: no more than what was in flight is refused; `result` has all."""
    rows_api.respond = lambda rows: httpx.Response(status, json={"error": "no"})
    rows = people(200)

    with pytest.raises(BatchError) as raised:
        api.call(register(rows if known else iter(rows), chunk_size=2, concurrency=2), transport=rows_api)

    result = raised.value.result
    assert isinstance(raised.value.__cause__, error)
    assert len(rows_api.bodies) <= 4
    assert kinds(result)[:2] == [kind] * 2
    assert set(kinds(result)) <= {kind, "not_sent"}
    assert len(result) == 200 if known else len(result) < 200


def test_refusal_of_every_row_ends_a_stream_with_its_own_error(api, rows_api):
    """The streaming form gives the outcomes, then raises what the API said."""
    rows_api.respond = lambda rows: httpx.Response(401, json={"error": "expired"})
    seen = []

    async def drawn(outcomes):
        async for outcome in outcomes:
            seen.append(outcome)  # noqa: PERF401 - those before the exception count

    def work(jm):
        outcomes = jm.iter_register_candidates(INTERVIEW, people(3), chunk_size=1, concurrency=1)
        return drawn(outcomes) if api.kind == "async" else seen.extend(outcomes)

    with pytest.raises(AuthenticationError, match="expired"):
        api.call(work, transport=rows_api)
    assert kinds(seen) == ["authentication", "not_sent", "not_sent"]


def test_token_that_dies_in_mid_run_stops_it(api, rows_api):
    """Rows that were done before stay done; `retry_failed` with a good token does the others."""
    rows_api.respond = lambda rows: (
        [ok(row) for row in rows] if len(rows_api.bodies) < 3 else httpx.Response(401, json={"error": "expired"})
    )

    with pytest.raises(BatchError, match="expired") as raised:
        api.call(register(people(20), chunk_size=2, concurrency=1), transport=rows_api)
    rows_api.respond = lambda rows: [ok(row) for row in rows]
    again = api.call(lambda jm: jm.retry_failed(raised.value.result), transport=rows_api)

    assert kinds(raised.value.result) == [None] * 4 + ["authentication"] * 2 + ["not_sent"] * 14
    assert statuses(again) == ["ok"] * 20
    assert [row["email"] for row in rows_api.sent].count("person0@example.org") == 1


def test_client_that_is_closed_in_mid_run_stops_it(api, rows_api):
    """What is left is not tried row by row: the run says at once that its client is closed."""
    closing = {}

    def work(jm):
        closing["client"] = jm
        return register(people(50), chunk_size=1, concurrency=1, on_progress=close)(jm)

    def close(done, failed, total):
        closing["client"]._session.transport.closed = True

    with pytest.raises(BatchError, match="this client is closed") as raised:
        api.call(work, transport=rows_api)
    assert isinstance(raised.value.__cause__, ConfigurationError)
    assert len(raised.value.result) == 50
    assert set(kinds(raised.value.result.failed)) == {"configuration", "not_sent"}
    assert kinds(raised.value.result).count("configuration") <= 2


@pytest.mark.parametrize("timed", [False, True])
def test_cancelled_run_gives_what_was_answered(rows_api, timed):
    """`result` of the cancellation has every row: those answered, those in flight as unknown, the others not sent."""
    rows = [*people(9), *people(1), {"name": "nobody"}]

    async def run():
        hanging = asyncio.Semaphore(0)

        async def respond(request):
            sent = json.loads(request.content)["users"]
            if sent[0]["email"] in {"person4@example.org", "person5@example.org"}:
                hanging.release()
                await asyncio.Event().wait()
            return httpx.Response(200, json=[ok(row) for row in sent])

        async with Driver("async").client(transport=httpx.MockTransport(respond)) as jm:
            work = register(rows, chunk_size=1, concurrency=2)(jm)
            if timed:
                with pytest.raises(TimeoutError) as raised:
                    await asyncio.wait_for(work, 0.5)
                return raised.value.__cause__.result
            task = asyncio.create_task(work)
            for _ in range(2):
                await hanging.acquire()
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as raised:
                await task
            return raised.value.result

    result = asyncio.run(run())

    assert [one.index for one in result] == list(range(11))
    assert kinds(result) == [None] * 4 + ["interrupted"] * 2 + ["not_sent"] * 3 + ["duplicate", "invalid"]
    assert (result[0].interview_url, result[8].input) == (ok(rows[0])["interview_url"], rows[8])
    again = Driver("async").call(lambda jm: jm.retry_failed(result), transport=rows_api)
    assert rows_api.sent == rows[6:9]
    assert statuses(again) == ["ok"] * 4 + ["unknown"] * 2 + ["ok"] * 3 + ["skipped", "error"]


def test_cancelled_run_knows_what_its_journal_knows(rows_api, tmp_path):
    """A row that an earlier run has done is not reported as not sent because the cancellation came before its turn."""
    rows, journal = people(6), tmp_path / "run.db"
    Driver("async").call(register([rows[5]], journal=journal), transport=rows_api)

    async def run():
        begun = asyncio.Event()

        async def hang(_request):
            begun.set()
            await asyncio.Event().wait()

        async with Driver("async").client(transport=httpx.MockTransport(hang)) as jm:
            task = asyncio.create_task(register(rows, chunk_size=1, concurrency=1, journal=journal)(jm))
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as raised:
                await task
            return raised.value.result

    assert kinds(asyncio.run(run())) == ["interrupted", *["not_sent"] * 4, None]


def test_bad_rows_are_settled_without_being_sent(api, rows_api):
    """What the contract refuses, and what is no row, fails alone; the others of its chunk are sent."""
    rows = [{"email": 5}, "x", *people(1), {"email": "b@example.org", "name": 7}, {"email": "\ud800@example.org"}]

    result = api.call(register(rows), transport=rows_api)

    assert kinds(result) == ["invalid", "invalid", None, "invalid", "invalid"]
    assert result[3].message == "name: expected string, got integer"
    assert rows_api.sent == people(1)


def test_nul_costs_its_own_row_alone(api, rows_api):
    """A character that the API's database cannot hold is refused here, and takes no other row of its chunk down."""
    rows = [*people(2), {"email": "c@example.org", "name": "C\0"}]

    result = api.call(register(rows), transport=rows_api)

    assert (kinds(result), rows_api.sent) == ([None, None, "invalid"], people(2))


@pytest.mark.parametrize("more", [{"x\0": 1}, {"x": {"y": ["z\0"]}}, {"x": {"y\0": 1}}])
def test_nul_is_found_in_what_an_invitation_may_carry_beside(api, rows_api, more):
    """Rows of invitations may have other fields, of any depth."""
    rows_api.respond = lambda rows: [{**row, "result": "Invited"} for row in rows]

    result = api.call(invite([*people(1), {"email": "c@example.org", "name": "C", **more}]), transport=rows_api)

    assert (kinds(result), rows_api.sent) == ([None, "invalid"], people(1))


class Detached(Mapping):
    """A row of a database whose connection is gone."""

    def __getitem__(self, name):
        raise RuntimeError("detached")

    def __iter__(self):
        return iter(["email"])

    def __len__(self):
        return 1


def test_row_that_cannot_be_read_fails_alone(api, rows_api, tmp_path):
    """Whatever a mapping of the caller's raises; what became of the others is told, and written."""
    rows_api.respond = lambda rows: [{**row, "result": "Invited"} for row in rows]
    strange = [{"x": Detached()}, {"x": 10**5000}, {"x": {(1, 2): 3}}, {"x": [object()]}]
    rows = [*people(2), Detached(), *({"email": "c@example.org", "name": "C", **more} for more in strange)]

    result = api.call(invite(rows), transport=rows_api)
    result.to_csv(tmp_path / "out.csv")

    assert (kinds(result), rows_api.sent) == ([None, None, *["invalid"] * 5], people(2))
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 8


class Bar:
    """A progress bar such as tqdm's around a generator: it has a length, but cannot say it."""

    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        yield from self.rows

    def __len__(self):
        raise TypeError("object of type 'generator' has no len()")


def test_rows_whose_number_cannot_be_told_are_a_stream(api, rows_api):
    """A length that raises is none."""
    seen = []

    api.call(register(Bar(people(3)), on_progress=lambda *now: seen.append(now)), transport=rows_api)

    assert (rows_api.sent, seen) == (people(3), [(3, 0, None)])


@pytest.mark.parametrize(
    ("option", "status", "sent"), [("once", "skipped", 1), ("report", "error", 1), ("send", "ok", 2)]
)
def test_repeated_email_is_sent_once_unless_asked(api, rows_api, option, status, sent):
    """The same e-mail in any case is found across chunks before sending, and skipped, reported or sent by option."""
    rows = [{"email": "Ann@example.org"}, *people(3), {"email": "ann@EXAMPLE.org "}]

    result = api.call(register(rows, chunk_size=2, duplicates=option), transport=rows_api)

    assert result[4].status == status
    assert result[4].duplicate_of == (None if option == "send" else 0)
    assert len([row for row in rows_api.sent if "ann" in row["email"].lower()]) == sent


def test_one_person_may_be_invited_twice_in_two_roles(api, rows_api):
    """An invitation is a duplicate only for the same role and interview."""
    rows_api.respond = lambda rows: [{**row, "result": "Invited"} for row in rows]
    row = {"email": "ann@example.org", "type": "merchant"}

    result = api.call(invite([row, {**row, "type": "mentor"}, row]), transport=rows_api)

    assert statuses(result) == ["ok", "ok", "skipped"]


def test_progress_counts_up_to_the_total(api, rows_api):
    """The callback gets rows done, rows failed or unknown, and the total where it is known."""
    rows_api.respond = lambda rows: [{**row, "result": "Error: x" if "1@" in row["email"] else "ok"} for row in rows]
    seen = []

    api.call(register(people(5), chunk_size=2, on_progress=lambda *now: seen.append(now)), transport=rows_api)
    api.call(register(iter(people(2)), on_progress=lambda *now: seen.append(now)), transport=rows_api)

    assert seen == [(2, 1, 5), (4, 1, 5), (5, 1, 5), (2, 1, None)]


def test_rows_are_drawn_as_they_are_sent(api, rows_api):
    """A stream without an end is no problem: rows are drawn a few chunks ahead, and closing it sends no more."""
    drawn = itertools.count()
    rows = ({"email": f"p{next(drawn)}@example.org"} for _ in itertools.count())

    async def first(outcomes):
        async for outcome in outcomes:
            await outcomes.aclose()
            return outcome
        return None

    def take(jm):
        outcomes = jm.iter_register_candidates(INTERVIEW, rows, chunk_size=10, concurrency=2)
        if api.kind == "async":
            return first(outcomes)
        outcome = next(outcomes)
        outcomes.close()
        return outcome

    assert api.call(take, transport=rows_api).status == "ok"
    assert next(drawn) <= 50
    assert len(rows_api.sent) <= 40


def test_async_client_takes_async_rows(rows_api):
    """Rows may come from an async generator; their outcomes come back in its order."""

    async def rows():
        for row in people(5):
            yield row

    result = Driver("async").call(register(rows(), chunk_size=2), transport=rows_api)

    assert [one.input for one in result.succeeded] == people(5)


def test_rows_that_break_off_leave_a_result(api, rows_api):
    """When the caller's rows raise in mid-run, the error has the outcome of every row drawn before."""

    def rows():
        yield from people(5)
        raise RuntimeError("the database went away")

    with pytest.raises(BatchError) as raised:
        api.call(register(rows(), chunk_size=2), transport=rows_api)

    assert isinstance(raised.value.__cause__, RuntimeError)
    assert kinds(raised.value.result) == [None] * 4 + ["not_sent"]


def test_rows_on_their_way_show_nobody(api, rows_api):
    """A traceback with local variables, as rich and cgitb show it, has no person and no link of our own frames."""

    def progress(*_):
        raise RuntimeError("the window is closed")

    with pytest.raises(BatchError) as raised:
        api.call(register(people(3), on_progress=progress), transport=rows_api)

    trace = traceback.TracebackException.from_exception(raised.value.__cause__, capture_locals=True)
    shown = [str(frame.locals) for frame in trace.stack if "batches" in frame.filename]
    assert len(shown) >= 2
    assert not any(secret in text for text in shown for secret in ("person0", "Person 0", LINK))


@pytest.mark.parametrize("known", [True, False])
def test_progress_that_raises_loses_no_row(api, rows_api, known):
    """When the callback raises, nothing more is begun, and the result has what came back of every row sent."""

    def progress(*_):
        raise RuntimeError("the window is closed")

    rows = people(200) if known else iter(people(200))
    with pytest.raises(BatchError, match="RuntimeError") as raised:
        api.call(register(rows, chunk_size=2, on_progress=progress), transport=rows_api)

    result = raised.value.result
    assert isinstance(raised.value.__cause__, RuntimeError)
    assert sorted(one.email for one in result.succeeded) == sorted(row["email"] for row in rows_api.sent)
    assert set(kinds(result.failed)) <= {"not_sent"}
    assert len(rows_api.sent) < len(result) == 200 if known else len(result) < 200


def test_exception_of_a_transport_costs_its_own_rows(api, rows_api):
    """What a transport or a hook of the caller's raises makes its rows unknown; the others are done."""

    def respond(rows):
        if rows[0]["email"].startswith("person2"):
            raise RuntimeError("lost")
        return [ok(row) for row in rows]

    rows_api.respond = respond
    result = api.call(register(people(6), chunk_size=2), transport=rows_api)

    assert kinds(result) == [None, None, "outcome_unknown", "outcome_unknown", None, None]
    assert isinstance(result[2].error, OutcomeUnknownError)
    assert isinstance(result[2].error.cause, TransportError)


def test_failed_rows_are_sent_again_and_no_others(api, rows_api):
    """`retry_failed` sends failed rows with the same options; the result is one over all rows, in order."""
    fail = {"person1@example.org": "Error: busy", "person2@example.org": "What?"}
    rows_api.respond = lambda rows: [{**ok(row), "result": fail.get(row["email"], "ok")} for row in rows]
    rows = [*people(4), {"name": "nobody"}]

    def work(jm):
        return register(rows, send_email=False)(jm)

    first = api.call(work, transport=rows_api)
    rows_api.bodies.clear()
    rows_api.respond = lambda rows: [ok(row) for row in rows]
    second = api.call(lambda jm: jm.retry_failed(first), transport=rows_api)

    assert rows_api.bodies == [{"interview_id": INTERVIEW, "send_email": False, "users": people(4)[1:2]}]
    assert (kinds(second), statuses(second)) == (
        [None, None, "unrecognised", None, "invalid"],
        ["ok", "ok", "unknown", "ok", "error"],
    )
    assert [one.index for one in second] == [0, 1, 2, 3, 4]


def test_duplicate_found_at_the_second_sending_is_counted_in_the_whole_result(api, rows_api):
    """`duplicate_of` is a place among all rows, not among those that were sent again."""
    rows_api.respond = lambda rows: [{**ok(row), "result": "Error: busy"} for row in rows]
    one, two = people(2)
    first = api.call(register([{"name": "nobody"}, one, two, two], duplicates="send"), transport=rows_api)
    rows_api.respond = lambda rows: [ok(row) for row in rows]

    second = api.call(lambda jm: jm.retry_failed(first, duplicates="once"), transport=rows_api)

    assert statuses(second) == ["error", "ok", "ok", "skipped"]
    assert second[3].duplicate_of == 2


def test_unknown_rows_are_sent_again_only_if_asked(api, rows_api):
    """An unknown row may have been done, so it takes `include_unknown` to send it again."""
    rows_api.respond = lambda rows: httpx.Response(502)
    first = api.call(register(people(2)), transport=rows_api)
    rows_api.respond = lambda rows: [ok(row) for row in rows]

    assert api.call(lambda jm: jm.retry_failed(first), transport=rows_api) is first
    second = api.call(lambda jm: jm.retry_failed(first, include_unknown=True), transport=rows_api)
    assert (statuses(first), statuses(second)) == (["unknown"] * 2, ["ok"] * 2)


def test_strict_client_judges_each_row_by_its_own_answer(api, rows_api):
    """In strict mode a departing row is unknown with its answer kept; its neighbours are not lost with it."""
    rows_api.respond = lambda rows: [ok(rows[0]), {**ok(rows[1]), "interview_url": 7}, ok(rows[2])]

    result = api.call(register(people(3)), transport=rows_api, strict=True)

    assert kinds(result) == [None, "unreadable", None]
    assert result[1].answer.email == "person1@example.org"


def test_strict_client_takes_rows_under_results(api, rows_api):
    """The guide's form departs from the document, and is accepted all the same."""
    rows_api.respond = lambda rows: {"results": [ok(row) for row in rows]}

    assert statuses(api.call(register(people(2)), transport=rows_api, strict=True)) == ["ok", "ok"]


def test_default_merchant_is_sent_with_the_rows(api, rows_api):
    """A service caller's merchant goes into every request, unless the call names another."""
    merchant, other = "b5201178-46dd-4a20-a1af-7ffd647f834b", "28106cba-1c27-4e53-b149-32113e5e8e31"

    api.call(register(people(1)), transport=rows_api, merchant_id=merchant)
    api.call(register(people(1), merchant_id=other), transport=rows_api, merchant_id=merchant)

    assert [body["merchant_id"] for body in rows_api.bodies] == [merchant, other]


@pytest.mark.parametrize(
    ("work", "error", "words"),
    [
        (register("people.csv"), ConfigurationError, "for a CSV file, use one of the readers"),
        (register({"email": "a@example.org"}), ConfigurationError, "not dict"),
        (register(5), ConfigurationError, "not int"),
        (register(type("DataFrame", (), {"to_dict": None, "__iter__": None})()), ConfigurationError, "not a table"),
        (lambda jm: jm.retry_failed([1]), ConfigurationError, "not list"),
        (lambda jm: jm.retry_failed(None), ConfigurationError, "not NoneType"),
        (register([], chunk_size=0), ConfigurationError, "chunk_size"),
        (register([], concurrency=65), ConfigurationError, "concurrency"),
        (register([], concurrency=True), ConfigurationError, "concurrency"),
        (register([], duplicates="drop"), ConfigurationError, "once, report, send"),
        (register([], retry_unknown=True), ConfigurationError, "retry_unknown"),
        (register([], journal="x", duplicates="send"), ConfigurationError, "cannot work"),
        (register([], send_email="yes"), InvalidRequestError, "send_email"),
        (register([], sendemail=True), TypeError, "sendemail"),
        (invite([], interview_id=INTERVIEW), TypeError, "interview_id"),
    ],
)
def test_option_that_cannot_work_is_refused_at_once(api, rows_api, work, error, words):
    """Options are checked before the first row is drawn; nothing is sent."""
    with pytest.raises(error, match=words):
        api.call(work, transport=rows_api)

    assert rows_api.bodies == []


def test_no_rows_is_an_empty_result(api, rows_api):
    """Nothing to do is done without a request."""
    assert len(api.call(register([]), transport=rows_api)) == 0
    assert rows_api.bodies == []
