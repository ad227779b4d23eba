import asyncio
import threading
import time

import httpx
import pytest

from jobmojito import AsyncJobMojito, ConfigurationError, JobMojito, ServerError
from jobmojito.pages import PageCursor, paged_operations
from jobmojito_api.resources import OPERATIONS
from tests.bodies import contract, required_of
from tests.overlay.driver import TOKEN


class _List:
    """A list of `size` candidates behind an API that misbehaves as told."""

    def __init__(self, size, **lies):
        self.size, self.lies, self.requests = size, lies, []

    def __call__(self, request):
        self.requests.append(dict(request.url.params))
        offset, limit = int(request.url.params.get("offset", 0)), int(request.url.params.get("limit", 50))
        ids = range(self.size)[offset : offset + limit]
        if self.lies.get("ignores_offset"):
            ids = range(limit)
        if self.lies.get("endless"):
            ids = range(offset, offset + limit)
        paging = {"total": self.size, "limit": limit, "offset": offset, "has_more": offset + len(ids) < self.size}
        paging.update({name: value(offset) for name, value in self.lies.items() if callable(value)})
        return httpx.Response(200, json={"data": [{"id": str(i)} for i in ids], "pagination": paging})

    @property
    def transport(self):
        return httpx.MockTransport(self)


def _ids(api, server, **arguments):
    def work(jm):
        items = jm.items(jm.candidates.list_candidates, **arguments)
        return items if api.kind == "async" else list(items)

    return [item.id for item in api.call(work, transport=server.transport)]


def test_items_are_all_there_once_and_in_order(api):
    """Three pages: the given limit and filters go with each, the offset moves by what came."""
    server = _List(25)

    assert _ids(api, server, limit=10, filter_text="x") == [str(i) for i in range(25)]
    assert [(r["limit"], r.get("offset"), r["filter_text"]) for r in server.requests] == [
        ("10", None, "x"),
        ("10", "10", "x"),
        ("10", "20", "x"),
    ]


def test_pages_are_the_answers_themselves(api):
    """A page has its own pagination."""

    def work(jm):
        pages = jm.pages(jm.candidates.list_candidates, limit=2)
        return pages if api.kind == "async" else list(pages)

    pages = api.call(work, transport=_List(3).transport)

    assert [(len(page.data), page.pagination.has_more) for page in pages] == [(2, True), (1, False)]


def test_reading_starts_at_the_given_offset(api):
    """What lies before is not read."""
    assert _ids(api, _List(7), limit=3, offset=4) == ["4", "5", "6"]


def test_empty_list_is_one_request(api):
    """No items, no second look."""
    server = _List(0)

    assert _ids(api, server) == []
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "lies",
    [
        {"has_more": lambda _: True},
        {"has_more": lambda _: None},
        {"total": lambda offset: offset + 1000, "has_more": lambda _: True},
        {"total": lambda _: 0},
        {"total": lambda _: "many"},
        {"total": lambda _: None},
    ],
)
def test_moving_and_wrong_totals_neither_loop_nor_lose_items(api, lies):
    """`has_more` counts; where it is no flag, the total; an empty page ends it whatever both say."""
    if "total" in lies and "has_more" not in lies:
        lies = {**lies, "has_more": lambda offset: offset + 10 < 25}

    server = _List(25, **lies)

    assert _ids(api, server, limit=10) == [str(i) for i in range(25)]
    assert len(server.requests) <= 4


@pytest.mark.parametrize(
    ("size", "lie", "limit", "given", "told"),
    [
        (25, "ignores_offset", 10, range(10, 11), "the same page again"),
        (100, "endless", 500, range(201, 3000), "more than it has"),
    ],
)
def test_list_that_never_ends_is_left_with_a_warning(api, caplog, size, lie, limit, given, told):
    """The same page again is given once; ever new items are read until far beyond the announced total."""
    server = _List(size, has_more=lambda _: True, **{lie: True})

    assert len(_ids(api, server, limit=limit)) in given
    assert told in caplog.text


@pytest.mark.parametrize("total", [None, "many", -1])
def test_long_list_without_a_total_is_read_whole(api, total):
    """A null there, as real answers have it anywhere, loses no items: `has_more` counts."""
    server = _List(4000, total=lambda _: total)

    assert len(_ids(api, server, limit=100)) == 4000


def test_list_that_says_nothing_is_read_until_an_empty_page(api):
    """Neither `has_more` nor a total: that the first page is all would be a guess that loses items."""
    server = _List(25, total=lambda _: None, has_more=lambda _: None)

    assert _ids(api, server, limit=10) == [str(i) for i in range(25)]
    assert len(server.requests) == 4


