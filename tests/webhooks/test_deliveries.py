"""The sandbox posts webhooks: to this machine alone, again after a failure, late, twice or not at all on demand."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from jobmojito import JobMojito
from jobmojito.sandbox import Fault, Sandbox, Webhooks
from jobmojito.webhooks import receive
from tests.bodies import body_for

SECRETS = {"X-Hook": "s3cret"}


class Receiver:
    """A server that takes deliveries; `answers` are the statuses of the first ones, then 204."""

    def __init__(self, answers=()):
        self.events, self.answers, self.came = [], list(answers), threading.Semaphore(0)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.events.append(receive(body, self.headers, secrets=SECRETS, event=self.path[1:]))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.end_headers()
                receiver.came.release()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def wait_for(self, count):
        """Wait until so many deliveries came."""
        for _ in range(count):
            assert self.came.acquire(timeout=20)

    @property
    def webhooks(self):
        """Where the sandbox posts."""
        names = ("interview_result", "interview_collected", "interview_failed")
        base = f"http://127.0.0.1:{self.server.server_port}"
        return Webhooks({name: f"{base}/{name}" for name in names}, SECRETS, retries=(0.01, 0.01))


def registered(jm):
    """Register one candidate, whose interview is finished at once; gives the result's id."""
    made = jm.interviews.create_interview(body=body_for("create_interview", status="active", type="interview"))
    jm.register_candidates(interview_id=made.interview_def_set_id, rows=[{"name": "Ada", "email": "ada@example.com"}])
    return jm.results.list_interview_results().data[0].interview_result_id


def test_a_finished_interview_and_each_change_is_posted():
    """Registered: a result. A decision, a new score, a failure: an event of its own, with the configured header."""
    with (
        Receiver() as receiver,
        Sandbox(webhooks=receiver.webhooks) as sandbox,
        JobMojito(sandbox.token, base_url=sandbox.base_url) as jm,
    ):
        result_id = registered(jm)
        receiver.wait_for(1)
        for change in ({"decision_status": "selected"}, {"score": 12}, {"coach_status": "failed"}):
            sandbox.change_result(result_id, **change)
            receiver.wait_for(1)

    assert {event.result_id for event in receiver.events} == {result_id}
    assert [event.event for event in receiver.events] == ["interview_result"] * 3 + ["interview_failed"]
    assert [event.payload.recruiter_go_next_round for event in receiver.events] == [None, True, True, True]
    assert receiver.events[2].payload.score == 12
    assert all(event.departures == () for event in receiver.events)


def test_a_failed_delivery_is_made_again_and_given_up_in_the_end():
    """Two failures and a success are three posts; three failures are the end."""
    with (
        Receiver(answers=[500, 503]) as receiver,
        Sandbox(webhooks=receiver.webhooks) as sandbox,
        JobMojito(sandbox.token, base_url=sandbox.base_url) as jm,
    ):
        result_id = registered(jm)
        receiver.wait_for(3)
        receiver.answers += [500, 500, 500]
        sandbox.change_result(result_id, score=1)
        receiver.wait_for(3)
        sandbox.change_result(result_id, score=2)
        receiver.wait_for(1)
        counts = dict(sandbox.app.deliveries.counts)

    assert [event.payload.score for event in receiver.events[3:]] == [1, 1, 1, 2]
    assert {status: counts["interview_result", status] for status in (500, 503)} == {500: 4, 503: 1}


def test_faults_drop_repeat_and_delay_deliveries():
    """The first is dropped, the second comes three times, the third later than the fourth."""
    faults = ["reset=before; times=1", "repeat=2; times=1", "latency=0.3; times=1"]
    with (
        Receiver() as receiver,
        Sandbox(
            webhooks=receiver.webhooks, faults=[Fault.parse(f"interview_result: {text}") for text in faults]
        ) as sandbox,
        JobMojito(sandbox.token, base_url=sandbox.base_url) as jm,
    ):
        result_id = registered(jm)
        for score in (2, 3, 4):
            sandbox.change_result(result_id, score=score)
        receiver.wait_for(5)

    assert [event.payload.score for event in receiver.events] == [2, 2, 2, 4, 3]


@pytest.mark.parametrize(
    "url",
    ["http://example.com/x", "http://10.0.0.1/x", "ftp://127.0.0.1/x", "http://0.0.0.0/x", "http://localhost.example/x",
     "//127.0.0.1/x", "", "http://127.0.0.1@example.com/x"],
)  # fmt: skip
def test_no_other_machine_is_ever_posted_to(url):
    """A webhook's URL leads to this machine, or there is no sandbox."""
    with pytest.raises(ValueError, match="this machine"):
        Webhooks({"interview_result": url})


def test_a_change_of_an_unknown_result_or_column_is_told():
    """A misspelt column is no silent nothing."""
    with Sandbox() as sandbox, JobMojito(sandbox.token, base_url=sandbox.base_url) as jm:
        result_id = registered(jm)
        with pytest.raises(KeyError, match="scroe"):
            sandbox.change_result(result_id, scroe=1)
        with pytest.raises(KeyError):
            sandbox.change_result("unknown", score=1)
