"""None lost: whatever happens to deliveries, after a sweep a receiver knows what the API knows."""

import asyncio
import os
import random

import httpx
import pytest

from jobmojito import AsyncJobMojito
from jobmojito.sandbox import Fault, Sandbox, Webhooks
from jobmojito.webhooks import change_key, is_older, receive, update_key
from tests.bodies import body_for

SECRETS = {"X-Hook": "s3cret"}
URLS = dict.fromkeys(("interview_result", "interview_collected", "interview_failed"), "http://127.0.0.1:9/hook")
RUNS = int(os.environ.get("SWEEPS", "40"))  # 500 is a minute
CHANGES = {
    "decision_status": ("selected", "rejected", "undecided"),
    "score": (0, 41, 97.5, None),
    "ai_analysis": ("Good.", "Better.", None),
    "processing_status": ("completed", "in progress"),
    "status": ("active", "draft"),
    "coach_status": ("completed", "failed", "completed, stopped early"),
}


class Receiver:
    """A back end: it stores a key a result, and counts what it took for news."""

    def __init__(self):
        self.keys, self.news, self.is_up, self.since = {}, [], True, "2020-01-01T00:00:00+00:00"

    def post(self, _url, payload, headers):
        """Take a delivery, as the sandbox makes it; None if nobody listens."""
        if not self.is_up:
            return None
        event = receive(httpx.Request("POST", "http://x", json=payload).content, headers, secrets=SECRETS)
        assert event.departures == ()
        if not is_older(event, self.keys.get(event.result_id)):
            self.learn(event.result_id, change_key(event))
        return 204

    def learn(self, result_id, key):
        """Store what is new."""
        if (key := update_key(known=self.keys.get(result_id), key=key)) is not None:
            self.keys[result_id] = key
            self.news.append(result_id)

    async def sweep(self, jm):
        """Catch up, as a job that runs now and then."""
        times = []
        async for found in jm.changed_results(self.since):
            self.learn(found.row.interview_result_id, change_key(found.row, found.details))
            times.append(found.updated_at)
        self.since = max([*times, self.since], key=str)


class World:
    """A sandbox without a socket, a clock that is turned by hand, and a receiver."""

    def __init__(self, seed, faults):
        self.draw, self.now, self.receiver = random.Random(seed), 0.0, Receiver()
        self.sandbox = Sandbox(webhooks=Webhooks(URLS, SECRETS, retries=(1, 5, 20)), faults=faults)
        self.deliveries = self.sandbox.app.deliveries
        self.deliveries.clock, self.deliveries.post = lambda: self.now, self.receiver.post
        self.jm = AsyncJobMojito(
            self.sandbox.token,
            base_url="http://127.0.0.1/functions/v1",
            transport=httpx.ASGITransport(self.sandbox.app),
        )
        self.changes = 0

    @property
    def results(self):
        """The results, as the sandbox has them."""
        return next(iter(self.sandbox.app.world.stores.values())).results

    async def live(self, steps):
        """Let recruiters, time, the network and the receiver do something at random."""
        made = await self.jm.interviews.create_interview(
            body=body_for("create_interview", status="active", type="interview")
        )
        rows = [{"name": f"P{number}", "email": f"p{number}@example.com"} for number in range(3)]
        await self.jm.register_candidates(interview_id=made.interview_def_set_id, rows=rows)
        self.changes += len(rows)
        for _ in range(steps):
            what = self.draw.random()
            if what < 0.6:
                column = self.draw.choice(list(CHANGES))
                self.sandbox.change_result(
                    self.draw.choice(list(self.results)), **{column: self.draw.choice(CHANGES[column])}
                )
                self.changes += 1
            elif what < 0.7:
                self.receiver.is_up = not self.receiver.is_up
            elif what < 0.75 and self.receiver.is_up:
                await self.receiver.sweep(self.jm)
            self.now += self.draw.random() * 3
            self.deliveries.deliver()

    async def end(self):
        """Bring the receiver up, let every delivery that is left arrive, and sweep once more."""
        self.receiver.is_up = True
        while (due := self.deliveries.deliver()) is not None:
            self.now = due
        await self.receiver.sweep(self.jm)

    async def truth(self):
        """Give the key of every result, read one by one from the API."""
        rows = [row async for row in self.jm.items(self.jm.results.list_interview_results, limit=1000)]
        return {
            row.interview_result_id: change_key(
                row, await self.jm.results.get_interview_result_details(interview_result_id=row.interview_result_id)
            )
            for row in rows
        }


def faults(draw):
    """Draw what happens to deliveries: some are dropped, some late, some come several times."""
    some = [
        Fault(operation=draw.choice(list(URLS)), reset="before", skip=draw.randrange(4), times=draw.randrange(4)),
        Fault(
            operation="interview_result", latency=draw.random() * 60, skip=draw.randrange(6), times=draw.randrange(5)
        ),
        Fault(operation="*", repeat=draw.randrange(3)),
    ]
    return draw.sample(some, draw.randrange(1, 4))


def run(seed):
    """Live one life, and give its world and the truth at its end."""

    async def life():
        world = World(seed, faults(random.Random(seed)))
        async with world.jm:
            await world.live(20)
            await world.end()
            return world, await world.truth()

    return asyncio.run(life())


@pytest.mark.parametrize("shard", range(4))
def test_after_a_sweep_the_receiver_knows_what_the_api_knows(shard):
    """Drops, repeats, late deliveries, retries and downtime, at random: nothing that the API has is missing."""
    for seed in range(shard, RUNS, 4):
        world, truth = run(seed)

        assert world.receiver.keys.keys() == truth.keys(), seed
        for result_id, key in truth.items():
            assert update_key(known=world.receiver.keys[result_id], key=key) is None, (seed, result_id)


def test_each_change_is_seen_once():
    """With every delivery in order and thrice, and sweeps in between, no change is taken for news twice."""

    async def life():
        world = World(7, [Fault(operation="*", repeat=2)])
        async with world.jm:
            await world.live(60)
            await world.end()
            before = len(world.receiver.news)
            await world.receiver.sweep(world.jm)
            return world, before

    world, before = asyncio.run(life())

    assert world.deliveries.counts.total() > 30
    assert 0 < len(world.receiver.news) <= world.changes
    assert len(world.receiver.news) == before


def test_without_the_sweep_something_is_missing():
    """The proof can fail: a receiver that never sweeps does not know everything."""

    async def life(seed):
        world = World(seed, [Fault(operation="*", reset="before", skip=3, times=2)])
        world.receiver.sweep = lambda _jm: asyncio.sleep(0)
        async with world.jm:
            await world.live(20)
            await world.end()
            return world.receiver.keys, await world.truth()

    outcomes = [asyncio.run(life(seed)) for seed in range(3)]

    assert any(update_key(known=keys.get(one), key=key) for keys, truth in outcomes for one, key in truth.items())
