"""What is told of answers that depart from the contract, and how often."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx

from jobmojito import JobMojito
from tests.overlay.driver import TOKEN

THREADS = 16


def test_threads_with_the_same_news_tell_it_once(caplog):
    """One line a kind, also where several calls find it at the same time."""
    value = {"data": [{f"key{number}": None, "id": number} for number in range(30)], "pagination": {"total": []}}
    together = threading.Barrier(THREADS)

    def handle(_):
        together.wait(30)
        return httpx.Response(200, json=value)

    with (
        JobMojito(TOKEN, transport=httpx.MockTransport(handle)) as jm,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        calls = [pool.submit(jm.candidates.list_candidates) for _ in range(THREADS)]
        assert all(len(call.result().data) == 30 for call in calls)

    lines = [record.getMessage() for record in caplog.records if "departs from the contract" in record.getMessage()]
    assert len(lines) == len(set(lines))
    assert any("/pagination/total" in line for line in lines)