@pytest.mark.parametrize("total", [None, "many"])
def test_list_without_a_total_that_never_ends_is_left_at_some_point(api, monkeypatch, caplog, total):
    """After a number of pages, with a warning."""
    monkeypatch.setattr("jobmojito.pages._MOST_PAGES", 30)
    server = _List(10, endless=True, has_more=lambda _: True, total=lambda _: total)

    assert len(_ids(api, server, limit=10)) == 300
    assert len(server.requests) == 30
    assert "more than it has" in caplog.text


def test_page_without_a_list_ends_reading(api):
    """An answer that departs from the contract has no items, and no next page."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"data": None, "pagination": None}))

    def work(jm):
        items = jm.items(jm.candidates.list_candidates)
        return items if api.kind == "async" else list(items)

    assert api.call(work, transport=transport) == []


def test_next_page_is_fetched_while_the_current_one_is_used():
    """One page ahead, and not more."""
    server = _List(100)
    with JobMojito(TOKEN, transport=server.transport) as jm:
        pages = jm.pages(jm.candidates.list_candidates, limit=10)
        next(pages)
        _wait_for(lambda: len(server.requests) == 2)
        time.sleep(0.05)
        assert len(server.requests) == 2
        pages.close()


def test_abandoned_reading_leaves_no_thread_and_no_task():
    """Breaking out of a loop ends what was under way."""
    before = threading.active_count()
    with JobMojito(TOKEN, transport=_List(100).transport) as jm:
        for _ in jm.items(jm.candidates.list_candidates, limit=10):
            break
    _wait_for(lambda: threading.active_count() <= before)


def test_error_of_a_prefetched_page_comes_when_its_turn_comes(api):
    """The items before it are given first."""
    pages = iter([_List(20)(httpx.Request("GET", "https://x.example?limit=10"))])
    failed = httpx.Response(500, json={"error": "page two is broken"})
    got = []

    def work(jm):
        items = jm.items(jm.candidates.list_candidates, limit=10)
        return _all(items, got) if api.kind == "async" else got.extend(items)

    with pytest.raises(ServerError, match="page two"):
        api.call(work, transport=httpx.MockTransport(lambda _: next(pages, failed)))

    assert len(got) == 10


async def _all(items, got):
    async for item in items:
        got.append(item)


def test_nothing_is_sent_before_the_first_page_is_asked_for(api):
    """An iterator that nobody uses costs nothing."""
    server = _List(5)

    api.call(lambda jm: jm.pages(jm.candidates.list_candidates) and None, transport=server.transport)

    assert server.requests == []


@pytest.mark.parametrize("method", [lambda jm: jm.admin.list_languages, lambda jm: print, lambda jm: lambda: None])
def test_method_without_pages_is_refused_at_once(api, method):
    """The error names those that have pages."""
    with pytest.raises(ConfigurationError, match="list_candidates"):
        api.call(lambda jm: jm.items(method(jm)))


def test_paged_operations_are_those_of_the_contract():
    """Every operation with limit and offset, data and pagination has pages, and no other; nothing is kept by hand."""
    asked = {n for n, one in contract().operations.items() if {"limit", "offset"} <= {p.name for p in one.parameters}}
    paged = {n for n in asked if {"data", "pagination"} <= contract().operations[n].answer.get("properties", {}).keys()}

    assert set(paged_operations()) == paged
    assert paged
    assert OPERATIONS.keys() - paged


def test_every_paged_operation_can_be_read(api):
    """On the client, by the name it has there."""
    for name in paged_operations():
        server = _List(3)

        def work(jm, name=name):
            area = next(a for a in dir(type(jm)) if hasattr(getattr(jm, a, None), name))
            items = jm.items(getattr(getattr(jm, area), name), limit=2, **required_of(name))
            return items if api.kind == "async" else list(items)

        assert len(api.call(work, transport=server.transport)) == 3


def test_cursor_counts_from_where_it_starts():
    """The offset of the call, not 0; no client is needed."""

    class Page:
        data = (1, 2)

    cursor = PageCursor("x", 40)
    cursor.takes(Page())

    assert (cursor.offset, cursor.goes_on) == (40, False)


def _wait_for(condition):
    until = time.monotonic() + 2
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_async_break_cancels_the_page_under_way():
    """A task that nobody awaits would be a warning at exit."""
    server = _List(100)

    async def main():
        async with AsyncJobMojito(TOKEN, transport=server.transport) as jm:
            items = jm.items(jm.candidates.list_candidates, limit=10)
            await anext(items)
            await items.aclose()
            return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
