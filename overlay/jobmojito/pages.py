"""Read lists to their end, page by page or item by item.

An operation has pages if, by the contract, it takes `limit` and `offset` and answers with `data` and `pagination`. The
next page is requested while the current one is used.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import aclosing, closing
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from jobmojito_api.codec import Object, table_of
from jobmojito_api.resources import OPERATIONS, operation
from jobmojito_api.types import UNSET

from .errors import ConfigurationError
from .redaction import log

if TYPE_CHECKING:
    from jobmojito_api.calls import Operation

T = TypeVar("T")
Item_co = TypeVar("Item_co", covariant=True)

_SLACK: Final = 1000
"""A list with more items than this plus twice the first page's `total` counts as endless."""

_MOST_PAGES: Final = 1000
"""A list whose first page has no `total` counts as endless after this many pages."""


class Listing(Protocol[Item_co]):
    """A page: it has its items in `data`."""

    @property
    def data(self) -> Sequence[Item_co]:
        """The items of this page."""
        ...


def read_pages(method: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Generator[T]:
    """Read page after page.

    Raises:
        ConfigurationError: the method has no pages; raised at once, before any request.
    """
    return _pages(method, _start(method, kwargs), args, kwargs)


def read_items(method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Generator[Any]:
    """Read every item of every page, as `read_pages` reads pages."""
    return _flat(read_pages(method, args, kwargs))


def read_pages_async(
    method: Callable[..., Awaitable[T]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> AsyncGenerator[T]:
    """Read page after page, as `read_pages` does."""
    return _async_pages(method, _start(method, kwargs), args, kwargs)


def read_items_async(
    method: Callable[..., Awaitable[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> AsyncGenerator[Any]:
    """Read every item of every page."""
    return _async_flat(read_pages_async(method, args, kwargs))


def _pages(method: Callable[..., T], cursor: PageCursor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Generator[T]:
    page = method(*args, **kwargs)
    while cursor.takes(page):
        coming = None
        if cursor.goes_on:
            coming = _ahead(partial(method, *args, **{**kwargs, "offset": cursor.offset}))
        yield page
        if coming is None:
            return
        page = coming.result()


def _ahead(fetch: Callable[[], T]) -> Future[T]:
    """Fetch a page in a daemon thread, so that a program may end meanwhile."""
    coming: Future[T] = Future()

    def run() -> None:
        try:
            coming.set_result(fetch())
        except BaseException as error:  # noqa: BLE001 - raised where the page is used
            coming.set_exception(error)

    Thread(target=copy_context().run, args=(run,), name="jobmojito-pages", daemon=True).start()
    return coming


async def _async_pages(
    method: Callable[..., Awaitable[T]], cursor: PageCursor, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> AsyncGenerator[T]:
    coming: asyncio.Future[T] | None = None
    try:
        page = await method(*args, **kwargs)
        while cursor.takes(page):
            if cursor.goes_on:
                coming = asyncio.ensure_future(method(*args, **{**kwargs, "offset": cursor.offset}))
            yield page
            if coming is None:
                return
            page, coming = await coming, None
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


def _flat(pages: Generator[Any]) -> Generator[Any]:
    with closing(pages):
        for page in pages:
            yield from _items(page)


async def _async_flat(pages: AsyncGenerator[Any]) -> AsyncGenerator[Any]:
    # Closed here, or leaving a loop early would leave the requested page to the garbage collector.
    async with aclosing(pages):
        async for page in pages:
            for item in _items(page):
                yield item


class PageCursor:
    """Decides whether there is a next page and where it begins; sends nothing."""

    def __init__(self, operation: str, offset: int) -> None:
        self._operation = operation
        self._last: Sequence[Any] = ()
        self._seen = self._pages = 0
        self._announced: int | None = None
        self.offset = offset
        self.goes_on = True

    def takes(self, page: object) -> bool:
        """Take a page and return whether it is new; then `offset` and `goes_on` describe the next page.

        A list ends where the API says so. It also ends at an empty page, at a page that repeats the last one (the API
        ignores the offset), and when it counts as endless, because `has_more` may never become false.
        """
        items = _items(page)
        if items and items == self._last:
            self._stop("the API gave the same page again")
            return False
        paging = getattr(page, "pagination", None)
        total = _count(getattr(paging, "total", None))
        if not self._pages:
            self._announced = total
        self._last = items
        self._pages += 1
        self._seen += len(items)
        self.offset += len(items)
        # `has_more` decides; if it is not a flag, `total` does; if that is not a number, try the next page.
        more = getattr(paging, "has_more", None)
        self.goes_on = bool(items) and (more if isinstance(more, bool) else total is None or self.offset < total)
        if self.goes_on and self._is_endless():
            self._stop("the API announces more than it has")
        return True

    def _is_endless(self) -> bool:
        if self._announced is None:
            return self._pages >= _MOST_PAGES
        return self._seen > 2 * self._announced + _SLACK

    def _stop(self, reason: str) -> None:
        self.goes_on = False
        log.warning("%s: reading stopped after %d items: %s", self._operation, self._seen, reason)


def _items(page: object) -> Sequence[Any]:
    """Return a page's items; none if the answer departs from the contract and has no list."""
    data = getattr(page, "data", None)
    return data if isinstance(data, list) else []


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _start(method: Callable[..., object], kwargs: dict[str, Any]) -> PageCursor:
    name = getattr(method, "__name__", "")
    if name not in OPERATIONS or not _is_paged(operation(name)):
        raise ConfigurationError(f"{name or 'this'} has no pages; those that have: {', '.join(paged_operations())}")
    offset = kwargs.get("offset", UNSET)
    return PageCursor(name, offset if isinstance(offset, int) else 0)


def paged_operations() -> list[str]:
    """Return the names of the operations that have pages."""
    return [name for name in OPERATIONS if _is_paged(operation(name))]


def _is_paged(declared: Operation[Any]) -> bool:
    takes = {parameter.attribute for parameter in declared.parameters}
    gives = table_of(declared.success.python).fields if isinstance(declared.success, Object) else ()
    return takes >= {"limit", "offset"} and {field.name for field in gives} >= {"data", "pagination"}
